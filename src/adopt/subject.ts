/** The subject of a certificate as a manifest can have it: a map of attributes, or the whole name as one text. */

import { parseSubjectText } from '../manifest/directory-name.ts';
import { ATTRIBUTES_IN_ORDER, subject as shape } from '../manifest/subject.ts';
import { parseText, SHORT_TEXT } from '../manifest/text.ts';
import { typeOfOid } from '../pki/attribute-types.ts';
import type { Section } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { relativeParts } from '../pki/subject.ts';
import type { CertificateFacts, NameAttribute } from '../x509/facts.ts';
import { textOfNames } from '../x509/name-text.ts';
import { isCommonNameValid, isNameValid } from './common-name.ts';
import { commonNames, isHost } from './kind.ts';
import type { Note } from './left-out.ts';
import { hostNames, sanText } from './names.ts';

/** By the manifest's keys. */
type Attributes = Readonly<Record<string, string | readonly string[]>>;

/** `commonName` and `subject` of an entry, and notes on dropped attributes. */
export interface SubjectText {
  readonly commonName: string | undefined;
  readonly subject: Attributes | string | undefined;
  readonly notes: readonly Note[];
}

const short = parseText('attribute', SHORT_TEXT);

/** @param fallback the entry's name, for a certificate that needs a name and has none. */
export function subjectOf(facts: CertificateFacts, section: Section, fallback: string): SubjectText {
  const whole = wholeName(facts, section);
  if (whole !== undefined) return { commonName: undefined, subject: whole, notes: [] };
  const { attributes, notes } = attributesOf(facts);
  const [before = null, ...more] = commonNames(facts);
  const chosen = commonNameOf(before, facts, section, { attributes, fallback });
  const changed = chosen !== (before ?? undefined);
  return {
    commonName: chosen,
    subject: Object.keys(attributes).length === 0 ? undefined : attributes,
    notes: [
      ...notes,
      ...more.map((value) => dropped({ type: 'CN', value })),
      ...(changed ? [{ kind: 'common-name', before, after: chosen ?? null } as const] : []),
    ],
  };
}

/** As one text where a map cannot say it: several attributes in one RDN, several common names, a country in small letters. */
function wholeName(facts: CertificateFacts, section: Section): string | undefined {
  const isJoined = facts.subject.some(({ joined }) => joined);
  if (!isJoined && commonNames(facts).length < 2 && attributesOf(facts).notes.length === 0) return undefined;
  const names = relativeParts(facts.subject);
  const text = textOfNames(names);
  const read = parseSubjectText(text);
  const isRead = read.ok && textOfNames(relativeParts(read.value)) === text;
  return isRead && isNameValid(section, { subject: text }, sanText(facts)) ? text : undefined;
}

/** Attributes by key; several of one type are a list. */
function attributesOf({ subject }: CertificateFacts) {
  const attributes: Record<string, string | readonly string[]> = {};
  const notes: Note[] = [];
  for (const [type, all] of groupBy(subject, (one) => one.type)) {
    if (type === 'CN') continue;
    const key = ATTRIBUTES_IN_ORDER.find(([known]) => known === type)?.[1] ?? type;
    const value = valueOfType(type, all);
    if (value !== undefined && isTaken({ [key]: value })) attributes[key] = value;
    else {
      const good = all.find((one) => isTaken({ [key]: one.value }));
      if (good !== undefined && type !== 'DC') attributes[key] = good.value;
      notes.push(...all.filter((one) => type === 'DC' || one !== good).map(dropped));
    }
  }
  return { attributes, notes };
}

/** Labels of a domain stand the last first. */
function valueOfType(type: string, all: readonly NameAttribute[]): string | readonly string[] | undefined {
  const values = all.map(({ value }) => value);
  if (type === 'DC')
    return values.some((value) => value.includes('.')) ? undefined : values.toReversed().join('.');
  return values.length === 1 ? values[0] : values;
}

function isTaken(attributes: Attributes): boolean {
  return shape.safeParse(attributes).success;
}

function dropped({ type, value }: NameAttribute): Note {
  return { kind: 'attribute', attribute: `${typeOfOid(type)}=${value}` };
}

/** A name such as `system:node:a` beside SANs, which clients check instead. */
function isIdentity(commonName: string, facts: CertificateFacts, section: Section): boolean {
  return isCommonNameValid(section, commonName, sanText(facts));
}

/** The certificate's own if a manifest can have it; otherwise the one that changes least. */
function commonNameOf(
  own: string | null,
  facts: CertificateFacts,
  section: Section,
  rest: { readonly attributes: Attributes; readonly fallback: string },
): string | undefined {
  const isServer = section === 'servers' || section === 'peers';
  if (own !== null && short(own).ok && (!isServer || isHost(own) || isIdentity(own, facts, section)))
    return own;
  // Programs know a client by it: validation says what is wrong with it, and the certificate is left out.
  if (own !== null && section === 'clients') return own;
  const isNamed = section !== 'authorities' && sanText(facts) !== undefined;
  const isNeeded = Object.keys(rest.attributes).length === 0 && !isNamed;
  if (!isNeeded && (own === null || !short(own).ok)) return undefined;
  const host = isServer
    ? hostNames(facts).find((name) => short(name).ok && !name.startsWith('*'))
    : undefined;
  return host ?? (isServer ? undefined : rest.fallback);
}
