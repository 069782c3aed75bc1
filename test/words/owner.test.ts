import { expect, it } from 'vitest';
import { ownerText } from '../../src/words/owner.ts';

it.each<[subject: string, names: readonly string[], text: string]>([
  ['CN=a', [], 'CN=a'],
  ['CN=a', ['dns:a.test', 'ip:127.0.0.1'], 'CN=a; dns:a.test, ip:127.0.0.1'],
  ['', ['uri:spiffe://a.test/b'], 'uri:spiffe://a.test/b'],
  ['', ['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
])('%j and %j: %s', (subject, names, text) => {
  expect(ownerText(subject, names)).toBe(text);
});
