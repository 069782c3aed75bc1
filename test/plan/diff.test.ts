/** What is a difference between an issued certificate and the wanted one, and what is none. */
import { describe, expect, it } from 'vitest';
import { diffName } from '../../src/plan/diff.ts';
import { validityReasons } from '../../src/plan/validity.ts';
import { aServer, certificateFor, DAY, keyFacts, NOW } from '../helpers/entities.ts';

describe('names', () => {
  const NAME = [
    { type: 'CN', value: 'api.example.test' },
    { type: 'O', value: 'Example' },
    { type: 'OU', value: 'One' },
    { type: 'OU', value: 'Two' },
  ] as const;
  const reversed = [...NAME].reverse();

  it.each(['subject', 'issuer'] as const)('%s: re-ordering is no change', (field) => {
    expect(diffName(field, NAME, NAME)).toEqual([]);
    expect(diffName(field, reversed, NAME)).toEqual([]);
    expect(diffName(field, NAME, reversed)).toEqual([]);
  });

  it.each<[string, readonly { type: string; value: string }[]]>([
    ['one less', NAME.slice(1)],
    ['one more', [...NAME, { type: 'OU', value: 'Two' }]],
    ['another value', [{ type: 'CN', value: 'API.example.test' }, ...NAME.slice(1)]],
    ['another type', [{ type: 'SN', value: 'api.example.test' }, ...NAME.slice(1)]],
    [
      'values that are swapped between two types',
      [{ type: 'CN', value: 'Example' }, { type: 'O', value: 'api.example.test' }, ...NAME.slice(2)],
    ],
    ['none', []],
  ])('%s is one', (_, name) => {
    const [difference, ...more] = diffName('subject', name as never, NAME as never);
    expect(more).toEqual([]);
    expect(difference).toMatchObject({ kind: 'differs', field: 'subject' });
    expect(difference?.after).toContain('api.example.test');
  });
});

describe('a lifetime that its issuer has cut short', () => {
  const entity = aServer({ validity: 90 * DAY, backdate: 0 });
  const end = NOW + 60 * DAY - 1;
  const ceiling = { id: 'authorities/root', notAfter: end };
  const facts = certificateFor(
    entity,
    keyFacts('k'),
    { notBefore: NOW, notAfter: end, cappedBy: ceiling.id, subjectKeyId: null },
    null,
    '7',
  );
  const reasons = (validity: number) =>
    validityReasons(facts, { ...entity, validity }, ceiling, NOW).map((reason) =>
      reason.kind === 'differs' ? `${reason.field}: ${reason.before} → ${reason.after}` : reason.kind,
    );

  it.each([
    [90, []],
    [61, []],
    [60, []],
    // It ends with its issuer, but not because of it.
    [59, ['validity: 60d → 59d']],
    [30, ['validity: 60d → 30d']],
  ])('of 60 days, where %d are wanted: %j', (days, expected) => {
    expect(reasons(days * DAY)).toEqual(expected);
  });
});
