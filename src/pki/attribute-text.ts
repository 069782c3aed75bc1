/** Which texts an attribute of a name may have, as this program writes names. */
import { limitOf } from './attribute-types.ts';

/**
 * Controls, separators that end a line, marks that turn the reading direction or are not seen at all: they have no
 * business in a name, and let one name pass for another. U+FFFD is what is left of text in another encoding.
 */
export const FORBIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufffd\u{e0000}-\u{e007f}]/u;

/**
 * What is wrong with a text of at most so many characters, in the order in which it is said; `null` for nothing. Other tools go
 * beyond the bounds of X.520, and leave spaces at the ends.
 */
export function textFault(text: string, limit: number): 'forbidden' | 'empty' | 'spaced' | 'long' | null {
  if (FORBIDDEN.test(text)) return 'forbidden';
  if (text.trim() === '') return 'empty';
  if (text.trim() !== text) return 'spaced';
  return [...text].length > limit ? 'long' : null;
}

/** Whether a manifest can state it. */
export function isStatable({ type, value }: { readonly type: string; readonly value: string }): boolean {
  return textFault(value, limitOf(type)) === null;
}
