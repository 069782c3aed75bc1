/** Files beside a manifest that it names, read where it is opened: what is in one is part of what the manifest says. */

/** Why such a file cannot be had. */
export type SideFault =
  | { readonly kind: 'missing' }
  /** A link leads out of the manifest's folder. */
  | { readonly kind: 'leads-out' }
  | { readonly kind: 'no-file' }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'unreadable'; readonly code: string };

/** Its bytes, or why there are none. */
export type SideFile =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: SideFault };

/** Looks at one. @param path relative to the manifest. */
export type SideFiles = (path: string) => SideFile;

/** Of a manifest that has no folder. */
export const NO_SIDE_FILES: SideFiles = () => ({ ok: false, fault: { kind: 'missing' } });
