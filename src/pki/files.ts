/** The files of an entity: those that `outputs` can ask for, and one that only roots have. */
import { ARTIFACTS, type Artifact, type Entity } from './entity.ts';

/** `previous`: certificates that a root had before and that are still trusted, newest first. */
export type ManagedFile = Artifact | 'previous';

/** Every kind of file that an entity can have; `previous` comes last. */
export const MANAGED_FILES = [...ARTIFACTS, 'previous'] as const satisfies readonly ManagedFile[];

/** What tells where an entity's files are. */
export type Located = Pick<Entity, 'id' | 'layout' | 'publish'>;

/** Where an entity's file is read and published, relative to the output folder: `servers/api/key.pem`. */
export function filePath({ id, layout }: Located, file: ManagedFile): string {
  if (layout === undefined) return `${id}/${FILE_NAMES[file]}`;
  const name = layout.files[file] ?? FILE_NAMES[file];
  return layout.folder === '.' ? name : `${layout.folder}/${name}`;
}

/** The folder of an entity's files, relative to the output folder. */
export function entityFolder({ id, layout }: Located): string {
  return layout?.folder ?? id;
}

/** What an entity's file is called in that folder. */
export function fileName({ layout }: Located, file: ManagedFile): string {
  return layout?.files[file] ?? FILE_NAMES[file];
}

/**
 * What of an entity's files is its own. Where another tool laid out the folder, that is what it asks for and no more: a
 * `ca.pem` beside its files is somebody else's then, and neither read nor removed.
 */
export function isManaged({ layout, outputs, issuer }: Entity, file: ManagedFile): boolean {
  if (layout === undefined) return true;
  return file === 'previous' ? issuer === null : outputs.includes(file);
}

/** The folder that a path is in; `.` for one at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '.' : path.slice(0, slash);
}

/** Names below an entity's folder. */
export const FILE_NAMES = {
  key: 'key.pem',
  csr: 'csr.pem',
  cert: 'cert.pem',
  chain: 'chain.pem',
  fullchain: 'fullchain.pem',
  ca: 'ca.pem',
  public: 'public.pem',
  previous: 'previous.pem',
} as const satisfies Record<ManagedFile, string>;
