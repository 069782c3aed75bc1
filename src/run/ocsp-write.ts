/** OCSP responses that are signed ahead of any question, as files for a web server: those that are due, and no others. */
import { eachAtMost } from '../handshake/pool.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import { listTerms } from '../plan/list.ts';
import {
  type Answer,
  type AnsweringAuthority,
  isResponseDue,
  isWantedResponse,
  type WantedResponse,
} from '../plan/ocsp.ts';
import { MAP_FILE, mapText, OCSP_TARGET, responsePath, staplePath } from '../plan/ocsp-files.ts';
import { readOwnFiles, type WrittenExport, writeExport } from '../store/export-folder.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { hex, unlessDamaged } from '../x509/der.ts';
import { encodeCertId } from '../x509/ocsp-request.ts';
import { isOcspSignedBy, type OcspFacts, ocspFacts } from '../x509/ocsp-response.ts';
import { type AuthorityAnswers, ocspAuthorities } from './ocsp-answers.ts';
import { OtherResponse, respondAbout, signingFault } from './ocsp-respond.ts';
import { OcspSigner, type SignerFiles, type SignerOptions } from './ocsp-signer.ts';

/** Where, for whom and with what. */
export interface OcspOptions extends SignerOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The folder for the responses, absolute. */
  readonly folder: string;
  /** How many responses are signed at once. */
  readonly processes: number;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What became of the responses of one authority. */
export interface OcspWritten {
  readonly authority: EntityId;
  /** Who signs them. */
  readonly signer: EntityId;
  readonly signed: number;
  /** Those that are good for longer still. */
  readonly kept: number;
  readonly revoked: number;
  /** When the first of them ends, in seconds since 1970; `null`: there are none. */
  readonly nextUpdate: number | null;
  /** Serial numbers that the manifest revokes, and no list has yet. */
  readonly unlisted: readonly string[];
}

/** Why an authority has no new responses. */
export interface OcspFailure {
  readonly authority: EntityId;
  readonly fault: OcspFault;
}

/** All of them; what one authority lacks is no fault of another. */
export interface OcspResult extends WrittenExport {
  /** Where the files are, absolute. */
  readonly folder: string;
  readonly authorities: readonly OcspWritten[];
  readonly failures: readonly OcspFailure[];
}

/** Makes the folder hold a response for each certificate that has not ended. @throws UserError for what is in the way. */
export async function writeResponses(inventory: Inventory, options: OcspOptions): Promise<OcspResult> {
  const { root, folder, now } = options;
  const found = ocspAuthorities(root, inventory, now);
  if (found.length === 0) return { authorities: [], failures: [], folder, written: 0, removed: 0 };
  const before = readOwnFiles(folder, OCSP_TARGET);
  const authorities: OcspWritten[] = [];
  const failures: OcspFailure[] = [];
  const files = new Map<string, Buffer>();
  for (const one of found) {
    const made = one.ok ? await responsesOf(one, before, options) : one;
    if (made.ok) authorities.push(made.written);
    else failures.push({ authority: one.authority.id, fault: made.fault });
    // What could not be made again stays as it is: clients go on with it until it ends.
    for (const [path, der] of made.ok ? made.files : filesBefore(one.authority, inventory, before))
      files.set(path, der);
  }
  const all = [...files].map(([path, text]) => ({ path, mode: 0o644, text }));
  const map = { path: MAP_FILE, mode: 0o644, text: mapText(inventory.entities, files) };
  return { authorities, failures, folder, ...(await writeExport(folder, OCSP_TARGET, [...all, map])) };
}

type Made =
  | { readonly ok: true; readonly written: OcspWritten; readonly files: ReadonlyMap<string, Buffer> }
  | { readonly ok: false; readonly fault: OcspFault };

