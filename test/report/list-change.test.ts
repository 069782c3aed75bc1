/** Long lists, of which a part changes. */
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/plan/reason.ts';
import { listChange } from '../../src/report/list-change.ts';
import { alterationText, reasonText } from '../../src/report/reason.ts';

const names = (...all: readonly string[]): string => all.map((name) => `dns:${name}.example.test`).join(', ');
const many = Array.from({ length: 12 }, (_, i) => `n${i}`);

describe('listChange', () => {
  it.each<[before: string, after: string, change: string | null]>([
    ['dns:a', 'dns:a, dns:b', null],
    ['dns:keep', `dns:keep, dns:${'x'.repeat(38)}`, null],
    ['dns:keep', `dns:keep, dns:${'x'.repeat(39)}`, `+ dns:${'x'.repeat(39)}; 1 stays`],
    ['none', names(...many), null],
    [names('a', 'b', 'c'), names('d', 'e', 'f'), null],
    [names('a', 'b', 'c'), names('a', 'b', 'c', 'd'), '+ dns:d.example.test; 3 stay'],
    [names('a', 'b', 'c'), names('c'), '− dns:a.example.test, dns:b.example.test; 1 stays'],
    [names('a', 'b', 'c'), names('b', 'c', 'x'), '+ dns:x.example.test; − dns:a.example.test; 2 stay'],
    // Both texts hold the same: something else than the items differs.
    [names('a', 'b', 'c'), names('c', 'b', 'a'), null],
    [
      names('a', 'b', 'c'),
      names('a', ...many),
      '+ dns:n0.example.test, dns:n1.example.test, dns:n2.example.test, dns:n3.example.test, dns:n4.example.test and 7 more; − dns:b.example.test, dns:c.example.test; 1 stays',
    ],
    // A name that holds a comma is in quotes, and one item.
    [
      '"dirName:CN=a, O=b", dns:keep.example.test, dns:other.example.test',
      'dns:keep.example.test, "dirName:CN=a, O=\\"c\\", d", dns:other.example.test',
      '+ "dirName:CN=a, O=\\"c\\", d"; − "dirName:CN=a, O=b"; 2 stay',
    ],
    [
      'uri:a,b,c:example.test, uri:d,e:example.test, dns:x',
      'uri:a,b,c:example.test, dns:x',
      '− uri:d,e:example.test; 2 stay',
    ],
  ])('%s → %s', (before, after, change) => expect(listChange(before, after)).toBe(change));
});

describe('in a plan', () => {
  const [before, after] = [names('a', 'b', 'c'), names('a', 'b', 'c', 'd')];

  it('names and usages are lists, a subject is none', () => {
    const san: Reason = { kind: 'differs', field: 'san', before, after };
    expect(reasonText(san)).toBe('san: + dns:d.example.test; 3 stay');
    expect(reasonText({ ...san, field: 'subject' })).toBe(`subject: ${before} → ${after}`);
  });

  it('what a renewal alters is written the same way', () => {
    expect(alterationText({ kind: 'alters', field: 'san', before, after })).toBe(
      'san: + dns:d.example.test; 3 stay',
    );
  });

  it('an item cannot command a terminal', () => {
    const text = reasonText({ kind: 'differs', field: 'san', before: `${before}, dns:\u001b[2J`, after });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
    expect(text).not.toMatch(/[\u0000-\u001f]/);
  });
});
