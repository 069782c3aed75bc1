/** What a server that runs serves, compared with the files of an inventory. */
import { rootCertificates } from 'node:tls';
import type { Served, Target } from '../live/attempt.ts';
import { type Checked, type Expectation, judged, type Problem, servedOf } from '../live/findings.ts';
import { survey } from '../live/survey.ts';
import { dnsNamesOf, isNamed } from '../live/who.ts';
import type { Endpoint } from '../pki/endpoint.ts';
import type { EndEntity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import type { Starttls } from '../pki/starttls.ts';
import { Keyring } from '../store/keyring.ts';
import { readLedger } from '../store/ledger.ts';
import { type CredentialFiles, readCredentials, readRoots } from '../store/observe/credentials.ts';
import { checkOwn } from '../store/own.ts';
import { Secrets } from '../store/secrets.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { UserError } from '../words/user-error.ts';
import { certificateBlocks } from '../x509/parse.ts';
import { sha256 } from '../x509/public-key.ts';
import { foreignClient } from './foreign.ts';

/** Whom the server is to be, whom it is to let in, and how to reach it. */
export interface CheckOptions {
  /** A server or peer; by default the one whose certificate is served, or the only one that has one for the name. */
  readonly as?: EntityId;
  /** A client or peer that should be let in, and without whose certificate no other should. */
  readonly with?: EntityId;
  /** The name to ask for and to find in the certificate; by default the host. */
  readonly name?: string;
  readonly starttls?: Starttls;
  /** Milliseconds for each connection; ten seconds by default. */
  readonly timeout?: number;
  /** Where there are no files of `as`, that is a problem of the server, and no error. */
  readonly isTolerant?: true;
  readonly signal?: AbortSignal;
}

/** What was found, and as what the server was judged. */
export interface CheckResult extends Checked {
  readonly endpoint: Endpoint;
  /** The name that was asked for. */
  readonly name: string;
  readonly server: EntityId | null;
  readonly client: EntityId | null;
  /** Which roots count: those of the manifest's authorities, or those that come with Node. */
  readonly trust: 'manifest' | 'public';
}

/** What is compared with: entities, and the output folder that has their files, absolute. */
export interface Compared {
  readonly root: string;
  readonly inventory: Inventory;
}

const TIMEOUT = 10_000;

/** @param known `null`: the public roots count. @throws UserError where an entity has no files, or is not known. */
export async function checkServer(
  endpoint: Endpoint,
  known: Compared | null,
  options: CheckOptions & { readonly binary: string; readonly now: number },
): Promise<CheckResult> {
  const { timeout = TIMEOUT, signal = new AbortController().signal, starttls = null, now } = options;
  const asked = known === null || options.as === undefined ? null : leafOf(known, options.as);
  const client = options.with ?? null;
  const name = options.name ?? nameFor(endpoint, asked);
  const target: Target = { endpoint, starttls, serverName: name, timeout, signal };
  const presented = known === null || client === null ? null : filesOf(known, client);
  const stranger = presented === null ? null : await foreignClient(options.binary, signal);
  const seen = await survey(target, {
    known: presented && presentedBy(presented),
    foreign: stranger && presentedBy(stranger),
  });
  signal.throwIfAborted();
  const server = known === null ? null : (asked ?? servedBy(known, servedOf(seen), name));
  const files = known === null || server === null ? undefined : filesIn(known, server.id);
  if (files === undefined && server !== null && options.isTolerant !== true) throw withoutFiles(server.id);
  const expectation: Expectation = {
    serverName: name,
    server: files === undefined || server === null ? null : { id: server.id, cert: files.fullchain },
    client,
    roots: known === null ? rootCertificates : readRoots(known.root, known.inventory.entities),
    decidesAbove: starttls !== null,
    now,
  };
  return {
    ...withProblems(
      judged(seen, expectation),
      files === undefined && server !== null ? [{ kind: 'no-files', server: server.id }] : [],
    ),
    endpoint,
    name,
    server: server?.id ?? null,
    client,
    trust: known === null ? 'public' : 'manifest',
  };
}

function presentedBy({ key, fullchain }: CredentialFiles): { readonly key: string; readonly cert: string } {
  return { key, cert: fullchain };
}

function leafOf({ inventory }: Compared, id: EntityId): EndEntity {
  const leaf = leavesOf(inventory).find((entity) => entity.id === id);
  if (leaf === undefined) throw new UserError({ kind: 'no-such-leaf', name: id, ids: [] });
  return leaf;
}

function leavesOf({ entities }: Inventory): readonly EndEntity[] {
  return entities.filter((entity) => entity.kind !== 'authority');
}

function withProblems(checked: Checked, more: readonly Problem[]): Checked {
  return more.length === 0 ? checked : { ...checked, problems: [...more, ...checked.problems], ok: false };
}

function filesOf(known: Compared, id: EntityId): CredentialFiles {
  const files = filesIn(known, id);
  if (files === undefined) throw withoutFiles(id);
  return files;
}

function withoutFiles(entity: EntityId): UserError {
  return new UserError({ kind: 'no-credentials', entity });
}

function filesIn(known: Compared, id: EntityId): CredentialFiles | undefined {
  return readCredentials(
    known.root,
    leafOf(known, id),
    byIdOf(known.inventory.entities),
    new Keyring(new Secrets(known.root, known.inventory)),
  );
}

/** Whose certificate is served, now or before; otherwise the only one that should be asked for by that name. */
function servedBy({ root, inventory }: Compared, served: Served | null, name: string): EndEntity | null {
  const servers = leavesOf(inventory).filter(({ kind }) => kind === 'server' || kind === 'peer');
  const [leaf] = served?.chain ?? [];
  const fingerprint = leaf === undefined ? null : sha256(leaf);
  checkOwn(root);
  const issued = readLedger(root).find((entry) => entry.fingerprint === fingerprint);
  const named = servers.filter((entity) => isNamed(entity, name));
  return (
    servers.find((entity) => fingerprint !== null && fingerprint === onDisk(root, entity)) ??
    servers.find(({ id }) => id === issued?.entity) ??
    (named.length === 1 ? (named[0] ?? null) : null)
  );
}

/** Which certificate an entity has: its fingerprint. */
function onDisk(root: string, entity: EndEntity): string | null {
  const file = readPublished(root, entity, 'cert');
  const [der] = file.state === 'present' ? certificateBlocks(file.facts) : [];
  return der === undefined ? null : sha256(der);
}

/** An address that is in no certificate is one of a server that is asked by name, by those who will use it. */
function nameFor({ host }: Endpoint, server: EndEntity | null): string {
  if (server === null || isNamed(server, host)) return host;
  return dnsNamesOf(server)[0] ?? host;
}
