/** Names as openssl writes them for us, so that a plan knows the exact bytes before anything is issued. */
import { sameSet } from '../pki/compare.ts';
import type { Entity } from '../pki/entity.ts';
import { keysOf } from '../pki/record.ts';
import type { Attribute, Subject } from '../pki/subject.ts';
import { attributeDer, type TextType } from './attribute.ts';
import { encode } from './der-write.ts';
import type { CertificateFacts } from './facts.ts';
import { relativeNames } from './name-read.ts';

/**
 * String types that a name may use: the first that can hold a text is taken, which is how openssl can be asked. Go's
 * and old tools write PrintableString where it suffices, older ones T61String, and Windows BMPString.
 */
export const NAME_STRINGS = {
  utf8: ['utf8'],
  printable: ['printable', 'utf8'],
  t61: ['t61', 'utf8'],
  bmp: ['bmp', 'utf8'],
  'printable-t61': ['printable', 't61', 'utf8'],
  'printable-bmp': ['printable', 'bmp', 'utf8'],
  't61-bmp': ['t61', 'bmp', 'utf8'],
  'printable-t61-bmp': ['printable', 't61', 'bmp', 'utf8'],
} as const satisfies Readonly<Record<string, readonly TextType[]>>;

/** One of those combinations. */
export type NameStrings = keyof typeof NAME_STRINGS;

/** A name in another order, with other RDNs, or of other strings, than this program would write it. */
export interface EncodedName {
  /** Attributes in order. */
  readonly subject: Subject;
  readonly strings: NameStrings;
  /** Places of attributes that share an RDN with the one before them; absent: none. */
  readonly joined?: readonly number[];
}

/**
 * The name of the replaced certificate as it encodes it, as far as that is the entity's: verifiers, and programs that
 * know a client by its whole subject, compare order and RDNs (RFC 5280 §7.1), and Go and others the bytes of an
 * issuer's. `undefined`: as this program writes it, or in a way that openssl cannot be asked for.
 */
export function keptName(
  { subject, exactSubject }: Pick<Entity, 'subject' | 'exactSubject'>,
  cert: Pick<CertificateFacts, 'subjectDer'>,
): EncodedName | undefined {
  // Nearly always, and every plan asks it of every certificate.
  if (cert.subjectDer === nameDer(subject)) return undefined;
  const found = relativeNames(cert.subjectDer);
  const ordered = found.flat().map(({ type, value }) => ({ type, value }));
  if (!sameSet(ordered.map(attributeKey), subject.map(attributeKey))) return undefined;
  const joined = joinedPlaces(found.map(({ length }) => length));
  if (exactSubject && !isSameOrder(cert.subjectDer, nameDer(subject))) return undefined;
  const names = keysOf(NAME_STRINGS).map((strings): EncodedName => {
    return { subject: ordered, strings, ...(joined.length === 0 ? {} : { joined }) };
  });
  return names.find((name) => encodedNameDer(name) === cert.subjectDer);
}

/** Whether two names have the same RDNs in the same order, whatever their strings. */
function isSameOrder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => relativeNames(name).map((rdn) => rdn.map(attributeKey).sort()));
  return JSON.stringify(a) === JSON.stringify(b);
}

function attributeKey({ type, value }: Attribute): string {
  return JSON.stringify([type, value]);
}

/** The subject that the next certificate will have, as hex of its DER. */
export function nextName(
  entity: Pick<Entity, 'subject' | 'exactSubject'>,
  cert: Pick<CertificateFacts, 'subjectDer'>,
): string {
  const written = nameDer(entity.subject);
  return written === cert.subjectDer || keptName(entity, cert) === undefined ? written : cert.subjectDer;
}

/** Of RDNs of these sizes. */
function joinedPlaces(sizes: readonly number[]): readonly number[] {
  const owners = sizes.flatMap((size, rdn) => Array<number>(size).fill(rdn));
  return owners.flatMap((rdn, place) => (rdn === owners[place - 1] ? [place] : []));
}

/** Hex of the DER of a name as we write it, of UTF8Strings where there is a choice. */
export function nameDer(subject: Subject): string {
  const der = NAMES.get(subject) ?? encodedNameDer(written(subject));
  NAMES.set(subject, der);
  return der;
}

/** A plan asks several times for the name of every entity. */
const NAMES = new WeakMap<Subject, string>();

/** As it stands: where nothing is joined, one attribute per RDN. */
function written(subject: Subject): EncodedName {
  const joined = subject.flatMap((attribute, place) => (attribute.joined ? [place] : []));
  return { subject, strings: 'utf8', ...(joined.length === 0 ? {} : { joined }) };
}

/** Hex of the DER of a name; some types have strings of their own in any case. */
export function encodedNameDer({ subject, strings, joined = [] }: EncodedName): string {
  const attributes = subject.map((attribute) => attributeDer(attribute, NAME_STRINGS[strings]));
  const rdns: Buffer[][] = [];
  attributes.forEach((attribute, place) => {
    if (joined.includes(place)) rdns.at(-1)?.push(attribute);
    else rdns.push([attribute]);
  });
  // In a SET OF, DER has the order of the octets (X.690 §11.6).
  return encode(0x30, ...rdns.map((rdn) => encode(0x31, ...rdn.sort(Buffer.compare)))).toString('hex');
}

/** The encoding of the name in a certificate with this issuance: as this program writes it, unless another is kept. */
export function encodedName(
  { subject }: Pick<Entity, 'subject'>,
  name: EncodedName | undefined,
): EncodedName {
  return name ?? written(subject);
}

/** Hex of its DER. */
export function issuedName(entity: Pick<Entity, 'subject'>, name: EncodedName | undefined): string {
  return encodedNameDer(encodedName(entity, name));
}
