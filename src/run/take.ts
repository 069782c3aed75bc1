/** Files of an answer from another machine, into staging: from there on they are like those that were made here. */
import { modeOf } from '../pki/artifact.ts';
import type { EngineMake, Make } from '../plan/make.ts';
import type { Answer } from './answers.ts';
import type { Run } from './run.ts';

/** @throws Error where there is no answer for the entity. */
export function take({ answers, staging }: Run, { of, files }: Exclude<Make, EngineMake>): void {
  const answer = answers?.get(of);
  if (answer === undefined) throw new Error(`Internal error: no answer is there for ${of}`);
  for (const file of files) staging.write(of, file, bytesOf(answer, file), modeOf(file));
}

function bytesOf(answer: Answer, file: 'key' | 'csr' | 'cert'): Buffer {
  const bytes = answer[file];
  if (bytes === null) throw new Error('Internal error: the key in its place stays');
  return bytes;
}
