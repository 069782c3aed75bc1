/** The names of servers and peers: their SANs, and what the common name has to do with them. */
import { parseDns } from '../manifest/dns.ts';
import type { Parsed, Problem } from '../manifest/problem.ts';
import type { Report } from '../manifest/report.ts';
import { parseSan, sanIdentity } from '../manifest/san.ts';
import { ipOctets, ipText } from '../pki/ip.ts';
import { quote } from '../pki/printable.ts';
import { type San, type SanKind, sanText } from '../pki/san.ts';
import { doubtAbout } from './doubt.ts';
import { type Draft, draftText, isHost, type LeafDraft } from './draft.ts';

/** The SANs of an end entity: as written, but for servers and peers. */
export function sansOf(leaf: LeafDraft, report: Report): readonly San[] {
  return isHost(leaf) ? hostSans(leaf, report) : (leaf.settings.san ?? []);
}

/** Kinds that a client looks for: a URI is that of a workload (SPIFFE), which clients of a mesh know by it. */
const CHECKED: readonly SanKind[] = ['dns', 'ip', 'uri'];

/** A server's or peer's SANs (RFC 9525 §2: a host is identified by its SANs, the common name is not looked at). */
function hostSans(leaf: LeafDraft, report: Report): readonly San[] {
  const { commonName } = leaf;
  const { san } = leaf.settings;
  if (!leaf.isKnown('san')) return [];
  if (commonName !== undefined && san === undefined) return ownSan(leaf, commonName, report);
  if (commonName !== undefined && readsAsHost(commonName)) checkListed(leaf, commonName, san ?? [], report);
  else if (!san?.some(({ kind }) => CHECKED.includes(kind))) reportNameless(leaf, report);
  return san ?? [];
}

/**
 * Whether a common name can only be meant as a host's: an address, or a name with a dot or a wildcard, right or wrong, be it
 * with a port or path behind it. `system:node:a.example.test` and `Jane Doe` are identities (Kubernetes, Kafka and
 * PostgreSQL authorize by them), and so may be the single label `node`, and `broker-v1.2`, whose last label no host has.
 */
export function readsAsHost(name: string): boolean {
  const bare = name.replace(/[/%].*$/s, '').replace(/^\[(.*)\](:\d+)?$/s, '$1');
  if (ipOctets(bare)) return true;
  if (/\.\d+$/.test(bare) && !/^[\d.*]+$/.test(bare)) return false;
  return /^[\p{L}\p{M}\p{N}_.*-]*[.*][\p{L}\p{M}\p{N}_.*-]*(:\d{1,5})?$/u.test(bare);
}

/** Whether the common name of a host is reported as no name of one, with the doubts that there are about it. */
export function isRefusedHost(draft: Draft): boolean {
  const { commonName, san } = draft.settings;
  return isHost(draft) && san === undefined && commonName !== undefined && !sanOfName(commonName).ok;
}

/** The SAN that a host's common name is; not, when it is neither a DNS name nor an address. */
function sanOfName(name: string): Parsed<San> {
  const octets = ipOctets(name);
  if (octets) return { ok: true, value: { kind: 'ip', value: ipText(octets) } };
  const dns = parseDns(name);
  return dns.ok ? { ok: true, value: { kind: 'dns', value: dns.value } } : dns;
}

/** Without `san`, the common name is the only name of a host. */
function ownSan(leaf: LeafDraft, commonName: string, report: Report): readonly San[] {
  const own = sanOfName(commonName);
  if (own.ok) return [own.value];
  const doubt = doubtAbout(commonName);
  if (doubt !== undefined)
    report.error(nameError(leaf, `is not a host name: it ${doubt.message}`, doubt.hint));
  else if (readsAsHost(commonName)) reportInvalid(leaf, commonName, own.problem, report);
  else reportIdentity(leaf, report);
  return [];
}

function checkListed(leaf: LeafDraft, commonName: string, san: readonly San[], report: Report): void {
  const own = sanOfName(commonName);
  if (!own.ok) reportInvalid(leaf, commonName, own.problem, report);
  else if (!isListed(own.value, san)) reportAbsent(leaf, own.value, report);
}

function isListed(name: San, san: readonly San[]): boolean {
  return san.some((item) => sanIdentity(item) === sanIdentity(name));
}

function reportNameless(leaf: LeafDraft, report: Report): void {
  const isNamed = leaf.commonName !== undefined;
  const lacks = isNamed
    ? 'san has no DNS name, IP address or URI'
    : 'neither a commonName nor a DNS name, IP address or URI in san';
  report.error({
    code: 'common-name',
    about: draftText(leaf),
    at: isNamed ? leaf.at('san') : leaf.at(),
    message: `${draftText(leaf)} has no name for clients to check: ${lacks}`,
    hint: isNamed ? 'add the host names to "san"' : 'add "commonName: …" or "san: [ … ]"',
  });
}

/** @param what goes on from the common name. */
function nameError(leaf: LeafDraft, what: string, hint: string) {
  return {
    code: 'common-name',
    about: draftText(leaf),
    at: leaf.at(leaf.nameSetting),
    message: `common name ${quote(leaf.commonName ?? '')} of ${draftText(leaf)} ${what}`,
    hint,
  } as const;
}

function reportIdentity(leaf: LeafDraft, report: Report): void {
  const what = 'is not a host name, and there is no "san" for clients to check';
  report.error(nameError(leaf, what, 'add "san: [ … ]" with the host names; the common name can then stay'));
}

/** As a SAN it would be refused with the better word: a port, a network, a zone. */
function reportInvalid(leaf: LeafDraft, commonName: string, problem: Problem, report: Report): void {
  const asSan = parseSan(commonName);
  const { message, hint } = asSan.ok ? problem : asSan.problem;
  const listed = 'clients check a host by its SANs: list them in "san" and leave commonName out';
  report.error(nameError(leaf, `is not a valid host name: ${message}`, hint ?? listed));
}

function reportAbsent(leaf: LeafDraft, san: San, report: Report): void {
  const what = 'is not among its SANs, and clients check only those';
  report.error({
    ...nameError(leaf, what, `add ${quote(sanText(san))} to "san", or leave "san" out`),
    related: [{ at: leaf.at('san'), message: 'the SANs' }],
  });
}
