/** What an adopted folder holds and its manifest does not describe: each thing with why, in values (words: report/). */
import type { EntityId } from '../pki/entity.ts';
import type { UnusableWhy } from './found.ts';
import type { PathFault } from './paths.ts';

/** Why something is not described. Files are named by their paths, issuers by their subjects, `other` by its id. */
export type LeftOutWhy =
  | UnusableWhy
  /** `keyPath`: an encrypted key that by its name is the one. */
  | { readonly kind: 'encrypted-key'; readonly keyPath: string }
  | { readonly kind: 'no-key' }
  | { readonly kind: 'no-certificate'; readonly request: string | null }
  | { readonly kind: 'key-kind'; readonly spec: string }
  | { readonly kind: 'usage'; readonly usages: readonly string[] }
  | { readonly kind: 'no-host' }
  | { readonly kind: 'expired-authority'; readonly notAfter: number }
  | { readonly kind: 'self-signed' }
  | { readonly kind: 'unknown-issuer'; readonly issuer: string }
  | { readonly kind: 'no-authority'; readonly issuer: string }
  /** `because`: what is wrong with the highest one that is left out. */
  | { readonly kind: 'issuer-left-out'; readonly issuer: string; readonly because: LeftOutWhy }
  | { readonly kind: 'same-subject'; readonly other: string }
  | { readonly kind: 'path-length'; readonly limiter: string }
  | { readonly kind: 'path'; readonly fault: PathFault }
  /** The certificate is in a file with others only. */
  | { readonly kind: 'bundle'; readonly count: number }
  /** The certificate is in one file with its key only. */
  | { readonly kind: 'together' }
  | { readonly kind: 'earlier'; readonly of: string }
  | { readonly kind: 'key-taken'; readonly by: string }
  /** Files that are no entity's: they stay as they are, also where what is in them is renewed. */
  | { readonly kind: 'copy'; readonly of: string }
  | { readonly kind: 'combined' }
  | { readonly kind: 'spare-key' }
  | { readonly kind: 'certificates'; readonly count: number }
  | { readonly kind: 'request-differs'; readonly of: string }
  | { readonly kind: 'request-alone' }
  | { readonly kind: 'public-key' }
  | { readonly kind: 'crl' }
  | { readonly kind: 'other-pem'; readonly labels: readonly string[] };

/** One thing that the manifest does not describe. */
export interface LeftOut {
  /** Files that it is about, the most telling first. */
  readonly paths: readonly string[];
  /** Of the certificate, as text; `null` where there is none. */
  readonly subject: string | null;
  readonly why: LeftOutWhy;
}

/** Something that is worth knowing about an entry that is described. */
export type Note =
  | { readonly kind: 'no-usage'; readonly section: string }
  | { readonly kind: 'attribute'; readonly attribute: string }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'common-name'; readonly before: string | null; readonly after: string | null }
  | { readonly kind: 'common-name-added'; readonly name: string }
  | { readonly kind: 'validity' }
  | { readonly kind: 'extensions'; readonly oids: readonly string[] }
  | { readonly kind: 'idle-root' };

/** A note, and the entry that it is about. */
export interface EntryNote {
  readonly id: EntityId;
  readonly note: Note;
}
