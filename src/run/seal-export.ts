/** Secrets of an export, sealed by SOPS: each again only where what is in it has changed. */
import { runFilter } from '../engine/filter.ts';
import type { ExportFile } from '../export/file.ts';
import type { SecretFile } from '../export/kubernetes/kubernetes.ts';
import { markIn, SEALED_KEYS, sealMark } from '../export/kubernetes/sealed.ts';
import { readExported } from '../store/export-folder.ts';
import { UserError } from '../words/user-error.ts';

/**
 * @param folder of the export, absolute; rules of SOPS are looked for there and above. @param run the program.
 * @throws UserError where `sops` is not there, or does not seal.
 */
export async function sealSecrets(
  folder: string,
  secrets: readonly SecretFile[],
  run = runFilter,
): Promise<readonly ExportFile[]> {
  const present = await readExported(
    folder,
    secrets.map(({ path }) => path),
  );
  const files: ExportFile[] = [];
  for (const { path, text } of secrets) {
    const before = present.get(path);
    const mark = before === undefined ? undefined : sealMark(before);
    const isCurrent = before !== undefined && mark === markIn(text);
    files.push({
      path,
      mode: 0o644,
      text: isCurrent ? before : await sealed(folder, path, text, run),
      // `sops updatekeys` changes a file that stays ours.
      ...(mark === undefined || before === undefined ? {} : { over: before }),
    });
  }
  return files;
}

/** A shell that found no program. */
const NOT_FOUND = 127;

async function sealed(cwd: string, path: string, text: string, run: typeof runFilter): Promise<string> {
  const seal = ['--encrypt', '--encrypted-regex', SEALED_KEYS, '--filename-override', path];
  const forms = ['--input-type', 'yaml', '--output-type', 'yaml'];
  // It opens /dev/stdin by that name, which has to be a pipe: what a process of Node gets is a socket.
  const pipe = ['sh', '-c', 'cat | "$@" /dev/stdin', 'sh', 'sops', ...seal, ...forms];
  const { output, words, fault } = await run(pipe, { cwd, input: text, seconds: 60 });
  if (fault !== null) {
    const isAbsent = fault.kind === 'exit' && fault.code === NOT_FOUND;
    const why = isAbsent ? ({ kind: 'not-begun', code: 'ENOENT' } as const) : fault;
    throw new UserError({ kind: 'sealing', path, fault: { kind: 'program', fault: why, words } });
  }
  // Its exit code proves nothing: an open key must not be written for all to read.
  if (sealMark(output) !== markIn(text))
    throw new UserError({ kind: 'sealing', path, fault: { kind: 'open' } });
  return output;
}
