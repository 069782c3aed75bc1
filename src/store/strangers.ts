/**
 * Folders of entities that left the manifest. Only what this tool is known to have made there counts: its certificate
 * is in the ledger, under this very name. Anything else, a copy of a folder for instance, is somebody else's, and stays.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Entity, type EntityId, FOLDERS } from '../model/entity.ts';
import { readLedger } from './ledger.ts';
import { parseCertificate } from './parse.ts';
import { readPublished } from './versions.ts';

export function findStrangers(root: string, entities: readonly Entity[]): readonly EntityId[] {
  const known = new Set(entities.map(({ id }) => id));
  const unknown = Object.values(FOLDERS)
    .flatMap((folder) => folderNames(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((id) => !known.has(id));
  if (unknown.length === 0) return [];
  const issued = issuedCertificates(root);
  return unknown.filter((id) => isOurs(root, id, issued));
}

/** A ledger that cannot be read, or is not ours to read, proves nothing; it stops no plan either. */
function issuedCertificates(root: string): ReadonlySet<string> {
  try {
    return new Set(readLedger(root).map(({ entity, fingerprint }) => `${entity} ${fingerprint}`));
  } catch {
    return new Set();
  }
}

function isOurs(root: string, id: EntityId, issued: ReadonlySet<string>): boolean {
  const bytes = readPublished(root, { id }, 'cert');
  if (bytes.state !== 'present') return false;
  try {
    return issued.has(`${id} ${parseCertificate(bytes.facts).fingerprint}`);
  } catch {
    // Not a certificate: nothing proves that it was ever ours.
    return false;
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
