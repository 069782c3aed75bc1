/**
 * The cases of the proof, from the manifest alone: every server × every client in both TLS versions, every name of
 * every server, and four refusals per server. Pure: nothing here knows what is on disk or what TLS will say.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import {
  type HandshakeCase,
  type HandshakePlan,
  REFUSALS,
  type Refusal,
  type Side,
  type SkipCause,
  type SkippedCheck,
  TLS_VERSIONS,
  type TlsVersion,
} from './case.ts';
import { acceptCase, refuseCase } from './case-id.ts';
import { checkableNames, isKnownByUri, wrongName } from './names.ts';
import { isKeyHere, type Party, parties, refusers, spoken, takesPart, trusts } from './party.ts';
import { type Revocation, revokedCases } from './revoked-cases.ts';

/** Which of all cases are wanted. */
export interface CaseOptions {
  /** The TLS versions to try; both by default. */
  readonly versions?: readonly TlsVersion[];
  /** Only pairs in which one of these takes part, and the refusals of those that are servers; all by default. */
  readonly touched?: ReadonlySet<EntityId>;
  /** Absent: nothing is revoked, or no one reads lists. */
  readonly revocation?: Revocation;
}

type Pair = { readonly client: Party; readonly by: readonly Side[] };

/** Everything to be tried for this manifest, grouped by server in manifest order. */
export function handshakeCases(entities: readonly Entity[], options: CaseOptions = {}): HandshakePlan {
  const versions = options.versions ?? TLS_VERSIONS;
  const servers = parties(entities, 'server');
  const clients = parties(entities, 'client');
  const { touched } = options;
  const plans = servers.map((server) =>
    touched === undefined || touched.has(server.entity.id)
      ? serverCases(server, clients, versions)
      : untouchedCases(server, clients, touched, versions),
  );
  const refused = revokedCases(servers, clients, options.revocation, versions);
  const skipped = [
    ...plans.flatMap((plan) => plan.skipped),
    ...absent(entities, touched),
    ...refused.skipped,
  ];
  return { cases: [...plans.flatMap(({ cases }) => cases), ...refused.cases], skipped };
}

/** Those that would take part, and whose keys are elsewhere. */
function absent(entities: readonly Entity[], touched: CaseOptions['touched']): readonly SkippedCheck[] {
  return entities
    .filter((entity) => takesPart(entity, 'server') || takesPart(entity, 'client'))
    .filter((entity) => !isKeyHere(entity) && (touched?.has(entity.id) ?? true))
    .map(({ id, token }) => ({
      server: id,
      check: 'pair',
      cause: { kind: token === undefined ? 'key-elsewhere' : 'key-on-token' },
    }));
}

/** How many pairs of a server and a client there are. */
export function pairCount(entities: readonly Entity[]): number {
  const count = (...kinds: readonly Entity['kind'][]): number =>
    entities.filter(({ kind }) => kinds.includes(kind)).length;
  // A peer does not meet itself.
  return count('server', 'peer') * count('client', 'peer') - count('peer');
}

/** A server that stayed as it was, with those clients that did not: it is none of these itself. */
function untouchedCases(
  server: Party,
  clients: readonly Party[],
  touched: ReadonlySet<EntityId>,
  versions: readonly TlsVersion[],
): HandshakePlan {
  const pairs = clients
    .filter(({ entity }) => touched.has(entity.id))
    .map((client): Pair => ({ client, by: refusers(server, client) }));
  return { cases: pairCases(server, pairs, checkableNames(server.entity), versions), skipped: [] };
}

function serverCases(
  server: Party,
  clients: readonly Party[],
  versions: readonly TlsVersion[],
): HandshakePlan {
  const pairs = clients
    .filter(({ entity }) => entity.id !== server.entity.id)
    .map((client): Pair => ({ client, by: refusers(server, client) }));
  const honest = pairs.find(({ by }) => by.length === 0)?.client;
  const names = checkableNames(server.entity);
  const met = pairCases(server, pairs, names, versions);
  const refusals = REFUSALS.map((check) => refusalCases(server, honest, check, names, versions));
  return {
    cases: [
      ...met,
      ...leftOverNames(server, honest, met, names, versions),
      ...refusals.flatMap((r) => r.cases),
    ],
    skipped: [...skippedNames(server, honest, names), ...refusals.flatMap(({ skipped }) => skipped)],
  };
}

