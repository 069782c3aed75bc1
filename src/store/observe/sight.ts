/** How much of what is there is looked at: a plan needs public files alone, and may be made by a user who reads no keys. */
import { ALL_ARTIFACTS, ARTIFACTS, eachArtifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import type { EntityObservation, FileState, Observation, Sight } from '../../plan/observation.ts';
import type { FoundFiles } from './find-files.ts';

const UNKNOWN = { state: 'unknown' } as const;

/** Files without those that are out of sight. */
export function inSight<F extends FoundFiles>(found: F, sight: Sight): F {
  if (sight === 'all') return found;
  const bytes = eachArtifact((artifact) => {
    const file = found.bytes[artifact];
    const isLeftOut = sight === 'public' && ARTIFACTS[artifact].secret;
    return isLeftOut || isClosed(file) ? UNKNOWN : file;
  });
  return { ...found, bytes };
}

/** Whether this user may not read it, as others may. */
function isClosed(file: FileState<unknown>): boolean {
  if (file.state !== 'blocked') return false;
  const { cause } = file;
  const isUnread = cause.kind === 'unreadable' || cause.kind === 'closed-folder';
  return isUnread && ['EACCES', 'EPERM'].includes(cause.code);
}

/** The entities of which something was out of sight. */
export function unseenIn(
  observed: ReadonlyMap<EntityId, EntityObservation>,
  sight: Sight,
): Pick<Observation, 'unseen'> {
  if (sight === 'all') return {};
  const having = (isSecret: boolean): readonly EntityId[] =>
    [...observed].flatMap(([id, files]) =>
      ALL_ARTIFACTS.some((file) => ARTIFACTS[file].secret === isSecret && isUnseen(files, file)) ? [id] : [],
    );
  const [keys, others] = [having(true), having(false)];
  return keys.length + others.length === 0 ? {} : { unseen: { asked: sight === 'public', keys, others } };
}

function isUnseen(files: EntityObservation, artifact: (typeof ALL_ARTIFACTS)[number]): boolean {
  const file = files[artifact];
  const isSupposed =
    artifact === 'key' && file.state === 'present' && 'lock' in file && file.lock === 'unseen';
  return (file.state === 'unknown' && !('why' in file)) || isSupposed;
}
