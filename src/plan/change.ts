/** The outcome of planning, one entity at a time; every field is a decision, none is a guess left to apply. */

import type { Artifact } from '../pki/artifact.ts';
import type { EntityId, EntityKind } from '../pki/entity.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { EncodedName } from '../x509/name.ts';
import type { Reason } from './reason.ts';

/** What happens to an entity (design §5). */
export type Action = 'create' | 'issue' | 'rekey' | 'refresh' | 'remove' | 'keep' | 'refuse';

/** What a human must agree to before apply does it: each breaks something that is in use. */
export const CONSENTS = ['rekey-ca', 'remove'] as const;
export type Consent = (typeof CONSENTS)[number];

/** A certificate to be issued: when it is valid and what identifies its key. */
export interface Issuance {
  readonly notBefore: number;
  readonly notAfter: number;
  /** The authority whose end cuts the wanted lifetime short, or `null`. */
  readonly cappedBy: EntityId | null;
  /** SKI to carry over from the certificate that is replaced (hex), or `null` for the key's hash. */
  readonly subjectKeyId: string | null;
  /** How the certificate that is replaced has its name, where that is not how we write it. */
  readonly name?: EncodedName;
}

/** A cross-certificate: a root's new key, signed with the key that it has now, of this kind (`ecdsa-p384`). */
export interface Crossing {
  readonly issuance: Issuance;
  readonly signedWith: string;
}

/** Why nothing may be done, and what the user can do about it. */
export interface Refusal {
  readonly problem: string;
  readonly hint: string;
}

/** A file to be copied; paths are relative to the output folder. */
export interface Relocation {
  readonly file: Artifact;
  readonly from: string;
  readonly to: string;
}

/** The plan for one entity: an action, its reasons, and all that carrying it out takes. */
export interface Change {
  readonly id: EntityId;
  readonly kind: EntityKind;
  readonly action: Action;
  readonly reasons: readonly Reason[];
  readonly newKey: boolean;
  readonly issuance: Issuance | null;
  /** Files that get new content, and files that go. */
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
  /** Files that are copied first from where they were before `folder` or `files` changed. */
  readonly copies: readonly Relocation[];
  readonly chmods: readonly Artifact[];
  /** A root's earlier certificates that stay trusted beside its present one, newest first. */
  readonly previous: readonly Fingerprint[];
  /** Cross-certificates by which holders of those accept the present one; those that stay, newest first. */
  readonly cross: readonly Fingerprint[];
  /** One that is to be made, or `null`. */
  readonly crossing: Crossing | null;
  readonly consent: Consent | null;
  readonly refusal: Refusal | null;
  /** Entities that change because this one does. */
  readonly affects: readonly EntityId[];
}

/** The part of a change that most have in common: nothing. */
export const NO_CHANGE = {
  reasons: [],
  newKey: false,
  issuance: null,
  writes: [],
  deletes: [],
  copies: [],
  chmods: [],
  previous: [],
  cross: [],
  crossing: null,
  consent: null,
  refusal: null,
  affects: [],
} as const satisfies Partial<Change>;

/** Whether a text names a consent, letter for letter. */
export function isConsent(text: string): text is Consent {
  return (CONSENTS as readonly string[]).includes(text);
}
