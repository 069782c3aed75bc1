/**
 * One kind of extension (RFC 5280 §4.2) as one value: whatever reads, writes, compares or shows extensions is a loop over
 * rules. Each has a file of its own in extensions/ and a row in the table of extensions.ts.
 */
import type { Entity } from '../pki/entity.ts';
import type { Der } from './der.ts';

/** An authority that signs, as its certificate describes it; `null` is not known yet. */
export interface IssuerIdentity {
  /** Hex DER of its subject. */
  readonly subjectDer: string | null;
  /** The same of its own issuer. */
  readonly issuerDer: string | null;
  readonly keyIdentifier: string | null;
  readonly serial: string | null;
}

/** What the value of an extension may depend on. */
export interface ExtensionContext {
  readonly entity: Entity;
  /** `null`: the certificate signs itself. */
  readonly issuer: IssuerIdentity | null;
  /** The identifier of the certificate's own key (hex), `null` while that is not known. */
  readonly keyIdentifier: string | null;
}

/**
 * Whether a certificate has an extension.
 * - `required`: it is written, and a certificate without it is issued again;
 * - `expected`: it is written, but what another tool made without it stays;
 * - `allowed`: it is not written, and right where it is found.
 */
export type Presence = 'required' | 'expected' | 'allowed';

/** The state wanted of one extension; `none` must not be there. */
export type Wanted<Value> =
  | {
      readonly presence: Presence;
      readonly value: Value;
      /** As it is written. */
      readonly critical: boolean;
      /** Of what is there already: `either` where RFC 5280 and verifiers take both. */
      readonly accepts: 'same' | 'either';
      /** The manifest states it: nothing else is accepted, even if the rule would tolerate more. */
      readonly exactly?: true;
    }
  | { readonly presence: 'none' };

/** A section of an openssl configuration; keys are ours, values may be anything. */
export interface ConfigSection {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** An extension in x509v3_config(5): the text after its name, and the sections that this refers to. */
export interface ExtensionConfig {
  /** Its name there, where that is not the rule's. */
  readonly key?: string;
  readonly value: string;
  readonly sections?: readonly ConfigSection[];
}

/** @typeParam Value what the extension says; the wanted one may leave open what is known only once it is made. */
export interface ExtensionRule<Value, Field extends string = string> {
  /** As RFC 5280 and openssl call it. */
  readonly name: string;
  readonly oid: string;
  /**
   * Its parts that are compared and explained separately, by their names in reasons; the first is the extension as a
   * whole.
   */
  readonly fields: readonly Field[];
  /** Whether a request asks for it; the others are known to the issuer alone. */
  readonly inRequest: boolean;
  /**
   * Certificates do without it: where a value is malformed, or says what has no place in `Value`, it stays as it is and
   * counts as unknown.
   */
  readonly lenient?: true;
  /** A certificate without it may do everything, so one that gets it loses something. */
  readonly narrows?: true;
  /** A difference alone is no reason to issue: what it says is for the next certificate. */
  readonly waits?: true;
  /** It stands in no table, and its value is hex of the octets, whatever these are. */
  readonly raw?: true;
  /** @throws DerError */
  read(der: Der): Value;
  write(value: Value): Uint8Array;
  /** The items of one field: a set, whose order means nothing, for comparison and for display. */
  items(value: Value, field: Field): readonly string[];
  config(value: Value): ExtensionConfig;
  /** `null`: the manifest does not decide. None is written then, and one that is there stays. */
  wanted(context: ExtensionContext): Wanted<Value> | null;
  /** Whether the value found is as wanted. Absent: all its fields have the same items. */
  matches?(found: Value, wanted: Value, presence: Presence): boolean;
}

/** Stands in texts for a value that is known only once it is made. */
export const PRESENT = 'present';

/** A value that is to be written. @throws Error where it is not known yet. */
export function known<Value>(value: Value | null): Value {
  if (value === null) throw new Error('Internal error: a key identifier is written before it is known');
  return value;
}
