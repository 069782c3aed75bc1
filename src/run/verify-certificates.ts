/** The first half of the proof: every certificate judged by openssl, which reads copies of what was read here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Openssl, OpensslError, opensslIn } from '../engine/openssl-call.ts';
import {
  certificateArg,
  judgedAt,
  type Purpose,
  type VerifyBatch,
  verifiedFiles,
  verifyBatches,
  verifyComplaint,
} from '../openssl/verify.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { Blockage } from '../plan/blockage.ts';
import { isElsewhere } from '../plan/elsewhere.ts';
import type { FileState } from '../plan/observation.ts';
import type { Reason } from '../plan/reason.ts';
import { readLists } from '../store/observe/placed-lists.ts';
import { readContractFaults } from '../store/observe/presented.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { inTemporaryFolder } from '../store/temporary.ts';
import { UserError } from '../words/user-error.ts';

/** Why a certificate is not good. */
export type CertificateProblem =
  /** openssl's own words. */
  | { readonly kind: 'rejected'; readonly complaint: string }
  /** There is no certificate, of the entity itself or of an issuer. */
  | { readonly kind: 'missing'; readonly of: EntityId }
  /** It was issued elsewhere, and is not what the manifest says. */
  | { readonly kind: 'contract'; readonly reasons: readonly Reason[] }
  /** What is in its place cannot be read as a plain file. */
  | { readonly kind: 'blocked'; readonly path: string; readonly cause: Blockage };

/** The judgement of `openssl verify` on a certificate for one purpose; a peer's is judged for two. */
export interface CertificateCheck {
  readonly entity: EntityId;
  readonly purpose: Purpose;
  /** The bridge that leads to the root which alone is trusted. Absent: it is the entity's own root. */
  readonly through?: EntityId;
  readonly problem: CertificateProblem | null;
}

/** What to judge, where, and with what. */
export interface CertificateOptions {
  /** The output folder, absolute. */
  readonly root: string;
  readonly binary: string;
  /** Only these are judged; everything by default. */
  readonly touched?: ReadonlySet<EntityId> | undefined;
  readonly signal?: AbortSignal;
  /** Seconds since 1970: dates are judged by the clock that the run goes by. By default openssl's own. */
  readonly now?: number;
}

/** Bad certificates are results. @param call runs openssl. @throws UserError where no certificate of the manifest is there. */
export async function checkCertificates(
  entities: readonly Entity[],
  options: CertificateOptions,
  call = opensslIn,
): Promise<readonly CertificateCheck[]> {
  return inCopies(async (copies) => {
    const { there, absent } = copyAll(entities, options.root, copies);
    const listed = copyLists(there, options.root, copies);
    const openssl = atMoment(call(copies, options.binary, options), options.now);
    const broken = entities.flatMap((entity) => breachIn(entity, entities, options));
    return [...absent, ...broken, ...(await judge(there, listed, openssl, options.touched))];
  });
}

/** Has certificates judged by that clock. */
export function atMoment(openssl: Openssl, now: number | undefined): Openssl {
  if (now === undefined) return openssl;
  return { run: ({ args, ...rest }) => openssl.run({ ...rest, args: judgedAt(args, now) }) };
}

/**
 * With a folder for copies, which is gone afterwards. Private (mkdtemp: 0700): by the time that openssl opens it, a file of
 * an entity may be anything, such as a FIFO.
 */
