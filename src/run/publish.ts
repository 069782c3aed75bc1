/** The last step of an entity: verify what was made, put its bundles together, and let the set replace the old one. */
import { lstatSync, readFileSync } from 'node:fs';
import { modeOf } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { crossPath, stagedPath } from '../pki/paths.ts';
import type { Change } from '../plan/change.ts';
import { bundleMembers, rootAbove } from '../plan/derived.ts';
import { relinks } from '../plan/publish.ts';
import type { Reason } from '../plan/reason.ts';
import { commit } from '../store/commit/commit.ts';
import { checkReplaceable } from '../store/commit/replaceable.ts';
import { chmod, unlink, writeNew } from '../store/disk.ts';
import { ledgerEntry } from '../store/ledger.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { readStaged, verifyStaged } from './verify-staged.ts';
import type { Workshop } from './workshop.ts';

/**
 * Rejects where a file cannot be replaced, or something else was made than was asked for: then the old set stays.
 * What is cut short after the commit's point of no return (store/commit/commit.ts) is finished by the next run.
 */
export async function publish(workshop: Workshop, entity: Entity): Promise<void> {
  const change = workshop.change(entity.id);
  if (change.writes.length > 0 || change.deletes.length > 0 || relinks(change)) {
    checkReplaceable(
      workshop.root,
      [...change.writes, ...change.deletes].map((file) => filePath(entity, file)),
    );
    const { issued, cross } = verifyStaged(workshop, entity, change);
    // Looking comes before writing: afterwards it would wait for the folder.
    const tidied = tidy(workshop, entity, change);
    const whyCross = change.reasons.filter(({ kind }) => kind === 'keeps-trust');
    const written = async (): Promise<unknown> => {
      writeBundles(workshop, entity, change);
      return Promise.all([
        issued && record(workshop, entity, issued, change.reasons),
        cross && record(workshop, entity, cross, whyCross),
      ]);
    };
    await Promise.all([tidied, written()]);
    if (change.crossing !== null) await unlink(workshop.path(crossPath(entity.id, workshop.stamp)));
    await commit(workshop.root, {
      entity,
      writes: change.writes,
      deletes: change.deletes,
      stamp: workshop.stamp,
      run: workshop.stamp,
      relinks: relinks(change),
    });
  }
  for (const artifact of change.chmods) {
    await chmod(workshop.path(filePath(entity, artifact)), modeOf(artifact));
  }
}

/** Chains, trust bundles and what a root had before; they are synced with everything else. */
function writeBundles(workshop: Workshop, entity: Entity, { writes, issuance, crossing }: Change): void {
  const { id } = entity;
  const members = bundleMembers(entity, workshop.byId);
  const root = rootAbove(entity, workshop.byId);
  const own = (): string =>
    issuance === null ? workshop.published(id).pem : readStaged(workshop, entity, 'cert').toString('latin1');
  const certificate = (of: EntityId): string => (of === id ? own() : workshop.published(of).pem);
  const cross = (): string => (root === undefined ? '' : workshop.cross(root));
  const made = (): string =>
    crossing === null ? '' : readFileSync(workshop.path(crossPath(id, workshop.stamp)), 'latin1');
  const texts = {
    chain: () => members.chain.map(certificate).join('') + cross(),
    fullchain: () => members.fullchain.map(certificate).join('') + cross(),
    ca: () => members.ca.map((of) => certificate(of) + workshop.previous(of)).join(''),
    previous: () => workshop.previous(id) + made() + workshop.keptCross(id),
  };
  for (const file of ['chain', 'fullchain', 'ca', 'previous'] as const) {
    if (!writes.includes(file)) continue;
    writeNew(workshop.path(stagedPath(id, file, workshop.stamp)), texts[file](), modeOf(file));
  }
}

/** Of what openssl made, only what is to be published stays in the staging folder, each file with its mode. */
async function tidy(workshop: Workshop, { id }: Entity, { writes }: Change): Promise<void> {
  for (const artifact of ['key', 'csr', 'cert', 'public'] as const) {
    const path = workshop.path(stagedPath(id, artifact, workshop.stamp));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!writes.includes(artifact)) await unlink(path);
    else if ((stat.mode & 0o777) !== modeOf(artifact)) await chmod(path, modeOf(artifact));
  }
}

function record(
  workshop: Workshop,
  entity: Entity,
  cert: CertificateFacts,
  reasons: readonly Reason[],
): Promise<void> {
  const issuer = entity.issuer ?? entity.id;
  return workshop.ledger.append(ledgerEntry(cert, { entity: entity.id, issuer, now: workshop.now, reasons }));
}
