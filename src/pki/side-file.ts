/** Files beside a manifest that it names, read where it is opened: what is in one is part of what the manifest says. */
import { type AllowedPaths, isAbsolute } from './allowed-paths.ts';

/** Why a file is not one that the manifest may name. */
export type PathFault =
  /** A link leads out of the manifest's folder. */
  | { readonly kind: 'leads-out' }
  /** An absolute path that the command line does not allow. */
  | { readonly kind: 'absolute' }
  /** An allowed path is, or goes through, a link that leads out of what is allowed. */
  | { readonly kind: 'strays' };

/** Why such a file cannot be had. */
export type SideFault =
  | PathFault
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-file' }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'unreadable'; readonly code: string };

/** Its bytes, or why there are none. */
export type SideFile =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: SideFault };

/** Those of one manifest. */
export interface SideFiles {
  /** Absolute paths that it may name, also those of secrets, which are read when a step needs them. */
  readonly allowed: AllowedPaths;
  /** Looks at one. @param path relative to the manifest, or an absolute one that is allowed. */
  read(path: string): SideFile;
}

/** Of a manifest that has no folder. */
export const NO_SIDE_FILES: SideFiles = {
  allowed: [],
  read: (path) => ({ ok: false, fault: { kind: isAbsolute(path) ? 'absolute' : 'missing' } }),
};
