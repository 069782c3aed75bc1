/** Which leaves are refused by holders of a former root while a rollover lasts, by how many authorities are between. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { Outlook } from '../../src/plan/outlook.ts';
import { rolloverRemarks } from '../../src/plan/rollover-remarks.ts';
import {
  aChange,
  aClient,
  anAuthority,
  aPeer,
  aServer,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const ONE = anAuthority({ name: 'one', issuer: ROOT.id, trust: [ROOT.id] });
const TWO = anAuthority({ name: 'two', issuer: ONE.id, trust: [ROOT.id] });
const LEAVES = [
  aClient({ name: 'direct', issuer: ROOT.id }),
  aClient({ name: 'below', issuer: ONE.id }),
  aClient({ name: 'deep', issuer: TWO.id }),
] as const;
const DATES = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const made = certificateFor(ROOT, keyFacts('old'), DATES, null, '01');
const limited = (pathLength: number | null) =>
  changed(made, { extensions: { basicConstraints: critical({ ca: true, pathLength }) } as never });

interface Given {
  readonly pathLength?: number | null;
  readonly keepsName?: boolean;
  readonly isCrossed?: boolean;
  readonly route?: string | null;
  readonly reasons?: readonly object[];
  readonly leaves?: readonly Entity[];
}

function remarks(given: Given = {}) {
  const { pathLength = null, keepsName = true, isCrossed = true, route = null, leaves = LEAVES } = given;
  const { reasons = [{ kind: 'keeps-trust', notAfter: NOW, signsNew: true }] } = given;
  const cert = limited(pathLength);
  const rekey = aChange({
    id: ROOT.id,
    action: 'rekey',
    previous: [cert.fingerprint],
    crossing: isCrossed ? { issuance: DATES, signedWith: 'x' } : null,
    reasons: reasons as never,
  });
  const one = aChange({ id: ONE.id, action: 'issue', route });
  const subjectDer = keepsName ? cert.subjectDer : '3000';
  const entities = [ROOT, ONE, TWO, ...leaves];
  const seen = new Map([[ROOT.id, observed({ cert: present(cert) })]]);
  const outlooks = new Map([[ROOT.id, { subjectDer } as Outlook]]);
  return rolloverRemarks(entities, { entities: seen, orphans: [] }, [rekey, one], outlooks);
}

const ways = (given: Given) =>
  remarks(given).flatMap((remark) =>
    remark.kind === 'no-way'
      ? [`${remark.by}: ${remark.refused.map((id) => id.slice('clients/'.length)).join()}`]
      : [],
  );

it.each<[string, Given, readonly string[]]>([
  ['none without a limit', {}, []],
  ['all where no cross-certificate is made', { isCrossed: false }, ['all: direct,below,deep']],
  // What has the name of its issuer is not counted by OpenSSL, and is by others.
  ['a limit of 2 that keeps the name', { pathLength: 2 }, ['strict: deep']],
  ['a limit of 1 that keeps the name', { pathLength: 1 }, ['all: deep', 'strict: below']],
  ['a limit of 0 that keeps the name', { pathLength: 0 }, ['all: below,deep', 'strict: direct']],
  ['a limit of 3', { pathLength: 3 }, []],
  ['a limit of 2 with another name', { pathLength: 2, keepsName: false }, ['all: deep']],
  ['a limit of 3 with another name', { pathLength: 3, keepsName: false }, []],
  ['those whose chain shows a route are not lost', { isCrossed: false, route: 'f' }, ['all: direct']],
  ['none where nothing of it is kept', { isCrossed: false, reasons: [] }, []],
])('%s', (_, given, expected) => expect(ways(given)).toEqual(expected));

it('of authorities alone nothing is refused', () => {
  expect(remarks({ isCrossed: false, leaves: [] })).toEqual([]);
});

it('files without a chain or roots are named, and programs that know roots by their names', () => {
  const bare = aClient({ name: 'bare', issuer: ONE.id, outputs: ['key', 'cert'] });
  const trusting = aClient({ name: 'trusting', issuer: ONE.id, outputs: ['key', 'cert', 'fullchain'] });
  const server = aServer({ name: 'vpn', issuer: ONE.id });
  const kinds = (given: Given) => remarks(given).map(({ kind }) => kind);
  expect(remarks({ leaves: [bare, trusting] })).toEqual([
    {
      kind: 'unbrought',
      entity: ROOT.id,
      path: 'authorities/root/previous.pem',
      trusting: ['clients/bare', 'clients/trusting'],
      presented: ['clients/bare'],
    },
  ]);
  expect(kinds({ leaves: [server] })).toEqual(['same-name']);
  expect(kinds({ leaves: [server], keepsName: false })).toEqual([]);
  expect(kinds({ leaves: [aServer({ issuer: ONE.id, outputs: ['key', 'ca-chain', 'fullchain'] })] })).toEqual(
    [],
  );
});

it('files that nothing carries are those of leaves, and none of an authority', () => {
  const lower = anAuthority({ name: 'lower', issuer: ONE.id, trust: [ROOT.id], outputs: ['key', 'cert'] });
  const kinds = (leaves: readonly Entity[]) => remarks({ leaves }).map(({ kind }) => kind);
  expect(kinds([lower])).toEqual([]);
  expect(kinds([lower, aClient({ issuer: ONE.id, outputs: ['key', 'cert'] })])).toEqual(['unbrought']);
});

it('leaves of another root are refused by none who trust this one', () => {
  const other = anAuthority({ name: 'other' });
  const apart = aClient({ name: 'apart', issuer: other.id, outputs: ['key', 'cert', 'ca'] });
  expect(remarks({ isCrossed: false, leaves: [other, apart] })).toEqual([]);
});

it('programs that know roots by their names are servers and peers with that root in a file of roots', () => {
  const isSaid = (leaf: Entity) => remarks({ leaves: [leaf] }).some(({ kind }) => kind === 'same-name');
  const other = anAuthority({ name: 'other' }).id;
  const found = [
    aServer({ issuer: ONE.id }),
    aPeer({ issuer: ONE.id }),
    aClient({ issuer: ONE.id }),
    aServer({ issuer: ONE.id, trust: [other] }),
    aPeer({ issuer: ONE.id, trust: [other, ROOT.id] }),
    aPeer({ issuer: ONE.id, outputs: ['key', 'cert', 'fullchain'] }),
  ].map(isSaid);
  expect(found).toEqual([true, true, false, false, true, false]);
});

describe('where what a former root vouched for is given up', () => {
  const now = certificateFor(ROOT, keyFacts('now'), DATES, null, '05');
  const old = { ...made, signedBy: made.keyId };
  const crossed = certificateFor(ONE, keyFacts('one'), DATES, made, '06');
  const route = { ...crossed, signedBy: made.keyId };
  const own = certificateFor(ONE, keyFacts('one'), DATES, now, '07');
  const FILES = { cert: present(now), key: present(keyFacts('now')), previous: present([old, route]) };
  const LOWER = anAuthority({ name: 'lower', issuer: TWO.id, trust: [ROOT.id] });

  /** What is said of a root, and files of what is below it. */
  function said(
    reasons: readonly object[],
    below: Readonly<Record<string, object>> = { [ONE.id]: { cert: present(own) } },
    root: object = FILES,
  ) {
    const entities = [ROOT, ONE, TWO, LOWER, ...LEAVES];
    const seen = new Map(
      Object.entries({ [ROOT.id]: root, ...below }).map(([id, files]) => [id, observed(files)]),
    );
    const change = aChange({ id: ROOT.id, action: 'refresh', reasons: reasons as never });
    return rolloverRemarks(entities, { entities: seen, orphans: [] }, [change], new Map());
  }
  const given = (why: 'retired' | 'expired') => [{ kind: 'drops-trust', notAfter: NOW, why }];

  it('by the user, the intermediates whose chains still lead to it are named', () => {
    expect(said(given('retired'))).toEqual([{ kind: 'early-end', entity: ROOT.id, intermediates: [ONE.id] }]);
  });

  it.each<[string, readonly object[]]>([
    ['because it has ended', said(given('expired'))],
    ['by nothing', said([])],
    ['where there is no such chain', said(given('retired'), {}, { ...FILES, previous: present([old]) })],
    ['where nothing is known of the root', said(given('retired'), {}, {})],
    ['of an intermediate with another key', said(given('retired'), { [ONE.id]: { cert: present(now) } })],
    ['of an intermediate without a certificate', said(given('retired'), { [ONE.id]: {} })],
    ['of what is not directly below', said(given('retired'), { [TWO.id]: { cert: present(own) } })],
  ])('%s, nothing is said', (_, found) => expect(found).toEqual([]));
});

