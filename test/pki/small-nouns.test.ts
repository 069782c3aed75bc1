/** Nouns of a PKI that are a line each: keys by their short names, errors, times of renewal, files beside a manifest. */
import { describe, expect, it } from 'vitest';
import { isAbsolute } from '../../src/pki/allowed-paths.ts';
import { errorCode, messageOf } from '../../src/pki/errors.ts';
import { isMlDsa, type KeySpec, keySpecText, rsaSize } from '../../src/pki/key-spec.ts';
import { isNamedFile, OUTPUT_WORDS, wordFor } from '../../src/pki/output-word.ts';
import { hasCriticalPrivate } from '../../src/pki/private-extension.ts';
import { renewWindow } from '../../src/pki/renewal.ts';
import { NO_SIDE_FILES } from '../../src/pki/side-file.ts';
import { isSlot, isSplit } from '../../src/pki/split.ts';

it.each<[KeySpec, string, number | null, boolean]>([
  [{ algorithm: 'rsa', size: 3072 }, 'rsa-3072', 3072, false],
  [{ algorithm: 'rsa-pss', size: 2048 }, 'rsa-pss-2048', 2048, false],
  [{ algorithm: 'ecdsa', curve: 'P-256' }, 'ecdsa-p256', null, false],
  [{ algorithm: 'ecdsa', curve: 'P-521' }, 'ecdsa-p521', null, false],
  [{ algorithm: 'ed25519' }, 'ed25519', null, false],
  [{ algorithm: 'ed448' }, 'ed448', null, false],
  [{ algorithm: 'ml-dsa-44' }, 'ml-dsa-44', null, true],
  [{ algorithm: 'ml-dsa-65' }, 'ml-dsa-65', null, true],
  [{ algorithm: 'ml-dsa-87' }, 'ml-dsa-87', null, true],
])('%j is called %s', (spec, text, size, ml) => {
  expect([keySpecText(spec), rsaSize(spec), isMlDsa(text)]).toEqual([text, size, ml]);
});

describe('what was thrown', () => {
  it.each<[unknown, string, string]>([
    [Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'ENOENT', 'no such file'],
    [Object.assign(new Error('odd'), { code: 7 }), 'odd', 'odd'],
    [new Error('plain'), 'plain', 'plain'],
    [new Error(''), 'UNKNOWN', ''],
    ['text', 'UNKNOWN', 'text'],
    [null, 'UNKNOWN', 'null'],
    [{ code: 'ENOENT' }, 'UNKNOWN', '[object Object]'],
  ])('%j', (thrown, code, message) => {
    expect([errorCode(thrown), messageOf(thrown)]).toEqual([code, message]);
  });
});

it('renewal is due a time before the end, or a share of the lifetime, in whole seconds', () => {
  expect(renewWindow({ kind: 'seconds', seconds: 60 }, 1000)).toBe(60);
  expect(renewWindow({ kind: 'share', share: 1 / 3 }, 1000)).toBe(333);
  expect(renewWindow({ kind: 'share', share: 0 }, 1000)).toBe(0);
});

it('an extension that is critical counts', () => {
  const one = (critical: boolean) => ({ oid: '1.2.3', critical, der: '0500' });
  expect([
    hasCriticalPrivate({}),
    hasCriticalPrivate({ extensions: [] }),
    hasCriticalPrivate({ extensions: [one(false)] }),
    hasCriticalPrivate({ extensions: [one(false), one(true)] }),
  ]).toEqual([false, false, false, true]);
});

it('a manifest without a folder has no files beside it', () => {
  expect(NO_SIDE_FILES.allowed).toEqual([]);
  expect(NO_SIDE_FILES.read('a.csr')).toEqual({ ok: false, fault: { kind: 'missing' } });
  expect(NO_SIDE_FILES.read('/a.csr')).toEqual({ ok: false, fault: { kind: 'absolute' } });
  expect(['/a', 'a/', './a', ''].map(isAbsolute)).toEqual([true, false, false, false]);
});

it('words of outputs: one for several files, or the name of the file', () => {
  expect(OUTPUT_WORDS).toEqual(
    'key csr cert chain fullchain ca ca-chain public der pkcs7 pkcs8-der pkcs1 sec1 combined pkcs12 keystore truststore secret bundle crls ca-crls crl-der split'.split(
      ' ',
    ),
  );
  expect([
    wordFor('ca-3'),
    wordFor('chain-1'),
    wordFor('keystore-jks'),
    wordFor('truststore-jks'),
    wordFor('ca'),
  ]).toEqual(['split', 'split', 'keystore', 'truststore', 'ca']);
  expect([
    isNamedFile('ca-3'),
    isNamedFile('keystore-jks'),
    isNamedFile('keystore'),
    isNamedFile('crl'),
  ]).toEqual([false, false, true, true]);
});

it('slots of `split`', () => {
  expect(['ca-1', 'ca-8', 'ca-9', 'ca', 'chain-4', 'chain-5', ''].map(isSlot)).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
  expect([
    isSplit({ outputs: [] }),
    isSplit({ outputs: ['key', 'ca'] }),
    isSplit({ outputs: ['key', 'chain-2'] }),
  ]).toEqual([false, false, true]);
});
