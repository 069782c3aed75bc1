/** What files are put together of, which of it changes, and how responses stand: each condition by itself. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Situation } from '../../src/plan/artifacts/rule.ts';
import { ruleOf } from '../../src/plan/artifacts/rules.ts';
import { overflowOf } from '../../src/plan/artifacts/split.ts';
import { answersOcsp, respondersOf } from '../../src/plan/ocsp.ts';
import {
  chainParts,
  changingParts,
  contentOf,
  fullchainParts,
  listParts,
  type Member,
  type Part,
  previousParts,
  trustParts,
} from '../../src/plan/parts.ts';
import { isDue } from '../../src/plan/plan.ts';
import { responseRow } from '../../src/plan/status-responses.ts';
import type { OcspFacts } from '../../src/x509/ocsp-response.ts';
import {
  aChange,
  anAuthority,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const MEMBER: Member = {
  id: 'authorities/sub',
  fingerprint: 'sub',
  keyId: 'key',
  previous: ['old'],
  previousChanges: false,
  routes: ['way'],
  route: null,
  cross: ['cross'],
  crossChanges: false,
};
const ROOT: Member = { ...MEMBER, id: 'authorities/root', fingerprint: 'root', cross: ['bridge'] };
const among =
  (sub: Partial<Member> = {}, root: Partial<Member> = {}) =>
  (id: string): Member | undefined =>
    id === MEMBER.id ? { ...MEMBER, ...sub } : id === ROOT.id ? { ...ROOT, ...root } : undefined;
const part = (kind: Exclude<Part['kind'], 'joint'>): Part => ({ kind, of: MEMBER.id });
const JOINT: Part = { kind: 'joint', of: MEMBER.id, root: ROOT.id };

describe('a file', () => {
  it.each<[string, readonly (string | null)[], number | readonly (string | null)[]]>([
    ['a certificate', contentOf([part('certificate')], among()), ['sub']],
    ['one that is not made', contentOf([part('certificate')], among({ fingerprint: null })), [null]],
    ['a key', contentOf([part('key')], among()), 1],
    ['one that is not made yet', contentOf([part('key')], among({ keyId: null })), [null]],
    ['what was before', contentOf([part('earlier')], among()), ['old']],
    ['ways', contentOf([part('routes')], among()), ['way']],
    ['cross-certificates', contentOf([part('cross')], among()), ['cross']],
    ['an authority with what leads to its root', contentOf([JOINT], among()), ['sub', 'bridge']],
    ['an authority by a way', contentOf([JOINT], among({ route: 'way' })), ['way']],
    ['no list', contentOf([part('list')], among()), []],
    ['a list', contentOf([part('list')], among({ list: 'l' })), 1],
    ['a list that is not made', contentOf([part('list')], among({ list: null })), [null]],
    ['lists of former keys', contentOf([part('former-lists')], among({ formerLists: ['l', null] })), 2],
    ['none of them', contentOf([part('former-lists')], among()), []],
    ['what stands behind a leaf', contentOf([part('presented')], among({ presented: ['p'] })), ['p']],
    ['nothing behind it', contentOf([part('presented')], among()), []],
    ['what is not known', contentOf([{ kind: 'key', of: 'servers/x' }], among()), []],
  ])('holds %s', (_, found, expected) =>
    typeof expected === 'number' ? expect(found).toHaveLength(expected) : expect(found).toEqual(expected),
  );

  const changing = (
    parts: readonly Part[],
    sub: Partial<Member> = {},
    root: Partial<Member> = {},
    own = 'servers/api',
  ) => [...changingParts(parts, among(sub, root), own as never)].join();
  it.each<[string, string, string]>([
    [
      'nothing',
      changing([
        part('certificate'),
        part('key'),
        part('earlier'),
        part('routes'),
        part('cross'),
        part('list'),
        part('former-lists'),
        JOINT,
      ]),
      '',
    ],
    ['a certificate', changing([part('certificate')], { fingerprint: null }), MEMBER.id],
    ['its own', changing([part('certificate')], { fingerprint: null }, {}, MEMBER.id), ''],
    ['a key', changing([part('key')], { keyId: null }), MEMBER.id],
    ['another file of it', changing([part('key')], { fingerprint: null }), ''],
    ['what was before', changing([part('earlier')], { previousChanges: true }), MEMBER.id],
    ['ways', changing([part('routes')], { previousChanges: true }), MEMBER.id],
    ['cross-certificates', changing([part('cross')], { crossChanges: true }), MEMBER.id],
    ['those of another file', changing([part('cross')], { previousChanges: true }), ''],
    ['a list', changing([part('list')], { list: null }), MEMBER.id],
    ['a list that is there', changing([part('list')], { list: 'l' }), ''],
    ['lists of former keys', changing([part('former-lists')], { formerLists: ['l', null] }), MEMBER.id],
    ['those that are there', changing([part('former-lists')], { formerLists: ['l'] }), ''],
    [
      'an authority, and what leads to its root',
      changing([JOINT], { fingerprint: null }, { crossChanges: true }),
      `${MEMBER.id},${ROOT.id}`,
    ],
    [
      'an authority by a way',
      changing([JOINT], { fingerprint: null, route: 'way' }, { crossChanges: true }),
      '',
    ],
    ['what is not known', changing([{ kind: 'key', of: 'servers/x' }]), ''],
  ])('changes with %s', (_, found, expected) => expect(found).toBe(expected));
});

describe('the parts of', () => {
  const LIST = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const root = anAuthority({ name: 'root', crl: { url: [], list: LIST } });
  const one = anAuthority({ name: 'one', issuer: root.id, trust: [root.id] });
  const two = anAuthority({ name: 'two', issuer: one.id, trust: [root.id], crl: { url: [], list: LIST } });
  const other = anAuthority({ name: 'other', crl: { url: ['http://crl.test/other'] } });
  const [near, middle, deep] = [root, one, two].map(({ id, name }) => aServer({ name, issuer: id }));
  const byId = byIdOf([root, one, two, other]);
  const brief = (parts: readonly Part[]) => parts.map(({ kind, of }) => `${kind} ${of.split('/')[1]}`);
  const of = (
    entity: Entity | undefined,
    parts: (entity: Entity, byId: Situation['byId']) => readonly Part[],
  ) => (entity === undefined ? [] : brief(parts(entity, byId)));

  it('a chain are the authorities between, and what leads to the root from those before it', () => {
    expect(of(near, chainParts)).toEqual(['cross root']);
    expect(of(middle, chainParts)).toEqual(['joint one']);
    expect(of(deep, chainParts)).toEqual(['certificate two', 'joint one']);
    expect(of(root, chainParts)).toEqual([]);
    expect(of({ ...near, elsewhere: true } as Entity, chainParts)).toEqual(['presented root']);
    expect(of(deep, fullchainParts)).toEqual(['certificate two', 'certificate two', 'joint one']);
    expect(chainParts(deep as Entity, byId).at(-1)).toEqual({ kind: 'joint', of: one.id, root: root.id });
  });

  it('a file of roots are those that are trusted, each before what it was', () => {
    expect(brief(trustParts({ trust: [root.id, other.id] }))).toEqual([
      'certificate root',
      'earlier root',
      'certificate other',
      'earlier other',
    ]);
    expect(brief(previousParts(root))).toEqual(['earlier root', 'routes root', 'cross root']);
  });

  it('a file for verifiers that build no chains are the authorities from the issuer up, and then the roots', () => {
    const rule = ruleOf('ca-chain');
    if (rule.by !== 'parts') throw new Error('it is none');
    const trust = ['certificate root', 'earlier root'];
    expect(of(near, rule.parts)).toEqual(trust);
    expect(of(middle, rule.parts)).toEqual(['certificate one', ...trust]);
    expect(of(deep, rule.parts)).toEqual(['certificate two', 'certificate one', ...trust]);
  });

  it('a file of lists are those that are made here, each before those of former keys', () => {
    const lists = ['list two', 'former-lists two', 'list root', 'former-lists root'];
    expect([...of(deep, listParts)].sort()).toEqual([...lists].sort());
    const trusting = aServer({ name: 'x', issuer: root.id, trust: [root.id, other.id] });
    expect(of(trusting, listParts).filter((text) => text.endsWith('other'))).toEqual([]);
    expect(of(trusting, listParts)).toContain('list root');
  });
});

it('"split" has files for eight roots with what they had before, and for four authorities', () => {
  const overflow = (previous: number, outputs: readonly string[] = ['split']) => {
    const entity = {
      ...aServer({ name: 'api', issuer: ROOT.id, trust: [ROOT.id] }),
      outputs,
    } as unknown as Entity;
    const root = anAuthority({ name: 'root' });
    const members = among({}, { previous: Array.from({ length: previous }, (_, i) => `${i}`) });
    const found = overflowOf({ entity, byId: byIdOf([root, entity]), members } as unknown as Situation);
    return found?.kind === 'too-many' ? [found.holds, found.count, found.room] : found;
  };
  const split = ['ca-1', 'ca-2', 'chain-1'];
  expect([overflow(7, split), overflow(8, split), overflow(8, ['ca'])]).toEqual([
    null,
    ['roots', 9, 8],
    null,
  ]);
});

it('"split" says that there are too many authorities between, where they are too many', () => {
  const overflow = (between: number) => {
    const above = Array.from({ length: between }, (_, i) =>
      anAuthority({ name: `a${i}`, issuer: i === 0 ? ROOT.id : `authorities/a${i - 1}` }),
    );
    const issuer = above.at(-1)?.id ?? ROOT.id;
    const leaf = aServer({ name: 'api', issuer, trust: [ROOT.id] });
    const entity = { ...leaf, outputs: ['chain-1'] } as unknown as Entity;
    const all = [anAuthority({ name: 'root' }), ...above, entity];
    const members = (id: string): Member => ({ ...MEMBER, id, fingerprint: id, previous: [], cross: [] });
    return overflowOf({ entity, byId: byIdOf(all), members } as unknown as Situation);
  };
  expect([overflow(0), overflow(4), overflow(5)]).toEqual([
    null,
    null,
    { kind: 'too-many', entity: 'servers/api', holds: 'authorities', count: 5, room: 4 },
  ]);
});

it('a plan is due where anything is left to do', () => {
  const none = { changes: [aChange({ id: MEMBER.id, action: 'keep' })], pending: [], prunes: [], hooks: [] };
  const due = (given: object) => isDue({ ...none, ...given } as never);
  expect([
    due({}),
    due({ changes: [] }),
    due({ changes: [...none.changes, aChange({ id: ROOT.id, action: 'issue' })] }),
    due({ pending: [MEMBER.id] }),
    due({ prunes: [{}] }),
    due({ hooks: [{}] }),
  ]).toEqual([false, false, true, true, true, true]);
});

describe('responses', () => {
  const terms = { validity: 9 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } as const;
  const authority = { ...anAuthority({ name: 'root' }), ocsp: { url: [], terms } } as never;
  const cert = certificateFor(
    anAuthority({ name: 'root' }),
    keyFacts('root'),
    { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null },
    null,
    'r',
  );
  const seen = { entities: new Map([[ROOT.id, observed({ cert: present(cert) })]]), orphans: [] } as never;
  const response = (given: Partial<OcspFacts> = {}): OcspFacts => ({
    certId: 'aa',
    status: { kind: 'good' },
    thisUpdate: NOW,
    nextUpdate: NOW + 9 * DAY,
    certificates: [],
    signature: 'ecdsa-with-SHA256',
    ...given,
  });
  const row = (found: readonly (readonly [string, OcspFacts])[], asked: readonly string[], now = NOW) =>
    responseRow(
      {
        authority,
        answers: asked.map((serial) => ({ serial, status: { kind: 'good' } })),
        found: new Map(found),
      },
      [],
      seen,
      now,
    );
  const short = (...args: Parameters<typeof row>) => {
    const found = row(...args);
    return found && `${found.state} ${found.responses} ${found.due} ${found.secondsLeft}`;
  };

  it('have ended behind the last second of the first, and are due in their window', () => {
    const one = [['1', response()]] as const;
    expect(row([], ['1'])).toBeUndefined();
    const at = (left: number) => short(one, ['1'], NOW + 9 * DAY - left);
    expect([at(DAY + 1), at(DAY), at(0), at(-1)]).toEqual([
      `ok 1 0 ${DAY + 1}`,
      `due 1 1 ${DAY}`,
      'due 1 1 0',
      'ended 1 1 -1',
    ]);
  });

  it('are due where one is missing, says something else or is by another', () => {
    const of = (given: Partial<OcspFacts>) => short([['1', response(given)]], ['1']);
    expect([
      of({}),
      of({ certificates: ['x'] }),
      of({ status: { kind: 'revoked', date: 1, reason: null } }),
    ]).toEqual([`ok 1 0 ${9 * DAY}`, `due 1 1 ${9 * DAY}`, `due 1 1 ${9 * DAY}`]);
    expect(short([['1', response()]], ['1', '2'])).toBe(`due 1 1 ${9 * DAY}`);
    expect(short([['1', response()]], [])).toBe('ok 0 0 null');
    expect(of({ nextUpdate: null })).toBe('due 1 1 null');
  });

  it('end with the first of them', () => {
    const two = (a: number | null, b: number | null) =>
      row(
        [
          ['1', response({ nextUpdate: a })],
          ['2', response({ nextUpdate: b, thisUpdate: NOW - 1 })],
        ],
        ['1', '2'],
      );
    expect([two(NOW + 1, NOW + 2)?.nextUpdate, two(NOW + 2, NOW + 1)?.nextUpdate]).toEqual([
      NOW + 1,
      NOW + 1,
    ]);
    expect([two(null, NOW + 1)?.nextUpdate, two(NOW + 1, NOW + 1)?.thisUpdate]).toEqual([NOW + 1, NOW]);
  });
});

describe('who answers for an authority', () => {
  const root = anAuthority({ name: 'root' });
  const asked = { ...root, ocsp: { url: [] } } as never as Entity;
  it('is itself, where its certificates are asked about and it is not revoked', () => {
    expect([
      answersOcsp(asked),
      answersOcsp(root),
      answersOcsp({ ...asked, revoked: { reason: null } } as Entity),
      answersOcsp({ ...aServer(), ocsp: { url: [] } } as never),
    ]).toEqual([true, false, false, false]);
  });

  const responder = { ...aServer({ name: 'r', issuer: root.id }), extendedKeyUsage: ['OCSPSigning'] };
  it.each<[string, object, boolean]>([
    ['that is for it', {}, true],
    ['that is for it and more', { extendedKeyUsage: ['serverAuth', 'OCSPSigning'] }, true],
    ['that is for something else', { extendedKeyUsage: ['serverAuth'] }, false],
    ['without purposes', { extendedKeyUsage: undefined }, false],
    ['of another issuer', { issuer: 'authorities/x' }, false],
    ['that is revoked', { revoked: { reason: null } }, false],
    ['whose key is elsewhere', { keyPlace: { kind: 'offline' } }, false],
    ['that is issued elsewhere', { elsewhere: true }, false],
    ['that is an authority', { kind: 'authority' }, false],
  ])('or a certificate %s', (_, given, expected) => {
    expect(respondersOf(root, [{ ...responder, ...given } as never]).length > 0).toBe(expected);
  });
});
