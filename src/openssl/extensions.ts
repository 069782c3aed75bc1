/** The extension sections of requests and certificates (x509v3_config(5)). */
import type { Entity } from '../pki/entity.ts';
import type { San, SanKind } from '../pki/san.ts';
import { profileOf } from '../plan/profile.ts';
import { configValue, type Section } from './config.ts';

type Entry = readonly [string, string];

/** @param subjectKeyId hex to carry over, or `null` for the hash of the key. */
export function certificateExtensions(entity: Entity, subjectKeyId: string | null): readonly Section[] {
  const identifiers: readonly Entry[] = [
    ['subjectKeyIdentifier', subjectKeyId ?? 'hash'],
    // RFC 5280 §4.2.1.1: a self-signed certificate may leave it out; `always` makes a missing issuer SKI an error.
    ...(entity.issuer === null ? [] : [['authorityKeyIdentifier', 'keyid:always'] as const]),
  ];
  return extensionSections([...requestedEntries(entity), ...identifiers], entity.san);
}

/** What a request asks for: the same, less what only the issuer can know. */
export function requestExtensions(entity: Entity): readonly Section[] {
  return extensionSections(requestedEntries(entity), entity.san);
}

function requestedEntries(entity: Entity): readonly Entry[] {
  const { keyUsage, extendedKeyUsage } = profileOf(entity);
  return [
    ['basicConstraints', basicConstraints(entity)],
    ['keyUsage', ['critical', ...keyUsage].join(',')],
    ...(extendedKeyUsage === null ? [] : [['extendedKeyUsage', extendedKeyUsage.join(',')] as const]),
    // RFC 5280 §4.2.1.6: critical exactly when the subject is empty.
    ...(entity.san.length === 0
      ? []
      : [['subjectAltName', entity.subject.length === 0 ? 'critical,@san' : '@san'] as const]),
  ];
}

function basicConstraints(entity: Entity): string {
  if (entity.kind !== 'authority') return 'critical,CA:FALSE';
  return `critical,CA:TRUE${entity.pathLength === null ? '' : `,pathlen:${entity.pathLength}`}`;
}

function extensionSections(entries: readonly Entry[], san: readonly San[]): readonly Section[] {
  const extensions = { name: 'extensions', entries };
  return san.length === 0 ? [extensions] : [extensions, sanSection(san)];
}

const SAN_NAMES: Readonly<Record<SanKind, string>> = { dns: 'DNS', ip: 'IP', uri: 'URI', email: 'email' };

/** A section of its own, because in the short form a comma starts another name. */
function sanSection(san: readonly San[]): Section {
  return {
    name: 'san',
    entries: san.map(({ kind, value }, i) => [`${SAN_NAMES[kind]}.${i + 1}`, configValue(value)]),
  };
}