export function inCopies<T>(use: (copies: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder('pki-verify-', use);
}

/** What others issued has to be what the manifest says, whatever openssl says of it. */
function breachIn(
  entity: Entity,
  entities: readonly Entity[],
  { root, touched }: CertificateOptions,
): readonly CertificateCheck[] {
  if (!isElsewhere(entity) || touched?.has(entity.id) === false) return [];
  const reasons = readContractFaults(root, entity, entities);
  return reasons.length === 0
    ? []
    : [{ entity: entity.id, purpose: 'any', problem: { kind: 'contract', reasons } }];
}

async function judge(
  entities: readonly Entity[],
  listed: readonly EntityId[],
  openssl: Openssl,
  touched: ReadonlySet<EntityId> | undefined,
): Promise<readonly CertificateCheck[]> {
  const checks: CertificateCheck[] = [];
  const wanted = ({ id }: Entity): boolean => touched === undefined || touched.has(id);
  for (const batch of verifyBatches(entities, wanted, listed))
    checks.push(...(await checkBatch(batch, openssl)));
  return checks;
}

/** Copies certificates that can be judged. The others: there is none, it cannot be read, or there is none of an issuer. */
function copyAll(
  entities: readonly Entity[],
  root: string,
  copies: string,
): { readonly there: readonly Entity[]; readonly absent: readonly CertificateCheck[] } {
  const there = new Map<EntityId, Entity>();
  const absent: CertificateCheck[] = [];
  for (const entity of entities) {
    const { id, issuer, keyPlace } = entity;
    // Verifiers take an anchor as it is.
    if (keyPlace?.kind === 'anchor') {
      copy(join(copies, filePath(entity, 'cert')), Buffer.from(keyPlace.certificates.join('')));
      there.set(id, entity);
      continue;
    }
    const file = readPublished(root, entity, 'cert');
    const problem = issuer === null || there.has(issuer) ? problemOf(entity, file) : missing(issuer);
    if (problem !== null) absent.push({ entity: id, purpose: 'any', problem });
    else if (file.state === 'present') {
      copy(join(copies, filePath(entity, 'cert')), file.facts);
      there.set(id, entity);
    }
  }
  if ([...there.values()].every(isAnchor) && entities.length > 0) {
    throw new UserError({ kind: 'nothing-to-verify', root });
  }
  return { there: [...there.values()], absent };
}

function isAnchor({ keyPlace }: Entity): boolean {
  return keyPlace?.kind === 'anchor';
}

function problemOf(entity: Entity, file: FileState<Buffer>): CertificateProblem | null {
  if (file.state === 'present') return null;
  if (file.state !== 'blocked') return missing(entity.id);
  return { kind: 'blocked', path: filePath(entity, 'cert'), cause: file.cause };
}

function missing(of: EntityId): CertificateProblem {
  return { kind: 'missing', of };
}

/** Lists that can be read, as PEM; the plan says what is wrong with others. */
export function copyLists(entities: readonly Entity[], root: string, copies: string): readonly EntityId[] {
  return readLists(entities, root).map(({ entity, bytes }) => {
    copy(join(copies, filePath(entity, 'crl')), bytes);
    return entity.id;
  });
}

/** Into a folder that is ours alone. */
export function copy(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { flag: 'wx' });
}

/** One call for many; only where it complains, each is asked about alone, so that the words belong to it. */
async function checkBatch(
  { entities, command, ...asked }: VerifyBatch,
  openssl: Openssl,
): Promise<readonly CertificateCheck[]> {
  const { stdout, stderr } = await outputOf(openssl, command);
  const good = verifiedFiles(stdout);
  const checks: CertificateCheck[] = [];
  for (const entity of entities) {
    const file = certificateArg(entity);
    if (good.has(file)) checks.push({ entity: entity.id, ...asked, problem: null });
    else if (entities.length === 1)
      checks.push({
        entity: entity.id,
        ...asked,
        problem: { kind: 'rejected', complaint: verifyComplaint(stderr) },
      });
    else {
      const args = [...command.args.slice(0, command.args.length - entities.length), file];
      checks.push(
        ...(await checkBatch({ ...asked, entities: [entity], command: { args, input: null } }, openssl)),
      );
    }
  }
  return checks;
}

async function outputOf(
  openssl: Openssl,
  command: VerifyBatch['command'],
): Promise<{ stdout: string; stderr: string }> {
  try {
    return { stdout: await openssl.run(command), stderr: '' };
  } catch (error) {
    // Its complaint is the answer; that it was ended, or never ran, is something else.
    if (error instanceof OpensslError && error.end === 'by-itself') return error;
    throw userErrorOf(error);
  }
}

/** A failure of openssl itself, on no file of the user's, is an error to report and not a bug of this program. */
export function userErrorOf(error: unknown): unknown {
  if (!(error instanceof OpensslError)) return error;
  // By the caller's signal: as what is asked of that signal elsewhere, and no fault of openssl.
  if (error.cause.kind === 'interrupted') return AbortSignal.abort().reason;
  const { message: problem, lastWords, command } = error;
  return new UserError({ kind: 'openssl-fails', problem, lastWords, command });
}
