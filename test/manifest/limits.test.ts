/** Names at the edges of what is allowed, and just beyond. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDns } from '../../src/manifest/dns.ts';
import { san } from '../../src/manifest/fields.ts';
import { parseLayoutPath, parseOutput } from '../../src/manifest/folder.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { parseUri } from '../../src/manifest/uri.ts';
import { ipOctets, ipText } from '../../src/pki/ip.ts';
import { holds } from '../helpers/property.ts';

describe('an e-mail address', () => {
  it.each(['a@example.test', 'a@x', 'a@b-c.test', 'a@1.test'])('%s', (text) =>
    expect(parseSan(text)).toEqual({ ok: true, value: { kind: 'email', value: text } }),
  );

  it.each([
    'a@-b.test',
    'a@.b.test',
    'a@_.',
    'a@b-.test',
    'a@b..test',
    'a@',
    'a@*.test',
    '@b.test',
    '.a@b.test',
    'a.@b.test',
    'a..c@b.test',
    `${'a'.repeat(65)}@b.test`,
  ])('%s is none', (text) => expect(parseSan(text).ok).toBe(false));
});

it('a list of names has up to 1000 of them', () => {
  const names = Array.from({ length: 1001 }, (_, i) => `n${i}.example.test`);
  expect(san.safeParse(names.slice(1)).success).toBe(true);
  expect(san.safeParse(names).error?.issues.map(({ message }) => message)).toEqual([
    'san has 1001 names; the limit is 1000',
  ]);
});

describe('a URI', () => {
  const long = (length: number): string => 'https://example.test/'.padEnd(length, 'x');

  it('has up to 2048 characters, written with its prefix or without', () => {
    for (const length of [2047, 2048]) {
      expect(parseUri(long(length))).toEqual({ ok: true, value: long(length) });
      expect(parseSan(`uri:${long(length)}`).ok).toBe(true);
      expect(parseSan(long(length)).ok).toBe(true);
    }
    expect(parseUri(long(2049))).toMatchObject({
      problem: { message: 'URI of 2049 characters is longer than 2048' },
    });
    for (const text of [long(2049), `uri:${long(2049)}`]) expect(parseSan(text).ok).toBe(false);
  });
});

describe('an address that has ffff in its sixth group', () => {
  it.each([
    ['2001:db8::ffff:c000:201', '2001:db8::ffff:c000:201'],
    ['::1:0:ffff:c000:201', '::1:0:ffff:c000:201'],
    ['1::ffff:192.0.2.1', '1::ffff:c000:201'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::fffe:c000:201', '::fffe:c000:201'],
  ])('%s is %s', (text, expected) => {
    const octets = ipOctets(text);
    expect(octets && ipText(octets)).toBe(expected);
  });

  it('is mapped only behind five groups of zeros, and always reads back as itself', () => {
    const group = fc.oneof(fc.constant(0), fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
    holds(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const octets = Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff]));
      const text = ipText(octets);
      const isMapped = groups.slice(0, 5).every((value) => value === 0) && groups[5] === 0xffff;
      expect(text.includes('.')).toBe(isMapped);
      expect(ipOctets(text)).toEqual(octets);
    });
  });
});

describe('a path of a layout', () => {
  it.each(['.pki', '.pki/keys', './.pki/x', '.gitignore', './.gitignore', '.gitignore/x'])(
    '%s is ours',
    (text) => {
      expect(parseLayoutPath(text)).toMatchObject({
        problem: { message: expect.stringMatching(/ is reserved for pki itself$/) },
      });
    },
  );

  it.each([
    ...['.git', '.git/hooks', 'a/.GIT', './.Git/x', 'a/.git/b', '.git.', '.git ', '.git . /x', 'GIT~1/hooks'],
    ...['.g\u200cit', 'a/.gi\ufefft/b', '.git::$INDEX_ALLOCATION/x'],
  ])("%j is git's", (text) => {
    for (const parse of [parseLayoutPath, parseOutput])
      expect(parse(text)).toMatchObject({
        problem: { message: expect.stringMatching(/ leads into the folder of git, /) },
      });
  });

  it.each(['git', '.github', 'a.git', '.gitx/y', 'pki.git/z', '.git-keys', 'git~2'])('%s is free', (text) => {
    expect(parseLayoutPath(text)).toEqual({ ok: true, value: text });
    expect(parseOutput(text)).toEqual({ ok: true, value: text });
  });

  it.each(['.pkix', 'a/.pki', 'a/.gitignore', '.gitignored', '.'])('%s is free', (text) => {
    expect(parseLayoutPath(text)).toEqual({ ok: true, value: text });
  });
});

describe('a DNS name of dots', () => {
  it.each(['.', '..', '...'])('%j has no hint that is empty', (text) => {
    const result = parseDns(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.problem.hint ?? '').not.toMatch(/""|write $/);
  });

  it('one dot too many is taken away by the hint', () => {
    expect(parseDns('example.test.')).toMatchObject({ problem: { hint: 'write "example.test"' } });
  });
});
