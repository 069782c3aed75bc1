/** Keys on tokens: what openssl is asked, in which environment, how often, and what is learnt of its answers. */
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OpensslError, type opensslIn } from '../../src/engine/openssl-call.ts';
import { probeOpenssl } from '../../src/engine/probe.ts';
import { Tokens } from '../../src/engine/tokens.ts';
import { ENVIRONMENT } from '../../src/openssl/command.ts';
import { PROVIDER_CONFIG, showArgs, signArgs } from '../../src/openssl/token.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { StepError } from '../../src/store/step-error.ts';
import { TokenKeys } from '../../src/store/token-keys.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { anAuthority } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { keyPem, smallKey } from '../helpers/small-certificates.ts';

type Call = { readonly args: readonly string[]; readonly input: string | null };
/** Of a call: what it prints, or how it fails. */
type Answers = (args: readonly string[]) => string | Error;

const failed = (
  stderr: string,
  cause: OpensslError['cause'] = { kind: 'exit', program: 'openssl', code: 1 },
) => new OpensslError(cause, 'openssl', { stdout: '', stderr, program: 'openssl' });

const KEY = smallKey();
const SHOWN = createPublicKey(KEY.key).export({ format: 'pem', type: 'spki' }).toString();
const PIN = { kind: 'env', name: 'PKI_TEST_PIN' } as const;
const token = (object = 'root', pin: object = PIN) =>
  ({ uri: `pkcs11:token=t;object=${object}`, pin }) as never;
const HOLDER = anAuthority({ name: 'holder', token: token() });

/** An openssl of that version with these drivers. */
const withDrivers = (version: string, drivers: string, others: Answers = () => SHOWN): Answers => {
  return (args) => {
    if (args[0] === 'version') return `OpenSSL ${version} 1 Jan 2026\n`;
    if (args[0] === 'engine') return drivers.includes('engine') ? '(pkcs11) engine\n' : failed('no');
    if (args[0] === 'list') return drivers.includes('provider') ? 'Providers:\n  pkcs11\n' : 'Providers:\n';
    return others(args);
  };
};

const opened: OutputFolder[] = [];
afterAll(() => {
  for (const output of opened) output[Symbol.dispose]();
});

