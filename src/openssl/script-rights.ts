/** The script's part that gives files their owner, their group and their mode. */
import { ARTIFACTS, type Artifact, modeOf } from '../pki/artifact.ts';
import { entityFolder, filePath, type Located } from '../pki/files.ts';
import { type Grant, statedMode } from '../pki/ownership.ts';
import type { Work } from '../plan/change.ts';
import { shellPath, shellWord } from './shell.ts';

/** Of a new file, before it comes to its place; secrets are 0600 by the umask of the script. */
export function rightsLines(artifact: Artifact, path: string, { grant }: Work): readonly string[] {
  const stated = grant === undefined ? null : statedMode(artifact, grant.stated);
  const mode = stated ?? (ARTIFACTS[artifact].secret ? null : modeOf(artifact));
  return [...ownerLines(path, grant), ...(mode === null ? [] : [`chmod ${mode.toString(8)} ${path}`])];
}

/** Of files that stay, and of the folder. */
export function placedRights(entity: Located, { chmods, grant, reasons }: Work): readonly string[] {
  const given = (grant?.files ?? []).flatMap((file) => ownerLines(shellPath(filePath(entity, file)), grant));
  const closed = chmods.map((file) => {
    // As the plan says it: a group that was given a key keeps it.
    const after = reasons.find((reason) => reason.kind === 'mode' && reason.artifact === file);
    const mode = after?.kind === 'mode' ? after.after : modeOf(file);
    return `chmod ${mode.toString(8)} ${shellPath(filePath(entity, file))}`;
  });
  return [
    ...given,
    ...closed,
    ...(grant?.isOwnFolder ? ownerLines(shellPath(entityFolder(entity)), grant) : []),
  ];
}

/** For chown(1): `postgres:ssl-cert`. */
function ownerLines(path: string, grant: Grant | undefined): readonly string[] {
  if (grant === undefined) return [];
  const { owner = '', group } = grant.stated;
  const who = group === undefined ? owner : `${owner}:${group}`;
  return who === '' ? [] : [`chown ${shellWord(who)} ${path}`];
}
