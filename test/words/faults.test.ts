// What is said about each kind of fault, and what to do about it: expected/*.txt has them as whole texts.
// After a deliberate change of wording: `npx vitest run test/words/faults -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ProgramFault } from '../../src/pki/argv.ts';
import type { SecretFault } from '../../src/pki/secret-source.ts';
import type { TokenFault, TokenKey } from '../../src/pki/token.ts';
import type { Waiting } from '../../src/plan/change.ts';
import type { SigningFault } from '../../src/plan/signing-request.ts';
import { clockAheadText, clockBehindText } from '../../src/words/clock.ts';
import { type ExchangeFault, exchangeText } from '../../src/words/exchange.ts';
import { type HookFault, hookFaultText, hookHint } from '../../src/words/hook.ts';
import { conversionOf, keyFormatHint, keyFormatText } from '../../src/words/key-format.ts';
import { type OcspFault, ocspFaultText } from '../../src/words/ocsp.ts';
import { programFaultText } from '../../src/words/program.ts';
import { type SampleFault, sampleFaultText } from '../../src/words/sample.ts';
import { type SealFault, sealingText } from '../../src/words/sealing.ts';
import { SECRET_HINTS, secretFaultText } from '../../src/words/secret.ts';
import { tokenText } from '../../src/words/token.ts';
import { awaitedText, waitingText } from '../../src/words/waiting.ts';
import type { KeyFormat } from '../../src/x509/key-format.ts';
import { NOW } from '../helpers/entities.ts';
import { paragraphs, type Samples, valuesOf } from './samples.ts';

const PROGRAM: Samples<ProgramFault> = {
  'not-begun': [{ code: 'ENOENT' }, { code: 'EACCES' }, { code: 'ENOEXEC' }],
  exit: [{ code: 3 }],
  signal: [{ signal: 'SIGKILL' }],
  late: [{ seconds: 60 }],
  flood: [{}],
  interrupted: [{}],
};
const SECRET: Samples<SecretFault> = {
  unset: [{}],
  empty: [{}],
  missing: [{}],
  'leads-out': [{}],
  absolute: [{}],
  strays: [{}],
  lines: [{}],
  encoding: [{}],
  'not-for-java': [{}],
  unreadable: [{ code: 'EACCES' }],
  waits: [{}],
  command: [{ fault: { kind: 'exit', code: 2 } }],
  'no-terminal': [{}],
  'no-answer': [{}],
  mistyped: [{}],
};
const TOKEN: Samples<TokenFault> = {
  'no-driver': [{ version: 'OpenSSL 3.0.2' }],
  'no-ed25519': [{ version: 'OpenSSL 3.0.2' }],
  'no-module': [{ module: null }, { module: '/lib/\u001b.so' }],
  'no-key': [{}],
  'no-key-or-pin': [{}],
  pin: [{}],
  locked: [{}],
  failed: [
    { how: 'exited with 1', words: '' },
    { how: 'exited with 1', words: 'CKR_X' },
  ],
};
const SIGNING: Samples<SigningFault> = {
  'no-authority': [{}],
  unidentified: [{}],
  outlives: [{ notAfter: NOW }],
  'path-length': [{}],
  'other-signer': [{}],
  'request-signature': [{}],
};
const EXCHANGE: Samples<ExchangeFault> = {
  missing: [{}],
  'not-empty': [{}],
  blocked: [{ cause: { kind: 'directory' } }],
  garbage: [{ why: 'it is no JSON' }],
  'no-key': [{}],
  'closed-key': [{ lacks: null }, { lacks: { source: 'env:PASS', fault: { kind: 'unset' } } }],
  'other-passphrase': [{}],
  'no-token-uri': [{ why: 'it has no object' }],
  token: [{ fault: { kind: 'pin' } }],
  'other-key': [{}],
  'other-pair': [{}],
  'no-answers': [{}],
  unsignable: [{ faults: valuesOf(SIGNING) }],
};
const OCSP: Samples<OcspFault> = {
  'key-elsewhere': [{ authority: 'authorities/a' }],
  missing: [
    { signer: 'certificates/r', file: 'key' },
    { signer: 'certificates/r', file: 'cert' },
  ],
  closed: [{ signer: 'certificates/r' }],
  'other-key': [{ signer: 'certificates/r' }],
  unsuited: [{ signer: 'certificates/r' }],
  ended: [{ signer: 'certificates/r' }],
  openssl: [
    { authority: 'authorities/a', problem: 'exited with 1', lastWords: '' },
    { authority: 'authorities/a', problem: 'exited with 1', lastWords: 'no' },
  ],
  'made-other': [{ authority: 'authorities/a', serial: '0a' }],
};
const HOOK: Samples<HookFault> = {
  'no-consent': [{}],
  program: [{ fault: { kind: 'exit', code: 1 } }],
  'serves-other': [{ endpoint: 'a.test:443', seconds: 10 }],
  'serves-none': [{ endpoint: 'a.test:443', seconds: 10, detail: 'ECONNREFUSED' }],
};
const SEAL: Samples<SealFault> = {
  program: [
    { fault: { kind: 'not-begun', code: 'ENOENT' }, words: 'x' },
    { fault: { kind: 'exit', code: 1 }, words: '' },
    { fault: { kind: 'exit', code: 1 }, words: 'first\nlast\u0007' },
  ],
  open: [{}],
};
const SAMPLE: Samples<SampleFault> = {
  none: [{ path: 'certs' }],
  'no-issuer': [{ root: 'pki', issuer: 'authorities/a' }],
  'no-token': [{ source: 'env:BAO_TOKEN', fault: { kind: 'empty' } }],
};
const KEY_FORMAT: Samples<KeyFormat> = {
  der: [{}],
  pkcs12: [{}],
  'java-keystore': [{}],
  tpm: [{}],
  pkcs11: [{}],
  uri: [{ scheme: 'awskms' }],
  openssh: [{}],
  putty: [{}],
  jwk: [{}],
  'windows-blob': [{ form: 'PVK' }, { form: 'MSBLOB' }],
  wrapped: [{ tool: 'age' }],
  label: [{ label: 'X KEY' }],
  algorithm: [{ name: 'dsa' }],
  'pkcs8-v2': [{}],
  'explicit-curve': [{}],
  'flawed-pem': [{ flaw: 'line 1: has a byte order mark' }],
  'several-keys': [{ count: 2 }],
  numbers: [{}],
  utf16: [{}],
  base64: [{}],
  'base64-pem': [{ isAlone: true }, { isAlone: false }],
  hex: [{}],
  binary: [{}],
};

