/** What an authority answers about its certificates, and which of its answers are due. Pure. */
import { type CertificateStatus, type OcspSettings, statusText } from '../pki/certificate-status.ts';
import type { Authority, EndEntity, Entity, EntityId } from '../pki/entity.ts';
import { renewWindow } from '../pki/renewal.ts';
import type { ListTerms } from '../pki/revocation.ts';
import type { SigningTerms } from '../pki/signing.ts';
import type { OcspFacts } from '../x509/ocsp-response.ts';
import { signatureUnder } from '../x509/signature-write.ts';
import { NOTHING, type Observation } from './observation.ts';
import type { Listing } from './revocations.ts';

/** A certificate that an authority issued, as the ledger has it. */
export interface IssuedCertificate {
  readonly entity: EntityId;
  readonly issuer: EntityId;
  readonly serial: string;
  readonly keyId: string;
  /** Seconds since 1970: when it was issued, and its end. */
  readonly time: number;
  readonly notAfter: number;
}

/** What is answered about one certificate. */
export interface Answer {
  readonly serial: string;
  readonly status: CertificateStatus;
  /** The entity that has it in its place. Absent: none has. */
  readonly of?: EntityId;
}

/** An authority that answers about what it signed. */
export type AnsweringAuthority = Authority & { readonly ocsp: OcspSettings };

/** Whether it is one whose certificates are asked about, and that is not revoked itself. */
export function answersOcsp(entity: Entity): entity is AnsweringAuthority {
  return entity.kind === 'authority' && entity.ocsp !== undefined && entity.revoked === undefined;
}

/**
 * Those whose certificates let them answer for the authority (RFC 6960 §4.2.2.2): it issued them itself, for that purpose. Their
 * keys are here.
 */
export function respondersOf(authority: Authority, entities: readonly Entity[]): readonly EndEntity[] {
  return entities.filter(
    (entity): entity is EndEntity =>
      entity.kind !== 'authority' &&
      entity.issuer === authority.id &&
      entity.revoked === undefined &&
      entity.keyPlace === undefined &&
      entity.elsewhere === undefined &&
      entity.extendedKeyUsage?.includes('OCSPSigning') === true,
  );
}

/** What all answers of an authority follow from. */
export interface Known {
  readonly entities: readonly Entity[];
  readonly observation: Observation;
  readonly issued: readonly IssuedCertificate[];
  /** `undefined`: the authority makes no list, and so revokes nothing. */
  readonly listing: Listing | undefined;
  /** The key of the authority. */
  readonly keyId: string;
}

/**
 * About every certificate that has not ended: those in their places, those that the ledger knows, and those that are on the
 * list. What is revoked is what was listed: both say the same to those who ask.
 */
export function answersOf({ id }: Authority, known: Known, now: number): readonly Answer[] {
  const { entities, observation, listing } = known;
  const placed = new Map(
    entities.flatMap((entity): readonly (readonly [string, EntityId])[] => {
      const { cert, signedBy } = observation.entities.get(entity.id) ?? NOTHING;
      const isOwn = entity.issuer === id && cert.state === 'present' && signedBy === known.keyId;
      return isOwn && cert.facts.notAfter >= now ? [[cert.facts.serial, entity.id]] : [];
    }),
  );
  const recorded = ofKey(id, known).filter(({ notAfter }) => notAfter >= now);
  const listed = [...(listing?.listed.keys() ?? [])].filter((serial) => {
    const end = listing?.ends.get(serial);
    return end === undefined || end >= now;
  });
  const serials = new Set([...placed.keys(), ...recorded.map(({ serial }) => serial), ...listed]);
  return [...serials].map((serial) => {
    const of = placed.get(serial);
    return { serial, status: statusOf(serial, listing), ...(of === undefined ? {} : { of }) };
  });
}

/** Certificates that the authority's current key signed: what a former key signed is asked about under another name. */
function ofKey(id: EntityId, { issued, keyId }: Known): readonly IssuedCertificate[] {
  const own = issued.filter(({ entity }) => entity === id);
  const former = own.filter((one) => one.keyId !== keyId).map(({ time }) => time);
  const last = Math.max(Number.NEGATIVE_INFINITY, ...former);
  const current = own.filter((one) => one.keyId === keyId && one.time >= last).map(({ time }) => time);
  const since = former.length === 0 || current.length === 0 ? last : Math.min(...current);
  return issued.filter(({ entity, issuer, time }) => issuer === id && entity !== id && time >= since);
}

function statusOf(serial: string, listing: Listing | undefined): CertificateStatus {
  const entry = listing?.listed.get(serial);
  return entry === undefined ? { kind: 'good' } : { kind: 'revoked', date: entry.date, reason: entry.reason };
}

/** What a response has to be. */
export interface WantedResponse {
  /** Hex of the DER of what names the certificate. */
  readonly certId: string;
  readonly status: CertificateStatus;
  /** Fingerprints of the certificates that come along. */
  readonly certificates: readonly string[];
  /** The longest that its signer can answer for, in seconds since 1970. */
  readonly end: number;
  /** How what the authority answers for is signed. */
  readonly signing: SigningTerms;
}

/** Whether it says what it has to, by the signer that it has to be of, and was made for as long. */
export function isWantedResponse(found: OcspFacts, wanted: WantedResponse, { validity }: ListTerms): boolean {
  const { thisUpdate, nextUpdate } = found;
  if (nextUpdate === null) return false;
  const length = Math.min(validity, wanted.end - thisUpdate);
  return (
    found.certId === wanted.certId &&
    statusText(found.status) === statusText(wanted.status) &&
    found.certificates.join() === wanted.certificates.join() &&
    signatureUnder(wanted.signing, found.signature) === found.signature &&
    nextUpdate <= wanted.end &&
    Math.abs(nextUpdate - thisUpdate - length) <= TOLERANCE
  );
}

/** openssl counts in minutes, and its clock may have gone on by some seconds. */
const TOLERANCE = 120;

/** Whether a response is to be followed by the next: not before that would be good for longer. */
export function isResponseDue(
  found: OcspFacts,
  wanted: WantedResponse,
  terms: ListTerms,
  now: number,
): boolean {
  const { thisUpdate, nextUpdate } = found;
  if (nextUpdate === null || nextUpdate <= now) return true;
  const window = renewWindow(terms.renewBefore, nextUpdate - thisUpdate);
  const isLonger = Math.min(now + terms.validity, wanted.end) - TOLERANCE > nextUpdate;
  return nextUpdate - now <= window && isLonger;
}

/** For how many whole minutes a response that is signed now is good. */
export function responseMinutes({ validity }: ListTerms, end: number, now: number): number {
  return Math.floor(Math.min(validity, end - now) / 60);
}
