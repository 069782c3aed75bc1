/** Names at the edges of what is allowed, and just beyond. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArgv } from '../../src/manifest/argv.ts';
import { deliver } from '../../src/manifest/deliver.ts';
import { parseDirectoryName } from '../../src/manifest/directory-name.ts';
import { parseDns } from '../../src/manifest/dns.ts';
import { parseBackdate, parseRetention, parseValidity } from '../../src/manifest/duration.ts';
import { san } from '../../src/manifest/fields.ts';
import { isName, parseLayoutPath, parseOutput } from '../../src/manifest/folder.ts';
import { isOid } from '../../src/manifest/oid.ts';
import { onChange } from '../../src/manifest/on-change.ts';
import { parseOtherName } from '../../src/manifest/other-names.ts';
import { owner } from '../../src/manifest/ownership.ts';
import { extensions } from '../../src/manifest/private-extensions.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { pathFault } from '../../src/manifest/secret-source.ts';
import { parseTokenUri } from '../../src/manifest/token.ts';
import { parseUri } from '../../src/manifest/uri.ts';
import { endpointOf, listenerOf } from '../../src/pki/endpoint.ts';
import { ipOctets, ipText } from '../../src/pki/ip.ts';
import { isDnsLabel, isDnsSubdomain } from '../../src/pki/kubernetes.ts';
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

describe('several names in one text', () => {
  const said = (text: string) => {
    const found = parseSan(text);
    return found.ok ? undefined : [found.problem.message, found.problem.hint];
  };
  const names = (count: number): string => Array.from({ length: count }, (_, i) => `n${i}.test`).join(' ');

  it.each([
    ['two', names(2), 'list each name separately: "n0.test", "n1.test"'],
    ['six', names(6), expect.not.stringContaining('…')],
    ['seven', names(7), expect.stringMatching(/"n5\.test" …$/)],
  ])('%s are listed', (_, text, hint) => {
    expect(said(text)).toEqual([expect.stringMatching(/ is more than one name$/), hint]);
  });

  it.each(['a.test, -b', '-a b.test'])('%s is not all names', (text) => {
    expect(said(text)?.[0]).not.toMatch(/ is more than one name$/);
  });

  it('a comma of another kind is no end', () => {
    expect(parseSan('uri:urn:a,b.test')).toEqual({ ok: true, value: { kind: 'uri', value: 'urn:a,b.test' } });
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

describe('what is good up to a limit, and not one beyond', () => {
  const good = (result: { readonly ok: boolean } | { readonly success: boolean }): boolean =>
    'ok' in result ? result.ok : result.success;
  const x = (count: number): string => 'x'.repeat(count);
  const arcs = (length: number): string => '1.3'.padEnd(length, '.1').replace(/\.$/, '10').slice(0, length);
  const der = (octets: number): string =>
    `0482${(octets - 4).toString(16).padStart(4, '0')}${'00'.repeat(octets - 4)}`;
  const names = (length: number): string => `${`${x(63)}.`.repeat(3)}${x(length - 192)}`;

  it.each<[string, (n: number) => boolean, number, number]>([
    ['numbers of users', (n) => good(owner.safeParse(String(n))), 4_294_967_294, 1],
    ['numbers of users that are no text', (n) => good(owner.safeParse(n)), 4_294_967_294, 1],
    [
      'characters of a directory name',
      (n) => good(parseDirectoryName('name', `CN=a${','.padEnd(n - 7, ' ')}O=b`)),
      4096,
      1,
    ],
    ['words of a command', (n) => good(parseArgv(Array.from({ length: n }, () => 'a'))), 100, 1],
    ['characters of a word', (n) => good(parseArgv(['a', x(n)])), 4096, 1],
    ['characters of an OID', (n) => isOid(arcs(n)), 128, 1],
    ['seconds of a hook', (n) => good(onChange.safeParse({ run: ['a'], timeout: `${n}s` })), 3600, 1],
    ['minutes of a hook', (n) => good(onChange.safeParse({ run: ['a'], timeout: `${n}m` })), 60, 1],
    ['characters of a path', (n) => pathFault(x(n)) === undefined, 1024, 1],
    ['octets of a name of another kind', (n) => good(parseOtherName(`1.2.3;DER:${der(n)}`)), 1024, 1],
    [
      'octets of an extension',
      (n) => good(extensions.safeParse({ '1.3.6.1.4.1.99999.1': { der: der(n) } })),
      16_384,
      1,
    ],
    [
      'extensions',
      (n) =>
        good(
          extensions.safeParse(
            Object.fromEntries(
              Array.from({ length: n }, (_, i) => [`1.3.6.1.4.1.99999.${i}`, { null: true }]),
            ),
          ),
        ),
      64,
      1,
    ],
    ['characters of a token', (n) => good(parseTokenUri(`pkcs11:token=a;object=${x(n - 22)}`)), 1024, 1],
    ['characters of a DNS name', (n) => good(parseDns(names(n))), 253, 1],
    ['characters of a label', (n) => good(parseDns(`${x(n)}.test`)), 63, 1],
    ['characters of a name', (n) => isName(x(n)), 64, 1],
    ['characters of a layout', (n) => good(parseLayoutPath(`a/${x(n - 2)}`)), 1024, 1],
    ['folders of a layout', (n) => good(parseLayoutPath(`${'a/'.repeat(n - 1)}a`)), 32, 1],
    ['years', (n) => good(parseValidity(`${n}y`)), 100, 1],
    ['days back', (n) => good(parseBackdate(`${n}d`)), 30, 1],
    ['characters of a label in a cluster', (n) => isDnsLabel(x(n)), 63, 1],
    ['characters of a name in a cluster', (n) => isDnsSubdomain(`${x(100)}.${x(n - 101)}`), 253, 1],
    ['characters of a context', (n) => good(deliver.safeParse([{ secret: 'a/b', context: x(n) }])), 253, 1],
    [
      'deliveries',
      (n) => good(deliver.safeParse(Array.from({ length: n }, () => ({ secret: 'a/b', context: 'c' })))),
      100,
      1,
    ],
    ['characters before the "@" of an address', (n) => good(parseSan(`${x(n)}@b.test`)), 64, 1],
    ['ports', (n) => endpointOf(`a.test:${n}`) !== undefined, 65_535, 1],
    ['ports, the first', (n) => endpointOf(`a.test:${n}`) !== undefined, 1, -1],
    ['minutes of validity', (n) => good(parseValidity(`${n}m`)), 10, -1],
    ['minutes that something is kept', (n) => good(parseRetention(`${n}m`)), 1, -1],
  ])('%s', (_, isGood, limit, step) => {
    expect([isGood(limit), isGood(limit + step)]).toEqual([true, false]);
  });

  it('a server of our own may leave the port to the system', () => {
    const of = (text: string) => listenerOf(text);
    expect([of('a.test:0'), of('[::1]:0'), of('a.test:5')]).toEqual([
      { host: 'a.test', port: 0 },
      { host: '::1', port: 0 },
      { host: 'a.test', port: 5 },
    ]);
    expect([of(':0'), of('a b:0'), of('a.test')]).toEqual([undefined, undefined, undefined]);
  });
});
