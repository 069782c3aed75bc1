/**
 * What is going to be tried: one handshake of one server with one client, and what has to come of it.
 * Values only; cases.ts derives them from the manifest, shake.ts tries them.
 */
import type { EntityId } from '../pki/entity.ts';

/** Those that are tried, as `node:tls` names them. */
export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** The four refusals that every server is put to, in the order in which they are shown. */
export const REFUSALS = ['no-client-certificate', 'foreign-client', 'wrong-name', 'other-root'] as const;
export type Refusal = (typeof REFUSALS)[number];

/**
 * `pair`: what the manifest says about these two. `name`: one more of the server's names. `revoked`: one of them is, and the
 * other reads the lists. Else: a refusal.
 */
export type CheckKind = 'pair' | 'name' | 'revoked' | Refusal;

/** An end of the connection, and the entity behind it. */
export type Side = 'server' | 'client';

interface CaseBase {
  /** Unique in one list of cases, and the same from run to run. */
  readonly id: string;
  readonly server: EntityId;
  /** `null`: no client of the manifest is accepted here, so a stand-in trusts what the server trusts. */
  readonly client: EntityId | null;
  readonly version: TlsVersion;
  readonly check: CheckKind;
  /** The DNS name, IP address or URI that the client insists on; `null` where the certificate has none. */
  readonly serverName: string | null;
}

/** The two have to connect, in just this version, and exchange data. */
export interface AcceptCase extends CaseBase {
  readonly expect: 'accept';
  readonly client: EntityId;
  readonly check: 'pair' | 'name';
}

/** No data may pass, and a side that has a reason must refuse with a code that names it (assess.ts). */
export interface RefuseCase extends CaseBase {
  readonly expect: 'refuse';
  readonly check: 'pair' | 'revoked' | Refusal;
  /** Who has the reason to refuse: one side, or both where neither trusts the other's root. */
  readonly by: readonly Side[];
}

/** One handshake to be tried, with what has to come of it in `expect`. */
export type HandshakeCase = AcceptCase | RefuseCase;

/** Why a check cannot be made; mostly because no client of the manifest connects. */
export type SkipCause =
  /** The server's certificate has no name that a client could ask for. */
  | { readonly kind: 'no-name' }
  /** It has URIs alone, which were asked for, and no host name that anyone could ask for. */
  | { readonly kind: 'uri-alone' }
  /** Its private key is not here: no handshake can be played for it. */
  | { readonly kind: 'key-elsewhere' }
  /** Its private key never leaves its token: the programs that use it there can be asked, and this one cannot. */
  | { readonly kind: 'key-on-token' }
  /** No one is left to ask for these. */
  | { readonly kind: 'no-asker'; readonly names: readonly string[] }
  /** The fault would be the client's. */
  | { readonly kind: 'no-client' }
  /** Its private key is under a passphrase that is not to be had. */
  | { readonly kind: 'closed-key' }
  /** It reads lists, and those of these authorities are made elsewhere: what checks all of them lets in nothing without. */
  | { readonly kind: 'list-elsewhere'; readonly authorities: readonly EntityId[] }
  /** It is revoked, and its key is not in the archive. */
  | { readonly kind: 'not-archived' }
  /** It is revoked, and the key that signed its certificate is not that of its issuer any more. */
  | { readonly kind: 'former-issuer' }
  /** So many are revoked that a handshake for each would take too long. */
  | { readonly kind: 'too-many' }
  /** This node cannot load what it presents or trusts. */
  | { readonly kind: 'no-ml-dsa' }
  /** A stand-in trusts what the server trusts, which would then refuse the server itself. */
  | { readonly kind: 'own-root-untrusted' };

/** A check that cannot be made, and why: nothing is left out silently. */
export interface SkippedCheck {
  /** Or a client, where it cannot be played at all. */
  readonly server: EntityId;
  readonly check: CheckKind;
  readonly cause: SkipCause;
}

/** Everything that the proof tries, grouped by server, and what it cannot try. */
export interface HandshakePlan {
  readonly cases: readonly HandshakeCase[];
  readonly skipped: readonly SkippedCheck[];
}

/** Whether an end that has lists reads them: the other refusals are for a reason that comes before those. */
export function readsLists({ expect, check }: HandshakeCase): boolean {
  return expect === 'accept' || check === 'revoked';
}

/** `TLS 1.3`, as people write it. */
export function versionText(version: TlsVersion): string {
  return version.replace('TLSv', 'TLS ');
}
