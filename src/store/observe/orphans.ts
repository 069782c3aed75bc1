/**
 * Folders of entities that left the manifest. Only what this tool is known to have made there counts: its certificate
 * is in the ledger, under this very name. Anything else, a copy of a folder for instance, belongs to someone else, and stays.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_ARTIFACTS } from '../../pki/artifact.ts';
import { type Entity, type EntityId, SECTIONS } from '../../pki/entity.ts';
import { filePath, folderOf } from '../../pki/files.ts';
import type { Observation } from '../../plan/observation.ts';
import { parseCertificate } from '../../x509/parse.ts';
import { parseKey } from '../../x509/parse-key.ts';
import { readLedger } from '../ledger.ts';
import { readPublished } from '../symlinks/read.ts';

/**
 * Ids of such folders, as `servers/old`, and when their certificates end, where they can be read. Without a ledger that
 * can be read there are none.
 */
export function findOrphans(
  root: string,
  entities: readonly Entity[],
): Pick<Observation, 'orphans' | 'leaving'> {
  // A folder may bear one entity's name and be another's by `folder`: then it is not an orphan.
  const known = new Set(entities.flatMap((entity) => [entity.id, ...foldersOf(entity)]));
  const unknown = SECTIONS.flatMap((folder) =>
    folderNames(join(root, folder)).map((name) => `${folder}/${name}`),
  ).filter((id) => !known.has(id));
  if (unknown.length === 0) return { orphans: [] };
  const issued = issuedCertificates(root);
  const orphans = unknown.filter((id) => isOurs(root, id, issued));
  return { orphans, leaving: new Map(orphans.flatMap((id) => endOf(root, id))) };
}

/** Of most, the one that bears their name; only a layout leads elsewhere, and large folders have none. */
function foldersOf(entity: Entity): readonly string[] {
  if (entity.layout === undefined) return [];
  return ALL_ARTIFACTS.map((file) => folderOf(filePath(entity, file)));
}

/** A ledger that cannot be read, or is not ours to read, proves nothing; it stops no plan either. */
function issuedCertificates(root: string): ReadonlySet<string> {
  try {
    const entries = readLedger(root);
    return new Set(
      entries.flatMap(({ entity, fingerprint, keyId }) => [`${entity} ${fingerprint}`, `${entity} ${keyId}`]),
    );
  } catch {
    return new Set();
  }
}

/** By its certificate, or by its key where that is all that is left. */
function isOurs(root: string, id: EntityId, issued: ReadonlySet<string>): boolean {
  const marks = [
    read(root, id, 'cert', (bytes) => parseCertificate(bytes).fingerprint),
    read(root, id, 'key', (bytes) => parseKey(bytes).keyId),
  ];
  return marks.some((mark) => mark !== undefined && issued.has(`${id} ${mark}`));
}

function endOf(root: string, id: EntityId): readonly (readonly [EntityId, number])[] {
  const notAfter = read(root, id, 'cert', (bytes) => parseCertificate(bytes).notAfter);
  return notAfter === undefined ? [] : [[id, notAfter]];
}

function read<T>(
  root: string,
  id: EntityId,
  file: 'cert' | 'key',
  parse: (bytes: Buffer) => T,
): T | undefined {
  const bytes = readPublished(root, { id }, file);
  if (bytes.state !== 'present') return undefined;
  try {
    return parse(bytes.facts);
  } catch {
    // Not what its name says: nothing proves that it was ever ours.
    return undefined;
  }
}

/** Nothing where there is no folder, or none that we may look into: then there is nothing of ours to find. */
function folderNames(path: string): readonly string[] {
  try {
    if (!lstatSync(path).isDirectory()) return [];
    const found = readdirSync(path, { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