const TOKEN_KEY: TokenKey = {
  uri: 'pkcs11:token=it%27s;object=root%1b;id=%0a%ff',
  pin: { kind: 'env', name: 'PIN' },
};
const tokenAdvice = (fault: TokenFault) =>
  tokenText({ entity: 'servers/api', token: TOKEN_KEY, wanted: 'ecdsa-p384', fault, at: 'pki.yaml:3:5' });

it.each<readonly [string, () => string]>([
  ['program', () => paragraphs(PROGRAM, programFaultText)],
  [
    'secret',
    () =>
      paragraphs(SECRET, (fault) => ({
        problem: secretFaultText('env:PASS', fault),
        hint: SECRET_HINTS[fault.kind],
      })),
  ],
  ['token', () => paragraphs(TOKEN, tokenAdvice)],
  ['exchange', () => paragraphs(EXCHANGE, (fault) => exchangeText('to/sign', fault))],
  ['ocsp', () => paragraphs(OCSP, ocspFaultText)],
  ['hook', () => paragraphs(HOOK, (fault) => ({ problem: hookFaultText(fault), hint: hookHint(fault) }))],
  ['sealing', () => paragraphs(SEAL, (fault) => sealingText('secrets/a.yaml', fault))],
  ['sample', () => paragraphs(SAMPLE, sampleFaultText)],
  [
    'key-format',
    () =>
      paragraphs(KEY_FORMAT, (format) => ({
        problem: `${keyFormatText(format)} | ${conversionOf(format)}`,
        hint: keyFormatHint(format),
      })),
  ],
])('everything that is said about faults of the kind "%s"', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.txt`));
});

it('a command that makes a key on a token names what the URI names', () => {
  const hint = (uri: string, wanted: string) =>
    tokenText({
      entity: 'a',
      token: { ...TOKEN_KEY, uri },
      wanted,
      fault: { kind: 'no-key' },
      at: 'x',
    }).hint.replace(/^.*: (.*) \(it takes.*$/, '$1');
  const type = (wanted: string) => hint('pkcs11:object=a', wanted);
  const head = 'pkcs11-tool --keypairgen --key-type';
  expect(type('ecdsa-p256')).toBe(`${head} EC:secp256r1 --login --label a --id 01`);
  expect(type('ecdsa-p384')).toBe(`${head} EC:secp384r1 --login --label a --id 01`);
  expect(type('ecdsa-p521')).toBe(`${head} EC:secp521r1 --login --label a --id 01`);
  expect(type('ed25519')).toBe(`${head} EC:edwards25519 --login --label a --id 01`);
  expect(type('rsa-3072')).toBe(`${head} rsa:3072 --login --label a --id 01`);
  expect(hint('pkcs11:id=%0a', 'rsa-2048')).toBe(`${head} rsa:2048 --login --id 0a`);
  expect(hint('pkcs11:token=t', 'rsa-2048')).toBe(`${head} rsa:2048 --login --token-label t --id 01`);
});

it('what waits says for whom, and whether its certificate stays', () => {
  const of = (given: Partial<Waiting>): Waiting => ({
    on: 'authorities/a',
    reasons: [],
    serves: false,
    wish: null,
    ...given,
  });
  const said = (given: Partial<Waiting>) => [
    waitingText('servers/s', of(given)),
    awaitedText('servers/s', of(given)),
    awaitedText('servers/s', of({ ...given, serves: true })),
  ];
  const stays = '; until then its certificate stays';
  expect(said({})).toEqual([
    {
      problem: '"servers/s" waits for "authorities/a", whose key is offline',
      hint: 'run "pki request FOLDER", take the folder to the machine that has the key, and bring it back to "pki import FOLDER"',
    },
    'waits for authorities/a, whose key is offline',
    `waits for authorities/a, whose key is offline${stays}`,
  ]);
  expect(said({ elsewhere: true })).toEqual([
    {
      problem:
        '"servers/s" waits for a certificate of "authorities/a", of which only the certificate is here',
      hint: 'have it issued there, and put it in place as "servers/s/cert.pem", with the chain behind it, and its key as "servers/s/key.pem"',
    },
    'waits for a certificate that authorities/a issues elsewhere',
    `waits for a certificate that authorities/a issues elsewhere${stays}`,
  ]);
  expect(said({ shows: true })).toEqual([
    {
      problem: '"servers/s" waits for the certificate of "authorities/a", which shows the key that it is for',
      hint: 'make it where that key is, and put it in place as "authorities/a/cert.pem"',
    },
    'waits for the certificate of authorities/a',
    `waits for the certificate of authorities/a${stays}`,
  ]);
  expect(said({ on: 'servers/s' })).toEqual([
    {
      problem: '"servers/s" waits for the machine that has its key, where its certificate is made',
      hint: 'make it there, and put it in place as "servers/s/cert.pem"',
    },
    'waits for the machine that has its key',
    `waits for the machine that has its key${stays}`,
  ]);
  const places = { cert: 'tls/s.crt', key: 'tls/s.key' };
  const hints = [{ elsewhere: true }, { shows: true }, { on: 'servers/s' }] as const;
  expect(hints.map((given) => waitingText('servers/s', of({ ...given, places })).hint)).toEqual([
    'have it issued there, and put it in place as "tls/s.crt", with the chain behind it, and its key as "tls/s.key"',
    'make it where that key is, and put it in place as "tls/s.crt"',
    'make it there, and put it in place as "tls/s.crt"',
  ]);
});

it('a clock that cannot be right is said with who knows better', () => {
  const doubt = { clock: NOW, newest: NOW + 60 };
  expect(clockBehindText({ ...doubt, kind: 'behind', by: 'program' })).toEqual({
    problem:
      'the clock says 2026-11-23T12:00:00Z, but this program is younger than 2026-11-23T12:01:00Z: nothing is issued by a clock that is behind',
    hint: 'set the clock and run again; if it is right now, and was ahead then, pass "--trust-clock"',
  });
  expect(clockAheadText({ ...doubt, kind: 'ahead', by: 'ledger' })).toBe(
    'the clock was ahead: it is 2026-11-23T12:00:00Z, but certificates were issued here at 2026-11-23T12:01:00Z; certificates that have not begun are issued again',
  );
  expect(clockAheadText({ ...doubt, kind: 'ahead', by: 'servers/api' })).toContain(
    'but the certificate of servers/api begins at 2026-11-23T12:01:00Z; ',
  );
});
