/** Who is asked for consent: a user at a terminal on both ends, and no one else; and what the command line has agreed to. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Allowed, askForConsents, unnamed } from '../../src/commands/consent.ts';
import type { Console } from '../../src/commands/console.ts';
import { PLAIN } from '../../src/report/style.ts';
import { aChange, aPlan, DAY, NOW } from '../helpers/entities.ts';

const ROOT = 'authorities/root';
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const PLAN_OF_ROOT = aPlan([
  aChange({ id: ROOT, action: 'rekey', kind: 'authority', issuance: ISSUANCE, consent: 'rekey-ca' }),
]);
const [stdin, isTTY] = [process.stdin, process.stderr.isTTY];
let [written, said]: [string, number] = ['', 0];

beforeEach(() => {
  [written, said] = ['', 0];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  put(stdin, isTTY);
});

function put(input: unknown, isTerminal: boolean): void {
  Object.defineProperty(process, 'stdin', { configurable: true, value: input });
  Object.defineProperty(process.stderr, 'isTTY', { configurable: true, writable: true, value: isTerminal });
}

/** What is agreed to, where this is typed. */
async function agreed(
  typed: string | null,
  {
    allowed = [],
    isSilent = false,
    input = true,
    output = true,
  }: { allowed?: readonly Allowed[]; isSilent?: boolean; input?: boolean; output?: boolean } = {},
) {
  const stream = Object.assign(new PassThrough(), { isTTY: input });
  if (typed === null) stream.end();
  else stream.write(`${typed}\n`);
  put(stream, output);
  const console = { errorStyle: PLAIN, say: () => void said++ } as unknown as Console;
  const how = { isSilent, rotated: new Set<string>() };
  const signal = new AbortController().signal;
  return [...(await askForConsents(PLAN_OF_ROOT, allowed, how, console, signal))].sort();
}

it('a yes at a terminal agrees, to that and by name; anything else does not', async () => {
  expect(await agreed(' yes ')).toContain('rekey-ca');
  expect(written).toContain('type "yes"');
  for (const other of ['y', 'no', '', 'YES', 'yes!', null]) expect(await agreed(other)).toEqual([]);
});

it.each([
  ['there is no terminal to type at', { input: false }],
  ['there is none to read the question at', { output: false }],
  ['nothing but a result may be printed', { isSilent: true }],
])('no one is asked where %s', async (_, given) => {
  expect(await agreed('yes', given)).toEqual([]);
  expect(written).toBe('');
});

it('nothing is asked that was agreed to, and a name that means nothing is said', async () => {
  expect(await agreed('no', { allowed: ['rekey-ca'] })).toEqual(['rekey-ca']);
  expect([written, said]).toEqual(['', 0]);
  expect([...unnamed(['rekey-ca', { consent: 'remove', name: 'x' } as never])]).toEqual(['rekey-ca']);
  await agreed('no', { allowed: [{ consent: 'remove', name: 'x' } as never] });
  expect(said).toBe(1);
});
