/** Every defect as the plan sees it, which takes no judge: each row of the table, and what is said to be at fault. */
import { describe, expect, it } from 'vitest';
import type { DefectKind } from '../../src/plan/reason.ts';
import { brief, reasonsIn } from './defective.ts';
import { cases, ELSEWHERE, FINE, REFUSED } from './defective-cases.ts';

const ROWS = cases([...REFUSED, ...ELSEWHERE, ...FINE]);

/** Extensions by which some are known. */
const WHAT: Partial<Record<DefectKind, RegExp>> = {
  'must-staple': /^mustStaple$/,
  'staple-below': /^mustStaple$/,
  'explicit-policy': /^policyConstraints$/,
  'netscape-type': /^nsCertType$/,
  'negative-serial': /^-[0-9a-f]+$/,
  'long-serial': /^[0-9a-f]{42,}$/,
  'unknown-critical': /^(?:[a-zA-Z]+|[0-9.]+)$/,
  unusable: /^(?:precertificatePoison|proxyCertInfo)$/,
  misplaced: /^[a-zA-Z]+$/,
  malformed: /^[a-zA-Z]+$/,
};

describe('each is planned as that, and named', () => {
  it.each(ROWS)('$who: $what', ({ who, defective, reason }) => {
    const found = reasonsIn({ [who]: defective(who) })[who];
    expect(found.map(brief).join()).toBe(reason);
    for (const one of found)
      if (one.kind === 'defect') expect(one.what ?? '').toMatch(WHAT[one.defect] ?? /^/);
  });
});

it('each kind that is named by an extension is in the table', () => {
  const found = new Set(ROWS.flatMap(({ reason }) => reason.split(',')));
  expect(Object.keys(WHAT).filter((kind) => !found.has(kind))).toEqual([]);
});
