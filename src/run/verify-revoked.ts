/** What the proof says of revocation: whether openssl refuses what is revoked, and which lists are about to end. */
import { join } from 'node:path';
import { type Openssl, OpensslError, opensslIn } from '../engine/openssl-call.ts';
import { certificateArg, IGNORE_CRITICAL, listArgs, verifyComplaint } from '../openssl/verify.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { byIdOf, issuersAbove } from '../pki/issuers.ts';
import { hasCriticalPrivate } from '../pki/private-extension.ts';
import { isEnding } from '../plan/status-lists.ts';
import { readArchived } from '../store/observe/archived.ts';
import { readLists } from '../store/observe/placed-lists.ts';
import { readPublished } from '../store/symlinks/read.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { certificateDer, parseCertificate } from '../x509/parse.ts';
import { isSignedBy } from '../x509/rollover.ts';
import { atMoment, copy, copyLists, inCopies, userErrorOf } from './verify-certificates.ts';

/** An entity that is revoked, and what openssl says of the certificate that it had. */
export interface RevokedCheck {
  readonly entity: EntityId;
  readonly serial: string;
  /** Why it is not refused as revoked; `null`: it is. */
  readonly problem: string | null;
}

/** What to judge, where, and with what; `now` in seconds since 1970. */
export interface RevokedOptions {
  readonly root: string;
  readonly binary: string;
  readonly now: number;
  readonly signal?: AbortSignal;
}

/** An entity that is revoked, with what is left of it. */
interface Gone {
  readonly entity: Entity;
  readonly issuers: readonly Entity[];
  readonly cert: Buffer;
  readonly serial: string;
  /** Whether its issuer still has the key that signed it: otherwise its chain is not here. */
  readonly isCurrent: boolean;
}

/** Those whose files are in the archive, and whose certificates have not ended: afterwards no list has them. */
export function goneEntities(
  entities: readonly Entity[],
  { root, now }: Pick<RevokedOptions, 'root' | 'now'>,
): readonly Gone[] {
  const byId = byIdOf(entities);
  return entities.flatMap((entity) => {
    if (entity.revoked === undefined || readPublished(root, entity, 'cert').state === 'present') return [];
    const issuers = issuersAbove(entity, byId);
    // What is below a revoked authority is refused with it.
    if (issuers.some(({ revoked }) => revoked !== undefined)) return [];
    const cert = readArchived(root, entity.id, 'cert');
    if (cert === undefined) return [];
    const facts = factsOf(cert);
    if (facts === undefined || facts.notAfter < now) return [];
    const isCurrent = isSigned(cert, issuers[0], root);
    return [{ entity, issuers, cert, serial: facts.serial, isCurrent }];
  });
}

function isSigned(cert: Buffer, issuer: Entity | undefined, root: string): boolean {
  const file = issuer === undefined ? undefined : readPublished(root, issuer, 'cert');
  return file?.state === 'present' && isSignedBy(certificateDer(cert), certificateDer(file.facts));
}

/** `undefined`: a damaged copy shows nothing. */
function factsOf(cert: Buffer): CertificateFacts | undefined {
  try {
    return parseCertificate(cert);
  } catch {
    return undefined;
  }
}

/** One call for each, so that the words belong to it. @param call runs openssl. */
export async function checkRevoked(
  gone: readonly Gone[],
  options: RevokedOptions,
  call = opensslIn,
): Promise<readonly RevokedCheck[]> {
  if (gone.length === 0) return [];
  return inCopies(async (copies) => {
    const authorities = [...new Set(gone.flatMap(({ issuers }) => issuers))];
    for (const authority of authorities) copyCertificate(authority, options.root, copies);
    const listed = new Set(copyLists(authorities, options.root, copies));
    const openssl = atMoment(call(copies, options.binary, options), options.now);
    const checks: RevokedCheck[] = [];
    for (const one of gone) checks.push(await checkOne(one, listed, copies, openssl));
    return checks;
  });
}

function copyCertificate(authority: Entity, root: string, copies: string): void {
  const file = readPublished(root, authority, 'cert');
  if (file.state === 'present') copy(join(copies, filePath(authority, 'cert')), file.facts);
}

/** What openssl says of one that it finds on a list (X509_V_ERR_CERT_REVOKED). */
const REVOKED = 'error 23 at 0 depth lookup';

async function checkOne(
  { entity, issuers, cert, serial }: Gone,
  listed: ReadonlySet<EntityId>,
  copies: string,
  openssl: Openssl,
): Promise<RevokedCheck> {
  const file = `revoked-${serial}.pem`;
  copy(join(copies, file), cert);
  const root = issuers.slice(-1).flatMap((one) => ['-CAfile', certificateArg(one)]);
  const between = issuers.slice(0, -1).flatMap((one) => ['-untrusted', certificateArg(one)]);
  const unknown = hasCriticalPrivate(entity) ? IGNORE_CRITICAL : [];
  const args = [
    'verify',
    '-x509_strict',
    ...unknown,
    ...root,
    ...between,
    ...listArgs(issuers, listed),
    file,
  ];
  try {
    await openssl.run({ args, input: null });
    return { entity: entity.id, serial, problem: 'it is accepted' };
  } catch (error) {
    if (!(error instanceof OpensslError) || error.end !== 'by-itself') throw userErrorOf(error);
    const complaint = verifyComplaint(error.stderr);
    return { entity: entity.id, serial, problem: complaint.startsWith(REVOKED) ? null : complaint };
  }
}

/** A list that is to be made again before long, or should have been. */
export interface EndingList {
  readonly entity: EntityId;
  /** Seconds since 1970. */
  readonly nextUpdate: number;
  /** Negative once it has ended. */
  readonly secondsLeft: number;
}

/** Those inside their renewal windows: what reads them refuses everyone once they have ended. */
export function endingLists(
  entities: readonly Entity[],
  { root, now }: Pick<RevokedOptions, 'root' | 'now'>,
): readonly EndingList[] {
  return readLists(entities, root).flatMap(({ entity, facts: { nextUpdate } }) => {
    if (nextUpdate === null) return [];
    const secondsLeft = nextUpdate - now;
    return isEnding(entity, secondsLeft) ? [{ entity: entity.id, nextUpdate, secondsLeft }] : [];
  });
}
