import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { goOnText } from '../../src/report/go-on.ts';

const REQUESTED = { kind: 'requested' } as const;
const RETIRED = { kind: 'drops-trust', notAfter: 0, why: 'retired' } as const;
const ENDED = { kind: 'drops-trust', notAfter: 0, why: 'expired' } as const;
const change = (id: string, action: string, ...reasons: readonly object[]) =>
  ({ id, action, reasons }) as unknown as Change;

const key = change('servers/key', 'rekey', REQUESTED);
const other = change('clients/other', 'rekey', REQUESTED);
const root = change('authorities/root', 'refresh', RETIRED);
const stolen = change('authorities/stolen', 'rekey', REQUESTED, RETIRED);
const due = change('servers/due', 'issue');
const ended = change('authorities/ended', 'refresh', ENDED);
const answered = { ...change('authorities/answered', 'issue'), answered: true } as Change;
const kept = change('servers/kept', 'keep', REQUESTED);
const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => change(`peers/${name}`, 'rekey', REQUESTED));

describe('what is left of a run goes on by', () => {
  it.each([
    ['apply where nothing was asked for', [due, ended], [], '"pki apply"'],
    ['apply where the plan does not say what is left', [key], [key], '"pki apply"'],
    ['the same request', [key, other], [], '"pki rotate servers/key clients/other"'],
    ['a request for the rest', [key, other, kept], [key], '"pki rotate clients/other"'],
    ['both', [key, due], [], '"pki rotate servers/key" and "pki apply"'],
    ['apply for what follows', [key, due], [key], '"pki apply"'],
    ['import of what was signed', [answered, due], [], '"pki import FOLDER"'],
    ['apply where that is done', [answered, due], [answered], '"pki apply"'],
    ['retirement', [root], [], '"pki retire authorities/root"'],
    ['both requests', [key, root], [], '"pki rotate servers/key" and "pki retire authorities/root"'],
    ['a request with its option', [stolen], [], '"pki rotate authorities/stolen --retire"'],
    ['a request that fits into a line', many, [], '"pki rotate peers/a peers/b peers/c peers/d peers/e …"'],
    ['all names that do', many, [many[0]], '"pki rotate peers/b peers/c peers/d peers/e peers/f"'],
  ] as [string, Change[], Change[], string][])('%s', (_, changes, done, expected) =>
    expect(
      goOnText(
        { changes },
        done.map(({ id }) => id),
      ),
    ).toBe(expected),
  );
});
