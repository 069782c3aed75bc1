/** Where output goes: results on stdout, everything else on stderr, in one voice (docs/words.md). */
import { visibleJson, visibleLines } from '../pki/printable.ts';
import type { Message } from '../report/message.ts';
import { harmless, type Style, styleFor } from '../report/style.ts';

/** What a command can write to, and how. */
export interface Console {
  /** To stdout, for people: what is not ours in it does nothing to a terminal. */
  readonly out: (text: string) => void;
  /** To stdout, as it is: a script, a manifest. */
  readonly raw: (text: string) => void;
  /** To stdout, as JSON. */
  readonly json: (value: unknown) => void;
  /** To stderr, a line each. */
  readonly say: (...messages: readonly Message[]) => void;
  /** For stdout. */
  readonly style: Style;
  readonly errorStyle: Style;
}

/** Stdout for results, stderr for the rest; whether each has colours is decided here, once. */
export function processConsole(): Console {
  const style = styleFor(process.stdout, process.env);
  const errorStyle = styleFor(process.stderr, process.env);
  const raw = (text: string): void => void process.stdout.write(text);
  const marks: Readonly<Record<Message['kind'], string>> = {
    error: `${errorStyle.bad('error:')} `,
    warning: `${errorStyle.warn('warning:')} `,
    hint: 'hint: ',
    note: '',
  };
  return {
    style,
    errorStyle,
    out: (text) => raw(harmless(text, style)),
    raw,
    json: (value) => raw(`${visibleJson(JSON.stringify(value, null, 2))}\n`),
    say: (...messages) => {
      for (const { kind, text } of messages)
        process.stderr.write(`pki: ${marks[kind]}${visibleLines(text)}\n`);
    },
  };
}

/** What a command reports to the shell (docs/commands.md, exit codes). */
export const EXIT = { fine: 0, failed: 1, due: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
