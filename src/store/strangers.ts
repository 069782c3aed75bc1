/**
 * Folders of entities that left the manifest. Only what this tool is known to have made counts: its certificate was
 * signed by an authority of the manifest, or it is in the ledger. Anything else is somebody else's, and stays.
 */
import type { KeyObject } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Entity, type EntityId, FOLDERS } from '../model/entity.ts';
import { signedBy } from '../plan/certificate.ts';
import { filePath } from '../plan/files.ts';
import { readLedger } from './ledger.ts';
import { certificateDer, parseCertificate } from './parse.ts';
import { readBytes } from './read.ts';

/** @param signers the public keys of the manifest's authorities. */
export function findStrangers(
  root: string,
  entities: readonly Entity[],
  signers: readonly KeyObject[],
): readonly EntityId[] {
  const known = new Set(entities.map(({ id }) => id));
  const unknown = Object.values(FOLDERS)
    .flatMap((folder) => folderNames(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((id) => !known.has(id));
  if (unknown.length === 0) return [];
  const issued = issuedCertificates(root);
  return unknown.filter((id) => isOurs(root, id, signers, issued));
}

/** A ledger that cannot be read, or is not ours to read, proves nothing; it stops no plan either. */
function issuedCertificates(root: string): ReadonlySet<string> {
  try {
    return new Set(readLedger(root).map(({ fingerprint }) => fingerprint));
  } catch {
    return new Set();
  }
}

function isOurs(
  root: string,
  id: EntityId,
  signers: readonly KeyObject[],
  issued: ReadonlySet<string>,
): boolean {
  const bytes = readBytes(join(root, filePath({ id }, 'cert')));
  if (bytes.state !== 'present') return false;
  try {
    const der = certificateDer(bytes.facts);
    return issued.has(parseCertificate(bytes.facts).fingerprint) || signers.some((key) => signedBy(der, key));
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
