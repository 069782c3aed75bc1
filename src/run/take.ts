/** Files that came from elsewhere, into staging: from there on they are like those that were made here. */
import { modeOf } from '../pki/artifact.ts';
import type { EngineMake, Make } from '../plan/make.ts';
import type { Answer } from './answers.ts';
import type { Run } from './run.ts';

/** @throws Error where there is no answer for the entity. */
export function take(run: Run, { of, files }: Exclude<Make, EngineMake>): void {
  const { answers, staging, byId } = run;
  const keyPlace = byId.get(of)?.keyPlace;
  if (keyPlace?.kind === 'anchor') {
    staging.write(of, 'cert', keyPlace.certificates[0] ?? '', modeOf('cert'));
    return;
  }
  const answer = answers?.get(of);
  if (answer === undefined) throw new Error(`Internal error: no answer is there for ${of}`);
  for (const file of files) staging.write(of, file, bytesOf(answer, file), modeOf(file));
}

function bytesOf(answer: Answer, file: 'key' | 'csr' | 'cert'): Buffer {
  const bytes = answer[file];
  if (bytes === null) throw new Error('Internal error: the key in its place stays');
  return bytes;
}
