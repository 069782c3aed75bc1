/** Why a certificate is in no pair: what is missing, or which of its files would have to be taken apart. */
import { compare } from '../pki/compare.ts';
import { folderOf } from '../pki/files.ts';
import type { Fingerprint, KeyId } from '../x509/facts.ts';
import type { FoundFile, ReadFault, Unusable } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';
import { isFurther, issuerText, type KeyFile, nameText, type Occurrence, type Pair } from './pair.ts';
import { isKeyPath, nearness, stemOf } from './paths.ts';
import type { Revocation } from './revocations.ts';

/** The rest of the folder. */
export interface Context {
  readonly files: readonly FoundFile[];
  readonly unusable: readonly Unusable[];
  readonly keys: ReadonlyMap<KeyId, readonly KeyFile[]>;
  readonly unusableKeys: ReadonlyMap<KeyId, LeftOutWhy>;
  readonly revoked: ReadonlyMap<Fingerprint, Revocation>;
  readonly pairs: ReadonlyMap<KeyId, Pair>;
}

/** Keys that are of no use, and why, as far as their public half can be read. */
export function unusableKeysIn(files: readonly FoundFile[]): ReadonlyMap<KeyId, LeftOutWhy> {
  const found = files.flatMap(({ path, keys }) =>
    keys.flatMap((key) =>
      key.state === 'unreadable' && key.keyId !== undefined
        ? [[key.keyId, unusableKey(path, key.fault)] as const]
        : [],
    ),
  );
  return new Map(found.toReversed());
}

/** With its files, the one that the reason is about first. */
export function unpairedOf(occurrence: Occurrence, context: Context): LeftOut {
  const { cert, alone, together } = occurrence;
  const why = whyUnpaired(occurrence, context);
  const about = 'path' in why && (why.kind === 'bundle' || why.kind === 'together') ? [why.path] : [];
  const keys = why.kind === 'bundle' ? (context.keys.get(cert.facts.keyId) ?? []) : [];
  const paths = [...about, ...alone, ...together.map(({ path }) => path), ...keys.map(({ path }) => path)];
  return { paths: [...new Set(paths)], subject: nameText(cert.facts), why };
}

function whyUnpaired(occurrence: Occurrence, context: Context): LeftOutWhy {
  const { facts } = occurrence.cert;
  const revocation = context.revoked.get(facts.fingerprint);
  if (revocation !== undefined) return { kind: 'revoked', ...revocation };
  const other = context.pairs.get(facts.keyId);
  if (other !== undefined) {
    if (isFurther(facts, other.cert.facts))
      return { kind: 'cross-certificate', of: other.certPath, issuer: issuerText(facts) };
    const isEarlier = facts.notBefore <= other.cert.facts.notBefore;
    return isEarlier ? { kind: 'earlier', of: other.certPath } : { kind: 'key-taken', by: other.certPath };
  }
  return withItsKey(occurrence) ?? inBundle(occurrence, context) ?? withUnusableKey(occurrence, context);
}

function withItsKey({ cert, together }: Occurrence): LeftOutWhy | null {
  const file = together.find(({ keys }) =>
    keys.some((key) => key.state === 'readable' && key.facts.keyId === cert.facts.keyId),
  );
  return file === undefined ? null : { kind: 'together', path: file.path };
}

/** The file in which it comes first, which openssl takes out of a bundle; of several the one named like its key. */
function inBundle({ cert, alone, together }: Occurrence, { keys }: Context): LeftOutWhy | null {
  const [key] = keys.get(cert.facts.keyId) ?? [];
  if (key === undefined || alone.length > 0) return null;
  const position = ({ certificates }: FoundFile): number =>
    certificates.findIndex(({ facts }) => facts.fingerprint === cert.facts.fingerprint) + 1;
  const [best] = together.toSorted(
    (a, b) =>
      position(a) - position(b) ||
      nearness(b.path, key.path) - nearness(a.path, key.path) ||
      compare(a.path, b.path),
  );
  if (best === undefined) return null;
  return { kind: 'bundle', path: best.path, position: position(best), count: best.certificates.length };
}

/** A key that is known by its public half, or one that is named like the certificate. */
function withUnusableKey(
  { cert, alone, together }: Occurrence,
  { files, unusable, unusableKeys }: Context,
): LeftOutWhy {
  const known = unusableKeys.get(cert.facts.keyId);
  if (known !== undefined) return known;
  const paths = [...alone, ...together.map(({ path }) => path)];
  for (const { path: keyPath, keys } of files) {
    const [key] = keys;
    if (key === undefined || !paths.some((path) => isNamedAlike(path, keyPath))) continue;
    if (key.state === 'encrypted') return { kind: 'encrypted-key', keyPath };
    if (key.state === 'unreadable' && key.keyId === undefined) return unusableKey(keyPath, key.fault);
  }
  const unread = unusable.find(
    (file) => isKeyPath(file.path) && paths.some((path) => isNamedAlike(path, file.path)),
  );
  if (unread === undefined) return { kind: 'no-key' };
  return { kind: 'unread-key', keyPath: unread.path, because: unread.why };
}

/** Why a key is of no use. */
export function unusableKey(keyPath: string, fault: ReadFault): LeftOutWhy {
  if (fault.kind === 'foreign-key') return { kind: 'foreign-key', keyPath, format: fault.format };
  return { kind: 'unreadable', fault };
}

/** Whether names and folders say that a key belongs to a certificate. */
export function isNamedAlike(certPath: string, keyPath: string): boolean {
  const stem = stemOf(certPath).toLowerCase();
  if (stem !== stemOf(keyPath).toLowerCase()) return false;
  return stem !== '' || folderOf(certPath) === folderOf(keyPath);
}
