/**
 * What openssl reads of files in their places: copies in staging, made once in a run. The owner of an entity's folder
 * can put anything there at any time, a FIFO for instance; so a file is read once here, checked, and not read again.
 */
import { modeOf } from '../pki/artifact.ts';
import { folderOf, nameOf } from '../pki/files.ts';
import { copyPath, partsPath } from '../pki/paths.ts';
import { type Make, type Source, sourcesOf } from '../plan/make.ts';
import { partsText } from './parts.ts';
import { type Run, workOf } from './run.ts';

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

/** One file in its place, read once and checked. */
export async function provideSource(
  run: Pick<Run, 'output' | 'staging' | 'published'>,
  source: Source,
): Promise<void> {
  const path = copyPath(source.of, source.file, run.staging.run, source.generation);
  await run.staging.once(path, async () => {
    const { of, file } = source;
    const bytes = file === 'key' ? run.published.keyFile(of) : run.published.certificateBytes(of);
    using folder = await run.output.ensure(folderOf(path), 0o700);
    folder.writeNew(nameOf(path), bytes, modeOf('key'));
  });
}
