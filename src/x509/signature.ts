/** The signature on a certificate, request or CRL (RFC 5280 §4.1.1): its algorithm, and whose key made it. */
import { constants, type KeyObject, verify } from 'node:crypto';
import {
  bitStringBytes,
  children,
  context,
  type Der,
  expectTag,
  oidText,
  readAll,
  smallInteger,
  TAG,
} from './der.ts';
import { DIGESTS, SIGNATURES } from './oids.ts';

/** The SIGNED{} wrapper that certificates, requests and CRLs share. */
export interface SignedParts {
  readonly tbsDer: Der;
  /** AlgorithmIdentifier. */
  readonly algorithm: Der;
  readonly signature: Uint8Array;
}

/** @throws DerError where `der` is not one signed structure. */
export function signedParts(der: Uint8Array): SignedParts {
  const [tbs, algorithm, signature] = children(expectTag(readAll(der), TAG.sequence));
  return {
    tbsDer: expectTag(tbs, TAG.sequence),
    algorithm: expectTag(algorithm, TAG.sequence),
    signature: bitStringBytes(signature),
  };
}

interface Scheme {
  /** As openssl calls it; the OID of one that is unknown here. */
  readonly name: string;
  /** `null`: the algorithm has its own; `undefined`: none that could be checked. */
  readonly digest: string | null | undefined;
  /** Of RSASSA-PSS, in octets. */
  readonly saltLength?: number;
}

const PSS = '1.2.840.113549.1.1.10';

function schemeOf(algorithm: Der): Scheme {
  const [oid, parameters] = children(algorithm);
  const dotted = oidText(oid);
  return dotted === PSS ? pssScheme(parameters) : (SIGNATURES[dotted] ?? { name: dotted, digest: undefined });
}

/** RSASSA-PSS-params (RFC 4055 §3.1). Node checks signatures of which both digests are the same, as it recommends. */
function pssScheme(parameters: Der | undefined): Scheme {
  const parts = parameters === undefined ? [] : children(expectTag(parameters, TAG.sequence));
  const part = (n: number): Der | undefined => {
    const wrapper = parts.find(({ tag }) => tag === context(n));
    return wrapper === undefined ? undefined : children(wrapper)[0];
  };
  const digest = digestOf(part(0));
  const mask = part(1);
  const maskDigest = digestOf(mask && children(mask)[1]);
  const salt = part(2);
  return {
    name: `rsassaPss-${digest ?? 'unknown'}`,
    digest: digest === maskDigest ? digest : undefined,
    saltLength: salt === undefined ? 20 : smallInteger(salt),
  };
}

/** SHA-1 by default. */
function digestOf(algorithm: Der | undefined): string | undefined {
  return algorithm === undefined ? 'sha1' : DIGESTS[oidText(children(algorithm)[0])];
}

/** The algorithm by name: `ecdsa-with-SHA256`, `rsassaPss-sha256`; by its OID where it has none here. */
export function signatureName(algorithm: Der): string {
  return schemeOf(algorithm).name;
}

/** Whether signatures by this algorithm can be checked at all. */
export function isCheckable(der: Uint8Array): boolean {
  return schemeOf(signedParts(der).algorithm).digest !== undefined;
}

/** Whether the key made the signature on this certificate, request or CRL; never by an algorithm that cannot be checked. */
export function signedBy(der: Uint8Array, key: KeyObject): boolean {
  const { tbsDer, algorithm, signature } = signedParts(der);
  const { digest, saltLength } = schemeOf(algorithm);
  if (digest === undefined) return false;
  const pss = saltLength === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  try {
    return verify(digest, tbsDer.bytes, { key, ...pss }, signature);
  } catch {
    // Node throws where the type of the key and the algorithm do not go together: then that key did not sign.
    return false;
  }
}
