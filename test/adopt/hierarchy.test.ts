/** Where each pair of a folder stands: by who signed it, and why it has no place where it has none. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hierarchyOf, leftOutOf } from '../../src/adopt/hierarchy.ts';
import type { Pair } from '../../src/adopt/pair.ts';
import type { Pairing } from '../../src/adopt/pairs.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import {
  CN,
  certificate,
  integer,
  name,
  SHA256_ECDSA,
  sequence,
  type TestKey,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

const fixture = (path: string): Uint8Array =>
  certificateDer(
    readFileSync(join(import.meta.dirname, `../fixtures/0.1.0/everything/pki/${path}/cert.pem`)),
  );
/** Of a key each: what signed itself, what the first signed, and what that signed. */
const [ROOT, SUB, LEAF] = [fixture('authorities/root'), fixture('authorities/sub'), fixture('servers/api')];
const OTHER = fixture('authorities/partner');

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };

function pair(
  der: Uint8Array,
  called: string,
  issuer: Pair | null,
  changes: Changes = {},
  given: Partial<Pair> = {},
): Pair {
  const isLeaf = der === LEAF;
  const entity = isLeaf ? aServer({ name: called }) : anAuthority({ name: called });
  const key = keyFacts(called);
  const facts = certificateFor(entity, key, ISSUANCE, issuer?.cert.facts ?? null, called);
  const paths = { certPath: `${called}/cert.pem`, keyPath: `${called}/key.pem` };
  return { cert: { facts: changed(facts, changes), der }, key, ...paths, ...given };
}

/** Those pairs in a folder, with certificates that have no key. */
function placed(
  pairs: readonly Pair[],
  alone: readonly Pair[] = [],
  unpaired: ReadonlyMap<string, object> = new Map(),
  keyless: Pairing['keyless'] = [],
) {
  const all = [...pairs, ...alone, ...keyless.map((one) => one.pair)];
  const occurrences = all.map(({ cert }) => ({ cert, alone: [], together: [] }));
  const found = hierarchyOf({ pairs, occurrences, keyless, unpaired, leftOut: [] } as unknown as Pairing);
  return {
    tree: found.pairs.map(
      ({ section, certPath, issuer }) => `${section} ${certPath} < ${issuer?.certPath ?? 'none'}`,
    ),
    why: found.leftOut.map(({ why }) => why),
    found,
  };
}

const root = pair(ROOT, 'root', null);
const sub = pair(SUB, 'sub', root);
const leaf = pair(LEAF, 'leaf', sub);
const nameless: Changes = { extensions: { basicConstraints: undefined } };
const limit = (pathLength: number): Changes => ({
  extensions: { basicConstraints: critical({ ca: true, pathLength }) },
});
const within = (...permitted: readonly string[]): Changes => ({
  extensions: { nameConstraints: critical({ permitted, excluded: [] }) },
});

describe('a hierarchy', () => {
  it('has authorities before what they sign, in whatever order they are found', () => {
    const expected = [
      'authorities root/cert.pem < none',
      'authorities sub/cert.pem < root/cert.pem',
      'servers leaf/cert.pem < sub/cert.pem',
    ];
    for (const pairs of [
      [root, sub, leaf],
      [leaf, sub, root],
      [sub, leaf, root],
    ])
      expect(placed(pairs)).toMatchObject({ tree: expected, why: [] });
  });

  it('goes by signatures: an issuer of another name signs as well, if it is an authority', () => {
    const renamed = pair(SUB, 'sub', pair(OTHER, 'else', null));
    expect(placed([root, renamed]).tree).toContain('authorities sub/cert.pem < root/cert.pem');
    const twin = pair(OTHER, 'twin', null, { subjectDer: root.cert.facts.subjectDer });
    expect(placed([twin, root, sub]).tree).toContain('authorities sub/cert.pem < root/cert.pem');
    expect(placed([twin, sub]).why).toEqual([{ kind: 'other-key', issuer: 'CN=root CA' }]);
  });

  it('has the issuer of the right name where one key has two', () => {
    const again = pair(ROOT, 'again', null, {}, { key: root.key });
    const same = changed(again.cert.facts, { keyId: root.key.keyId });
    const second = { ...again, cert: { facts: same, der: ROOT } };
    expect(placed([second, root, sub]).tree).toContain('authorities sub/cert.pem < root/cert.pem');
    const below = pair(SUB, 'sub', second);
    expect(placed([root, second, below]).tree).toContain('authorities sub/cert.pem < again/cert.pem');
  });
});

it('an authority whose former name is on what it signed stands above it', () => {
  const former = pair(ROOT, 'former', null, { keyId: root.key.keyId });
  expect(placed([root, pair(SUB, 'sub', former)], [former]).tree).toContain(
    'authorities sub/cert.pem < root/cert.pem',
  );
});

