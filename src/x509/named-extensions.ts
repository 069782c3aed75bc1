/** Extensions that not every certificate has: their usual names, and what verifiers do with them. */
import * as shape from './extension-shapes.ts';
import { nameConstraints } from './extensions/name-constraints.ts';
import { EXTENSIONS, type ExtensionFacts, type UnknownExtension } from './extensions.ts';

/** One row. */
export interface NamedExtension {
  /** As RFC 5280, its successors or openssl call it. */
  readonly name: string;
  /** Where it belongs: `nowhere` is for certificates that are never meant to be presented. */
  readonly place: 'any' | 'authority' | 'nowhere';
  /** Whether openssl accepts it where it is critical (X509_supported_extension of OpenSSL 3.0 to 4.0). */
  readonly supported: boolean;
  /** For one that verifiers parse: they refuse the certificate where it has another shape. */
  readonly shape?: shape.Shape;
}

function row(
  name: string,
  { place = 'any', supported = false, ...rest }: Partial<NamedExtension> = {},
): NamedExtension {
  return { name, place, supported, ...rest };
}

/** What openssl reads of every certificate, and accepts as critical. */
const enforced = (of: shape.Shape) => ({ supported: true, shape: of }) as const;
/** The same, in the certificates of authorities. */
const ruling = (of: shape.Shape) => ({ ...enforced(of), place: 'authority' }) as const;

/** By OID; informational ones, for people and special tools, are named as well. */
const NAMED: Readonly<Record<string, NamedExtension>> = {
  '2.5.29.9': row('subjectDirectoryAttributes'),
  '2.5.29.16': row('privateKeyUsagePeriod'),
  '2.5.29.18': row('issuerAltName', { shape: shape.names }),
  '2.5.29.30': row('nameConstraints', ruling(nameConstraints.read)),
  '2.5.29.31': row('crlDistributionPoints', enforced(shape.lists)),
  '2.5.29.32': row('certificatePolicies', enforced(shape.policies)),
  '2.5.29.33': row('policyMappings', ruling(shape.mappings)),
  '2.5.29.36': row('policyConstraints', ruling(shape.constraints)),
  '2.5.29.46': row('freshestCRL'),
  '2.5.29.54': row('inhibitAnyPolicy', ruling(shape.count)),
  '1.3.6.1.5.5.7.1.1': row('authorityInfoAccess', { shape: shape.accesses }),
  '1.3.6.1.5.5.7.1.3': row('qcStatements'),
  '1.3.6.1.5.5.7.1.7': row('addressBlocks', enforced(shape.lists)),
  '1.3.6.1.5.5.7.1.8': row('autonomousSystems', enforced(shape.list)),
  '1.3.6.1.5.5.7.1.11': row('subjectInfoAccess'),
  '1.3.6.1.5.5.7.1.14': row('proxyCertInfo', { supported: true, place: 'nowhere' }),
  '1.3.6.1.5.5.7.1.24': row('mustStaple'),
  '1.3.6.1.5.5.7.48.1.5': row('ocspNoCheck', { supported: true }),
  '1.3.6.1.4.1.11129.2.4.2': row('signedCertificateTimestamps'),
  '1.3.6.1.4.1.11129.2.4.3': row('precertificatePoison', { place: 'nowhere' }),
  '1.3.6.1.4.1.311.20.2': row('microsoftTemplateName'),
  '1.3.6.1.4.1.311.21.1': row('microsoftCaVersion'),
  '1.3.6.1.4.1.311.21.2': row('microsoftPreviousCaHash'),
  '1.3.6.1.4.1.311.21.7': row('microsoftTemplate'),
  '1.3.6.1.4.1.311.21.10': row('microsoftApplicationPolicies'),
  '1.3.6.1.4.1.311.25.2': row('microsoftSid'),
  '1.3.6.1.4.1.37476.9000.64.1': row('stepProvisioner'),
  '2.16.840.1.113730.1.1': row('nsCertType', enforced(shape.flags)),
  '2.16.840.1.113730.1.2': row('nsBaseUrl'),
  '2.16.840.1.113730.1.3': row('nsRevocationUrl'),
  '2.16.840.1.113730.1.4': row('nsCaRevocationUrl'),
  '2.16.840.1.113730.1.7': row('nsRenewalUrl'),
  '2.16.840.1.113730.1.8': row('nsCaPolicyUrl'),
  '2.16.840.1.113730.1.12': row('nsSslServerName'),
  '2.16.840.1.113730.1.13': row('nsComment'),
};

/** Whether it is one of these. */
export function isNamed(oid: string): boolean {
  return Object.hasOwn(NAMED, oid);
}

/** What is known of it; its OID is the name of one that is not in the table. */
export function namedExtension(oid: string): NamedExtension {
  return NAMED[oid] ?? row(oid);
}

/** An extension that was not read, by its name. */
export function findNamed(
  { unknown }: Pick<ExtensionFacts, 'unknown'>,
  name: string,
): UnknownExtension | undefined {
  return unknown.find(({ oid }) => NAMED[oid]?.name === name);
}

/** The usual name of an extension, with a rule or without. */
export function extensionName(oid: string): string {
  return EXTENSIONS.find((rule) => rule.oid === oid)?.name ?? namedExtension(oid).name;
}
