/** Names as openssl writes them for us, so that a plan knows the exact issuer bytes before anything is issued. */
import type { Subject } from '../model/subject.ts';

/** DER of OBJECT IDENTIFIER 2.5.4.n, the arc of RFC 4519's attribute types. */
const TYPE_ARC: Readonly<Record<Subject[number]['type'], number>> = {
  CN: 3,
  C: 6,
  L: 7,
  ST: 8,
  O: 10,
  OU: 11,
};

/**
 * Hex of the DER of a name: one attribute per RDN, UTF8String but for the country, which RFC 5280 appendix A fixes as
 * PrintableString. Certificates chain by these bytes in Go and others, not only by the names' meaning.
 */
export function nameDer(subject: Subject): string {
  const rdns = subject.map(({ type, value }) => {
    const oid = tlv(0x06, Buffer.from([0x55, 0x04, TYPE_ARC[type]]));
    const text = tlv(type === 'C' ? 0x13 : 0x0c, Buffer.from(value, 'utf8'));
    return tlv(0x31, tlv(0x30, Buffer.concat([oid, text])));
  });
  return tlv(0x30, Buffer.concat(rdns)).toString('hex');
}

function tlv(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(body.length)]), body]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
