// What openssl says of a response, and what a response is made from; test/x509/ocsp.test.ts has openssl make it.
import { describe, expect, it } from 'vitest';
import { judgement, ocspCommand, ocspIndex } from '../../src/openssl/ocsp.ts';
import type { Signing } from '../../src/x509/signature-write.ts';

describe('a judgement', () => {
  it.each([
    ['0x5: good\n\tThis Update: Nov 26 18:30:41 2026 GMT\n', null],
    ['0x5: revoked\n\tThis Update: Nov 26 18:30:41 2026 GMT\n', 'openssl says "revoked"'],
    ['0x5: unknown\n', 'openssl says "unknown"'],
    ['0x5: ERROR: No Status found.\n', 'openssl says "ERROR: No Status found."'],
    ['Responder Error: trylater (3)\n', 'openssl says "trylater (3)"'],
    ['', 'openssl says ""'],
    ['good', null],
  ])('of %j', (said, expected) => {
    expect(judgement(said)).toBe(expected);
  });
});

const SIGNING: Signing = { key: 'ecdsa-p256', digest: 'sha256', isPss: false };

it('has one line for each certificate that is known', () => {
  const date = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
  expect(
    ocspIndex([
      ['0a', { kind: 'good' }],
      ['0b', { kind: 'unknown' }],
      ['0c', { kind: 'revoked', date, reason: 'superseded' }],
      ['0d', { kind: 'revoked', date, reason: null }],
    ]),
  ).toBe(`V\t491231235959Z\t\t0A\tunknown\t/CN=certificate
R\t491231235959Z\t260102030405Z,superseded\t0C\tunknown\t/CN=certificate
R\t491231235959Z\t260102030405Z\t0D\tunknown\t/CN=certificate
`);
});

it('has a passphrase in its input, and in no argument', () => {
  const files = { index: 'i', request: 'q', response: 'r', minutes: 60, isOwn: false, signing: SIGNING };
  const { args, input } = ocspCommand({ ...files, passphrase: 'correct horse' });
  expect(args.join(' ')).not.toContain('horse');
  expect(args).toEqual(expect.arrayContaining(['-passin', 'stdin']));
  expect(input).toBe('correct horse\n');
  expect(ocspCommand({ ...files, passphrase: null })).toMatchObject({ input: null });
});

it.each<[string, Partial<Signing>, readonly string[]]>([
  ['ecdsa-p384', { digest: 'sha384' }, ['-rmd', 'sha384']],
  [
    'rsa-2048',
    { isPss: true },
    ['-rmd', 'sha256', '-rsigopt', 'rsa_padding_mode:pss', '-rsigopt', 'rsa_pss_saltlen:digest'],
  ],
  ['ed25519', {}, []],
  ['ml-dsa-65', {}, []],
])('has a key of %s sign as it can', (key, signing, options) => {
  const files = { index: 'i', request: 'q', response: 'r', minutes: 60, isOwn: false, passphrase: null };
  const { args } = ocspCommand({ ...files, signing: { ...SIGNING, key, ...signing } });
  expect(args.slice(args.indexOf('signer.key') + 1, args.indexOf('-nmin'))).toEqual(options);
});
