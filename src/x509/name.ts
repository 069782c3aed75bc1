/** Names as openssl writes them for us, so that a plan knows the exact issuer bytes before anything is issued. */
import type { Entity } from '../pki/entity.ts';
import type { Subject } from '../pki/subject.ts';
import { encode } from './der-write.ts';
import type { CertificateFacts } from './facts.ts';

/** DER of OBJECT IDENTIFIER 2.5.4.n, the arc of RFC 4519's attribute types. */
const TYPE_ARC: Readonly<Record<Subject[number]['type'], number>> = {
  CN: 3,
  C: 6,
  L: 7,
  ST: 8,
  O: 10,
  OU: 11,
};

/** `printable`: PrintableString where its few characters do, UTF8String elsewhere; Go's tools write names like that. */
export type NameStrings = 'utf8' | 'printable';

/** A name in another order, or of other strings, than we would write it. */
export interface EncodedName {
  readonly subject: Subject;
  readonly strings: NameStrings;
}

/**
 * How an authority that another tool made has its name: what hangs from it repeats these bytes, and would all have to be
 * issued anew if they changed. `undefined`: as we write it, or in no way that can be asked of openssl.
 */
export function keptName(
  { subject }: Pick<Entity, 'subject'>,
  cert: CertificateFacts,
): EncodedName | undefined {
  const same = ({ type, value }: CertificateFacts['subject'][number]): Subject =>
    subject.filter((attribute) => attribute.type === type && attribute.value === value);
  const ordered = cert.subject.flatMap(same);
  if (cert.subjectDer === nameDer(subject) || ordered.length !== subject.length) return undefined;
  const strings = (['utf8', 'printable'] as const).find((kind) => nameDer(ordered, kind) === cert.subjectDer);
  return strings === undefined ? undefined : { subject: ordered, strings };
}

/** RFC 5280 appendix A, X.680 §41.4. */
const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/;

/**
 * Hex of the DER of a name: one attribute per RDN, UTF8String but for the country, which RFC 5280 appendix A fixes as
 * PrintableString. Certificates chain by these bytes in Go and others, not only by the names' meaning.
 */
export function nameDer(subject: Subject, strings: NameStrings = 'utf8'): string {
  const rdns = subject.map(({ type, value }) => {
    const oid = encode(0x06, Buffer.from([0x55, 0x04, TYPE_ARC[type]]));
    const isPrintable = type === 'C' || (strings === 'printable' && PRINTABLE.test(value));
    const text = encode(isPrintable ? 0x13 : 0x0c, Buffer.from(value, 'utf8'));
    return encode(0x31, encode(0x30, oid, text));
  });
  return encode(0x30, ...rdns).toString('hex');
}

/** How a certificate with this issuance has its name: as we write it, unless another is kept. */
export function encodedName(
  { subject }: Pick<Entity, 'subject'>,
  name: EncodedName | undefined,
): EncodedName {
  return name ?? { subject, strings: 'utf8' };
}

/** Hex of its DER. */
export function issuedName(entity: Pick<Entity, 'subject'>, name: EncodedName | undefined): string {
  const { subject, strings } = encodedName(entity, name);
  return nameDer(subject, strings);
}
