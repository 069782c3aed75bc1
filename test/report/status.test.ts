/** The status table, to the letter: what people look at every morning, and what cron reads. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { State, StatusRow } from '../../src/plan/status.ts';
import type { ListRow } from '../../src/plan/status-lists.ts';
import type { ResponseRow } from '../../src/plan/status-responses.ts';
import { statusJson, statusText } from '../../src/report/status.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import { anAuthority, aServer, certificateFor, DAY, keyFacts, NOW } from '../helpers/entities.ts';

const API = aServer({ name: 'api' });

/** A server whose certificate lives `days`, of which some are left (hours, where it is less than two). */
function row(days: number, secondsLeft: number, given: Partial<StatusRow> = {}): StatusRow {
  const notAfter = NOW + secondsLeft;
  const issuance = { notBefore: notAfter - days * DAY, notAfter, cappedBy: null, subjectKeyId: null };
  const certificate = certificateFor(
    API,
    keyFacts('api'),
    issuance,
    null,
    '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  );
  const { id, kind, issuer } = API;
  const nothing = { reasons: [], refusal: null, waitsFor: null };
  return { id, kind, issuer, certificate, secondsLeft, state: 'ok', ...nothing, ...given };
}

const GONE = { certificate: null, secondsLeft: null } as const;
const text = (...rows: readonly StatusRow[]): string => statusText(rows, { style: PLAIN });
/** The second line of the table in its columns, between which are two blanks or more. */
const cells = (one: StatusRow): readonly string[] => (text(one).split('\n')[1] ?? '').split(/ {2,}/);

it('sums up in the colour of the worst', () => {
  const summary = (...rows: readonly StatusRow[]) =>
    statusText(rows, { style: COLOURED }).trimEnd().split('\n').at(-1);
  const ok = row(90, 60 * DAY);
  const due = row(90, 20 * DAY, { state: 'due' });
  expect(summary(ok, ok)).toContain('\u001b[32mstatus: 2 ok');
  expect(summary(ok, due)).toContain('\u001b[33mstatus: 1 ok, 1 due');
});

it('says of a certificate that ends with its issuer that this one comes first', () => {
  const capped = row(90, 20 * DAY, { state: 'capped', issuer: 'authorities/services' });
  expect(cells(capped).join(' ')).toContain(
    'capped: ends with authorities/services, which has to be renewed first',
  );
});

it.each<[State, colour: string]>([
  ['ok', '32'],
  ['due', '33'],
  ['capped', '33'],
  ['waiting', '33'],
  ['unknown', '33'],
  ['expired', '31'],
  ['missing', '31'],
  ['refused', '31'],
])('%s has its colour', (state, colour) => {
  const refusal = state === 'refused' ? ({ kind: 'unfinished', entity: 'x', why: 'x' } as const) : null;
  const [, line = ''] = statusText([row(90, 60 * DAY, { state, refusal })], { style: COLOURED }).split('\n');
  expect(line).toContain(`\u001b[${colour}m${state}`);
});

it.each<[waitsFor: string, given: Partial<StatusRow>, words: string]>([
  ['servers/api', {}, 'waiting: waits for its key'],
  ['authorities/offline', {}, 'waiting: waits for authorities/offline'],
  [
    'authorities/offline',
    { reasons: [{ kind: 'requested' }, { kind: 'key-mismatch' }] },
    'waiting: requested; the certificate does not match the private key; waits for authorities/offline',
  ],
])('what waits for %s', (waitsFor, given, words) => {
  const waiting = row(90, 60 * DAY, { state: 'waiting', waitsFor, ...given });
  expect(text(waiting).replaceAll(/\s+/g, ' ')).toContain(words);
});

it('as JSON every reason has its text, and a refusal is a sentence', () => {
  const refusal = { kind: 'unfinished', entity: 'servers/a', why: 'EPERM' } as const;
  const rows = [
    row(90, 60 * DAY, { state: 'due', reasons: [{ kind: 'requested' }] }),
    row(0, 0, { ...GONE, state: 'refused', refusal }),
  ];
  expect(statusJson(rows, 'pki.yaml', NOW)).toMatchObject({
    due: true,
    certificates: [
      {
        refusal: null,
        subject: 'CN=api.example.test',
        serial: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
        notAfter: '2027-01-22T12:00:00Z',
        lifetime: 90 * DAY + 1,
        reasons: [{ kind: 'requested', text: 'requested' }],
      },
      {
        refusal: 'the new files of servers/a cannot be put in place: EPERM',
        ...{ subject: null, san: [], serial: null, fingerprint: null },
        ...{ notBefore: null, notAfter: null, lifetime: null, reasons: [] },
      },
    ],
  });
});

it('is a table and one line to sum up', () => {
  const root = anAuthority();
  const rows = [
    row(3650, 3000 * DAY, { id: root.id, kind: 'authority', issuer: null }),
    row(90, 60 * DAY),
    row(90, 20 * DAY, {
      id: 'servers/old',
      state: 'due',
      reasons: [{ kind: 'expires', notAfter: NOW + 20 * DAY, seconds: 20 * DAY, window: 30 * DAY }],
    }),
    row(0, 0, {
      ...GONE,
      id: 'servers/new',
      state: 'missing',
      reasons: [{ kind: 'missing', artifact: 'key' }],
    }),
  ];
  expect(text(...rows)).toMatchInlineSnapshot(`
    "                  subject              issuer       serial         left                 state
    authorities/root  CN=api.example.test  self-signed  0a1b2c3d4e5f…  ████████░░    3000d  ok
    servers/api       CN=api.example.test  root         0a1b2c3d4e5f…  ███████░░░      60d  ok
    servers/old       CN=api.example.test  root         0a1b2c3d4e5f…  ██░░░░░░░░      20d  due: expires in 20d (2026-12-13T12:00:00Z); renewal is due 30d before the end
    servers/new                            root                                             missing: key.pem is missing

    status: 2 ok, 1 due, 1 missing; first to end: servers/old, 2026-12-13T12:00:00Z
    "
  `);
});

describe('at a terminal', () => {
  const ROWS = [
    row(3650, 3000 * DAY, { id: 'authorities/root', kind: 'authority', issuer: null }),
    row(90, 60 * DAY, { id: 'servers/web-frontend' }),
    row(90, 60 * DAY, {
      id: 'servers/new',
      ...GONE,
      state: 'missing',
      reasons: [{ kind: 'missing', artifact: 'key' }],
    }),
  ];
  const DUE = row(90, 20 * DAY, {
    id: 'servers/old',
    state: 'due',
    reasons: [{ kind: 'expires', notAfter: NOW + 20 * DAY, seconds: 20 * DAY, window: 30 * DAY }],
  });
  const linesAt = (
    columns: number | undefined,
    rows: readonly StatusRow[],
    style = PLAIN,
  ): readonly string[] => statusText(rows, { style, columns }).split('\n').slice(0, -3);

  it.each([200, 120, 100, 90, 80, 70, 60, 50])('no line is longer than its %i columns', (columns) => {
    for (const style of [PLAIN, COLOURED]) {
      const lines = linesAt(columns, [...ROWS, DUE], style);
      for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
      for (const { id, state } of [...ROWS, DUE])
        expect(lines.some((line) => line.includes(id) && line.includes(state))).toBe(true);
    }
  });

  it('what can be missed goes first: serial number, subject, bar, issuer', () => {
    const heads = [200, 90, 70, 60, 45].map((columns) =>
      (linesAt(columns, ROWS)[0] ?? '').split(/ {2,}/).slice(1),
    );
    expect(heads).toEqual([
      ['subject', 'issuer', 'serial', 'left', 'state'],
      ['subject', 'issuer', 'left', 'state'],
      ['issuer', 'left', 'state'],
      ['issuer', 'left', 'state'],
      ['left', 'state'],
    ]);
  });

  it('subjects are cut twice before they go, and where nothing fits the narrowest is taken', () => {
    const certificate = ROWS[1]?.certificate ?? null;
    const subject = [{ type: 'CN', value: `${'n'.repeat(50)}.test` }] as const;
    const rows = [row(90, 60 * DAY, { certificate: certificate && { ...certificate, subject } })];
    const subjectAt = (columns: number) => (linesAt(columns, rows)[1] ?? '').split(/ {2,}/)[1]?.length;
    expect([200, 100, 85, 70].map(subjectAt)).toEqual([40, 40, 24, 'root'.length]);
    const tight = linesAt(1, [DUE, ...rows]);
    expect(tight[0]).toMatch(/^ +left {2}state$/);
    expect(tight[1]).toMatch(/^servers\/old +20d {2}due$/);
    expect(tight.filter((line) => line.startsWith('    ')).length).toBeGreaterThan(5);
    expect(statusText([], { style: PLAIN, columns: 1 })).toContain('nothing in the manifest');
  });

  it('a reason that is too long stands below its line', () => {
    expect(linesAt(80, [...ROWS.slice(0, 1), DUE]).slice(1)).toEqual([
      'authorities/root  CN=api.example.test  self-signed  ████████░░    3000d  ok',
      'servers/old       CN=api.example.test  root         ██░░░░░░░░      20d  due',
      '    expires in 20d (2026-12-13T12:00:00Z); renewal is due 30d before the end',
    ]);
  });

  it('elsewhere everything is in one line, however long', () => {
    expect(linesAt(undefined, [...ROWS, DUE])).toEqual(linesAt(1000, [...ROWS, DUE]));
    expect(linesAt(undefined, [DUE])).toHaveLength(2);
  });
});

describe('the bar and the days', () => {
  it.each<readonly [string, number, number, string, string]>([
    ['new', 90, 90 * DAY, '██████████', '90d'],
    ['half', 90, 45 * DAY, '█████░░░░░', '45d'],
    ['a third', 90, 30 * DAY, '███░░░░░░░', '30d'],
    ['the last days', 90, 2 * DAY, '░░░░░░░░░░', '2d'],
    ['the last hours', 90, 2 * DAY - 1, '░░░░░░░░░░', '47h'],
    ['the last minutes', 90, 59 * 60, '░░░░░░░░░░', '0h'],
    ['over since minutes', 90, -60, '░░░░░░░░░░', '0h'],
    ['over since hours', 90, -5 * 3600, '░░░░░░░░░░', '-5h'],
    ['over since days', 90, -100 * DAY, '░░░░░░░░░░', '-100d'],
    ['not valid yet', 90, 91 * DAY, '██████████', '91d'],
    ['of a short life', 1, 12 * 3600, '█████░░░░░', '12h'],
  ])('%s', (_, days, left, bar, words) => {
    expect(cells(row(days, left)).slice(4, 6)).toEqual([bar, words]);
  });
});

describe('states', () => {
  const stateOf = (given: Partial<StatusRow>): string | undefined => cells(row(90, 60 * DAY, given)).at(-1);

  it.each<readonly [State, Partial<StatusRow>, string]>([
    ['ok', {}, 'ok'],
    ['due', { reasons: [{ kind: 'requested' }, { kind: 'key-mismatch' }] }, 'due: '],
    ['due', {}, 'due'],
    [
      'expired',
      { reasons: [{ kind: 'expired', notAfter: NOW - DAY }, { kind: 'key-mismatch' }] },
      'expired: since 2026-11-22T12:00:00Z; the certificate does not match the private key',
    ],
    ['due', { reasons: [{ kind: 'expired', notAfter: NOW - DAY }] }, 'due: expired 2026-11-22T12:00:00Z'],
    ['missing', { ...GONE, reasons: [{ kind: 'missing', artifact: 'cert' }] }, 'missing: '],
    [
      'refused',
      { refusal: { kind: 'encrypted', path: 'servers/api/key.pem', why: { kind: 'other' } } },
      'refused: "servers/api/key.pem" is encrypted, and the stated passphrase does not open it',
    ],
  ])('%s with %o', (state, given, words) => {
    const said = stateOf({ ...given, state }) ?? '';
    if (words.endsWith(': ')) expect(said.startsWith(words) && said.length > words.length).toBe(true);
    else expect(said).toBe(words);
    expect(text(row(90, 60 * DAY, { ...given, state }))).toContain(`\nstatus: 1 ${state}`);
  });

  it('are counted, and the first to end is named', () => {
    const rows = [row(90, 60 * DAY), row(90, 3 * DAY, { id: 'servers/b', state: 'due' }), row(90, 80 * DAY)];
    expect(text(...rows)).toMatch(/\nstatus: 2 ok, 1 due; first to end: servers\/b, 2026-11-26T12:00:00Z\n$/);
    expect(text()).toMatch(/\nstatus: nothing in the manifest\n$/);
  });
});

describe('the issuer', () => {
  const left: StatusRow = row(0, 0, {
    ...GONE,
    issuer: null,
    state: 'due',
    reasons: [{ kind: 'not-in-manifest' }],
  });

  it('of a root: self-signed, whether it is there or not', () => {
    expect(cells(row(90, DAY, { issuer: null }))[2]).toBe('self-signed');
    expect(text(row(90, DAY, { ...GONE, issuer: null, state: 'missing' }))).toContain('self-signed');
    expect(cells(row(90, DAY))[2]).toBe('root');
  });

  it('of what left the manifest is not known', () => {
    expect(text(left)).not.toContain('self-signed');
    expect(cells(left).slice(0, 2)).toEqual(['servers/api', '-']);
  });
});

it('subjects and serials that are too long are cut', () => {
  const long = row(90, 60 * DAY);
  const subject = [{ type: 'CN', value: 'x'.repeat(60) }] as const;
  const certificate = long.certificate === null ? null : { ...long.certificate, subject };
  const [, shown, , serial] = cells({ ...long, certificate });
  expect(shown).toHaveLength(40);
  expect(shown?.endsWith('x…')).toBe(true);
  expect(serial).toBe('0a1b2c3d4e5f…');
});

it('as JSON has everything, and null where there is no certificate', () => {
  const rows = [row(90, 60 * DAY), row(0, 0, { ...GONE, id: 'servers/new', state: 'missing' })];
  expect(statusJson(rows, 'pki.yaml', NOW)).toMatchObject({
    format: 'pki-status',
    version: 1,
    manifest: 'pki.yaml',
    now: '2026-11-23T12:00:00Z',
    due: true,
    certificates: [
      { id: 'servers/api', secondsLeft: 60 * DAY, serial: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' },
      { id: 'servers/new', secondsLeft: null, serial: null, notAfter: null, lifetime: null, san: [] },
    ],
  });
  expect(statusJson(rows.slice(0, 1), 'pki.yaml', NOW)).toMatchObject({ due: false });
});

describe('revocation lists', () => {
  const list = (state: ListRow['state'], secondsLeft: number, number = '7'): ListRow => ({
    authority: 'authorities/issuing',
    state,
    list: { number, revoked: 2, thisUpdate: NOW - 2 * DAY, nextUpdate: NOW + secondsLeft },
    secondsLeft,
  });
  const GONE_LIST: ListRow = { authority: 'authorities/x', state: 'missing', list: null, secondsLeft: null };
  const shown = (...lists: readonly ListRow[]): readonly string[] =>
    statusText([row(90, 60 * DAY)], { style: PLAIN, lists })
      .split('\n')
      .slice(2, -1);

  it('stand below the certificates, and count in the summary', () => {
    expect(shown(list('ok', 8 * DAY), list('ended', -DAY, '19'), GONE_LIST)).toEqual([
      '',
      'revocation list      number  revoked  left                 state',
      'authorities/issuing  7       2        ████████░░       8d  ok',
      'authorities/issuing  19      2        ░░░░░░░░░░     -24h  ended: what reads it refuses everyone',
      'authorities/x                                              missing',
      '',
      expect.stringMatching(/^status: 1 ok; lists: 1 ok, 1 ended, 1 missing; first to end: servers\/api/),
    ]);
  });

  it('are nowhere where no authority makes one', () =>
    expect(shown()).toEqual(['', expect.stringMatching(/^status: 1 ok; first/)]));

  it('make something due, and stand in the JSON', () => {
    const json = (one: ListRow) => statusJson([row(90, 60 * DAY)], 'pki.yaml', NOW, [one]);
    expect(json(list('due', DAY))).toMatchObject({
      due: true,
      lists: [
        {
          authority: 'authorities/issuing',
          state: 'due',
          number: '7',
          revoked: 2,
          thisUpdate: '2026-11-21T12:00:00Z',
          nextUpdate: '2026-11-24T12:00:00Z',
          secondsLeft: DAY,
        },
      ],
    });
    expect(json(list('ok', 8 * DAY))).toMatchObject({ due: false });
    expect(json(GONE_LIST)).toMatchObject({ due: true, lists: [{ number: null, nextUpdate: null }] });
  });
});

describe('OCSP responses', () => {
  const response = (state: ResponseRow['state'], secondsLeft: number): ResponseRow => ({
    authority: 'authorities/issuing',
    state,
    responses: 12,
    revoked: 1,
    due: state === 'ok' ? 0 : 4,
    thisUpdate: NOW - 2 * DAY,
    nextUpdate: NOW + secondsLeft,
    secondsLeft,
  });

  it('stand below the lists, and count in the summary', () => {
    const responses = [response('ok', 8 * DAY), response('due', 2 * DAY), response('ended', -DAY)];
    const text = statusText([row(90, 60 * DAY)], { style: PLAIN, responses });
    expect(text.split('\n').slice(2, -1)).toEqual([
      '',
      'OCSP responses       number  revoked  left                 state',
      'authorities/issuing  12      1        ████████░░       8d  ok',
      'authorities/issuing  12      1        █████░░░░░       2d  due: "pki ocsp" would sign 4',
      'authorities/issuing  12      1        ░░░░░░░░░░     -24h  ended: run "pki ocsp"',
      '',
      expect.stringMatching(/^status: 1 ok; responses: 1 ok, 1 due, 1 ended; first to end: servers\/api/),
    ]);
  });

  it('make something due, and stand in the JSON', () => {
    const json = (one: ResponseRow) => statusJson([row(90, 60 * DAY)], 'pki.yaml', NOW, [], [], [one]);
    expect(json(response('ok', DAY))).toMatchObject({ due: false });
    expect(json(response('due', DAY))).toMatchObject({
      due: true,
      responses: [{ responses: 12, due: 4, nextUpdate: '2026-11-24T12:00:00Z', secondsLeft: DAY }],
    });
  });
});
