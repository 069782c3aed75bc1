/** Files behind a password, and where passwords come from. */
import { describe, expect, it } from 'vitest';
import { argvKey, argvText } from '../../src/pki/argv.ts';
import { ALL_ARTIFACTS } from '../../src/pki/artifact.ts';
import { isSealed, sealedAs } from '../../src/pki/seal.ts';
import { type SecretSource, secretSourceText } from '../../src/pki/secret-source.ts';

it('the files that are closed by a password', () => {
  expect(ALL_ARTIFACTS.filter(isSealed)).toEqual([
    'pkcs12',
    'keystore',
    'truststore',
    'keystore-jks',
    'truststore-jks',
  ]);
});

it('a word of outputs, by its format', () => {
  expect([
    sealedAs('pkcs12'),
    sealedAs('keystore'),
    sealedAs('truststore', 'pkcs12'),
    sealedAs('keystore', 'jks'),
    sealedAs('truststore', 'jks'),
    // There is no such thing in another format.
    sealedAs('pkcs12', 'jks'),
  ]).toEqual(['pkcs12', 'keystore', 'truststore', 'keystore-jks', 'truststore-jks', 'pkcs12']);
});

it.each<[SecretSource, string]>([
  [{ kind: 'env', name: 'PASSWORD' }, 'env:PASSWORD'],
  [{ kind: 'file', path: 'secrets/p12' }, 'file:secrets/p12'],
  [{ kind: 'command', argv: ['pass', 'show', 'a b'] }, 'command:[pass, show, "a b"]'],
  [{ kind: 'prompt', label: null }, 'prompt'],
  [{ kind: 'prompt', label: 'CA' }, 'prompt:CA'],
])('%j is written %s', (source, text) => expect(secretSourceText(source)).toBe(text));

describe('a command', () => {
  it.each<[readonly string[], string]>([
    [['true'], '[true]'],
    [['/usr/bin/x-y_z', '--a=b', 'u@h:1', '50%', '+x'], '[/usr/bin/x-y_z, --a=b, u@h:1, 50%, +x]'],
    [['x', ''], '[x, ""]'],
    [['x', 'a"b', 'c,d', '[e]', '#f', 'g\n'], '[x, "a\\"b", "c,d", "[e]", "#f", "g\\n"]'],
    [['x', 'é'], '[x, "é"]'],
  ])('%j', (argv, text) => expect(argvText(argv)).toBe(text));

  it('is the same where its words are', () => {
    expect(argvKey(['a', 'b'])).toBe(argvKey(['a', 'b']));
    expect(new Set([['a', 'b'], ['a b'], ['b', 'a'], ['a,b'], ['a', 'b', '']].map(argvKey)).size).toBe(5);
  });
});
