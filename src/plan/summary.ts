/** What a certificate to be issued will be, in short: a plan shows it before anything is made. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { sanText } from '../pki/san.ts';
import { subjectText } from '../pki/subject.ts';
import { wantedCertificate, writtenExtensions } from './wanted.ts';

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
}

const USAGES = ['keyUsage', 'extendedKeyUsage'] as const;

/** Of the certificate that the manifest asks for. */
export function summaryOf(entity: Entity): CertificateSummary {
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
  };
}
