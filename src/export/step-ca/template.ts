/**
 * Certificate templates of step-ca (text/template of Go, the result JSON): one for each provisioner, in which subject, names
 * and usages are those of the manifest, and of a request counts the public key alone.
 */
import { requestOf } from '../../pki/key-place.ts';
import { type KeySpec, keySpecText } from '../../pki/key-spec.ts';
import type { KeyUsage } from '../../pki/key-usage.ts';
import { sanText } from '../../pki/san.ts';
import { commonName } from '../../pki/subject.ts';
import { isInGoOrder, namesOf, valuesOf } from '../go.ts';
import type { LeafPolicy } from '../leaf.ts';
import type { OmissionCause } from '../omission.ts';

/** As its templates call them (go.step.sm/crypto/x509util). */
const KEY_USAGES: Readonly<Record<KeyUsage, string>> = {
  digitalSignature: 'digitalSignature',
  nonRepudiation: 'contentCommitment',
  keyEncipherment: 'keyEncipherment',
  dataEncipherment: 'dataEncipherment',
  keyAgreement: 'keyAgreement',
  keyCertSign: 'certSign',
  cRLSign: 'crlSign',
  encipherOnly: 'encipherOnly',
  decipherOnly: 'decipherOnly',
};

const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'serverAuth',
  clientAuth: 'clientAuth',
  codeSigning: 'codeSigning',
  emailProtection: 'emailProtection',
  timeStamping: 'timeStamping',
  OCSPSigning: 'ocspSigning',
  anyExtendedKeyUsage: 'any',
};

/** Fields of a subject, by type. */
const SUBJECT = {
  C: 'country',
  O: 'organization',
  OU: 'organizationalUnit',
  L: 'locality',
  ST: 'province',
  street: 'streetAddress',
  postalCode: 'postalCode',
} as const;

/** Those of which it takes one. */
const SINGLE = { CN: 'commonName', serialNumber: 'serialNumber' } as const;

/** What its fields write, or it writes by itself; everything else goes in octet by octet. */
const BY_FIELD: readonly string[] = [
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltName',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
];

/** By what a token names a leaf: its common name, or what it is called here where that is none, or not its own. */
export function tokenSubject(leaf: LeafPolicy, all: readonly LeafPolicy[]): string {
  const name = commonName(leaf.entity.subject);
  const isOwn = all.filter(({ entity }) => commonName(entity.subject) === name).length === 1;
  return name !== undefined && isOwn ? name : leaf.slug;
}

/** The template of a provisioner. @param subjects what tokens call its leaves, in the same order. */
export function templateText(leaves: readonly LeafPolicy[], subjects: readonly string[]): string {
  const cases = leaves.flatMap((leaf, i) => [
    `{{- ${i === 0 ? 'if' : 'else if'} eq .Subject.CommonName ${literal(subjects[i] ?? '')} }}`,
    ...keyLines(leaf),
    certificateText(leaf),
  ]);
  return [...cases, '{{- else }}', `{{ fail "the manifest has no such entry" }}`, '{{- end }}', ''].join(
    '\n',
  );
}

/** Refuses other kinds of keys: of a key that a request brought, its kind is not ours to say. */
function keyLines({ entity }: LeafPolicy): readonly string[] {
  if (requestOf(entity) !== undefined) return [];
  const kind = `the key has to be ${keySpecText(entity.key)}`;
  const refusal = `{{ fail ${literal(kind)} }}`;
  const key = '.Insecure.CR.PublicKey';
  const { type, size } = keyTest(entity.key);
  return [
    `{{- if not (typeIs ${literal(type)} ${key}) }}${refusal}{{ end }}`,
    ...(size === null ? [] : [`{{- if ne ${key}.${size[0]} ${size[1]} }}${refusal}{{ end }}`]),
  ];
}

function keyTest(key: KeySpec): { readonly type: string; readonly size: readonly [string, string] | null } {
  if ('size' in key) return { type: '*rsa.PublicKey', size: ['Size', String(key.size / 8)] };
  if (key.algorithm === 'ecdsa')
    return { type: '*ecdsa.PublicKey', size: ['Curve.Params.Name', literal(key.curve)] };
  return { type: 'ed25519.PublicKey', size: null };
}

