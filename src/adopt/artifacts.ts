/** The other files of an entity: each is one only if it holds exactly what would be written into it. */

import type { Artifact } from '../pki/artifact.ts';
import { compare } from '../pki/compare.ts';
import type { EntityId } from '../pki/entity.ts';
import { folderOf } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { type Fingerprint, type RequestFacts, sanOf } from '../x509/facts.ts';
import type { Draft } from './draft.ts';
import type { Member } from './family.ts';
import type { FoundFile } from './found.ts';
import { tenantsOf } from './naming.ts';
import { baseOf, pathFault, stemOf } from './paths.ts';

/** Each below the adopted folder. */
export type Files = Readonly<Partial<Record<Artifact, string>>>;

/** An entity's files, and whom it trusts by them. */
export interface Furnished {
  readonly files: Files;
  /** Names of the roots in the `ca` file, where it is not the own one alone. */
  readonly trust: readonly string[] | undefined;
}

type Derived = 'csr' | 'chain' | 'fullchain' | 'ca' | 'public' | 'previous';

/** How each is called where it has a name of its own. */
const NAMES: Readonly<Record<Derived, RegExp>> = {
  previous: /previous/i,
  csr: /./,
  public: /./,
  // Only directly below a root, where a copy of the certificate would look the same.
  fullchain: /full|bundle|chain/i,
  chain: /chain|inter/i,
  ca: /ca|root|trust/i,
};

/** Files by draft. Whoever comes first takes a file; two entities cannot write one. */
export function furnish(
  drafts: readonly Draft[],
  files: readonly FoundFile[],
): ReadonlyMap<EntityId, Furnished> {
  const house = houseOf(drafts, files);
  const found = new Map<EntityId, Furnished>();
  for (const draft of drafts) found.set(draft.id, furnishOne(draft, house));
  return found;
}

interface House {
  readonly byFolder: ReadonlyMap<string, readonly FoundFile[]>;
  readonly byStem: ReadonlyMap<string, readonly FoundFile[]>;
  /** Without regard to letter case. */
  readonly taken: Set<string>;
  readonly tenants: ReadonlyMap<string, number>;
  readonly roots: ReadonlyMap<Fingerprint, Draft>;
}

function houseOf(drafts: readonly Draft[], files: readonly FoundFile[]): House {
  const good = files.filter(({ path }) => pathFault(path) === null);
  const roots = drafts.filter(({ member }) => member.section === 'authorities' && member.issuer === null);
  return {
    byFolder: groupBy(good, ({ path }) => folderOf(path)),
    byStem: groupBy(good, ({ path }) => stemOf(path)),
    taken: new Set(drafts.flatMap(({ member }) => [member.certPath, member.keyPath]).map(folded)),
    tenants: tenantsOf(drafts.map(({ member }) => member)),
    roots: new Map(roots.map((draft) => [draft.member.cert.facts.fingerprint, draft])),
  };
}

function folded(path: string): string {
  return path.toLowerCase();
}

function furnishOne({ member }: Draft, house: House): Furnished {
  const near = nearFiles(member, house);
  const files: Record<string, string> = { key: member.keyPath, cert: member.certPath };
  const take = (artifact: Derived, fits: (file: FoundFile) => boolean): FoundFile | undefined => {
    const free = near.filter(
      (file) => !house.taken.has(folded(file.path)) && fits(file) && isCalled(artifact, file),
    );
    const chosen = free.toSorted((a, b) => a.path.length - b.path.length || compare(a.path, b.path))[0];
    if (chosen === undefined) return undefined;
    house.taken.add(folded(chosen.path));
    files[artifact] = chosen.path;
    return chosen;
  };
  const chain = chainOf(member);
  const own = member.cert.facts.fingerprint;
  take('previous', (file) => isPrevious(file, member));
  take('csr', (file) => isRequestOf(file, member));
  take('public', (file) => isPublicKeyOf(file, member));
  take('fullchain', (file) => holds(file, [own, ...chain]));
  if (chain.length > 0) take('chain', (file) => holds(file, chain));
  const bundle = take('ca', (file) => mayTrust(member, trustedRoots(file, house)));
  return { files, trust: bundle && otherTrust(member, trustedRoots(bundle, house)) };
}

/** A full chain of several certificates can be nothing else, whatever its name. */
function isCalled(artifact: Derived, { path, certificates }: FoundFile): boolean {
  return (artifact === 'fullchain' && certificates.length > 1) || NAMES[artifact].test(baseOf(path));
}

