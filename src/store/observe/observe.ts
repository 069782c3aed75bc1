/** The output folder → Observation. Reads only; what cannot be read becomes a fact too. */

import { ALL_ARTIFACTS, eachArtifact } from '../../pki/artifact.ts';
import type { Authority, Entity, EntityId, Inventory } from '../../pki/entity.ts';
import { messageOf } from '../../pki/errors.ts';
import { filePath, folderOf, type Located } from '../../pki/files.ts';
import type {
  ArtifactStates,
  EntityObservation,
  FileState,
  IssuedBefore,
  KeyState,
  Observation,
  Sight,
} from '../../plan/observation.ts';
import type { CertificateFacts } from '../../x509/facts.ts';
import { pending } from '../commit/pending.ts';
import { otherEntries } from '../ledger.ts';
import { type Cache, fileSignature } from './cache.ts';
import { observeCommands } from './commands.ts';
import { Folders, type FoundFiles, type FoundWithFormer, readFiles, withFormerFiles } from './find-files.ts';
import { formerSigner } from './former-signer.ts';
import { leftKeyOf, observeKey, observeTokenKey, openedKeyFile, plainFile } from './keys.ts';
import { knownIn, readableLines } from './known.ts';
import { Leftovers } from './leftovers.ts';
import { withListedModes } from './listed-modes.ts';
import { listedBefore } from './lists.ts';
import { Origins } from './origins.ts';
import { findOrphans } from './orphans.ts';
import { FormerLocations, readPlaces } from './places.ts';
import { anchorsOf, presentedOf } from './presented.ts';
import { blockedBy } from './read.ts';
import { Reader, type SignatureKey } from './reader.ts';
import { areOpened, areReadable, lackingSecrets, opened, sealSources } from './sealed.ts';
import { inSight, unseenIn } from './sight.ts';
import { listSigner, readSigner, signerOf } from './signers.ts';

/** @param root the output folder, absolute. @param reader of a run that may have read the same before. */
export function observe(
  root: string,
  { entities }: Inventory,
  cache?: Cache,
  reader = new Reader(),
  sight: Sight = 'all',
): Observation {
  const folders = new Folders(root, entities);
  const places = readPlaces(root);
  const formerLocations = new FormerLocations(entities, places);
  const where: Where = {
    root,
    folders,
    formerLocations,
    leftovers: new Leftovers(entities, places),
    origins: new Origins(root, formerLocations),
    reader,
    anchors: anchorsOf(entities),
    sight,
  };
  const signers = new Map<EntityId, SignatureKey | undefined>();
  const observed = new Map<EntityId, EntityObservation>();
  for (const entity of entities) observed.set(entity.id, observeEntity(where, entity, signers, cache));
  const left = pending(root);
  const exposed = folders.exposed();
  return {
    entities: observed,
    ...findOrphans(root, entities),
    ...(left.length === 0 ? {} : { pending: left }),
    ...(exposed.length === 0 ? {} : { exposed }),
    ...fromLedger(root, entities, observed, signers),
    ...lackingSecrets(reader),
    ...unseenIn(observed, sight),
    ...(reader.tokens.faults.size === 0 ? {} : { tokens: reader.tokens.faults }),
    ...observeCommands(root, entities),
  };
}

function fromLedger(
  root: string,
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
  signers: ReadonlyMap<EntityId, SignatureKey | undefined>,
): Pick<Observation, 'issued' | 'known' | 'certificates' | 'lists'> {
  const lines = readableLines(root);
  const issued = issuedBefore(lines, observed);
  const known = knownIn(root, entities, observed, lines);
  return {
    ...(issued.length === 0 ? {} : { issued }),
    ...(known.size === 0 ? {} : { known }),
    ...listedBefore(root, entities, lines, signers),
  };
}

function issuedBefore(
  lines: readonly string[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
): readonly IssuedBefore[] {
  const known = new Map<string, Set<string>>();
  for (const { cert } of observed.values()) {
    if (cert.state !== 'present') continue;
    const { serial, fingerprint } = cert.facts;
    known.set(serial, (known.get(serial) ?? new Set()).add(fingerprint));
  }
  return otherEntries(lines, known);
}

interface Where {
  readonly root: string;
  readonly folders: Folders;
  readonly formerLocations: FormerLocations;
  readonly leftovers: Leftovers;
  readonly origins: Origins;
  readonly reader: Reader;
  readonly anchors: ReadonlyMap<EntityId, Authority>;
  readonly sight: Sight;
}

/** From the cache where its files are as they were, and so is the key that its certificate has to be signed with. */
function observeEntity(
  where: Where,
  entity: Entity,
  signers: Map<EntityId, SignatureKey | undefined>,
  cache: Cache | undefined,
): EntityObservation {
  const seen = observeOwned(where, entity, signers, cache);
  const folder = entity.ownership === undefined ? undefined : where.folders.ownerOf(entity);
  return { ...seen, ...where.leftovers.of(entity, seen), ...(folder === undefined ? {} : { folder }) };
}

function observeOwned(
  where: Where,
  entity: Entity,
  signers: Map<EntityId, SignatureKey | undefined>,
  cache: Cache | undefined,
): EntityObservation {
  const { root, folders, formerLocations } = where;
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
  const here = inSight(readFiles(root, entity, folders), sight);
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