/** The certificate as JSON, in which nothing is left that a template would take for its own. */
function certificateText(leaf: LeafPolicy): string {
  const { entity, extensions } = leaf;
  const { san, signing } = entity;
  const purposes = leaf.extendedKeyUsage;
  const others = extensions.filter(({ rule }) => !BY_FIELD.includes(rule.name));
  const value = {
    subject: subjectData(leaf),
    dnsNames: namesOf(san, 'dns'),
    ipAddresses: namesOf(san, 'ip'),
    uris: namesOf(san, 'uri'),
    emailAddresses: namesOf(san, 'email'),
    keyUsage: leaf.keyUsage.map((usage) => KEY_USAGES[usage]),
    extKeyUsage: purposes.flatMap((purpose) => PURPOSES[purpose] ?? []),
    unknownExtKeyUsage: purposes.filter((purpose) => PURPOSES[purpose] === undefined),
    basicConstraints: { isCA: false, maxPathLen: -1 },
    extensions: others.map(({ rule, critical, value: content }) => {
      return { id: rule.oid, critical, value: Buffer.from(rule.write(content)).toString('base64') };
    }),
    ...(signing === undefined ? {} : { signatureAlgorithm: signatureName(leaf) }),
  };
  const filled = Object.entries(value).filter(([, one]) => !Array.isArray(one) || one.length > 0);
  return plain(JSON.stringify(Object.fromEntries(filled), null, 2));
}

function subjectData({ entity: { subject } }: LeafPolicy): object {
  const lists = Object.entries(SUBJECT).map(([type, field]) => [field, valuesOf(subject, type)] as const);
  const single = Object.entries(SINGLE).map(([type, field]) => [field, valuesOf(subject, type)[0]] as const);
  return Object.fromEntries([
    ...lists.filter(([, values]) => values.length > 0),
    ...single.filter(([, value]) => value !== undefined),
  ]);
}

function signatureName({ entity: { signing }, issuer }: LeafPolicy): string {
  const bits = (signing?.digest ?? 'sha256').slice(3);
  if (issuer.key.algorithm === 'ecdsa') return `ECDSA-SHA${bits}`;
  if (!('size' in issuer.key)) return 'Ed25519';
  return signing?.padding === 'rsa-pss' ? `SHA${bits}-RSAPSS` : `SHA${bits}-RSA`;
}

/** Why there cannot be such a template. */
export function templateProblems(leaf: LeafPolicy): readonly OmissionCause[] {
  const { entity, issuer, extensions } = leaf;
  const { subject, san, exactSubject } = entity;
  const types: readonly string[] = [...Object.keys(SUBJECT), ...Object.keys(SINGLE)];
  const strange = subject.filter(
    ({ type }) =>
      !types.includes(type) || (Object.hasOwn(SINGLE, type) && valuesOf(subject, type).length > 1),
  );
  return [
    ...[issuer.key, ...(requestOf(entity) === undefined ? [entity.key] : [])]
      .filter((key) => !isKnown(key))
      .map((key) => ({ kind: 'key', key: keySpecText(key) }) as const),
    ...strange.map(({ type }) => ({ kind: 'attribute', type }) as const),
    ...(exactSubject === true && !isInGoOrder(subject) ? [{ kind: 'order' } as const] : []),
    ...san
      .filter(({ kind }) => !['dns', 'ip', 'uri', 'email'].includes(kind))
      .map((one) => ({ kind: 'san', name: sanText(one) }) as const),
    ...extensions
      .filter(({ rule, critical }) => rule.name === 'extendedKeyUsage' && critical)
      .map(({ rule }) => ({ kind: 'extension', name: rule.name }) as const),
    ...(leaf.ttl < SHORTEST ? [{ kind: 'validity' } as const] : []),
  ];
}

/** Seconds: step-ca takes five minutes for the least. */
const SHORTEST = 300;

/** It refuses RSA below 2048 bits, and Go knows neither Ed448 nor keys that are for PSS alone. */
function isKnown(key: KeySpec): boolean {
  return key.algorithm === 'rsa' ? key.size >= 2048 : ['ecdsa', 'ed25519'].includes(key.algorithm);
}

/** A string of Go, in which a template sees no end of anything. */
function literal(text: string): string {
  return plain(JSON.stringify(text));
}

/** Braces in pairs begin and end actions; the same character as an escape is data to Go and to JSON. Indented, JSON has none. */
function plain(json: string): string {
  return json.replaceAll('{{', '\\u007b\\u007b').replaceAll('}}', '\\u007d\\u007d');
}
