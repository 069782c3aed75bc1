/**
 * Private keys of one run that are under a passphrase, open: opening one takes a sixth of a second on purpose, and a key
 * that signs a fleet is asked for by every certificate. What is open is in memory alone.
 */
import { createPrivateKey, randomBytes } from 'node:crypto';
import type { Entity } from '../pki/entity.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import type { KeyClosure } from '../plan/blockage.ts';
import type { KeyLock } from '../plan/observation.ts';
import { encryptedKey, isEncryptedKey, openedKey } from '../x509/encrypted-key.ts';
import { sha256 } from '../x509/public-key.ts';
import type { Secrets } from './secrets.ts';

/** Whose key it is, as far as that matters. */
export type Locked = Pick<Entity, 'passphrase' | 'previousPassphrase'>;

/** The bytes of a key file, plain; or why they stay closed. */
export type Opened =
  /** As it is in the file. */
  | { readonly state: 'plain'; readonly pem: Buffer }
  | { readonly state: 'opened'; readonly pem: Buffer; readonly by: Extract<KeyLock, 'stated' | 'previous'> }
  | { readonly state: 'closed'; readonly why: KeyClosure };

const SOURCES = [
  ['stated', 'passphrase'],
  ['previous', 'previousPassphrase'],
] as const;

/** Remembers what it has opened and closed. */
export class Keyring {
  readonly #secrets: Secrets | undefined;
  /** By passphrase and digest of the file. */
  readonly #known = new Map<string, Buffer | null>();

  /** @param secrets absent: what is closed stays so. */
  constructor(secrets?: Secrets) {
    this.#secrets = secrets;
  }

  /** Never throws for what is in a file: what is no key is plain. */
  open(of: Locked, bytes: Buffer): Opened {
    if (!isEncryptedKey(bytes)) return { state: 'plain', pem: bytes };
    let lacks: KeyClosure | undefined;
    for (const [by, setting] of SOURCES) {
      const source = of[setting];
      if (source === undefined) continue;
      const secret = this.#secrets?.read(source) ?? { ok: false, fault: { kind: 'waits' } };
      if (!secret.ok) lacks ??= { kind: 'no-secret', source, fault: secret.fault };
      else {
        const pem = this.#opened(bytes, secret.value);
        if (pem !== null) return { state: 'opened', pem, by };
      }
    }
    const isStated = SOURCES.some(([, setting]) => of[setting] !== undefined);
    return { state: 'closed', why: lacks ?? { kind: isStated ? 'other' : 'unstated' } };
  }

  /** The same, as it is where it stays closed. */
  plain(of: Locked, bytes: Buffer): Buffer {
    const opened = this.open(of, bytes);
    return opened.state === 'closed' ? bytes : opened.pem;
  }

  /** A key file as an entity is to have it. @param key the plain key, PEM. @throws Error without its passphrase. */
  close({ passphrase }: Locked, key: Buffer): string {
    if (passphrase === undefined) return key.toString('latin1');
    const value = this.#passphrase(passphrase);
    const pkcs8 = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' });
    const text = encryptedKey(pkcs8, value, randomBytes);
    this.#known.set(nameOf(Buffer.from(text), value), key);
    return text;
  }

  #passphrase(source: SecretSource): string {
    const secret = this.#secrets?.read(source);
    if (secret?.ok !== true) throw new Error('Internal error: no passphrase was asked for');
    return secret.value;
  }

  #opened(bytes: Buffer, passphrase: string): Buffer | null {
    const name = nameOf(bytes, passphrase);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const pem = openedKey(bytes, passphrase);
    this.#known.set(name, pem);
    return pem;
  }
}

function nameOf(bytes: Buffer, passphrase: string): string {
  return `${sha256(bytes)} ${passphrase}`;
}
