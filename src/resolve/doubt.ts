/** Why a text is allowed and hardly meant. */
import { quote, strangeSpace } from '../pki/printable.ts';

/** What is said of such a text: `message` goes on from it, `hint` says what to write. */
export interface Doubt {
  readonly message: string;
  readonly hint: string;
}

const PLACEHOLDER = /\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|^\$[A-Za-z_]\w*$|^%\w+%$|<%.*%>/;

/** Quotes of a word processor, placeholders, spaces that only look like one; goes on from the text in quotes. */
export function doubtAbout(value: string): Doubt | undefined {
  const space = strangeSpace(value);
  if (space !== undefined) {
    return { message: `contains ${space}`, hint: 'type an ordinary space: the two look the same' };
  }
  if (/^[\u2018-\u201f\u00ab\u2039].*[\u2018-\u201f\u00bb\u203a]$/u.test(value)) {
    const hint = 'write "…" or \'…\', or no quotes at all';
    return { message: 'has typographic quotes, which become part of the name', hint };
  }
  const mark = /^[^"']*(["'])$/.exec(value)?.[1];
  if (mark !== undefined) {
    return {
      message: `ends with ${mark}, which nothing opens`,
      hint: `put ${mark} in front of it too, or remove it`,
    };
  }
  const placeholder = PLACEHOLDER.exec(value)?.[0];
  if (placeholder === undefined) return undefined;
  return { message: `contains ${quote(placeholder)}, which is not replaced`, hint: 'write the value itself' };
}
