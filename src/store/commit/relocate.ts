/** Copies files to where their entity now has them, before anything else is done with it. */
import { join } from 'node:path';
import { ARTIFACTS, modeOf } from '../../pki/artifact.ts';
import { folderOf, nameOf } from '../../pki/files.ts';
import { stageFolder } from '../../pki/paths.ts';
import type { Relocation, Work } from '../../plan/change.ts';
import { sha256 } from '../../x509/public-key.ts';
import { readAccessLists } from '../access-lists.ts';
import type { OutputFolder } from '../output-folder.ts';
import { StepError } from '../step-error.ts';
import { archiveFolder, commitOrder } from './commit.ts';
import { inherit } from './inherit.ts';
import { checkReplaceable } from './replaceable.ts';

/**
 * All of an entity's files come to their new places as one set: a crash leaves none of them there, or the next run brings
 * the rest, whatever the manifest says by then. @param run the name of the run, for its work and archive folders.
 */
export async function relocate(
  output: OutputFolder,
  { id, relocations }: Pick<Work, 'id' | 'relocations'>,
  run: string,
): Promise<void> {
  const due = relocations.filter(({ to }) => !isThere(output, to));
  if (due.length === 0) return;
  checkReplaceable(
    output,
    due.map(({ to }) => to),
  );
  const path = stageFolder(id, `${run}/relocated`);
  using staged = await output.ensure(path, 0o700);
  const pathOf = ({ from }: Relocation): string => join(output.root.path, from);
  const lists = readAccessLists(due.map(pathOf));
  for (const relocation of due) {
    const { file } = relocation;
    const name = ARTIFACTS[file].file;
    await staged.writeSynced(name, judgedBytes(output, relocation), modeOf(file));
    using folder = output.enter(folderOf(relocation.from));
    inherit(
      file,
      { folder, name: nameOf(relocation.from) },
      { folder: staged, name },
      lists.get(pathOf(relocation)),
    );
  }
  const moves = due.map(({ file, to }) => [file, to] as const);
  const order = { id, moves, deletes: [], archive: archiveFolder(id, run), removes: null };
  await commitOrder(output, staged, path, order);
}

function isThere(output: OutputFolder, path: string): boolean {
  using folder = output.enterIfThere(folderOf(path));
  return folder?.lookAt(nameOf(path)) !== undefined;
}

/** What the plan was made from, and no other: something else may have come there since. */
function judgedBytes(output: OutputFolder, { from, digest }: Relocation): Buffer {
  using folder = output.enter(folderOf(from));
  using file = folder.openFile(nameOf(from));
  const bytes = file.read();
  if (sha256(bytes) !== digest) throw new StepError({ kind: 'changed', path: from });
  return bytes;
}
