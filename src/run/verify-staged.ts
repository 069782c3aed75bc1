/** Whether what was made for an entity is what was asked, read from the staged files themselves. */

import type { Artifact } from '../pki/artifact.ts';
import type { Maker } from '../pki/engine.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { bridgedBy, isKeyless, requestOf, shownBy } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { answerObjections, crossObjections, type Made, objections } from '../plan/accept.ts';
import { type FactsOf, ruleOf } from '../plan/artifacts/rules.ts';
import { crossingOf, isIssue, issuanceOf, type Work } from '../plan/change.ts';
import type { Objection } from '../plan/objection.ts';
import type { Reader } from '../store/observe/reader.ts';
import { StepError } from '../store/step-error.ts';
import { certificateSpki } from '../x509/certificate.ts';
import type { CertificateFacts, KeyFacts } from '../x509/facts.ts';
import {
  certificateDer,
  parseCertificate,
  parseListPieces,
  parsePieces,
  parsePublicKey,
} from '../x509/parse.ts';
import { publicKeyOf } from '../x509/parse-key.ts';
import { keyIdentifier } from '../x509/public-key.ts';
import { signedBy } from '../x509/signature.ts';
import { publicKeyObject } from '../x509/verification-key.ts';
import { keyAfter } from './keys.ts';
import { partsText } from './parts.ts';
import type { Run } from './run.ts';
import type { Staging } from './staging.ts';
import { verifyLastList, verifyList } from './verify-list.ts';

/** What is new, for the ledger. */
export interface Verified {
  readonly issued: CertificateFacts | null;
  readonly cross: CertificateFacts | null;
}

/** Rejects with a StepError where anything is wrong. */
export async function verifyStaged(run: Run, entity: Entity, change: Work): Promise<Verified> {
  for (const artifact of change.writes) verifyConverted(run, entity, change, artifact);
  if (change.list !== undefined)
    verifyList(run, entity, change, stagedFacts(run.staging, entity.id, 'crl', run.reader));
  verifyLastList(run, entity, change);
  // Nothing is made that takes the key, and it cannot be read.
  if (isKeyless(entity) || (entity.elsewhere && !change.writes.includes('public')))
    return { issued: null, cross: null };
  const key = keyIn(run, entity, change);
  if (change.writes.includes('public')) verifyPublic(key, run.staging.read(entity.id, 'public'));
  return {
    issued: await verifyIssued(run, entity, change, key),
    cross: verifyCross(run, entity, change, key),
  };
}

async function verifyIssued(
  { staging, published, reader }: Run,
  entity: Entity,
  change: Work,
  { facts: key, spki }: KeyAtHand,
): Promise<CertificateFacts | null> {
  const { id } = entity;
  const issuance = issuanceOf(change);
  if (issuance === null && !change.writes.includes('csr')) return null;
  const certFile = issuance === null ? null : staging.read(id, 'cert');
  const csr = spki === null ? null : stagedFacts(staging, id, 'csr', reader);
  const issuer = entity.issuer === null ? null : published.certificate(entity.issuer);
  const cert = certFile === null ? null : stagedFacts(staging, id, 'cert', reader);
  const signer =
    issuer === null
      ? { key: publicKeyObject(hereIn(spki)), keyId: key.keyId }
      : { key: issuer.key, keyId: issuer.facts.keyId };
  const isSigned = certFile !== null && (await reader.isSignedMeanwhile(certFile, signer));
  const made: Made = { key, csr, cert, signedBy: isSigned ? signer.keyId : null };
  const maker = staging.makerOf(id, cert === null ? 'csr' : 'cert');
  const judge = isIssue(change) && change.answered ? answerObjections : objections;
  throwAny(maker, judge(made, { entity, issuance, issuer: issuer?.facts ?? null }));
  return cert;
}

/** Its issuer is what the root still is on the disk. */
function verifyCross(
  { staging, published }: Run,
  entity: Entity,
  change: Work,
  { facts: key }: KeyAtHand,
): CertificateFacts | null {
  const crossing = crossingOf(change);
  if (crossing === null) return null;
  const file = staging.read(entity.id, 'cross');
  const issuer = published.current(entity.id);
  const cert = parseCertificate(file);
  const signed = signedBy(certificateDer(file), issuer.key) ? issuer.facts.keyId : null;
  const asked = { entity, issuance: crossing.issuance, issuer: issuer.facts };
  throwAny(staging.makerOf(entity.id, 'cross'), crossObjections({ cert, key, signedBy: signed }, asked));
  return cert;
}

function throwAny(maker: Maker, found: readonly Objection[]): void {
  if (found.length > 0) throw new StepError({ kind: 'made-other', maker, objections: found });
}

/** The key of an entity. */
interface KeyAtHand {
  readonly facts: KeyFacts;
  /** SubjectPublicKeyInfo; `null` where the private half is with someone else. */
  readonly spki: Uint8Array | null;
}

function keyIn(run: Run, entity: Entity, change: Work): KeyAtHand {
  const { key } = entity;
  const request = requestOf(entity);
  if (request !== undefined) return { facts: { ...request.key, spec: keySpecText(key) }, spki: null };
  const lender = shownBy(entity);
  if (lender !== null) return shownIn(run, entity, lender);
  const shown = shownFor(run, entity);
  if (shown !== undefined) return shown;
  const file = keyAfter(run, entity, change);
  return { facts: run.reader.read('key', file), spki: publicKeyOf(file) };
}

/** Of a bridge, the key is its authority's. */
function shownFor({ reader }: Run, entity: Entity): KeyAtHand | undefined {
  return reader.tokens.of(bridgedBy(entity) ?? entity.id);
}

/** The key in the certificate of an authority; the manifest does not say of what kind it is. */
function shownIn({ published }: Run, { key }: Entity, lender: EntityId): KeyAtHand {
  const { facts, pem } = published.certificate(lender);
  const spki = certificateSpki(certificateDer(Buffer.from(pem)));
  const identified = { keyId: facts.keyId, keyIdentifier: keyIdentifier(spki) };
  return { facts: { ...identified, spec: keySpecText(key) }, spki: null };
}

function hereIn(spki: Uint8Array | null): Uint8Array {
  if (spki === null) throw new Error('Internal error: what signs itself has its key here');
  return spki;
}

/** openssl exits 0 even where half of its output is missing. */
function stagedFacts<A extends Artifact>(
  staging: Staging,
  id: EntityId,
  file: A,
  reader: Reader,
): FactsOf<A> {
  const bytes = staging.read(id, file);
  try {
    return reader.read(file, bytes);
  } catch (error) {
    const [path, maker] = [staging.name(id, file), staging.makerOf(id, file)];
    throw new StepError({ kind: 'made-garbage', path, maker, detail: messageOf(error) });
  }
}

function verifyPublic({ facts }: KeyAtHand, publicFile: Buffer): void {
  if (parsePublicKey(publicFile) !== facts.keyId) throw new StepError({ kind: 'other-public-key' });
}

/** A converted file must hold what its parts hold. */
function verifyConverted(run: Run, entity: Entity, change: Work, artifact: Artifact): void {
  const rule = ruleOf(artifact);
  if (rule.by !== 'conversion') return;
  const parse = rule.format === 'list-der' ? parseListPieces : parsePieces;
  const wanted = parse(Buffer.from(partsText(run, change, rule.parts(entity, run.byId))));
  const found = rule.pieces(stagedFacts(run.staging, entity.id, artifact, run.reader));
  if (found.join() === wanted.join()) return;
  const maker = run.staging.makerOf(entity.id, artifact);
  throw new StepError({ kind: 'made-other-content', maker, artifact });
}
