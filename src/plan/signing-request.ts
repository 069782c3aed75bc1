/**
 * What a key on another machine is asked to sign: all of a certificate but its serial number, its issuer's name, and
 * what stands in the request. A file says it (request.json), which is material to judge and no order: the signer sees
 * what comes of it. Pure.
 */
import { isName } from '../manifest/folder.ts';
import { type Entity, type EntityId, kindOf } from '../pki/entity.ts';
import { requestOf } from '../pki/key-place.ts';
import { type Digest, PADDINGS, type Padding, SIGNING_DIGESTS } from '../pki/signing.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { encodedNameDer } from '../x509/name.ts';
import { keyIdentifier } from '../x509/public-key.ts';
import type { Issuance } from './change.ts';
import { certificateSpec, issuedBy, writtenExtensions } from './wanted.ts';

/** One extension, by OID; `value` is hex of the DER. */
export interface AskedExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: string;
}

/** One certificate that is asked for. */
export interface SigningRequest {
  readonly entity: EntityId;
  readonly authority: EntityId;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly AskedExtension[];
  /** How its issuer signs; `null`: as is usual for its key. */
  readonly digest: Digest | null;
  readonly padding: Padding | null;
  /** Its name, hex of the DER, where that is not what the request says: its owner asked for another. */
  readonly subject?: string;
}

/** @param spki the key that it is for. */
export function signingRequest(
  entity: Entity,
  authority: EntityId,
  issuer: CertificateFacts,
  issuance: Issuance,
  spki: Uint8Array,
): SigningRequest {
  const spec = certificateSpec(entity, issuedBy(issuer), issuance, keyIdentifier(spki));
  const extensions = writtenExtensions(spec).map(({ rule, critical, value }) => {
    return { oid: rule.oid, critical, value: Buffer.from(rule.write(value)).toString('hex') };
  });
  const { digest, padding } = entity.signing ?? { digest: null, padding: null };
  const { notBefore, notAfter } = issuance;
  const asked = { entity: entity.id, authority, notBefore, notAfter, extensions, digest, padding };
  return requestOf(entity) === undefined ? asked : { ...asked, subject: encodedNameDer(spec.name) };
}

const OID = /^\d+(\.\d+)+$/;
const HEX = /^([0-9a-f]{2})+$/;
/** 9999-12-31T23:59:59Z (RFC 5280 §4.1.2.5). */
const END_OF_TIME = 253_402_300_799;

/** Read from a file that another machine wrote; `undefined` for anything that is not one. */
export function readSigningRequest(value: Readonly<Record<string, unknown>>): SigningRequest | undefined {
  const {
    entity,
    authority,
    notBefore,
    notAfter,
    extensions,
    digest = null,
    padding = null,
    subject,
  } = value;
  const asked = Array.isArray(extensions) ? extensions.map(readExtension) : [];
  const known = asked.flatMap((one) => one ?? []);
  const itsDigest = SIGNING_DIGESTS.find((one) => one === digest) ?? null;
  const itsPadding = PADDINGS.find((one) => one === padding) ?? null;
  const isGood =
    isId(entity) && isId(authority) && isTime(notBefore) && isTime(notAfter) && notBefore < notAfter;
  if (!isGood || known.length === 0 || known.length !== asked.length) return undefined;
  if (itsDigest !== digest || itsPadding !== padding) return undefined;
  if (subject !== undefined && !(typeof subject === 'string' && HEX.test(subject))) return undefined;
  return {
    entity,
    authority,
    notBefore,
    notAfter,
    extensions: known,
    digest: itsDigest,
    padding: itsPadding,
    ...(subject === undefined ? {} : { subject }),
  };
}

function readExtension(value: unknown): AskedExtension | undefined {
  const fields: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const { oid, critical, value: octets } = fields;
  if (typeof oid !== 'string' || !OID.test(oid) || typeof critical !== 'boolean') return undefined;
  return typeof octets === 'string' && HEX.test(octets) ? { oid, critical, value: octets } : undefined;
}

function isId(value: unknown): value is EntityId {
  return (
    typeof value === 'string' && kindOf(value) !== undefined && isName(value.slice(value.indexOf('/') + 1))
  );
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= END_OF_TIME;
}

/** Why an authority may not sign what is asked of it. */
export type SigningFault =
  | { readonly kind: 'no-authority' }
  | { readonly kind: 'unidentified' }
  | { readonly kind: 'outlives'; readonly notAfter: number }
  /** It may have no authority below it. */
  | { readonly kind: 'path-length' }
  | { readonly kind: 'other-signer' }
  | { readonly kind: 'request-signature' };

/**
 * @param asked the certificate as it would be, its signature aside. @param fits whether the signature of the request is
 * that of the key that it is for.
 */
export function signingFaults(
  asked: CertificateFacts,
  issuer: CertificateFacts,
  fits: boolean,
): readonly SigningFault[] {
  const { basicConstraints, authorityKeyIdentifier } = asked.extensions;
  const own = issuer.extensions.basicConstraints?.value;
  const limit = own?.pathLength;
  const identifier = keyIdentifierOf(issuer);
  return [
    ...(own?.ca === true ? [] : [{ kind: 'no-authority' } as const]),
    ...(identifier === null ? [{ kind: 'unidentified' } as const] : []),
    ...(asked.notAfter > issuer.notAfter ? [{ kind: 'outlives', notAfter: issuer.notAfter } as const] : []),
    ...(limit === 0 && basicConstraints?.value.ca === true ? [{ kind: 'path-length' } as const] : []),
    ...(authorityKeyIdentifier?.value.keyId === identifier ? [] : [{ kind: 'other-signer' } as const]),
    ...(fits ? [] : [{ kind: 'request-signature' } as const]),
  ];
}
