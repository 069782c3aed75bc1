/** Names of files and folders as evidence: what is a copy, what was revoked, and what is a key. */
import { expect, it } from 'vitest';
import { isCopy, isKeyPath, isRevokedPath } from '../../src/adopt/paths.ts';

it.each([
  'newcerts',
  'archive',
  'backup',
  'Backups',
  'old',
  'OLD',
  'renewed',
  'revoked',
  'inline',
  'previous',
  'certs_by_serial',
])('what is in %s is a copy, and nothing whose name only has that in it', (name) => {
  expect([`${name}/a.pem`, `x/${name}/y/a.pem`].map(isCopy)).toEqual([true, true]);
  expect([`${name}er/a.pem`, `x-${name}/a.pem`, `a/${name}`, `${name}.pem`].map(isCopy)).toEqual(
    Array(4).fill(false),
  );
});

it.each([
  ['revoked/a.crt', true],
  ['pki/Revoked/certs_by_serial/a.crt', true],
  ['revoked-2/a.crt', true],
  ['revoked_certs/a.crt', true],
  ['pki/old.REVOKED/a.crt', true],
  ['unrevoked/a.crt', false],
  ['not-revoked/a.crt', false],
  ['non_revoked/a.crt', false],
  ['revoked2/a.crt', false],
  ['revoked', false],
])('whether what is at %s was revoked, by the word in the name of a folder: %s', (path, expected) => {
  expect(isRevokedPath(path)).toBe(expected);
});

it('a key has a name that says so, or is in a form that keys have', () => {
  const keys = ['key', 'a.key', 'private/Key.pem', 'a-key.pem', 'a.der', 'a.p8', 'a.PK8'];
  expect(keys.map(isKeyPath)).toEqual(keys.map(() => true));
  const others = ['keys/a.pem', 'a.pem', 'a.derx', 'ap8', 'a.p8.pem'];
  expect(others.map(isKeyPath)).toEqual(others.map(() => false));
});
