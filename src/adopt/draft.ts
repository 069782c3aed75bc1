/** A member of the family with its name in the manifest and everything that its certificate says. */
import type { EntryText } from '../manifest/write.ts';
import { compare } from '../pki/compare.ts';
import type { EntityId } from '../pki/entity.ts';
import { pathLengthOf } from '../x509/facts.ts';
import { depthOf, type Family, leftOutOf, type Member } from './family.ts';
import { keyText } from './key-text.ts';
import type { LeftOut, LeftOutWhy, Note } from './left-out.ts';
import { validityText } from './length.ts';
import { namesOf } from './names.ts';
import { namesFor } from './naming.ts';
import { nameText } from './pairs.ts';
import { subjectOf } from './subject.ts';

/** An entry of the manifest to be, with the pair that it is made from. */
export interface Draft {
  readonly member: Member;
  readonly name: string;
  readonly id: EntityId;
  /** All but where things are. */
  readonly entry: EntryText;
  readonly notes: readonly Note[];
}

/** The entries, and those members that cannot be one beside the others. */
export interface Drafts {
  /** Authorities before what they sign, then by path. */
  readonly drafts: readonly Draft[];
  readonly leftOut: readonly LeftOut[];
}

/** An authority's subject is its own: who comes later with the same is left out, and what hangs from it as well. */
export function draftsOf({ members }: Family): Drafts {
  const sorted = members.toSorted(
    (a, b) => depthOf(a) - depthOf(b) || compare(a.section, b.section) || compare(a.certPath, b.certPath),
  );
  const names = namesFor(sorted);
  const authorities = sorted.filter(({ section }) => section === 'authorities');
  const issuers = new Set(sorted.map(({ issuer }) => issuer));
  const context = { names, hasChoice: authorities.length > 1, issuers };
  const all = sorted.map((member) => draftOf(member, context));
  return withoutTwins(all);
}

/** Verifiers look for issuers by subject: that of an authority must be nobody else's. */
function withoutTwins(all: readonly Draft[]): Drafts {
  const subjects = new Map<string, Draft>();
  const gone = new Map<Member, LeftOutWhy>();
  for (const draft of all) {
    const { member } = draft;
    const key = subjectKey(draft.entry);
    const twin = subjects.get(key);
    const cause = member.issuer === null ? undefined : gone.get(member.issuer);
    if (cause !== undefined) gone.set(member, belowGone(member, cause));
    else if (twin) gone.set(member, { kind: 'same-subject', other: twin.id });
    else if (member.section === 'authorities') subjects.set(key, draft);
  }
  return {
    drafts: all.filter(({ member }) => !gone.has(member)),
    leftOut: [...gone].map(([member, why]) => leftOutOf(member, why)),
  };
}

function belowGone({ issuer }: Member, cause: LeftOutWhy): LeftOutWhy {
  const name = issuer === null ? '' : nameText(issuer.cert.facts);
  return {
    kind: 'issuer-left-out',
    issuer: name,
    because: cause.kind === 'issuer-left-out' ? cause.because : cause,
  };
}

/** As the model compares them: letter case and runs of blanks aside (RFC 5280 §7.1). */
function subjectKey({ commonName, subject }: EntryText): string {
  const values = Object.entries({ ...subject, commonName: commonName ?? '' }).sort(([a], [b]) =>
    compare(a, b),
  );
  return JSON.stringify(values).toLowerCase().replaceAll(/\s+/g, ' ');
}

interface Context {
  readonly names: ReadonlyMap<Member, string>;
  /** Whether a leaf without an issuer could mean several. */
  readonly hasChoice: boolean;
  readonly issuers: ReadonlySet<Member | null>;
}

function draftOf(member: Member, { names, hasChoice, issuers }: Context): Draft {
  const { section, issuer, cert } = member;
  const { facts } = cert;
  const name = names.get(member) ?? '';
  const subject = subjectOf(facts, section, name);
  const sans = namesOf(facts, section, subject.commonName);
  const validity = validityText(facts);
  const key = keyText(member.key.spec);
  const named = issuer !== null && (section === 'authorities' || hasChoice);
  return {
    member,
    name,
    id: `${section}/${name}`,
    entry: {
      ...(subject.commonName === undefined ? {} : { commonName: subject.commonName }),
      ...(Object.keys(subject.attributes).length === 0 ? {} : { subject: subject.attributes }),
      ...(sans.san === undefined ? {} : { san: sans.san }),
      ...(named ? { issuer: names.get(issuer) ?? '' } : {}),
      ...pathLength(member),
      ...(key === undefined ? {} : { key }),
      validity: validity.text,
    },
    notes: [
      ...member.notes,
      ...subject.notes,
      ...sans.notes,
      ...(validity.exact ? [] : [{ kind: 'validity' } as const]),
      ...extensionNotes(member),
      ...(isIdle(member, issuers) ? [{ kind: 'idle-root' } as const] : []),
    ],
  };
}

/** More than the manifest takes is as good as no limit, which nothing then compares equal: the plan will say so. */
function pathLength({ section, cert }: Member): { readonly pathLength?: number } {
  const found = pathLengthOf(cert.facts);
  return section === 'authorities' && found !== null && found <= 100 ? { pathLength: found } : {};
}

/** Extensions that a certificate keeps as long as it is kept, and that the next one will not have. */
function extensionNotes({ cert }: Member): readonly Note[] {
  const oids = cert.facts.unknown.map(({ oid }) => oid);
  return oids.length === 0 ? [] : [{ kind: 'extensions', oids }];
}

/** `openssl req -x509` makes CA:TRUE of everything, also of what was only meant to be one server's certificate. */
function isIdle(member: Member, issuers: Context['issuers']): boolean {
  const { section, issuer, cert } = member;
  return (
    section === 'authorities' &&
    issuer === null &&
    cert.facts.extensions.subjectAltName !== undefined &&
    !issuers.has(member)
  );
}