async function responsesOf(
  found: AuthorityAnswers,
  before: ReadonlyMap<string, Buffer>,
  options: OcspOptions,
): Promise<Made> {
  const { authority, answers, signer: files, unlisted } = found;
  const made = new Map<string, Response>();
  const due: Answer[] = [];
  for (const answer of answers) {
    const response = keptResponse(
      answer,
      files,
      before.get(responsePath(authority, answer.serial)),
      options.now,
    );
    if (response === undefined) due.push(answer);
    else made.set(answer.serial, response);
  }
  try {
    for (const [serial, response] of await signedResponses(due, files, options)) made.set(serial, response);
  } catch (error) {
    return { ok: false, fault: signingFault(error, files) };
  }
  const ends = [...made.values()].flatMap(({ facts }) => facts.nextUpdate ?? []);
  const written = {
    authority: authority.id,
    signer: files.signer.id,
    signed: due.length,
    kept: answers.length - due.length,
    revoked: answers.filter(({ status }) => status.kind === 'revoked').length,
    nextUpdate: ends.length === 0 ? null : Math.min(...ends),
    unlisted,
  };
  return { ok: true, written, files: filesOf(authority, answers, made) };
}

interface Response {
  readonly der: Buffer;
  readonly facts: OcspFacts;
}

/** By the number of the certificate, for those who ask, and by the name of the entity that has it, to be stapled. */
function filesOf(
  authority: AnsweringAuthority,
  answers: readonly Answer[],
  made: ReadonlyMap<string, Response>,
) {
  return new Map(
    answers.flatMap(({ serial, of }) => {
      const der = made.get(serial)?.der;
      if (der === undefined) return [];
      const own = [responsePath(authority, serial), der] as const;
      return of === undefined ? [own] : [own, [staplePath(of), der] as const];
    }),
  );
}

/** One that is there, where it says what it has to and is good for longer. */
function keptResponse(
  answer: Answer,
  files: SignerFiles,
  found: Buffer | undefined,
  now: number,
): Response | undefined {
  const facts = found && readResponse(found);
  if (found === undefined || facts === undefined || !isRight(found, facts, answer, files)) return undefined;
  const terms = files.authority.ocsp.terms;
  return isResponseDue(facts, wantedOf(answer, files), terms, now) ? undefined : { der: found, facts };
}

function isRight(der: Buffer, facts: OcspFacts, answer: Answer, files: SignerFiles): boolean {
  return saysWanted(facts, answer, files) && isOcspSignedBy(der, files.verificationKey);
}

function saysWanted(facts: OcspFacts, answer: Answer, files: SignerFiles): boolean {
  return isWantedResponse(facts, wantedOf(answer, files), files.authority.ocsp.terms);
}

function wantedOf({ serial, status }: Answer, files: SignerFiles): WantedResponse {
  const { authority, signer, certificate, issuer } = files;
  return {
    certId: hex(encodeCertId(issuer, serial)),
    status,
    certificates: authority.id === signer.id ? [] : [certificate.fingerprint],
    end: certificate.notAfter,
    signing: listTerms(authority),
  };
}

/** `undefined`: what is no response, or damaged, is made again. */
function readResponse(der: Buffer): OcspFacts | undefined {
  return unlessDamaged(() => ocspFacts(der));
}

async function signedResponses(
  answers: readonly Answer[],
  files: SignerFiles,
  options: OcspOptions,
): Promise<ReadonlyMap<string, Response>> {
  const made = new Map<string, Response>();
  if (answers.length === 0) return made;
  const signer = await OcspSigner.open(files, options);
  try {
    await eachAtMost(options.processes, answers, async (answer) => {
      const der = await respondAbout(signer, answer, options.now);
      const facts = readResponse(der);
      if (facts === undefined || !saysWanted(facts, answer, files)) throw new OtherResponse(answer.serial);
      made.set(answer.serial, { der, facts });
    });
  } finally {
    await signer.close();
  }
  return made;
}

/** Those of an authority that are there already. */
function filesBefore(
  authority: AnsweringAuthority,
  { entities }: Inventory,
  before: ReadonlyMap<string, Buffer>,
) {
  const own = entities.filter(({ issuer }) => issuer === authority.id).map(({ id }) => staplePath(id));
  const folder = responsePath(authority, '').replace(/[^/]*$/, '');
  return [...before].filter(([path]) => path.startsWith(folder) || own.includes(path));
}
