/** The files of an entity as TLS needs them, and whether TLS can use them at all. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { errorCode } from '../pki/errors.ts';
import type { Fault, Problem } from './outcome.ts';

/** PEM texts: `key.pem`, `fullchain.pem` (leaf first, then its issuers below the root), `ca.pem` (trusted roots). */
export interface Credentials {
  readonly key: string;
  readonly fullchain: string;
  readonly ca: string;
  /** Revocation lists; absent: it reads none. */
  readonly crl?: string;
}

/** Something ready for use, or why it is not: trouble with the files is a value here, never an exception. */
export type Prepared<Value, Trouble extends Problem = Problem> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Trouble };

/** PKCS#8 says it in the label, the older formats in a header; Node's error says it differently in each version. */
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * What is wrong with these files, before TLS sees them. Node needs this help: it takes an EC key for an RSA
 * certificate without a word (OpenSSL files them in two slots), ignores what it cannot read in `ca`, and trusts
 * every public CA when `ca` is an empty string.
 */
export function credentialsProblem({ key, fullchain, ca }: Credentials): Problem | undefined {
  if (ENCRYPTED_KEY.test(key)) return { fault: 'key-encrypted', code: 'KEY_IS_ENCRYPTED' };
  const privateKey = attempt('key-unreadable', () => createPrivateKey(key));
  const leaf = attempt('certificate-unreadable', () => new X509Certificate(fullchain));
  if (!privateKey.ok) return privateKey.problem;
  if (!leaf.ok) return leaf.problem;
  return mismatch(privateKey.value, leaf.value) ?? bundleProblem(ca);
}

function mismatch(key: KeyObject, leaf: X509Certificate): Problem | undefined {
  return leaf.checkPrivateKey(key) ? undefined : { fault: 'mismatch', code: 'KEY_VALUES_MISMATCH' };
}

function bundleProblem(ca: string): Problem | undefined {
  const certificates = ca.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return { fault: 'no-trust-anchor', code: 'NO_TRUST_ANCHOR' };
  const parsed = attempt('bundle-unreadable', () => certificates.map((pem) => new X509Certificate(pem)));
  return parsed.ok ? undefined : parsed.problem;
}

/** Runs what may throw; `fault` is what it means if it does. */
export function attempt<Value>(fault: Fault, action: () => Value): Prepared<Value> {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    return { ok: false, problem: { fault, code: errorCode(error) } };
  }
}
