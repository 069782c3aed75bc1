/** A Certificate of cert-manager (cert-manager.io/v1) for a leaf: what its CA issuer then signs is that leaf's certificate. */

import { requestOf } from '../../pki/key-place.ts';
import { type KeySpec, keySpecText } from '../../pki/key-spec.ts';
import type { KeyUsage } from '../../pki/key-usage.ts';
import { metadataOf } from '../../pki/kubernetes.ts';
import { compact } from '../../pki/record.ts';
import { renewWindow } from '../../pki/renewal.ts';
import { sanText } from '../../pki/san.ts';
import { digestFor } from '../../x509/signature-write.ts';
import { isInGoOrder, namesOf, valuesOf } from '../go.ts';
import type { LeafPolicy } from '../leaf.ts';
import type { OmissionCause } from '../omission.ts';
import { secretName } from '../secret-name.ts';
import { issuerName } from './issuer.ts';
import { dnsNamesIn, vaultIssuerName } from './vault-issuer.ts';

const KEY_USAGES: Readonly<Record<KeyUsage, string>> = {
  digitalSignature: 'digital signature',
  nonRepudiation: 'content commitment',
  keyEncipherment: 'key encipherment',
  dataEncipherment: 'data encipherment',
  keyAgreement: 'key agreement',
  keyCertSign: 'cert sign',
  cRLSign: 'crl sign',
  encipherOnly: 'encipher only',
  decipherOnly: 'decipher only',
};

/** Other purposes it does not know: `any` is a key usage there, and means something else. */
const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'server auth',
  clientAuth: 'client auth',
  codeSigning: 'code signing',
  emailProtection: 'email protection',
  timeStamping: 'timestamping',
  OCSPSigning: 'ocsp signing',
};

/** By type, as the field `subject` calls them; the common name has a field of its own. */
const SUBJECT = {
  C: 'countries',
  O: 'organizations',
  OU: 'organizationalUnits',
  L: 'localities',
  ST: 'provinces',
  street: 'streetAddresses',
  postalCode: 'postalCodes',
} as const;

const EXTENSIONS: readonly string[] = [
  'basicConstraints',
  'keyUsage',
  'subjectAltName',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'crlDistributionPoints',
  'authorityInfoAccess',
];

/** cert-manager refuses less (`MinimumCertificateDuration`, `MinimumRenewBefore`). */
const SHORTEST = { duration: 3600, renewBefore: 300 };

/** @property byVault whether a role of OpenBao or Vault issues it, which adds what its backdate takes. */
interface IssuedBy {
  readonly byVault: boolean;
}

/** The object, for `kubectl apply`. */
export function certificateObject(leaf: LeafPolicy, { byVault }: IssuedBy): object {
  const { entity } = leaf;
  const { namespace, labels, annotations } = metadataOf(entity, 'secret');
  const filled = (map: Readonly<Record<string, string>>) => (Object.keys(map).length > 0 ? map : undefined);
  const secret = compact({ labels: filled(labels), annotations: filled(annotations) });
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: leaf.slug, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      secretName: secretName(leaf),
      ...(Object.keys(secret).length > 0 ? { secretTemplate: secret } : {}),
      issuerRef: {
        group: 'cert-manager.io',
        kind: 'ClusterIssuer',
        name: byVault ? vaultIssuerName(leaf) : issuerName(leaf.issuer),
      },
      ...namesIn(leaf),
      duration: `${byVault ? leaf.ttl : entity.validity}s`,
      renewBefore: `${windowOf(leaf)}s`,
      usages: [...usagesOf(leaf)],
      encodeUsagesInRequest: true,
      privateKey: {
        ...keyOf(entity.key),
        encoding: 'PKCS8',
        rotationPolicy: entity.rotateKey ? 'Always' : 'Never',
      },
    },
  };
}

