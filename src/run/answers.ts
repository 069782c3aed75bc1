/** Certificates that came from another machine: which of those that were asked for are there, and whether they may be taken. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import { plainName } from '../pki/paths.ts';
import { answerObjections } from '../plan/accept.ts';
import type { Answered } from '../plan/answered.ts';
import { asPlanned } from '../plan/bridge.ts';
import { carriedOver } from '../plan/decision.ts';
import { keyOf } from '../plan/key-decision.ts';
import type { Objection } from '../plan/objection.ts';
import type { EntityObservation, Observation } from '../plan/observation.ts';
import { Exchange } from '../store/exchange.ts';
import type { Reader } from '../store/observe/reader.ts';
import { dropOutgoing, type Outgoing, readOutgoing } from '../store/outgoing.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { readPlaced } from '../store/symlinks/read-placed.ts';
import { UserError } from '../words/user-error.ts';
import { certificateSpki } from '../x509/certificate.ts';
import type { KeyFacts } from '../x509/facts.ts';
import { certificateDer, requestDer } from '../x509/parse.ts';
import { keyIdentifier, publicKeyFacts } from '../x509/public-key.ts';
import { requestSpki } from '../x509/request.ts';
import { publicKeyObject } from '../x509/verification-key.ts';

/** A certificate to be put in place, with what was kept for it. */
export interface Answer extends Answered, Outgoing {
  readonly cert: Buffer;
}

/** One that is not taken, and why. */
export interface RefusedAnswer {
  readonly entity: EntityId;
  readonly why:
    | { readonly kind: 'garbage'; readonly detail: string }
    /** Nothing was asked for here, or it is in place already and another certificate came. */
    | { readonly kind: 'not-asked' }
    | { readonly kind: 'other'; readonly objections: readonly Objection[] };
}

/** What a folder brings. */
export interface Answers {
  readonly taken: ReadonlyMap<EntityId, Answer>;
  readonly refused: readonly RefusedAnswer[];
}

/** What judging takes. */
interface Bench {
  readonly output: OutputFolder;
  readonly inventory: Inventory;
  readonly observation: Observation;
  readonly reader: Reader;
}

/** @param path of the folder. @throws UserError where there is no such folder, or nothing in it is an answer. */
export function answersIn(path: string, bench: Bench): Answers {
  using exchange = Exchange.open(path);
  const names = new Set(exchange.names());
  const found = bench.inventory.entities.filter(({ id }) => names.has(answerName(id)));
  if (found.length === 0) throw new UserError({ kind: 'exchange', path, fault: { kind: 'no-answers' } });
  const taken = new Map<EntityId, Answer>();
  const refused: RefusedAnswer[] = [];
  for (const entity of found) {
    const judged = judge(entity, exchange.read(answerName(entity.id)), bench);
    if (judged === null) continue;
    if ('why' in judged) refused.push(judged);
    else taken.set(entity.id, judged);
  }
  return { taken, refused };
}

/** The file in which an answer comes. */
export function answerName(id: EntityId): string {
  return `${plainName(id)}.cert.pem`;
}

/** `null` for what is in place already. */
function judge(entity: Entity, cert: Buffer, bench: Bench): Answer | RefusedAnswer | null {
  const { id } = entity;
  const observed = asPlanned(entity, bench.observation);
  try {
    const { fingerprint } = bench.reader.read('cert', cert);
    if (observed.cert.state === 'present' && observed.cert.facts.fingerprint === fingerprint) {
      forget(id, observed, bench);
      return null;
    }
    const outgoing = readOutgoing(bench.output, id);
    if (outgoing === undefined) return { entity: id, why: { kind: 'not-asked' } };
    const found = objectionsTo(entity, { ...outgoing, cert }, observed, bench);
    return found.length === 0
      ? { ...outgoing, cert }
      : { entity: id, why: { kind: 'other', objections: found } };
  } catch (error) {
    if (error instanceof UserError) throw error;
    return { entity: id, why: { kind: 'garbage', detail: messageOf(error) } };
  }
}

/** A run that ended between putting an answer in place and this left what was kept for it. */
function forget(id: EntityId, { key, cert }: EntityObservation, { output }: Bench): void {
  const isWhole = key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
  if (isWhole && readOutgoing(output, id) !== undefined) dropOutgoing(output.own, id);
}

/** By the contract: what signed it need not be this program. */
function objectionsTo(
  entity: Entity,
  answer: Answer,
  observed: EntityObservation,
  { output, inventory, observation, reader }: Bench,
): readonly Objection[] {
  const issuer = inventory.entities.find(({ id }) => id === entity.issuer);
  const seen = issuer && observation.entities.get(issuer.id)?.cert;
  const file = issuer && readPlaced(output, issuer, 'cert');
  if (seen?.state !== 'present' || file?.state !== 'present') return [{ kind: 'certificate-signature' }];
  const key =
    answer.key === null
      ? (keyOf(entity, observed) ?? (entity.token === undefined ? null : requestedKey(answer.csr)))
      : keptKey(entity, answer.key, answer.csr, reader);
  if (key === null) return [{ kind: 'certificate-key' }];
  const signer = {
    key: publicKeyObject(certificateSpki(certificateDer(file.facts))),
    keyId: seen.facts.keyId,
  };
  const made = {
    key,
    // What someone else asked for is not what is issued.
    csr: requestOf(entity) === undefined ? reader.read('csr', answer.csr) : null,
    cert: reader.read('cert', answer.cert),
    signedBy: reader.isSigned(answer.cert, signer) ? signer.keyId : null,
  };
  const { notBefore, notAfter, newKey } = answer;
  const issuance = { notBefore, notAfter, cappedBy: null, ...carriedFrom(entity, observation, newKey) };
  return answerObjections(made, { entity, issuance, issuer: seen.facts });
}

/** A passphrase that no run has asked for yet, or that is missing, is for the step to have. */
function keptKey(entity: Entity, key: Buffer, csr: Buffer, reader: Reader): KeyFacts {
  const opened = reader.keyring.open(entity, key);
  if (opened.state !== 'closed') return reader.read('key', opened.pem);
  return opened.why.kind === 'no-secret' ? requestedKey(csr) : reader.read('key', key);
}

/** Of a key that stays closed for now: the request that was kept is one that it signed. */
function requestedKey(csr: Buffer): KeyFacts {
  const spki = requestSpki(requestDer(csr));
  const { keyId, spec } = publicKeyFacts(spki);
  return { keyId, spec, keyIdentifier: keyIdentifier(spki) };
}

/** A bridge has the name and the key of its authority as the certificate of that has them. */
function carriedFrom(entity: Entity, observation: Observation, newKey: boolean) {
  const observed = asPlanned(entity, observation);
  const lender = observation.entities.get(bridgedBy(entity) ?? '');
  return carriedOver(entity, lender === undefined ? observed : { ...observed, cert: lender.cert }, newKey);
}
