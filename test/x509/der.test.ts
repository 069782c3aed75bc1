import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ascii,
  bitStringBytes,
  children,
  DerError,
  damageIn,
  expectTag,
  hex,
  oidText,
  readAll,
  readAt,
  smallInteger,
  TAG,
  timeSeconds,
  unlessDamaged,
} from '../../src/x509/der.ts';
import { holds } from '../helpers/property.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const der = (text: string) => readAll(bytes(text));
const time = (tag: number, text: string): number =>
  timeSeconds(readAll(Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)])));

describe('one value', () => {
  it.each([
    ['a short length', '04 02 abcd', 'abcd'],
    ['no content', '05 00', ''],
    ['a length in one octet', `04 81 80 ${'ab'.repeat(128)}`, 'ab'.repeat(128)],
    ['a length in two octets', `04 82 0100 ${'ab'.repeat(256)}`, 'ab'.repeat(256)],
  ])('%s', (_, input, body) => {
    const value = der(input);
    expect(hex(value.body)).toBe(body);
    expect(hex(value.bytes)).toBe(input.replaceAll(' ', ''));
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['content cut short', '04 03 abcd'],
    ['a length octet cut short', '04 82 01'],
    ['an indefinite length', '30 80 0000'],
    ['a length of five octets', '04 85 0000000001 ab'],
    ['a length of four gigabytes', '04 84 ffffffff ab'],
    ['something behind the value', '04 01 ab 00'],
  ])('%s is refused', (_, input) => {
    expect(() => der(input)).toThrow(DerError);
  });

  it('starts where it is told, and leaves what follows', () => {
    expect(hex(readAt(bytes('ffff 0401ab 77'), 2).bytes)).toBe('0401ab');
  });

  it('is a view of a larger buffer, and prints only itself', () => {
    const value = readAll(bytes('ffff 0401ab 77').subarray(2, 5));
    expect([hex(value.bytes), hex(value.body), ascii(value.body)]).toEqual(['0401ab', 'ab', '\xab']);
  });
});

describe('values inside', () => {
  it('come in order', () => {
    expect(children(der('30 06 020101 020102')).map(({ body }) => hex(body))).toEqual(['01', '02']);
  });
  it('may be none', () => expect(children(der('30 00'))).toEqual([]));
  it('must fill their parent', () => expect(() => children(der('30 04 020101 02'))).toThrow(DerError));
  it('must not reach beyond it', () => expect(() => children(der('30 03 020501'))).toThrow(DerError));
  it('have the expected tag or are named', () => {
    expect(() => expectTag(der('0500'), TAG.integer)).toThrow('expected DER tag 2, got 5');
    expect(() => expectTag(undefined, TAG.integer)).toThrow('expected DER tag 2, got nothing');
  });
});

describe('types', () => {
  it.each([
    ['06 03 551d11', '2.5.29.17'],
    ['06 08 2a8648ce3d030107', '1.2.840.10045.3.1.7'],
    ['06 0a 0992268993f22c640101', '0.9.2342.19200300.100.1.1'],
    ['06 02 8837', '2.999'],
    ['06 01 27', '0.39'],
  ])('object identifier %s is %s', (input, text) => expect(oidText(der(input))).toBe(text));

  it.each([
    ['02 01 00', 0],
    ['02 01 7f', 127],
    ['02 02 0080', 128],
    ['02 04 7fffffff', 0x7fffffff],
  ])('integer %s is %d', (input, value) => expect(smallInteger(der(input))).toBe(value));

  it.each([
    ['empty', '02 00'],
    ['negative', '02 01 ff'],
    ['too long', '02 05 0100000000'],
    ['not an integer', '04 01 00'],
  ])('an integer that is %s is refused', (_, input) => {
    expect(() => smallInteger(der(input))).toThrow(DerError);
  });

  it('bit strings are of whole octets', () => {
    expect(hex(bitStringBytes(der('03 03 00abcd')))).toBe('abcd');
    expect(() => bitStringBytes(der('03 02 01ab'))).toThrow(DerError);
    expect(() => bitStringBytes(der('03 00'))).toThrow(DerError);
  });
});

describe('times', () => {
  it.each([
    ['the last second of UTCTime', TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59Z'],
    ['the first year of UTCTime', TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00Z'],
    ['the first second of GeneralizedTime', TAG.generalizedTime, '20500101000000Z', '2050-01-01T00:00:00Z'],
    ['the last second before UTCTime', TAG.generalizedTime, '19491231235959Z', '1949-12-31T23:59:59Z'],
    ['no date that a program set', TAG.generalizedTime, '00010101000000Z', '0001-01-01T00:00:00Z'],
    ['the end of a century long ago', TAG.generalizedTime, '00991231235959Z', '0099-12-31T23:59:59Z'],
    ['no end at all', TAG.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59Z'],
    ['a leap day', TAG.utcTime, '280229000000Z', '2028-02-29T00:00:00Z'],
  ])('%s', (_, tag, text, iso) => expect(time(tag, text)).toBe(Date.parse(iso) / 1000));

  it.each([
    ['without seconds', TAG.utcTime, '2601010000Z'],
    ['with an offset', TAG.utcTime, '260101000000+0100'],
    ['with fractions', TAG.generalizedTime, '20260101000000.5Z'],
    ['of words', TAG.utcTime, 'next tuesdayZ'],
    ['on the 30th of February', TAG.utcTime, '260230000000Z'],
    ['on a leap day of the year 100', TAG.generalizedTime, '01000229000000Z'],
    ['in a 13th month', TAG.generalizedTime, '20261301000000Z'],
    ['in an OCTET STRING', TAG.octetString, '260101000000Z'],
  ])('a time %s is refused', (_, tag, text) => expect(() => time(tag, text)).toThrow(DerError));
});

it('never throws anything but DerError, whatever the bytes', () => {
  const reads = [children, oidText, smallInteger, bitStringBytes, timeSeconds];
  const check = (input: Uint8Array): void => {
    for (const read of reads) {
      try {
        read(readAt(input, 0));
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }
  };
  holds(fc.uint8Array({ maxLength: 40 }), check, 2000);
});

describe('octets that others made', () => {
  const damaged = () => {
    throw new DerError('is too blue');
  };
  const wrong = () => {
    throw new RangeError('of our own');
  };

  it('are read, or not, where they are damaged', () => {
    expect(unlessDamaged(() => 'read')).toBe('read');
    expect(unlessDamaged(damaged)).toBeUndefined();
    expect(() => unlessDamaged(wrong)).toThrow(RangeError);
  });

  it('are looked at for what is wrong with them', () => {
    expect(damageIn(() => {})).toBeUndefined();
    expect(damageIn(damaged)).toMatchObject({ message: 'is too blue' });
    expect(() => damageIn(wrong)).toThrow(RangeError);
  });
});
