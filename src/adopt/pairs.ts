/** Private keys with their certificates, by public key; names of files only decide between copies. */

import { compare } from '../pki/compare.ts';
import { folderOf } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { subjectText } from '../pki/subject.ts';
import type { CertificateFacts, Fingerprint, KeyFacts, KeyId } from '../x509/facts.ts';
import type { FoundCertificate, FoundFile, Scan } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';
import { nearness, stemOf } from './paths.ts';

/** A private key and its certificate, each in a file of its own: a candidate for an entity. */
export interface Pair {
  readonly cert: FoundCertificate;
  readonly certPath: string;
  readonly key: KeyFacts;
  readonly keyPath: string;
}

/** A certificate and all files that contain it. */
export interface Occurrence {
  readonly cert: FoundCertificate;
  /** Files with this certificate alone. */
  readonly alone: readonly string[];
  /** Files that hold its key, or other certificates, as well. */
  readonly together: readonly FoundFile[];
}

/** The pairs of a folder, and the reasons for certificates and keys without one. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly LeftOut[];
  /** Every certificate of the folder once, even without a key. */
  readonly occurrences: readonly Occurrence[];
  /** Why a certificate is in no pair. */
  readonly unpaired: ReadonlyMap<Fingerprint, LeftOutWhy>;
}

/** Each key and each certificate is in one pair at most. */
export function pairUp(scan: Scan): Pairing {
  const occurrences = occurrencesOf(scan.files);
  const keys = keysById(scan.files);
  const all = [...groupByKey(occurrences)].flatMap(([keyId, group]) =>
    pairGroup(group, keys.get(keyId) ?? []),
  );
  const { pairs, leftOut: sharedPaths } = distinct(all);
  const paired = new Set(all.map((pair) => pair.cert.facts.fingerprint));
  const context = {
    keys,
    pairs: new Map(pairs.map((pair) => [pair.key.keyId, pair])),
    encrypted: encryptedKeys(scan.files),
  };
  const found = occurrences
    .filter(({ cert }) => !paired.has(cert.facts.fingerprint))
    .map((seen) => [seen.cert.facts.fingerprint, unpairedOf(seen, context)] as const);
  return {
    pairs,
    occurrences,
    unpaired: new Map(found.map(([fingerprint, { why }]) => [fingerprint, why])),
    leftOut: [...sharedPaths, ...found.map(([, one]) => one), ...unmatchedKeys(scan.files, occurrences)],
  };
}

/** A manifest cannot name both `API.crt` and `api.crt`: disks of macOS and Windows ignore letter case. */
function distinct(all: readonly Pair[]): {
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly LeftOut[];
} {
  const taken = new Set<string>();
  const pairs: Pair[] = [];
  const leftOut: LeftOut[] = [];
  for (const pair of all) {
    const paths = [pair.certPath, pair.keyPath];
    const folded = paths.map((path) => path.toLowerCase());
    const isTaken = folded.some((path) => taken.has(path));
    for (const path of folded) taken.add(path);
    if (!isTaken) pairs.push(pair);
    else
      leftOut.push({
        paths,
        subject: nameText(pair.cert.facts),
        why: { kind: 'path', fault: { kind: 'case-twin' } },
      });
  }
  return { pairs, leftOut };
}

/** The name of a certificate for people: its subject, or its SANs. */
export function nameText({ subject, extensions }: CertificateFacts): string {
  return subject.length > 0
    ? subjectText(subject)
    : (extensions.subjectAltName?.value.join(', ') ?? 'no name');
}

function occurrencesOf(files: readonly FoundFile[]): readonly Occurrence[] {
  const found = new Map<Fingerprint, { cert: FoundCertificate; alone: string[]; together: FoundFile[] }>();
  for (const file of files) {
    for (const cert of file.certificates) {
      const { fingerprint } = cert.facts;
      const seen = found.get(fingerprint) ?? { cert, alone: [], together: [] };
      found.set(fingerprint, seen);
      if (file.certificates.length === 1 && file.keys.length === 0) seen.alone.push(file.path);
      else if (!seen.together.includes(file)) seen.together.push(file);
    }
  }
  return [...found.values()];
}

interface KeyFile {
  readonly path: string;
  readonly facts: KeyFacts;
}

/** The single readable key of a file without certificates, which a new key would overwrite. */
function keyOf(file: FoundFile): KeyFacts | undefined {
  const [only] = file.keys;
  const single = file.keys.length === 1 && file.certificates.length === 0;
  return single && only?.state === 'readable' ? only.facts : undefined;
}

