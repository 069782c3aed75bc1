/** What a new certificate will not have of the one that it replaces, or have otherwise, though nothing was wrong with it. */

/** One of them; extensions by name, or by OID where they have none here. */
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
