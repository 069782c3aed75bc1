/** The output folder → Observation. Reads only; what cannot be read becomes a fact too. */

import type { KeyObject } from 'node:crypto';
import { eachArtifact } from '../../pki/artifact.ts';
import type { Entity, EntityId, Inventory } from '../../pki/entity.ts';
import { messageOf } from '../../pki/errors.ts';
import { filePath, folderOf, type Located } from '../../pki/files.ts';
import { ruleOf } from '../../plan/artifacts/rules.ts';
import type {
  ArtifactStates,
  EntityObservation,
  FileState,
  KeyState,
  Observation,
} from '../../plan/observation.ts';
import { certificateSpki, publicKeyObject } from '../../x509/certificate.ts';
import type { KeyId } from '../../x509/facts.ts';
import { certificateDer } from '../../x509/parse.ts';
import { EncryptedKeyError, ForeignKeyError, parseKey, publicKeyOf } from '../../x509/parse-key.ts';
import { signedBy } from '../../x509/signature.ts';
import { pending } from '../commit/recover.ts';
import { type Cache, fileSignature } from './cache.ts';
import { Folders, type FoundFiles, type FoundWithFormer, readFiles, withFormerFiles } from './find-files.ts';
import { findOrphans } from './orphans.ts';
import { FormerLocations, readPlaces } from './places.ts';
import { blockedBy } from './read.ts';

/** @param root the output folder, absolute. */
export function observe(root: string, { entities }: Inventory, cache?: Cache): Observation {
  const folders = new Folders(root, entities);
  const formerLocations = new FormerLocations(entities, readPlaces(root));
  const signers = new Map<EntityId, Signer | undefined>();
  const observed = new Map<EntityId, EntityObservation>();
  for (const entity of entities) {
    observed.set(entity.id, observeEntity({ root, folders, formerLocations }, entity, signers, cache));
  }
  const left = pending(root);
  const exposed = folders.exposed();
  return {
    entities: observed,
    orphans: findOrphans(root, entities),
    ...(left.length === 0 ? {} : { pending: left }),
    ...(exposed.length === 0 ? {} : { exposed }),
  };
}

/** Where to look for files, first and second. */
interface Where {
  readonly root: string;
  readonly folders: Folders;
  readonly formerLocations: FormerLocations;
}

/** From the cache where its files are as they were, and so is the key that its certificate has to be signed with. */
function observeEntity(
  where: Where,
  entity: Entity,
  signers: Map<EntityId, Signer | undefined>,
  cache: Cache | undefined,
): EntityObservation {
  const { root, folders, formerLocations } = where;
  const isAuthority = entity.kind === 'authority';
  const isHere = formerLocations.of(entity.id) === undefined;
  const isPlain = folders.blockage(folderOf(filePath(entity, 'cert'))) === null && !folders.hasLinks(entity);
  // An authority's own key is not known before it is read; there are few of them.
  const signature =
    cache === undefined || isAuthority || !isHere || !isPlain ? undefined : fileSignature(root, entity);
  const signer = isAuthority ? undefined : signers.get(entity.issuer);
  const known = signature === undefined ? undefined : cache?.get(entity.id, signature, signer?.keyId ?? null);
  if (known !== undefined) return known;
  const { files, bytes } = observeFiles(where, entity);
  if (isAuthority) signers.set(entity.id, readSigner(files, bytes));
  const issuer = signers.get(entity.issuer ?? entity.id);
  const observation = { ...files, signedBy: signerOf(files, bytes, issuer) };
  if (signature !== undefined) cache?.set(entity.id, signature, signer?.keyId ?? null, observation);
  return observation;
}

type Files = Omit<EntityObservation, 'signedBy'>;

interface Observed {
  readonly files: Files;
  readonly bytes: FoundFiles['bytes'];
}

function observeFiles({ root, folders, formerLocations }: Where, entity: Located): Observed {
  const here = readFiles(root, entity, folders);
  const former = formerLocations.of(entity.id);
  const { bytes, published, formerLocation, conflictingKey }: FoundWithFormer =
    former === undefined
      ? { ...here, formerLocation: undefined }
      : withFormerFiles(root, entity, former, here, folders);
  const key = formerLocations.blockage(entity) ?? conflict(entity, conflictingKey) ?? observeKey(bytes.key);
  const files = artifactStates(key, bytes);
  const found = {
    ...files,
    ...(published === undefined ? {} : { published }),
    ...(formerLocation === undefined ? {} : { formerLocation }),
  };
  return { files: found, bytes };
}

function artifactStates(key: KeyState, bytes: FoundFiles['bytes']): ArtifactStates {
  const states = eachArtifact((artifact) =>
    artifact === 'key' ? key : parsed(bytes[artifact], (found) => ruleOf(artifact).read(found)),
  );
  // Each by the rule of its own artifact, which the compiler cannot follow through a loop.
  return states as ArtifactStates;
}

function conflict(entity: Located, conflictingKey: string | undefined): KeyState | null {
  if (conflictingKey === undefined) return null;
  return blockedBy({ kind: 'conflicting-key', entity: entity.id, other: conflictingKey });
}

function parsed<T>(file: FileState<Buffer>, parse: (bytes: Buffer) => T): FileState<T> {
  if (file.state !== 'present') return file;
  try {
    return { state: 'present', facts: parse(file.facts), mode: file.mode };
  } catch (error) {
    return { state: 'garbage', detail: messageOf(error) };
  }
}

function observeKey(file: FileState<Buffer>): KeyState {
  if (file.state !== 'present') return file;
  try {
    return { state: 'present', facts: parseKey(file.facts), mode: file.mode };
  } catch (error) {
    if (error instanceof EncryptedKeyError) return { state: 'encrypted' };
    if (error instanceof ForeignKeyError) return blockedBy({ kind: 'foreign-key', format: error.format });
    return { state: 'garbage', detail: messageOf(error) };
  }
}

/** The public key that checks an authority's signatures, as it is on disk now. */
interface Signer {
  readonly keyId: KeyId;
  readonly key: KeyObject;
}

/** From the private key, or from the certificate where the key is kept elsewhere. */
function readSigner({ key, cert }: Files, bytes: FoundFiles['bytes']): Signer | undefined {
  if (key.state === 'present') return signer(bytes.key, publicKeyOf, key.facts.keyId);
  if (cert.state !== 'present') return undefined;
  return signer(bytes.cert, (found) => certificateSpki(certificateDer(found)), cert.facts.keyId);
}

function signer(
  bytes: FileState<Buffer>,
  spkiOf: (bytes: Buffer) => Uint8Array,
  keyId: KeyId,
): Signer | undefined {
  if (bytes.state !== 'present') return undefined;
  try {
    return { keyId, key: publicKeyObject(spkiOf(bytes.facts)) };
  } catch {
    // A key that nothing here can use, such as a point on no curve, checks no signature.
    return undefined;
  }
}

/** The signature is checked, not believed: names and key identifiers can agree where the key is another. */
function signerOf({ cert }: Files, bytes: FoundFiles['bytes'], issuer: Signer | undefined): KeyId | null {
  if (cert.state !== 'present' || bytes.cert.state !== 'present' || issuer === undefined) return null;
  return signedBy(certificateDer(bytes.cert.facts), issuer.key) ? issuer.keyId : null;
}
