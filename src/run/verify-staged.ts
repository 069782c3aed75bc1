/** Whether what openssl made for an entity is what was asked, read from the staged files themselves. */

import type { Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { filePath } from '../pki/files.ts';
import { crossPath, stagedPath } from '../pki/paths.ts';
import { crossObjections, type Made, objections } from '../plan/accept.ts';
import type { Change } from '../plan/change.ts';
import type { FileState } from '../plan/observation.ts';
import { readBytes } from '../store/observe/read.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { publicKeyObject, signedBy } from '../x509/certificate.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import {
  certificateDer,
  parseCertificate,
  parseKey,
  parsePublicKey,
  parseRequest,
  publicKeyOf,
} from '../x509/parse.ts';
import type { Workshop } from './workshop.ts';

/** What is new, for the ledger. */
export interface Verified {
  readonly issued: CertificateFacts | null;
  readonly cross: CertificateFacts | null;
}

/** Throws where anything is wrong. */
export function verifyStaged(workshop: Workshop, entity: Entity, change: Change): Verified {
  const key = keyOf(workshop, entity, change);
  if (change.writes.includes('public')) judgePublic(key, readStaged(workshop, entity, 'public'));
  return {
    issued: judgeIssued(workshop, entity, change, key),
    cross: judgeCross(workshop, entity, change, key),
  };
}

function judgeIssued(
  workshop: Workshop,
  entity: Entity,
  { issuance, writes }: Change,
  keyFile: Buffer,
): CertificateFacts | null {
  if (issuance === null && !writes.includes('csr')) return null;
  const certFile = issuance === null ? null : readStaged(workshop, entity, 'cert');
  const csr = stagedFacts(workshop, entity, 'csr', parseRequest);
  const issuer = entity.issuer === null ? null : workshop.published(entity.issuer);
  const key = parseKey(keyFile);
  const cert = certFile === null ? null : stagedFacts(workshop, entity, 'cert', parseCertificate);
  const signer = issuer ?? { key: publicKeyObject(publicKeyOf(keyFile.toString('latin1'))), facts: key };
  const signed = certFile !== null && signedBy(certificateDer(certFile), signer.key);
  const made: Made = {
    key,
    csr,
    cert,
    signedBy: signed ? signer.facts.keyId : null,
  };
  throwAny(objections(made, { entity, issuance, issuer: issuer?.facts ?? null }));
  return cert;
}

/** Its issuer is what the root still is on the disk. */
function judgeCross(
  workshop: Workshop,
  entity: Entity,
  { crossing }: Change,
  keyFile: Buffer,
): CertificateFacts | null {
  if (crossing === null) return null;
  const path = crossPath(entity.id, workshop.stamp);
  const file = whole(readBytes(workshop.path(path)), path);
  const issuer = workshop.read(entity.id);
  const cert = parseCertificate(file);
  const signed = signedBy(certificateDer(file), issuer.key) ? issuer.facts.keyId : null;
  const asked = { entity, issuance: crossing.issuance, issuer: issuer.facts };
  throwAny(crossObjections({ cert, key: parseKey(keyFile), signedBy: signed }, asked));
  return cert;
}

function throwAny(found: readonly string[]): void {
  if (found.length > 0)
    throw new Error(`openssl made something else than it was asked for: ${found.join('; ')}`);
}

function keyOf(workshop: Workshop, entity: Entity, { newKey }: Change): Buffer {
  if (newKey) return readStaged(workshop, entity, 'key');
  return whole(readPublished(workshop.root, entity, 'key'), filePath(entity, 'key'));
}

/** The bytes of a file that this run made. @throws Error where it is missing, empty, or no plain file. */
export function readStaged(workshop: Workshop, { id }: Entity, file: Artifact): Buffer {
  const path = stagedPath(id, file, workshop.stamp);
  return whole(readBytes(workshop.path(path)), path);
}

/** openssl exits 0 also where half of its output is missing. */
function stagedFacts<T>(workshop: Workshop, entity: Entity, file: Artifact, parse: (bytes: Buffer) => T): T {
  const bytes = readStaged(workshop, entity, file);
  try {
    return parse(bytes);
  } catch (error) {
    const why = messageOf(error);
    throw new Error(`openssl left "${stagedPath(entity.id, file, workshop.stamp)}" unusable: ${why}`);
  }
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
