/**
 * The engine that is this process: keys and signatures by node's own OpenSSL, on its threads, around DER of our own. A
 * leaf takes a fraction of a millisecond, where two processes of openssl take ten.
 */
import { availableParallelism } from 'node:os';
import { lookUp } from '../openssl/key-path.ts';
import { modeOf } from '../pki/artifact.ts';
import type { EngineName } from '../pki/engine.ts';
import { type Entity, type EntityId, unreachable } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { isMlDsa, type KeySpec, keySpecText, rsaSize } from '../pki/key-spec.ts';
import type { StagedFile } from '../pki/paths.ts';
import { type EngineMake, generationOf, type KeySource, type Signer, type SigningKey } from '../plan/make.ts';
import { canSign, unsignedCertificate, unsignedRequest } from '../plan/unsigned.ts';
import { unsignedList } from '../plan/unsigned-list.ts';
import { Keyring } from '../store/keyring.ts';
import { StepError } from '../store/step-error.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { parseCertificate, requestDer } from '../x509/parse.ts';
import { LIST_LABEL, pemText } from '../x509/pem.ts';
import { requestSpki } from '../x509/request.ts';
import type { Engine, StagedFiles } from './engine.ts';
import { keyText, makeKey, type PrivateKey, readKey } from './node-key.ts';
import { newSerial, type SigningToken, signed } from './node-sign.ts';
import { publicKeyFor } from './public-key.ts';
import { Turns } from './turns.ts';

/** A certificate and the key that belongs to it. */
interface Authority {
  readonly cert: CertificateFacts;
  readonly key: PrivateKey | SigningToken;
}

/** Bits of an RSA key that is made in a second even by OpenSSL 3.0. */
const LONGEST_RSA = 3072;

/** The threads that libuv has for asynchronous work, unless its variable says otherwise. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);

/** Makes in staging folders, without a process. */
export class NodeEngine implements Engine {
  readonly atOnce = 16;
  readonly #byId: ById;
  readonly #files: StagedFiles;
  readonly #keyring: Keyring;
  readonly #tokens: (of: Entity) => SigningToken;
  readonly #primes = new Turns(availableParallelism());
  /** Loading a key costs ten times as much as signing with it, and an authority signs thousands of times. */
  readonly #authorities = new Map<string, Authority>();

  /** @param keyring opens and closes keys that are under a passphrase. @param tokens has the others. */
  constructor(
    byId: ById,
    files: StagedFiles,
    keyring = new Keyring(),
    tokens: (of: Entity) => SigningToken = () => {
      throw new Error('Internal error: no token was asked for');
    },
  ) {
    this.#tokens = tokens;
    this.#keyring = keyring;
    this.#byId = byId;
    this.#files = files;
  }

  /**
   * RSA keys that take seconds are left to a process, which can be killed; a thread cannot, and exit would wait for it.
   */
  suits(make: EngineMake): boolean {
    if (this.#takesMlDsa(make)) return false;
    switch (make.op) {
      case 'request':
        return !make.key.isNew || this.#isQuick(this.#entity(make.of).key);
      case 'sign':
        return make.signedWith === undefined || canSign(make.signedWith);
      case 'public':
      case 'crl':
        return true;
      case 'convert':
        return false;
      default:
        return unreachable(make);
    }
  }

  async perform(make: EngineMake): Promise<EngineName> {
    switch (make.op) {
      case 'request':
        await this.#request(make);
        break;
      case 'sign':
        await this.#sign(make);
        break;
      case 'public':
        this.#write(make.of, 'public', pemText('PUBLIC KEY', this.#publicOf(make, make.key)));
        break;
      case 'crl':
        await this.#list(make);
        break;
      case 'convert':
        throw new Error('Internal error: conversions are for openssl');
      default:
        unreachable(make);
    }
    return 'node';
  }

  async close(): Promise<void> {
    this.#authorities.clear();
  }

  async #request(make: Extract<EngineMake, { op: 'request' }>): Promise<void> {
    const { of, key: source, name } = make;
    const entity = this.#entity(of);
    const made = source.isNew ? await this.#make(entity.key) : null;
    // The key goes first: a request without it is worth nothing.
    if (made !== null) this.#write(of, 'key', this.#keyring.close(entity, Buffer.from(keyText(made))));
    const key = made ?? this.#keyOf(make, source);
    const request = await signed(unsignedRequest(entity, name, key.spki), key);
    this.#write(of, 'csr', pemText('CERTIFICATE REQUEST', request));
  }

