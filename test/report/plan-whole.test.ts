// A plan with something in every place, as text and as JSON, whole: expected/plan*.txt.
// After a deliberate change of wording: `npx vitest run test/report/plan-whole -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Change, Waiting } from '../../src/plan/change.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planText, savedText, warningTexts } from '../../src/report/plan.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { PLAIN, type Style } from '../../src/report/style.ts';
import { aPlan, DAY, NOW } from '../helpers/entities.ts';

const expected = (name: string) => join(import.meta.dirname, `expected/${name}.txt`);
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };
const FILES = { writes: [], deletes: [], relocations: [], chmods: [], relinks: false } as const;
const KEPT = { previous: [], routes: [], route: null, cross: [] } as const;
const ISSUED = {
  ...FILES,
  ...KEPT,
  affects: [],
  issuance: ISSUANCE,
  crossing: null,
  alterations: [],
  consents: [],
  replaces: [],
} as const;
const LACKS = [{ kind: 'missing', artifact: 'key' }] as const;
const wait = (given: Partial<Waiting>): Waiting => ({
  on: 'authorities/far',
  reasons: LACKS,
  serves: false,
  wish: null,
  ...given,
});
const change = (id: string, action: Change['action'], given: object = {}): Change =>
  ({ ...ISSUED, id, kind: 'server', action, reasons: [], ...given }) as unknown as Change;

const CHANGES: readonly Change[] = [
  change('authorities/root', 'rekey', {
    kind: 'authority',
    reasons: LACKS,
    newKey: true,
    consents: ['rekey-ca', 'trust'],
    affects: ['servers/a'],
    crossing: { issuance: ISSUANCE, signedWith: 'ecdsa-p256' },
    previous: ['aa'],
    cross: ['bb'],
  }),
  change('servers/new', 'create', {
    reasons: LACKS,
    writes: ['key', 'cert'],
    grant: { uid: 1, gid: 2, files: ['key'], folders: [] },
    replaces: ['servers/new/\u001bcert.pem'],
  }),
  change('servers/a', 'issue', {
    reasons: [{ kind: 'expired', notAfter: NOW }],
    issuance: { ...ISSUANCE, cappedBy: 'authorities/root' },
    alterations: [{ kind: 'loses', extension: 'x', oid: '1.2', critical: false, value: null }],
    relocations: [{ file: 'key', from: 'old/key.pem', to: 'servers/a/key.pem', digest: 'cc' }],
    routes: ['dd'],
    route: 'dd',
  }),
  change('servers/b', 'refresh', {
    reasons: [{ kind: 'stale', artifact: 'ca' }],
    writes: ['ca'],
    deletes: ['csr'],
    chmods: ['key'],
    issuance: null,
    waiting: wait({ serves: true }),
  }),
  change('servers/c', 'revoke', { deletes: ['key'], reasons: [{ kind: 'requested' }] }),
  change('servers/d', 'remove', { reasons: [{ kind: 'not-in-manifest' }], consents: ['remove'] }),
  change('servers/e', 'keep'),
  change('servers/f', 'wait', { waiting: wait({}) }),
  change('servers/g', 'wait', { waiting: wait({ elsewhere: true }) }),
  change('servers/h', 'refuse', {
    refusal: { kind: 'blocked', path: 'servers/h/key.pem', cause: { kind: 'directory' } },
  }),
];
const PLAN: Plan = aPlan(CHANGES, {
  now: NOW,
  pending: ['servers/x', 'servers/y'],
  exposed: [
    { folder: '.', uid: null },
    { folder: 'a b', uid: 7 },
  ],
  doubt: { kind: 'behind', clock: NOW, newest: NOW + 60, by: 'ledger' },
  prunes: [
    { entity: 'servers/a', folder: '.pki/archive/a', time: NOW, holdsKey: true },
    { entity: 'servers/b', folder: '.pki/archive/b', time: NOW, holdsKey: false },
  ],
  left: ['servers/l', 'servers/m'],
  engine: 'node',
});
/** Colours as words, so that they are part of what is compared. */
const NAMED: Style = Object.fromEntries(
  Object.keys(PLAIN).map((name) => [name, (text: string) => `<${name}>${text}</${name}>`]),
) as unknown as Style;

it('it is this text, in these colours', async () => {
  const texts = [
    planText(PLAN, { style: PLAIN, verbose: false }),
    planText(PLAN, { style: PLAIN, verbose: true }),
    planText(PLAN, { style: NAMED, verbose: true }),
    planText(aPlan(CHANGES.slice(0, 1)), { style: NAMED, verbose: true }),
    planText(aPlan(CHANGES.slice(6, 7)), { style: NAMED, verbose: true }),
    planText(aPlan(CHANGES.slice(6, 7), { engine: 'node' }), { style: NAMED, verbose: false }),
    `${[...warningTexts(PLAN, '/the out'), savedText('a plan')].join('\n')}\n`,
  ];
  await expect(texts.join('---\n')).toMatchFileSnapshot(expected('plan'));
});

it('it is this JSON', async () => {
  const json = JSON.stringify(planJson(PLAN, 'pki.yaml'), null, 2);
  await expect(`${json}\n`).toMatchFileSnapshot(expected('plan-json'));
});
