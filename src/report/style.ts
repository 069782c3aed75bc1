/** Colours, and what else a terminal may be made to do. */
import { visibleLines } from '../pki/printable.ts';

/** Colours as functions, so that text is made the same way with and without them. */
export type Paint = (text: string) => string;

/** Colours by what they mean. */
export interface Style {
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly faint: Paint;
  readonly strong: Paint;
}

const same: Paint = (text) => text;

/** No colours: texts come back as they are. */
export const PLAIN: Style = { good: same, bad: same, warn: same, faint: same, strong: same };

const sgr =
  (open: number, close: number): Paint =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`;

/** Green, red, yellow, faint and bold, each with the code that ends it (SGR, ECMA-48 §8.3.117). */
export const COLOURED: Style = {
  good: sgr(32, 39),
  bad: sgr(31, 39),
  warn: sgr(33, 39),
  faint: sgr(2, 22),
  strong: sgr(1, 22),
};

const ESCAPE = '\u001b';
const OWN_COLOURS = new RegExp(`(${ESCAPE}\\[(?:1|2|22|31|32|33|39)m)`);

/** A text in which a terminal obeys our colours, if there are any, and nothing that came out of a file or a program. */
export function harmless(text: string, style: Style): string {
  if (style !== COLOURED) return visibleLines(text);
  return text
    .split(OWN_COLOURS)
    .map((part) => (OWN_COLOURS.test(part) ? part : visibleLines(part)))
    .join('');
}

/** The properties of a stream: both are absent where it is not a terminal. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The values of FORCE_COLOR that ask for nothing, as chalk reads them. */
const NONE: readonly string[] = ['0', 'false'];

/** Colour on a terminal only; NO_COLOR (no-color.org) and CI switch it off, FORCE_COLOR on. */
export function styleFor(stream: Terminal, environment: Readonly<Record<string, string | undefined>>): Style {
  const { NO_COLOR, FORCE_COLOR, CI, TERM } = environment;
  if (NO_COLOR) return PLAIN;
  if (FORCE_COLOR && !NONE.includes(FORCE_COLOR)) return COLOURED;
  return stream.isTTY && !CI && TERM !== 'dumb' ? COLOURED : PLAIN;
}
