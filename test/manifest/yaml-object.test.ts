/** Objects of Kubernetes as they are read back: one map, or nothing, whatever a text holds. */
import { expect, it } from 'vitest';
import { canonicalText, yamlObject, yamlText } from '../../src/manifest/yaml-object.ts';

it.each<[what: string, text: string, expected: object | undefined]>([
  ['a map', 'kind: Secret\ndata: { a: b }\n', { kind: 'Secret', data: { a: 'b' } }],
  ['a map behind a mark', '---\nkind: Secret\n', { kind: 'Secret' }],
  ['two of them', 'kind: Secret\n---\nkind: Secret\n', undefined],
  ['a list', '- kind: Secret\n', undefined],
  ['a word', 'Secret', undefined],
  ['nothing', '', undefined],
  ['what is no YAML', 'kind: [', undefined],
  ['a key that is there twice', 'kind: Secret\nkind: Secret\n', undefined],
])('%s', (_, text, expected) => expect(yamlObject(text)).toEqual(expected));

it('text that is no constant is in quotes, so that nothing else reads it as a number or a yes', () => {
  const text = yamlText({ kind: 'Secret', metadata: { name: 'yes', labels: { on: '1' } } });
  expect(text).toBe('kind: Secret\nmetadata:\n  name: "yes"\n  labels:\n    "on": "1"\n');
  expect(yamlObject(text)).toEqual({ kind: 'Secret', metadata: { name: 'yes', labels: { on: '1' } } });
});

it.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: null }, { a: {} }, false],
])('%j and %j are the same: %j', (one, other, same) => {
  expect(canonicalText(one) === canonicalText(other)).toBe(same);
});
