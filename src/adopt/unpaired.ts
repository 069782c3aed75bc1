/** Why a certificate is in no pair: what is missing, or which of its files would have to be taken apart. */
import { compare } from '../pki/compare.ts';
import { folderOf } from '../pki/files.ts';
import type { Fingerprint, KeyId } from '../x509/facts.ts';
import type { FoundCertificate, FoundFile, ReadFault, Unusable } from './found.ts';
import type { BundleFault, LeftOut, LeftOutWhy } from './left-out.ts';
import { isFurther, issuerText, type KeyFile, nameText, type Occurrence, type Pair } from './pair.ts';
import { isKeyPath, nearness, stemOf } from './paths.ts';
import { UNREADABLE_CERTIFICATE } from './read-content.ts';
import type { Revocation } from './revocations.ts';

/** The rest of the folder. */
export interface Context {
  readonly files: readonly FoundFile[];
  readonly unusable: readonly Unusable[];
  readonly keys: ReadonlyMap<KeyId, readonly KeyFile[]>;
  readonly unusableKeys: ReadonlyMap<KeyId, LeftOutWhy>;
  readonly revoked: ReadonlyMap<Fingerprint, Revocation>;
  readonly pairs: ReadonlyMap<KeyId, Pair>;
  /** Subjects of authorities that can sign again. */
  readonly signers: ReadonlySet<string>;
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
  const certificates = [...about, ...alone, ...together.map(({ path }) => path)];
  const keys = why.kind === 'bundle' ? keysOf(cert, certificates, context) : [];
  const paths = [...certificates, ...keys];
  return { paths: [...new Set(paths)], subject: nameText(cert.facts), why };
}

/** Those that are its own, and an encrypted one of the same name. */
function keysOf(
  cert: FoundCertificate,
  paths: readonly string[],
  { keys, files }: Context,
): readonly string[] {
  const read = keys.get(cert.facts.keyId);
  if (read !== undefined) return read.map(({ path }) => path);
  const isLocked = (file: FoundFile): boolean =>
    file.keys[0]?.state === 'encrypted' && paths.some((path) => isNamedAlike(path, file.path));
  return files.filter(isLocked).map(({ path }) => path);
}

function whyUnpaired(occurrence: Occurrence, context: Context): LeftOutWhy {
  const { facts } = occurrence.cert;
  const revocation = context.revoked.get(facts.fingerprint);
  if (revocation !== undefined) return { kind: 'revoked', ...revocation };
  const other = context.pairs.get(facts.keyId);
  if (other !== undefined) {
    if (isFurther(facts, other.cert.facts)) return whyNoBridge(occurrence, other, context);
    const { notBefore, subjectDer } = other.cert.facts;
    const isEarlier = facts.subjectDer === subjectDer && facts.notBefore <= notBefore;
    return isEarlier ? { kind: 'earlier', of: other.certPath } : { kind: 'key-taken', by: other.certPath };
  }
  return withItsKey(occurrence) ?? besideItsKey(occurrence, context) ?? withUnusableKey(occurrence, context);
}

/** One that could be renewed here lacks only a file of its own. */
function whyNoBridge(occurrence: Occurrence, of: Pair, { signers }: Context): LeftOutWhy {
  const { facts } = occurrence.cert;
  const bundle = signers.has(facts.issuerDer) ? bundleOf(occurrence, of.certPath) : null;
  return bundle ?? { kind: 'cross-certificate', of: of.certPath, issuer: issuerText(facts) };
}

function withItsKey({ cert, together }: Occurrence): LeftOutWhy | null {
  const file = together.find(({ keys }) =>
    keys.some((key) => key.state === 'readable' && key.facts.keyId === cert.facts.keyId),
  );
  return file === undefined ? null : { kind: 'together', path: file.path };
}

function besideItsKey(occurrence: Occurrence, { keys }: Context): LeftOutWhy | null {
  const [key] = keys.get(occurrence.cert.facts.keyId) ?? [];
  return key === undefined ? null : bundleOf(occurrence, key.path);
}

/**
 * Where it has no file of its own: the file in which it comes first, which openssl takes out of a bundle; of several the
 * one whose name is nearest to this.
 */
export function bundleOf({ cert, alone, together }: Occurrence, near: string): BundleFault | null {
  if (alone.length > 0) return null;
  const position = ({ certificates }: FoundFile): number =>
    certificates.findIndex(({ facts }) => facts.fingerprint === cert.facts.fingerprint) + 1;
  const [best] = together.toSorted(
    (a, b) =>
      position(a) - position(b) || nearness(b.path, near) - nearness(a.path, near) || compare(a.path, b.path),
  );
  if (best === undefined) return null;
  const isWhole = !best.others.includes(UNREADABLE_CERTIFICATE);
  const { path, certificates } = best;
  return { kind: 'bundle', path, position: isWhole ? position(best) : null, count: certificates.length };
}

/** A key that is known by its public half, or one that is named like the certificate. */
function withUnusableKey(occurrence: Occurrence, { files, unusable, unusableKeys }: Context): LeftOutWhy {
  const { cert, alone, together } = occurrence;
  const known = unusableKeys.get(cert.facts.keyId);
  if (known !== undefined) return known;
  const paths = [...alone, ...together.map(({ path }) => path)];
  for (const { path: keyPath, keys } of files) {
    const [key] = keys;
    if (key === undefined || !paths.some((path) => isNamedAlike(path, keyPath))) continue;
    if (key.state === 'encrypted') return bundleOf(occurrence, keyPath) ?? { kind: 'encrypted-key', keyPath };
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
