/** What each side of a case brings along, as TLS settings; made once per combination, for one costs about 1 ms. */
import { constants } from 'node:crypto';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { EntityId } from '../pki/entity.ts';
import { unreachable } from '../pki/entity.ts';
import { type HandshakeCase, readsLists, type TlsVersion } from './case.ts';
import { attempt, type Credentials, credentialsProblem, type Prepared } from './credentials.ts';
import type { PartyProblem, Problem } from './outcome.ts';

/**
 * Security level 2 (112 bits, no SHA-1) is what distributions and Node 24 set; Node 20 alone would take level 1
 * and let RSA-1024 pass. No tickets: nothing here is ever resumed, so they would be made for nothing.
 */
const STRICT = {
  ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=2`,
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const satisfies SecureContextOptions;

const BOTH_VERSIONS = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;

/** Who takes part in a case besides the entities: a CA that no entity trusts. */
type Source = EntityId | typeof FOREIGN;
const FOREIGN = Symbol('the foreign CA');

/** Something for one side, or what speaks against its files. */
type Ready<Value> = Prepared<Value, PartyProblem>;

interface ClientRecipe {
  /** Whose key and certificate the client presents; `null` for none. */
  readonly identity: Source | null;
  /** Whose trust bundle it verifies the server with. */
  readonly trust: Source;
  /** Whether it reads its lists as well. */
  readonly lists: boolean;
}

/** Prepares both sides from the files; a problem with the files is a value, never an exception. */
export class Contexts {
  readonly #credentials: ReadonlyMap<EntityId, Credentials>;
  readonly #foreign: Credentials;
  readonly #checked = new Map<Source, Ready<Credentials>>();
  readonly #clients = new Map<string, Ready<SecureContext>>();

  constructor(credentials: ReadonlyMap<EntityId, Credentials>, foreign: Credentials) {
    this.#credentials = credentials;
    this.#foreign = foreign;
  }

  /**
   * The server speaks both versions, as servers do; each client insists on one. It trusts only its own bundle.
   * @param lists whether it reads those that it has.
   */
  server(id: EntityId, lists = true): Ready<SecureContextOptions> {
    const files = this.#usable(id);
    if (!files.ok) return files;
    const { key, fullchain, ca } = files.value;
    const settings = { ...STRICT, ...BOTH_VERSIONS, key, cert: fullchain, ca };
    return { ok: true, value: { ...settings, ...(lists ? listsOf(files.value) : {}) } };
  }

  /** Whether the entity has lists to read. */
  hasLists(id: EntityId): boolean {
    return this.#credentials.get(id)?.crl !== undefined;
  }

  client(tried: HandshakeCase): Ready<SecureContext> {
    const recipe = clientRecipe(tried);
    const key = [recipe.identity, recipe.trust, recipe.lists, tried.version].map(String).join(' ');
    const known = this.#clients.get(key) ?? this.#makeClient(recipe, tried.version);
    this.#clients.set(key, known);
    return known;
  }

  #makeClient({ identity, trust, lists }: ClientRecipe, version: TlsVersion): Ready<SecureContext> {
    const truster = this.#usable(trust);
    if (!truster.ok) return truster;
    const { ca } = truster.value;
    const read = lists ? listsOf(truster.value) : {};
    const base = { ...STRICT, ca, ...read, minVersion: version, maxVersion: version };
    if (identity === null) return created(trust, base);
    const bearer = this.#usable(identity);
    if (!bearer.ok) return bearer;
    return created(identity, { ...base, key: bearer.value.key, cert: bearer.value.fullchain });
  }

  #usable(source: Source): Ready<Credentials> {
    const known = this.#checked.get(source) ?? this.#check(source);
    this.#checked.set(source, known);
    return known;
  }

  #check(source: Source): Ready<Credentials> {
    const files = source === FOREIGN ? this.#foreign : this.#credentials.get(source);
    if (files === undefined) return failed(source, { fault: 'no-files', code: 'NO_CREDENTIALS' });
    const found = credentialsProblem(files);
    return found === undefined ? { ok: true, value: files } : failed(source, found);
  }
}

/** Everything is as it should be but the one thing that the case is about. */
function clientRecipe(tried: HandshakeCase): ClientRecipe {
  const { check, client, server } = tried;
  const honest = client ?? server;
  const lists = readsLists(tried);
  switch (check) {
    case 'pair':
    case 'name':
    case 'wrong-name':
    case 'revoked':
      return { identity: honest, trust: honest, lists };
    case 'no-client-certificate':
      return { identity: null, trust: honest, lists };
    case 'foreign-client':
      return { identity: FOREIGN, trust: honest, lists };
    case 'other-root':
      return { identity: honest, trust: FOREIGN, lists };
    default:
      return unreachable(check);
  }
}

const LIST = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g;

/** Of one text Node reads the first list alone; with any, it checks whole chains (X509_V_FLAG_CRL_CHECK_ALL). */
function listsOf({ crl }: Credentials): Pick<SecureContextOptions, 'crl'> {
  return crl === undefined ? {} : { crl: crl.match(LIST) ?? [] };
}

function created(source: Source, options: SecureContextOptions): Ready<SecureContext> {
  const context = attempt('unloadable', () => createSecureContext(options));
  return context.ok ? context : failed(source, context.problem);
}

function failed(source: Source, problem: Problem): { ok: false; problem: PartyProblem } {
  return { ok: false, problem: { party: source === FOREIGN ? null : source, ...problem } };
}
