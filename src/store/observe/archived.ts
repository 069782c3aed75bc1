/** What the archive has of an entity that is gone: the key and certificate that it had last. */
import { ARTIFACTS } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { nameOf } from '../../pki/files.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import type { FileState } from '../../plan/observation.ts';
import type { Folder } from '../folder.ts';
import { useOwnFolder } from '../own.ts';

/**
 * Of the last run that archived both; `undefined` where none did. Names of sets begin with the moment of the run, so they
 * sort as they came.
 */
export function readArchived(root: string, id: EntityId, file: 'key' | 'cert'): Buffer | undefined {
  const [last] = wholeSets(root, id);
  if (last === undefined) return undefined;
  const bytes = readArchivedFile(root, id, last, file);
  return bytes.state === 'present' ? bytes.facts : undefined;
}

/** Names of the sets of an entity that have both, the newest first. */
export function wholeSets(root: string, id: EntityId): readonly string[] {
  const found = useOwnFolder(root, nameOf(ARCHIVE_FOLDER), (archive) => {
    const [section = '', name = ''] = id.split('/');
    return within(archive, section, (entities) =>
      within(entities, name, (sets) =>
        sets
          .list()
          .toSorted()
          .reverse()
          .filter((set) => isWhole(sets, set)),
      ),
    );
  });
  return found ?? [];
}

/** A file of one of them. */
export function readArchivedFile(
  root: string,
  id: EntityId,
  set: string,
  file: 'key' | 'cert',
): FileState<Buffer> {
  const read = useOwnFolder(root, nameOf(ARCHIVE_FOLDER), (archive) => {
    const [section = '', name = ''] = id.split('/');
    return within(archive, section, (entities) =>
      within(entities, name, (sets) => within(sets, set, (files) => files.read(ARTIFACTS[file].file))),
    );
  });
  return read ?? { state: 'missing' };
}

function isWhole(sets: Folder, name: string): boolean {
  const names = within(sets, name, (set) => set.list()) ?? [];
  return names.includes(ARTIFACTS.key.file) && names.includes(ARTIFACTS.cert.file);
}

/** What is no folder was not made here. */
function within<T>(folder: Folder, name: string, use: (inner: Folder) => T): T | undefined {
  if (folder.lookAt(name)?.isDirectory() !== true) return undefined;
  using inner = folder.enter(name);
  return use(inner);
}
