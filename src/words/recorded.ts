/** Reasons as the ledger and every JSON structure have them (docs/json.md): internal data becomes words there. */
import type { Reason } from '../plan/reason.ts';
import { findingsText } from './blockage.ts';

type PublishReason = Extract<Reason, { readonly kind: 'publish' }>;

/** A recorded reason, perhaps from an older version. */
export type RecordedReason =
  | Exclude<Reason, PublishReason>
  | (Omit<PublishReason, 'findings'> & { readonly detail: string });

/** Fields in the order in which they have always been written. */
export function recordedReason(reason: Reason): RecordedReason {
  if (reason.kind !== 'publish') return reason;
  const { findings, ...rest } = reason;
  return { ...rest, detail: findingsText(findings) };
}
