/** `pki recover`: the result for what an interrupted run left half-way. */
import type { RecoverResult } from '../index.ts';
import { shownWord } from '../openssl/shell.ts';
import type { EntityId } from '../pki/entity.ts';
import { unreachable } from '../pki/entity.ts';
import type { Advice } from '../words/advice.ts';
import { refusalText } from '../words/refusal.ts';
import { adviceMessages, type Message } from './message.ts';
import { lockMessages } from './outcome.ts';

/** A line per entity; ends with a newline, or is empty. */
export function recoveredText(result: RecoverResult): string {
  if (result.kind !== 'done') return '';
  const { finished, restored, relocked, placed, failed } = result;
  const lines = [
    ...finished.map((id) => `${id}: its new files are in place`),
    ...restored.map((id) => `${id}: has its old files again; new keys and certificates are in the archive`),
    ...relocked.map(
      (id) =>
        `${id}: has its old files again, but for key.pem: the same key, encrypted or not as the interrupted run left it; new certificates are in the archive`,
    ),
    ...placed.map((id) => `${id}: its new files were in place already, and the rest is given up`),
  ];
  if (lines.length === 0 && failed.length === 0) return 'recovered: nothing was left half-way\n';
  return lines.map((line) => `${line}\n`).join('');
}

/** What could not be done. @param given whether it was to be given up. */
export function recoverMessages(result: RecoverResult, given: boolean): readonly Message[] {
  switch (result.kind) {
    case 'locked':
      return lockMessages(result.by);
    case 'unknown':
      return result.names.flatMap((name) => adviceMessages(notHalfWay(name)));
    case 'done':
      return result.failed.flatMap(({ entity, why }) =>
        adviceMessages(given ? stuckText(entity, why) : refusalText({ kind: 'unfinished', entity, why })),
      );
    default:
      return unreachable(result);
  }
}

function notHalfWay(name: string): Advice {
  return { problem: `nothing of "${name}" is left half-way`, hint: '"pki plan" names what is' };
}

function stuckText(entity: EntityId, why: string): Advice {
  return {
    problem: `the old files of ${entity} cannot be put back: ${why}`,
    hint: `fix the cause and run "pki recover --discard ${shownWord(entity)}" again`,
  };
}
