/** `pki sign <folder>`: shows what a folder of requests asks for, and signs it on a yes. */
import { sign } from '../index.ts';
import { askedText, NO_SOURCE, signMessages, signText } from '../report/request.ts';
import { askingAt } from './ask.ts';
import { answerTo } from './consent.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { sourceIn } from './secret-option.ts';

/** Options of `pki sign`. */
export interface SignFlags {
  readonly key: string;
  readonly certificate?: string;
  readonly yes?: boolean;
  /** Where that of the key comes from. */
  readonly passphrase?: string;
}

/** `failed` where nothing was signed. */
export async function signCommand(
  folder: string,
  { key, certificate, yes, passphrase: source }: SignFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  interruption.listen();
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (!yes && !isTerminal) {
    console.say(
      { kind: 'error', text: 'there is no terminal to ask at whether to sign' },
      { kind: 'hint', text: 'read what is asked, and pass "--yes"' },
    );
  }
  const passphrase = source === undefined ? undefined : sourceIn(source);
  if (passphrase === null) {
    console.say(...NO_SOURCE);
    return EXIT.failed;
  }
  const ask = askingAt(interruption.signal);
  const result = await sign({
    folder,
    key,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ask === undefined ? {} : { ask }),
    ...(certificate === undefined ? {} : { certificate }),
    approve: async (asked) => {
      console.out(`${askedText(asked)}\n`);
      if (yes) return true;
      if (!isTerminal) return false;
      const question = `pki: type "yes" to sign ${asked.length === 1 ? 'it' : `these ${asked.length}`}, anything else to leave it: `;
      return (await answerTo(question, interruption.signal))?.trim() === 'yes';
    },
  });
  console.out(signText(result));
  console.say(...signMessages(result));
  return result.signed.length === 0 ? EXIT.failed : EXIT.fine;
}
