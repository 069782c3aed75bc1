/**
 * What verifiers refuse in a certificate by itself, beyond the fields and extensions that the manifest sets: together,
 * everything that `openssl verify -x509_strict -policy_check` objects to. New certificates and those on disk are
 * checked against one list, so nothing counts as up to date that the proof rejects.
 */
import { type Der, DerError, expectTag, readAll, TAG } from '../x509/der.ts';
import { assertDer } from '../x509/der-strict.ts';
import type { UnknownExtension } from '../x509/extensions.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { findNamed, namedExtension } from '../x509/named-extensions.ts';
import { policiesOf } from '../x509/policies.ts';
import type { DefectKind, Reason } from './reason.ts';
import type { WantedCertificate } from './wanted.ts';

/** One defect. */
export type Defect = Extract<Reason, { kind: 'defect' }>;

/** The certificate's owner: its kind gives the purposes, and of a root verifiers ignore much. */
type Judged = Pick<WantedCertificate, 'kind' | 'issuer'>;

/** All of them, the gravest first. */
export function defectsOf(facts: CertificateFacts, judged: Judged): readonly Defect[] {
  return [
    ...flawDefects(facts),
    ...serialDefects(facts, judged),
    ...facts.unknown.flatMap((extension) => extensionDefects(extension, judged)),
    ...constraintDefects(facts, judged),
    ...netscapeDefects(facts, judged),
    ...stapleDefects(facts, judged),
    ...policyDefects(facts, judged),
  ];
}

function defect(kind: DefectKind, what: string | null = null): Defect {
  return { kind: 'defect', defect: kind, what };
}

function flawDefects({ flaws, signature }: CertificateFacts): readonly Defect[] {
  return flaws.map((flaw) => defect(flaw, flaw === 'unsupported-signature' ? signature : null));
}

/**
 * Positive, and at most 20 octets (RFC 5280 §4.1.2.2): Go refuses the whole certificate below zero, pyca above 20 octets.
 * kubeadm's roots are number zero, which every verifier takes in a root.
 */
function serialDefects({ serial }: CertificateFacts, { issuer }: Judged): readonly Defect[] {
  if (serial.startsWith('-')) return [defect('negative-serial', serial)];
  if (serial === '00') return issuer === null ? [] : [defect('zero-serial')];
  return serial.length > 40 ? [defect('long-serial', serial)] : [];
}

function extensionDefects({ oid, critical, hex }: UnknownExtension, { kind }: Judged): readonly Defect[] {
  const { name, place, supported, parsed } = namedExtension(oid);
  if (place === 'nowhere') return [defect('unusable', name)];
  if (critical && !supported) return [defect('unknown-critical', name)];
  if (place === 'authority' && kind !== 'authority') return [defect('misplaced', name)];
  return parsed && !isWellFormed(hex) ? [defect('malformed', name)] : [];
}

function isWellFormed(hex: string): boolean {
  try {
    assertDer(derIn(hex));
    return true;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

function derIn(hex: string): Der {
  return readAll(Buffer.from(hex, 'hex'));
}

/** RFC 5280 §4.2.1.10: in the certificates of CAs alone; pyca refuses them elsewhere. */
function constraintDefects({ extensions }: CertificateFacts, { kind }: Judged): readonly Defect[] {
  const isMisplaced = extensions.nameConstraints !== undefined && kind !== 'authority';
  return isMisplaced ? [defect('misplaced', 'nameConstraints')] : [];
}

/** Bits of nsCertType (Netscape's certificate extensions, 1998), which OpenSSL and Java still enforce. */
const NETSCAPE = { client: 0x80, server: 0x40, authority: 0x04 } as const;

function netscapeDefects(facts: CertificateFacts, { kind }: Judged): readonly Defect[] {
  const found = findNamed(facts, 'nsCertType');
  if (found === undefined || !isWellFormed(found.hex)) return [];
  const value = derIn(found.hex);
  const [, bits = 0] = value.tag === TAG.bitString ? expectTag(value, TAG.bitString).body : [];
  const needed = kind === 'peer' ? NETSCAPE.client | NETSCAPE.server : NETSCAPE[kind];
  return (bits & needed) === needed ? [] : [defect('netscape-type', 'nsCertType')];
}

/** The access method of an OCSP responder, RFC 5280 §4.2.2.1. */
const OCSP = '06082b06010505073001';

/** RFC 7633: a client refuses the certificate without a stapled response, and there is no responder to get one from. */
function stapleDefects(facts: CertificateFacts, { kind }: Judged): readonly Defect[] {
  if (kind === 'authority' || findNamed(facts, 'mustStaple') === undefined) return [];
  const hasResponder = findNamed(facts, 'authorityInfoAccess')?.hex.includes(OCSP) ?? false;
  return hasResponder ? [] : [defect('must-staple', 'mustStaple')];
}

/** RFC 5280 §6.1.1 begins below the root, whose own policies no verifier checks. */
function policyDefects(facts: CertificateFacts, { issuer }: Judged): readonly Defect[] {
  if (issuer === null) return [];
  const policies = policiesOf(facts);
  if (policies === null) return [defect('malformed', 'certificatePolicies')];
  return policies.explicitAfter === 0 && policies.own.length === 0
    ? [defect('explicit-policy', 'policyConstraints')]
    : [];
}
