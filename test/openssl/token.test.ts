// What openssl is asked of tokens, and what it means by what it then says.
import { describe, expect, it } from 'vitest';
import {
  driversFor,
  PROVIDER_CONFIG,
  probeOf,
  showArgs,
  signArgs,
  tokenFaultIn,
} from '../../src/openssl/token.ts';
import { attributeOf, canonicalUri, privateUri, tokenOf } from '../../src/pki/token.ts';

const TOKEN = {
  uri: 'pkcs11:object=my%20root;token=pki;id=%01%ff',
  pin: { kind: 'prompt', label: null },
} as const;

it.each([
  ['OpenSSL 3.0.19', ['engine', 'provider']],
  ['OpenSSL 3.1.4', ['engine', 'provider']],
  ['OpenSSL 3.2.0', ['provider', 'engine']],
  ['OpenSSL 3.5.9', ['provider', 'engine']],
  ['OpenSSL 4.0.3', ['provider', 'engine']],
])('%s: %j', (version, drivers) => {
  expect(driversFor(version)).toEqual(drivers);
});

it('a URI is read in its parts, and names the private key', () => {
  expect(privateUri(TOKEN)).toBe('pkcs11:object=my%20root;token=pki;id=%01%ff;type=private');
  const spelled = { ...TOKEN, uri: 'pkcs11:type=private;id=%01%ff;token=pki;object=my%20root' };
  expect(canonicalUri(spelled)).toBe(canonicalUri(TOKEN));
  expect(tokenOf(TOKEN)).toBe('token=pki');
  expect(['object', 'id', 'serial'].map((name) => attributeOf(TOKEN, name)?.toString('hex'))).toEqual([
    Buffer.from('my root').toString('hex'),
    '01ff',
    undefined,
  ]);
});

it('the PIN comes through standard input alone', () => {
  for (const driver of ['engine', 'provider'] as const) {
    const files = { from: 'in', to: 'out' };
    const calls = [
      showArgs(TOKEN, driver),
      signArgs(TOKEN, driver, { digest: 'sha256', isPss: true }, files),
    ];
    for (const args of calls) {
      expect(args.join(' ')).toContain('-passin stdin');
      expect(args.includes('engine')).toBe(driver === 'engine');
    }
  }
  expect(PROVIDER_CONFIG).toContain('pkcs11-module-quirks = no-deinit');
  expect(PROVIDER_CONFIG).not.toMatch(/pin/i);
});

describe('a call', () => {
  const key = ['pkcs11:object=my%20root;token=pki;id=%01%ff;type=private', '-passin', 'stdin'];
  it.each([
    ['engine', ['pkey', '-engine', 'pkcs11', '-inform', 'engine', '-in', ...key, '-pubout']],
    ['provider', ['pkey', '-in', ...key, '-pubout']],
  ] as const)('by the %s shows the public half', (driver, args) =>
    expect(showArgs(TOKEN, driver)).toEqual(args),
  );

  it.each([
    ['engine', ['-engine', 'pkcs11', '-keyform', 'engine']],
    ['provider', []],
  ] as const)('by the %s signs what is in a file', (driver, form) => {
    const args = signArgs(TOKEN, driver, { digest: 'sha384', isPss: false }, { from: 'in', to: 'out' });
    expect(args.slice(0, 3)).toEqual(['pkeyutl', '-sign', '-rawin']);
    expect(args).toContain('sha384');
    expect(args.slice(-(form.length + 8))).toEqual([...form, '-inkey', ...key, '-in', 'in', '-out', 'out']);
  });

  it.each([
    ['engine', 'engine pkcs11', '(pkcs11) pkcs11 engine'],
    ['provider', 'list -providers', '  pkcs11\n    name: PKCS#11 Provider'],
  ] as const)('shows whether there is the %s', (driver, args, printed) => {
    const probe = probeOf(driver);
    expect(probe.args.join(' ')).toBe(args);
    expect(probe.prints.test(printed)).toBe(true);
    expect(probe.prints.test('default')).toBe(false);
  });
});

it('the provider is loaded beside the one that is built in', () => {
  expect(PROVIDER_CONFIG).toBe(`openssl_conf = init
[init]
providers = providers

[providers]
default = default_provider
pkcs11 = token_provider

[default_provider]
activate = 1

[token_provider]
pkcs11-module-quirks = no-deinit
activate = 1
`);
});

describe('what is said is', () => {
  const how = { how: 'openssl was ended by SIGSEGV', lastWords: 'last', module: '/m.so' };
  it.each([
    ['Login failed\n80:error:418000A0:PKCS#11 module:ERR_CKR_error:PIN incorrect:p11_slot.c:208:', 'pin'],
    ['80:error:418000A4:PKCS#11 module:ERR_CKR_error:PIN locked:p11_slot.c:208:', 'locked'],
    ['80:error:40000065:pkcs11 engine:ERR_ENG_error:object not found:eng_back.c:887:', 'no-key'],
    ['80:error:41000401:libp11:ERR_P11_error:Unable to load PKCS#11 module:p11_load.c:77:', 'no-module'],
    ['Could not find private key of key from pkcs11:token=pki;object=root;type=private', 'no-key-or-pin'],
    ['C_Login failed: CKR_PIN_LOCKED', 'locked'],
    ['C_Login failed: CKR_PIN_INCORRECT', 'pin'],
    ['PIN invalid', 'pin'],
    ['No matching token was found', 'no-key'],
    ['slot 7 not found', 'no-key'],
    ['there is no module', 'no-module'],
    ['Failed to initialize PKCS11 context', 'no-module'],
    ['Could not open file or uri for loading private key from pkcs11:', 'no-key-or-pin'],
    ['Could not read private key', 'no-key-or-pin'],
    ['', 'failed'],
  ])('%j: %s', (stderr, kind) => {
    // Programs and versions write some of it in other letters.
    for (const text of [stderr, stderr.toUpperCase(), stderr.toLowerCase()])
      expect(tokenFaultIn(text, how).kind).toBe(kind);
  });

  it('said with what it takes to act on it', () => {
    expect(tokenFaultIn('no module', how)).toEqual({ kind: 'no-module', module: '/m.so' });
    expect(tokenFaultIn('?', how)).toEqual({ kind: 'failed', how: how.how, words: 'last' });
  });
});