/** Why there cannot be such an object. */
export function certificateProblems(leaf: LeafPolicy): readonly OmissionCause[] {
  const { entity, issuer, extensions } = leaf;
  const { subject, san } = entity;
  const types: readonly string[] = [...Object.keys(SUBJECT), 'CN', 'serialNumber'];
  const strange = subject.filter(
    ({ type }) =>
      !types.includes(type) || (!Object.hasOwn(SUBJECT, type) && valuesOf(subject, type).length > 1),
  );
  return [
    ...(requestOf(entity) === undefined ? [] : [{ kind: 'request' } as const]),
    ...(entity.token === undefined ? [] : [{ kind: 'token', of: entity.id } as const]),
    ...(entity.validity < SHORTEST.duration ? [{ kind: 'validity' } as const] : []),
    ...[entity.key, issuer.key]
      .filter((key) => !isKnown(key))
      .map((key) => ({ kind: 'key', key: keySpecText(key) }) as const),
    ...strange.map(({ type }) => ({ kind: 'attribute', type }) as const),
    ...(entity.exactSubject === true && !isInGoOrder(subject) ? [{ kind: 'order' } as const] : []),
    ...san
      .filter(({ kind }) => !['dns', 'ip', 'uri', 'email'].includes(kind))
      .map((one) => ({ kind: 'san', name: sanText(one) }) as const),
    ...extensions
      .filter(({ rule, critical }) => !isWritten(leaf, rule.name, critical))
      .map(({ rule }) => ({ kind: 'extension', name: rule.name }) as const),
    ...(signsOtherwise(leaf) ? [{ kind: 'signature' } as const] : []),
  ];
}

function isWritten({ extendedKeyUsage }: LeafPolicy, name: string, critical: boolean): boolean {
  if (name !== 'extendedKeyUsage') return EXTENSIONS.includes(name);
  return !critical && extendedKeyUsage.every((purpose) => PURPOSES[purpose] !== undefined);
}

/** Its CA issuer goes by the key that it signs with. */
function signsOtherwise({ entity: { signing }, issuer }: LeafPolicy): boolean {
  const digest = signing?.digest ?? null;
  return signing?.padding === 'rsa-pss' || (digest !== null && digest !== digestFor(keySpecText(issuer.key)));
}

function isKnown(key: KeySpec): boolean {
  return key.algorithm === 'rsa' ? key.size <= 8192 : ['ecdsa', 'ed25519'].includes(key.algorithm);
}

function keyOf(key: KeySpec): object {
  if ('size' in key) return { algorithm: 'RSA', size: key.size };
  return key.algorithm === 'ecdsa'
    ? { algorithm: 'ECDSA', size: Number(key.curve.slice(2)) }
    : { algorithm: 'Ed25519' };
}

function usagesOf(leaf: LeafPolicy): readonly string[] {
  const purposes = leaf.extendedKeyUsage.flatMap((purpose) => PURPOSES[purpose] ?? []);
  return [...leaf.keyUsage.map((usage) => KEY_USAGES[usage]), ...purposes];
}

function namesIn({ entity: { subject, san } }: LeafPolicy): object {
  const parts = Object.entries(SUBJECT).map(([type, field]) => [field, valuesOf(subject, type)] as const);
  const filled = parts.filter(([, values]) => values.length > 0);
  const [serialNumber] = valuesOf(subject, 'serialNumber');
  const others = { ...Object.fromEntries(filled), ...(serialNumber === undefined ? {} : { serialNumber }) };
  const [commonName] = valuesOf(subject, 'CN');
  const lists = {
    dnsNames: dnsNamesIn({ san }),
    ipAddresses: namesOf(san, 'ip'),
    uris: namesOf(san, 'uri'),
    emailAddresses: namesOf(san, 'email'),
  };
  return {
    ...(commonName === undefined ? {} : { commonName }),
    ...(Object.keys(others).length === 0 ? {} : { subject: others }),
    ...Object.fromEntries(Object.entries(lists).filter(([, values]) => values.length > 0)),
  };
}

function windowOf({ entity: { renewBefore, validity } }: LeafPolicy): number {
  return Math.max(SHORTEST.renewBefore, renewWindow(renewBefore, validity));
}
