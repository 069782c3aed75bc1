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
import { objectMetadata } from '../../src/manifest/kubernetes.ts';
import { nameConstraints } from '../../src/manifest/name-constraints.ts';
import { isOid } from '../../src/manifest/oid.ts';
import { onChange } from '../../src/manifest/on-change.ts';
import { parseOtherName } from '../../src/manifest/other-names.ts';
import { owner } from '../../src/manifest/ownership.ts';
import { extensions } from '../../src/manifest/private-extensions.ts';
import { reportOn } from '../../src/manifest/report.ts';
import { parseReason, revoked, revokedAuthority } from '../../src/manifest/revoked.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { pathFault } from '../../src/manifest/secret-source.ts';
import { sourceOf } from '../../src/manifest/source.ts';
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
    ['addresses', 'a@b.test,c@d.test', 'list each name separately: "a@b.test", "c@d.test"'],
    ['networks’ ends', '10.0.0.1 10.0.0.2', 'list each name separately: "10.0.0.1", "10.0.0.2"'],
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
    [
      'characters before the "@" of a constraint',
      (n) => good(nameConstraints.safeParse({ permitted: [`${x(n)}@b.test`] })),
      64,
      1,
    ],
    [
      'bytes of annotations',
      (n) => good(objectMetadata.safeParse({ annotations: { a: x(n - 1) } })),
      262_144,
      1,
    ],
    [
      'octets of a serial number',
      (n) => good(revokedAuthority.safeParse([{ serial: '7f'.repeat(n) }])),
      21,
      1,
    ],
    ['the days of February', (n) => good(revoked.safeParse({ at: `2027-02-${n}` })), 28, 1],
    ['digits of a port', (n) => good(parseUri(`https://a.test:${'1'.repeat(n)}/`)), 5, 1],
    ['digits of a port, the fewest', (n) => good(parseUri(`https://a.test:${'1'.repeat(n)}/`)), 1, -1],
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

describe('a DNS name', () => {
  it.each<[string, string | undefined]>([
    ['a.test', undefined],
    ['*.a.test', undefined],
    ['a..test', 'DNS name "a..test" has an empty label'],
    ['.a.test', 'DNS name ".a.test" has an empty label'],
    ['a.1', '"a.1" ends in a number, so it cannot be a DNS name'],
    ['1.a', undefined],
    ['a.*.test', '"a.*.test": a wildcard must be the whole left-most label'],
    ['*.*.test', '"*.*.test": a wildcard must be the whole left-most label'],
    ['*a.test', '"*a.test": a wildcard must be the whole left-most label'],
    ['*.test', '"*.test" matches nothing: TLS libraries require two labels after the wildcard'],
    ['-a.test', 'DNS name "-a.test" contains the invalid label "-a"'],
    ['a b.test', 'DNS name "a b.test" contains a space'],
    ['10.0.0.1', '"10.0.0.1" is an IP address, which clients do not compare with DNS names'],
    ['', 'empty DNS name'],
  ])('%s', (text, message) => {
    const found = parseDns(text);
    expect(found.ok ? undefined : found.problem.message).toBe(message);
  });
});

describe('a key on a token', () => {
  it.each<[string, string | undefined]>([
    ['token=a;object=b', undefined],
    ['slot-id=1;object=b', undefined],
    ['serial=1;id=%01', undefined],
    ['token=a;object=b;type=private', undefined],
    ['token=a;object=b;type=public', 'names no private key'],
    ['token=a;object=b;type=private;type=private', 'names an attribute twice'],
    ['token=a', 'names no key of the token'],
    ['object=b', 'names no token'],
    ['token=a;object=b;x=c', 'unknown attribute "x" of a token\'s URI'],
    ['token=;object=b', '"token=" is no attribute of a token\'s URI'],
    ['token=a;object=%0', '"object=%0" is no attribute of a token\'s URI'],
  ])('%s', (text, message) => {
    const found = parseTokenUri(`pkcs11:${text}`);
    expect(found.ok ? undefined : found.problem.message.replace(`"pkcs11:${text}" `, '')).toBe(message);
  });
});

describe('a label of a cluster', () => {
  const good = (map: object) => objectMetadata.safeParse(map).success;
  it.each<[string, boolean, boolean]>([
    ['no value', good({ labels: { app: '' } }), true],
    ['a prefix', good({ labels: { 'a.test/app': 'x' } }), true],
    ['an empty prefix', good({ labels: { '/app': 'x' } }), false],
    ['a prefix that is none', good({ labels: { 'a b/app': 'x' } }), false],
    ['a prefix alone', good({ labels: { 'a.test/': 'x' } }), false],
    ['a key with a space', good({ labels: { 'a b': 'x' } }), false],
    ['a value with a space', good({ labels: { app: 'a b' } }), false],
    ['an annotation with a space', good({ annotations: { app: 'a b' } }), true],
    ['an annotation with a line break', good({ annotations: { app: 'a\n\tb' } }), true],
    ['an annotation with another control character', good({ annotations: { app: 'a\u0001' } }), false],
  ])('%s', (_, is, expected) => expect(is).toBe(expected));
});

