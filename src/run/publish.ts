/** The last step of an entity: verify what was made, put its bundles together, and let the set replace the old one. */
import { ALL_ARTIFACTS, type Artifact, modeOf } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { crossingOf, makesKey, replacedBy, type Work } from '../plan/change.ts';
import type { Reason } from '../plan/reason.ts';
import { commit } from '../store/commit/commit.ts';
import { grantPlaced } from '../store/commit/grant.ts';
import { checkReplaceable } from '../store/commit/replaceable.ts';
import { ledgerEntry } from '../store/ledger.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { parseCertificate } from '../x509/parse.ts';
import { writeLocked } from './keys.ts';
import { writeObjects } from './objects.ts';
import { writeBundles } from './parts.ts';
import { type Run, workOf } from './run.ts';
import { writeSealed } from './sealed.ts';
import { verifyStaged } from './verify-staged.ts';

/**
 * Rejects where a file cannot be replaced, or what was made is not what was asked for: then the old set stays. What is
 * cut short after the commit's point of no return (store/commit/commit.ts) is finished by the next run.
 */
export async function publish(run: Run, id: EntityId): Promise<void> {
  const entity = run.byId.get(id);
  const change = workOf(run, id);
  if (entity === undefined) throw new Error(`Internal error: nothing to publish for ${id}`);
  if (change.writes.length > 0 || change.deletes.length > 0 || change.relinks)
    await replace(run, entity, change);
  grantPlaced(run.output, entity, change);
}

async function replace(run: Run, entity: Entity, change: Work): Promise<void> {
  const { output, staging, published, flush } = run;
  checkReplaceable(
    output,
    [...change.writes, ...change.deletes].map((file) => filePath(entity, file)),
  );
  const { issued, cross } = await verifyStaged(run, entity, change);
  take(run, entity, change, [issued, cross]);
  // That of an anchor is nothing that was issued here.
  const certificate =
    issued ?? (change.writes.includes('cert') ? parseCertificate(staging.read(entity.id, 'cert')) : null);
  // Reading comes before writing: afterwards it would wait for the folder.
  const tidied = tidy(run, entity, change);
  const whyCross = change.reasons.filter(({ kind }) => kind === 'keeps-trust');
  const written = async (): Promise<unknown> => {
    writeLocked(run, entity, change);
    writeBundles(run, entity, change);
    writeSealed(run, entity, change);
    writeObjects(run, entity, change);
    return Promise.all([
      issued && record(run, entity, 'cert', issued, change.reasons),
      cross && record(run, entity, 'cross', cross, whyCross),
      change.list && run.lists.record(entity.id, change.list),
    ]);
  };
  await Promise.all([tidied, written()]);
  if (crossingOf(change) !== null) await staging.settle(entity.id, 'cross', null);
  if (change.formerLists?.last != null) await staging.settle(entity.id, 'former-crl', null);
  const { writes, deletes, relinks } = change;
  const keepsAll = replacedBy(change).length > 0;
  const grant = change.grant;
  const again: readonly Artifact[] = change.relocks ? ['key'] : [];
  const set = { entity, writes, deletes, relinks, keepsAll, grant, again };
  await commit(output, { ...set, stamp: staging.run, run: staging.run, flush, lists: run.accessLists });
  const key = issued !== null && makesKey(change) ? issued.keyId : null;
  published.replaced(entity.id, { key, certificate, cross });
}

/** Before anything of it is known to the world. */
function take(
  { taken }: Run,
  { id, issuer }: Entity,
  change: Work,
  [issued, cross]: readonly (CertificateFacts | null)[],
): void {
  if (issued != null && makesKey(change)) taken.takeKey(issued.keyId, id);
  if (issued != null) taken.takeSerial(issued, issuer ?? id, id);
  // A root's former key signs it.
  if (cross != null) taken.takeSerial(cross, id, id);
}

/**
 * Of what an engine made, only what is to be published stays in the staging folder, each file with its mode: openssl leaves
 * some of that to the umask. Nothing else is there before the first bundle is written.
 */
async function tidy({ staging }: Run, { id }: Entity, { writes }: Work): Promise<void> {
  for (const artifact of staging.made(id, ALL_ARTIFACTS))
    await staging.settle(id, artifact, writes.includes(artifact) ? modeOf(artifact) : null);
}

function record(
  { ledger, now, staging }: Run,
  entity: Entity,
  file: 'cert' | 'cross',
  cert: CertificateFacts,
  reasons: readonly Reason[],
): Promise<void> {
  const issuer = entity.issuer ?? entity.id;
  const maker = staging.makerOf(entity.id, file);
  const engine = maker === 'the answer' ? undefined : maker;
  return ledger.append(ledgerEntry(cert, { entity: entity.id, issuer, now, reasons, engine }));
}
