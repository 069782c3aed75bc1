/**
 * What openssl reads of files in their places: copies in staging, made once in a run. The owner of an entity's folder
 * can put anything there at any time, a FIFO for instance; so a file is read once here, checked, and not read again.
 */
import { modeOf } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import { folderOf, nameOf } from '../pki/files.ts';
import { archivedPath, copyPath, partsPath } from '../pki/paths.ts';
import { type Make, type Source, sourcesOf } from '../plan/make.ts';
import { readArchivedFile } from '../store/observe/archived.ts';
import { partsText } from './parts.ts';
import { type Run, workOf } from './run.ts';
import { whole } from './staging.ts';

/** Everything that a make is made from is in staging when this resolves. */
export async function provide(run: Run, make: Make): Promise<void> {
  if (make.op === 'convert') await provideParts(run, make);
  for (const source of sourcesOf(make)) await provideSource(run, source);
}

/** Private keys may be among them. */
async function provideParts(run: Run, { of, parts, to }: Extract<Make, { op: 'convert' }>): Promise<void> {
  const path = partsPath(of, to, run.staging.run);
  const text = partsText(run, workOf(run, of), parts);
  using folder = await run.output.ensure(folderOf(path), 0o700);
  folder.writeNew(nameOf(path), text, modeOf('key'));
}

function placed({ published }: Pick<Run, 'published'>, of: EntityId, file: 'key' | 'cert'): Buffer {
  return file === 'key' ? published.keyFile(of) : published.certificateBytes(of);
}

/** Of the archive, which nothing but this program changes; what is made with it is checked like everything else. */
function archivedFile({ root }: Pick<Run, 'root'>, of: EntityId, set: string, file: 'key' | 'cert'): Buffer {
  return whole(readArchivedFile(root, of, set, file), archivedPath(of, set, file));
}

/** One file in its place, or in the archive, read once and checked. */
export async function provideSource(
  run: Pick<Run, 'root' | 'output' | 'staging' | 'published'>,
  source: Source,
): Promise<void> {
  const path = copyPath(source.of, source.file, run.staging.run, source.generation);
  await run.staging.once(path, async () => {
    const { of, file, archived } = source;
    const bytes = archived === undefined ? placed(run, of, file) : archivedFile(run, of, archived, file);
    using folder = await run.output.ensure(folderOf(path), 0o700);
    folder.writeNew(nameOf(path), bytes, modeOf('key'));
  });
}
