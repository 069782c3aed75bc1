/** Small decisions of what is shown: colours of states, counts of them, and the result of a run as JSON. */
import { describe, expect, it } from 'vitest';
import type { CheckKind, SkippedCheck } from '../../src/handshake/case.ts';
import type { Outcome } from '../../src/handshake/outcome.ts';
import type { ApplyResult, Project } from '../../src/index.ts';
import type { Action } from '../../src/plan/change.ts';
import { gridOf } from '../../src/report/handshakes-table.ts';
import { resultJson } from '../../src/report/outcome.ts';
import { planText } from '../../src/report/plan.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { countText, missedText } from '../../src/report/progress-live.ts';
import { countedStates, paintOfState } from '../../src/report/states.ts';
import type { Style } from '../../src/report/style.ts';
import { aChange, aPlan, NOW } from '../helpers/entities.ts';

/** Colours by their names: `warn(text)`. */
const named = (name: string) => (text: string) => `${name}(${text})`;
const NAMED: Style = {
  good: named('good'),
  bad: named('bad'),
  warn: named('warn'),
  faint: named('faint'),
  strong: named('strong'),
};

it.each([
  ['ok', 'good(x)'],
  ['due', 'warn(x)'],
  ['expired', 'bad(x)'],
  ['missing', 'bad(x)'],
  ['anything', 'bad(x)'],
])('a list or a response that is %s: %s', (state, painted) => {
  expect(paintOfState(state, NAMED)('x')).toBe(painted);
});

it('states are counted in the order that is asked for, and those that no row has are left out', () => {
  const rows = ['a', 'b', 'a', 'c', 'a'].map((state) => ({ state }));
  expect(countedStates(rows, ['b', 'd', 'a'])).toBe('1 b, 3 a');
  expect(countedStates([], ['a'])).toBe('');
});

it.each<[action: Action, colour: string, mark: string]>([
  ['create', 'good', '+'],
  ['issue', 'warn', '~'],
  ['rekey', 'warn', '~'],
  ['refresh', 'warn', '~'],
  ['keep', 'faint', '='],
  ['remove', 'bad', '-'],
  ['revoke', 'bad', '-'],
])('what a plan says of %s is %s', (action, colour) => {
  const change = aChange({
    id: 'servers/a',
    action,
    issuance: { notBefore: NOW, notAfter: NOW + 60, cappedBy: null, subjectKeyId: null },
  });
  const line = planText(aPlan([change]), { style: NAMED, verbose: true }).split('\n')[0];
  expect(line).toContain(`${colour}(${action.padEnd(7)})`);
});

it.each<[action: Action, isKnown: boolean, isSaid: boolean]>([
  ['create', true, true],
  ['create', false, false],
  ['issue', true, false],
  ['rekey', true, false],
])('what the certificate will say, at %s where it is known (%j): %j', (action, isKnown, isSaid) => {
  const issuance = { notBefore: NOW, notAfter: NOW + 60, cappedBy: null, subjectKeyId: null };
  const summary = {
    subject: 'CN=a',
    san: ['dns:a.test'],
    key: 'ecdsa-p256',
    issuer: 'authorities/root',
    usages: ['digitalSignature', 'serverAuth'],
    lifetime: 60,
    profile: 'web',
    extensions: [
      { name: 'basicConstraints', critical: true, items: ['CA:TRUE', '0'] },
      { name: '1.2.3', critical: false, items: ['1.2.3 utf8 x', 'y'] },
    ],
  };
  const wanted = new Map(isKnown ? [['servers/a', summary]] : []);
  const change = aChange({ id: 'servers/a', action, issuance });
  const lines = planText(aPlan([change], { wanted }), { style: NAMED, verbose: false }).split('\n');
  const said = [
    'CN=a; dns:a.test',
    'ecdsa-p256, issued by authorities/root; digitalSignature, serverAuth (profile web)',
    'pathLength: 0',
    '1.2.3: utf8 x, y',
  ];
  expect(lines.map((line) => line.trim()).filter((line) => said.includes(line))).toEqual(isSaid ? said : []);
});

