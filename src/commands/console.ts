/** Where words go: results on stdout, everything else on stderr, in one voice (docs/words.md). */
import type { Message } from '../report/message.ts';
import { type Style, styleFor } from '../report/style.ts';

/** What a command can write to, and how. */
export interface Console {
  /** To stdout, as it is. */
  readonly out: (text: string) => void;
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
  const out = (text: string): void => void process.stdout.write(text);
  const marks: Readonly<Record<Message['kind'], string>> = {
    error: `${errorStyle.bad('error:')} `,
    warning: `${errorStyle.warn('warning:')} `,
    hint: 'hint: ',
    note: '',
  };
  return {
    style,
    errorStyle,
    out,
    json: (value) => out(`${JSON.stringify(value, null, 2)}\n`),
    say: (...messages) => {
      for (const { kind, text } of messages) process.stderr.write(`pki: ${marks[kind]}${text}\n`);
    },
  };
}

/** What a command tells the shell (README, exit codes). */
export const EXIT = { fine: 0, failed: 1, due: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
