/** What verifiers refuse in a certificate, in words. */
import type { DefectKind } from '../plan/reason.ts';

const TEXTS: Readonly<Record<DefectKind, (what: string) => string>> = {
  'unsupported-signature': (name) => `signed with ${name}, which openssl cannot check`,
  'two-signature-algorithms': () =>
    'names one signature algorithm in what is signed, and another beside the signature',
  'unique-identifier': () => 'has a unique identifier beside a name, which RFC 5280 forbids',
  'late-dates': () => 'writes a date before 2050 with four digits for the year, which RFC 5280 forbids',
  'unreadable-name': () => 'openssl cannot read the strings of its subject',
  oversized: () => 'is larger than the 100 KiB that OpenSSL takes in a handshake',
  'negative-serial': (serial) => `the serial number ${serial} is negative`,
  'zero-serial': () => 'the serial number is zero',
  'long-serial': (serial) => `the serial number ${serial} is longer than 20 octets`,
  'duplicate-serial': (other) => `its issuer gave the same serial number to ${other}`,
  'unknown-critical': (name) => `the extension ${name} is critical, and verifiers do not know it`,
  unusable: (name) => `the extension ${name} makes it unusable for TLS`,
  misplaced: (name) => `the extension ${name} is for authorities alone`,
  malformed: (name) => `the extension ${name} is malformed`,
  'netscape-type': () => 'nsCertType does not allow what it is for',
  'must-staple': () => 'mustStaple demands an OCSP response, and no responder is named',
  'staple-below': () => 'mustStaple of an authority demands it of everything below, which has none',
  'explicit-policy': () => 'policyConstraints demand a certificate policy, and it has none',
};

/** Whether a text is the name of one that this version knows. */
export function isDefectKind(text: string): text is DefectKind {
  return Object.hasOwn(TEXTS, text);
}

/** A clause about the certificate. */
export function defectText(kind: DefectKind, what: string | null): string {
  return TEXTS[kind](what ?? '');
}