it('former roots count that stay trusted, the newest first, and one that is given up does not', () => {
  const [first, second] = [limited(0), limited(null)].map((facts, i) => ({
    ...facts,
    fingerprint: `${i}`.repeat(64),
    signedBy: facts.keyId,
  }));
  const earlier = { cert: present(limited(null)), previous: present([second, first] as never) };
  const strict = (kept: readonly (string | undefined)[]) => {
    const change = aChange({
      id: ROOT.id,
      action: 'rekey',
      previous: [made.fingerprint, ...(kept as string[])],
      crossing: { issuance: DATES, signedWith: 'x' },
      reasons: [{ kind: 'keeps-trust', notAfter: NOW, signsNew: true }],
    });
    const seen = new Map([[ROOT.id, observed(earlier)]]);
    const outlooks = new Map([[ROOT.id, { subjectDer: made.subjectDer } as Outlook]]);
    return rolloverRemarks([ROOT, ONE, TWO, ...LEAVES], { entities: seen, orphans: [] }, [change], outlooks);
  };
  const all = LEAVES.map(({ id }) => id);
  expect(strict([second?.fingerprint])).toEqual([]);
  expect(strict([second?.fingerprint, first?.fingerprint])).toEqual([
    { kind: 'no-way', entity: ROOT.id, refused: all, by: 'strict' },
  ]);
});
