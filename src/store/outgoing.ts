/**
 * What entities have asked of another machine, kept in `.pki/outgoing` until the answer is in place: the request, the
 * private key where it is a new one, and when the certificate is to be valid. It lasts before anything leaves this machine:
 * an answer to a key that is lost would be worth nothing.
 */
import { ARTIFACTS } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import { folderOf, nameOf } from '../pki/files.ts';
import { ARCHIVE_FOLDER, OUTGOING_FOLDER, outgoingFolder, stageFolder } from '../pki/paths.ts';
import type { Answered } from '../plan/answered.ts';
import type { Folder } from './folder.ts';
import { fieldsOf, jsonIn } from './json.ts';
import type { OutputFolder } from './output-folder.ts';

/** One of them; `key` is `null` where the key in its place is to stay. */
export interface Outgoing extends Answered {
  readonly csr: Buffer;
  readonly key: Buffer | null;
}

const ASKED = 'asked.json';

/** `undefined` where nothing was asked for, or what is there is not whole. */
export function readOutgoing(output: OutputFolder, id: EntityId): Outgoing | undefined {
  using folder = output.enterIfThere(outgoingFolder(id));
  const asked = folder?.read(ASKED);
  const csr = folder?.read(ARTIFACTS.csr.file);
  if (folder === undefined || asked?.state !== 'present' || csr?.state !== 'present') return undefined;
  const answered = parsed(asked.facts);
  if (answered === undefined) return undefined;
  const key = folder.read(ARTIFACTS.key.file);
  if (answered.newKey)
    return key.state === 'present' ? { ...answered, csr: csr.facts, key: key.facts } : undefined;
  return { ...answered, csr: csr.facts, key: null };
}

function parsed(bytes: Buffer): Answered | undefined {
  const { notBefore, notAfter, newKey } = fieldsOf(jsonIn(bytes.toString('utf8')));
  const isGood = Number.isInteger(notBefore) && Number.isInteger(notAfter) && typeof newKey === 'boolean';
  return isGood ? { notBefore: Number(notBefore), notAfter: Number(notAfter), newKey } : undefined;
}

/** The files of a staging folder become what is asked, whole or not at all, and last once this resolves. */
export async function saveOutgoing(
  output: OutputFolder,
  id: EntityId,
  run: string,
  { notBefore, notAfter, newKey }: Answered,
): Promise<void> {
  const path = stageFolder(id, run);
  using staged = output.enter(path);
  await staged.writeSynced(ASKED, `${JSON.stringify({ notBefore, notAfter, newKey })}\n`, 0o600);
  await Promise.all(staged.list().map((name) => staged.syncFile(name)));
  await staged.sync();
  (await output.ensure(OUTGOING_FOLDER, 0o700))[Symbol.dispose]();
  await moved(output, path, outgoingFolder(id));
}

/** What was asked before is not asked any more: a private key among it goes to the archive. */
export async function archiveOutgoing(output: OutputFolder, id: EntityId, stamp: string): Promise<void> {
  const archive = `${ARCHIVE_FOLDER}/${id}`;
  (await output.ensure(archive, 0o700))[Symbol.dispose]();
  await moved(output, outgoingFolder(id), `${archive}/${stamp}`);
}

async function moved(output: OutputFolder, from: string, to: string): Promise<void> {
  using above = output.enter(folderOf(from));
  using target = output.enter(folderOf(to));
  await above.rename(nameOf(from), target, nameOf(to));
  await output.syncDown(folderOf(to));
}

/** The answer is in place. */
export function dropOutgoing(own: Folder, id: EntityId): void {
  using folder = own.enter(nameOf(OUTGOING_FOLDER));
  folder.removeTree(nameOf(outgoingFolder(id)));
}
