/** The cases of the proof in which one side is revoked: the other refuses it, where it reads the lists. */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { HandshakePlan, Side, TlsVersion } from './case.ts';
import { refuseCase } from './case-id.ts';
import { checkableNames } from './names.ts';
import { type Party, parties, refusers, spoken } from './party.ts';

/** What is revoked, with all that is needed to find its root, and who reads the lists that say so. */
export interface Revocation {
  readonly revoked: readonly Entity[];
  readonly all: readonly Entity[];
  readonly readers: ReadonlySet<EntityId>;
}

/** So many handshakes with what is revoked are tried: openssl judges all of it anyway. */
const REVOKED = 500;

/** What reads lists refuses what they hold, and would let it in otherwise. */
export function revokedCases(
  servers: readonly Party[],
  clients: readonly Party[],
  revocation: Revocation | undefined,
  versions: readonly TlsVersion[],
): HandshakePlan {
  if (revocation === undefined) return { cases: [], skipped: [] };
  const { revoked, all, readers } = revocation;
  const reads = ({ entity }: Party): boolean => readers.has(entity.id);
  const gone = (role: Side): readonly Party[] => parties(revoked, role, all);
  const pairs = [
    ...servers.filter(reads).flatMap((server) => meet([server], gone('client'), 'server')),
    ...gone('server').flatMap((server) => meet([server], clients.filter(reads), 'client')),
  ];
  if (pairs.length > REVOKED) {
    const many = revoked.map(
      ({ id }) => ({ server: id, check: 'revoked', cause: { kind: 'too-many' } }) as const,
    );
    return { cases: [], skipped: many };
  }
  const cases = pairs.flatMap(({ server, client, by }) =>
    spoken(versions, server, client).map((version) => {
      const [serverName = null] = checkableNames(server.entity);
      const ends = { server: server.entity.id, client: client.entity.id };
      return refuseCase({ ...ends, version, check: 'revoked', serverName, by: [by] });
    }),
  );
  return { cases, skipped: [] };
}

/** Those that trust each other's roots. */
function meet(servers: readonly Party[], clients: readonly Party[], by: Side) {
  return servers.flatMap((server) =>
    clients
      .filter((client) => refusers(server, client).length === 0)
      .map((client) => ({ server, client, by })),
  );
}
