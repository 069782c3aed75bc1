/** A private key with its certificate, and where certificates of a folder were found. */
import { subjectText } from '../pki/subject.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { type CertificateFacts, isAuthority, type KeyFacts } from '../x509/facts.ts';
import { keyIdentifier } from '../x509/public-key.ts';
import type { FoundCertificate, FoundFile } from './found.ts';

/**
 * A private key and its certificate, each in a file of its own: a candidate for an entity. An authority is one without its
 * key, too, as far as something here was signed with that (`key: offline`).
 */
export interface Pair {
  readonly cert: FoundCertificate;
  readonly certPath: string;
  readonly key: KeyFacts;
  /** `null`: the key is not in the folder, and `key` is what the certificate says of it. */
  readonly keyPath: string | null;
  /** The key is encrypted: it is taken for that of the certificate which is named like it. Absent: it was read. */
  readonly isEncrypted?: true;
}

/** Its files, the certificate first. */
export function pathsOf({ certPath, keyPath }: Pick<Pair, 'certPath' | 'keyPath'>): readonly string[] {
  return keyPath === null ? [certPath] : [certPath, keyPath];
}

/** A certificate and all files that contain it. */
export interface Occurrence {
  readonly cert: FoundCertificate;
  /** Files with this certificate alone. */
  readonly alone: readonly string[];
  /** Files that hold its key, or other certificates, as well. */
  readonly together: readonly FoundFile[];
}

/** A file with a readable key. */
export interface KeyFile {
  readonly path: string;
  readonly facts: KeyFacts;
}

/** What a certificate says of its key. */
export function keyOfCertificate({ facts, der }: FoundCertificate): KeyFacts {
  return { keyId: facts.keyId, spec: facts.keySpec, keyIdentifier: keyIdentifier(certificateSpki(der)) };
}

/** The name of a certificate for people: its subject, or its SANs. */
export function nameText({ subject, extensions }: CertificateFacts): string {
  return subject.length > 0
    ? subjectText(subject)
    : (extensions.subjectAltName?.value.join(', ') ?? 'no name');
}

/** The name of its issuer, likewise. */
export function issuerText(facts: CertificateFacts): string {
  return nameText({ ...facts, subject: facts.issuer, extensions: {} });
}

/** For the same key and name, and by another issuer. */
export function isFurther(facts: CertificateFacts, own: CertificateFacts): boolean {
  return (
    isAuthority(facts) &&
    facts.keyId === own.keyId &&
    facts.subjectDer === own.subjectDer &&
    facts.issuerDer !== own.issuerDer &&
    facts.issuerDer !== facts.subjectDer
  );
}
