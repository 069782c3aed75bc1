/**
 * What verifiers refuse in a certificate by itself, beyond the fields and extensions that the manifest sets: together,
 * everything that `openssl verify -x509_strict -policy_check` objects to. New certificates and those on disk are
 * checked against one list, so nothing counts as up to date that the proof rejects.
 */
import { type Der, damageIn, readAll } from '../x509/der.ts';
import { assertDer } from '../x509/der-strict.ts';
import { flags, type Shape } from '../x509/extension-shapes.ts';
import { EXTENSIONS, findExtension, type UnknownExtension } from '../x509/extensions.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { hasPrefix } from '../x509/ip-range.ts';
import { findNamed, isNamed, namedExtension } from '../x509/named-extensions.ts';
import { policyTermsOf } from '../x509/policies.ts';
import type { DefectKind, Reason } from './reason.ts';
import type { WantedCertificate } from './wanted.ts';

/** One defect. */
export type Defect = Extract<Reason, { kind: 'defect' }>;

/** The certificate's owner: its kind gives the purposes, and of a root verifiers ignore much; and what it asks for. */
type Judged = Pick<WantedCertificate, 'kind' | 'issuer'> & Partial<Pick<WantedCertificate, 'extensions'>>;

/** All of them, the gravest first. */
export function defectsOf(facts: CertificateFacts, judged: Judged): readonly Defect[] {
  return [
    ...flawDefects(facts, judged),
    ...serialDefects(facts, judged),
    ...facts.unknown.flatMap((extension) => extensionDefects(extension, judged)),
    ...readDefects(facts, judged),
    ...constraintDefects(facts),
    ...netscapeDefects(facts, judged),
    ...stapleDefects(facts, judged),
    ...policyDefects(facts, judged),
  ];
}

function defect(kind: DefectKind, what: string | null = null): Defect {
  return { kind: 'defect', defect: kind, what };
}

function flawDefects({ flaws, signature }: CertificateFacts, judged: Judged): readonly Defect[] {
  return flaws
    .filter((flaw) => flaw !== 'oversized' || isPresented(judged))
    .map((flaw) => defect(flaw, flaw === 'unsupported-signature' ? signature : null));
}

/** A root stays where it is trusted, and what is for no TLS is in no handshake. */
function isPresented({ kind, issuer }: Judged): boolean {
  return issuer !== null && kind !== 'certificate';
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

function extensionDefects(extension: UnknownExtension, judged: Judged): readonly Defect[] {
  const { name, shape } = namedExtension(extension.oid);
  const misused = misuse(extension, judged);
  if (misused.length > 0) return misused;
  return shape === undefined || isWellFormed(extension.hex, shape) ? [] : [defect('malformed', name)];
}

function misuse(
  { oid, critical }: Pick<UnknownExtension, 'oid' | 'critical'>,
  { kind, extensions = [] }: Judged,
): readonly Defect[] {
  const { name, place, supported } = namedExtension(oid);
  if (place === 'nowhere') return [defect('unusable', name)];
  // Validation lets only certificates outside of TLS ask for one (resolve/critical.ts).
  const isAskedFor = kind === 'certificate' && extensions.some(({ rule }) => rule.oid === oid);
  if (critical && !supported && !isAskedFor) return [defect('unknown-critical', name)];
  // RFC 5280: name constraints and the like are for the certificates of CAs alone; pyca refuses them elsewhere.
  return place === 'authority' && kind !== 'authority' ? [defect('misplaced', name)] : [];
}

/** The same of those that were read; the basic ones have no rows there, and are compared with what is wanted. */
function readDefects(facts: CertificateFacts, judged: Judged): readonly Defect[] {
  return EXTENSIONS.filter(({ oid }) => isNamed(oid)).flatMap((rule) => {
    const found = findExtension(facts, rule);
    return found === undefined ? [] : misuse({ oid: rule.oid, critical: found.critical }, judged);
  });
}

function isWellFormed(hex: string, shape: Shape): boolean {
  const damage = damageIn(() => {
    const value = derIn(hex);
    assertDer(value);
    shape(value);
  });
  return damage === undefined;
}

function derIn(hex: string): Der {
  return readAll(Buffer.from(hex, 'hex'));
}

/** RFC 5280 §4.2.1.10 has masks that are prefixes; Go, GnuTLS and pyca refuse a certificate with another one. */
function constraintDefects({ extensions }: CertificateFacts): readonly Defect[] {
  const { permitted = [], excluded = [] } = extensions.nameConstraints?.value ?? {};
  const hasHoles = [...permitted, ...excluded].some((name) => name.startsWith('ip:') && !hasPrefix(name));
  return hasHoles ? [defect('malformed', 'nameConstraints')] : [];
}

/** Bits of nsCertType (Netscape's certificate extensions, 1998), which OpenSSL and Java still enforce. */
const NETSCAPE = { client: 0x80, server: 0x40, authority: 0x04 } as const;

function netscapeDefects(facts: CertificateFacts, { kind }: Judged): readonly Defect[] {
  const found = findNamed(facts, 'nsCertType');
  if (found === undefined || !isWellFormed(found.hex, flags)) return [];
  const [, bits = 0] = derIn(found.hex).body;
  if (kind === 'certificate') return [];
  const needed = kind === 'peer' ? NETSCAPE.client | NETSCAPE.server : NETSCAPE[kind];
  return (bits & needed) === needed ? [] : [defect('netscape-type', 'nsCertType')];
}

/**
 * RFC 7633: a client refuses the certificate without a stapled response, and there is no responder to get one from. In an
 * authority it is demanded of everything below (§4.2.2), which GnuTLS checks even where it is malformed.
 */
function stapleDefects(facts: CertificateFacts, { kind }: Judged): readonly Defect[] {
  const { mustStaple, authorityInfoAccess } = facts.extensions;
  if (kind === 'authority') {
    const isDemanded = mustStaple !== undefined || findNamed(facts, 'mustStaple') !== undefined;
    return isDemanded ? [defect('staple-below', 'mustStaple')] : [];
  }
  if (mustStaple === undefined) return [];
  const hasResponder = authorityInfoAccess?.value.some(({ method }) => method === 'ocsp') ?? false;
  return hasResponder ? [] : [defect('must-staple', 'mustStaple')];
}

/** RFC 5280 §6.1.1 begins below the root, whose own policies no verifier checks. */
function policyDefects(facts: CertificateFacts, { issuer }: Judged): readonly Defect[] {
  if (issuer === null) return [];
  // Policies that cannot be read are named as that.
  if (findNamed(facts, 'certificatePolicies') !== undefined) return [];
  const { explicitAfter, own } = policyTermsOf(facts);
  return explicitAfter === 0 && own.length === 0 ? [defect('explicit-policy', 'policyConstraints')] : [];
}
