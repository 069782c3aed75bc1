/** The section of a certificate, by its usages. */
import { parseDns } from '../manifest/dns.ts';
import type { Section } from '../pki/entity.ts';
import { ipOctets } from '../pki/ip.ts';
import { type CertificateFacts, isAuthority, sanOf } from '../x509/facts.ts';
import type { LeftOutWhy, Note } from './left-out.ts';

/** The section, with notes on assumptions; or why a manifest has none for it. */
export type Kind =
  | { readonly section: Section; readonly notes: readonly Note[] }
  | { readonly why: LeftOutWhy };

/** By basic constraints, then by extended key usage; a server or peer needs a DNS name, an IP address or a URI. */
export function kindOf(facts: CertificateFacts): Kind {
  if (isAuthority(facts)) return { section: 'authorities', notes: [] };
  const usages = facts.extensions.extendedKeyUsage?.value ?? [];
  const [serves, calls] = ['serverAuth', 'clientAuth'].map((usage) => usages.includes(usage));
  if (serves && canBeChecked(facts)) return { section: calls ? 'peers' : 'servers', notes: [] };
  // Profiles of cfssl give identities such as "system:kube-proxy" both usages: no client could check that name.
  if (calls) return { section: 'clients', notes: [] };
  if (serves) return { why: { kind: 'no-host' } };
  if (usages.length === 0 || usages.includes('anyExtendedKeyUsage')) return unsaid(facts, usages.length > 0);
  const isMixed = usages.includes('timeStamping') && usages.length > 1;
  return isMixed ? { why: { kind: 'usage', usages } } : { section: 'certificates', notes: [] };
}

/** Without extended key usages a certificate may be used for both; without a host name it can only be a client's. */
function unsaid(facts: CertificateFacts, isAny: boolean): Kind {
  const section = hasHostName(facts) ? 'peers' : 'clients';
  return { section, notes: [{ kind: 'no-usage', section, isAny }] };
}

function canBeChecked(facts: CertificateFacts): boolean {
  return hasHostName(facts) || sanOf(facts).some((name) => name.startsWith('uri:'));
}

function hasHostName(facts: CertificateFacts): boolean {
  // `"hosts": [""]` in requests of cfssl gives a DNS name without a letter.
  return sanOf(facts).some((name) => /^(dns|ip):./.test(name)) || commonNames(facts).some(isHost);
}

/** All CNs in the order of the subject; a manifest can have only the first. */
export function commonNames({ subject }: CertificateFacts): readonly string[] {
  return subject.filter(({ type }) => type === 'CN').map(({ value }) => value);
}

/** Whether a manifest accepts a name as an IP address or a DNS name; wildcards are DNS names. */
export function isHost(name: string): boolean {
  return ipOctets(name) !== undefined || parseDns(name).ok;
}
