/** Which remarks stand in which report: those of a file that is replaced now, or all that are not urgent. */
import { expect, it } from 'vitest';
import type { Remark } from '../../src/plan/remark.ts';
import { laterTexts, notesOf } from '../../src/report/remarks.ts';
import { remarkText } from '../../src/words/remark.ts';
import { aChange, aPlan } from '../helpers/entities.ts';

const A = 'servers/a';
const SHARED: Remark = { kind: 'group-readable', entity: A, artifact: 'key', group: 5 };
const IGNORED: Remark = { kind: 'request-ignored', entity: A, ignored: ['dns:x.test'] };
const LATER = {
  kind: 'differs',
  entities: [A],
  reason: { kind: 'differs', field: 'crl', before: 'http://a', after: 'http://b' },
} as Remark;
const ALL = [SHARED, IGNORED, LATER];

const issued = (id: string, writes: readonly string[]) =>
  ({ ...aChange({ id, action: 'issue' }), writes }) as never;
const refreshed = (id: string, writes: readonly string[]) =>
  ({ ...aChange({ id, action: 'refresh' }), writes }) as never;

it.each<[what: string, changes: readonly never[], said: readonly Remark[]]>([
  ['nothing changes', [], []],
  ['another entity changes', [issued('servers/b', ['key', 'cert'])], []],
  ['other files are replaced', [refreshed(A, ['ca'])], []],
  ['the file itself is replaced', [refreshed(A, ['key'])], [SHARED]],
  ['its request is answered', [issued(A, ['cert'])], [IGNORED]],
  ['both', [issued('servers/b', []), issued(A, ['key', 'cert'])], [SHARED, IGNORED]],
  ['it is kept', [aChange({ id: A, action: 'keep' }) as never], []],
])('where %s, what is passed on is said, and nothing else', (_, changes, said) => {
  const plan = { ...aPlan(changes), remarks: ALL };
  expect(notesOf(plan, false)).toEqual(said.map(remarkText));
  expect(notesOf(plan, true)).toEqual([SHARED, IGNORED].map(remarkText));
  expect(laterTexts(plan)).toEqual([remarkText(LATER)]);
});
