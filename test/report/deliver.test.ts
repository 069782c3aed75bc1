/** What is said of deliveries into clusters: whether they are there, what is due, and what to do about the rest. */
import { describe, expect, it } from 'vitest';
import type { Delivered, DeliveryOutcome } from '../../src/index.ts';
import {
  deliverJson,
  deliverMessages,
  deliverText,
  isDelivered,
  isDeliveryDue,
} from '../../src/report/deliver.ts';
import { PLAIN } from '../../src/report/style.ts';

const TO = { namespace: 'shop', name: 'api-tls', context: 'prod' };
const of = (outcome: DeliveryOutcome): Delivered => ({ entity: 'servers/api', to: TO, outcome });
const FAULT = { kind: 'exit', code: 1 } as const;

const CONSENT =
  'private keys go there: look at "deliver" in the manifest, and agree with --allow run, once for each Secret';
const FORCE =
  'let the other manager give it up, or agree to it by hand: kubectl apply --server-side --field-manager=pki-apply --force-conflicts';
const DELETE = 'once nothing uses it: kubectl --context=prod --namespace=shop delete secret api-tls';

interface Row {
  readonly outcome: DeliveryOutcome;
  readonly good: boolean;
  readonly due: boolean;
  /** After a run, and after a dry one where that differs. */
  readonly says: readonly [string, string?];
  readonly hint?: string;
}

const ROWS: readonly Row[] = [
  { outcome: { kind: 'current' }, good: true, due: false, says: ['up to date'] },
  { outcome: { kind: 'absent' }, good: true, due: false, says: ['it is revoked, and nothing is there'] },
  { outcome: { kind: 'made', keys: [] }, good: true, due: true, says: ['created', 'would be created'] },
  { outcome: { kind: 'changed', keys: [] }, good: true, due: true, says: ['changed', 'would change'] },
  {
    outcome: { kind: 'changed', keys: ['tls.crt', 'tls.key'] },
    good: true,
    due: true,
    says: ['changed: tls.crt, tls.key', 'would change: tls.crt, tls.key'],
  },
  {
    outcome: { kind: 'no-consent' },
    good: false,
    due: false,
    says: ['this folder has not delivered there before'],
    hint: CONSENT,
  },
  {
    outcome: { kind: 'no-files', cause: { kind: 'revoked' } },
    good: false,
    due: false,
    says: ['it is revoked'],
    hint: 'run "pki apply" first',
  },
  {
    outcome: { kind: 'revoked' },
    good: false,
    due: false,
    says: ['it is revoked, and the Secret with its key is still there'],
    hint: DELETE,
  },
  {
    outcome: { kind: 'conflict', words: 'conflict with "helm":\n  .data.tls.crt' },
    good: false,
    due: false,
    says: ['another manager has set it: conflict with "helm": .data.tls.crt'],
    hint: FORCE,
  },
  {
    outcome: { kind: 'failed', fault: FAULT, words: '' },
    good: false,
    due: false,
    says: ['"kubectl" exited with 1'],
  },
  {
    outcome: { kind: 'failed', fault: FAULT, words: 'no such\n  namespace' },
    good: false,
    due: false,
    says: ['"kubectl" exited with 1: no such namespace'],
  },
  {
    outcome: { kind: 'not-read-back' },
    good: false,
    due: false,
    says: ['was applied, and the cluster has something else'],
  },
];

describe.each(ROWS)('$outcome', ({ outcome, good, due, says: [after, dry = after], hint }) => {
  const line = (text: string): string =>
    `  ${good ? 'ok ' : 'bad'} servers/api → shop/api-tls in prod: ${text}\n`;
  const shown = (dryRun: boolean): string => {
    const [first = ''] = deliverText([of(outcome)], { style: PLAIN, verbose: true, dryRun }).split(/(?<=\n)/);
    return first;
  };

  it('is known for in order or not, and for due or not', () => {
    expect(isDelivered([of(outcome)])).toBe(good);
    expect(isDelivered([of({ kind: 'current' }), of(outcome)])).toBe(good);
    expect(isDeliveryDue([of(outcome)])).toBe(due);
    expect(isDeliveryDue([of({ kind: 'current' }), of(outcome)])).toBe(due);
  });

  it('has its words, other ones after a dry run', () => {
    expect(shown(false)).toBe(line(after));
    expect(shown(true)).toBe(line(dry));
  });

  it('is shown without --verbose only where it is not as it was', () => {
    const quiet = ['current', 'absent'].includes(outcome.kind);
    const text = deliverText([of(outcome)], { style: PLAIN, verbose: false, dryRun: false });
    expect(text.includes('servers/api')).toBe(!quiet);
  });

  it('comes with what to do, once', () => {
    const hints = deliverMessages([of(outcome), of(outcome)]);
    expect(hints).toEqual(hint === undefined ? [] : [{ kind: 'hint', text: hint }]);
  });
});

describe('the last line', () => {
  const made = of({ kind: 'made', keys: [] });
  const [current, absent, bad] = [
    of({ kind: 'current' }),
    of({ kind: 'absent' }),
    of({ kind: 'no-consent' }),
  ];
  it.each<[readonly Delivered[], boolean, string]>([
    [[], false, 'nothing to deliver: no entry has "deliver"'],
    [[absent, absent], false, 'nothing to deliver: every entry with "deliver" is revoked'],
    [[current], false, 'deliver: nothing to do, 1 Secret up to date'],
    [[current, current, absent], false, 'deliver: nothing to do, 2 Secrets up to date'],
    [[made, current, absent], false, 'deliver: 1 of 2 Secrets written, and read back'],
    [[made, current, absent], true, 'deliver: 1 of 2 Secrets would be written'],
    [[made, bad], false, 'deliver: 1 of 2 Secrets not delivered'],
    [[made, bad], true, 'deliver: 1 of 2 Secrets not as it could be'],
  ])('%j, a dry run: %s', (delivered, dryRun, expected) => {
    const text = deliverText(delivered, { style: PLAIN, verbose: false, dryRun });
    expect(text.trimEnd().split('\n').at(-1)).toBe(expected);
    expect(text.endsWith('\n')).toBe(true);
  });
});

it('as JSON: whether all is well, and each with its keys', () => {
  const delivered = [of({ kind: 'changed', keys: ['tls.crt'] }), of({ kind: 'not-read-back' })];
  const one = { entity: 'servers/api', context: 'prod', secret: 'shop/api-tls' };
  expect(deliverJson(delivered, { dryRun: true })).toEqual({
    format: 'pki-deliver',
    version: 1,
    ok: false,
    dryRun: true,
    deliveries: [
      { ...one, outcome: 'changed', keys: ['tls.crt'], text: 'would change: tls.crt' },
      {
        ...one,
        outcome: 'not-read-back',
        keys: [],
        text: 'was applied, and the cluster has something else',
      },
    ],
  });
  expect(deliverJson([of({ kind: 'current' })], { dryRun: false })).toMatchObject({
    ok: true,
    dryRun: false,
  });
});
