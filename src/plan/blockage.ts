/** Why a file can neither be read nor replaced by any tool: each cause with what its words need (words/blockage.ts). */
import type { Artifact } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import type { SecretFault, SecretSource } from '../pki/secret-source.ts';
import type { TokenFault, TokenKey } from '../pki/token.ts';
import type { KeyFormat } from '../x509/key-format.ts';

/** Why a key stays closed. */
export type KeyClosure =
  /** The manifest states no passphrase. */
  | { readonly kind: 'unstated' }
  /** No stated one opens it. */
  | { readonly kind: 'other' }
  | { readonly kind: 'no-secret'; readonly source: SecretSource; readonly fault: SecretFault };

/** A file that is there and that the system does not let us read; `code` is its error. */
export type Unreadable =
  | { readonly kind: 'unreadable'; readonly code: string }
  /** The folder can be seen, but not looked into. */
  | { readonly kind: 'closed-folder'; readonly code: string };

/** What is wrong with the link or folder through which an entity is published. */
export type LinkFault =
  | { readonly kind: 'no-link' }
  | { readonly kind: 'leads-out' }
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'unreadable'; readonly code: string };

/** What only the owner of a file can decide about. Paths are relative to the output folder. */
export type Blockage =
  | Unreadable
  /** A symbolic link stands in the file's place. */
  | { readonly kind: 'link' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'not-a-file' }
  /** Far larger than any file of this program; reading it could exhaust the memory. */
  | { readonly kind: 'too-large'; readonly size: number }
  /** A component of the path is not a folder. */
  | { readonly kind: 'not-a-folder' }
  | { readonly kind: 'linked-folder' }
  /** Missing in its place, and its former place cannot be read. */
  | { readonly kind: 'former'; readonly path: string; readonly cause: Unreadable }
  /** One key in its place, another in the entity's former place. */
  | { readonly kind: 'conflicting-key'; readonly entity: EntityId; readonly other: string }
  /** The place still holds the key of another entity that is also to move. */
  | { readonly kind: 'waits-for-move'; readonly other: EntityId }
  /** Unlike garbage it may be the only copy of a key, for this program or another. */
  | { readonly kind: 'foreign-key'; readonly format: KeyFormat }
  /** Not the kind of file that belongs here, and not made by this program. */
  | { readonly kind: 'foreign'; readonly artifact: Artifact }
  /** `name` is the link or folder of ours beside the file. */
  | { readonly kind: 'links'; readonly name: string; readonly fault: LinkFault };

/** Why an authority's certificate cannot vouch for an entity below it. */
export type VouchingFault =
  /** `names` are outside of its name constraints, each as it is written. */
  | {
      readonly kind: 'name-constraints';
      readonly names: readonly string[];
      readonly permitted: readonly string[];
      readonly excluded: readonly string[];
    }
  | { readonly kind: 'path-length'; readonly pathLength: number }
  /** It may not sign certificates. */
  | { readonly kind: 'no-authority' }
  /** It demands a certificate policy. */
  | { readonly kind: 'policy' };

/** Why nothing may be done (words/refusal.ts). Paths are relative to the output folder. */
export type Refusal =
  | { readonly kind: 'blocked'; readonly path: string; readonly cause: Blockage }
  /** A key that no passphrase opens, or none that is to be had. */
  | { readonly kind: 'encrypted'; readonly path: string; readonly why: KeyClosure }
  /** The request at `path`, beside the manifest, is for the key of an authority, which nothing else may have. */
  | {
      readonly kind: 'given-key';
      readonly entity: EntityId;
      readonly authority: EntityId;
      readonly path: string;
    }
  /** The key of an anchor is not ours to replace; `path` is its file beside the manifest. */
  | { readonly kind: 'anchor'; readonly entity: EntityId; readonly path: string }
  /** A bridge has the key of another authority. */
  | {
      readonly kind: 'bridge';
      readonly entity: EntityId;
      readonly of: EntityId;
      /** That key is elsewhere. Absent: it is here. */
      readonly isShown?: true;
    }
  /** The name in the certificate of that authority cannot be written once more to the octet. */
  | { readonly kind: 'bridge-name'; readonly entity: EntityId; readonly of: EntityId }
  /** Links of this program cannot be renamed within their folder. */
  | { readonly kind: 'renamed-links'; readonly entity: EntityId; readonly artifact: Artifact }
  /** `path` is the certificate of the authority, which stays. */
  | {
      readonly kind: 'unvouched';
      readonly entity: EntityId;
      readonly authority: EntityId;
      readonly path: string;
      readonly fault: VouchingFault;
    }
  /** More certificates than files for one each. */
  | {
      readonly kind: 'too-many';
      readonly entity: EntityId;
      readonly holds: 'roots' | 'authorities';
      readonly count: number;
      readonly room: number;
    }
  /** No user, or group, of this host has the name that a manifest has at `at`. */
  | {
      readonly kind: 'no-account';
      readonly of: 'owner' | 'group';
      readonly name: string;
      readonly at: string;
    }
  /** This process may not give files to that user or group. */
  | { readonly kind: 'no-right'; readonly of: 'owner' | 'group'; readonly name: string; readonly at: string }
  /** The password of a file that has to be made is not to be had; `at` is where the manifest names its source. */
  | {
      readonly kind: 'no-secret';
      readonly entity: EntityId;
      readonly artifact: Artifact;
      /** It is the PIN of the token that the key is on. */
      readonly isPin?: true;
      readonly source: string;
      readonly fault: SecretFault;
      readonly at: string;
    }
  /** The key on the token of `entity`, which a step takes, is not to be had; `at` is where the manifest names it. */
  | {
      readonly kind: 'token';
      readonly entity: EntityId;
      readonly token: TokenKey;
      /** The kind of key that the manifest states, in its short form. */
      readonly wanted: string;
      readonly fault: TokenFault;
      readonly at: string;
    }
  /** The key on the token is of another kind than the manifest states, in short forms. */
  | {
      readonly kind: 'token-kind';
      readonly entity: EntityId;
      readonly wanted: string;
      readonly found: string;
      readonly at: string;
    }
  /** Another key was asked for, and the URI still leads to that of the certificate. */
  | { readonly kind: 'token-same'; readonly entity: EntityId; readonly at: string }
  /** An interrupted run left new files, and they still cannot be put in place; `why` is what the system said. */
  | { readonly kind: 'unfinished'; readonly entity: EntityId; readonly why: string };

/** What is wrong with the links of an entity, and under which name. */
export interface LinkFinding {
  readonly name: string;
  readonly is: 'left-over' | 'dangling' | 'missing' | 'plain-file' | 'link';
}
