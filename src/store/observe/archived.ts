/** What the archive has of an entity that is gone: the key and certificate that it had last. */
import { ARTIFACTS } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { nameOf } from '../../pki/files.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import type { Folder } from '../folder.ts';
import { useOwnFolder } from '../own.ts';

/**
 * Of the last run that archived both; `undefined` where none did. Names of sets begin with the moment of the run, so they
 * sort as they came.
 */
export function readArchived(root: string, id: EntityId, file: 'key' | 'cert'): Buffer | undefined {
  return useOwnFolder(root, nameOf(ARCHIVE_FOLDER), (archive) => {
    const [section = '', name = ''] = id.split('/');
    return within(archive, section, (entities) =>
      within(entities, name, (sets) => {
        const last = sets
          .list()
          .toSorted()
          .reverse()
          .find((set) => isWhole(sets, set));
        return last === undefined ? undefined : within(sets, last, (set) => bytesOf(set, file));
      }),
    );
  });
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

function bytesOf(set: Folder, file: 'key' | 'cert'): Buffer | undefined {
  const bytes = set.read(ARTIFACTS[file].file);
  return bytes.state === 'present' ? bytes.facts : undefined;
}
