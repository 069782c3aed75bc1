/** Text that goes into a subject: common name and attributes (RFC 5280 appendix A.1 gives the bounds). */
import { FORBIDDEN, textFault } from '../pki/attribute-text.ts';
import { unreachable } from '../pki/entity.ts';
import { codePointText, quote, spaceText } from '../pki/printable.ts';
import { type Parsed, parsed, refused } from './problem.ts';

/** ub-common-name, ub-organization-name, ub-organizational-unit-name. */
export const SHORT_TEXT = 64;

/** As `FORBIDDEN`, for JSON Schema, whose patterns have no property escapes everywhere; space at either end is refused as well. */
export const TEXT_PATTERN =
  '^(?!\\s)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\u3164\\ufeff\\uffa0\\ufffd]*[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\u3164\\ufeff\\uffa0\\ufffd]$';

function badCharacter(what: string, text: string, character: string): Parsed<never> {
  const code = codePointText(character);
  if (/\p{Cs}/u.test(character))
    return refused(
      'text',
      `${what} ${quote(text)} is not valid Unicode (${code})`,
      'write the character itself',
    );
  if (character === '\ufffd') {
    return refused(
      'text',
      `${what} ${quote(text)} contains U+FFFD, which stands for a character that was lost`,
      'save the manifest as UTF-8',
    );
  }
  const message = `${what} ${quote(text)} contains the invisible character ${code}`;
  return refused('text', message, 'remove it: invisible characters let one name pass for another');
}

/** Subject text of at most so many characters; `longHint` says what to do about a longer one. */
export function parseText(what: string, limit: number, longHint?: string) {
  return (text: string): Parsed<string> => {
    const fault = textFault(text, limit);
    switch (fault) {
      case null:
        return parsed(text);
      case 'forbidden':
        return badCharacter(what, text, FORBIDDEN.exec(text)?.[0] ?? '');
      case 'empty':
        return refused('text', `${what} is empty`, 'give it a value, or leave the key out');
      case 'spaced': {
        const space = spaceText(/^\s/.test(text) ? text.charAt(0) : text.charAt(text.length - 1));
        const message = `${what} ${quote(text)} begins or ends with ${space}`;
        return refused('text', message, `write ${quote(text.trim())}`);
      }
      case 'long': {
        const message = `${what} of ${[...text].length} characters is longer than the ${limit} that X.509 allows`;
        return refused('text', message, longHint ?? 'shorten it');
      }
      default:
        return unreachable(fault);
    }
  };
}

/** ISO 3166 country code; X.520 allows exactly two letters. */
export function parseCountry(text: string): Parsed<string> {
  if (/^[A-Z]{2}$/.test(text)) return parsed(text);
  const upper = text.toUpperCase();
  const hint = /^[A-Z]{2}$/.test(upper) ? `write "${upper}"` : 'use an ISO 3166 code such as "SE"';
  return refused('country', `country ${quote(text)} is not two capital letters`, hint);
}
