/**
 * Keys on tokens, as one run uses them: openssl shows a public key and makes signatures, one call at a time, because modules
 * crash where several processes use one token. What is signed is written in this process.
 */
import { createPublicKey } from 'node:crypto';
import { ENVIRONMENT } from '../openssl/command.ts';
import { driversFor, PROVIDER_CONFIG, showArgs, signArgs, tokenFaultIn } from '../openssl/token.ts';
import type { Entity } from '../pki/entity.ts';
import { databaseFolder, PRIVATE_FOLDER } from '../pki/paths.ts';
import { secretSourceText } from '../pki/secret-source.ts';
import { type TokenDriver, type TokenFault, type TokenKey, tokenOf } from '../pki/token.ts';
import type { Unsigned } from '../plan/unsigned.ts';
import { ensure } from '../store/descend.ts';
import type { Folder } from '../store/folder.ts';
import type { Secrets } from '../store/secrets.ts';
import { StepError } from '../store/step-error.ts';
import type { TokenKeys } from '../store/token-keys.ts';
import { keyIdentifier, publicKeyFacts } from '../x509/public-key.ts';
import { CaDatabases } from './ca-databases.ts';
import type { SigningToken } from './node-sign.ts';
import { OpensslError, opensslIn } from './openssl-call.ts';
import { probeOpenssl } from './probe.ts';
import { hasDriver } from './token-driver.ts';
import { Turns } from './turns.ts';

/** Where calls are made, and with what. */
export interface TokensOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The folder `.pki` in it, open. */
  readonly own: Folder;
  readonly binary: string;
  /** A name that no other run has. */
  readonly name: string;
  readonly secrets: Secrets;
  /** What is learnt of keys. */
  readonly keys: TokenKeys;
  /** The environment of this process without what is secret: modules find their configuration by it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Whose key it is; of which kind, where that is stated. */
type Holder = Pick<Entity, 'id' | 'token'> & Partial<Pick<Entity, 'key'>>;

/** A driver, and the environment in which openssl has it. */
interface Way {
  readonly driver: TokenDriver;
  /** Of openssl. */
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Asked one after the other; a PIN that failed is not tried again. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #turns = new Turns(1);
  readonly #scratch: CaDatabases;
  /** By token and PIN: what another key of it was refused for. */
  readonly #failed = new Map<string, TokenFault>();
  readonly #open: typeof opensslIn;
  #way: Promise<Way | TokenFault> | undefined;

  /** @param open by which openssl is run. */
  constructor(options: TokensOptions, open = opensslIn) {
    this.#options = options;
    this.#open = open;
    this.#scratch = new CaDatabases(options.own, options.name);
  }

  /** Learns the public key, or why it is not to be had. */
  async ask({ id, token, key }: Holder): Promise<void> {
    const { keys } = this.#options;
    if (token === undefined || keys.isAsked(id)) return;
    const shown = await this.#turns.take(() => this.#show(token, key));
    if (typeof shown !== 'string') return keys.fail(id, shown);
    const spki = spkiIn(shown);
    if (spki === null)
      return keys.fail(id, { kind: 'failed', how: 'openssl showed no public key', words: '' });
    const { keyId, spec } = publicKeyFacts(spki);
    keys.show(id, { spki, facts: { keyId, spec, keyIdentifier: keyIdentifier(spki) } });
  }

  /** The key of an entity that was asked before. */
  keyOf({ id, token }: Holder): SigningToken {
    const shown = this.#options.keys.of(id);
    if (token === undefined || shown === undefined)
      throw new Error(`Internal error: no token was asked for ${id}`);
    return {
      spki: shown.spki,
      sign: (unsigned) => this.#turns.take(() => this.#sign(token, unsigned)),
    };
  }

  async #show(token: TokenKey, key: Holder['key']): Promise<string | TokenFault> {
    const way = await this.#found();
    if ('kind' in way) return way;
    if (way.driver === 'engine' && key?.algorithm === 'ed25519')
      return { kind: 'no-ed25519', version: way.version };
    const name = `${tokenOf(token)} ${secretSourceText(token.pin)}`;
    const earlier = this.#failed.get(name);
    if (earlier !== undefined) return earlier;
    try {
      return await this.#call(way, showArgs(token, way.driver), token);
    } catch (error) {
      const fault = faultOf(error, way);
      // After a few wrong ones a token locks itself.
      if (['pin', 'locked', 'no-key-or-pin'].includes(fault.kind)) this.#failed.set(name, fault);
      return fault;
    }
  }

  async #sign(token: TokenKey, { der, algorithm }: Unsigned): Promise<Uint8Array> {
    const way = await this.#found();
    if ('kind' in way) throw new StepError({ kind: 'token', fault: way });
    return await this.#scratch.exchange(der, async (from, to) => {
      try {
        await this.#call(way, signArgs(token, way.driver, algorithm, { from, to }), token);
      } catch (error) {
        throw new StepError({ kind: 'token', fault: faultOf(error, way) });
      }
    });
  }

  #call({ env }: Way, args: readonly string[], { pin }: TokenKey): Promise<string> {
    const { root, binary, secrets, signal } = this.#options;
    const secret = secrets.read(pin);
    if (!secret.ok) throw new Error('Internal error: no PIN was asked for');
    return this.#open(root, binary, { env, signal }).run({ args, input: `${secret.value}\n` });
  }

  #found(): Promise<Way | TokenFault> {
    this.#way ??= this.#find();
    return this.#way;
  }

  async #find(): Promise<Way | TokenFault> {
    const { root, binary, signal } = this.#options;
    const found = await probeOpenssl(binary, signal, this.#open);
    const version = found.ok ? found.version : binary;
    for (const driver of driversFor(version)) {
      const way = { driver, version, env: await this.#environmentFor(driver) };
      if (await hasDriver(driver, this.#open(root, binary, { env: way.env, signal }))) return way;
    }
    return { kind: 'no-driver', version };
  }

  async #environmentFor(driver: TokenDriver): Promise<Readonly<Record<string, string>>> {
    const { root, own, name, environment } = this.#options;
    if (driver === 'engine') return { ...environment, ...ENVIRONMENT };
    const path = `${databaseFolder(name, 0)}-config`;
    using folder = await ensure(own, path.slice(PRIVATE_FOLDER.length + 1), 0o700);
    folder.writeNew('openssl.cnf', PROVIDER_CONFIG, 0o600);
    const module = environment['PKCS11_PROVIDER_MODULE'] ?? environment['PKCS11_MODULE_PATH'];
    return {
      ...environment,
      ...ENVIRONMENT,
      ...(module === undefined ? {} : { PKCS11_PROVIDER_MODULE: module }),
      OPENSSL_CONF: `${root}/${path}/openssl.cnf`,
    };
  }
}

/** SubjectPublicKeyInfo: version 1.0 of the provider shows RSA keys in the form of PKCS#1. */
function spkiIn(pem: string): Uint8Array | null {
  try {
    return createPublicKey(pem).export({ format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** @throws what is no failure of the call. */
function faultOf(error: unknown, { env }: Way): TokenFault {
  if (!(error instanceof OpensslError)) throw error;
  const module = env['PKCS11_PROVIDER_MODULE'] ?? env['PKCS11_MODULE_PATH'] ?? null;
  return tokenFaultIn(error.stderr, { how: error.message, lastWords: error.lastWords, module });
}
