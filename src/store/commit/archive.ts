/** What is replaced or removed is kept where nothing of it is lost: a key never is, a certificate may have to be revoked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import { PRIVATE_FOLDER } from '../../pki/paths.ts';
import { folderIsNew, foldersUpTo, link, rename, statOf, syncAll, unlink, writeSynced } from '../disk.ts';

/** These cannot be made again. */
const PRECIOUS: readonly Artifact[] = ['key', 'cert'];

/** A private key as text, or anything in DER, which a key may be; of other files, none of ours holds such a thing. */
function mayBeKey(content: Buffer): boolean {
  return content[0] === 0x30 || content.includes('PRIVATE KEY-----');
}

/** A second name for what is about to go and cannot be made again, so that it has a name at every instant. */
export async function keep(root: string, file: Artifact, path: string, archive: string): Promise<void> {
  const source = join(root, path);
  const stat = await statOf(source);
  if (!stat?.isFile()) return;
  // Somebody may have put a key where another file of ours goes.
  if (!PRECIOUS.includes(file) && !mayBeKey(readFileSync(source))) return;
  const folder = join(root, archive);
  await folderIsNew(folder, 0o700);
  for (let copies = 1; ; copies++) {
    const copy = join(
      folder,
      copies === 1 ? ARTIFACTS[file].file : ARTIFACTS[file].file.replace('.', `.${copies}.`),
    );
    const present = await statOf(copy);
    if (present === undefined) await secondName(source, copy);
    // A crash may have come after this; another file of that name belongs to another replacement.
    else if (present.ino !== stat.ino && !readFileSync(copy).equals(readFileSync(source))) continue;
    break;
  }
  // Also those that were there: a run that died may have made them just before.
  await syncAll(foldersUpTo(join(root, PRIVATE_FOLDER), folder));
}

/** The same file under another name, by a hard link; where there are none a copy, whole before it has its name. */
export async function secondName(source: string, copy: string, mode = 0o600): Promise<void> {
  const draft = `${copy}.draft`;
  await removeFile(draft);
  try {
    await link(source, copy);
  } catch {
    await writeSynced(draft, readFileSync(source), mode);
    await rename(draft, copy);
  }
}

/** Only a plain file: anything else is not ours. */
export async function removeFile(path: string): Promise<void> {
  if ((await statOf(path))?.isFile()) await unlink(path);
}