  async #sign(make: Extract<EngineMake, { op: 'sign' }>): Promise<void> {
    const { of, by, signedWith, issuance, to } = make;
    const signer = by.kind === 'self' ? of : by.id;
    const { cert, key } =
      by.kind === 'self' ? { cert: null, key: this.#keyOf(make, by.key) } : this.#authority(make, by);
    if (cert !== null && keyIdentifierOf(cert) === null) throw new StepError({ kind: 'unidentified-issuer' });
    const unsigned = unsignedCertificate(this.#entity(of), {
      issuance,
      issuer: cert,
      signedWith: signedWith ?? keySpecText(this.#entity(signer).key),
      spki: make.key
        ? publicKeyFor(make, make.key, this.#files)
        : requestSpki(requestDer(this.#files.read(of, 'csr'))),
      serial: newSerial(),
    });
    this.#write(of, to, pemText('CERTIFICATE', await signed(unsigned, key)));
  }

  async #list(make: Extract<EngineMake, { op: 'crl' }>): Promise<void> {
    const { of, isNewCertificate, list, signedWith, to } = make;
    const authority = this.#entity(of);
    if (authority.kind !== 'authority') throw new Error(`Internal error: ${of} makes no list`);
    const files = this.#files;
    const cert = parseCertificate(
      isNewCertificate ? files.read(of, 'cert') : files.readCopy(of, 'cert', generationOf(make)),
    );
    if (keyIdentifierOf(cert) === null) throw new StepError({ kind: 'unidentified-issuer' });
    const unsigned = unsignedList(authority, list, cert, signedWith);
    this.#write(of, to, pemText(LIST_LABEL, await signed(unsigned, this.#keyOf(make, make.key))));
  }

  #authority(make: EngineMake, { id, key }: Extract<Signer, { kind: 'authority' }>): Authority {
    const generation = generationOf(make);
    const name = `${generation} ${id}`;
    const known = this.#authorities.get(name);
    if (known !== undefined) return known;
    const cert = parseCertificate(this.#files.readCopy(id, 'cert', generation));
    const loaded = { cert, key: this.#keyOf(make, key) };
    this.#authorities.set(name, loaded);
    return loaded;
  }

  /** Node has no such keys before version 24. One that is given is only written down. */
  #takesMlDsa(make: EngineMake): boolean {
    if (make.op === 'convert') return false;
    const key = make.op === 'sign' ? make.by.key : make.key;
    const kind = key.kind === 'file' ? keySpecText(this.#entity(key.of).key) : '';
    return isMlDsa(kind) || (make.op === 'sign' && isMlDsa(make.signedWith ?? kind));
  }

  #isQuick(key: KeySpec): boolean {
    const size = rsaSize(key);
    return size === null || (size <= LONGEST_RSA && availableParallelism() <= THREADS);
  }

  /** Finding primes leaves threads free for work on the disk. */
  #make(spec: KeySpec): Promise<PrivateKey> {
    return rsaSize(spec) !== null ? this.#primes.take(() => makeKey(spec)) : makeKey(spec);
  }

  #keyOf(make: EngineMake, { kind, of, isNew }: SigningKey): PrivateKey | SigningToken {
    if (kind === 'token') return this.#tokens(this.#entity(of));
    const files = this.#files;
    const bytes = isNew ? files.read(of, 'key') : files.readCopy(of, 'key', generationOf(make));
    return readKey(this.#keyring.plain(this.#entity(of), bytes));
  }

  #publicOf(make: EngineMake, key: KeySource): Uint8Array {
    return key.kind === 'given' ? Buffer.from(key.spki, 'hex') : this.#keyOf(make, key).spki;
  }

  #write(of: EntityId, file: StagedFile, text: string): void {
    this.#files.write(of, file, text, modeOf(file === 'cross' || file === 'former-crl' ? 'cert' : file));
  }

  #entity(id: EntityId): Entity {
    return lookUp(this.#byId, id);
  }
}
