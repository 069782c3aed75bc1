/**
 * Subjects and alternative names as parameters of OpenBao's and Vault's PKI: some are the role's, some the request's.
 */
import type { Entity } from '../../pki/entity.ts';
import { type San, sanText } from '../../pki/san.ts';
import type { Subject } from '../../pki/subject.ts';
import { isInGoOrder, namesOf, valuesOf } from '../go.ts';
import type { OmissionCause } from '../omission.ts';

/** Attributes that a role states, in Go's order. */
const OF_ROLE = {
  C: 'country',
  O: 'organization',
  OU: 'ou',
  L: 'locality',
  ST: 'province',
  street: 'street_address',
  postalCode: 'postal_code',
} as const;

/** Attributes that a request states. */
const OF_REQUEST = { CN: 'common_name', serialNumber: 'serial_number', UID: 'user_ids' } as const;

/** A row of parameters, each with its text. */
export type Parameters = Readonly<Record<string, string>>;

const ORDER: readonly string[] = [...Object.keys(OF_ROLE), ...Object.keys(OF_REQUEST)];

/** UPN (MS-WCCE), which these engines write as any other name of a type of its own. */
const UPN = '1.3.6.1.4.1.311.20.2.3';

/** The subject as far as a role has it: every field, so that none keeps what it had. */
export function roleSubject(subject: Subject): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(OF_ROLE).map(([type, field]) => [field, valuesOf(subject, type)] as const),
  );
}

/** What a request has to say, and may say nothing else of: the names of this one certificate. */
export function requestNames({ subject, san }: Pick<Entity, 'subject' | 'san'>): Parameters {
  const attributes = Object.entries(OF_REQUEST).flatMap(([type, field]) => {
    const values = valuesOf(subject, type);
    return values.length === 0 ? [] : [[field, values.join(',')] as const];
  });
  const lists = [
    ['alt_names', alternativeNames(san)],
    ['ip_sans', namesOf(san, 'ip')],
    ['uri_sans', namesOf(san, 'uri')],
    ['other_sans', otherNames(san)],
  ] as const;
  return Object.fromEntries([
    ...attributes,
    ...lists.flatMap(([field, values]) => (values.length === 0 ? [] : [[field, listText(values)] as const])),
  ]);
}

/** What a role allows of names. */
export function roleNames({ subject, san }: Pick<Entity, 'subject' | 'san'>): object {
  const names = [...valuesOf(subject, 'CN'), ...alternativeNames(san)];
  const ips = namesOf(san, 'ip');
  return {
    allow_any_name: false,
    allow_bare_domains: true,
    allow_glob_domains: false,
    allow_localhost: false,
    allow_subdomains: false,
    allow_wildcard_certificates: names.some((name) => name.includes('*')),
    allowed_domains: [...new Set(names)],
    allowed_domains_template: false,
    allow_ip_sans: ips.length > 0,
    // OpenBao has it; Vault warns that it does not know it, and its policy says the same.
    allowed_ip_sans_cidr: ips.map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`),
    allowed_uri_sans: namesOf(san, 'uri'),
    allowed_other_sans: otherNames(san),
    allowed_serial_numbers: valuesOf(subject, 'serialNumber'),
    allowed_user_ids: valuesOf(subject, 'UID'),
    // A common name that is neither is not looked at by the role: the policy states it.
    cn_validations: [commonNameForm(valuesOf(subject, 'CN')[0] ?? '')],
    enforce_hostnames: false,
    require_cn: valuesOf(subject, 'CN').length > 0,
  };
}

/** What these engines cannot write, or would not take as it is. */
export function nameProblems({
  subject,
  san,
  exactSubject,
}: Pick<Entity, 'subject' | 'san' | 'exactSubject'>): readonly OmissionCause[] {
  const strange = subject.filter(({ type }) => !ORDER.includes(type));
  const several = ['CN', 'serialNumber'].filter((type) => valuesOf(subject, type).length > 1);
  const listed = [
    ...otherNames(san),
    ...namesOf(san, 'uri'),
    ...namesOf(san, 'email'),
    ...valuesOf(subject, 'UID'),
  ];
  const names = [...listed, ...valuesOf(subject, 'serialNumber')];
  const commonNames = valuesOf(subject, 'CN').filter((name) => commonNameForm(name) === 'disabled');
  const odd = [
    ...listed.filter((name) => name.includes(',')),
    ...[...names, ...commonNames].filter(isPattern),
    ...[...names, ...valuesOf(subject, 'CN')].filter((name) => name !== name.trim()),
  ];
  return [
    ...[...strange.map(({ type }) => type), ...several].map((type) => ({ kind: 'attribute', type }) as const),
    ...(exactSubject === true && !isInGoOrder(subject) ? [{ kind: 'order' } as const] : []),
    ...san
      .filter(({ kind }) => !['dns', 'ip', 'uri', 'email', 'upn'].includes(kind))
      .map((one) => ({ kind: 'san', name: sanText(one) }) as const),
    ...[...new Set(odd)].map((value) => ({ kind: 'value', value }) as const),
  ];
}

/** In policies and lists of allowed names a star at either end stands for anything. */
function isPattern(text: string): boolean {
  return text.startsWith('*') || text.endsWith('*');
}

function alternativeNames(san: readonly San[]): readonly string[] {
  return [...namesOf(san, 'dns'), ...namesOf(san, 'email')];
}

function otherNames(san: readonly San[]): readonly string[] {
  return namesOf(san, 'upn').map((name) => `${UPN};UTF8:${name}`);
}

/** A policy reads a leading star as a pattern; the engines drop a space in front of a name. */
function listText(values: readonly string[]): string {
  const text = values.join(',');
  return text.startsWith('*') ? ` ${text}` : text;
}

function commonNameForm(name: string): 'hostname' | 'email' | 'disabled' {
  if (name.includes('@')) return /^[\w.+-]+@([a-z0-9-]+\.)*[a-z0-9-]+$/i.test(name) ? 'email' : 'disabled';
  return /^(\*\.)?(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$/i.test(
    name,
  )
    ? 'hostname'
    : 'disabled';
}
