/** Which of several certificates for one key is the one that an entity has. */
import { compare } from '../pki/compare.ts';
import { type CertificateFacts, isAuthority } from '../x509/facts.ts';
import type { FoundCertificate } from './found.ts';

/** What all of them are compared by. */
export interface Ranking {
  /** Seconds since 1970. */
  readonly now: number;
  standing(cert: FoundCertificate): number;
}

/** One of them, in a file of its own. */
export interface Ranked {
  readonly cert: FoundCertificate;
  readonly certPath: string;
  /** How well the names of the certificate's and the key's file match. */
  readonly score: number;
  readonly standing: number;
  /** It has ended. */
  readonly isOver: boolean;
}

/**
 * Of an authority's certificates, which are for one key, that by which it is a root stands above those by which others
 * sign it; of these, those whose issuer can sign again.
 */
export function standingOf(facts: CertificateFacts, signers: ReadonlySet<string>): number {
  if (!isAuthority(facts)) return 0;
  if (facts.subjectDer === facts.issuerDer) return 2;
  return signers.has(facts.issuerDer) ? 1 : 0;
}

/** That of a root before all others. */
export function selfSignedFirst(a: FoundCertificate, b: FoundCertificate): number {
  return standingOf(b.facts, new Set()) - standingOf(a.facts, new Set());
}

/** Valid ones first, then those of roots, then the best match of names, then the newest. */
export function byRank(a: Ranked, b: Ranked): number {
  return (
    Number(a.isOver) - Number(b.isOver) ||
    b.standing - a.standing ||
    b.score - a.score ||
    b.cert.facts.notBefore - a.cert.facts.notBefore ||
    a.certPath.length - b.certPath.length ||
    compare(a.certPath, b.certPath)
  );
}
