/**
 * What is known of authorities (plan/known.ts): the ledger's lines about them, and `.pki/authorities.json`, which has what no
 * line is about. That is what they came with when a run first met them, in an adopted folder for one, and what a user
 * agreed to since. It is written before anything is signed with it, so that a crash forgets no yes.
 */
import { compare } from '../../pki/compare.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import type { EntityObservation, KnownAuthorities, KnownAuthority } from '../../plan/observation.ts';
import { UserError } from '../../words/user-error.ts';
import type { Folder } from '../folder.ts';
import { fieldsOf, jsonIn, textsIn } from '../json.ts';
import { authorityEntries, ledgerLines } from '../ledger.ts';
import { readOwn, replaceOwn } from '../own.ts';
import { withFormerKeys } from './former-keys.ts';

const FORMAT = 1;
const FILE = 'authorities.json';

/** Ten thousand authorities. */
const LIMIT = 32 * 1024 * 1024;

/** Lines of the ledger. One that cannot be read, or is not ours to read, proves nothing; it stops no plan either. */
export function readableLines(root: string): readonly string[] {
  return unlessForeign(() => ledgerLines(root)) ?? [];
}

/** @param root the output folder. @param lines those of the ledger. */
export function knownIn(
  root: string,
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
  lines: readonly string[] = readableLines(root),
): KnownAuthorities {
  const known = unlessForeign(() => readKnown(root, lines)) ?? new Map();
  return withFormerKeys(known, root, entities, observed);
}

/** What is not ours to read proves nothing. */
export function unlessForeign<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function readKnown(root: string, lines: readonly string[]): KnownAuthorities {
  const issued = authorityEntries(lines).map(({ entity, keyId, fingerprint }) => {
    return [entity, { keys: new Set([keyId]), certificates: new Set([fingerprint]) }] as const;
  });
  return united([...issued, ...readTakenOver(root)]);
}

/** Adds to what is remembered. @param news what neither the ledger says nor the file. */
export async function saveKnown(
  { root, own }: { readonly root: Folder; readonly own: Folder },
  news: KnownAuthorities,
): Promise<void> {
  if (news.size > 0) await replaceOwn(own, FILE, textOf(united([...readTakenOver(root.path), ...news])));
}

function united(all: Iterable<readonly [EntityId, KnownAuthority]>): KnownAuthorities {
  const known = new Map<EntityId, KnownAuthority>();
  for (const [id, { keys, certificates }] of all) {
    const before = known.get(id);
    known.set(id, {
      keys: new Set([...(before?.keys ?? []), ...keys]),
      certificates: new Set([...(before?.certificates ?? []), ...certificates]),
    });
  }
  return known;
}

/** Whatever is not such a file says nothing. @throws UserError where it may be anybody's. */
function readTakenOver(root: string): KnownAuthorities {
  const file = readOwn(root, FILE, LIMIT);
  if (file.state !== 'present') return new Map();
  const { format, authorities } = fieldsOf(jsonIn(file.facts.toString('utf8')));
  if (format !== FORMAT) return new Map();
  const all = Object.entries(fieldsOf(authorities));
  return new Map(all.map(([id, value]) => [id, authorityOf(value)]));
}

function authorityOf(value: unknown): KnownAuthority {
  const { keys, certificates } = fieldsOf(value);
  return { keys: new Set(textsIn(keys)), certificates: new Set(textsIn(certificates)) };
}

function textOf(known: KnownAuthorities): string {
  const sorted = [...known].sort(([a], [b]) => compare(a, b));
  const lists = sorted.map(([id, { keys, certificates }]) => {
    return [id, { keys: [...keys].sort(), certificates: [...certificates].sort() }] as const;
  });
  return `${JSON.stringify({ format: FORMAT, authorities: Object.fromEntries(lists) }, null, 2)}\n`;
}
