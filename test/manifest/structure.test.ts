/** Where something was opened or left out, whatever the library says about it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { isKnownKey } from '../../src/manifest/schema.ts';
import { structuralMistakes } from '../../src/manifest/structure.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { holds } from '../helpers/property.ts';

const isKey = (word: string): boolean => ['san', 'key', 'issuer'].includes(word);

/** `‹` stands before what is to be found, and is no part of the text. */
function found(marked: string): readonly string[] {
  const text = marked.replaceAll('‹', '');
  const places = structuralMistakes(text, isKey).map(({ at }) => at.start);
  return places.map((start) => text.slice(start).split('\n', 1)[0] ?? '');
}

function marks(marked: string): readonly string[] {
  return marked
    .split('‹')
    .slice(1)
    .map((rest, index, all) => `${rest}${all.slice(index + 1).join('')}`.split('\n', 1)[0] ?? '');
}

describe('what is open, and what is missing', () => {
  it.each([
    ['a bracket in a brace', 'a: { san: ‹[x, y }\nb: 1\n'],
    ['a bracket at the end of a block', 'a:\n  san: ‹[x, y\n  key: z\n'],
    ['a brace at the end of the text', 'a: ‹{ x: { y: 1 }\n'],
    ['two braces', 'a: ‹{ x: ‹{ y: 1\n'],
    ['one in each entry', 'a: ‹{ x: 1\nb: ‹[ 1\nc: { y: 1 }\n'],
    ['a closing brace too many', 'a: { x: 1 }‹}\n'],
    ['a closing bracket in a brace', 'a: { x: 1‹], y: 2 }\n'],
    ['a double quote in a brace', 'a: { x: ‹"one, y: 2 }\nb: "z"\n'],
    ['a single quote in a block', "a:\n  x: ‹'one\n  y: 'two'\n"],
    ['a quote that ends at the next one', 'a:\n    x: ‹"one\n      y: "two"\n'],
    ['a quote at the end', 'a: ‹"one'],
    ['a comma behind a plain text', 'a: { x: one ‹san: [y] }\n'],
    ['a comma behind a quoted text', 'a: { x: "one" ‹other: y }\n'],
    ['a comma behind a list', 'a: { x: [1] ‹y: 2 }\n'],
    ['a comma behind a map', 'a: { x: { y: 1 } ‹z: 2 }\n'],
    ['a comma between quoted texts', 'a: ["x" ‹"y", z]\n'],
    ['a comma between maps', 'a: [{ x: 1 } ‹{ y: 2 }]\n'],
    ['a comma at the end of a line', 'a: { x: one\n     ‹other: two }\n'],
    ['several commas', 'a: { x: "1" ‹y: "2" ‹z: "3" }\n'],
  ])('%s', (_, marked) => {
    const text = marked.replaceAll('‹', '');
    expect(parseDocument(text).errors).not.toEqual([]);
    expect(found(marked)).toEqual(marks(marked));
  });

  it.each([
    'a: { x: [1, 2], y: "}" }\n',
    'a: [one two, "three four", {x: y}]\n',
    'a: |\n  { [ "\nb: >-\n  ]\n',
    'a: it\'s, "so" [to say}\n',
    'a: { x: &one [1], y: *one, <<: *one }\n',
    "a: { \"x\": \"one\\\"s\", 'y': 'two''s' }\n",
    '# { [ "\na: 1 # }\n',
    'a: "one\n  two"\nb: {x: "three\n  four"}\n',
    'a: [\n  one,\n  two,\n]\nb: {\n  x: 1,\n}\n',
    'a: { x, y }\nb: [x: 1, y: 2]\n',
    'a: {? x : y}\n',
  ])('nothing in %j', (text) => {
    expect(parseDocument(text).errors).toEqual([]);
    expect(structuralMistakes(text, isKey)).toEqual([]);
  });

  it('leaves a value with a colon in it to the library', () => {
    expect(structuralMistakes('a: { x: Root: CA, y: Root CA: b }\n', isKey)).toEqual([]);
  });

  it('stops where nobody reads on', () => {
    expect(structuralMistakes(`a: [${'"x" '.repeat(10_000)}]\n`, isKey)).toHaveLength(20);
  });
});

