/** The last step of an entity: judge what was made, put its bundles together, and let the set replace the old one. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, Entity, EntityId } from '../model/entity.ts';
import { stagedPath, stageFolder } from '../openssl/paths.ts';
import { type Made, objections } from '../plan/accept.ts';
import { publicKeyObject, signedBy } from '../plan/certificate.ts';
import type { Change } from '../plan/change.ts';
import { bundleMembers } from '../plan/derived.ts';
import type { CertificateFacts } from '../plan/facts.ts';
import { FILE_NAMES, filePath, type ManagedFile } from '../plan/files.ts';
import type { FileState } from '../plan/observation.ts';
import { relinks } from '../plan/publish.ts';
import { commit } from '../store/commit.ts';
import { chmod, unlink, writeNew } from '../store/disk.ts';
import { ledgerEntry } from '../store/ledger.ts';
import {
  certificateDer,
  parseCertificate,
  parseKey,
  parsePublicKey,
  parseRequest,
  publicKeyOf,
} from '../store/parse.ts';
import { readBytes } from '../store/read.ts';
import { readPublished } from '../store/versions.ts';
import type { Workshop } from './workshop.ts';

export async function publish(workshop: Workshop, entity: Entity): Promise<void> {
  const change = workshop.change(entity.id);
  if (change.writes.length > 0 || change.deletes.length > 0 || relinks(change)) {
    const folder = workshop.path(stageFolder(entity.id, workshop.stamp));
    const cert = judge(workshop, entity, change);
    // Looking comes before writing: afterwards it would wait for the folder.
    const tidied = tidy(folder, change);
    const [synced] = await Promise.all([
      writeBundles(workshop, entity, change, folder),
      tidied,
      cert === null ? undefined : record(workshop, entity, change, cert),
    ]);
    await commit(
      workshop.root,
      {
        entity,
        writes: change.writes,
        deletes: change.deletes,
        stamp: workshop.stamp,
        run: workshop.stamp,
        relinks: relinks(change),
      },
      synced,
    );
  }
  for (const artifact of change.chmods) {
    await chmod(workshop.path(filePath(entity, artifact)), modeOf(artifact));
  }
}

/** Throws unless everything that openssl made is what was asked; gives the new certificate, if there is one. */
function judge(workshop: Workshop, entity: Entity, change: Change): CertificateFacts | null {
  const { id } = entity;
  const read = (path: string): Buffer => readMade(workshop.path(path), path);
  const staged = (file: ManagedFile): string => stagedPath(id, file, workshop.stamp);
  const keyFile = change.newKey
    ? read(staged('key'))
    : whole(readPublished(workshop.root, entity, 'key'), filePath(entity, 'key'));
  if (change.writes.includes('public')) judgePublic(keyFile, read(staged('public')));
  if (change.issuance === null && !change.writes.includes('csr')) return null;
  const certFile = change.issuance === null ? null : read(staged('cert'));
  const issuer = entity.issuer === null ? null : workshop.published(entity.issuer);
  const key = parseKey(keyFile);
  const cert = certFile === null ? null : parseCertificate(certFile);
  const signer = issuer ?? { key: publicKeyObject(publicKeyOf(keyFile.toString('latin1'))), facts: key };
  const signed = certFile !== null && signedBy(certificateDer(certFile), signer.key);
  const made: Made = {
    key,
    csr: parseRequest(read(staged('csr'))),
    cert,
    signedBy: signed ? signer.facts.keyId : null,
  };
  const found = objections(made, { entity, issuance: change.issuance, issuer: issuer?.facts ?? null });
  if (found.length > 0)
    throw new Error(`openssl made something else than it was asked for: ${found.join('; ')}`);
  return cert;
}

function readMade(absolute: string, path: string): Buffer {
  return whole(readBytes(absolute), path);
}

function whole(file: FileState<Buffer>, path: string): Buffer {
  if (file.state === 'present' && file.facts.length > 0) return file.facts;
  if (file.state === 'present') throw new Error(`openssl left "${path}" empty; is the disk full?`);
  throw new Error(file.state === 'missing' ? `openssl did not make "${path}"` : `"${path}" ${file.detail}`);
}

function judgePublic(keyFile: Buffer, publicFile: Buffer): void {
  if (parsePublicKey(publicFile) !== parseKey(keyFile).keyId)
    throw new Error('the public key is another key’s');
}

/** Writes them to the disk itself, and says which they were. */
async function writeBundles(
  workshop: Workshop,
  entity: Entity,
  { writes, issuance }: Change,
  folder: string,
): Promise<readonly ManagedFile[]> {
  const members = bundleMembers(entity, workshop.byId);
  const own = (): string => {
    if (issuance === null) return workshop.published(entity.id).pem;
    return readMade(join(folder, FILE_NAMES.cert), FILE_NAMES.cert).toString('latin1');
  };
  const certificate = (id: EntityId): string => (id === entity.id ? own() : workshop.published(id).pem);
  const texts = {
    chain: () => members.chain.map(certificate).join(''),
    fullchain: () => members.fullchain.map(certificate).join(''),
    ca: () => members.ca.map((id) => certificate(id) + workshop.previous(id)).join(''),
    previous: () => workshop.previous(entity.id),
  };
  const bundles = (['chain', 'fullchain', 'ca', 'previous'] as const).filter((file) => writes.includes(file));
  for (const file of bundles) writeNew(join(folder, FILE_NAMES[file]), texts[file](), 0o644);
  return [];
}

/** Of what openssl made, only what is to be published stays in the staging folder, each file with its mode. */
async function tidy(folder: string, { writes }: Change): Promise<void> {
  for (const artifact of ['key', 'csr', 'cert', 'public'] as const) {
    const path = join(folder, FILE_NAMES[artifact]);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!writes.includes(artifact)) await unlink(path);
    else if ((stat.mode & 0o777) !== modeOf(artifact)) await chmod(path, modeOf(artifact));
  }
}

function modeOf(artifact: Artifact): number {
  return artifact === 'key' ? 0o600 : 0o644;
}

function record(
  workshop: Workshop,
  entity: Entity,
  { reasons }: Change,
  cert: CertificateFacts,
): Promise<void> {
  const issuer = entity.issuer ?? entity.id;
  return workshop.ledger.append(ledgerEntry(cert, { entity: entity.id, issuer, now: workshop.now, reasons }));
}
