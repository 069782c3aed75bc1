/** How each entity stands, by what is planned of it and by what its certificate says. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { consentsIn } from '../../src/plan/consent.ts';
import { hooksFor } from '../../src/plan/hooks.ts';
import { relocationReasons, relocationsOf, renamedLinks } from '../../src/plan/relocation.ts';
import { leaversIn } from '../../src/plan/removal.ts';
import { isWell, statusRows } from '../../src/plan/status.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aPlan,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api', renewBefore: { kind: 'seconds', seconds: 30 * DAY } });
type Given = Partial<Parameters<typeof aChange>[0]>;

const endingAt = (notAfter: number, entity: Entity = API) =>
  certificateFor(
    entity,
    keyFacts('k'),
    { notBefore: notAfter - 90 * DAY + 1, notAfter, cappedBy: null, subjectKeyId: null },
    null,
    '7',
  );

function row(given: Given, notAfter: number | null = NOW + 60 * DAY, entity: Entity = API) {
  const cert = notAfter === null ? { state: 'missing' } : present(endingAt(notAfter, entity));
  return rowOf(given, cert, entity);
}

function rowOf(given: Given, cert: object, entity: Entity = API) {
  const observation = {
    entities: new Map([[entity.id, observed({ cert: cert as never })]]),
    orphans: [],
  };
  const plan = aPlan([aChange({ id: entity.id, action: 'keep', ...given })], { now: NOW });
  const [found] = statusRows(anInventory(entity), observation, plan);
  if (found === undefined) throw new Error('no row');
  return found;
}

const REVOKED = { ...API, revoked: { reason: null } } as Entity;
const ELSEWHERE = { ...API, elsewhere: true } as Entity;
const SELF = { ...ROOT, renewBefore: { kind: 'seconds', seconds: 30 * DAY } } as Entity;
const waiting = { on: ROOT.id, reasons: [], serves: true, wish: null };
const WAIT = { action: 'wait', waiting } as Given;

it.each<[string, ReturnType<typeof row>, string]>([
  ['that is refused, whatever else', row({ action: 'refuse' }, NOW - 1, REVOKED), 'refused'],
  ['that is revoked, and whose files are gone', row({}, null, REVOKED), 'revoked'],
  ['that is revoked, and is still to go', row({ action: 'revoke' }, NOW + DAY, REVOKED), 'due'],
  ['without a certificate', row({ action: 'create' }, null), 'missing'],
  ['that ended a second ago', row({ action: 'issue' }, NOW - 1), 'expired'],
  ['in its last second, which waits', row(WAIT, NOW), 'waiting'],
  ['that ended and waits', row(WAIT, NOW - 1), 'expired'],
  ['that changes', row({ action: 'refresh' }), 'due'],
  ['that stays', row({}), 'ok'],
  ['before its window', row({}, NOW + 30 * DAY + 1), 'ok'],
  ['in its window, which cannot be issued for longer', row({}, NOW + 30 * DAY), 'capped'],
  ['in its window, which signs itself', row({}, NOW + DAY, SELF), 'ok'],
  ['in its window, which others renew', row({}, NOW + DAY, ELSEWHERE), 'ok'],
  ['that may not be read', rowOf({ action: 'refuse' }, { state: 'unknown' }), 'unknown'],
  ['that cannot be read', rowOf({ action: 'issue' }, { state: 'garbage', detail: '' }), 'missing'],
])('one %s', (_, found, state) => expect(found.state).toBe(state));

it('nothing is to be done about what is fine or revoked', () => {
  const states = [
    'ok',
    'revoked',
    'due',
    'capped',
    'waiting',
    'expired',
    'missing',
    'refused',
    'unknown',
  ] as const;
  expect(states.filter((state) => isWell({ state }))).toEqual(['ok', 'revoked']);
});

describe('a row', () => {
  it('has what is on the disk, and what is left of it', () => {
    const cert = endingAt(NOW + 60 * DAY);
    const { id, kind, issuer } = API;
    const none = { reasons: [], refusal: null, waitsFor: null };
    expect(row({})).toEqual({
      ...{ id, kind, issuer },
      ...{ certificate: cert, secondsLeft: 60 * DAY, state: 'ok' },
      ...none,
    });
    expect(row({}, NOW - 9)).toMatchObject({ secondsLeft: -9 });
    expect(row({}, null)).toMatchObject({ certificate: null, secondsLeft: null });
  });

  it('has the reasons, the refusal and whose key is awaited', () => {
    const refusal = { kind: 'bridge', entity: API.id, of: ROOT.id };
    expect(row({ action: 'refuse', refusal } as Given)).toMatchObject({ refusal, reasons: [] });
    const reasons = [{ kind: 'requested' }];
    const found = row({ action: 'wait', waiting: { ...waiting, reasons } } as Given);
    expect(found).toMatchObject({ waitsFor: ROOT.id, reasons, refusal: null });
  });

  it('of what left the manifest comes last, and has nothing but its reasons', () => {
    const reasons = [{ kind: 'not-in-manifest' }] as const;
    const gone = aChange({ id: 'servers/gone', action: 'remove', reasons });
    const plan = aPlan([gone, aChange({ id: API.id, action: 'keep' })], { now: NOW });
    const rows = statusRows(anInventory(API, ROOT), { entities: new Map(), orphans: [] }, plan);
    expect(rows.map(({ id }) => id)).toEqual([API.id, 'servers/gone']);
    expect(rows[1]).toEqual({
      ...{ id: 'servers/gone', kind: 'server', issuer: null },
      ...{ certificate: null, secondsLeft: null, state: 'due', reasons, refusal: null, waitsFor: null },
    });
  });
});

it('those that leave while their certificates go on are known by when those end', () => {
  const leaver = (id: string, reason: object) =>
    aChange({ id, action: 'remove', reasons: [reason] as never });
  const issued = aChange({ id: API.id, action: 'issue', reasons: [{ kind: 'requested' }] });
  const found = leaversIn([
    leaver('servers/a', { kind: 'not-in-manifest', notAfter: NOW }),
    leaver('servers/b', { kind: 'not-in-manifest' }),
    issued,
  ]);
  expect([...found]).toEqual([['servers/a', NOW]]);
});

describe('commands after a change', () => {
  const hook = { run: ['systemctl', 'reload', 'x'], timeout: 30 };
  const hooked = { ...API, onChange: hook } as Entity;
  const KEY = JSON.stringify(hook.run);
  const of = (change: Given | null, seen: object = {}, entity: Entity = hooked) =>
    hooksFor(
      [ROOT, entity],
      change === null ? [] : [aChange({ id: entity.id, action: 'keep', ...change })],
      seen,
    );
  const written = { action: 'refresh', writes: ['cert', 'ca'], deletes: ['chain'], chmods: ['key'] } as Given;
  const paths = ['cert', 'ca', 'chain', 'key'].map((name) => `servers/api/${name}.pem`);
  const planned = (given: object) => [
    { entity: API.id, hook, why: 'changes', changed: [], isNew: true, ...given },
  ];
  const pending = { hooks: new Map([[API.id, ['servers/api/cert.pem', 'old.pem']]]) };
  it.each<[string, readonly object[], readonly object[]]>([
    ['none where nothing changes', of({}), []],
    ['none of what is not in the plan', of(null), []],
    ['none where there is no command', of(written, {}, API), []],
    ['one for all files that change', of(written), planned({ changed: paths })],
    [
      'one that is due since an earlier run',
      of({}, pending),
      planned({ why: 'pending', changed: ['servers/api/cert.pem', 'old.pem'] }),
    ],
    [
      'one for both, each file once',
      of(written, pending),
      planned({ changed: ['servers/api/cert.pem', 'old.pem', ...paths.slice(1)] }),
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('take consent the first time, together with commands that give passwords', () => {
    const isNew = (commands: ReadonlySet<string>) => of(written, { commands })[0]?.isNew;
    expect([isNew(new Set()), isNew(new Set([KEY]))]).toHaveLength(2);
    const hooks = (...names: readonly (readonly [string, boolean])[]) =>
      names.map(([entity, fresh]) => ({ entity, hook, why: 'changes', changed: [], isNew: fresh }) as const);
    const asks = aChange({ id: API.id, action: 'issue', consents: ['run'] });
    const runs = (plan: Parameters<typeof consentsIn>[0]) => consentsIn(plan).get('run');
    expect(
      runs(aPlan([asks], { hooks: hooks([API.id, true], ['servers/b', true], ['servers/c', false]) })),
    ).toEqual([API.id, 'servers/b']);
    expect(runs(aPlan([asks]))).toEqual([API.id]);
    expect(runs(aPlan([], { hooks: hooks(['servers/b', true]) }))).toEqual(['servers/b']);
    expect(consentsIn(aPlan([], { hooks: hooks(['servers/c', false]) })).has('run')).toBe(false);
  });
});

describe('files that are where they were before', () => {
  const found = (file: string) => ({ file, from: `old/${file}`, digest: 'd' });
  const formerLocation = { folder: 'old', files: [found('key'), found('cert')] } as never;
  it('are copied where they are wanted, and the first of them is the reason', () => {
    const moves = relocationsOf(API, observed({ formerLocation }), ['cert', 'key', 'ca']);
    expect(moves).toEqual([
      { ...found('key'), to: 'servers/api/key.pem' },
      { ...found('cert'), to: 'servers/api/cert.pem' },
    ]);
    expect(relocationReasons(moves)).toEqual([{ kind: 'moved', from: 'old/key', to: 'servers/api/key.pem' }]);
    expect(relocationsOf(API, observed({ formerLocation }), ['cert']).map(({ file }) => file)).toEqual([
      'cert',
    ]);
    expect(relocationsOf(API, observed(), ['cert'])).toEqual([]);
    expect(relocationReasons([])).toEqual([]);
  });

  it('in the same folder are refused where that is behind links', () => {
    const same = { folder: 'servers/api', files: [found('key')] };
    const links = { ...API, publish: 'symlinks' } as Entity;
    const refused = { kind: 'renamed-links', entity: API.id, artifact: 'key' };
    const of = (entity: Entity, location: object, published?: object) =>
      renamedLinks(entity, observed({ formerLocation: location, published } as never));
    expect(of(links, same)).toEqual(refused);
    expect(of(API, same, { state: 'mixed' })).toEqual(refused);
    expect([of(API, same), of(API, same, { state: 'files' }), of(links, { ...same, folder: 'old' })]).toEqual(
      Array(3).fill(null),
    );
    expect(of(links, { ...same, files: [] })).toBeNull();
    expect(renamedLinks(links, observed())).toBeNull();
  });
});
