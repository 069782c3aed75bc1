/** An entity's files beside key and certificate: each has to hold exactly what apply would write into it. */

import type { Artifact } from '../pki/artifact.ts';
import { compare } from '../pki/compare.ts';
import type { EntityId } from '../pki/entity.ts';
import { foldedPath, folderOf } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { compact } from '../pki/record.ts';
import { type Fingerprint, type RequestFacts, sanOf } from '../x509/facts.ts';
import type { Bridge } from './bridges.ts';
import { chainsOf, shownChain } from './chains.ts';
import type { EntryDraft } from './draft.ts';
import { type Earlier, earlierOf } from './earlier.ts';
import { type FoundFile, isBundle } from './found.ts';
import type { PlacedPair } from './hierarchy.ts';
import { countPairs } from './naming.ts';
import { pathsOf } from './pair.ts';
import { baseOf, pathFault, stemOf } from './paths.ts';

/** Each below the adopted folder. */
export type Files = Readonly<Partial<Record<Artifact, string>>>;

/** An entity's files, and the roots in its trust bundle. */
export interface EntityFiles {
  readonly files: Files;
  /** Names of the roots in the `ca` file; `undefined` for its own root alone. */
  readonly trust: readonly string[] | undefined;
  /** By which cross-certificate the chain in its files leads. Absent: they show its own line, or nothing. */
  readonly preferredChain?: string;
}

type Derived = 'csr' | 'chain' | 'fullchain' | 'ca' | 'public' | 'previous';

/** The usual names of each, where it has any. */
const NAMES: Readonly<Record<Derived, RegExp>> = {
  previous: /previous/i,
  csr: /./,
  public: /./,
  // Only directly below a root, where a copy of the certificate would look the same.
  fullchain: /full|bundle|chain/i,
  chain: /chain|inter/i,
  ca: /ca|root|trust/i,
};

/** Files by entity. The first entity takes a file: no two can write the same one. @param bridges have the certificate alone. */
export function findArtifacts(
  drafts: readonly EntryDraft[],
  files: readonly FoundFile[],
  bridges: readonly Bridge[],
): ReadonlyMap<EntityId, EntityFiles> {
  const index = indexFolder(drafts, files);
  const found = new Map<EntityId, EntityFiles>();
  for (const { id, path } of bridges) {
    index.taken.add(foldedPath(path));
    found.set(id, { files: { cert: path }, trust: undefined });
  }
  for (const draft of drafts) found.set(draft.id, artifactsOf(draft, index, bridges));
  return found;
}

interface FolderIndex {
  readonly byFolder: ReadonlyMap<string, readonly FoundFile[]>;
  readonly byStem: ReadonlyMap<string, readonly FoundFile[]>;
  /** Ignoring letter case. */
  readonly taken: Set<string>;
  readonly pairsPerFolder: ReadonlyMap<string, number>;
  readonly roots: ReadonlyMap<Fingerprint, EntryDraft>;
  /** What each root had before, by the file that keeps it: authorities come first. */
  readonly earlier: Map<PlacedPair, Earlier>;
}

function indexFolder(drafts: readonly EntryDraft[], files: readonly FoundFile[]): FolderIndex {
  const good = files.filter(({ path }) => pathFault(path) === null);
  const roots = drafts.filter(({ pair }) => pair.section === 'authorities' && pair.issuer === null);
  return {
    byFolder: groupBy(good, ({ path }) => folderOf(path)),
    byStem: groupBy(good, ({ path }) => stemOf(path)),
    taken: new Set(drafts.flatMap(({ pair }) => pathsOf(pair)).map(foldedPath)),
    pairsPerFolder: countPairs(drafts.map(({ pair }) => pair)),
    roots: new Map(roots.map((draft) => [draft.pair.cert.facts.fingerprint, draft])),
    earlier: new Map(),
  };
}

function artifactsOf(
  { pair, list }: EntryDraft,
  index: FolderIndex,
  bridges: readonly Bridge[],
): EntityFiles {
  const near = nearFiles(pair, index);
  const key = pair.keyPath === null ? {} : { key: pair.keyPath };
  const files: Record<string, string> = { ...key, cert: pair.certPath, ...list };
  const candidates = (artifact: Derived, matches: (file: FoundFile) => boolean): readonly FoundFile[] =>
    near.filter(
      (file) => !index.taken.has(foldedPath(file.path)) && matches(file) && isCalled(artifact, file),
    );
  const take = (artifact: Derived, matches: (file: FoundFile) => boolean): FoundFile | undefined => {
    const chosen = candidates(artifact, matches).toSorted(
      (a, b) => a.path.length - b.path.length || compare(a.path, b.path),
    )[0];
    if (chosen === undefined) return undefined;
    index.taken.add(foldedPath(chosen.path));
    files[artifact] = chosen.path;
    return chosen;
  };
  const own = pair.cert.facts.fingerprint;
  const previous = take('previous', (file) => earlierOf(file, pair) !== null);
  const before = previous && earlierOf(previous, pair);
  if (before) index.earlier.set(pair, before);
  const ways = chainsOf(pair, bridges, index.earlier.get(rootOf(pair)));
  const { chain, preferredChain } = shownChain(ways, (way) => {
    const isFull = (file: FoundFile): boolean => holds(file, [own, ...way]);
    const isChain = (file: FoundFile): boolean => holds(file, way);
    return candidates('fullchain', isFull).length + candidates('chain', isChain).length > 0;
  });
  take('csr', (file) => isRequestOf(file, pair));
  // It is made of the private key.
  if (pair.keyPath !== null) take('public', (file) => isPublicKeyOf(file, pair));
  take('fullchain', (file) => holds(file, [own, ...chain]));
  take('chain', (file) => holds(file, chain));
  const bundle = take('ca', (file) => mayTrust(pair, trustedRoots(file, index)));
  const trust = bundle && otherTrust(pair, trustedRoots(bundle, index));
  return { files, trust, ...compact({ preferredChain }) };
}

