/** The output folder → Observation. Reads only; what cannot be read becomes a fact too. */
import type { KeyObject } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EntityId, Inventory } from '../model/entity.ts';
import { certificateSpki, publicKeyObject, signedBy } from '../plan/certificate.ts';
import type { KeyId } from '../plan/facts.ts';
import { FILE_NAMES, type ManagedFile } from '../plan/files.ts';
import type { EntityObservation, FileState, KeyState, Observation } from '../plan/observation.ts';
import {
  certificateDer,
  EncryptedKeyError,
  parseBundle,
  parseCertificate,
  parseCertificates,
  parseKey,
  parsePublicKey,
  parseRequest,
  publicKeyOf,
} from './parse.ts';
import { readBytes } from './read.ts';
import { findStrangers } from './strangers.ts';

/** @param root the output folder, absolute. */
export function observe(root: string, { entities }: Inventory): Observation {
  const signers = new Map<EntityId, Signer | undefined>();
  const observed = new Map<EntityId, EntityObservation>();
  for (const entity of entities) {
    const files = observeFiles(root, entity.id);
    if (entity.kind === 'authority') signers.set(entity.id, readSigner(root, entity.id, files));
    const issuer = signers.get(entity.issuer ?? entity.id);
    observed.set(entity.id, { ...files, signedBy: signerOf(root, entity.id, files.cert, issuer) });
  }
  return {
    exists: statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false,
    entities: observed,
    strangers: findStrangers(
      root,
      entities,
      [...signers.values()].flatMap((known) => known?.key ?? []),
    ),
  };
}

type Files = Omit<EntityObservation, 'signedBy'>;

function observeFiles(root: string, id: EntityId): Files {
  const folder = join(root, id);
  const obstacle = folderObstacle(dirname(folder)) ?? folderObstacle(folder);
  const file = <T>(artifact: ManagedFile, parse: (bytes: Buffer) => T): FileState<T> =>
    obstacle ?? parsed(readBytes(join(folder, FILE_NAMES[artifact])), parse);
  return {
    key: obstacle ?? observeKey(join(folder, FILE_NAMES.key)),
    csr: file('csr', parseRequest),
    cert: file('cert', parseCertificate),
    chain: file('chain', parseBundle),
    fullchain: file('fullchain', parseBundle),
    ca: file('ca', parseBundle),
    public: file('public', parsePublicKey),
    previous: file('previous', parseCertificates),
  };
}

/** An entity's folder that is a link or a file would lead reads and writes elsewhere. */
function folderObstacle(folder: string): FileState<never> | null {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return { state: 'missing' };
  if (stat.isSymbolicLink()) return { state: 'blocked', detail: 'lies in a folder that is a symbolic link' };
  return stat.isDirectory()
    ? null
    : { state: 'blocked', detail: 'lies below something that is not a folder' };
}

function parsed<T>(file: FileState<Buffer>, parse: (bytes: Buffer) => T): FileState<T> {
  if (file.state !== 'present') return file;
  try {
    return { state: 'present', facts: parse(file.facts), mode: file.mode };
  } catch (error) {
    return { state: 'garbage', detail: error instanceof Error ? error.message : String(error) };
  }
}

function observeKey(path: string): KeyState {
  const file = readBytes(path);
  if (file.state !== 'present') return file;
  try {
    return { state: 'present', facts: parseKey(file.facts), mode: file.mode };
  } catch (error) {
    if (error instanceof EncryptedKeyError) return { state: 'encrypted' };
    return { state: 'garbage', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The public key that checks an authority's signatures, as it is on disk now. */
interface Signer {
  readonly keyId: KeyId;
  readonly key: KeyObject;
}

/** From the private key, or from the certificate where the key is kept elsewhere. */
function readSigner(root: string, id: EntityId, { key, cert }: Files): Signer | undefined {
  if (key.state === 'present') {
    return signer(root, id, 'key', (bytes) => publicKeyOf(bytes.toString('latin1')), key.facts.keyId);
  }
  if (cert.state !== 'present') return undefined;
  return signer(root, id, 'cert', (bytes) => certificateSpki(certificateDer(bytes)), cert.facts.keyId);
}

function signer(
  root: string,
  id: EntityId,
  artifact: 'key' | 'cert',
  spkiOf: (bytes: Buffer) => Uint8Array,
  keyId: KeyId,
): Signer | undefined {
  const bytes = readBytes(join(root, id, FILE_NAMES[artifact]));
  return bytes.state === 'present' ? { keyId, key: publicKeyObject(spkiOf(bytes.facts)) } : undefined;
}

/** The signature is checked, not believed: names and key identifiers can agree where the key is another. */
function signerOf(root: string, id: EntityId, cert: Files['cert'], issuer: Signer | undefined): KeyId | null {
  if (cert.state !== 'present' || issuer === undefined) return null;
  const bytes = readBytes(join(root, id, FILE_NAMES.cert));
  if (bytes.state !== 'present') return null;
  return signedBy(certificateDer(bytes.facts), issuer.key) ? issuer.keyId : null;
}
