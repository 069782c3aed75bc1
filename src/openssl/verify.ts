/** `openssl verify`: the certificates on disk judged by a program that did not make them (openssl-verify(1)). */
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath, type Located } from '../pki/files.ts';
import { aboveThrough, type ById, byIdOf, issuersAbove } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { hasCriticalPrivate } from '../pki/private-extension.ts';
import type { Command } from './command.ts';

/** Values of `-purpose`: TLS servers and clients, what openssl knows beside TLS, and `any` for the rest. */
export type Purpose = 'sslserver' | 'sslclient' | 'smimesign' | 'timestampsign' | 'ocsphelper' | 'any';

/** Certificates that one call can judge: same issuers, same purpose. */
export interface VerifyBatch {
  readonly purpose: Purpose;
  /** The bridge that its chain leads through, as for those who trust only the root above that. Absent: its own line. */
  readonly through?: EntityId;
  readonly entities: readonly Entity[];
  readonly command: Command;
}

/** Arguments are limited (128 KiB for one, 2 MiB in all on Linux), so long lists are cut. */
const BATCH = 500;

/**
 * @param wanted which of the entities to judge; all of them are needed to find issuers.
 * @param listed authorities whose lists are there: what they signed is looked up in them.
 */
export function verifyBatches(
  entities: readonly Entity[],
  wanted: (entity: Entity) => boolean = () => true,
  listed: readonly EntityId[] = [],
): readonly VerifyBatch[] {
  const byId = byIdOf(entities);
  const lists = new Set(listed);
  const bridges = entities.flatMap((bridge) => {
    const of = bridgedBy(bridge);
    return of === null ? [] : [{ of, id: bridge.id }];
  });
  const groups = new Map<string, Group>();
  for (const entity of entities.filter((one) => one.keyPlace?.kind !== 'anchor' && wanted(one))) {
    for (const line of linesOf(entity, byId, bridges)) {
      for (const purpose of purposesOf(entity)) {
        // What stands behind a certificate from elsewhere is no help for another one, nor what one of them may have.
        const own = entity.elsewhere || hasCriticalPrivate(entity) ? [entity.id] : [];
        const name = [purpose, ...own, ...line.issuers.map(({ id }) => id)].join(' ');
        const group = groups.get(name) ?? { ...line, purpose, judged: [] };
        groups.set(name, group);
        group.judged.push(entity);
      }
    }
  }
  return [...groups.values()].flatMap(({ issuers, purpose, judged, ...through }) =>
    chunks(judged).map((some) => ({
      purpose,
      ...through,
      entities: some,
      command: verifyCommand(issuers, purpose, some, listArgs(issuers, lists)),
    })),
  );
}

/** The authorities of one chain. */
interface Line {
  readonly issuers: readonly Entity[];
  readonly through?: EntityId;
}

interface Group extends Line {
  readonly purpose: Purpose;
  readonly judged: Entity[];
}

/** Its own, and one through each bridge of an authority above it. */
function linesOf(
  entity: Entity,
  byId: ById,
  bridges: readonly { readonly of: EntityId; readonly id: EntityId }[],
): readonly Line[] {
  const above = issuersAbove(entity, byId);
  const others = bridges.filter(({ of }) => above.some(({ id }) => id === of));
  return [
    { issuers: above.length === 0 ? [entity] : above },
    ...others.map(({ id }) => ({ through: id, issuers: aboveThrough(entity, id, byId) })),
  ];
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
    case 'certificate':
      return statedPurposes(entity);
  }
}

/** openssl 3.0 has none for code signing. */
const BY_USAGE: Readonly<Record<string, Purpose>> = {
  serverAuth: 'sslserver',
  clientAuth: 'sslclient',
  emailProtection: 'smimesign',
  timeStamping: 'timestampsign',
  OCSPSigning: 'ocsphelper',
};

function statedPurposes({ extendedKeyUsage = [], keyUsage }: Entity): readonly Purpose[] {
  const found = extendedKeyUsage.flatMap((usage) => BY_USAGE[usage] ?? []);
  // a key that only enciphers signs no mail and does no handshake
  const signs = keyUsage?.includes('digitalSignature') ?? true;
  return found.length === 0 || !signs ? ['any'] : found;
}

/** Everything but what openssl does not know: for those who ask for an extension that only its readers know. */
export const IGNORE_CRITICAL: readonly string[] = ['-ignore_critical'];

/**
 * Only the root is trusted, so a missing or wrong intermediate cannot hide. `-x509_strict`: what RFC 5280 requires;
 * `-policy_check`: policies, and any of them: without `-policy`, openssl wants none where a chain demands one, though
 * RFC 5280 §6.1.1 (c) begins with any (openssl quirk). A root of others may be older than RFC 5280, and verifiers take it as
 * it is: what they issue is judged by the contract (plan/contract.ts), and here without `-x509_strict`, in one call each.
 */
export function verifyCommand(
  issuers: readonly Entity[],
  purpose: Purpose,
  judged: readonly Entity[],
  lists: readonly string[] = [],
): Command {
  const root = issuers.slice(-1).flatMap((issuer) => ['-CAfile', certificateArg(issuer)]);
  const between = issuers.slice(0, -1).flatMap((issuer) => ['-untrusted', certificateArg(issuer)]);
  const [first] = judged;
  const args = [
    'verify',
    ...(first?.elsewhere ? ['-untrusted', certificateArg(first)] : ['-x509_strict']),
    '-policy_check',
    '-policy',
    'anyPolicy',
    ...(judged.some(hasCriticalPrivate) ? IGNORE_CRITICAL : []),
    '-purpose',
    purpose,
    ...root,
    ...between,
    ...lists,
    ...judged.map(certificateArg),
  ];
  return { args, input: null };
}

/** By the caller's clock instead of openssl's own. @param args of `verify`. @param now seconds since 1970. */
export function judgedAt(args: readonly string[], now: number): readonly string[] {
  return [...args.slice(0, 1), '-attime', String(now), ...args.slice(1)];
}

/**
 * The lists of a whole chain, or that of the issuer alone: `-crl_check_all` wants one of every authority
 * (openssl-verification-options(1)).
 */
export function listArgs(issuers: readonly Entity[], listed: ReadonlySet<EntityId>): readonly string[] {
  const [nearest] = issuers;
  if (nearest === undefined || !listed.has(nearest.id)) return [];
  const isWhole = issuers.every(({ id }) => listed.has(id));
  const files = (isWhole ? issuers : [nearest]).flatMap((issuer) => ['-CRLfile', fileArg(issuer, 'crl')]);
  return [isWhole ? '-crl_check_all' : '-crl_check', ...files];
}

/** A file name that openssl cannot mistake for an option. */
export function certificateArg(entity: Located): string {
  return fileArg(entity, 'cert');
}

function fileArg(entity: Located, file: 'cert' | 'crl'): string {
  const path = filePath(entity, file);
  return path.startsWith('-') ? `./${path}` : path;
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

function chunks(ids: readonly Entity[]): readonly (readonly Entity[])[] {
  return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, i) =>
    ids.slice(i * BATCH, (i + 1) * BATCH),
  );
}
