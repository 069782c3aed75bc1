/** The archive, for plans that say what of it is too old: names of folders, and whether they hold private keys. */
import type { EntityId, Inventory } from '../../pki/entity.ts';
import { nameOf } from '../../pki/files.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import type { Archive, ArchivedSet, Observation } from '../../plan/observation.ts';
import { mayBeKey } from '../commit/archive.ts';
import type { Folder } from '../folder.ts';
import { momentsIn } from '../ledger-times.ts';
import { useOwnFolder } from '../own.ts';
import { readableLines } from './known.ts';

/** `2026-11-23T164036Z-21b572`: the moment of the run that filled the folder. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z(-|$)/;

/** What was seen, and with it what of the archive may be too old. @param root the output folder, @param now at most. */
export function withArchive(
  seen: Observation,
  root: string,
  { archiveFor }: Pick<Inventory, 'archiveFor'>,
  now: number,
): Observation {
  if (archiveFor === undefined) return seen;
  const archive = readArchive(root, now - archiveFor, now);
  return archive === undefined ? seen : { ...seen, archive };
}

/** `undefined` where nothing is older than `cutoff` (seconds since 1970). */
export function readArchive(root: string, cutoff: number, now: number): Archive | undefined {
  const sets = useOwnFolder(root, nameOf(ARCHIVE_FOLDER), (archive) => setsIn(archive, cutoff)) ?? [];
  return sets.length === 0 ? undefined : { sets, ...momentsIn(readableLines(root), now) };
}

function setsIn(archive: Folder, cutoff: number): readonly ArchivedSet[] {
  return foldersIn(archive).flatMap((section) => {
    using entities = archive.enter(section);
    return foldersIn(entities).flatMap((name) => setsOf(entities, `${section}/${name}`, name, cutoff));
  });
}

/** What is no folder was not made here, and stays. */
function foldersIn(folder: Folder): readonly string[] {
  return folder.list().filter((name) => folder.lookAt(name)?.isDirectory());
}

/** Files are looked at only where something is old enough. */
function setsOf(entities: Folder, entity: EntityId, name: string, cutoff: number): readonly ArchivedSet[] {
  using folder = entities.enter(name);
  const stamped = foldersIn(folder).flatMap((one) => {
    const time = stampTime(one);
    return time === undefined ? [] : [{ folder: one, time }];
  });
  if (!stamped.some(({ time }) => time < cutoff)) return [];
  return stamped.map((one) => ({ entity, ...one, holdsKey: holdsKey(folder, one.folder) }));
}

/** `undefined`: what does not look like one of ours never grows old, nor does the 45th of a month. */
function stampTime(name: string): number | undefined {
  const [, hour, minute, second] = STAMP.exec(name) ?? [];
  const time = hour === undefined ? Number.NaN : Date.parse(`${hour}:${minute}:${second}Z`) / 1000;
  return Number.isNaN(time) ? undefined : time;
}

/** What cannot be read may be one. */
function holdsKey(sets: Folder, name: string): boolean {
  using folder = sets.enter(name);
  return folder.list().some((file) => {
    if (/^key[.]/.test(file)) return true;
    const bytes = folder.read(file);
    return bytes.state !== 'present' || mayBeKey(bytes.facts);
  });
}