describe('what is revoked', () => {
  it.each<[string, boolean, boolean]>([
    ['a reason', parseReason('keyCompromise').ok, true],
    ['none', parseReason('nothing').ok, false],
    ['a day', revoked.safeParse({ at: '2026-11-01' }).success, true],
    ['a second', revoked.safeParse({ at: '2026-11-01T00:00:59Z' }).success, true],
    ['a second that is none', revoked.safeParse({ at: '2026-11-01T00:00:60Z' }).success, false],
    ['a minute', revoked.safeParse({ at: '2026-11-01T00:00Z' }).success, false],
    ['half of an octet', revokedAuthority.safeParse([{ serial: '4f0' }]).success, false],
  ])('%s', (_, is, expected) => expect(is).toBe(expected));
});

describe('a line of a manifest that is shown', () => {
  const shown = (length: number, at: number, text = 'x'.repeat(length)) => {
    const { sourceLine, sourceCol } = sourceOf(text, 'pki.yaml').place({ start: at, end: at + 1 });
    return [sourceLine.startsWith('…'), sourceLine.endsWith('…'), sourceLine.length, sourceCol];
  };
  it('is whole up to a hundred characters, and else what is around the place', () => {
    expect([shown(100, 0), shown(101, 0), shown(101, 100)]).toEqual([
      [false, false, 100, 1],
      [false, true, 101, 1],
      [true, false, 101, 101],
    ]);
    expect([shown(300, 40), shown(300, 41), shown(300, 240), shown(300, 239)]).toEqual([
      [false, true, 101, 41],
      [true, true, 102, 42],
      [true, false, 101, 42],
      [true, true, 102, 42],
    ]);
  });

  it('is the one that the place is in, without what ends it', () => {
    const text = 'a\r\n\r\nb\n';
    const place = (start: number) => {
      const { line, col, length, sourceLine } = sourceOf(text, 'pki.yaml').place({ start, end: start + 9 });
      return [line, col, length, sourceLine];
    };
    expect([0, 1, 3, 5, 6, 7].map(place)).toEqual([
      [1, 1, 1, 'a'],
      [1, 2, 1, 'a'],
      [2, 1, 1, ''],
      [3, 1, 1, 'b'],
      [3, 2, 1, 'b'],
      [4, 1, 1, ''],
    ]);
  });
});

describe('a report', () => {
  const report = (count: number, about?: (i: number) => string) => {
    const text = 'x\n'.repeat(count);
    const found = reportOn(sourceOf(text, 'pki.yaml'));
    for (let i = 0; i < count; i++)
      found.error({
        code: 'syntax',
        at: { start: 2 * i, end: 2 * i + 1 },
        message: about === undefined ? 'wrong' : `${about(i)} is wrong`,
        ...(about === undefined ? {} : { about: about(i) }),
      });
    return found.diagnostics().map(({ message }) => message);
  };
  it('shows ten that are alike, and of eleven the first', () => {
    expect(report(10)).toHaveLength(10);
    expect(report(11)).toEqual(['wrong (10 more like it)']);
    expect(report(10, (i) => `"${i}"`)).toHaveLength(10);
    expect(report(11, (i) => `"${i}"`)).toEqual(['"0" (and 10 more) is wrong']);
  });

  it('keeps a thousand, and counts the others', () => {
    const many = (count: number) => {
      const found = reportOn(sourceOf('x\n'.repeat(count), 'pki.yaml'));
      for (let i = 0; i < count; i++)
        found.error({ code: 'syntax', at: { start: 2 * i, end: 2 * i + 1 }, message: `${i}` });
      const all = found.diagnostics();
      return [all.length, all.at(-1)?.message];
    };
    expect([many(1000), many(1001), many(1002)]).toEqual([
      [1000, '999'],
      [1001, '1 more mistake'],
      [1001, '2 more mistakes'],
    ]);
  });

  it('says a thing once, in the order of the text, and fails by errors alone', () => {
    const found = reportOn(sourceOf('ab\n', 'pki.yaml'));
    const at = (start: number) =>
      ({ code: 'syntax', at: { start, end: start + 1 }, message: `${start}` }) as const;
    found.warn(at(1));
    expect(found.failed()).toBe(false);
    found.error(at(0));
    found.error(at(0));
    expect(found.failed()).toBe(true);
    expect(found.diagnostics().map(({ message }) => message)).toEqual(['0', '1']);
  });
});
