/** Subjects: none is empty, and none is that of another entry. */
import type { Report } from '../manifest/report.ts';
import { groupBy } from '../pki/group.ts';
import { quote } from '../pki/printable.ts';
import { relativeParts, type Subject } from '../pki/subject.ts';
import { type Draft, draftText, isHost, type LeafDraft } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** As RFC 5280 §7.1 compares names, and OpenSSL when it looks for an issuer: letter case and runs of spaces aside. */
function nameIdentity(subject: Subject): string {
  const texts = relativeParts(subject).map((part) =>
    part.map(({ type, value }) => `${type}=${value.toLowerCase().replaceAll(/\s+/g, ' ')}`).sort(),
  );
  return JSON.stringify(texts);
}

/** RFC 5280 §4.1.2.6: an end entity may have its names in a critical SAN alone, an authority may not. */
function isKnownBySan({ kind, settings }: Draft): boolean {
  return kind !== 'authority' && settings.san !== undefined && settings.san.length > 0;
}

function reportShared(draft: Draft, other: Draft, report: Report): void {
  report.error({
    code: 'subject',
    at: draft.at(draft.nameSetting),
    message: `${draftText(draft)} has the same subject as ${draftText(other)}, so their certificates cannot be told apart`,
    hint: 'give one of them a different commonName',
    related: [{ at: other.at(other.nameSetting), message: 'the same subject' }],
  });
}

function reportEmpty(draft: Draft, report: Report): void {
  report.error({
    code: 'subject',
    about: draftText(draft),
    at: draft.at(),
    message: `${draftText(draft)} has an empty subject`,
    hint: draft.says('subject') ? 'add "commonName: …" or an attribute to "subject"' : 'add "commonName: …"',
  });
}

/** Reports a common name beside a subject that is one text, and so has its own. */
function checkExactSubjects(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts) {
    const { commonName } = draft.settings;
    if (draft.exactSubject === undefined || commonName === undefined) continue;
    report.error({
      code: 'subject',
      about: draftText(draft),
      at: draft.at('commonName'),
      message: `${draftText(draft)} has a commonName, and a subject that is a whole name`,
      hint: `put ${quote(`CN=${commonName}`)} into the subject and leave commonName out, or write the subject as a map`,
      related: [{ at: draft.at('subject'), message: 'the whole name' }],
    });
  }
}

/**
 * Reports empty subjects, and the subject of an authority used again: verifiers look for issuers by subject, and take a
 * certificate whose subject is its issuer's for self-signed.
 */
export function checkSubjects(drafts: readonly Draft[], report: Report): void {
  checkExactSubjects(drafts, report);
  const authorities = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.subject.length === 0) {
      // A host without a name is reported as that (host-name.ts).
      if (draft.isKnown('subject', 'san') && !isHost(draft) && !isKnownBySan(draft))
        reportEmpty(draft, report);
      continue;
    }
    const identity = nameIdentity(draft.subject);
    const other = authorities.get(identity);
    if (other) reportShared(draft, other, report);
    else if (draft.kind === 'authority') authorities.set(identity, draft);
  }
}

/**
 * Warns of leaves with one subject and one issuer: RFC 5280 §4.1.2.6 keeps a name for one entity, and programs that
 * authorize by subject take them for each other.
 */
export function checkIdentities(leaves: readonly SignedLeaf[], report: Report): void {
  const named = leaves.flatMap(({ leaf, issuer }) =>
    issuer !== undefined && leaf.subject.length > 0 && leaf.isKnown('subject')
      ? [{ leaf, key: `${issuer.authority.name} ${nameIdentity(leaf.subject)}` }]
      : [],
  );
  for (const [first, second, ...more] of groupBy(named, ({ key }) => key).values())
    if (first && second) warnAlike(first.leaf, second.leaf, more.length, report);
}

function warnAlike(first: LeafDraft, second: LeafDraft, more: number, report: Report): void {
  const who = `${draftText(second)}${more === 0 ? '' : ` (and ${more} more)`}`;
  report.warn({
    code: 'subject',
    at: second.at(second.nameSetting),
    message: `${who} has the same subject and issuer as ${draftText(first)}, so their subjects do not tell them apart`,
    hint: 'give each a commonName of its own',
    related: [{ at: first.at(first.nameSetting), message: 'the same subject' }],
  });
}
