/** A script's commands for a certificate whose key is elsewhere. */
import { describe, expect, it } from 'vitest';
import { GIVEN_LEFTOVERS, givenKeyCommands } from '../../src/openssl/given-key.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { anAuthority, aServer, DAY, NOW } from '../helpers/entities.ts';

const SPKI = '302a300506032b657003210000112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const GIVEN = { kind: 'given', spki: SPKI } as const;
const SHOWN = { kind: 'shown', of: 'authorities/other' } as const;
const KEY = { kind: 'file', of: 'authorities/root', isNew: false } as const;
const BY = { kind: 'authority', id: 'authorities/root', key: KEY } as const;

/** @param seconds from notBefore to notAfter. */
function commands(
  key: typeof GIVEN | typeof SHOWN = GIVEN,
  { root = {}, make = {}, seconds = 90 * DAY - 1 }: { root?: object; make?: object; seconds?: number } = {},
) {
  const entities = [anAuthority(root), anAuthority({ name: 'other' }), aServer({ name: 'api' })];
  const issuance = { notBefore: NOW, notAfter: NOW + seconds, cappedBy: null, subjectKeyId: null };
  const sign = { op: 'sign', of: 'servers/api', by: BY, issuance, to: 'cert', ...make } as never;
  return givenKeyCommands(sign, key as never, byIdOf(entities), { output: 'pki' } as never);
}

const signed = (...options: readonly string[]) => [
  ...['x509', '-req', '-in', '.pki/scratch/name.csr', '-force_pubkey', '.pki/scratch/public.pem'],
  ...['-CA', 'authorities/root/cert.pem', '-CAkey', 'authorities/root/key.pem'],
  ...['-CAserial', '.pki/stage/servers.api/cert.pem.serial', '-CAcreateserial'],
  ...['-extfile', '-', '-extensions', 'extensions', ...options, '-out', '.pki/stage/servers.api/cert.pem'],
];

it('are the key, a request with its name, and the certificate', () => {
  const [key, name, certificate, ...others] = commands();
  expect(others).toEqual([]);
  expect(key).toEqual({
    args: ['pkey', '-pubin', '-pubout', '-out', '.pki/scratch/public.pem'],
    input: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
  });
  expect(name?.args).toEqual(
    expect.arrayContaining(['req', '-keyout', '.pki/scratch/name.key', '-out', '.pki/scratch/name.csr']),
  );
  expect(certificate).toEqual({
    args: signed('-sha256', '-days', '90'),
    input: expect.stringMatching(/^\[extensions\]\n/),
  });
  expect(certificate?.input).toContain('subjectAltName');
  expect(GIVEN_LEFTOVERS).toEqual(
    ['public.pem', 'name.key', 'name.csr'].map((file) => `.pki/scratch/${file}`),
  );
});

it('take the key out of the certificate that shows it', () => {
  expect(commands(SHOWN)[0]).toEqual({
    args: [
      'x509',
      '-in',
      'authorities/other/cert.pem',
      '-pubkey',
      '-noout',
      '-out',
      '.pki/scratch/public.pem',
    ],
    input: null,
  });
});

describe('the certificate', () => {
  it.each([
    [DAY - 1, '1'],
    [DAY, '1'],
    [2 * DAY - 2, '1'],
    [2 * DAY - 1, '2'],
    [60, '1'],
  ])('that is to end after %d seconds is for %s days', (seconds, days) => {
    expect(commands(GIVEN, { seconds })[2]?.args).toEqual(signed('-sha256', '-days', days));
  });

  it('is signed as the key that signs can, or as it could before', () => {
    const key = { algorithm: 'ecdsa', curve: 'P-384' };
    expect(commands(GIVEN, { root: { key } })[2]?.args).toEqual(signed('-sha384', '-days', '90'));
    const make = { signedWith: 'ecdsa-p521' };
    expect(commands(GIVEN, { root: { key }, make })[2]?.args).toEqual(signed('-sha512', '-days', '90'));
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
    expect(commands(GIVEN, { make: { signedWith: 'rsa-pss-3072' } })[2]?.args).toEqual(
      signed('-sha256', ...pss, '-days', '90'),
    );
  });

  it('does not sign itself', () => {
    expect(() => commands(GIVEN, { make: { by: { kind: 'self', key: KEY } } })).toThrow(
      'servers/api signs itself with a key that is elsewhere',
    );
  });
});
