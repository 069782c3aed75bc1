/** What a certificate to be issued will be, in short: a plan shows it before anything is made. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { shownBy } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { sanText } from '../pki/san.ts';
import { subjectText } from '../pki/subject.ts';
import { type Change, isIssue } from './change.ts';
import type { Context } from './context.ts';
import { type WrittenExtension, wantedCertificate, writtenExtensions } from './wanted.ts';

/** In texts, as the manifest and docs/json.md have them. */
export interface CertificateSummary {
  readonly subject: string;
  readonly san: readonly string[];
  readonly key: string;
  /** `null`: it signs itself. */
  readonly issuer: EntityId | null;
  /** Key usage, then extended key usage. */
  readonly usages: readonly string[];
  /** Seconds, before an issuer's end cuts them. */
  readonly lifetime: number;
  /** The profile from which the entry takes what it does not say itself. */
  readonly profile: string | null;
  /** Every other extension that says something of its own. */
  readonly extensions: readonly ExtensionSummary[];
}

/** One extension, by its name in reasons. */
export interface ExtensionSummary {
  readonly name: string;
  readonly critical: boolean;
  readonly items: readonly string[];
}

const USAGES = ['keyUsage', 'extendedKeyUsage'] as const;

/** What has a field of its own, or follows from the keys. */
const SUMMARIZED: readonly string[] = [
  ...USAGES,
  'subjectAltName',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
];

/** Of those that are issued, by entity. */
export function summariesOf(
  entities: readonly Entity[],
  changes: readonly Change[],
  outlooks: Context['outlooks'],
): ReadonlyMap<EntityId, CertificateSummary> {
  const issued = new Set(changes.filter(isIssue).map(({ id }) => id));
  return new Map(
    entities
      .filter(({ id }) => issued.has(id))
      .map((entity) => {
        const shown = outlooks.get(shownBy(entity) ?? '')?.certificate;
        const summary = summaryOf(entity);
        return [entity.id, shown == null ? summary : { ...summary, key: shown.keySpec }] as const;
      }),
  );
}

/** Of the certificate that the manifest asks for. */
function summaryOf(entity: Entity): CertificateSummary {
  const { subject, san, key, issuer, validity } = entity;
  const extensions = writtenExtensions(wantedCertificate(entity, null, null));
  const usages = USAGES.flatMap((field) =>
    extensions.flatMap(({ rule, value }) => (rule.name === field ? rule.items(value, field) : [])),
  );
  return {
    subject: subjectText(subject),
    san: san.map(sanText),
    key: keySpecText(key),
    issuer,
    usages,
    lifetime: validity,
    profile: entity.profile ?? null,
    extensions: extensions.filter(({ rule }) => !SUMMARIZED.includes(rule.name)).map(extensionSummary),
  };
}

function extensionSummary({ rule, critical, value }: WrittenExtension): ExtensionSummary {
  return { name: rule.name, critical, items: rule.fields.flatMap((field) => rule.items(value, field)) };
}
