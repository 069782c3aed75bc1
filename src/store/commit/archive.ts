/** What is replaced or removed is kept where nothing of it is lost: a key never is, a certificate may have to be revoked. */
import type { Stats } from 'node:fs';
import { ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { OutputFolder, Place } from '../output-folder.ts';
import { isTrusted } from '../owner.ts';

/** These cannot be made again. */
const PRECIOUS: readonly Artifact[] = ['key', 'cert'];

/** Whether it cannot be made again. */
export function isPrecious(file: Artifact): boolean {
  return PRECIOUS.includes(file);
}

/** A private key as text, or anything in DER, which a key may be; of other files, none of ours holds such a thing. */
export function mayBeKey(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return bytes[0] === 0x30 || bytes.includes('PRIVATE KEY-----');
}

/** A second name for what is about to go and cannot be made again, so that it has a name at every instant. */
export async function keep(
  output: OutputFolder,
  file: Artifact,
  place: Place,
  archive: string,
  keepsAll = false,
): Promise<void> {
  const stat = place.folder.lookAt(place.name);
  if (!stat?.isFile() || !(keepsAll || isPrecious(file) || mayHoldKey(place))) return;
  using folder = await output.ensure(archive, 0o700);
  for (let copies = 1; ; copies++) {
    const name = copies === 1 ? ARTIFACTS[file].file : ARTIFACTS[file].file.replace('.', `.${copies}.`);
    const copy = { folder, name };
    const present = folder.lookAt(name);
    if (present === undefined) await secondName(place, copy, isOurs, 0o600);
    // A crash may have come after this; another file of that name belongs to another replacement.
    else if (present.ino !== stat.ino && !isSame(copy, place)) continue;
    break;
  }
  // Also those that were there: a run that died may have made them just before.
  await output.syncDown(archive);
}

/** A file of another user could still be changed behind any name. */
function isOurs(stat: Stats): boolean {
  return stat.isFile() && isTrusted(stat.uid);
}

/** A user may have put a key where another file of ours goes, or something that is too large to look through. */
function mayHoldKey({ folder, name }: Place): boolean {
  const bytes = folder.read(name);
  if (bytes.state === 'blocked') return bytes.cause.kind === 'too-large';
  return bytes.state === 'present' && mayBeKey(bytes.facts);
}

/** Whether two places hold the same bytes, in plain files that are no larger than ours are. */
export function isSame(one: Place, other: Place): boolean {
  const [bytes, others] = [one.folder.read(one.name), other.folder.read(other.name)];
  return bytes.state === 'present' && others.state === 'present' && bytes.facts.equals(others.facts);
}

const isPlain = (stat: Stats): boolean => stat.isFile();

/**
 * The same file under another name, by a hard link, or, where there are none or `mayLink` says no, a copy with no more
 * than the mode `most`. Whole before it has the name; the copy's folder has to be ours alone.
 */
export async function secondName(source: Place, copy: Place, mayLink = isPlain, most = 0o777): Promise<void> {
  const draft = { folder: copy.folder, name: `${copy.name}.draft` };
  await removeAny(draft);
  if (!(await isLinked(source, draft, mayLink))) {
    await removeAny(draft);
    using file = source.folder.openFile(source.name);
    await draft.folder.writeSynced(draft.name, file.read(), file.stat.mode & most);
  }
  await draft.folder.rename(draft.name, copy.folder, copy.name);
}

/** What has been linked is looked at, and not what had its name before: something else may have come there. */
async function isLinked(source: Place, draft: Place, mayLink: (stat: Stats) => boolean): Promise<boolean> {
  try {
    await source.folder.link(source.name, draft.folder, draft.name);
  } catch {
    return false; // The copy that is made then says what is wrong, if it fails as well.
  }
  const stat = draft.folder.lookAt(draft.name);
  return stat !== undefined && mayLink(stat);
}

async function removeAny({ folder, name }: Place): Promise<void> {
  if (folder.lookAt(name) !== undefined) await folder.unlink(name);
}

/** Only a plain file: anything else is not ours. */
export async function removeFile({ folder, name }: Place): Promise<void> {
  if (folder.lookAt(name)?.isFile()) await folder.unlink(name);
}