describe('a run as JSON', () => {
  const project = { manifest: '/etc/pki.yaml' } as Project;
  const removal = aChange({ id: 'servers/old', action: 'remove', consent: 'remove' });
  const plan = aPlan([removal]);
  const failure = { entity: 'servers/a', step: 'sign', problem: 'no', command: null, stderr: '' } as const;
  const NOTHING = {
    format: 'pki-apply',
    version: 1,
    plan: planJson(plan, project.manifest),
    published: [],
    failures: [],
    hooks: [],
    warnings: [],
    pruned: [],
    refusedAnswers: [],
    held: [],
    blocked: [],
    verification: null,
  };

  it.each<[ApplyResult, object]>([
    [
      { kind: 'nothing', plan, held: [removal] },
      { result: 'nothing', held: ['servers/old'] },
    ],
    [
      { kind: 'locked', by: { kind: 'process', pid: 5 } as never },
      { result: 'locked', plan: null },
    ],
    [{ kind: 'refused', plan, refusals: [removal] }, { result: 'refused' }],
    [{ kind: 'consent', plan, missing: new Map() }, { result: 'consent' }],
    [
      {
        kind: 'done',
        plan,
        held: [removal],
        blocked: [aChange({ id: 'servers/b', action: 'refuse' })],
        execution: { failures: [failure], skipped: [], published: ['servers/c'] },
        interrupted: false,
        warnings: ['w'],
        hooks: [{ entity: 'servers/a', run: ['x'], output: 'o', fault: null }],
        pruned: [{ entity: 'servers/d', folder: 'f', time: 0, holdsKey: true }],
        refusedAnswers: [{ entity: 'servers/e', why: { kind: 'not-asked' } }],
      },
      {
        result: 'done',
        published: ['servers/c'],
        failures: [failure],
        hooks: [{ entity: 'servers/a', run: ['x'], output: 'o', fault: null }],
        warnings: ['w'],
        pruned: [{ entity: 'servers/d', folder: 'f', archived: '1970-01-01T00:00:00Z', holdsKey: true }],
        refusedAnswers: ['servers/e'],
        held: ['servers/old'],
        blocked: ['servers/b'],
      },
    ],
  ])('%j', (result, expected) => {
    expect(resultJson(result, project, null)).toEqual({ ...NOTHING, ...expected });
    expect(resultJson(result, project, { ok: true })).toMatchObject({ verification: { ok: true } });
  });
});

it.each<[done: number, total: number, milliseconds: number, missed: string, text: string]>([
  [1, 40, 1000, '', '1/40, 1/s'],
  [12, 40, 4000, '1 failed', '12/40, 3/s, 1 failed'],
  [3, 4, 2000, '', '3/4, 2/s'],
  [1, 4, 4000, '', '1/4, 0/s'],
])('%d of %d after %d ms, %j missed: %s', (done, total, milliseconds, missed, text) => {
  expect(countText(done, total, milliseconds, missed)).toBe(text);
});

it.each([
  [0, 0, ''],
  [1, 0, '1 failed'],
  [0, 1, '1 not begun'],
  [2, 7, '2 failed, 7 not begun'],
])('%d failed and %d not begun: %j', (failed, notBegun, text) => {
  expect(missedText({ failed, 'not begun': notBegun })).toBe(text);
});

describe('the grid of handshakes', () => {
  const tried = (server: string, client: string | null, check: CheckKind, ok = true): Outcome => {
    const expected =
      ['pair', 'name', 'revoked'].includes(check) && client !== 'clients/far' ? 'accept' : 'refuse';
    return { case: { server, client, check, expect: expected }, ok } as unknown as Outcome;
  };
  const left = (server: string, check: CheckKind, kind: string): SkippedCheck =>
    ({ server, check, cause: { kind } }) as unknown as SkippedCheck;
  const rowsOf = (outcomes: readonly Outcome[], skipped: readonly SkippedCheck[] = []): unknown => {
    const { clients, rows } = gridOf(outcomes, skipped);
    return [clients, ...rows.map((row) => [row.server, ...row.clients, '|', ...row.refusals])];
  };

  it('has a mark for each pair, of all that was tried of it, and for each refusal', () => {
    const outcomes = [
      tried('servers/a', 'clients/x', 'pair'),
      tried('servers/a', 'clients/x', 'name', false),
      tried('servers/a', 'clients/far', 'pair'),
      tried('servers/a', 'clients/y', 'revoked'),
      tried('servers/a', null, 'no-client-certificate'),
      tried('servers/a', 'clients/z', 'wrong-name', false),
      tried('servers/a', null, 'foreign-client'),
      tried('servers/b', 'clients/x', 'pair'),
    ];
    expect(rowsOf(outcomes, [left('servers/a', 'foreign-client', 'no-name')])).toEqual([
      ['clients/x', 'clients/far', 'clients/y'],
      ['servers/a', 'wrong', 'refused', 'accepted', '|', 'refused', 'untested', 'wrong', 'none'],
      ['servers/b', 'accepted', 'none', 'none', '|', 'none', 'none', 'none', 'none'],
    ]);
  });

  it.each([
    ['no-name', true],
    ['key-elsewhere', false],
    ['key-on-token', false],
    ['list-elsewhere', false],
    ['not-archived', false],
    ['former-issuer', false],
    ['too-many', false],
    ['no-ml-dsa', false],
  ])('of a server of which all is left out for %s there is a row: %j', (kind, isRow) => {
    const skipped = [left('servers/b', 'wrong-name', kind)];
    expect(rowsOf([tried('servers/a', null, 'wrong-name')], skipped)).toEqual([
      [],
      ['servers/a', '|', 'none', 'none', 'refused', 'none'],
      ...(isRow ? [['servers/b', '|', 'none', 'none', 'untested', 'none']] : []),
    ]);
  });

  it('has peers in the order of the servers, and clients between them where they are', () => {
    const pairs = ['a b', 'a x', 'a c', 'b a', 'b x', 'b c', 'c a'].map((pair) => {
      const [server = '', client = ''] = pair.split(' ');
      return tried(server, client, 'pair');
    });
    expect(gridOf(pairs, []).clients).toEqual(['a', 'x', 'b', 'c']);
    expect(gridOf(pairs.slice(0, 3), []).clients).toEqual(['b', 'x', 'c']);
  });
});
