/** Which names a CA's name constraints allow below it (RFC 5280 §4.2.1.10), as OpenSSL and others take the rules. */
import type { NameConstraints } from '../pki/name-constraints.ts';
import { hex, readAll } from './der.ts';
import { encodeName } from './general-name.ts';
import { isInRange, readRange } from './ip-range.ts';
import { comparableName } from './name-read.ts';

/** The names of a certificate. */
export interface CertificateNames {
  /** Hex of the DER of its subject, and the same for people. */
  readonly subjectDer: string;
  readonly subject: readonly { readonly type: string; readonly value: string }[];
  /** As `sanText` writes them. */
  readonly san: readonly string[];
}

/** Of these, values are compared as hex of their DER. */
const DIRECTORY = 'dirName';

/** Names that are outside, each as it is written; empty where all are allowed. */
export function namesOutside(
  { permitted, excluded }: NameConstraints,
  names: CertificateNames,
): readonly string[] {
  return constrainedNames(names)
    .filter(([kind, value]) => {
      const ofKind = (all: readonly string[]): readonly string[] =>
        all.filter((one) => kindOf(one) === kind).map(textBehind);
      const allowed = ofKind(permitted);
      const isAllowed = allowed.length === 0 || allowed.some((base) => matches(kind, value, base));
      return !isAllowed || ofKind(excluded).some((base) => excludes(kind, value, base));
    })
    .map(([, , text]) => text);
}

/** To constraints, a user principal name is an otherName like any. */
function kindOf(name: string): string {
  const kind = name.slice(0, name.indexOf(':'));
  return kind === 'upn' ? 'otherName' : kind;
}

function textBehind(name: string): string {
  if (kindOf(name) === DIRECTORY) return hex(readAll(encodeName(name)).body);
  return name.slice(name.indexOf(':') + 1);
}

type Constrained = readonly [kind: string, value: string, text: string];

/**
 * The subject is a directory name; its e-mail addresses count as such, and where there is no DNS name among the SANs, common
 * names count that look like one.
 */
function constrainedNames({ subject, subjectDer, san }: CertificateNames): readonly Constrained[] {
  const hasDns = san.some((name) => kindOf(name) === 'dns');
  const values = (type: string): readonly string[] =>
    subject.filter((attribute) => attribute.type === type).map(({ value }) => value);
  const hosts = hasDns ? [] : values('CN').filter(isHostName);
  return [
    ...(subject.length === 0 ? [] : [[DIRECTORY, subjectDer, subjectLabel(subject)] as const]),
    ...san.map((name) => [kindOf(name), textBehind(name), name] as const),
    ...hosts.map((value) => ['dns', value, `CN=${value}`] as const),
    ...values('emailAddress').map((value) => ['email', value, `emailAddress=${value}`] as const),
  ];
}

function subjectLabel(subject: CertificateNames['subject']): string {
  return subject.map(({ type, value }) => `${type}=${value}`).join(', ');
}

/** As OpenSSL decides whether a common name is one: labels of letters, digits and hyphens, two of them at least. */
function isHostName(text: string): boolean {
  return /^\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)+$/.test(text);
}

/** For kinds of names without rules, verifiers refuse every name as soon as there is a constraint. */
function matches(kind: string, value: string, base: string): boolean {
  return MATCHERS[kind]?.(value, base) ?? false;
}

/** A wildcard is excluded with any of the names that it stands for (Go ≥ 1.25). */
function excludes(kind: string, value: string, base: string): boolean {
  const matcher = MATCHERS[kind];
  if (matcher === undefined || matcher(value, base)) return true;
  if (kind !== 'dns' || !value.startsWith('*.')) return false;
  const [, ...parent] = base.toLowerCase().replace(/^\./, '').split('.');
  return parent.join('.') === value.slice(2).toLowerCase();
}

const MATCHERS: Readonly<Record<string, (value: string, base: string) => boolean>> = {
  dns: isInDomain,
  ip: (value, base) => isInRange(value, readRange(base)),
  email: isInMailDomain,
  uri: (value, base) => isHostOf(hostOf(value), base),
  [DIRECTORY]: isBelow,
};

/** The domain itself, or one with labels in front of it; only the latter for one that begins with a dot. */
function isInDomain(value: string, base: string): boolean {
  const [name, domain] = [value.toLowerCase(), base.toLowerCase()];
  return domain === '' || name === domain || name.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
}

/** A mailbox, all mailboxes of one host, or, after a dot, those of all hosts in a domain. */
function isInMailDomain(value: string, base: string): boolean {
  const at = value.lastIndexOf('@');
  const host = value.slice(at + 1);
  if (!base.includes('@')) return isHostOf(host, base);
  const [local, domain] = [base.slice(0, base.lastIndexOf('@')), base.slice(base.lastIndexOf('@') + 1)];
  return value.slice(0, at) === local && host.toLowerCase() === domain.toLowerCase();
}

/** One host, or, after a dot, all hosts in a domain. */
function isHostOf(host: string, base: string): boolean {
  const [name, wanted] = [host.toLowerCase(), base.toLowerCase()];
  return name !== '' && (wanted.startsWith('.') ? name.endsWith(wanted) : name === wanted);
}

/** Without user, port and path; empty where a URI has no host, which no constraint allows. */
function hostOf(uri: string): string {
  const [, authority = ''] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  return host.startsWith('[') ? '' : host;
}

/** A name is below another where that is how it begins, RDN by RDN. */
function isBelow(value: string, base: string): boolean {
  const [name, prefix] = [value, base].map(comparableName);
  return prefix?.every((rdn, i) => rdn === name?.[i]) ?? false;
}
