/** The proof: every certificate judged by openssl, then every pair in a real handshake. Changes nothing. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Openssl, OpensslError, opensslIn } from '../engine/openssl-call.ts';
import type { SkippedCheck } from '../handshake/case.ts';
import { handshakeCases, pairCount } from '../handshake/cases.ts';
import type { Credentials } from '../handshake/credentials.ts';
import { makeForeign } from '../handshake/foreign.ts';
import type { Outcome } from '../handshake/outcome.ts';
import { shake } from '../handshake/shake.ts';
import {
  certificateArg,
  type Purpose,
  type VerifyBatch,
  verifiedFiles,
  verifyBatches,
  verifyComplaint,
} from '../openssl/verify.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { readCredentials } from '../store/observe/credentials.ts';
import { UserError } from '../store/user-error.ts';

/** Where and with what to verify, how much of it, and what hears of it. */
export interface VerifyOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
  /** What has just changed: where there are more than `PAIRS` pairs, only what has to do with these is proven. */
  readonly touched?: ReadonlySet<EntityId>;
  /** Called for each handshake as it is decided; `total` is how many there will be. */
  readonly onOutcome?: (outcome: Outcome, total: number) => void;
  /** Ends whatever runs. */
  readonly signal?: AbortSignal;
}

/** Up to this many pairs are all proven, some two milliseconds each handshake. */
const PAIRS = 1000;

/** Why a certificate is not good. */
export type CertificateProblem =
  /** openssl's own words. */
  | { readonly kind: 'rejected'; readonly complaint: string }
  /** There is no certificate, of the entity itself or of an issuer. */
  | { readonly kind: 'missing'; readonly of: EntityId };

/** What `openssl verify` makes of a certificate for one purpose; a peer's is judged for two. */
export interface CertificateCheck {
  readonly entity: EntityId;
  readonly purpose: Purpose;
  readonly problem: CertificateProblem | null;
}

/** The proof of a whole inventory, or of what has just changed in a very large one. */
export interface Verification {
  readonly certificates: readonly CertificateCheck[];
  readonly outcomes: readonly Outcome[];
  /** Checks that could not be made; they spoil nothing. */
  readonly skipped: readonly SkippedCheck[];
  /** No certificate has a problem, and every handshake went as expected. */
  readonly ok: boolean;
  /** `touched`: only what has just changed was looked at, because everything would be too much. */
  readonly scope: 'all' | 'touched';
}

/** Bad certificates and handshakes are results. @throws UserError where no certificate of the manifest is there. */
export async function verifyInventory(
  { entities }: Inventory,
  options: VerifyOptions,
): Promise<Verification> {
  const openssl = opensslIn(options.root, options.binary, options);
  const touched = pairCount(entities) > PAIRS ? options.touched : undefined;
  const { there, absent } = sortOut(entities, options.root);
  const certificates = [...absent, ...(await checkCertificates(there, openssl, touched))];
  const { cases, skipped } = handshakeCases(entities, touched === undefined ? {} : { touched });
  const outcomes = cases.length === 0 ? [] : await prove(entities, cases, options);
  const ok = certificates.every(({ problem }) => problem === null) && outcomes.every((outcome) => outcome.ok);
  return { certificates, outcomes, skipped, ok, scope: touched === undefined ? 'all' : 'touched' };
}

async function prove(
  entities: readonly Entity[],
  cases: Parameters<typeof shake>[0],
  { root, binary, onOutcome, signal }: VerifyOptions,
): Promise<readonly Outcome[]> {
  const foreign = await makeForeign(async ({ args, input, cwd }) => ({
    stdout: await opensslIn(cwd, binary, { signal }).run({ args, input }),
  })).catch((error: unknown) => {
    throw toldOf(error);
  });
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const credentials = new Map<EntityId, Credentials>();
  for (const entity of entities) {
    const found = entity.kind === 'authority' ? undefined : readCredentials(root, entity, byId);
    if (found !== undefined) credentials.set(entity.id, found);
  }
  return shake(cases, credentials, foreign, {
    signal,
    onOutcome: (outcome) => onOutcome?.(outcome, cases.length),
  });
}

/** An openssl that fails where nothing of the user's is judged is in the way, and no defect of ours. */
function toldOf(error: unknown): unknown {
  if (!(error instanceof OpensslError)) return error;
  const { message: problem, lastWords, command } = error;
  return new UserError({ kind: 'openssl-fails', problem, lastWords, command });
}

async function checkCertificates(
  entities: readonly Entity[],
  openssl: Openssl,
  touched: ReadonlySet<EntityId> | undefined,
): Promise<readonly CertificateCheck[]> {
  const checks: CertificateCheck[] = [];
  const wanted = ({ id }: Entity): boolean => touched === undefined || touched.has(id);
  for (const batch of verifyBatches(entities, wanted)) checks.push(...(await checkBatch(batch, openssl)));
  return checks;
}

/** Entities of which a certificate can be judged, and those of which there is none, or none of an issuer. */
function sortOut(
  entities: readonly Entity[],
  root: string,
): { readonly there: readonly Entity[]; readonly absent: readonly CertificateCheck[] } {
  const hasFile = (entity: Entity): boolean => existsSync(join(root, filePath(entity, 'cert')));
  const there = new Map<EntityId, Entity>();
  const absent: CertificateCheck[] = [];
  for (const entity of entities) {
    const { id, issuer } = entity;
    const of = issuer === null || there.has(issuer) ? id : issuer;
    if (of === id && hasFile(entity)) there.set(id, entity);
    else absent.push({ entity: id, purpose: 'any', problem: { kind: 'missing', of } });
  }
  if (there.size === 0 && entities.length > 0) {
    throw new UserError({ kind: 'nothing-to-verify', root });
  }
  return { there: [...there.values()], absent };
}

/** One call for many; only where it complains, each is asked about alone, so that the words belong to it. */
async function checkBatch(
  { purpose, entities, command }: VerifyBatch,
  openssl: Openssl,
): Promise<readonly CertificateCheck[]> {
  const { stdout, stderr } = await outputOf(openssl, command);
  const good = verifiedFiles(stdout);
  const checks: CertificateCheck[] = [];
  for (const entity of entities) {
    const file = certificateArg(entity);
    if (good.has(file)) checks.push({ entity: entity.id, purpose, problem: null });
    else if (entities.length === 1)
      checks.push({
        entity: entity.id,
        purpose,
        problem: { kind: 'rejected', complaint: verifyComplaint(stderr) },
      });
    else {
      const args = [...command.args.slice(0, command.args.length - entities.length), file];
      checks.push(
        ...(await checkBatch({ purpose, entities: [entity], command: { args, input: null } }, openssl)),
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
    // Its complaint is what was asked for; that it was ended, or never ran, is something else.
    if (error instanceof OpensslError && error.end === 'by-itself') return error;
    throw toldOf(error);
  }
}
