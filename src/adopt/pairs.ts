/** Private keys and the certificates that fit them, by public key: names of files only choose among equals. */

import { compare } from '../pki/compare.ts';
import { folderOf } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { subjectText } from '../pki/subject.ts';
import type { CertificateFacts, Fingerprint, KeyFacts, KeyId } from '../x509/facts.ts';
import type { FoundCertificate, FoundFile, Scan } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';
import { nearness, stemOf } from './paths.ts';

/** What becomes an entity, unless something else speaks against it. */
export interface Pair {
  readonly cert: FoundCertificate;
  readonly certPath: string;
  readonly key: KeyFacts;
  readonly keyPath: string;
}

/** One certificate and all the files that it is in. */
export interface Sighting {
  readonly cert: FoundCertificate;
  /** Files that hold this certificate and nothing else of interest. */
  readonly alone: readonly string[];
  /** Files that hold it together with its key, or with other certificates. */
  readonly together: readonly FoundFile[];
}

/** The pairs of a folder, and why a certificate, or a key by itself, is in none. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly LeftOut[];
  /** Every certificate of the folder once, also those without a key. */
  readonly sightings: readonly Sighting[];
  /** Why a certificate has no part in a pair. */
  readonly unpaired: ReadonlyMap<Fingerprint, LeftOutWhy>;
}

/** A key and a certificate are in one pair at most, and each must be in a file of its own. */
export function pairUp(scan: Scan): Pairing {
  const sightings = sightingsOf(scan.files);
  const keys = keysById(scan.files);
  const all = [...groupByKey(sightings)].flatMap(([keyId, group]) => pairGroup(group, keys.get(keyId) ?? []));
  const { pairs, leftOut: twins } = apart(all);
  const paired = new Set(all.map((pair) => pair.cert.facts.fingerprint));
  const context = {
    keys,
    pairs: new Map(pairs.map((pair) => [pair.key.keyId, pair])),
    encrypted: encryptedKeys(scan.files),
  };
  const found = sightings
    .filter(({ cert }) => !paired.has(cert.facts.fingerprint))
    .map((seen) => [seen.cert.facts.fingerprint, unpairedOf(seen, context)] as const);
  return {
    pairs,
    sightings,
    unpaired: new Map(found.map(([fingerprint, { why }]) => [fingerprint, why])),
    leftOut: [...twins, ...found.map(([, one]) => one), ...lonelyKeys(scan.files, sightings)],
  };
}

/** Disks of macOS and Windows do not tell `API.crt` from `api.crt`, and so a manifest may not have both. */
function apart(all: readonly Pair[]): {
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly LeftOut[];
} {
  const taken = new Set<string>();
  const pairs: Pair[] = [];
  const leftOut: LeftOut[] = [];
  for (const pair of all) {
    const paths = [pair.certPath, pair.keyPath];
    const folded = paths.map((path) => path.toLowerCase());
    const isTwin = folded.some((path) => taken.has(path));
    for (const path of folded) taken.add(path);
    if (!isTwin) pairs.push(pair);
    else
      leftOut.push({
        paths,
        subject: nameText(pair.cert.facts),
        why: { kind: 'path', fault: { kind: 'case-twin' } },
      });
  }
  return { pairs, leftOut };
}

/** The certificate as people know it. */
export function nameText({ subject, extensions }: CertificateFacts): string {
  return subject.length > 0
    ? subjectText(subject)
    : (extensions.subjectAltName?.value.join(', ') ?? 'no name');
}

function sightingsOf(files: readonly FoundFile[]): readonly Sighting[] {
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

/** The one readable key of a file that holds nothing else that would be lost with it. */
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

function groupByKey(sightings: readonly Sighting[]): ReadonlyMap<KeyId, readonly Sighting[]> {
  return groupBy(sightings, ({ cert }) => cert.facts.keyId);
}

type Candidate = Pair & { readonly score: number };

/** Every certificate and every file once; the best match by name first, then the newest certificate. */
function pairGroup(group: readonly Sighting[], keys: readonly KeyFile[]): readonly Pair[] {
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
  return candidates.sort(byFitness).flatMap(({ score: _, ...pair }) => {
    const uses = [pair.cert.facts.fingerprint, pair.keyPath];
    if (uses.some((use) => taken.has(use))) return [];
    for (const use of uses) taken.add(use);
    return [pair];
  });
}

function byFitness(a: Candidate, b: Candidate): number {
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

function unpairedOf(seen: Sighting, context: Context): LeftOut {
  const { cert, alone, together } = seen;
  const why = whyUnpaired(seen, context);
  const keys = why.kind === 'bundle' ? (context.keys.get(cert.facts.keyId) ?? []) : [];
  const paths = [...alone, ...together.map(({ path }) => path), ...keys.map(({ path }) => path)];
  return { paths, subject: nameText(cert.facts), why };
}

function whyUnpaired({ cert, alone, together }: Sighting, { keys, pairs, encrypted }: Context): LeftOutWhy {
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
  const locked = alone.flatMap((path) => encrypted.filter((key) => goesWith(path, key)))[0];
  return locked === undefined ? { kind: 'no-key' } : { kind: 'encrypted-key', keyPath: locked };
}

function goesWith(certPath: string, keyPath: string): boolean {
  const stem = stemOf(certPath).toLowerCase();
  if (stem !== stemOf(keyPath).toLowerCase()) return false;
  return stem !== '' || folderOf(certPath) === folderOf(keyPath);
}

function encryptedKeys(files: readonly FoundFile[]): readonly string[] {
  return files.filter(({ keys }) => keys.some(({ state }) => state === 'encrypted')).map(({ path }) => path);
}

/** Keys that fit no certificate of the folder. */
function lonelyKeys(files: readonly FoundFile[], sightings: readonly Sighting[]): readonly LeftOut[] {
  const certified = new Set(sightings.map(({ cert }) => cert.facts.keyId));
  return files.flatMap((file) => {
    const key = keyOf(file);
    if (key === undefined || certified.has(key.keyId)) return [];
    const request = files.find(({ requests }) => requests.some(({ keyId }) => keyId === key.keyId));
    const why = { kind: 'no-certificate', request: request?.path ?? null } as const;
    return [{ paths: [file.path], subject: null, why }];
  });
}
