import { describe, expect, it } from 'vitest';
import {
  type Diagnostic,
  formatDiagnostic,
  formatDiagnostics,
  type Place,
} from '../../src/manifest/diagnostic.ts';
import { sourceOf } from '../../src/manifest/source.ts';

function placeOf(text: string, culprit: string): Place {
  const start = text.indexOf(culprit);
  return sourceOf(text, 'pki.yaml').place({ start, end: start + culprit.length });
}

function at(text: string, culprit: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const place = placeOf(text, culprit);
  return {
    severity: 'error',
    code: 'issuer',
    message: 'unknown issuer "rot"',
    file: 'pki.yaml',
    ...place,
    ...more,
  };
}

describe('formatDiagnostic', () => {
  it('shows the place, the line and the hint', () => {
    const text = 'a: 1\nb: 2\n    issuer: rot\n';
    expect(formatDiagnostic(at(text, 'rot', { hint: 'did you mean "root"?' }))).toBe(
      [
        'pki: error: pki.yaml:3:13: unknown issuer "rot"',
        '   3 |     issuer: rot',
        '     |             ^^^',
        'pki: hint: did you mean "root"?',
      ].join('\n'),
    );
  });

  it('shows no line in which nothing stands', () => {
    expect(formatDiagnostic(at('a: 1\n   \n', '   '))).toBe('pki: error: pki.yaml:2:1: unknown issuer "rot"');
  });

  it('shows second places as notes', () => {
    const text = 'api: 1\nAPI: 2\n';
    const related = [{ ...placeOf(text, 'api'), message: 'first set here' }];
    expect(formatDiagnostic(at(text, 'API', { message: 'set twice', related }))).toBe(
      [
        'pki: error: pki.yaml:2:1: set twice',
        '   2 | API: 2',
        '     | ^^^',
        'pki: note: pki.yaml:1:1: first set here',
        '   1 | api: 1',
        '     | ^^^',
      ].join('\n'),
    );
  });

  it('hands every part to the styler with its tone', () => {
    const styled = formatDiagnostic(
      at('x: rot', 'rot', { hint: 'h' }),
      (text, tone) => `<${tone}>${text.trim()}</>`,
    );
    expect(styled).toContain('<error>pki: error:</> pki.yaml:1:4: ');
    expect(styled).toContain('<caret>^^^</>');
    expect(styled).toContain('<hint>pki: hint:</> h');
  });

  it.each([
    ['a tab', '\tissuer: rot', '   1 |  issuer: rot', '     |          ^^^'],
    ['an escape sequence', '\u001b[31mred: rot', '   1 | ␛[31mred: rot', '     |           ^^^'],
    ['C1 and bidi controls', '\u009b1m\u202e: rot', '   1 | �1m�: rot', '     |       ^^^'],
    ['wide characters', '名前: rot', '   1 | 名前: rot', '     |       ^^^'],
    ['combining characters', 'e\u0301: rot', '   1 | e\u0301: rot', '     |    ^^^'],
    ['a carriage return', 'x: rot\r\n', '   1 | x: rot', '     |    ^^^'],
    ['half a surrogate pair', '\ud83d: rot', '   1 | �: rot', '     |    ^^^'],
  ])('keeps the caret under the culprit after %s', (_, text, line, caret) => {
    const [, ...excerpt] = formatDiagnostic(at(text, 'rot')).split('\n');
    expect(excerpt).toEqual([line, caret]);
  });

  it('cuts a long line to a window around the caret', () => {
    const text = `${'a'.repeat(100_000)} rot ${'b'.repeat(100_000)}`;
    const [headline, line, caret] = formatDiagnostic(at(text, 'rot')).split('\n');
    expect(headline).toMatch(/:1:100002: /);
    expect(line).toMatch(/^ {3}1 \| …a{39} rot b+…$/);
    expect(line?.length).toBeLessThan(112);
    expect(caret?.indexOf('^^^')).toBe(line?.indexOf('rot'));
  });

  it('does not let a file name move the cursor', () => {
    expect(formatDiagnostic(at('x: rot', 'rot', { file: 'a\u001b[2J.yaml' }))).toContain(': a␛[2J.yaml:1:4');
  });
});

describe('formatDiagnostics', () => {
  it('prints a hundred and counts the rest', () => {
    const many = Array.from({ length: 150 }, () => at('x: rot', 'rot'));
    const text = formatDiagnostics(many);
    expect(text.match(/pki: error:/g)).toHaveLength(100);
    expect(text).toMatch(/\npki: note: 50 more not shown$/);
  });
});
