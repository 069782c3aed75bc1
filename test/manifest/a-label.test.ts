/** Labels that begin with xn--: those that stand for a name, and those that stand for none. */
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { badALabel } from '../../src/manifest/a-label.ts';
import { parseDns } from '../../src/manifest/dns.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { holds } from '../helpers/property.ts';

describe('stands for a name', () => {
  it.each([
    'xn--bcher-kva.example.test',
    'XN--BCHER-KVA.example.test',
    'a.xn--fa-hia.xn--kgbechtv',
    '*.xn--0zwm56d.test',
    'xn--ls8h.test',
    'xn.test',
    'a-xn--b.test',
    'xn-a.test',
  ])('%s', (name) => expect(parseDns(name)).toMatchObject({ ok: true, value: name }));

  it('whatever letters it has', () => {
    const letter = fc.constantFrom(...'äöüßéñçłøžабвгдежзиклмнопαβγδεζηθ日本語東京中文'.split(''));
    holds(fc.array(letter, { minLength: 1, maxLength: 15 }), (letters) => {
      const ascii = domainToASCII(`${letters.join('')}.test`);
      expect(ascii).toMatch(/^xn--/);
      expect(parseDns(ascii)).toMatchObject({ ok: true });
    });
  });
});

describe('stands for none', () => {
  it.each([
    ['xn--a.test', 'xn--a', null],
    ['xn--99999999.test', 'xn--99999999', null],
    ['www.xn--zzzzzzzzzzzz.test', 'xn--zzzzzzzzzzzz', null],
    // ü of two characters, which is no normal form.
    ['xn--u-ccb.test', 'xn--u-ccb', null],
    ['xn--www-hhb.test', 'xn--www-hhb', null],
    ['xn--www-.test', 'xn--www-', 'www'],
    ['a.XN--A-B-.test', 'XN--A-B-', 'a-b'],
    ['xn--.test', 'xn--', null],
  ])('%s', (name, label, instead) => expect(badALabel(name)).toEqual({ label, instead }));

  const wrong =
    'DNS name "mail.xn--99999999.test" contains "xn--99999999", which does not decode to any name';
  it('is refused with a way to the right one', () => {
    expect(parseDns('mail.xn--99999999.test')).toMatchObject({
      ok: false,
      problem: {
        message: wrong,
        hint: 'write the name in its own script: the error will then show its A-label',
      },
    });
  });
  it.each(['ops@xn--99999999.test', 'https://xn--99999999.test/', 'spiffe://xn--99999999.test/a'])(
    'also in %s',
    (san) => expect(parseSan(san)).toMatchObject({ ok: false }),
  );
});
