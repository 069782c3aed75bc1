/** What is said of a certificate that is no longer to be accepted, and of the lists that say so. */
import type { RenewBefore } from './renewal.ts';

/** CRLReason by number (RFC 5280 §5.3.1); 7 is not used. */
export const CRL_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** Why a certificate was revoked, as RFC 5280 and openssl call it. */
export type CrlReason = Exclude<(typeof CRL_REASONS)[number], undefined>;

/** Reasons that `openssl ca` writes into no list (openssl quirk): they are for attribute certificates, mostly. */
const UNWRITTEN: readonly (CrlReason | null)[] = ['privilegeWithdrawn', 'aACompromise', 'unspecified'];

/** One entry of a list that is made here. */
export interface Revoked {
  /** Hex, in whole octets. */
  readonly serial: string;
  /** Seconds since 1970. */
  readonly date: number;
  /** `null`: none is given. */
  readonly reason: CrlReason | null;
  /** When the key may have been compromised; absent: the list does not say. */
  readonly invalidityDate?: number;
}

/** Reasons with which `openssl ca` writes since when the key was not safe. */
const DATED: readonly (CrlReason | null)[] = ['keyCompromise', 'cACompromise'];

/** The entry as a list that is made here has it: both engines write the same. */
export function writtenEntry({ serial, date, reason, invalidityDate }: Revoked): Revoked {
  const written = { serial, date, reason: UNWRITTEN.includes(reason) ? null : reason };
  return invalidityDate === undefined || !DATED.includes(reason) ? written : { ...written, invalidityDate };
}

/** How the list of an authority is made. */
export interface ListTerms {
  /** Seconds from a list to the end of it. */
  readonly validity: number;
  readonly renewBefore: RenewBefore;
}

/** What an authority says of its list. */
export interface CrlSettings {
  /** Where it is, for what it signs; empty: certificates do not say. */
  readonly url: readonly string[];
  /** Absent: it is made elsewhere. */
  readonly list?: ListTerms;
}

/** What the manifest says of an entity, or of a serial number, that is revoked. */
export interface Revocation {
  readonly reason: CrlReason | null;
  /** Seconds since 1970. Absent: the moment at which it is first listed. */
  readonly at?: number;
}

/** A certificate that is revoked though no entry is left of which it is. */
export interface RevokedSerial extends Revocation {
  /** Hex, in whole octets. */
  readonly serial: string;
}

/** A revocation list that is to be made; times are seconds since 1970. */
export interface RevocationList {
  /** Decimal: RFC 5280 §5.2.3 allows 20 octets. */
  readonly number: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly entries: readonly Revoked[];
}

/** The last list of a key, and the kind of that key (`ecdsa-p384`), which the manifest may not have any more. */
export interface LastList {
  readonly list: RevocationList;
  readonly signedWith: string;
  /** The set of the archive that has the key. Absent: it is still in its place. */
  readonly archived?: string;
}
