/**
 * The folder of an export. A list in it says what is ours, by digests: only that is replaced or removed, and what another hand
 * made or changed is refused. The list knows new files before they are there, so that a run that was ended can be repeated.
 */

import type { ExportFile } from '../export/file.ts';
import { compare } from '../pki/compare.ts';
import { errorCode } from '../pki/errors.ts';
import { folderOf, nameOf } from '../pki/files.ts';
import { UserError } from '../words/user-error.ts';
import { sha256 } from '../x509/public-key.ts';
import { descend, ensure } from './descend.ts';
import { Folder } from './folder.ts';
import { fieldsOf, isInside, jsonIn } from './json.ts';
import { madeFolder } from './output-folder.ts';
import { checkWay } from './own.ts';

const LIST = '.pki-export.json';
const NEW = '.pki-export.new';
const FORMAT = 'pki-apply/export';

/** A file to be written: text, or octets. */
export interface FolderFile extends Omit<ExportFile, 'text'> {
  readonly text: string | Uint8Array;
}

/** How many files an export wrote and removed; the others were there. */
export interface WrittenExport {
  readonly written: number;
  readonly removed: number;
}

/** Path → the digests that a file of ours may have. */
type Known = ReadonlyMap<string, readonly string[]>;

/** What is to be done with one path. */
interface Task {
  readonly path: string;
  readonly does: 'keep' | 'write' | 'remove' | 'refuse';
}

/**
 * Makes the folder hold exactly these files of ours; all or nothing is refused.
 * @param path absolute. @param target of which export they are.
 * @throws UserError where something else is in the place of one.
 */
export async function writeExport(
  path: string,
  target: string,
  files: readonly FolderFile[],
): Promise<WrittenExport> {
  checkWay(path);
  using root = await madeFolder(path);
  const known = readList(root, target);
  const names = new Set(files.map((file) => file.path));
  const gone = [...known.keys()].filter((name) => !names.has(name));
  const tasks = [
    ...files.map((file) => ({ file, ...taskFor(root, file, known) })),
    ...gone.map((name) => ({ file: null, ...removalOf(root, name, known) })),
  ];
  const refused = tasks.filter(({ does }) => does === 'refuse').map((task) => task.path);
  if (refused.length > 0) throw new UserError({ kind: 'foreign-export', folder: path, paths: refused });
  const after = new Map(files.map((file) => [file.path, [digestOf(file.text)]]));
  const due = tasks.filter(({ does }) => does !== 'keep');
  if (due.length > 0) await putList(root, target, united(known, after));
  for (const { file, path: name } of due) {
    if (file === null) await remove(root, name);
    else await put(root, file);
  }
  await putList(root, target, after);
  const written = due.filter(({ file }) => file !== null).length;
  return { written, removed: due.length - written };
}

/** Texts of some files of an export, by path; the folder is made where it is missing. @param path absolute. */
export async function readExported(
  path: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  checkWay(path);
  using root = await madeFolder(path);
  return new Map(
    names.flatMap((name) => {
      const found = look(root, name);
      return found === undefined || found === 'other' ? [] : [[name, found.text.toString('utf8')] as const];
    }),
  );
}

/**
 * Files of ours that are there as they were left, by path. @param path absolute; a folder that is not there holds none.
 * @throws UserError where its list is another one.
 */
export function readOwnFiles(path: string, target: string): ReadonlyMap<string, Buffer> {
  const root = openIfThere(path);
  if (root === undefined) return new Map();
  using folder = root;
  return new Map(
    [...readList(folder, target)].flatMap(([name, digests]) => {
      const found = look(folder, name);
      const isOurs = found !== undefined && found !== 'other' && digests.includes(digestOf(found.text));
      return isOurs ? [[name, found.text] as const] : [];
    }),
  );
}

