/** What a manifest can be exported to: a row for each, with what its people call it. */
import { ENGINE as VAULT } from './vault/readme.ts';

/** The rows. */
export const TARGETS = {
  vault: { engine: VAULT },
} as const;
/** One of them. */
export type ExportTarget = keyof typeof TARGETS;
