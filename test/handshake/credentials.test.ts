/** What is wrong with files before TLS sees them: each of them by itself, and as a set. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { attempt, type Credentials, credentialsProblem } from '../../src/handshake/credentials.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const LEAF = smallCertificate('leaf', { issuer: CA, isAuthority: false });
const GOOD: Credentials = { key: keyPem(LEAF.key), fullchain: `${LEAF.pem}${CA.pem}`, ca: CA.pem };
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const EC_PEM = String(EC.export({ format: 'pem', type: 'pkcs8' }));
const closed = { cipher: 'aes-256-cbc', passphrase: 'x', format: 'pem' } as const;
const BROKEN = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

const problem = (changes: Partial<Credentials>) => credentialsProblem({ ...GOOD, ...changes })?.fault;

it('nothing is, where they fit', () => {
  expect(credentialsProblem(GOOD)).toBeUndefined();
  expect(problem({ fullchain: LEAF.pem, ca: `text\n${CA.pem}${CA.pem}` })).toBeUndefined();
});

it.each<[what: string, changes: Partial<Credentials>, fault: string]>([
  ['PKCS#8 under a passphrase', { key: String(EC.export({ ...closed, type: 'pkcs8' })) }, 'key-encrypted'],
  ['an older form of that', { key: String(EC.export({ ...closed, type: 'sec1' })) }, 'key-encrypted'],
  ['no key', { key: 'none' }, 'key-unreadable'],
  ['no certificate', { fullchain: 'none' }, 'certificate-unreadable'],
  ['a certificate that is none', { fullchain: BROKEN }, 'certificate-unreadable'],
  ['the key of another', { key: keyPem(CA.key) }, 'mismatch'],
  // OpenSSL takes it without a word.
  ['a key of another kind', { key: EC_PEM }, 'mismatch'],
  ['an authority in front', { fullchain: `${CA.pem}${LEAF.pem}` }, 'mismatch'],
  // Node would trust every public authority.
  ['nothing to trust', { ca: '' }, 'no-trust-anchor'],
  ['nothing that could be trusted', { ca: keyPem(CA.key) }, 'no-trust-anchor'],
  ['a root that cannot be read', { ca: `${CA.pem}${BROKEN}` }, 'bundle-unreadable'],
])('%s', (_, changes, fault) => expect(problem(changes)).toBe(fault));

it('the first of several is said: key, certificate, both together, bundle', () => {
  const all = { key: 'none', fullchain: 'none', ca: '' };
  expect(problem(all)).toBe('key-unreadable');
  expect(problem({ ...all, key: GOOD.key })).toBe('certificate-unreadable');
  expect(problem({ ...all, key: keyPem(CA.key), fullchain: LEAF.pem })).toBe('mismatch');
  expect(problem({ ca: '' })).toBe('no-trust-anchor');
});

it('what an action throws is its meaning, with the code', () => {
  const action = () => {
    throw Object.assign(new Error('no'), { code: 'ERR_X' });
  };
  expect(attempt('mismatch', action)).toEqual({ ok: false, problem: { fault: 'mismatch', code: 'ERR_X' } });
  expect(attempt('mismatch', () => 7)).toEqual({ ok: true, value: 7 });
});