function keysById(files: readonly FoundFile[]): ReadonlyMap<KeyId, readonly KeyFile[]> {
  const found = files.flatMap((file) => {
    const facts = keyOf(file);
    return facts === undefined ? [] : [{ path: file.path, facts }];
  });
  return groupBy(found, ({ facts }) => facts.keyId);
}

function groupByKey(occurrences: readonly Occurrence[]): ReadonlyMap<KeyId, readonly Occurrence[]> {
  return groupBy(occurrences, ({ cert }) => cert.facts.keyId);
}

type Candidate = Pair & { readonly score: number };

/** Each certificate and each key file once: the best match of names first, then the newest certificate. */
function pairGroup(group: readonly Occurrence[], keys: readonly KeyFile[]): readonly Pair[] {
  const candidates = group.flatMap(({ cert, alone }) =>
    alone.flatMap((certPath) =>
      keys.map(({ path, facts }) => ({
        cert,
        certPath,
        key: facts,
        keyPath: path,
        score: nearness(certPath, path),
      })),
    ),
  );
  const taken = new Set<string>();
  return candidates.sort(byScore).flatMap(({ score: _, ...pair }) => {
    const uses = [pair.cert.facts.fingerprint, pair.keyPath];
    if (uses.some((use) => taken.has(use))) return [];
    for (const use of uses) taken.add(use);
    return [pair];
  });
}

function byScore(a: Candidate, b: Candidate): number {
  return (
    b.score - a.score ||
    b.cert.facts.notBefore - a.cert.facts.notBefore ||
    a.certPath.length - b.certPath.length ||
    compare(a.certPath, b.certPath)
  );
}

interface Context {
  readonly keys: ReadonlyMap<KeyId, readonly KeyFile[]>;
  readonly pairs: ReadonlyMap<KeyId, Pair>;
  readonly encrypted: readonly string[];
}

function unpairedOf(seen: Occurrence, context: Context): LeftOut {
  const { cert, alone, together } = seen;
  const why = whyUnpaired(seen, context);
  const keys = why.kind === 'bundle' ? (context.keys.get(cert.facts.keyId) ?? []) : [];
  const paths = [...alone, ...together.map(({ path }) => path), ...keys.map(({ path }) => path)];
  return { paths, subject: nameText(cert.facts), why };
}

function whyUnpaired({ cert, alone, together }: Occurrence, { keys, pairs, encrypted }: Context): LeftOutWhy {
  const { keyId, notBefore } = cert.facts;
  const twin = pairs.get(keyId);
  if (twin) {
    const isEarlier = notBefore <= twin.cert.facts.notBefore;
    return isEarlier ? { kind: 'earlier', of: twin.certPath } : { kind: 'key-taken', by: twin.certPath };
  }
  const withKey = together.find((file) =>
    file.keys.some((key) => key.state === 'readable' && key.facts.keyId === keyId),
  );
  if (withKey) return { kind: 'together' };
  const bundle = together[0];
  if (keys.has(keyId) && alone.length === 0 && bundle)
    return { kind: 'bundle', count: bundle.certificates.length };
  const locked = alone.flatMap((path) => encrypted.filter((key) => isNamedAlike(path, key)))[0];
  return locked === undefined ? { kind: 'no-key' } : { kind: 'encrypted-key', keyPath: locked };
}

function isNamedAlike(certPath: string, keyPath: string): boolean {
  const stem = stemOf(certPath).toLowerCase();
  if (stem !== stemOf(keyPath).toLowerCase()) return false;
  return stem !== '' || folderOf(certPath) === folderOf(keyPath);
}

function encryptedKeys(files: readonly FoundFile[]): readonly string[] {
  return files.filter(({ keys }) => keys.some(({ state }) => state === 'encrypted')).map(({ path }) => path);
}

/** Keys without a certificate in the folder. */
function unmatchedKeys(files: readonly FoundFile[], occurrences: readonly Occurrence[]): readonly LeftOut[] {
  const certified = new Set(occurrences.map(({ cert }) => cert.facts.keyId));
  return files.flatMap((file) => {
    const key = keyOf(file);
    if (key === undefined || certified.has(key.keyId)) return [];
    const request = files.find(({ requests }) => requests.some(({ keyId }) => keyId === key.keyId));
    const why = { kind: 'no-certificate', request: request?.path ?? null } as const;
    return [{ paths: [file.path], subject: null, why }];
  });
}
