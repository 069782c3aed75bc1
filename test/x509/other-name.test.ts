/** Names of a type of one's own as text, and back: what cannot be shown as text is hex. */
import { describe, expect, it } from 'vitest';
import { context } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { isUpn, otherNameOctets, otherNameText, upnOctets, upnText } from '../../src/x509/other-name.ts';
import { oid } from '../helpers/certificate-der.ts';

const TYPE = '1.2.3';
const [UTF8, IA5, PRINTABLE, OCTETS] = [0x0c, 0x16, 0x13, 0x04] as const;

/** A name of that type with one value. */
const nameOf = (tag: number, body: string | Buffer): Buffer =>
  Buffer.concat([oid(TYPE), encode(context(0), encode(tag, Buffer.from(body)))]);
const hexOf = (tag: number, body: string | Buffer): string =>
  `${TYPE};der:${Buffer.from(encode(tag, Buffer.from(body))).toString('hex')}`;

describe('a value', () => {
  it.each<[tag: number, body: string]>([
    [UTF8, 'a'],
    [UTF8, 'Zoë a;b:c'],
    [UTF8, '#1 $x 😀'],
    [IA5, 'a b~'],
  ])('%d %j is shown as it is, and read back', (tag, body) => {
    const text = `${TYPE};${tag === UTF8 ? 'utf8' : 'ia5'}:${body}`;
    expect(otherNameText(nameOf(tag, body))).toBe(text);
    expect(Buffer.from(otherNameOctets(text) ?? [])).toEqual(nameOf(tag, body));
  });

  it.each<[what: string, tag: number, body: string | Buffer]>([
    ['nothing', UTF8, ''],
    ['nothing', IA5, ''],
    ['a space before it', UTF8, ' a'],
    ['a space behind it', UTF8, 'a '],
    ['a space behind it', IA5, 'a '],
    ['a no-break space behind it', UTF8, 'a\u00a0'],
    ['a line break', UTF8, 'a\nb'],
    ['a line separator', UTF8, 'a\u2028b'],
    ['a paragraph separator', UTF8, 'a\u2029b'],
    ['a tab', UTF8, 'a\tb'],
    ['a C1 control', UTF8, 'a\u0085b'],
    ['DEL', IA5, 'a\u007fb'],
    ['a tab', IA5, 'a\tb'],
    ['octets that are no ASCII', IA5, 'ü'],
    ['octets that are no UTF-8', UTF8, Buffer.of(0x61, 0xff)],
    ['a printable string', PRINTABLE, 'a'],
    ['octets', OCTETS, 'a'],
  ])('of %s is hex, and read back', (_, tag, body) => {
    const text = hexOf(tag, body);
    expect(otherNameText(nameOf(tag, body))).toBe(text);
    expect(Buffer.from(otherNameOctets(text) ?? [])).toEqual(nameOf(tag, body));
  });
});

it.each<[what: string, octets: Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['a type alone', Buffer.from(oid(TYPE))],
  ['a value alone', Buffer.from(encode(context(0), encode(UTF8, Buffer.from('a'))))],
  ['a value without its tag', Buffer.concat([oid(TYPE), encode(UTF8, Buffer.from('a'))])],
  ['another tag', Buffer.concat([oid(TYPE), encode(context(1), encode(UTF8, Buffer.from('a')))])],
  ['an empty tag', Buffer.concat([oid(TYPE), encode(context(0), Buffer.alloc(0))])],
  [
    'two values',
    Buffer.concat([
      oid(TYPE),
      encode(context(0), encode(UTF8, Buffer.from('a')), encode(UTF8, Buffer.from('b'))),
    ]),
  ],
  ['more behind it', Buffer.concat([nameOf(UTF8, 'a'), oid(TYPE)])],
  ['a type that is no OID', Buffer.concat([encode(UTF8, Buffer.from('a')), nameOf(UTF8, 'a').subarray(4)])],
  ['a cut end', nameOf(UTF8, 'abc').subarray(0, -1)],
])('%s is no such name', (_, octets) => {
  expect(otherNameText(octets)).toBeUndefined();
});

it.each(['', 'x', '1.2.3', '1.2.3;utf8', '1.2.3;hex:00', 'a;utf8:x', ';utf8:x', ' 1.2.3;utf8:x'])(
  '%j is the text of none',
  (text) => expect(otherNameOctets(text)).toBeUndefined(),
);

it('a text may have line breaks, and further semicolons and colons', () => {
  const octets = otherNameOctets(`${TYPE};utf8:a;b:c\nd`);
  expect(Buffer.from(octets ?? [])).toEqual(nameOf(UTF8, 'a;b:c\nd'));
});

describe('a user principal name', () => {
  it.each([
    ['a@b', true],
    ['a.b-c@corp.example', true],
    ['ü@ö', true],
    ['a@b@c', true],
    ['a@@c', true],
    ['@b', false],
    ['a@', false],
    ['a', false],
    ['', false],
    ['a b@c', false],
    ['a@b c', false],
    [' a@b', false],
    ['a@b ', false],
    ['a@b@', false],
  ])('%j: %j', (text, isOne) => {
    expect(isUpn(text)).toBe(isOne);
    const octets = upnOctets(text);
    expect(octets && upnText(octets)).toBe(isOne ? text : undefined);
  });

  it('has its own type, and is UTF-8', () => {
    expect(otherNameText(upnOctets('a@b') ?? Buffer.alloc(0))).toBe('1.3.6.1.4.1.311.20.2.3;utf8:a@b');
    expect(upnText(otherNameOctets('1.3.6.1.4.1.311.20.2.3;ia5:a@b') ?? Buffer.alloc(0))).toBeUndefined();
    expect(upnText(otherNameOctets('1.3.6.1.4.1.311.20.2.4;utf8:a@b') ?? Buffer.alloc(0))).toBeUndefined();
    expect(upnText(Buffer.alloc(0))).toBeUndefined();
  });
});
