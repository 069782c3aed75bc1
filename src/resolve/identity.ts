/** Names in a certificate: the subject, and the SANs that go with the common name. */
import { parseDns } from '../manifest/dns.ts';
import type { Parsed } from '../manifest/problem.ts';
import type { Report } from '../manifest/report.ts';
import { sanIdentity } from '../manifest/san.ts';
import { ipOctets, ipText } from '../pki/ip.ts';
import { quote } from '../pki/printable.ts';
import { type San, sanText } from '../pki/san.ts';
import type { Subject } from '../pki/subject.ts';
import { type Draft, draftText, type LeafDraft } from './draft.ts';

/** The SAN that a host's common name is; not, when it is neither a DNS name nor an address. */
function sanOfName(name: string): Parsed<San> {
  const octets = ipOctets(name);
  if (octets) return { ok: true, value: { kind: 'ip', value: ipText(octets) } };
  const dns = parseDns(name);
  return dns.ok ? { ok: true, value: { kind: 'dns', value: dns.value } } : dns;
}

function reportNameless(leaf: LeafDraft, report: Report): void {
  report.error({
    code: 'common-name',
    at: leaf.at(),
    message: `${draftText(leaf)} has no name for clients to check: neither a commonName nor a DNS name or IP address in san`,
    hint: 'add "commonName: …" or "san: [ … ]"',
  });
}

function reportNotHost(leaf: LeafDraft, reason: string, report: Report): void {
  const message = `common name ${quote(leaf.settings.commonName ?? '')} of ${draftText(leaf)} is neither a DNS name nor an IP address: ${reason}`;
  const hint =
    'clients check a host by its names: give it one of them, or list them in "san" and leave commonName out';
  report.error({ code: 'common-name', at: leaf.at('commonName'), message, hint });
}

function reportAbsent(leaf: LeafDraft, san: San, report: Report): void {
  report.error({
    code: 'common-name',
    at: leaf.at('commonName'),
    message: `common name ${quote(leaf.settings.commonName ?? '')} of ${draftText(leaf)} is not among its SANs, and clients check only those`,
    hint: `add ${quote(sanText(san))} to "san", or leave "san" out`,
    related: [{ at: leaf.at('san'), message: 'the SANs' }],
  });
}

/** A server's or peer's SANs (RFC 9525 §2: a host is identified by its SANs, the common name is not looked at). */
function hostSans(leaf: LeafDraft, report: Report): readonly San[] {
  const { commonName, san } = leaf.settings;
  if (commonName === undefined) {
    const isNamed = san?.some(({ kind }) => kind === 'dns' || kind === 'ip') || !leaf.isKnown('san');
    if (!isNamed) reportNameless(leaf, report);
    return san ?? [];
  }
  const own = sanOfName(commonName);
  if (!own.ok) {
    reportNotHost(leaf, own.problem.message, report);
    return san ?? [];
  }
  if (san === undefined) return [own.value];
  const wanted = sanIdentity(own.value);
  if (!san.some((item) => sanIdentity(item) === wanted)) reportAbsent(leaf, own.value, report);
  return san;
}

/** The SANs of an end entity: as written for clients. */
export function sansOf(leaf: LeafDraft, report: Report): readonly San[] {
  return leaf.kind === 'client' ? (leaf.settings.san ?? []) : hostSans(leaf, report);
}

/** As RFC 5280 §7.1 compares names, and OpenSSL when it looks for an issuer: letter case and runs of spaces aside. */
function nameIdentity(subject: Subject): string {
  return JSON.stringify(
    subject.map(({ type, value }) => [type, value.toLowerCase().replaceAll(/\s+/g, ' ')]),
  );
}

function reportShared(draft: Draft, other: Draft, report: Report): void {
  report.error({
    code: 'subject',
    at: draft.at('commonName'),
    message: `${draftText(draft)} has the same subject as ${draftText(other)}, so their certificates cannot be told apart`,
    hint: 'give one of them a different commonName',
    related: [{ at: other.at('commonName'), message: 'the same subject' }],
  });
}

function reportEmpty(draft: Draft, report: Report): void {
  report.error({
    code: 'subject',
    at: draft.at(),
    message: `${draftText(draft)} has an empty subject`,
    hint: draft.says('subject') ? 'add "commonName: …" or an attribute to "subject"' : 'add "commonName: …"',
  });
}

/**
 * Reports empty subjects, and the subject of an authority used again: verifiers look for issuers by subject, and take a
 * certificate whose subject is its issuer's for self-signed.
 */
export function checkSubjects(drafts: readonly Draft[], report: Report): void {
  const authorities = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.subject.length === 0) {
      if (draft.isKnown('subject')) reportEmpty(draft, report);
      continue;
    }
    const identity = nameIdentity(draft.subject);
    const other = authorities.get(identity);
    if (other) reportShared(draft, other, report);
    else if (draft.kind === 'authority') authorities.set(identity, draft);
  }
}
