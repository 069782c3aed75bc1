/** The Extensions of a certificate or request (RFC 5280 §4.2), as facts. */
import { ipText } from '../pki/ip.ts';
import {
  ascii,
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  oidText,
  readAll,
  smallInteger,
  TAG,
} from './der.ts';
import type { ExtensionFacts } from './facts.ts';
import { EXTENDED_KEY_USAGE_NAMES, EXTENSION, KEY_USAGES, type KeyUsage } from './oids.ts';

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Der;
}

/** @param extensions the SEQUENCE OF Extension, or nothing where a certificate has none. */
export function extensionFacts(extensions: Der | undefined): ExtensionFacts {
  const all = extensions === undefined ? [] : children(extensions).map(readExtension);
  const byOid = new Map(all.map((extension) => [extension.oid, extension]));
  // RFC 5280 §4.2: more than one instance of an extension is malformed; old openssl writes it all the same.
  if (byOid.size !== all.length) throw new DerError('an extension appears twice');
  const get = <T>(oid: string, read: (extension: Extension) => T): T | null => {
    const extension = byOid.get(oid);
    return extension === undefined ? null : read(extension);
  };
  return {
    basicConstraints: get(EXTENSION.basicConstraints, readBasicConstraints),
    keyUsage: get(EXTENSION.keyUsage, readKeyUsage),
    extendedKeyUsage: get(EXTENSION.extendedKeyUsage, readExtendedKeyUsage),
    san: get(EXTENSION.subjectAltName, readSan),
    subjectKeyId: get(EXTENSION.subjectKeyIdentifier, ({ value }) =>
      hex(expectTag(value, TAG.octetString).body),
    ),
    authorityKeyId: get(EXTENSION.authorityKeyIdentifier, readAuthorityKeyId),
    authoritySerial: get(EXTENSION.authorityKeyIdentifier, readAuthoritySerial),
    oids: all.map(({ oid }) => oid),
    criticalOids: all.flatMap(({ oid, critical }) => (critical ? [oid] : [])),
  };
}

function readExtension(der: Der): Extension {
  const [oid, second, third] = children(der);
  const critical = second?.tag === TAG.boolean && second.body[0] !== 0;
  const value = expectTag(second?.tag === TAG.boolean ? third : second, TAG.octetString);
  return { oid: oidText(oid), critical, value: readAll(value.body) };
}

function readBasicConstraints({ critical, value }: Extension): ExtensionFacts['basicConstraints'] {
  const parts = children(expectTag(value, TAG.sequence));
  const ca = parts[0]?.tag === TAG.boolean && parts[0].body[0] !== 0;
  const pathLength = parts.find(({ tag }) => tag === TAG.integer);
  return { critical, ca, pathLength: pathLength === undefined ? null : smallInteger(pathLength) };
}

function readKeyUsage({ critical, value }: Extension): ExtensionFacts['keyUsage'] {
  const [, ...octets] = expectTag(value, TAG.bitString).body;
  const isSet = (bit: number): boolean => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  const usages = KEY_USAGES.filter((_: KeyUsage, bit: number) => isSet(bit));
  return { critical, usages };
}

function readExtendedKeyUsage({ value }: Extension): readonly string[] {
  return children(expectTag(value, TAG.sequence)).map((der) => {
    const oid = oidText(der);
    return EXTENDED_KEY_USAGE_NAMES[oid] ?? oid;
  });
}

function readSan({ critical, value }: Extension): ExtensionFacts['san'] {
  return { critical, names: children(expectTag(value, TAG.sequence)).map(generalName) };
}

/** GeneralName, RFC 5280 §4.2.1.6: 1 email, 2 DNS, 6 URI, 7 IP, the rest by tag number and bytes. */
function generalName({ tag, body }: Der): string {
  const kind = tag & 0x1f;
  if (kind === 1) return `email:${ascii(body)}`;
  if (kind === 2) return `dns:${ascii(body)}`;
  if (kind === 6) return `uri:${ascii(body)}`;
  // Other lengths are malformed, and stay visible as such.
  if (kind === 7 && (body.length === 4 || body.length === 16)) return `ip:${ipText(body)}`;
  return `tag${kind}:${hex(body)}`;
}

function readAuthorityKeyId({ value }: Extension): string | null {
  const keyId = children(expectTag(value, TAG.sequence)).find(({ tag }) => tag === 0x80);
  return keyId === undefined ? null : hex(keyId.body);
}

function readAuthoritySerial({ value }: Extension): string | null {
  const serial = children(expectTag(value, TAG.sequence)).find(({ tag }) => tag === 0x82);
  return serial === undefined ? null : serialText(serial);
}

/** Hex, without leading zeros beyond one whole octet. */
export function serialText({ body }: Der): string {
  return hex(body).replace(/^(00)+(?=.)/, '');
}

/** The extensions of a v3 certificate are under `[3]`; earlier optional fields may be missing. */
export function certificateExtensions(tbs: readonly Der[]): Der | undefined {
  const wrapper = tbs.find(({ tag }) => tag === context(3));
  return wrapper === undefined ? undefined : children(wrapper)[0];
}
