/** The extensions of a certificate or request (RFC 5280 §4.2): the table of those that this engine knows, and the reader. */
import { children, type Der, DerError, expectTag, hex, oidText, readAll, TAG, trueBoolean } from './der.ts';
import { assertDer } from './der-strict.ts';
import type { ExtensionRule } from './extension-rule.ts';
import { authorityInfoAccess } from './extensions/authority-info-access.ts';
import { authorityKeyIdentifier } from './extensions/authority-key-identifier.ts';
import { basicConstraints } from './extensions/basic-constraints.ts';
import { certificatePolicies } from './extensions/certificate-policies.ts';
import { crlDistributionPoints } from './extensions/crl-distribution-points.ts';
import { extendedKeyUsage } from './extensions/extended-key-usage.ts';
import { inhibitAnyPolicy } from './extensions/inhibit-any-policy.ts';
import { keyUsage } from './extensions/key-usage.ts';
import { mustStaple } from './extensions/must-staple.ts';
import { nameConstraints } from './extensions/name-constraints.ts';
import { ocspNoCheck } from './extensions/ocsp-no-check.ts';
import { policyConstraints } from './extensions/policy-constraints.ts';
import { subjectAltName } from './extensions/subject-alt-name.ts';
import { subjectKeyIdentifier } from './extensions/subject-key-identifier.ts';

/** One row for each, in the order in which they are written. */
const TABLE = [
  basicConstraints,
  keyUsage,
  extendedKeyUsage,
  subjectAltName,
  subjectKeyIdentifier,
  authorityKeyIdentifier,
  nameConstraints,
  certificatePolicies,
  policyConstraints,
  inhibitAnyPolicy,
  crlDistributionPoints,
  authorityInfoAccess,
  mustStaple,
  ocspNoCheck,
] as const;

type Row = (typeof TABLE)[number];

/** What reasons call the parts of extensions; private ones (private-extension.ts) go by one name. */
export type ExtensionField = Row['fields'][number] | 'extensions';

/** A rule of the table, whatever its type of value: values from one rule go to no other. */
export type AnyExtension = ExtensionRule<unknown, ExtensionField>;

/** One rule per extension; whatever is done with extensions is a loop over this. */
export const EXTENSIONS: readonly AnyExtension[] = TABLE;

const BY_OID = new Map(EXTENSIONS.map((rule) => [rule.oid, rule]));

/** An extension as it was found. */
export interface Found<Value> {
  readonly critical: boolean;
  readonly value: Value;
}

/** The known ones by name, those that are there. */
export type KnownExtensions = { readonly [R in Row as R['name']]?: Found<ReturnType<R['read']>> };

/** An extension without a rule, or with a value that its rule does not read: kept as it is. */
export interface UnknownExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly hex: string;
}

/** All extensions of a certificate or request. */
export interface ExtensionFacts {
  readonly extensions: KnownExtensions;
  readonly unknown: readonly UnknownExtension[];
}

/** An extension before its value is read. */
export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly octets: Uint8Array;
}

/** @param extensions the SEQUENCE OF Extension, or nothing where a certificate has none. */
export function extensionFacts(extensions: Der | undefined): ExtensionFacts {
  const all = rawExtensions(extensions);
  // Under the name of a rule goes what that rule has read, which is what `KnownExtensions` says.
  const known: Record<string, Found<unknown>> = {};
  const unknown: UnknownExtension[] = [];
  for (const { oid, critical, octets } of all) {
    const rule = BY_OID.get(oid);
    const read = rule && readBy(rule, octets);
    if (rule === undefined || read === undefined) unknown.push({ oid, critical, hex: hex(octets) });
    else known[rule.name] = { critical, value: read.value };
  }
  return { extensions: known, unknown };
}

/** `undefined` for a value that its rule does not have to read. */
function readBy(rule: AnyExtension, octets: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: rule.read(valueIn(octets)) };
  } catch (error) {
    if (rule.lenient === true && error instanceof DerError) return undefined;
    throw error;
  }
}

/** @param extensions as above. @throws DerError where one appears twice (RFC 5280 §4.2), which old openssl allows. */
export function rawExtensions(extensions: Der | undefined): readonly RawExtension[] {
  const all =
    extensions === undefined ? [] : children(expectTag(extensions, TAG.sequence)).map(readExtension);
  if (new Set(all.map(({ oid }) => oid)).size !== all.length)
    throw new DerError('an extension appears twice');
  return all;
}

/** Only for extensions with a rule: a private one may hold anything, even plain text. */
function valueIn(octets: Uint8Array): Der {
  const value = readAll(octets);
  assertDer(value);
  return value;
}

function readExtension(der: Der): RawExtension {
  const [oid, second, third, ...rest] = children(expectTag(der, TAG.sequence));
  const critical = second?.tag === TAG.boolean && trueBoolean(second);
  const octets = critical ? third : second;
  if (rest.length > 0 || (!critical && third !== undefined))
    throw new DerError('an extension has more parts');
  return { oid: oidText(oid), critical, octets: expectTag(octets, TAG.octetString).body };
}

/** The extension of a rule, if present. */
export function findExtension(
  { extensions, unknown }: ExtensionFacts,
  { name, oid, raw }: Pick<AnyExtension, 'name' | 'oid' | 'raw'>,
): Found<unknown> | undefined {
  const byName: Readonly<Record<string, Found<unknown> | undefined>> = extensions;
  if (raw !== true) return byName[name];
  const found = unknown.find((one) => one.oid === oid);
  return found && { critical: found.critical, value: found.hex };
}
