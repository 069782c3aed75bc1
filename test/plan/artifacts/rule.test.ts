/** Which files there are, when one that can be read is out of date, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { byIdOf } from '../../../src/pki/issuers.ts';
import { exists, isCompound, type Situation, staleReasons } from '../../../src/plan/artifacts/rule.ts';
import { ruleOf } from '../../../src/plan/artifacts/rules.ts';
import type { Member } from '../../../src/plan/parts.ts';
import { listPiece } from '../../../src/x509/parse.ts';
import { anAuthority, aServer, DAY, keyFacts } from '../../helpers/entities.ts';

const LIST = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: LIST } });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id], crl: { url: [], list: LIST } });
const API = aServer({ name: 'api', issuer: SUB.id });
const NEAR = aServer({ name: 'near', issuer: ROOT.id });
const KEY = keyFacts('api');

const member = (id: string, given: Partial<Member> = {}): Member => ({
  id,
  fingerprint: id,
  keyId: `key of ${id}`,
  previous: [],
  previousChanges: false,
  routes: [],
  route: null,
  cross: [],
  crossChanges: false,
  ...given,
});

type Given = Readonly<Record<string, Partial<Member>>>;

function situation(given: Given = {}, entity = API): Situation {
  const all = [ROOT, SUB, API, NEAR];
  const members = new Map(all.map(({ id }) => [id, member(id, given[id])]));
  return {
    entity,
    byId: byIdOf(all),
    key: KEY,
    members: (id) => members.get(id),
    anchors: new Map(),
  };
}

const stale = (artifact: Parameters<typeof ruleOf>[0], facts: unknown, given: Given = {}) =>
  staleReasons(artifact, ruleOf(artifact), facts, situation(given));
const changes = (...issuers: readonly string[]) =>
  issuers.map((issuer) => ({ kind: 'issuer-changes', issuer }));
const listChanges = (...of: readonly string[]) => of.map((one) => ({ kind: 'list-changes', of: one }));

describe('a file of parts', () => {
  const chain = [SUB.id];
  const full = [API.id, SUB.id];

  it.each<[string, readonly object[], readonly object[]]>([
    ['that holds them is right', stale('fullchain', full), []],
    [
      'in another order is not',
      stale('fullchain', full.toReversed()),
      [{ kind: 'stale', artifact: 'fullchain' }],
    ],
    ['with less is not', stale('chain', []), [{ kind: 'stale', artifact: 'chain' }]],
    ['with more is not', stale('chain', [...chain, 'x']), [{ kind: 'stale', artifact: 'chain' }]],
    ['follows an authority', stale('chain', chain, { [SUB.id]: { fingerprint: null } }), changes(SUB.id)],
    [
      'follows each that changes, once',
      stale('ca', [ROOT.id], { [ROOT.id]: { fingerprint: null, previousChanges: true } }),
      changes(ROOT.id),
    ],
    [
      'names no change of its own, which has reasons',
      stale('fullchain', full, { [API.id]: { fingerprint: null } }),
      [{ kind: 'stale', artifact: 'fullchain' }],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('a file of certificates and lists', () => {
  const lists = { [ROOT.id]: { list: 'r' }, [SUB.id]: { list: 's' } };
  const held = [listPiece('s'), listPiece('r')];
  const sorted = (found: readonly object[]) => found.map((one) => JSON.stringify(one)).sort();

  it('is right, in the order of its parts', () => {
    const found = [held, held.toReversed()].map((one) => stale('crls', one, lists).length);
    expect(found.sort()).toEqual([0, 1]);
  });

  it.each<[string, Given, readonly object[]]>([
    ['a list that is made', { ...lists, [ROOT.id]: { list: null } }, listChanges(ROOT.id)],
    ['lists of former keys', { ...lists, [SUB.id]: { list: 's', formerLists: [null] } }, listChanges(SUB.id)],
    [
      'a certificate and a list, each by itself',
      { [ROOT.id]: { list: null, fingerprint: null }, [SUB.id]: { list: 's' } },
      [...changes(ROOT.id), ...listChanges(ROOT.id)],
    ],
    [
      'two certificates and two lists',
      { [ROOT.id]: { list: null, fingerprint: null }, [SUB.id]: { list: null, fingerprint: null } },
      [...changes(ROOT.id, SUB.id), ...listChanges(ROOT.id, SUB.id)],
    ],
  ])('follows %s', (_, given, expected) => {
    const certificates = expected.some((one) => 'issuer' in one);
    expect(sorted(stale(certificates ? 'ca-crls' : 'crls', held, given))).toEqual(sorted(expected));
  });
});

describe('an object', () => {
  const rule = ruleOf('secret');
  if (rule.by !== 'object') throw new Error('it is none');
  const content = rule.content(API, [
    ['ca.crt', [ROOT.id]],
    ['tls.crt', [API.id, SUB.id]],
    ['tls.key', [`key key of ${API.id}`]],
  ]);

  it('is stale where it holds something else, and follows what it is made of', () => {
    expect(stale('secret', content)).toEqual([]);
    expect(stale('secret', ['x'])).toEqual([{ kind: 'stale', artifact: 'secret' }]);
    expect(stale('secret', content, { [SUB.id]: { fingerprint: null } })).toEqual(changes(SUB.id));
  });

  it('says of what kind it is, then its entries by name, and no empty one', () => {
    expect(content.slice(1)).toEqual([
      'in ca.crt',
      ROOT.id,
      'in tls.crt',
      API.id,
      SUB.id,
      'in tls.key',
      `key key of ${API.id}`,
    ]);
    expect(
      rule
        .content(API, [
          ['tls.crt', ['c']],
          ['ca.crt', []],
        ])
        .slice(1),
    ).toEqual(['in tls.crt', 'c']);
    expect(rule.content(API, [])).toHaveLength(1);
  });

  it('has a type where Kubernetes knows one', () => {
    const bundle = ruleOf('bundle');
    if (bundle.by !== 'object') throw new Error('it is none');
    expect(rule.head(API)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'api' },
      type: 'kubernetes.io/tls',
    });
    expect(bundle.head(API)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'api' } });
  });
});

it('what is made by a call is compared as a whole, and a key, a certificate and a list never are', () => {
  expect(stale('public', KEY.keyId)).toEqual([]);
  expect(stale('public', 'other')).toEqual([{ kind: 'stale', artifact: 'public' }]);
  for (const file of ['cert', 'key', 'crl'] as const) expect(stale(file, 'anything')).toEqual([]);
});

describe('there is', () => {
  const is = (artifact: Parameters<typeof ruleOf>[0], entity = API, given: Given = {}) =>
    exists(ruleOf(artifact), situation(given, entity));
  it.each<[string, boolean, boolean]>([
    ['a key', is('key'), true],
    ['a request', is('csr'), true],
    ['a list', is('crl'), true],
    ['a chain behind an authority between', is('chain'), true],
    ['none directly below a root', is('chain', NEAR), false],
    [
      'one there as well, with what leads to the root',
      is('chain', NEAR, { [ROOT.id]: { cross: ['x'] } }),
      true,
    ],
    ['a first file of one root', is('ca-1'), true],
    ['no second one', is('ca-2'), false],
    [
      'a second one for what the root was before',
      is('ca-2', API, { [ROOT.id]: { previous: ['old'] } }),
      true,
    ],
    ['a file of lists', is('crls', API, { [ROOT.id]: { list: 'l' } }), true],
    ['none without any', is('crls'), false],
    ['a store of roots', is('truststore'), true],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});

it('a file of certificates and lists is for entities whose authorities make lists', () => {
  const [plain, leaf] = [
    anAuthority({ name: 'plain' }),
    aServer({ name: 'x', issuer: 'authorities/plain', trust: ['authorities/plain'] }),
  ];
  const rule = ruleOf('ca-crls');
  if (rule.by !== 'parts') throw new Error('it is none');
  expect(rule.parts(leaf, byIdOf([plain, leaf]))).toEqual([]);
  const kinds = rule.parts(API, byIdOf([ROOT, SUB, API])).map(({ kind }) => kind);
  expect(kinds.indexOf('list')).toBeGreaterThan(kinds.lastIndexOf('certificate'));
  expect(kinds).toContain('certificate');
  const one = rule.parts(NEAR, byIdOf([ROOT, NEAR])).map(({ kind, of }) => `${kind} ${of}`);
  expect(one).toContain(`list ${ROOT.id}`);
  expect(one).toContain(`certificate ${ROOT.id}`);
});

it('a file follows from its parts alone where it holds them, in PEM or in another form', () => {
  const files = [
    'ca',
    'fullchain',
    'crls',
    'pkcs7',
    'der',
    'key',
    'csr',
    'crl',
    'keystore',
    'secret',
  ] as const;
  const compound = files.filter((file) => isCompound(ruleOf(file)));
  expect(compound).toEqual(['ca', 'fullchain', 'crls', 'pkcs7', 'der']);
});
