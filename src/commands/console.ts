/** Where words go: results on stdout, everything else on stderr, in one voice (docs/words.md). */
import { type Style, styleFor } from '../report/style.ts';

/** What a command can write to, and how. */
export interface Console {
  readonly out: (text: string) => void;
  readonly error: (problem: string) => void;
  readonly warning: (text: string) => void;
  readonly hint: (text: string) => void;
  readonly note: (text: string) => void;
  /** For stdout. */
  readonly style: Style;
  readonly errorStyle: Style;
}

/** Stdout for results, stderr for the rest; whether each has colours is decided here, once. */
export function processConsole(): Console {
  const style = styleFor(process.stdout, process.env);
  const errorStyle = styleFor(process.stderr, process.env);
  const say = (text: string): void => void process.stderr.write(`pki: ${text}\n`);
  return {
    style,
    errorStyle,
    out: (text) => void process.stdout.write(text),
    error: (problem) => say(`${errorStyle.bad('error:')} ${problem}`),
    warning: (text) => say(`${errorStyle.warn('warning:')} ${text}`),
    hint: (text) => say(`hint: ${text}`),
    note: (text) => say(text),
  };
}

/** What a command tells the shell (README, exit codes). */
export const EXIT = { fine: 0, failed: 1, due: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