/** Tokens of a run, and what was called. */
async function tokensWith(answers: Answers, environment: Readonly<Record<string, string>> = { A: 'b' }) {
  process.env['PKI_TEST_PIN'] = '1234';
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  const output = await OutputFolder.open(root);
  opened.push(output);
  const calls: unknown[] = [];
  const keys = new TokenKeys();
  const open: typeof opensslIn = (cwd, binary, options) => ({
    run: ({ args, input }: Call) => {
      calls.push({ args, input, env: options?.env, here: cwd === root, binary });
      const answer = answers(args);
      if (args[0] === 'pkeyutl') writeFileSync(join(root, args.at(-1) ?? ''), 'the signature');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const secrets = new Secrets(root, { output: '.' });
  const options = { root, own: output.own, binary: 'ossl', name: 'run-1', secrets, keys, environment };
  return {
    tokens: new Tokens(options, open),
    keys,
    calls: calls as { args: string[]; env: object; input: string }[],
    root,
  };
}

/** The fault of a holder after it was asked. */
async function faultWith(answers: Answers, holder: Parameters<Tokens['ask']>[0] = HOLDER) {
  const { tokens, keys } = await tokensWith(answers);
  await tokens.ask(holder);
  return keys.faults.get(holder.id);
}

describe('a key is shown', () => {
  it('by the engine of an older openssl, in the environment of this process', async () => {
    const { tokens, keys, calls } = await tokensWith(withDrivers('3.0.19', 'engine'));
    await tokens.ask(HOLDER);
    const env = { A: 'b', ...ENVIRONMENT };
    const base = { input: null, here: true, binary: 'ossl' };
    expect(calls).toEqual([
      { ...base, args: ['version'], env: undefined, here: false },
      { ...base, args: ['engine', 'pkcs11'], env },
      { ...base, args: showArgs(token(), 'engine'), env, input: '1234\n' },
    ]);
    const { spec, keyId } = parseKey(Buffer.from(keyPem(KEY)));
    expect(keys.of(HOLDER.id)).toEqual({
      spki: Buffer.from(KEY.spki),
      facts: { keyId, spec, keyIdentifier: expect.stringMatching(/^[0-9a-f]{40}$/) },
    });
  });

  it('by the provider of a newer one, whose configuration is written for it', async () => {
    const { tokens, calls, root } = await tokensWith(withDrivers('3.5.9', 'provider engine'), {
      PKCS11_MODULE_PATH: '/module',
    });
    await tokens.ask(HOLDER);
    const path = join(root, '.pki/scratch/run-1');
    const [, probe, show] = calls;
    expect(calls.map(({ args }) => args[0])).toEqual(['version', 'list', 'pkey']);
    expect(show?.args).toEqual(showArgs(token(), 'provider'));
    expect(show?.env).toEqual(probe?.env);
    const { OPENSSL_CONF: config, ...others } = (show?.env ?? {}) as Record<string, string>;
    expect({ ...others, OPENSSL_CONF: 'a file' }).toEqual({
      PKCS11_MODULE_PATH: '/module',
      PKCS11_PROVIDER_MODULE: '/module',
      ...ENVIRONMENT,
      OPENSSL_CONF: 'a file',
    });
    expect(config?.startsWith(path)).toBe(true);
    expect(readFileSync(String(config), 'utf8')).toBe(PROVIDER_CONFIG);
  });

  it('with the module that is meant for the provider, where both are named', async () => {
    const both = { PKCS11_MODULE_PATH: '/one', PKCS11_PROVIDER_MODULE: '/two' };
    const { tokens, calls } = await tokensWith(withDrivers('3.5.9', 'provider'), both);
    await tokens.ask(HOLDER);
    expect(calls.at(-1)?.env).toMatchObject(both);
    const none = await tokensWith(withDrivers('3.5.9', 'provider'), {});
    await none.tokens.ask(HOLDER);
    expect(none.calls.at(-1)?.env).not.toHaveProperty('PKCS11_PROVIDER_MODULE');
  });

  it('by the other driver where the first is not there', async () => {
    for (const [version, drivers, driver] of [
      ['3.0.19', 'provider', 'provider'],
      ['3.5.9', 'engine', 'engine'],
    ] as const) {
      const { tokens, calls } = await tokensWith(withDrivers(version, drivers));
      await tokens.ask(HOLDER);
      expect(calls.at(-1)?.args).toEqual(showArgs(token(), driver));
    }
  });

  it('once, and the driver is looked for once', async () => {
    const { tokens, calls } = await tokensWith(withDrivers('3.0.19', 'engine'));
    await tokens.ask(HOLDER);
    await tokens.ask(HOLDER);
    await tokens.ask({ id: 'authorities/none' });
    await tokens.ask({ id: 'authorities/other', token: token('other') });
    expect(calls.map(({ args }) => args[0])).toEqual(['version', 'engine', 'pkey', 'pkey']);
  });
});

describe('a key is not to be had', () => {
  it('without a driver', async () => {
    expect(await faultWith(withDrivers('3.0.19', ''))).toEqual({
      kind: 'no-driver',
      version: 'OpenSSL 3.0.19',
    });
    expect(await faultWith(() => failed('', { kind: 'not-begun', detail: null }))).toEqual({
      kind: 'no-driver',
      version: 'ossl',
    });
  });

  it('where libp11 does not know its kind', async () => {
    const ed25519 = { ...HOLDER, key: { algorithm: 'ed25519' } } as const;
    const fault = { kind: 'no-ed25519', version: 'OpenSSL 3.0.19' };
    expect(await faultWith(withDrivers('3.0.19', 'engine'), ed25519)).toEqual(fault);
    expect(await faultWith(withDrivers('3.5.9', 'provider'), ed25519)).toBeUndefined();
    expect(
      await faultWith(withDrivers('3.0.19', 'engine'), { id: HOLDER.id, token: token() }),
    ).toBeUndefined();
  });

  it('where what is shown is no key', async () => {
    for (const text of ['', SHOWN.slice(0, 60)])
      expect(await faultWith(withDrivers('3.0.19', 'engine', () => text))).toEqual({
        kind: 'failed',
        how: 'openssl showed no public key',
        words: '',
      });
  });

  it('where the call fails, for the reason that it gives', async () => {
    const fault = (stderr: string) => faultWith(withDrivers('3.0.19', 'engine', () => failed(stderr)));
    expect(await fault('CKR_PIN_LOCKED')).toEqual({ kind: 'locked' });
    expect(await fault('Failed to initialize PKCS11')).toEqual({ kind: 'no-module', module: null });
    expect(await fault('one\nlast words')).toMatchObject({ kind: 'failed', words: 'last words' });
    const strange = withDrivers('3.0.19', 'engine', () => new Error('strange'));
    await expect(faultWith(strange)).rejects.toThrow('strange');
  });

  it.each<[said: string, again: boolean]>([
    ['PIN incorrect', false],
    ['PIN locked', false],
    ['Could not read private key', false],
    ['object not found', true],
    ['anything else', true],
  ])('after "%s": another key of the token is asked for: %j', async (said, again) => {
    process.env['PKI_TEST_PIN_2'] = '5678';
    const { tokens, keys, calls } = await tokensWith(withDrivers('3.0.19', 'engine', () => failed(said)));
    const shows = async (id: string, given: never) => {
      const before = calls.length;
      await tokens.ask({ id: `authorities/${id}`, token: given });
      return calls.slice(before).some(({ args }) => args[0] === 'pkey');
    };
    expect(await shows('one', token('one'))).toBe(true);
    expect(await shows('two', token('two'))).toBe(again);
    expect(keys.faults.get('authorities/two')).toEqual(keys.faults.get('authorities/one'));
    // With another PIN, or of another token, it may be right.
    expect(await shows('three', token('two', { kind: 'env', name: 'PKI_TEST_PIN_2' }))).toBe(true);
    expect(await shows('four', { uri: 'pkcs11:token=other;object=one', pin: PIN } as never)).toBe(true);
  });
});

describe('a signature', () => {
  const UNSIGNED = { der: Buffer.from('octets'), algorithm: { digest: 'sha256', isPss: false } } as never;

  it('is made by the token, of octets in a file', async () => {
    const { tokens, calls, root } = await tokensWith(withDrivers('3.0.19', 'engine'));
    await tokens.ask(HOLDER);
    const { spki, sign } = tokens.keyOf(HOLDER);
    expect(Buffer.from(spki)).toEqual(Buffer.from(KEY.spki));
    expect(String(await sign(UNSIGNED))).toBe('the signature');
    const { args, input } = calls.at(-1) ?? { args: [] };
    const [from = '', to = ''] = [args.at(-3), args.at(-1)];
    expect(args).toEqual(signArgs(token(), 'engine', { digest: 'sha256', isPss: false }, { from, to }));
    expect(input).toBe('1234\n');
    expect([from, to].map((path) => existsSync(join(root, path)))).toEqual([false, false]);
  });

  it('that fails says what the token said', async () => {
    const answers = withDrivers('3.0.19', 'engine', ([name]) =>
      name === 'pkeyutl' ? failed('PIN locked') : SHOWN,
    );
    const { tokens } = await tokensWith(answers);
    await tokens.ask(HOLDER);
    const fault = await tokens
      .keyOf(HOLDER)
      .sign(UNSIGNED)
      .catch((error) => error);
    expect(fault).toBeInstanceOf(StepError);
    expect(fault.cause).toEqual({ kind: 'token', fault: { kind: 'locked' } });
  });

  it('is of a key that was asked for', async () => {
    const { tokens } = await tokensWith(withDrivers('3.0.19', 'engine'));
    expect(() => tokens.keyOf(HOLDER)).toThrow('no token was asked for authorities/holder');
    await tokens.ask(HOLDER);
    expect(() => tokens.keyOf({ id: HOLDER.id })).toThrow('no token was asked for');
  });
});

describe('what an installed openssl is', () => {
  const probed = (answer: string | Error, signal?: AbortSignal) =>
    probeOpenssl('ossl', signal, () => ({
      run: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
    }));
  const coded = (code: string) => Object.assign(new Error('no'), { code });

  it('is what it says', async () => {
    expect(await probed('OpenSSL 3.5.9 1 Jan')).toEqual({ ok: true, version: 'OpenSSL 3.5.9' });
    expect(await probed('LibreSSL 3.5.9')).toMatchObject({ ok: false, fault: { kind: 'not-openssl' } });
  });

  it('is missing, or broken', async () => {
    const missing = { ok: false, fault: { kind: 'missing', binary: 'ossl' } };
    expect(await probed(failed('', { kind: 'not-begun', detail: null }))).toEqual(missing);
    const broken = failed('a\nlibcrypto.so is missing\n');
    expect(await probed(broken)).toEqual({
      ok: false,
      fault: { kind: 'broken', binary: 'ossl', problem: broken.message, words: 'libcrypto.so is missing' },
    });
  });

  it('is not known where nothing can be run, or it was interrupted', async () => {
    await expect(probed(coded('EMFILE'))).rejects.toThrow('no');
    await expect(probed(coded('ENFILE'))).rejects.toThrow('no');
    // Of /dev/null, or of the working directory: not of openssl, which says that by its end.
    await expect(probed(coded('ENOENT'))).rejects.toThrow('no');
    await expect(probed(failed(''), AbortSignal.abort())).rejects.toThrow();
    expect(await probed(failed(''), new AbortController().signal)).toMatchObject({
      fault: { kind: 'broken' },
    });
  });
});
