/** What is on disk, one entity at a time: facts where a file can be read, and the plain reason where it cannot. */

import { type Artifact, eachArtifact } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import type { SecretFault } from '../pki/secret-source.ts';
import type { TokenFault } from '../pki/token.ts';
import type { Fingerprint, KeyFacts, KeyId } from '../x509/facts.ts';
import type { TrustAnchor } from '../x509/trust-anchor.ts';
import type { FactsOf } from './artifacts/rules.ts';
import type { Blockage, KeyClosure, LinkFinding } from './blockage.ts';
import type { KnownCommands, PendingHooks } from './errand.ts';
import type { Exposure } from './exposure.ts';
import type { FormerLocation } from './former-location.ts';
import type { ArchivedSigner, KnownList } from './list-witness.ts';

/**
 * How much is looked at. `all`: everything, and what cannot be read is in the way; `readable`: what this user may read, as a
 * plan of what another user would apply; `public`: no file that holds a private key, whether it is there or not.
 */
export type Sight = 'all' | 'readable' | 'public';

/** One file. `blocked` is what no tool may resolve by writing over it; `garbage` is a plain file without the content. */
export type FileState<Facts> =
  | { readonly state: 'missing' }
  /** It may not be read here, or was left out of the look (`Sight`): whether it is there, and what it says, is open. */
  | { readonly state: 'unknown' }
  | { readonly state: 'blocked'; readonly cause: Blockage }
  | { readonly state: 'garbage'; readonly detail: string }
  | {
      readonly state: 'present';
      readonly facts: Facts;
      readonly mode: number;
      /** The group (by number) that was given the right to read it; absent: none was. */
      readonly group?: number;
      /** Whose it is. Absent: no one asked. */
      readonly owner?: Owner;
    };

/** User and group of a file or folder, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Users and groups of this host, as far as the manifest names them, and what this process may do for them. */
export interface Accounts {
  /** By name, as it is written; `null`: there is no such user. */
  readonly users: ReadonlyMap<string, number | null>;
  readonly groups: ReadonlyMap<string, number | null>;
  /** Whose the files are that this process makes. */
  readonly own: Owner;
  /** Groups to which this process may give what is its own. */
  readonly memberOf: ReadonlySet<number>;
  /** Whether it may give files to anyone: root, mostly. */
  readonly mayGive: boolean;
}

/**
 * Which passphrase opened a key. `assumed`: none was to be had, `unseen`: its file was out of sight, `on-token`: its token
 * was not asked; then it counts as the key of the certificate beside it.
 */
export type KeyLock = 'stated' | 'previous' | 'assumed' | 'unseen' | 'on-token';

/** A private key may also be encrypted, and stay closed. */
export type KeyState =
  | Exclude<FileState<KeyFacts>, { readonly state: 'present' }>
  /** To a plan alone, which asks for no passphrase: a run opens it, or refuses. */
  | { readonly state: 'unknown'; readonly why: KeyClosure }
  /** `lock` is absent where the key is not encrypted. */
  | (Extract<FileState<KeyFacts>, { readonly state: 'present' }> & { readonly lock?: KeyLock })
  | { readonly state: 'encrypted'; readonly why: KeyClosure };

/** Whether it counts as the key of its certificate without having been read. */
export function isSupposed(key: KeyState): boolean {
  return key.state === 'present' && ['assumed', 'unseen', 'on-token'].includes(key.lock ?? '');
}

/** How an entity's files stand in its folder. */
export interface Published {
  readonly state: 'files' | 'symlinks' | 'mixed';
  /** What keeps it from being the one or the other; empty where nothing does. */
  readonly findings: readonly LinkFinding[];
}

/** Every file of an entity as it was found. */
export type ArtifactStates = {
  readonly [A in Artifact]: A extends 'key' ? KeyState : FileState<FactsOf<A>>;
};

/** An entity's files, and what only several of them tell together. */
export interface EntityObservation extends ArtifactStates {
  /** The key that made the certificate's signature: the issuer's current key, or `null` where it was another. */
  readonly signedBy: KeyId | null;
  /** The key that made the list's signature, in the same way. Absent: there is no list. */
  readonly listSignedBy?: KeyId | null;
  /** Where the key is that signed the newest list of former keys. Absent: nowhere, or there is none. */
  readonly formerSigner?: ArchivedSigner;
  /** Of an entity whose key is on a token: which key is in a file all the same, `null` where that is closed. Absent: none. */
  readonly leftKey?: KeyId | null;
  /** Absent: it is issued here, or has no readable certificate. */
  readonly presented?: Presented;
  /** What stands behind the certificate of one that is issued here, in the same file. Absent: nothing. */
  readonly behind?: readonly TrustAnchor[];
  /** Absent: nothing but plain files, or nothing at all. */
  readonly published?: Published;
  /** Absent: every file that is there is in its place. */
  readonly formerLocation?: FormerLocation;
  /** Files that it no longer has, in a folder that may hold those of others, and that apply has put there. Absent: none. */
  readonly leftovers?: readonly Artifact[];
  /** Paths of files that it no longer has, where its files were before `folder` or `files` changed. Absent: none. */
  readonly leftBehind?: readonly string[];
  /** Whose the folder is that the entity has to itself; `null`: it is not there. Absent: it is shared, or no one asked. */
  readonly folder?: Owner | null;
}

