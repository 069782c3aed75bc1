/** The files of one entity → EntityObservation. Reads only; what cannot be read becomes a fact too. */

import { ALL_ARTIFACTS, eachArtifact } from '../../pki/artifact.ts';
import type { Authority, Entity, EntityId } from '../../pki/entity.ts';
import { messageOf } from '../../pki/errors.ts';
import { filePath, folderOf, type Located } from '../../pki/files.ts';
import type {
  ArtifactStates,
  EntityObservation,
  FileState,
  KeyState,
  Sight,
} from '../../plan/observation.ts';
import type { CertificateFacts } from '../../x509/facts.ts';
import { type Cache, fileSignature } from './cache.ts';
import { Folders, type FoundFiles, type FoundWithFormer, readFiles, withFormerFiles } from './find-files.ts';
import { formerSigner } from './former-signer.ts';
import { leftKeyOf, observeKey, observeTokenKey, openedKeyFile, plainFile } from './keys.ts';
import { Leftovers } from './leftovers.ts';
import { withListedModes } from './listed-modes.ts';
import { Origins } from './origins.ts';
import { FormerLocations, readPlaces } from './places.ts';
import { anchorsOf, behindOf, presentedOf } from './presented.ts';
import { blockedBy } from './read.ts';
import type { Reader, SignatureKey } from './reader.ts';
import { areOpened, areReadable, opened, sealSources } from './sealed.ts';
import { inSight } from './sight.ts';
import { listSigner, readSigner, signerOf } from './signers.ts';

/** What one look at a folder shares between its entities, and what it learns on the way: authorities come first. */
interface Where {
  readonly root: string;
  readonly folders: Folders;
  readonly formerLocations: FormerLocations;
  readonly leftovers: Leftovers;
  readonly origins: Origins;
  readonly reader: Reader;
  readonly anchors: ReadonlyMap<EntityId, Authority>;
  readonly sight: Sight;
  /** Keys of the authorities seen so far. */
  readonly signers: Map<EntityId, SignatureKey | undefined>;
}

/** @param root the output folder, absolute. */
export function whereOf(root: string, entities: readonly Entity[], reader: Reader, sight: Sight): Where {
  const places = readPlaces(root);
  const formerLocations = new FormerLocations(entities, places);
  return {
    root,
    folders: new Folders(root, entities),
    formerLocations,
    leftovers: new Leftovers(entities, places),
    origins: new Origins(root, formerLocations),
    reader,
    anchors: anchorsOf(entities),
    sight,
    signers: new Map(),
  };
}

/** From the cache where its files are as they were, and so is the key that its certificate has to be signed with. */
export function observeEntity(where: Where, entity: Entity, cache: Cache | undefined): EntityObservation {
  const seen = observeOwned(where, entity, cache);
  const folder = entity.ownership === undefined ? undefined : where.folders.ownerOf(entity);
  return { ...seen, ...where.leftovers.of(entity, seen), ...(folder === undefined ? {} : { folder }) };
}

function observeOwned(where: Where, entity: Entity, cache: Cache | undefined): EntityObservation {
  const { root, folders, formerLocations, signers } = where;
  const isAuthority = entity.kind === 'authority';
  const isHere = formerLocations.of(entity.id) === undefined;
  const isPlain = folders.blockage(folderOf(filePath(entity, 'cert'))) === null && !folders.hasLinks(entity);
  // An authority's own key is not known before it is read; there are few of them.
  const isKnowable = areReadable(entity) && isHere && isPlain;
  const state =
    // What an anchor's file says is no file of the entity.
    cache === undefined || isAuthority || !isKnowable || entity.elsewhere
      ? undefined
      : fileSignature(root, entity);
  const sources = state === undefined ? null : sealSources(entity, state.there, where.reader);
  const signature = sources === null ? undefined : state;
  const signer = isAuthority ? undefined : signers.get(entity.issuer);
  const known =
    signature === undefined
      ? undefined
      : cache?.get(entity.id, signature, signer?.keyId ?? null, sources ?? []);
  if (known !== undefined) return known;
  const { files, bytes } = observeFiles(where, entity);
  if (isAuthority) signers.set(entity.id, readSigner(entity, files, bytes, where.reader));
  const issuer = signers.get(entity.issuer ?? entity.id);
  const observation = {
    ...files,
    signedBy: signerOf(files, bytes, issuer, where.reader),
    ...listSigner(files, bytes, signers.get(entity.id)),
    ...presentedOf(entity, bytes.cert, where.anchors),
    ...behindOf(entity, bytes.cert),
    ...formerSigner(where.root, entity, bytes['former-crls'], where.reader),
  };
  // Whether damage is repaired also depends on what else is known (origins.ts).
  const isDamaged = ALL_ARTIFACTS.some((artifact) =>
    ['garbage', 'blocked', 'unknown'].includes(files[artifact].state),
  );
  if (signature !== undefined && !isDamaged && areOpened(entity, files))
    cache?.set(entity.id, signature, signer?.keyId ?? null, observation, sources ?? []);
  return observation;
}

