/** What a new certificate drops or changes of the one that it replaces, though nothing was wrong with it. */

/** One alteration; extensions by name, or by OID where this program has no name for them. */
export type Alteration =
  | {
      readonly kind: 'loses';
      readonly extension: string;
      readonly oid: string;
      readonly critical: boolean;
      /** What it says, where that is read; otherwise `null`. */
      readonly value: string | null;
    }
  | { readonly kind: 'alters'; readonly field: string; readonly before: string; readonly after: string };