/** A full chain of several certificates is unmistakable, whatever its name. */
function isCalled(artifact: Derived, { path, certificates }: FoundFile): boolean {
  return (artifact === 'fullchain' && certificates.length > 1) || NAMES[artifact].test(baseOf(path));
}

/** Files in a folder of this entity alone, and files with its name. */
function nearFiles(
  pair: PlacedPair,
  { byFolder, byStem, pairsPerFolder }: FolderIndex,
): readonly FoundFile[] {
  const folders = [...new Set(pathsOf(pair).map(folderOf))];
  const own = folders
    .filter((folder) => pairsPerFolder.get(folder) === 1)
    .flatMap((folder) => byFolder.get(folder) ?? []);
  const stem =
    pathsOf(pair)
      .map(stemOf)
      .find((one) => one !== '') ?? '';
  const variants = [
    stem,
    ...['chain', 'fullchain', 'ca', 'bundle'].flatMap((word) => [
      `${stem}-${word}`,
      `${stem}_${word}`,
      `${stem}.${word}`,
    ]),
  ];
  // What is in the folder of another entity alone is that one's.
  const isOpen = ({ path }: FoundFile): boolean => pairsPerFolder.get(folderOf(path)) !== 1;
  const named = stem === '' ? [] : variants.flatMap((variant) => byStem.get(variant) ?? []).filter(isOpen);
  return [...new Set([...own, ...named])];
}

function fingerprints({ certificates }: FoundFile): readonly Fingerprint[] {
  return certificates.map(({ facts }) => facts.fingerprint);
}

/** Exactly these, in this order: an empty chain is in no file. */
function holds(file: FoundFile, wanted: readonly Fingerprint[]): boolean {
  return isBundle(file) && fingerprints(file).join() === wanted.join();
}

function isRequestOf({ requests, keys, certificates }: FoundFile, pair: PlacedPair): boolean {
  const [only] = requests;
  const single = requests.length === 1 && keys.length + certificates.length === 0;
  return single && only !== undefined && only.keyId === pair.key.keyId && asksFor(only, pair);
}

/** Whether a request asks for exactly what was issued: apply would rewrite any other. */
function asksFor({ subject, san, signatureFits }: RequestFacts, { cert }: PlacedPair): boolean {
  const sorted = (values: readonly unknown[]): string =>
    values
      .map((value) => JSON.stringify(value))
      .sort()
      .join();
  const sameSubject = sorted(subject) === sorted(cert.facts.subject);
  return signatureFits && sameSubject && sorted(san) === sorted(sanOf(cert.facts));
}

function isPublicKeyOf(
  { publicKeys, keys, certificates, requests }: FoundFile,
  { key }: PlacedPair,
): boolean {
  const single = publicKeys.length === 1 && keys.length + certificates.length + requests.length === 0;
  return single && publicKeys[0] === key.keyId;
}

/** The roots of a trust bundle in file order; `undefined` for a bundle that apply would not write. */
function trustedRoots(file: FoundFile, { roots, earlier }: FolderIndex): readonly EntryDraft[] | undefined {
  if (!isBundle(file)) return undefined;
  const found: EntryDraft[] = [];
  for (const { facts } of file.certificates) {
    const root = roots.get(facts.fingerprint);
    const last = found.at(-1);
    const before = last && earlier.get(last.pair)?.roots;
    const isEarlier = before?.some(({ fingerprint }) => fingerprint === facts.fingerprint);
    if (root === undefined ? !isEarlier : found.includes(root)) return undefined;
    if (root !== undefined) found.push(root);
  }
  return found;
}

/** An end entity may trust any root; an authority's bundle holds its own root, for others to trust. */
function mayTrust(pair: PlacedPair, trusted: readonly EntryDraft[] | undefined): boolean {
  if (trusted === undefined) return false;
  return pair.section !== 'authorities' || isOwnRoot(pair, trusted);
}

function otherTrust(pair: PlacedPair, trusted: readonly EntryDraft[] = []): readonly string[] | undefined {
  return isOwnRoot(pair, trusted) ? undefined : trusted.map(({ name }) => name);
}

function isOwnRoot(pair: PlacedPair, trusted: readonly EntryDraft[]): boolean {
  return trusted.length === 1 && trusted[0]?.pair === rootOf(pair);
}

function rootOf(pair: PlacedPair): PlacedPair {
  return pair.issuer === null ? pair : rootOf(pair.issuer);
}
