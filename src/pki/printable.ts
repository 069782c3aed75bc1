/**
 * Text from a manifest, made safe to show: a manifest must not be able to move the cursor, set colours, rename the
 * window or reorder what a terminal, a log or an HTML report shows.
 */

/**
 * Controls (C0, DEL, C1), line and paragraph separators, every invisible format character (bidi, zero width, BOM), and spaces
 * that only look like one.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const STRANGE_SPACE = /(?! )\p{Zs}/u;
const LONE_SURROGATE = /\p{Cs}/gu;

/** Longest value that a message quotes. */
const QUOTE_LIMIT = 80;

function codeUnits(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}

/** A value in double quotes, escaped as JSON does, shortened where it is long: the culprit of a message. */
export function quote(value: string): string {
  // by code points, and only the beginning: a value can be megabytes
  const head = [...value.slice(0, 2 * QUOTE_LIMIT + 2)];
  const short = head.length > QUOTE_LIMIT ? `${head.slice(0, QUOTE_LIMIT - 1).join('')}…` : value;
  return JSON.stringify(short).replace(INVISIBLE, codeUnits);
}

/** `U+202E`, to look a character up. */
export function codePointText(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** What a character is called that separates words: `a space`, `a no-break space (U+00A0)`. */
export function spaceText(character: string): string {
  if (character === ' ') return 'a space';
  if (character === '\u00a0') return 'a no-break space (U+00A0)';
  return STRANGE_SPACE.test(character)
    ? `an unusual space (${codePointText(character)})`
    : `the character ${codePointText(character)}`;
}

/** The first space in a text that only looks like one. */
export function strangeSpace(text: string): string | undefined {
  const found = STRANGE_SPACE.exec(text)?.[0];
  return found === undefined ? undefined : spaceText(found);
}

/** One visible UTF-16 unit for each invisible one (`␛` for ESC), so that columns stay what they were. */
export function visible(line: string): string {
  return line
    .replaceAll('\t', ' ')
    .replace(INVISIBLE, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      if (STRANGE_SPACE.test(character)) return '\u2423';
      return code === 0x7f ? '\u2421' : '\ufffd'.repeat(character.length);
    })
    .replace(LONE_SURROGATE, '\ufffd');
}

/** Several lines at once, of which nothing but the line breaks is obeyed. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** The same text in JSON, in which any character can be written as its code. */
export function visibleJson(json: string): string {
  return json.replace(INVISIBLE, (character) => (character === '\n' ? character : codeUnits(character)));
}

const ZERO_WIDTH = /\p{Mn}|\p{Me}/u;
/** East Asian wide and full-width blocks, and emoji: two columns in a terminal (Unicode UAX #11, coarsely). */
const DOUBLE_WIDTH =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Columns that a terminal gives to a text. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!ZERO_WIDTH.test(character)) width += DOUBLE_WIDTH.test(character) ? 2 : 1;
  }
  return width;
}