describe('in a manifest', () => {
  const GOOD = [
    'version: 1',
    'authorities:',
    '  root: { commonName: "Root CA", key: { algorithm: rsa, size: 2048 } }',
    'servers:',
    '  api:',
    '    { commonName: api.test, san: ["api.test", b.test], subject: { organization: "Org" } }',
    'clients: { c: { trust: [root], outputs: [key, cert] } }',
    '',
  ].join('\n');
  const places = [...GOOD.matchAll(/[{}[\]"]/g)].map(({ index }) => index);

  it('is valid as it is', () => {
    expect(loadManifest(GOOD, 'pki.yaml')).toMatchObject({ ok: true, warnings: [] });
  });

  it.each(places.filter((place) => /[}\]]/.test(GOOD.charAt(place))))(
    'a closing bracket left out at %i: one mistake, at a bracket that opens, with a hint',
    (place) => {
      const text = GOOD.slice(0, place) + GOOD.slice(place + 1);
      const loaded = loadManifest(text, 'pki.yaml');
      const diagnostics = loaded.ok ? [] : loaded.diagnostics;
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]).toMatchObject({ code: 'syntax', hint: expect.any(String) });
      const { line = 0, col = 0 } = diagnostics[0] ?? {};
      expect(text.split('\n')[line - 1]?.charAt(col - 1)).toMatch(/[{[]/);
      expect(line).toBe(text.slice(0, place).split('\n').length);
    },
  );

  it.each(places.filter((place) => GOOD.charAt(place) === '"'))(
    'a quote left out at %i: found in its line',
    (place) => {
      const text = GOOD.slice(0, place) + GOOD.slice(place + 1);
      const loaded = loadManifest(text, 'pki.yaml');
      const diagnostics = loaded.ok ? loaded.warnings : loaded.diagnostics;
      expect(diagnostics[0]?.line).toBe(text.slice(0, place).split('\n').length);
    },
  );

  it('whatever is left out or doubled, the library and this agree that there is a mistake', () => {
    const edits = fc.tuple(fc.nat(GOOD.length - 1), fc.constantFrom('', '"', '[', '}', ',', ' ', '\n'));
    holds(edits, ([at, put]) => {
      const text = GOOD.slice(0, at) + put + GOOD.slice(at + 1);
      if (parseDocument(text).errors.length === 0) return;
      const loaded = loadManifest(text, 'pki.yaml');
      expect(loaded.ok).toBe(false);
      const diagnostics = loaded.ok ? [] : loaded.diagnostics;
      expect(diagnostics).not.toEqual([]);
      for (const { line, col } of diagnostics)
        expect(text.split('\n')[line - 1]?.length).toBeGreaterThanOrEqual(col - 1);
    });
  });
});

it.each<[string, readonly string[]]>([
  [
    'a: { x: [1, 2 }\n',
    ['this "[" is not closed', 'put "]" after its last item', '"]" is missing before this'],
  ],
  ['a: { x: 1\n', ['this "{" is not closed', 'put "}" after its last item']],
  [
    'a: { x:\u00a0[1] }\n',
    ['a comma is missing before "["', 'there is a no-break space (U+00A0) before it: type ordinary spaces'],
  ],
  [
    'a: { x:\u2003{ y: 1 } }\n',
    ['a comma is missing before "{"', 'there is an unusual space (U+2003) before it: type ordinary spaces'],
  ],
  ['a: { x: 1 y: 2 }\n', ['a comma is missing before "y"', 'separate what is in { } or [ ] with commas']],
  ['a: "x\n', ['the quote (") that is opened here is not closed in its line', 'put " where the text ends']],
])('what is said of %j', (text, words) => {
  const [first] = structuralMistakes(text, (word) => word === 'y');
  const { message, hint, related = [] } = first ?? { message: '' };
  expect([message, hint, ...related.map((one) => one.message)]).toEqual(words);
});

it.each([
  ...['version', 'servers', 'validity', 'extends', 'pathLength', 'commonName', 'san', 'keep'],
  ...['organization', 'country', 'fullchain', 'previous', 'algorithm', 'size', 'curve'],
])('%j is a key of some map', (key) => expect(isKnownKey(key)).toBe(true));

it.each(['zzz', '', 'Version', 'constructor'])('%j is a key of none', (key) =>
  expect(isKnownKey(key)).toBe(false),
);