/** What stands behind the certificate of an entity that is issued elsewhere, in the same file. */
export interface Presented {
  /** In the order of the file. */
  readonly certificates: readonly Fingerprint[];
  /** The root of its issuer that they lead to; `null`: none. */
  readonly root: Fingerprint | null;
  /** When the first certificate on that way ends, the root among them; seconds since 1970, `null` where there is none. */
  readonly notAfter: number | null;
}

/** An authority below another, as it was found. */
export interface AuthorityObservation {
  readonly id: EntityId;
  readonly observed: EntityObservation;
}

/** What the ledger says about clocks; seconds since 1970. */
export interface Issues {
  /** The moment of its last line. */
  readonly newest: number;
  /** The last moment that is not after the clock; `null` where all are, or where `newest` is not after it. */
  readonly before: number | null;
  /** Whether the first run after the clock renewed, as expired, something that by the clock has not ended. */
  readonly revived: boolean;
}

/** One authority: its keys, current or former, and certificates that it had, or that a yes was given to. */
export interface KnownAuthority {
  readonly keys: ReadonlySet<KeyId>;
  readonly certificates: ReadonlySet<Fingerprint>;
}

/** Authorities of which anything is known, also those that left the manifest. */
export type KnownAuthorities = ReadonlyMap<EntityId, KnownAuthority>;

/** What one run replaced of one entity. */
export interface ArchivedSet {
  /** Perhaps of an entity that left the manifest. */
  readonly entity: EntityId;
  /** The name of its folder: `2026-11-23T164036Z-21b572`. */
  readonly folder: string;
  /** When that run was, in seconds since 1970. */
  readonly time: number;
  /** Whether a private key may be among its files. */
  readonly holdsKey: boolean;
}

/** The archive, as far as any of it may be too old, and what the ledger says about the time that went by. */
export interface Archive {
  /** Of each entity all, or none. */
  readonly sets: readonly ArchivedSet[];
  /** The newest moment at which anything was issued; `null` where none is known. */
  readonly newest: number | null;
  /** The latest moment at which certificates were renewed that had ended, and the last one before that. */
  readonly revival: { readonly at: number; readonly before: number | null } | null;
}

/** What was not read, so that nothing follows from it. */
export interface Unseen {
  /** It was left out on purpose, and not because this user may not read it. */
  readonly asked: boolean;
  /** Entities with files that hold a private key. */
  readonly keys: readonly EntityId[];
  /** Entities with other files, such as the certificate. */
  readonly others: readonly EntityId[];
}

/** What a plan compares with the inventory: the output folder at one moment. */
export interface Observation {
  readonly entities: ReadonlyMap<EntityId, EntityObservation>;
  /** Entity folders on disk that the manifest does not name, and that this tool is known to have made. */
  readonly orphans: readonly EntityId[];
  /** When the certificates of those end, where they can be read. */
  readonly leaving?: ReadonlyMap<EntityId, number>;
  /** Entities of which an interrupted run has new files that are not all in place yet. Absent: none. */
  readonly pending?: readonly EntityId[];
  /** Absent: everything could be read. */
  readonly unseen?: Unseen;
  /** Absent: none. */
  readonly exposed?: readonly Exposure[];
  /** Absent: there is no ledger. */
  readonly issues?: Issues;
  /** Certificates of the ledger that share a serial number with another one on the disk. Absent: none. */
  readonly issued?: readonly IssuedBefore[];
  /** Every certificate of the ledger. Absent: nothing asks for them, or there are none. */
  readonly certificates?: readonly IssuedCertificate[];
  /** What is recorded of revocation lists that were made here. Absent: nothing asks for them, or there are none. */
  readonly lists?: ReadonlyMap<EntityId, KnownList>;
  /** Absent: the archive is kept for ever, or nothing in it is old. */
  readonly archive?: Archive;
  /** What is known of authorities from before. Absent: nothing. */
  readonly known?: KnownAuthorities;
  /** Absent: the manifest names none. */
  readonly accounts?: Accounts;
  /** Why passwords are not to be had that files are closed by, by their source. Absent: none is missing. */
  readonly closed?: ReadonlyMap<string, SecretFault>;
  /** The same of those that this run needs, once it has looked for them. Absent: it needs none, or has them. */
  readonly secrets?: ReadonlyMap<string, SecretFault>;
  /** Keys on tokens that this run asked for in vain. Absent: none. */
  readonly tokens?: ReadonlyMap<EntityId, TokenFault>;
  /** Commands that were agreed to and run here. Absent: the manifest names none. */
  readonly commands?: KnownCommands;
  /** Hooks that have not succeeded since files changed. Absent: none. */
  readonly hooks?: PendingHooks;
}

/** A certificate that was issued here, whether it is still there or not. */
export interface IssuedBefore {
  readonly entity: EntityId;
  /** The entity itself where it is a root. */
  readonly issuer: EntityId;
  readonly serial: string;
  readonly fingerprint: Fingerprint;
}

/** The same, for which key, and when it ends, in seconds since 1970. */
export interface IssuedCertificate extends IssuedBefore {
  readonly keyId: KeyId;
  readonly notAfter: number;
}

const MISSING = { state: 'missing' } as const;

/** An entity of which nothing is there yet. */
export const NOTHING: EntityObservation = { ...eachArtifact(() => MISSING), signedBy: null };
