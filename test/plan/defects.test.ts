/**
 * Deliberately defective certificates, put in place of good ones: whatever `openssl verify -x509_strict -policy_check`
 * refuses is a reason to issue, and so is what only other stacks refuse. The good chain that they depart from is as wanted.
 */
import { describe, expect, it } from 'vitest';
import { bytes } from '../helpers/certificate-der.ts';
import { someOf } from '../helpers/everything.ts';
import { brief, judge } from './defective.ts';
import { BELOW, cases, ELSEWHERE, FINE, NO_TEXTS, organization, REFUSED, TEXTS } from './defective-cases.ts';

describe('refused by openssl', () => {
  it.each(someOf(cases(REFUSED)))('$who: $what is $reason', ({ who, defective, reason }) => {
    const { refused, reasons } = judge({ [who]: defective(who) });
    // A root is looked at on the way to what hangs from it.
    expect(refused).toContain(who === 'root' && !refused.includes(who) ? 'inter' : who);
    expect(reasons[who].map(brief).join()).toBe(reason);
  });
});

describe('refused elsewhere', () => {
  it.each(someOf(cases(ELSEWHERE)))('$who: $what is $reason', ({ who, defective, reason }) => {
    expect(judge({ [who]: defective(who) }).reasons[who].map(brief)).toEqual([reason]);
  });
});

describe('is as wanted, and verified', () => {
  it.each(someOf(cases(FINE)))('$who: $what', ({ who, defective }) => {
    expect(judge({ [who]: defective(who) })).toEqual({
      refused: [],
      reasons: { root: [], inter: [], leaf: [] },
    });
  });
});

describe('names of strings', () => {
  const both = (rows: readonly (readonly [string, string])[]) =>
    rows.flatMap(([what, hex]) => BELOW.map((who) => ({ what, hex, who })));

  it.each(someOf(both(NO_TEXTS)))('that openssl does not read: $what, in $who', ({ hex, who }) => {
    const { refused, reasons } = judge({ [who]: organization(who, bytes(hex)) });
    expect(refused).toContain(who);
    expect(reasons[who].map(brief)).toContain('unreadable-name');
  });

  it.each(someOf(both(TEXTS)))('that it reads: $what, in $who', ({ hex, who }) => {
    const { refused, reasons } = judge({ [who]: organization(who, bytes(hex)) });
    expect(refused).not.toContain(who);
    expect(reasons[who].map(brief)).not.toContain('unreadable-name');
  });
});
