/** The edit of a manifest by which one of its entries is revoked. */
import type { EntityId } from '../pki/entity.ts';
import {
  type EditFault,
  isPiped,
  manifestFolder,
  readManifest,
  replaceManifest,
} from '../store/manifest-file.ts';
import { type Opened, openProject, type Project } from './project.ts';

/** What to write into the manifest, and what that makes of it. */
export type RevokeResult =
  /** `opened`: the edited manifest, or what is then wrong with it. */
  | { readonly kind: 'edit'; readonly edit: ManifestEdit; readonly opened: Opened }
  | { readonly kind: 'as-it-is' }
  /** An alias, a merge, or a map of a reason and a date: a person has to write it. */
  | { readonly kind: 'by-hand' }
  /** It came from a pipe: its text is gone, and there is no file to edit. */
  | { readonly kind: 'stream' }
  /** No such reason, or one that cannot be given. */
  | { readonly kind: 'reason'; readonly problem: string; readonly hint: string };

/** Lines of a manifest, and what comes in their place; everything else stays to the letter. */
export interface ManifestEdit {
  readonly before: string;
  readonly after: string;
  /** Of the first line that changes, counted from one. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/**
 * Writes nothing. @param project from a file. @param reason as RFC 5280 §5.3.1 calls it; absent: none is stated.
 * @throws Error where the manifest can no longer be read.
 */
export async function revoking(project: Project, id: EntityId, reason?: string): Promise<RevokeResult> {
  const [{ parseReason }, { revokeEdit }, { markOf }] = await Promise.all([
    import('../manifest/revoked.ts'),
    import('../manifest/revoke-edit.ts'),
    import('../manifest/source.ts'),
  ]);
  const why = parseReason(reason ?? 'unspecified');
  if (!why.ok) return { kind: 'reason', problem: why.problem.message, hint: why.problem.hint ?? '' };
  if (isPiped(project.manifest)) return { kind: 'stream' };
  const read = readManifest(project.manifest);
  if (!read.ok) throw new Error(`${project.manifest} cannot be read any more`);
  const mark = markOf(read.text);
  const [section = '', name = ''] = id.split('/');
  const edit = revokeEdit(read.text.slice(mark.length), section, name, why.value ?? 'true');
  if (edit === undefined) return { kind: 'by-hand' };
  const { text, ...lines } = edit;
  if (mark + text === read.text) return { kind: 'as-it-is' };
  const { manifest, inventory } = project;
  const opened = await openProject(
    { text, folder: manifestFolder(manifest), name: manifest },
    { allowPaths: inventory.allowedPaths ?? [] },
  );
  return { kind: 'edit', edit: { before: read.text, after: mark + text, ...lines }, opened };
}

/** Makes the edit; `null` once it is on the disk, or why the file is left as it is. */
export function writeEdit({ manifest }: Project, { before, after }: ManifestEdit): Promise<EditFault | null> {
  return replaceManifest(manifest, before, after);
}
