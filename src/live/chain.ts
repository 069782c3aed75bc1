/** What a served chain leads to (RFC 5280 §6.1), with certificates of any issuer, as OpenSSL reads them. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** What is shown of a certificate. Names are on one line, as OpenSSL writes them. */
export interface Shown {
  /** SHA-256 of its DER, hex in lower case. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Hex in lower case. */
  readonly serial: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Subject alternative names in OpenSSL's words; empty for none. */
  readonly names: string;
}

/** Where the certificates that were sent lead, from the server's own upwards. */
export interface Path {
  /** The server's own first; the last is a root that is trusted, or where the path breaks off. */
  readonly steps: readonly X509Certificate[];
  readonly end: /** The last step is one of the roots. */
    | 'trusted'
    /** The last step signs itself, and is no root that is trusted. */
    | 'unknown-root'
    /** The issuer of the last step was neither sent nor is it trusted. */
    | 'missing-issuer';
}

/** @throws Error where it is no certificate that OpenSSL reads. */
export function shown(certificate: X509Certificate): Shown {
  return {
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: Date.parse(certificate.validFrom) / 1000,
    notAfter: Date.parse(certificate.validTo) / 1000,
    names: certificate.subjectAltName ?? '',
  };
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

/** Whether a certificate is one for this DNS name or IP address; a common name counts for nothing (RFC 9525 §2). */
export function isFor(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never' }) !== undefined;
}

/** The shortest path: a root is taken as soon as there is one. A certificate is used once, so that no circle is one. */
export function pathOf(sent: readonly X509Certificate[], roots: readonly X509Certificate[]): Path {
  const steps = sent.slice(0, 1);
  const left = new Set(sent.slice(1));
  for (let last = steps.at(-1); last !== undefined; ) {
    const current: X509Certificate = last;
    if (roots.some((root) => root.raw.equals(current.raw))) return { steps, end: 'trusted' };
    const root = roots.find((candidate) => hasSigned(candidate, current));
    if (root !== undefined) return { steps: [...steps, root], end: 'trusted' };
    if (isRoot(current)) return { steps, end: 'unknown-root' };
    const issuer = [...left].find((candidate) => hasSigned(candidate, current));
    if (issuer === undefined) return { steps, end: 'missing-issuer' };
    left.delete(issuer);
    steps.push(issuer);
    last = issuer;
  }
  return { steps, end: 'missing-issuer' };
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether it is signed with its own key: a cross-certificate has a root's name on both sides, and is none. */
function isRoot(certificate: X509Certificate): boolean {
  return hasSigned(certificate, certificate);
}