/** Names are dealt round-robin over the pairs that connect; a pair that is refused gets the first one. */
function pairCases(
  server: Party,
  pairs: readonly Pair[],
  names: readonly string[],
  versions: readonly TlsVersion[],
): readonly HandshakeCase[] {
  let dealt = 0;
  return pairs.flatMap(({ client, by }) =>
    spoken(versions, server, client).map((version): HandshakeCase => {
      const next = by.length === 0 ? dealt++ : 0;
      const base = { server: server.entity.id, client: client.entity.id, version, check: 'pair' } as const;
      const serverName = names[next % names.length] ?? null;
      if (by.length === 0) return acceptCase({ ...base, serverName });
      return refuseCase({ ...base, serverName, by });
    }),
  );
}

/** Names that no pair was left for. */
function leftOverNames(
  server: Party,
  honest: Party | undefined,
  met: readonly HandshakeCase[],
  names: readonly string[],
  versions: readonly TlsVersion[],
): readonly HandshakeCase[] {
  const version = spoken(versions, server, honest).at(-1);
  if (honest === undefined || version === undefined) return [];
  const accepts = met.filter(({ expect }) => expect === 'accept').length;
  return names
    .slice(accepts)
    .map((serverName) =>
      acceptCase({ server: server.entity.id, client: honest.entity.id, version, check: 'name', serverName }),
    );
}

function skippedNames(
  server: Party,
  honest: Party | undefined,
  names: readonly string[],
): readonly SkippedCheck[] {
  const base = { server: server.entity.id, check: 'name' } as const;
  if (names.length === 0) return [{ ...base, cause: { kind: 'no-name' } }];
  const byUri = isKnownByUri(server.entity) ? [{ ...base, cause: { kind: 'uri-alone' } } as const] : [];
  // A stand-in without a certificate is refused, but has judged the server and its name before.
  if (honest !== undefined || trusts(server, server)) return byUri;
  return [...byUri, { ...base, cause: { kind: 'no-asker', names } }];
}

/** The honest client takes part so that exactly one thing is wrong: the one being checked. */
function refusalCases(
  server: Party,
  honest: Party | undefined,
  check: Refusal,
  names: readonly string[],
  versions: readonly TlsVersion[],
): HandshakePlan {
  const cause = honest === undefined ? whyImpossible(server, check) : undefined;
  if (cause !== undefined) return { cases: [], skipped: [{ server: server.entity.id, check, cause }] };
  const serverName = check === 'wrong-name' ? wrongName(server.entity) : (names[0] ?? null);
  const base = { server: server.entity.id, client: honest?.entity.id ?? null, check, by: [refuser(check)] };
  const able = spoken(versions, server, honest);
  const first = able.map((version) => refuseCase({ ...base, serverName, version }));
  const isOnlyVisitor = honest === undefined && check === 'no-client-certificate';
  const others = isOnlyVisitor ? names.slice(1) : [];
  const last = able.slice(-1);
  const more = others.flatMap((name) =>
    last.map((version) => refuseCase({ ...base, serverName: name, version })),
  );
  return { cases: [...first, ...more], skipped: [] };
}

/**
 * Without a client that connects, the server's own refusals can still be seen by a stand-in that trusts the
 * server's own bundle, as long as that bundle holds the server's own root.
 */
function whyImpossible(server: Party, check: Refusal): SkipCause | undefined {
  if (refuser(check) === 'client') return { kind: 'no-client' };
  return trusts(server, server) ? undefined : { kind: 'own-root-untrusted' };
}

function refuser(check: Refusal): Side {
  return check === 'no-client-certificate' || check === 'foreign-client' ? 'server' : 'client';
}
