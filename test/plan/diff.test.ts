/** What is a difference between an issued certificate and the wanted one, and what is none. */
import { describe, expect, it } from 'vitest';
import { diffName, diffSubject, isNamedAs } from '../../src/plan/diff.ts';
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

describe('a subject with more than a manifest can state', () => {
  const LONG = 'Ministry of Long Names '.repeat(3);
  const ours = [
    { type: 'O', value: 'Example' },
    { type: 'CN', value: 'api.example.test' },
  ] as const;

  it.each([
    ['an organization that is too long', { type: 'O', value: `${LONG}.` }],
    ['a space at the end', { type: 'OU', value: 'Platform ' }],
    ['a mark that is not seen', { type: 'L', value: 'Upp\u200bsala' }],
    ['a second common name that is too long', { type: 'CN', value: `${'a'.repeat(65)}` }],
  ])('%s: it is still named as the entity is', (_, more) => {
    expect(isNamedAs([more, ...ours], { subject: ours })).toBe(true);
    expect(isNamedAs([...ours, more], { subject: ours, exactSubject: true })).toBe(true);
    expect(diffSubject([more, ...ours], { subject: ours })).toHaveLength(1);
  });

  it.each([
    ['and one that it could state', [{ type: 'OU', value: 'Platform' }, ...ours]],
    ['but lacks one', ours.slice(1)],
    ['in place of another', [{ type: 'O', value: 'Example ' }, ...ours.slice(1)]],
    ['of 64 characters', [{ type: 'OU', value: 'a'.repeat(64) }, ...ours]],
  ])('%s: it is another', (_, subject) => {
    expect(isNamedAs([{ type: 'OU', value: `${LONG} ` }, ...subject], { subject: ours })).toBe(false);
  });
});

describe('a lifetime beyond what a manifest can ask for', () => {
  const LONGEST = 100 * 365 * DAY;
  const lives = (seconds: number, validity: number) => {
    const entity = aServer({ validity, backdate: 0 });
    const issuance = { notBefore: NOW, notAfter: NOW + seconds - 1, cappedBy: null, subjectKeyId: null };
    return validityReasons(certificateFor(entity, keyFacts('k'), issuance, null, '7'), entity, null, NOW);
  };
  const endless = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 - NOW + 1;

  it.each([endless, LONGEST + 60])('of %i seconds is as good as the longest', (seconds) => {
    expect(lives(seconds, LONGEST)).toEqual([]);
  });

  it('is a difference where a shorter one is asked for, and a shorter one is where the longest is', () => {
    expect([lives(endless, LONGEST - DAY), lives(LONGEST - DAY, LONGEST)].map(([one]) => one)).toMatchObject([
      { kind: 'differs', field: 'validity', after: '99y 364d' },
      { kind: 'differs', field: 'validity', after: '100y' },
    ]);
  });
});
