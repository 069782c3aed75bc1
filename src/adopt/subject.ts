/** The subject of a certificate as a manifest can have it: six attributes, each once. */

import { ATTRIBUTES, ATTRIBUTES_IN_ORDER } from '../manifest/subject.ts';
import { parseText, SHORT_TEXT } from '../manifest/text.ts';
import type { Section } from '../pki/entity.ts';
import type { CertificateFacts, NameAttribute } from '../x509/facts.ts';
import { isCommonNameValid } from './common-name.ts';
import { commonNames, isHost } from './kind.ts';
import type { Note } from './left-out.ts';
import { hostNames, sanText } from './names.ts';

/** `commonName` and `subject` of an entry, the latter by the manifest's keys, and notes on dropped attributes. */
export interface SubjectText {
  readonly commonName: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly notes: readonly Note[];
}

const short = parseText('attribute', SHORT_TEXT);

/** @param fallback the entry's name, for a certificate that needs a common name and has none. */
export function subjectOf(facts: CertificateFacts, section: Section, fallback: string): SubjectText {
  const attributes: Record<string, string> = {};
  const notes: Note[] = [];
  for (const attribute of facts.subject) {
    const name = attributeName(attribute);
    if (name !== undefined && !Object.hasOwn(attributes, name)) attributes[name] = attribute.value;
    else if (attribute.type !== 'CN') notes.push(dropped(attribute));
  }
  const [before = null, ...more] = commonNames(facts);
  const chosen = commonNameOf(before, facts, section, { attributes, fallback });
  const changed = chosen !== (before ?? undefined);
  return {
    commonName: chosen,
    attributes,
    notes: [
      ...notes,
      ...more.map((value) => dropped({ type: 'CN', value })),
      ...(changed ? [{ kind: 'common-name', before, after: chosen ?? null } as const] : []),
    ],
  };
}

/** The manifest's key for it, where it has one and takes the value. */
function attributeName({ type, value }: NameAttribute): string | undefined {
  const [, name] = ATTRIBUTES_IN_ORDER.find(([known]) => known === type) ?? [];
  return name !== undefined && ATTRIBUTES[name].schema.safeParse(value).success ? name : undefined;
}

function dropped({ type, value }: NameAttribute): Note {
  return { kind: 'attribute', attribute: `${type}=${value}` };
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
  rest: { readonly attributes: SubjectText['attributes']; readonly fallback: string },
): string | undefined {
  const isServer = section === 'servers' || section === 'peers';
  if (own !== null && short(own).ok && (!isServer || isHost(own) || isIdentity(own, facts, section)))
    return own;
  const isNeeded = section === 'authorities' || Object.keys(rest.attributes).length === 0;
  if (own === null && !isNeeded) return undefined;
  const host = isServer
    ? hostNames(facts).find((name) => short(name).ok && !name.startsWith('*'))
    : undefined;
  return host ?? (isServer ? undefined : rest.fallback);
}
