/** Private keys with their certificates, by public key; names of files only decide between copies. */

import { foldedPath } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { type Fingerprint, isAuthority, type KeyFacts, type KeyId } from '../x509/facts.ts';
import type { FoundCertificate, FoundFile, Scan } from './found.ts';
import { type Keyless, keylessIn } from './keyless.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';
import { type KeyFile, keyOfCertificate, nameText, type Occurrence, type Pair, pathsOf } from './pair.ts';
import { isCopy, isKeyPath, nearness } from './paths.ts';
import { byRank, type Ranking, selfSignedFirst, standingOf } from './ranking.ts';
import type { Revocation } from './revocations.ts';
import { isNamedAlike, unpairedOf, unusableKeysIn } from './unpaired.ts';

/** The pairs of a folder, and the reasons for certificates and keys without one. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly LeftOut[];
  /** Every certificate of the folder once, even without a key. */
  readonly occurrences: readonly Occurrence[];
  /** Authorities without their keys, each by its best certificate, and how they are reported where nothing needs them. */
  readonly keyless: readonly Keyless[];
  /** Why a certificate is in no pair. */
  readonly unpaired: ReadonlyMap<Fingerprint, LeftOutWhy>;
}

/**
 * Each key and each certificate is in one pair at most.
 * @param revoked by fingerprint: these certificates get no pair.
 * @param now seconds since 1970: certificates that are still valid come first.
 */
export function pairUp(
  { files, unusable }: Pick<Scan, 'files' | 'unusable'>,
  revoked: ReadonlyMap<Fingerprint, Revocation>,
  now: number,
): Pairing {
  const occurrences = occurrencesOf(files);
  const living = occurrences.filter(({ cert }) => !revoked.has(cert.facts.fingerprint));
  const keys = keysById(files);
  const groups = [...groupBy(living, ({ cert }) => cert.facts.keyId)];
  const signers = new Set(
    living.flatMap(({ cert: { facts } }) =>
      isAuthority(facts) && keys.has(facts.keyId) ? [facts.subjectDer] : [],
    ),
  );
  const standing = (cert: FoundCertificate): number => standingOf(cert.facts, signers);
  const read = groups.flatMap(([keyId, group]) => pairGroup(group, keys.get(keyId) ?? [], { now, standing }));
  const all = [...read, ...encryptedPairs(living, read, keys, files)];
  const { pairs, leftOut: sharedPaths } = distinct(all);
  const paired = new Set(all.map((pair) => pair.cert.facts.fingerprint));
  const context = {
    files,
    unusable,
    keys,
    unusableKeys: unusableKeysIn(files),
    revoked,
    signers,
    pairs: new Map(pairs.map((pair) => [pair.key.keyId, pair])),
  };
  const unpaired = occurrences
    .filter(({ cert }) => !paired.has(cert.facts.fingerprint))
    .map((occurrence) => [occurrence, unpairedOf(occurrence, context)] as const);
  const keyless = keylessIn(unpaired, { now, standing });
  const apart = new Set(keyless.map(({ leftOut }) => leftOut));
  const reported = unpaired.map(([, one]) => one).filter((one) => !apart.has(one));
  return {
    pairs,
    occurrences,
    keyless,
    unpaired: new Map(unpaired.map(([{ cert }, { why }]) => [cert.facts.fingerprint, why])),
    leftOut: [...sharedPaths, ...reported, ...unmatchedKeys({ files, unusable }, occurrences)],
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
    const paths = pathsOf(pair);
    const folded = paths.map(foldedPath);
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

function occurrencesOf(files: readonly FoundFile[]): readonly Occurrence[] {
  const found = new Map<Fingerprint, { cert: FoundCertificate; alone: string[]; together: FoundFile[] }>();
  for (const file of files) {
    for (const cert of file.certificates) {
      const { fingerprint } = cert.facts;
      const seen = found.get(fingerprint) ?? { cert, alone: [], together: [] };
      found.set(fingerprint, seen);
      if (isAlone(file)) seen.alone.push(file.path);
      else if (!seen.together.includes(file)) seen.together.push(file);
    }
  }
  return [...found.values()];
}

/** Renewing a certificate rewrites its file: nothing else may be lost with that. */
function isAlone({ certificates, keys, requests, publicKeys, crls, others }: FoundFile): boolean {
  const beside = [keys, requests, publicKeys, crls, others].every((found) => found.length === 0);
  return certificates.length === 1 && beside;
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

/** Certificates whose only key is an encrypted one of the same name, each key for one of them. */
function encryptedPairs(
  living: readonly Occurrence[],
  read: readonly Pair[],
  keys: ReadonlyMap<KeyId, readonly KeyFile[]>,
  files: readonly FoundFile[],
): readonly Pair[] {
  const locked = files.filter(
    ({ keys: [only, ...more] }) => only?.state === 'encrypted' && more.length === 0,
  );
  const paired = new Set(read.map(({ cert }) => cert.facts.fingerprint));
  const free = living.filter(
    ({ cert }) => !paired.has(cert.facts.fingerprint) && !keys.has(cert.facts.keyId),
  );
  return locked.flatMap(({ path: keyPath }) => {
    const found = free.flatMap(({ cert, alone }) =>
      alone.filter((certPath) => isNamedAlike(certPath, keyPath)).map((certPath) => ({ cert, certPath })),
    );
    const [newest] = found.toSorted(
      (a, b) => selfSignedFirst(a.cert, b.cert) || b.cert.facts.notBefore - a.cert.facts.notBefore,
    );
    return newest === undefined
      ? []
      : [{ ...newest, key: keyOfCertificate(newest.cert), keyPath, isEncrypted: true }];
  });
}

/** Each certificate and each key file once: valid ones first, then those of roots, then the best match of names, then the newest. */
function pairGroup(
  group: readonly Occurrence[],
  keys: readonly KeyFile[],
  { now, standing }: Ranking,
): readonly Pair[] {
  const candidates = group.flatMap(({ cert, alone }) =>
    alone.flatMap((certPath) =>
      keys.map(({ path, facts }) => ({
        cert,
        certPath,
        key: facts,
        keyPath: path,
        score: nearness(certPath, path),
        standing: isCopy(certPath) ? 0 : standing(cert),
        isOver: cert.facts.notAfter < now,
      })),
    ),
  );
  const taken = new Set<string>();
  return candidates.sort(byRank).flatMap(({ score: _, standing: __, isOver: ___, ...pair }) => {
    const uses = [pair.cert.facts.fingerprint, pair.keyPath];
    if (uses.some((use) => taken.has(use))) return [];
    for (const use of uses) taken.add(use);
    return [pair];
  });
}

/** Keys without a certificate in the folder. */
function unmatchedKeys(
  { files, unusable }: Pick<Scan, 'files' | 'unusable'>,
  occurrences: readonly Occurrence[],
): readonly LeftOut[] {
  const certified = new Set(occurrences.map(({ cert }) => cert.facts.keyId));
  return files.flatMap((file) => {
    const key = keyOf(file);
    if (key === undefined || certified.has(key.keyId)) return [];
    const request = files.find(({ requests }) => requests.some(({ keyId }) => keyId === key.keyId));
    const unread = unusable.find(({ path }) => !isKeyPath(path) && isNamedAlike(path, file.path));
    const why = {
      kind: 'no-certificate',
      request: request?.path ?? null,
      unread: unread?.path ?? null,
    } as const;
    return [{ paths: [file.path], subject: null, why }];
  });
}
