/** Asking for a password at the terminal: what is typed is not shown. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Ask } from '../index.ts';
import { secretQuestion } from '../report/consent.ts';

/** `undefined` where there is no terminal on both ends. */
export function askingAt(signal: AbortSignal): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question) => {
    signal.throwIfAborted();
    const typed = await answerTo(secretQuestion(question), signal);
    process.stderr.write('\n');
    return typed;
  };
}

/** Readline echoes keys by itself, into nothing here; the terminal does not while it reads, from before the question on. */
function answerTo(question: string, signal: AbortSignal): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  process.stderr.write(question);
  const asked = new Promise<string | null>((answer, fail) => {
    terminal.once('line', answer);
    terminal.once('close', () => answer(null));
    // In raw mode Ctrl-C is a key like any other: it should interrupt as everywhere else.
    terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    signal.addEventListener('abort', () => fail(signal.reason));
  });
  return asked.finally(() => terminal.close());
}