describe('a pair has no place', () => {
  const only = (pairs: readonly Pair[], alone: readonly Pair[] = []) => placed(pairs, alone).why;

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['without an issuer', only([leaf]), [{ kind: 'unknown-issuer', issuer: 'CN=sub CA' }]],
    [
      'as a server without a host',
      only([root, sub, pair(LEAF, 'leaf', sub, { subject: [], extensions: { subjectAltName: undefined } })]),
      [{ kind: 'no-host' }],
    ],
    [
      'below what is no authority, and has another name',
      only([pair(SUB, 'sub', pair(OTHER, 'else', null))], [pair(ROOT, 'root', null, nameless)]),
      [{ kind: 'unknown-issuer', issuer: 'CN=else CA' }],
    ],
    [
      'at a path that a manifest cannot have',
      only([root, { ...sub, certPath: '{a}.pem' }]),
      [{ kind: 'path', fault: { kind: 'braces' } }],
    ],
    [
      'with its key at one',
      only([root, { ...sub, keyPath: '{a}.key' }]),
      [{ kind: 'path', fault: { kind: 'braces' } }],
    ],
    [
      'with a key of a kind that a manifest cannot have',
      only([root, { ...sub, key: { ...sub.key, spec: 'dsa-1024' } }]),
      [{ kind: 'key-kind', spec: 'dsa-1024' }],
    ],
    ['as a leaf that signed itself', only([pair(ROOT, 'own', null, nameless)]), [{ kind: 'self-signed' }]],
    [
      'as a leaf with the key of the authority that signed it',
      only([root, pair(SUB, 'sub', root, nameless, { key: root.key })]),
      [{ kind: 'authority-key', authority: 'CN=root CA' }],
    ],
    [
      'below what is no authority',
      only([sub], [pair(ROOT, 'root', null, nameless)]),
      [{ kind: 'no-authority', issuer: 'CN=root CA' }],
    ],
    [
      'below an authority without a key',
      only([sub], [root]),
      [{ kind: 'issuer-left-out', issuer: 'CN=root CA', because: { kind: 'no-key' } }],
    ],
    [
      'below one that has none, with the first cause',
      only([sub, leaf], [root]),
      [
        { kind: 'issuer-left-out', issuer: 'CN=root CA', because: { kind: 'no-key' } },
        { kind: 'issuer-left-out', issuer: 'CN=sub CA', because: { kind: 'no-key' } },
      ],
    ],
    [
      'below an authority that allows none below it',
      only([pair(ROOT, 'root', null, limit(0)), sub]),
      [{ kind: 'path-length', limiter: 'CN=root CA' }],
    ],
    [
      'with a name that an authority above does not allow',
      only([pair(ROOT, 'root', null, within('dns:a.test')), pair(SUB, 'sub', root), leaf]),
      [{ kind: 'constrained', name: 'dns:leaf.example.test', limiter: 'CN=root CA' }],
    ],
    [
      'with one that the nearest does not allow',
      only([root, pair(SUB, 'sub', root, within('dns:a.test')), leaf]),
      [{ kind: 'constrained', name: 'dns:leaf.example.test', limiter: 'CN=sub CA' }],
    ],
  ])('%s', (_, why, expected) => expect(why).toEqual(expected));

  it.each<[string, readonly unknown[]]>([
    ['below one that allows one', only([pair(ROOT, 'root', null, limit(1)), sub, leaf])],
    ['as a leaf, which limits do not count', only([root, pair(SUB, 'sub', root, limit(0)), leaf])],
    ['with one that is allowed', only([pair(ROOT, 'root', null, within('dns:example.test')), sub, leaf])],
    [
      'under constraints that a manifest cannot have',
      only([pair(ROOT, 'root', null, within('dns:.a.test')), sub, leaf]),
    ],
    [
      'without names that could be outside',
      only([
        pair(ROOT, 'root', null, within('email:a.test')),
        sub,
        pair(LEAF, 'leaf', sub, {
          extensions: { extendedKeyUsage: uncritical(['clientAuth']), subjectAltName: undefined },
        }),
      ]),
    ],
  ])('but it has one %s', (_, why) => expect(why).toEqual([]));

  it('below an authority that is left out for a reason of its own', () => {
    const revoked = new Map([[root.cert.facts.fingerprint, { kind: 'revoked', by: 'folder' }]]);
    expect(placed([sub], [root], revoked).why).toEqual([
      { kind: 'issuer-left-out', issuer: 'CN=root CA', because: { kind: 'revoked', by: 'folder' } },
    ]);
  });

  it('and is said with both of its files, under its name', () => {
    expect(placed([leaf]).found.leftOut).toEqual([
      {
        paths: ['leaf/cert.pem', 'leaf/key.pem'],
        subject: 'CN=leaf.example.test',
        why: { kind: 'unknown-issuer', issuer: 'CN=sub CA' },
      },
    ]);
  });
});

