/** Object identifiers that this engine reads or writes, by their names in the standards. */
import type { MlDsa } from '../pki/key-spec.ts';

/** extensionRequest of a CSR, RFC 2985 §5.4.2. */
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** Named curves by OID, RFC 5480 §2.1.1.1. */
export const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
};

/** Public key algorithms, RFC 3279 §2.3, RFC 4055 §1.2 and RFC 8410 §3. */
export const KEY_ALGORITHM = {
  rsa: '1.2.840.113549.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
  ec: '1.2.840.10045.2.1',
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
} as const;

/** Kinds of keys that a manifest does not have, by their usual names; others are shown by number. */
export const OTHER_KEYS: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.1': 'dsa',
  '1.2.840.10045.3.1.1': 'ecdsa-p192',
  '1.3.132.0.33': 'ecdsa-p224',
  '1.3.132.0.10': 'ecdsa-secp256k1',
  '1.3.36.3.3.2.8.1.1.7': 'ecdsa-brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'ecdsa-brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'ecdsa-brainpoolP512r1',
  '1.2.156.10197.1.301': 'sm2',
  '1.3.101.110': 'x25519',
  '1.3.101.111': 'x448',
};

/** Keys of ML-DSA, RFC 9881 §2. */
export const ML_DSA: Readonly<Record<string, MlDsa>> = {
  '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
  '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
};

/** Signature algorithms and the digest node's `verify` wants for each (`null`: the algorithm brings its own). */
export const SIGNATURES: Readonly<Record<string, { readonly name: string; readonly digest: string | null }>> =
  {
    '1.2.840.113549.1.1.4': { name: 'md5WithRSAEncryption', digest: 'md5' },
    '1.2.840.113549.1.1.5': { name: 'sha1WithRSAEncryption', digest: 'sha1' },
    '1.3.14.3.2.29': { name: 'sha1WithRSA', digest: 'sha1' },
    '1.2.840.113549.1.1.14': { name: 'sha224WithRSAEncryption', digest: 'sha224' },
    '1.2.840.113549.1.1.11': { name: 'sha256WithRSAEncryption', digest: 'sha256' },
    '1.2.840.113549.1.1.12': { name: 'sha384WithRSAEncryption', digest: 'sha384' },
    '1.2.840.113549.1.1.13': { name: 'sha512WithRSAEncryption', digest: 'sha512' },
    '1.2.840.10045.4.1': { name: 'ecdsa-with-SHA1', digest: 'sha1' },
    '1.2.840.10045.4.3.1': { name: 'ecdsa-with-SHA224', digest: 'sha224' },
    '1.2.840.10045.4.3.2': { name: 'ecdsa-with-SHA256', digest: 'sha256' },
    '1.2.840.10045.4.3.3': { name: 'ecdsa-with-SHA384', digest: 'sha384' },
    '1.2.840.10045.4.3.4': { name: 'ecdsa-with-SHA512', digest: 'sha512' },
    '2.16.840.1.101.3.4.3.9': { name: 'ecdsa_with_SHA3-224', digest: 'sha3-224' },
    '2.16.840.1.101.3.4.3.10': { name: 'ecdsa_with_SHA3-256', digest: 'sha3-256' },
    '2.16.840.1.101.3.4.3.11': { name: 'ecdsa_with_SHA3-384', digest: 'sha3-384' },
    '2.16.840.1.101.3.4.3.12': { name: 'ecdsa_with_SHA3-512', digest: 'sha3-512' },
    '2.16.840.1.101.3.4.3.13': { name: 'RSA-SHA3-224', digest: 'sha3-224' },
    '2.16.840.1.101.3.4.3.14': { name: 'RSA-SHA3-256', digest: 'sha3-256' },
    '2.16.840.1.101.3.4.3.15': { name: 'RSA-SHA3-384', digest: 'sha3-384' },
    '2.16.840.1.101.3.4.3.16': { name: 'RSA-SHA3-512', digest: 'sha3-512' },
    '1.2.840.10040.4.3': { name: 'dsaWithSHA1', digest: 'sha1' },
    '2.16.840.1.101.3.4.3.1': { name: 'dsa_with_SHA224', digest: 'sha224' },
    '2.16.840.1.101.3.4.3.2': { name: 'dsa_with_SHA256', digest: 'sha256' },
    '1.3.101.112': { name: 'ED25519', digest: null },
    '1.3.101.113': { name: 'ED448', digest: null },
    // Each signs by a key of that kind, which has the same number (RFC 9881 §2).
    '2.16.840.1.101.3.4.3.17': { name: 'ML-DSA-44', digest: null },
    '2.16.840.1.101.3.4.3.18': { name: 'ML-DSA-65', digest: null },
    '2.16.840.1.101.3.4.3.19': { name: 'ML-DSA-87', digest: null },
  };

/** Algorithms that are only known by name: openssl knows no key for them, or they are broken, or newer than Node 20. */
export const UNCHECKED_SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.3': 'md4WithRSAEncryption',
  '1.3.36.3.3.1.2': 'ripemd160WithRSA',
  '1.2.840.113549.1.1.15': 'sha512-224WithRSAEncryption',
  '1.2.840.113549.1.1.16': 'sha512-256WithRSAEncryption',
  '1.3.6.1.5.5.7.6.30': 'rsassaPss-shake128',
  '1.3.6.1.5.5.7.6.31': 'rsassaPss-shake256',
  '1.3.6.1.5.5.7.6.32': 'ecdsa_with_SHAKE128',
  '1.3.6.1.5.5.7.6.33': 'ecdsa_with_SHAKE256',
  '1.2.156.10197.1.501': 'SM2-with-SM3',
};

/** Digests (RFC 8017 B.1, NIST), by the names that node has for them. */
export const DIGESTS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
  '2.16.840.1.101.3.4.2.7': 'sha3-224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
};

/** RSASSA-PSS as a signature, RFC 4055 §3.1; keys that can do nothing else have the same number. */
export const RSASSA_PSS = KEY_ALGORITHM.rsaPss;

/** The mask generation function of RSASSA-PSS, RFC 8017 appendix B.2.1. */
export const MGF1 = '1.2.840.113549.1.1.8';

/** Extensions of revocation lists (RFC 5280 §5.2). */
export const CRL_LIST = { crlNumber: '2.5.29.20', delta: '2.5.29.27', scope: '2.5.29.28' } as const;
/** Those of their entries (RFC 5280 §5.3). */
export const CRL_ENTRY = { reason: '2.5.29.21', invalidityDate: '2.5.29.24', issuer: '2.5.29.29' } as const;