/** Files in a folder that is this entity's alone, and files that bear its name. */
function nearFiles(
  { certPath, keyPath }: Member,
  { byFolder, byStem, tenants }: House,
): readonly FoundFile[] {
  const folders = [...new Set([folderOf(certPath), folderOf(keyPath)])];
  const own = folders
    .filter((folder) => tenants.get(folder) === 1)
    .flatMap((folder) => byFolder.get(folder) ?? []);
  const stem = stemOf(certPath) || stemOf(keyPath);
  const variants = [
    stem,
    ...['chain', 'fullchain', 'ca', 'bundle'].flatMap((word) => [
      `${stem}-${word}`,
      `${stem}_${word}`,
      `${stem}.${word}`,
    ]),
  ];
  const named = stem === '' ? [] : variants.flatMap((variant) => byStem.get(variant) ?? []);
  return [...new Set([...own, ...named])];
}

/** The authorities above, nearest first, without the root. */
function chainOf(member: Member): readonly Fingerprint[] {
  const above: Fingerprint[] = [];
  for (let at = member.issuer; at !== null && at.issuer !== null; at = at.issuer)
    above.push(at.cert.facts.fingerprint);
  return above;
}

function fingerprints({ certificates }: FoundFile): readonly Fingerprint[] {
  return certificates.map(({ facts }) => facts.fingerprint);
}

function isBundle({ certificates, keys, requests, others }: FoundFile): boolean {
  return certificates.length > 0 && keys.length + requests.length + others.length === 0;
}

function holds(file: FoundFile, wanted: readonly Fingerprint[]): boolean {
  return isBundle(file) && fingerprints(file).join() === wanted.join();
}

/** Earlier certificates of a root, for other keys than its present one. */
function isPrevious(file: FoundFile, { section, issuer, cert }: Member): boolean {
  if (section !== 'authorities' || issuer !== null || !isBundle(file)) return false;
  return file.certificates.every(
    ({ facts }) =>
      facts.keyId !== cert.facts.keyId &&
      facts.subjectDer === cert.facts.subjectDer &&
      facts.issuerDer === facts.subjectDer,
  );
}

function isRequestOf({ requests, keys, certificates }: FoundFile, member: Member): boolean {
  const [only] = requests;
  const single = requests.length === 1 && keys.length + certificates.length === 0;
  return single && only !== undefined && only.keyId === member.key.keyId && asksFor(only, member);
}

/** Whether a request asks for just what the certificate has: another one would be written anew. */
function asksFor({ subject, san, signatureFits }: RequestFacts, { cert }: Member): boolean {
  const sorted = (values: readonly unknown[]): string =>
    values
      .map((value) => JSON.stringify(value))
      .sort()
      .join();
  const sameSubject = sorted(subject) === sorted(cert.facts.subject);
  return signatureFits && sameSubject && sorted(san) === sorted(sanOf(cert.facts));
}

function isPublicKeyOf({ publicKeys, keys, certificates, requests }: FoundFile, { key }: Member): boolean {
  const single = publicKeys.length === 1 && keys.length + certificates.length + requests.length === 0;
  return single && publicKeys[0] === key.keyId;
}

/** The described roots of a trust bundle in file order; `undefined` where it holds something else as well. */
function trustedRoots(file: FoundFile, { roots }: House): readonly Draft[] | undefined {
  if (!isBundle(file)) return undefined;
  const found: Draft[] = [];
  for (const { facts } of file.certificates) {
    const root = roots.get(facts.fingerprint);
    const last = found.at(-1);
    const earlier = last !== undefined && last.member.cert.facts.subjectDer === facts.subjectDer;
    if (root === undefined && !earlier) return undefined;
    if (root !== undefined) found.push(root);
  }
  return found;
}

/** An end entity may trust whom it likes; an authority's bundle is for those who want to trust it. */
function mayTrust(member: Member, trusted: readonly Draft[] | undefined): boolean {
  if (trusted === undefined) return false;
  return member.section !== 'authorities' || isOwnRoot(member, trusted);
}

function otherTrust(member: Member, trusted: readonly Draft[] = []): readonly string[] | undefined {
  return isOwnRoot(member, trusted) ? undefined : trusted.map(({ name }) => name);
}

function isOwnRoot(member: Member, trusted: readonly Draft[]): boolean {
  let root = member;
  while (root.issuer !== null) root = root.issuer;
  return trusted.length === 1 && trusted[0]?.member === root;
}