describe('an authority without its key', () => {
  const without = (one: Pair): Pairing['keyless'][number] => {
    const pair = { ...one, keyPath: null };
    return { pair, leftOut: leftOutOf(pair, { kind: 'no-key' }) };
  };
  const noKey = { kind: 'no-key' } as const;

  it.each<[string, readonly Pair[], readonly Pair[], readonly string[], readonly object[]]>([
    [
      'stands above what it signed',
      [sub, leaf],
      [root],
      [
        'authorities root/cert.pem < none',
        'authorities sub/cert.pem < root/cert.pem',
        'servers leaf/cert.pem < sub/cert.pem',
      ],
      [],
    ],
    [
      'stands below one that has its own',
      [root, leaf],
      [sub],
      [
        'authorities root/cert.pem < none',
        'authorities sub/cert.pem < root/cert.pem',
        'servers leaf/cert.pem < sub/cert.pem',
      ],
      [],
    ],
    [
      'and one above that, both without',
      [leaf],
      [sub, root],
      [
        'authorities root/cert.pem < none',
        'authorities sub/cert.pem < root/cert.pem',
        'servers leaf/cert.pem < sub/cert.pem',
      ],
      [],
    ],
    [
      'is left out where it signed nothing that is here',
      [root],
      [sub],
      ['authorities root/cert.pem < none'],
      [noKey],
    ],
    ['is left out with all above it where there is nothing else', [], [root, sub], [], [noKey, noKey]],
    [
      'is left out where its own issuer is not here',
      [leaf],
      [sub],
      [],
      [
        {
          kind: 'issuer-left-out',
          issuer: 'CN=sub CA',
          because: { kind: 'unknown-issuer', issuer: 'CN=root CA' },
        },
        noKey,
      ],
    ],
    [
      'is left out for what is wrong with it, key or no key',
      [leaf],
      [{ ...sub, certPath: '{a}.pem' }, root],
      [],
      [
        {
          kind: 'issuer-left-out',
          issuer: 'CN=sub CA',
          because: { kind: 'path', fault: { kind: 'braces' } },
        },
        { kind: 'path', fault: { kind: 'braces' } },
        noKey,
      ],
    ],
  ])('%s', (_, pairs, keyless, tree, why) => {
    expect(placed(pairs, [], new Map(), keyless.map(without))).toMatchObject({ tree, why });
  });
});

it('authorities that signed each other, and none itself, are a circle', () => {
  const [a, b] = [aKey(), aKey()];
  const [first, second] = [signedFor(a, b), signedFor(b, a)];
  const above = pair(first, 'a', null);
  const other = pair(second, 'b', above);
  const top = pair(first, 'a', other);
  expect(placed([top, other]).why).toEqual([
    { kind: 'issuer-left-out', issuer: 'CN=b CA', because: { kind: 'circle' } },
    { kind: 'issuer-left-out', issuer: 'CN=a CA', because: { kind: 'circle' } },
  ]);
});

function aKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return testKey(String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
}

/** A certificate for one key by another; what else it says, the facts beside it say. */
function signedFor({ spki }: TestKey, signer: TestKey): Buffer {
  const parts = {
    version: VERSION_3,
    serial: integer('05'),
    algorithm: SHA256_ECDSA,
    issuer: name([CN, 'x']),
    validity: sequence(utcTime(NOW), utcTime(NOW)),
    subject: name([CN, 'x']),
    spki,
    between: Buffer.of(),
    extensions: [],
  };
  return certificate(parts, signer);
}

it('two levels of limits: the nearest that is used up is named', () => {
  const top = pair(ROOT, 'root', null, limit(1));
  const middle = pair(SUB, 'sub', top);
  const facts: CertificateFacts = changed(pair(OTHER, 'low', middle).cert.facts, {});
  const low: Pair = { ...pair(LEAF, 'low', middle), cert: { facts, der: LEAF }, key: keyFacts('low') };
  expect(placed([top, middle, low]).why).toEqual([{ kind: 'path-length', limiter: 'CN=root CA' }]);
  const tight = pair(SUB, 'sub', top, limit(0));
  expect(placed([top, tight, low]).why).toEqual([{ kind: 'path-length', limiter: 'CN=sub CA' }]);
  const roomy = pair(ROOT, 'root', null, limit(2));
  expect(placed([roomy, middle, low]).why).toEqual([]);
});
