/** Revoked certificates of a folder: by lists that its authorities signed, by databases, and by the name of a folder. */
import { certificateSpki } from '../x509/certificate.ts';
import { type CrlEntry, type CrlFacts, revocationIn } from '../x509/crl.ts';
import { type Fingerprint, isAuthority, type KeyId } from '../x509/facts.ts';
import { signedBy } from '../x509/signature.ts';
import { publicKeyObject, type VerificationKey } from '../x509/verification-key.ts';
import { isOnRecord } from './ca-database.ts';
import type { FoundCertificate, FoundCrl, FoundFile } from './found.ts';
import { isRevokedPath } from './paths.ts';

/** The evidence that a certificate is revoked. `path` is that of the list or database, relative to the folder. */
export type Revocation =
  | {
      readonly by: 'crl' | 'database';
      readonly path: string;
      readonly date: number | null;
      readonly reason: string | null;
    }
  | { readonly by: 'folder' };

/** A list that an authority of the folder signed. */
export interface SignedCrl extends FoundCrl {
  readonly path: string;
  readonly key: VerificationKey;
  readonly signer: KeyId;
}

/** Revoked certificates by fingerprint, and the lists that count. */
export interface Revocations {
  readonly byFingerprint: ReadonlyMap<Fingerprint, Revocation>;
  /** Lists that an authority of the folder signed. */
  readonly lists: readonly SignedCrl[];
}

/** The best evidence for each certificate. */
export function revocationsOf(files: readonly FoundFile[]): Revocations {
  const certificates = new Map<Fingerprint, { cert: FoundCertificate; paths: string[] }>();
  for (const { path, certificates: found } of files) {
    for (const cert of found) {
      const seen = certificates.get(cert.facts.fingerprint) ?? { cert, paths: [] };
      certificates.set(cert.facts.fingerprint, seen);
      seen.paths.push(path);
    }
  }
  const all = [...certificates.values()];
  const lists = signedCrls(
    files,
    all.map(({ cert }) => cert),
  );
  const found = all.flatMap(({ cert, paths }) => {
    const revocation = byList(cert, lists) ?? byDatabase(cert, files) ?? byFolder(paths);
    return revocation === null ? [] : [[cert.facts.fingerprint, revocation] as const];
  });
  return { byFingerprint: new Map(found), lists };
}

function signedCrls(
  files: readonly FoundFile[],
  certificates: readonly FoundCertificate[],
): readonly SignedCrl[] {
  return files.flatMap(({ path, crls }) =>
    crls.flatMap((crl) => {
      const signer = signerOf(crl, certificates);
      return signer === undefined ? [] : [{ ...crl, ...signer, path }];
    }),
  );
}

/** The key that signed a list, if it is that of an authority with the name of the list's issuer. */
function signerOf(
  { facts, der }: FoundCrl,
  certificates: readonly FoundCertificate[],
): Pick<SignedCrl, 'key' | 'signer'> | undefined {
  const named = certificates.filter(
    ({ facts: { subjectDer, ...rest } }) =>
      subjectDer === facts.issuerDer && isAuthority({ subjectDer, ...rest }),
  );
  return named
    .flatMap((cert) => {
      const key = keyOf(cert);
      return key === undefined ? [] : [{ key, signer: cert.facts.keyId }];
    })
    .find(({ key }) => signedBy(der, key));
}

/** What checks the signatures of an authority; `undefined` where nothing here can. */
export function keyOf({ der }: FoundCertificate): VerificationKey | undefined {
  try {
    return publicKeyObject(certificateSpki(der));
  } catch {
    // Node cannot use it, so nothing that it signed can be checked.
    return undefined;
  }
}

/** An older list counts as well: entries stay on lists until the certificate ends, only a hold may be lifted. */
function byList(cert: FoundCertificate, lists: readonly SignedCrl[]): Revocation | null {
  for (const { facts, path, key } of lists) {
    const entry = revocationIn(facts, cert.facts);
    if (entry === undefined || isLifted(entry, facts, lists)) continue;
    if (facts.scope?.isIndirect === true || signedBy(cert.der, key))
      return { by: 'crl', path, date: entry.date, reason: entry.reason };
  }
  return null;
}

/** Whether an entry is a hold, and a newer list may say otherwise. */
export function isLifted(
  { reason }: Pick<CrlEntry, 'reason'>,
  facts: CrlFacts,
  lists: readonly Pick<FoundCrl, 'facts'>[],
): boolean {
  return reason === 'certificateHold' && !isNewest(facts, lists);
}

function isNewest({ issuerDer, thisUpdate }: CrlFacts, lists: readonly Pick<FoundCrl, 'facts'>[]): boolean {
  return lists.every(({ facts }) => facts.issuerDer !== issuerDer || facts.thisUpdate <= thisUpdate);
}

function byDatabase({ facts }: FoundCertificate, files: readonly FoundFile[]): Revocation | null {
  for (const { path, revoked } of files) {
    const record = revoked.find((one) => isOnRecord(one, facts));
    if (record !== undefined) return { by: 'database', path, date: record.date, reason: record.reason };
  }
  return null;
}

/** easy-rsa moves what it revokes; a copy that stayed elsewhere is revoked as well. */
function byFolder(paths: readonly string[]): Revocation | null {
  return paths.some(isRevokedPath) ? { by: 'folder' } : null;
}
