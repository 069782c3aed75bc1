// The good values; bad ones are in test/resolve/mistakes/.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDirectoryName } from '../../src/manifest/directory-name.ts';
import { parseDns } from '../../src/manifest/dns.ts';
import { durationText, parseBackdate, parseRenewBefore, parseValidity } from '../../src/manifest/duration.ts';
import { nameProblem, parseOutput } from '../../src/manifest/folder.ts';
import { KEY_NAMES, parseCurve, parseKeyName, parseRsaSize } from '../../src/manifest/key.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { parseText, SHORT_TEXT } from '../../src/manifest/text.ts';
import { ipOctets, ipText } from '../../src/pki/ip.ts';
import { keySpecText } from '../../src/pki/key-spec.ts';
import { quote, visible } from '../../src/pki/printable.ts';
import { sanText } from '../../src/pki/san.ts';

// the same cases at every run: a failure must be one's own
fc.configureGlobal({ seed: 20_261_123 });

function good<T>(result: { ok: true; value: T } | { ok: false; problem: { message: string } }): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const DAY = 86_400;

describe('durations', () => {
  it.each([
    ['10m', 600],
    ['12h', 43_200],
    ['90d', 90 * DAY],
    ['6w', 42 * DAY],
    ['10y', 3650 * DAY],
    ['100y', 36_500 * DAY],
  ])('validity %s', (text, seconds) => expect(good(parseValidity(text))).toBe(seconds));

  it.each([
    ['0m', 0],
    ['0d', 0],
    ['5m', 300],
    ['30d', 30 * DAY],
  ])('backdate %s', (text, seconds) => expect(good(parseBackdate(text))).toBe(seconds));

  it('renewBefore', () => {
    expect(good(parseRenewBefore('30d'))).toEqual({ kind: 'seconds', seconds: 30 * DAY });
    expect(good(parseRenewBefore('33%'))).toEqual({ kind: 'share', share: 0.33 });
  });

  it.each([
    [0, '0m'],
    [61, '61s'],
    [600, '10m'],
    [5_400, '90m'],
    [7_200, '2h'],
    [90 * DAY, '90d'],
    [14 * DAY, '14d'],
    [365 * DAY, '1y'],
    [366 * DAY, '366d'],
  ])('%d s is %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 36_500 * 1440 }), (minutes) => {
        expect(good(parseValidity(durationText(minutes * 60)))).toBe(minutes * 60);
      }),
    );
  });
});

describe('keys', () => {
  it.each(KEY_NAMES)('%s is read and written', (name) =>
    expect(keySpecText(good(parseKeyName(name)))).toBe(name),
  );
  it.each([2048, 2056, 3072, 8192])('RSA of %d bits', (size) => expect(good(parseRsaSize(size))).toBe(size));
  it.each(['P-256', 'P-384', 'P-521'])('%s', (curve) => expect(good(parseCurve(curve))).toBe(curve));
});

describe('subject text', () => {
  it.each([
    '$ENV::HOME',
    '[section]',
    'a, b = c / d + e',
    '"quoted" \'single\' `back`',
    '100 % #hash \\ ; @',
    'Škoda Ästhetik 名前 🔑',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', // Persian needs its zero-width non-joiner
    '名'.repeat(64),
    '🔑'.repeat(64),
  ])('takes %j as it is', (text) => expect(good(parseText('common name', SHORT_TEXT)(text))).toBe(text));
});

