/** `openssl verify`: the certificates on disk judged by a program that did not make them (openssl-verify(1)). */
import type { Entity, EntityId } from '../model/entity.ts';
import { issuersAbove } from '../plan/derived.ts';
import type { Command } from './command.ts';
import { publishedPath } from './paths.ts';

export type Purpose = 'sslserver' | 'sslclient' | 'any';

/** Certificates that one call can judge: same issuers, same purpose. */
export interface VerifyBatch {
  readonly purpose: Purpose;
  readonly entities: readonly EntityId[];
  readonly command: Command;
}

/** Arguments are limited (128 KiB for one, 2 MiB in all on Linux), so long lists are cut. */
const BATCH = 500;

export function verifyBatches(entities: readonly Entity[]): readonly VerifyBatch[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const groups = new Map<string, { issuers: readonly EntityId[]; purpose: Purpose; ids: EntityId[] }>();
  for (const entity of entities) {
    const issuers = issuersAbove(entity, byId).map(({ id }) => id);
    for (const purpose of purposesOf(entity)) {
      const name = [purpose, ...(issuers.length === 0 ? [entity.id] : issuers)].join(' ');
      const group = groups.get(name) ?? {
        issuers: issuers.length === 0 ? [entity.id] : issuers,
        purpose,
        ids: [],
      };
      groups.set(name, group);
      group.ids.push(entity.id);
    }
  }
  return [...groups.values()].flatMap(({ issuers, purpose, ids }) =>
    chunks(ids).map((some) => ({ purpose, entities: some, command: verifyCommand(issuers, purpose, some) })),
  );
}

function purposesOf(entity: Entity): readonly Purpose[] {
  switch (entity.kind) {
    case 'authority':
      return ['any'];
    case 'server':
      return ['sslserver'];
    case 'client':
      return ['sslclient'];
    case 'peer':
      return ['sslserver', 'sslclient'];
  }
}

/** Only the root is trusted, so a missing or wrong intermediate cannot hide. `-x509_strict`: RFC 5280's musts. */
export function verifyCommand(
  issuers: readonly EntityId[],
  purpose: Purpose,
  ids: readonly EntityId[],
): Command {
  const certificate = (id: EntityId): string => publishedPath(id, 'cert');
  const root = issuers.slice(-1).flatMap((id) => ['-CAfile', certificate(id)]);
  const between = issuers.slice(0, -1).flatMap((id) => ['-untrusted', certificate(id)]);
  const args = ['verify', '-x509_strict', '-purpose', purpose, ...root, ...between, ...ids.map(certificate)];
  return { args, input: null };
}

/** The files that `openssl verify` found good, from its standard output. */
export function verifiedFiles(stdout: string): ReadonlySet<string> {
  return new Set(stdout.split('\n').flatMap((line) => /^(.*): OK$/.exec(line)?.[1] ?? []));
}

/** Its complaint about one file: `error 20 at 0 depth lookup: unable to get local issuer certificate`. */
export function verifyComplaint(stderr: string): string {
  const lines = stderr
    .split('\n')
    .flatMap((line) => /error \d+ at \d+ depth lookup: .*/.exec(line)?.[0] ?? []);
  return lines[0] ?? stderr.trim().split('\n').at(-1) ?? '';
}

function chunks(ids: readonly EntityId[]): readonly (readonly EntityId[])[] {
  return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, i) =>
    ids.slice(i * BATCH, (i + 1) * BATCH),
  );
}