function openIfThere(path: string): Folder | undefined {
  checkWay(path);
  try {
    return Folder.open(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function taskFor(root: Folder, { path, mode, text, over }: FolderFile, known: Known): Task {
  const found = look(root, path);
  if (found === undefined) return { path, does: 'write' };
  if (found === 'other') return { path, does: 'refuse' };
  const digest = digestOf(found.text);
  if (digest === digestOf(text)) return { path, does: found.mode === mode ? 'keep' : 'write' };
  // An empty file holds nothing of anyone: a power cut leaves such.
  const isOurs = found.text.length === 0 || known.get(path)?.includes(digest) === true;
  const mayGo = isOurs || (over !== undefined && digest === digestOf(over));
  return { path, does: mayGo ? 'write' : 'refuse' };
}

function removalOf(root: Folder, path: string, known: Known): Task {
  const found = look(root, path);
  if (found === undefined) return { path, does: 'keep' };
  const isOurs = found !== 'other' && known.get(path)?.includes(digestOf(found.text)) === true;
  return { path, does: isOurs ? 'remove' : 'refuse' };
}

/** `other`: no plain file, or none that can be read. */
function look(
  root: Folder,
  path: string,
): { readonly text: Buffer; readonly mode: number } | 'other' | undefined {
  try {
    using folder = descend(root, folderOf(path));
    const found = folder.read(nameOf(path));
    if (found.state === 'missing') return undefined;
    return found.state === 'present' ? { text: found.facts, mode: found.mode & 0o777 } : 'other';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (error instanceof UserError) return 'other';
    throw error;
  }
}

async function put(root: Folder, { path, mode, text }: FolderFile): Promise<void> {
  using folder = await ensure(root, folderOf(path), 0o755);
  if (root.lookAt(NEW) !== undefined) await root.unlink(NEW);
  root.writeNew(NEW, text, mode);
  await root.rename(NEW, folder, nameOf(path));
}

async function remove(root: Folder, path: string): Promise<void> {
  {
    using folder = descend(root, folderOf(path));
    await folder.unlink(nameOf(path));
  }
  await removeEmpty(root, folderOf(path));
}

/** A folder that holds something of others stays. */
async function removeEmpty(root: Folder, path: string): Promise<void> {
  if (path === '.') return;
  using above = descend(root, folderOf(path));
  try {
    await above.rmdir(nameOf(path));
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) return;
    throw error;
  }
  await removeEmpty(root, folderOf(path));
}

function readList(root: Folder, target: string): Known {
  const found = root.read(LIST);
  if (found.state === 'missing') return new Map();
  const list = found.state === 'present' ? parseList(found.facts.toString('utf8'), target) : undefined;
  if (list === undefined) throw new UserError({ kind: 'other-export', path: `${root.path}/${LIST}` });
  return list;
}

function parseList(text: string, target: string): Known | undefined {
  const list = fieldsOf(jsonIn(text));
  if (list['format'] !== FORMAT || list['target'] !== target) return undefined;
  const entries = Object.entries(fieldsOf(list['files']));
  const isSound = entries.every(([path, digests]) => isInside(path) && path !== LIST && isTexts(digests));
  return isSound
    ? new Map(entries.map(([path, digests]) => [path, isTexts(digests) ? digests : []]))
    : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

async function putList(root: Folder, target: string, files: Known): Promise<void> {
  const sorted = [...files].sort(([a], [b]) => compare(a, b));
  const text = `${JSON.stringify({ format: FORMAT, version: 1, target, files: Object.fromEntries(sorted) }, null, 2)}\n`;
  const found = root.read(LIST);
  if (found.state === 'present' && found.facts.toString('utf8') === text) return;
  await put(root, { path: LIST, mode: 0o644, text });
}

function united(one: Known, other: Known): Known {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return new Map(
    [...paths].map((path) => [path, [...new Set([...(one.get(path) ?? []), ...(other.get(path) ?? [])])]]),
  );
}

function digestOf(content: string | Uint8Array): string {
  return sha256(Buffer.from(content));
}
