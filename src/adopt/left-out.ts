/** What a manifest does not describe of an adopted folder, each with the reason as a value (words: report/left-out.ts). */
import type { EntityId } from '../pki/entity.ts';
import type { KeyFormat } from '../x509/key-format.ts';
import type { UnusableWhy } from './found.ts';
import type { PathFault } from './paths.ts';
import type { Revocation } from './revocations.ts';

/** The certificate has no file of its own: it is the nth (from 1) of several in `path`, or beside other blocks. */
export interface BundleFault {
  readonly kind: 'bundle';
  readonly path: string;
  /** `null` where one that cannot be read is among them. */
  readonly position: number | null;
  readonly count: number;
}

/** Reasons to leave something out. Paths name files, subjects name issuers, an id names `other`. */
export type LeftOutWhy =
  | UnusableWhy
  /** `keyPath`: an encrypted key with a matching name. */
  | { readonly kind: 'encrypted-key'; readonly keyPath: string }
  /** The same of a key for another program, or in another form. */
  | { readonly kind: 'foreign-key'; readonly keyPath: string; readonly format: KeyFormat }
  /** The same of a file that was not read. */
  | { readonly kind: 'unread-key'; readonly keyPath: string; readonly because: UnusableWhy }
  | ({ readonly kind: 'revoked' } & Revocation)
  | { readonly kind: 'no-key' }
  /** `unread`: a file of its name that was not read. */
  | { readonly kind: 'no-certificate'; readonly request: string | null; readonly unread: string | null }
  | { readonly kind: 'key-kind'; readonly spec: string }
  | { readonly kind: 'usage'; readonly usages: readonly string[] }
  | { readonly kind: 'no-host' }
  | { readonly kind: 'self-signed' }
  /** A leaf with the private key of that authority. */
  | { readonly kind: 'authority-key'; readonly authority: string }
  | { readonly kind: 'unknown-issuer'; readonly issuer: string }
  /** An authority of that name is here, and its key made no such signature. */
  | { readonly kind: 'other-key'; readonly issuer: string }
  /** Authorities above it signed each other, and none itself. */
  | { readonly kind: 'circle' }
  /** The signature's algorithm is unknown, and so is the signer. */
  | { readonly kind: 'unknown-signature'; readonly algorithm: string }
  | { readonly kind: 'no-authority'; readonly issuer: string }
  /** `because`: the reason for the highest authority that is left out. */
  | { readonly kind: 'issuer-left-out'; readonly issuer: string; readonly because: LeftOutWhy }
  | { readonly kind: 'same-subject'; readonly other: string }
  | { readonly kind: 'path-length'; readonly limiter: string }
  /** Its `name` is outside the name constraints of `limiter`. */
  | { readonly kind: 'constrained'; readonly name: string; readonly limiter: string }
  /** A manifest with it would be refused. */
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'path'; readonly fault: PathFault }
  | BundleFault
  /** The certificate has no file of its own: it is in `path` with its key. */
  | { readonly kind: 'together'; readonly path: string }
  | { readonly kind: 'earlier'; readonly of: string }
  | { readonly kind: 'key-taken'; readonly by: string }
  /** A further certificate of the authority whose own is in `of`; nothing here signs as its issuer. */
  | { readonly kind: 'cross-certificate'; readonly of: string; readonly issuer: string }
  /** From here on: files of no entity. They stay as they are, even when their content is renewed elsewhere. */
  | { readonly kind: 'copy'; readonly of: string }
  | { readonly kind: 'combined' }
  | { readonly kind: 'spare-key' }
  /** `of`: files of certificates that are adopted, and are in it as well. */
  | { readonly kind: 'certificates'; readonly count: number; readonly of: readonly string[] }
  | { readonly kind: 'request-differs'; readonly of: string }
  | { readonly kind: 'request-alone' }
  | { readonly kind: 'public-key' }
  /** `isTrusted`: an authority of the folder signed it, and its `count` certificates are left out. */
  | {
      readonly kind: 'crl';
      readonly issuer: string;
      readonly count: number;
      /** Seconds since 1970: clients refuse the list from then on. */
      readonly nextUpdate: number | null;
      readonly isTrusted: boolean;
    }
  /** `taken`: how many of its revoked certificates the manifest names. */
  | { readonly kind: 'ca-database'; readonly count: number; readonly taken: number }
  | { readonly kind: 'other-pem'; readonly labels: readonly string[] };

/** One certificate, key or file that the manifest does not describe. */
export interface LeftOut {
  /** Its files, the most important first. */
  readonly paths: readonly string[];
  /** The certificate's, as text; `null` without one. */
  readonly subject: string | null;
  readonly why: LeftOutWhy;
}

/** A remark on an entry of the manifest. */
export type Note =
  /** `isAny`: it says that it may be used for anything. */
  | { readonly kind: 'no-usage'; readonly section: string; readonly isAny: boolean }
  | { readonly kind: 'attribute'; readonly attribute: string }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'common-name'; readonly before: string | null; readonly after: string | null }
  | { readonly kind: 'common-name-added'; readonly name: string }
  /** `isReversed`: it ends before it begins, and is described with the usual lifetime. */
  | { readonly kind: 'validity'; readonly isReversed: boolean }
  | { readonly kind: 'extensions'; readonly oids: readonly string[] }
  /** Its key is not in the folder, and it is described as one whose key is elsewhere. */
  | { readonly kind: 'offline' }
  | { readonly kind: 'idle-root' };

/** A note with its entry. */
export interface EntryNote {
  readonly id: EntityId;
  readonly note: Note;
}
