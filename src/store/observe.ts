/** The output folder → Observation. Reads only; what cannot be read becomes a fact too. */
import type { KeyObject } from 'node:crypto';
import type { Entity, EntityId, Inventory } from '../model/entity.ts';
import { certificateSpki, publicKeyObject, signedBy } from '../plan/certificate.ts';
import type { KeyId } from '../plan/facts.ts';
import { filePath, folderOf, type Located } from '../plan/files.ts';
import type { EntityObservation, FileState, KeyState, Observation } from '../plan/observation.ts';
import { type Cache, fileSignature } from './cache.ts';
import { Folders, readFiles } from './looking.ts';
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
import { findStrangers } from './strangers.ts';
import { readPublished } from './versions.ts';

/** @param root the output folder, absolute. */
export function observe(root: string, { entities }: Inventory, cache?: Cache): Observation {
  const folders = new Folders(root, entities);
  const signers = new Map<EntityId, Signer | undefined>();
  const observed = new Map<EntityId, EntityObservation>();
  for (const entity of entities) {
    observed.set(entity.id, observeEntity(root, entity, folders, signers, cache));
  }
  return {
    entities: observed,
    strangers: findStrangers(root, entities),
  };
}

/** From the cache where its files are as they were, and so is the key that its certificate has to be signed with. */
function observeEntity(
  root: string,
  entity: Entity,
  folders: Folders,
  signers: Map<EntityId, Signer | undefined>,
  cache: Cache | undefined,
): EntityObservation {
  const isAuthority = entity.kind === 'authority';
  const isPlain = folders.obstacle(folderOf(filePath(entity, 'cert'))) === null && !folders.hasLinks(entity);
  // An authority's own key is not known before it is read; there are few of them.
  const signature = cache === undefined || isAuthority || !isPlain ? undefined : fileSignature(root, entity);
  const signer = isAuthority ? undefined : signers.get(entity.issuer);
  const known = signature === undefined ? undefined : cache?.get(entity.id, signature, signer?.keyId ?? null);
  if (known !== undefined) return known;
  const files = observeFiles(root, entity, folders);
  if (isAuthority) signers.set(entity.id, readSigner(root, entity, files));
  const issuer = signers.get(entity.issuer ?? entity.id);
  const observation = { ...files, signedBy: signerOf(root, entity, files.cert, issuer) };
  if (signature !== undefined) cache?.set(entity.id, signature, signer?.keyId ?? null, observation);
  return observation;
}

type Files = Omit<EntityObservation, 'signedBy'>;

function observeFiles(root: string, entity: Located, folders: Folders): Files {
  const { bytes, published } = readFiles(root, entity, folders);
  const files = {
    key: observeKey(bytes.key),
    csr: parsed(bytes.csr, parseRequest),
    cert: parsed(bytes.cert, parseCertificate),
    chain: parsed(bytes.chain, parseBundle),
    fullchain: parsed(bytes.fullchain, parseBundle),
    ca: parsed(bytes.ca, parseBundle),
    public: parsed(bytes.public, parsePublicKey),
    previous: parsed(bytes.previous, parseCertificates),
  };
  return published === undefined ? files : { ...files, published };
}

function parsed<T>(file: FileState<Buffer>, parse: (bytes: Buffer) => T): FileState<T> {
  if (file.state !== 'present') return file;
  try {
    return { state: 'present', facts: parse(file.facts), mode: file.mode };
  } catch (error) {
    return { state: 'garbage', detail: error instanceof Error ? error.message : String(error) };
  }
}

function observeKey(file: FileState<Buffer>): KeyState {
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
function readSigner(root: string, entity: Located, { key, cert }: Files): Signer | undefined {
  if (key.state === 'present') {
    return signer(root, entity, 'key', (bytes) => publicKeyOf(bytes.toString('latin1')), key.facts.keyId);
  }
  if (cert.state !== 'present') return undefined;
  return signer(root, entity, 'cert', (bytes) => certificateSpki(certificateDer(bytes)), cert.facts.keyId);
}

function signer(
  root: string,
  entity: Located,
  artifact: 'key' | 'cert',
  spkiOf: (bytes: Buffer) => Uint8Array,
  keyId: KeyId,
): Signer | undefined {
  const bytes = readPublished(root, entity, artifact);
  if (bytes.state !== 'present') return undefined;
  try {
    return { keyId, key: publicKeyObject(spkiOf(bytes.facts)) };
  } catch {
    // A key that nothing here can use, such as a point on no curve, checks no signature.
    return undefined;
  }
}

/** The signature is checked, not believed: names and key identifiers can agree where the key is another. */
function signerOf(
  root: string,
  entity: Located,
  cert: Files['cert'],
  issuer: Signer | undefined,
): KeyId | null {
  if (cert.state !== 'present' || issuer === undefined) return null;
  const bytes = readPublished(root, entity, 'cert');
  if (bytes.state !== 'present') return null;
  return signedBy(certificateDer(bytes.facts), issuer.key) ? issuer.keyId : null;
}
