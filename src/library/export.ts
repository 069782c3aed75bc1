/** A manifest as the configuration of an engine that issues by itself, or what it made for a cluster, in a folder of its own. */
import { relative, resolve, sep } from 'node:path';
import type { Exported, ExportPlace } from '../export/file.ts';
import type { Omission } from '../export/omission.ts';
import type { ExportTarget } from '../export/target.ts';
import { type EndEntity, type Inventory, unreachable } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import type { WrittenExport } from '../store/export-folder.ts';
import type { Project } from './project.ts';

/** Where an export goes. */
export interface ExportOptions {
  /** The folder for it; by default `export/vault` and so on, in the working directory. */
  readonly to?: string;
  /** Of an export to cert-manager: where OpenBao or Vault is, which issues in place of keys in the cluster. */
  readonly vault?: URL;
  /** Of an export to Kubernetes: whether `sops` seals its Secrets. */
  readonly sops?: boolean;
}

/** What an export wrote, and what it leaves out. */
export interface ExportResult extends WrittenExport {
  readonly target: ExportTarget;
  /** The folder, absolute. */
  readonly folder: string;
  /** Files in it that are of this export. */
  readonly files: number;
  /** Entities that the engine cannot have exactly as they are in the manifest. */
  readonly omissions: readonly Omission[];
}

/**
 * Writes the configuration of another engine, from which it issues exactly what the manifest says. Changes no byte where that is
 * there already.
 * @throws UserError where something else is in the place of a file, or a Secret cannot be sealed.
 */
export async function exportTo(
  project: Project,
  target: ExportTarget,
  { to, sops = false, vault }: ExportOptions = {},
): Promise<ExportResult> {
  const { writeExport } = await import('../store/export-folder.ts');
  const folder = resolve(to ?? `export/${target}`);
  const place = { output: relative(folder, project.root).split(sep).join('/') || '.' };
  const { files, omissions } = await filesFor(target, project, {
    ...place,
    folder,
    sops,
    vault: vault && serverIn(vault),
  });
  return { target, folder, files: files.length, omissions, ...(await writeExport(folder, target, files)) };
}

/** Without a name or a password, which are no part of where an engine is. */
function serverIn({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}

/** With the folder itself, absolute. */
interface Place extends ExportPlace {
  readonly folder: string;
  readonly sops: boolean;
  readonly vault: string | undefined;
}

async function filesFor(target: ExportTarget, project: Project, place: Place): Promise<Exported> {
  return target === 'kubernetes'
    ? kubernetesFiles(project, place)
    : configurationFor(target, project.inventory, place, place.vault);
}

/** What an engine that issues by itself is configured with. */
export async function configurationFor(
  target: Exclude<ExportTarget, 'kubernetes'>,
  inventory: Inventory,
  place: ExportPlace,
  vault?: string,
): Promise<Exported> {
  switch (target) {
    case 'vault':
      return (await import('../export/vault/vault.ts')).vaultExport(inventory, place);
    case 'step-ca':
      return (await import('../export/step-ca/step-ca.ts')).stepCaExport(inventory, place);
    case 'cert-manager':
      return (await import('../export/cert-manager/cert-manager.ts')).certManagerExport(
        inventory,
        place,
        vault,
      );
    default:
      return unreachable(target);
  }
}

/** From the files that are there: what is not made yet is left out. */
async function kubernetesFiles({ root, inventory }: Project, { folder, sops }: Place): Promise<Exported> {
  const { kubernetesExport } = await import('../export/kubernetes/kubernetes.ts');
  const { readCredentials } = await import('../store/observe/credentials.ts');
  const byId = byIdOf(inventory.entities);
  const filesOf = (entity: EndEntity) => readCredentials(root, entity, byId);
  const { files, omissions, secrets } = kubernetesExport(inventory, filesOf, { sealed: sops });
  if (secrets.length === 0) return { files, omissions };
  const { sealSecrets } = await import('../run/seal-export.ts');
  return { files: [...files, ...(await sealSecrets(folder, secrets))], omissions };
}
