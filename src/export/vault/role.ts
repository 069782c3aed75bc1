/** One role of OpenBao's and Vault's PKI for each leaf: what it issues is that leaf's certificate and no other. */
import type { Authority } from '../../pki/entity.ts';
import { requestOf } from '../../pki/key-place.ts';
import { type KeySpec, keySpecText } from '../../pki/key-spec.ts';
import type { KeyUsage } from '../../pki/key-usage.ts';
import type { Policy } from '../../pki/policy.ts';
import { digestFor } from '../../x509/signature-write.ts';
import type { LeafPolicy } from '../leaf.ts';
import type { OmissionCause } from '../omission.ts';
import { nameProblems, requestNames, roleNames, roleSubject } from './names.ts';

/** As Go's crypto/x509 calls them. */
const KEY_USAGES: Readonly<Record<KeyUsage, string>> = {
  digitalSignature: 'DigitalSignature',
  nonRepudiation: 'ContentCommitment',
  keyEncipherment: 'KeyEncipherment',
  dataEncipherment: 'DataEncipherment',
  keyAgreement: 'KeyAgreement',
  keyCertSign: 'CertSign',
  cRLSign: 'CRLSign',
  encipherOnly: 'EncipherOnly',
  decipherOnly: 'DecipherOnly',
};

const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'ServerAuth',
  clientAuth: 'ClientAuth',
  codeSigning: 'CodeSigning',
  emailProtection: 'EmailProtection',
  timeStamping: 'TimeStamping',
  OCSPSigning: 'OCSPSigning',
  anyExtendedKeyUsage: 'Any',
};

/** Extensions that these engines write as critical; names where the subject is empty, as RFC 5280 §4.2.1.6 has it. */
const CRITICAL: ReadonlySet<string> = new Set(['basicConstraints', 'keyUsage', 'subjectAltName']);

/** Others that they write, some of them by themselves. */
const UNCRITICAL: ReadonlySet<string> = new Set([
  'extendedKeyUsage',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'certificatePolicies',
  'crlDistributionPoints',
  'authorityInfoAccess',
]);

/** The data of a role, every field that decides about a certificate: what is left out would keep an earlier value. */
export function roleData(leaf: LeafPolicy): object {
  const { entity, ttl } = leaf;
  return {
    issuer_ref: 'default',
    // Of a request from elsewhere it is known which key it has, and of that no role can know.
    ...(requestOf(entity) === undefined ? roleKey(entity.key) : { key_type: 'any', key_bits: 0 }),
    key_usage: leaf.keyUsage.map((usage) => KEY_USAGES[usage]),
    ext_key_usage: leaf.extendedKeyUsage.flatMap((purpose) => PURPOSES[purpose] ?? []),
    ext_key_usage_oids: leaf.extendedKeyUsage.filter((purpose) => PURPOSES[purpose] === undefined),
    // The lists above say it.
    ...{ server_flag: false, client_flag: false, code_signing_flag: false, email_protection_flag: false },
    basic_constraints_valid_for_non_ca: true,
    ...roleSubject(entity.subject),
    ...roleNames(entity),
    ...{ use_csr_common_name: false, use_csr_sans: false },
    policy_identifiers: leaf.policies.map(policyText),
    ...{ ttl, max_ttl: ttl, not_before_duration: entity.backdate },
    signature_bits: signatureBits(leaf),
    use_pss: entity.signing?.padding === 'rsa-pss',
    ...{ generate_lease: false, no_store: false },
  };
}

/** What a client sends beside its request, and nothing else may be sent. */
export function requestData(leaf: LeafPolicy): Readonly<Record<string, string>> {
  // Texts, because a policy takes any value for one that is true or false.
  return { ...requestNames(leaf.entity), exclude_cn_from_sans: 'true', remove_roots_from_chain: 'true' };
}

/**
 * The ACL policy of a client that may have this certificate: a role knows sets of names, this states the names. What is
 * required is what makes a difference; of `csr` and `format` any value is right.
 */
export function policyData(leaf: LeafPolicy, mount: string): object {
  const fixed = requestData(leaf);
  const allowed = Object.fromEntries(Object.entries(fixed).map(([name, value]) => [name, [value]]));
  return {
    path: {
      [`${mount}/sign/${leaf.slug}`]: {
        capabilities: ['update'],
        required_parameters: ['csr', ...Object.keys(fixed)],
        allowed_parameters: { csr: [], format: ['pem', 'pem_bundle', 'der'], ...allowed },
      },
    },
  };
}

/** Why there cannot be such a role. */
export function roleProblems(leaf: LeafPolicy): readonly OmissionCause[] {
  const { entity, extensions } = leaf;
  return [
    ...(requestOf(entity) === undefined ? keyProblems(entity.key) : []),
    ...nameProblems(entity),
    ...extensions
      .filter(({ rule, critical }) => !CRITICAL.has(rule.name) && (critical || !UNCRITICAL.has(rule.name)))
      .map(({ rule }) => ({ kind: 'extension', name: rule.name }) as const),
    ...(leaf.policies.some(isBeyondText)
      ? [{ kind: 'extension', name: 'certificatePolicies' } as const]
      : []),
    ...(signsOtherwise(leaf) ? [{ kind: 'signature' } as const] : []),
  ];
}

/** Whether these engines can have such a key. */
export function keyProblems(key: KeySpec): readonly OmissionCause[] {
  const isKnown =
    key.algorithm === 'rsa'
      ? [2048, 3072, 4096, 8192].includes(key.size)
      : ['ecdsa', 'ed25519'].includes(key.algorithm);
  return isKnown ? [] : [{ kind: 'key', key: keySpecText(key) }];
}

/** A kind of key as these engines have it; of signing, sizes are the least that they take. */
export function roleKey(key: KeySpec): { readonly key_type: string; readonly key_bits: number } {
  if ('size' in key) return { key_type: 'rsa', key_bits: key.size };
  if (key.algorithm === 'ecdsa') return { key_type: 'ec', key_bits: Number(key.curve.slice(2)) };
  return { key_type: key.algorithm, key_bits: 0 };
}

/** 0 leaves it to the engine, which goes by the curve, and otherwise takes SHA-256. */
function signatureBits({ entity }: LeafPolicy): number {
  const digest = entity.signing?.digest ?? null;
  return digest === null ? 0 : Number(digest.slice(3));
}

/** By a curve there is one digest. */
function signsOtherwise({ entity, issuer }: LeafPolicy): boolean {
  const digest = entity.signing?.digest ?? null;
  return issuer.key.algorithm === 'ecdsa' && digest !== null && digest !== digestFor(keySpecText(issuer.key));
}

/** An OID, or JSON with what is said of it. */
function policyText({ oid, qualifiers }: Policy): string {
  const said = qualifiers.map(({ kind, text }) => [kind, text] as const);
  return said.length === 0 ? oid : JSON.stringify({ oid, ...Object.fromEntries(said) });
}

/** One address and one notice, each at most once. */
function isBeyondText({ qualifiers }: Policy): boolean {
  const kinds = qualifiers.map(({ kind }) => kind);
  return kinds.includes('other') || new Set(kinds).size !== kinds.length;
}

/** Where the authority publishes what its certificates point to. */
export function urlData({ crl, ocsp, caIssuers }: Authority): object {
  return {
    issuing_certificates: caIssuers?.url ?? [],
    crl_distribution_points: crl?.url ?? [],
    ocsp_servers: ocsp?.url ?? [],
    enable_templating: false,
  };
}