type Files = Omit<EntityObservation, 'signedBy'>;

interface Observed {
  readonly files: Files;
  readonly bytes: FoundFiles['bytes'];
}

function observeFiles(where: Where, entity: Entity): Observed {
  const { root, folders, formerLocations, origins, reader, sight } = where;
  const here = withoutForeignKey(where, entity, inSight(readFiles(root, entity, folders), sight));
  const former = formerLocations.of(entity.id);
  const { bytes, published, formerLocation, conflictingKey }: FoundWithFormer =
    former === undefined
      ? { ...here, formerLocation: undefined }
      : withFormerFiles(root, entity, former, here, folders);
  const keyFile = openedKeyFile(entity, bytes.key, reader);
  const inTheWay = formerLocations.blockage(entity) ?? conflict(entity, conflictingKey);
  const states = artifactStates(
    bytes,
    (cert) => {
      if (entity.token !== undefined) return observeTokenKey(entity, cert, bytes.cert, reader);
      return inTheWay ?? observeKey(entity, keyFile, cert, bytes.cert, reader, sight);
    },
    reader,
  );
  const read = opened(entity, states, bytes, reader);
  const files = withListedModes(root, entity, origins.judged(entity, read, bytes), formerLocation);
  const found = {
    ...files,
    ...leftKeyOf(entity, keyFile, reader),
    ...(published === undefined ? {} : { published }),
    ...(formerLocation === undefined ? {} : { formerLocation }),
  };
  return { files: found, bytes: { ...bytes, key: plainFile(keyFile) } };
}

/** What lies where a key would be that is elsewhere is no such key, where it is another entity's. */
function withoutForeignKey({ leftovers }: Where, entity: Entity, found: FoundFiles): FoundFiles {
  if (entity.keyPlace === undefined || leftovers.isFree(filePath(entity, 'key'))) return found;
  return { ...found, bytes: { ...found.bytes, key: { state: 'missing' } } };
}

/** @param keyState given the state of the certificate. */
function artifactStates(
  bytes: FoundFiles['bytes'],
  keyState: (cert: FileState<CertificateFacts>) => KeyState,
  reader: Reader,
): ArtifactStates {
  const cert = parsed(bytes.cert, (found) => reader.read('cert', found));
  const states = eachArtifact((artifact) => {
    if (artifact === 'key') return keyState(cert);
    return artifact === 'cert' ? cert : parsed(bytes[artifact], (found) => reader.read(artifact, found));
  });
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
    return { state: 'present', facts: parse(file.facts), ...rightsOf(file) };
  } catch (error) {
    return { state: 'garbage', detail: messageOf(error) };
  }
}

/** Who may do what with it, whatever is in it. */
function rightsOf({
  mode,
  group,
  owner,
}: Pick<Extract<FileState<Buffer>, { state: 'present' }>, 'mode' | 'group' | 'owner'>) {
  return {
    mode,
    ...(group === undefined ? {} : { group }),
    ...(owner === undefined ? {} : { owner }),
  };
}
