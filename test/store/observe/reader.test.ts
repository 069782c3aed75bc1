/** What a file says is read once in a run, and not held for longer than it is needed. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { Reader } from '../../../src/store/observe/reader.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PUBLIC = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));

it('the same content is read once, whatever file it is in', () => {
  const reader = new Reader();
  const facts = reader.read('key', KEY);
  expect(reader.read('key', Buffer.from(KEY))).toBe(facts);
  expect(reader.read('key', KEY)).toBe(facts);
  expect(() => reader.read('public', KEY)).toThrow();
});

it('at a last look what only one entity has is given once more, and forgotten', () => {
  const reader = new Reader();
  const [key, shared] = [reader.read('key', KEY), reader.read('public', PUBLIC)];
  reader.beLast();
  expect(reader.read('key', KEY)).toBe(key);
  const again = reader.read('key', KEY);
  expect(again).toEqual(key);
  expect(again).not.toBe(key);
  expect(reader.read('public', PUBLIC)).toBe(shared);
  expect(reader.read('public', PUBLIC)).toBe(shared);
});