describe('SANs', () => {
  it.each([
    ['api.example.test', 'dns:api.example.test'],
    ['API.Example.test', 'dns:API.Example.test'],
    ['localhost', 'dns:localhost'],
    ['*.api.example.test', 'dns:*.api.example.test'],
    ['_sip._tcp.example.test', 'dns:_sip._tcp.example.test'],
    ['a_b.example.test', 'dns:a_b.example.test'],
    ['xn--mnchen-3ya.test', 'dns:xn--mnchen-3ya.test'],
    ['1e100.net', 'dns:1e100.net'],
    ['a--b.test', 'dns:a--b.test'],
    [`${'a'.repeat(63)}.test`, `dns:${'a'.repeat(63)}.test`],
    ['127.0.0.1', 'ip:127.0.0.1'],
    ['::1', 'ip:::1'],
    ['2001:0DB8:0:0:0:0:0:1', 'ip:2001:db8::1'],
    ['2001:db8::', 'ip:2001:db8::'],
    ['::ffff:10.0.0.1', 'ip:::ffff:10.0.0.1'],
    ['IP:10.0.0.1', 'ip:10.0.0.1'],
    ['dns:localhost', 'dns:localhost'],
    ['DNS:localhost', 'dns:localhost'],
    ['spiffe://example.test/api', 'uri:spiffe://example.test/api'],
    ['uri:spiffe://example.test/api?a=b&c=%20,DNS:evil', 'uri:spiffe://example.test/api?a=b&c=%20,DNS:evil'],
    ['urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    ['https://example.test:8443/', 'uri:https://example.test:8443/'],
    ['uri:https://user:pw@[2001:db8::1]:8443/a?b#c', 'uri:https://user:pw@[2001:db8::1]:8443/a?b#c'],
    ['uri:http://10.0.0.1/%7Ea', 'uri:http://10.0.0.1/%7Ea'],
    ['uri:spiffe://cluster/ns/a', 'uri:spiffe://cluster/ns/a'],
    ['URN:a:b', 'uri:URN:a:b'],
    ['ops@example.test', 'email:ops@example.test'],
    ["email:o'brien+x@example.test", "email:o'brien+x@example.test"],
    ['upn:alice@example.test', 'upn:alice@example.test'],
    ['otherName:1.3.6.1.4.1.311.20.2.3;utf8:alice@example.test', 'upn:alice@example.test'],
    ['otherName:1.2.3;UTF8String:upn:', 'otherName:1.2.3;utf8:upn:'],
    ['otherName:1.2.3;der:0C03 75:70:6E', 'otherName:1.2.3;utf8:upn'],
    ['dirName:CN=Alice, O=Acme', 'dirName:CN=Alice,O=Acme'],
    ['registeredID:1.2.3', 'registeredID:1.2.3'],
  ])('%s is %s', (text, expected) => expect(sanText(good(parseSan(text)))).toBe(expected));

  it('takes URIs up to 2048 characters, whatever is in front of them', () => {
    const uri = `urn:${'a'.repeat(2044)}`;
    expect(sanText(good(parseSan(uri)))).toBe(`uri:${uri}`);
    expect(sanText(good(parseSan(`uri:${uri}`)))).toBe(`uri:${uri}`);
    expect(parseSan(`uri:${uri}a`).ok).toBe(false);
  });

  it.each(['burn:a', 'a.urn:a'])('%s is no URI', (text) => {
    expect(parseSan(text)).toMatchObject({
      ok: false,
      problem: { message: `"${text}" is not a known kind of name` },
    });
  });

  it('looks at no text that is longer than any name', () => {
    const problem = (length: number) => {
      const read = parseSan(`registeredID:1.2${'.1'.repeat(length)}`.slice(0, length));
      return read.ok ? 'none' : read.problem.message;
    };
    expect(problem(2062)).toBe('SAN of 2062 characters is longer than 2048');
    expect(problem(2061)).not.toMatch(/^SAN of /);
  });

  it('takes names up to 253 characters', () => {
    const name = `${'a.'.repeat(124)}test1`;
    expect(name).toHaveLength(253);
    expect(good(parseDns(name))).toBe(name);
    expect(parseDns(`b${name}`).ok).toBe(false);
  });
});

it('a name as text has up to 4096 characters', () => {
  const read = (length: number) => parseDirectoryName('subject', `CN=${'a'.repeat(length - 3)}`);
  expect(read(4097)).toMatchObject({
    ok: false,
    problem: { message: 'subject of 4097 characters is longer than 4096', hint: 'shorten it' },
  });
  expect(read(4096)).not.toMatchObject({ problem: { message: expect.stringContaining('longer than 4096') } });
});

describe('IP addresses', () => {
  // the cases of RFC 5952 §4 and §5
  it.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:0:0:0:ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (text, expected) => {
    const octets = ipOctets(text);
    expect(octets && ipText(octets)).toBe(expected);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '::1%lo',
    ':::',
    '1::2::3',
    'g::',
    '[::1]',
    '::1/128',
  ])('%j is none', (text) => expect(ipOctets(text)).toBeUndefined());

  it('reads what it writes', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(groups, (octets) => {
        const text = ipText(Uint8Array.from(octets));
        expect([...(ipOctets(text) ?? [])]).toEqual(octets);
        expect(ipText(ipOctets(text) ?? new Uint8Array())).toBe(text);
      }),
    );
  });

  it('writes what browsers write, mapped addresses aside', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const octets = ipOctets(text) ?? new Uint8Array();
        fc.pre(!ipText(octets).startsWith('::ffff:'));
        expect(`[${ipText(octets)}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
    );
  });
});

describe('folders', () => {
  it.each(['pki', './pki', 'build/pki', 'a..b', '.pki', 'pki/', 'with blank', 'å'])('output %s', (text) => {
    expect(good(parseOutput(text))).toBe(text);
  });
  it.each([
    'api',
    'API',
    '1',
    '_x',
    'broker-1',
    'api.example.test',
    'a@b',
    'a+b',
    'a..b',
    'a'.repeat(64),
    'con',
  ])('entry %s', (name) => expect(nameProblem(name)).toBeUndefined());
});

describe('text for people', () => {
  it.each([
    ['plain', '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\u001b[31m', '"\\u001b[31m"'],
    ['\u202e\u009b\u2028', '"\\u202e\\u009b\\u2028"'],
    ['\ud83d', '"\\ud83d"'],
    ['🔑'.repeat(100), `"${'🔑'.repeat(79)}…"`],
  ])('quotes %j', (text, expected) => expect(quote(text)).toBe(expected));

  it('shows nothing that a terminal would obey, and keeps every column', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).toHaveLength(text.length);
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(quote(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
