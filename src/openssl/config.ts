/** Text of openssl configuration files (config(5)), written so that no value can become syntax. */
import type { ConfigSection } from '../x509/extension-rule.ts';

/** The file, section after section: every value reads back as it is. */
export function configText(sections: readonly ConfigSection[]): string {
  return sections
    .map(({ name, entries }) =>
      [`[${name}]`, ...entries.map(([key, value]) => `${key} = ${configValue(value)}`), ''].join('\n'),
    )
    .join('\n');
}

/**
 * Unescaped, `$ENV::HOME` would expand, `#` would end the line and quotes would vanish, of which the backtick is one;
 * the escapes hold from OpenSSL 1.1.1 to 4.0. Line breaks and control characters have no escape: validation refuses
 * them, and so does this, because a value that slipped through must never reach a file.
 */
function configValue(text: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(text))
    throw new Error('Internal error: a control character reached openssl configuration');
  const escaped = text.replace(/[\\$#"'`]/g, '\\$&');
  return escaped.replace(/^ +| +$/g, (blanks) => `"${blanks}"`);
}
