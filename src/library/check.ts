/** Asking a server that runs what it serves, and comparing that with the files. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { opensslBinary } from '../engine/binary.ts';
import { opensslIn } from '../engine/openssl-call.ts';
import { makeForeign } from '../handshake/foreign.ts';
import type { Presented, Served, Target } from '../live/attempt.ts';
import { isRoot } from '../live/chain.ts';
import type { Endpoint } from '../live/endpoint.ts';
import { type Checked, type Expectation, judged, servedOf } from '../live/findings.ts';
import type { Starttls } from '../live/starttls.ts';
import { survey } from '../live/survey.ts';
import { dnsNamesOf, isNamed } from '../live/who.ts';
import type { EndEntity, Entity, EntityId } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { readCredentials } from '../store/observe/credentials.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { UserError } from '../store/user-error.ts';
import { certificateBlocks } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { sha256 } from '../x509/public-key.ts';
import { credentialsNow } from './credentials.ts';
import { history } from './plan.ts';
import { clock, type Project } from './project.ts';

/** Whom the server is to be, whom it is to let in, and how to reach it. */
export interface CheckOptions {
  /** A server or peer; by default the only one that has a certificate for the name. */
  readonly as?: EntityId;
  /** A client or peer that should be let in, and without whose certificate no other should. */
  readonly with?: EntityId;
  /** The name to ask for and to find in the certificate; by default the host. */
  readonly name?: string;
  readonly starttls?: Starttls;
  /** Milliseconds for each connection; ten seconds by default. */
  readonly timeout?: number;
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

const TIMEOUT = 10_000;

/**
 * Makes a few TLS connections and compares what is served. Sends no data.
 * @param project without one, the server is judged as any client on the public internet would.
 * @throws UserError where an entity is not in the manifest or has no files.
 */
export async function check(
  endpoint: Endpoint,
  project: Project | null,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const { timeout = TIMEOUT, signal = new AbortController().signal, starttls = null } = options;
  const asked = project === null || options.as === undefined ? null : leafOf(project, options.as);
  const client = options.with ?? null;
  const name = options.name ?? nameFor(endpoint, asked);
  const target: Target = { endpoint, starttls, serverName: name, timeout, signal };
  const known = project === null || client === null ? null : credentialsNow(project, client);
  const foreign = known === null ? null : await foreignClient(signal);
  const seen = await survey(target, { known, foreign });
  signal.throwIfAborted();
  const server = project === null ? null : (asked ?? (await servedBy(project, servedOf(seen), name)));
  const expectation: Expectation = {
    serverName: name,
    server:
      project === null || server === null ? null : { id: server.id, cert: certificateOf(project, server) },
    client,
    roots: project === null ? rootCertificates : rootsOf(project),
    decidesAbove: starttls !== null,
    now: clock(),
  };
  return {
    ...judged(seen, expectation),
    endpoint,
    name,
    server: server?.id ?? null,
    client,
    trust: project === null ? 'public' : 'manifest',
  };
}

function leafOf({ inventory }: Project, id: EntityId): EndEntity {
  const leaf = inventory.entities.find((entity) => entity.kind !== 'authority' && entity.id === id);
  if (leaf === undefined || leaf.kind === 'authority')
    throw new UserError({ kind: 'no-such-leaf', name: id, ids: [] });
  return leaf;
}

/** Whose certificate is served, now or before; otherwise the only one that should be asked for by that name. */
async function servedBy(project: Project, served: Served | null, name: string): Promise<EndEntity | null> {
  const leaves = project.inventory.entities.filter((one) => one.kind !== 'authority');
  const servers = leaves.filter(({ kind }) => kind === 'server' || kind === 'peer');
  const [leaf] = served?.chain ?? [];
  const fingerprint = leaf === undefined ? null : sha256(leaf);
  const issued = (await history(project)).find((entry) => entry.fingerprint === fingerprint);
  const named = servers.filter((entity) => isNamed(entity, name));
  return (
    servers.find((entity) => fingerprint !== null && fingerprint === onDisk(project, entity)) ??
    servers.find(({ id }) => id === issued?.entity) ??
    (named.length === 1 ? (named[0] ?? null) : null)
  );
}

/** Which certificate an entity has: its fingerprint. */
function onDisk({ root }: Project, entity: EndEntity): string | null {
  const file = readPublished(root, entity, 'cert');
  const [der] = file.state === 'present' ? certificateBlocks(file.facts) : [];
  return der === undefined ? null : sha256(der);
}

/** An address that is in no certificate is one of a server that is asked by name, by those who will use it. */
function nameFor({ host }: Endpoint, server: EndEntity | null): string {
  if (server === null || isNamed(server, host)) return host;
  return dnsNamesOf(server)[0] ?? host;
}

async function foreignClient(signal: AbortSignal): Promise<Presented> {
  const binary = opensslBinary(process.env);
  const { key, fullchain } = await makeForeign(async ({ args, input, cwd }) => ({
    stdout: await opensslIn(cwd, binary, { signal }).run({ args, input }),
  }));
  return { key, cert: fullchain };
}

function certificateOf({ root, inventory }: Project, entity: Entity): string {
  const files = readCredentials(root, entity, byIdOf(inventory.entities));
  if (files === undefined) throw new UserError({ kind: 'no-credentials', entity: entity.id });
  return files.fullchain;
}

/** Every root of the manifest that is there, with what a rollover still trusts. */
function rootsOf({ root, inventory }: Project): readonly string[] {
  const roots = inventory.entities.filter(({ kind, issuer }) => kind === 'authority' && issuer === null);
  return roots.flatMap((entity) =>
    (['cert', 'previous'] as const).flatMap((artifact) => {
      const file = readPublished(root, entity, artifact);
      const blocks = file.state === 'present' ? certificateBlocks(file.facts) : [];
      const roots = blocks.filter((der) => isRoot(new X509Certificate(der)));
      return roots.map((der) => pemText('CERTIFICATE', der));
    }),
  );
}
