/** Which section a certificate belongs to, by what it may be used for. */
import { parseDns } from '../../manifest/dns.ts';
import { ipOctets } from '../../manifest/ip.ts';
import type { Section } from '../../manifest/sections.ts';
import type { CertificateFacts } from '../facts.ts';
import type { LeftOutWhy, Note } from './left-out.ts';

export type Kind =
  | { readonly section: Section; readonly notes: readonly Note[] }
  | { readonly why: LeftOutWhy };

export function isAuthority({ basicConstraints }: CertificateFacts): boolean {
  return basicConstraints?.ca === true;
}

export function kindOf(facts: CertificateFacts): Kind {
  if (isAuthority(facts)) return { section: 'authorities', notes: [] };
  const usages = facts.extendedKeyUsage ?? [];
  const [serves, calls] = ['serverAuth', 'clientAuth'].map((usage) => usages.includes(usage));
  if (calls && !serves) return { section: 'clients', notes: [] };
  if (serves) return host(facts, calls ? 'peers' : 'servers');
  if (usages.length === 0 || usages.includes('anyExtendedKeyUsage')) return unsaid(facts);
  return { why: { kind: 'usage', usages } };
}

/** Without a usage a certificate may do both; who has no name of a host can only ever have been a client. */
function unsaid(facts: CertificateFacts): Kind {
  const section = hasHostName(facts) ? 'peers' : 'clients';
  return { section, notes: [{ kind: 'no-usage', section }] };
}

function host(facts: CertificateFacts, section: Section): Kind {
  return hasHostName(facts) ? { section, notes: [] } : { why: { kind: 'no-host' } };
}

function hasHostName(facts: CertificateFacts): boolean {
  return (facts.san?.names ?? []).some((name) => /^(dns|ip):/.test(name)) || commonNames(facts).some(isHost);
}

export function commonNames({ subject }: CertificateFacts): readonly string[] {
  return subject.filter(({ type }) => type === 'CN').map(({ value }) => value);
}

export function isHost(name: string): boolean {
  return ipOctets(name) !== undefined || parseDns(name).ok;
}
