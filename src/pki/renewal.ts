/** When a certificate is due for renewal. */
import type { RenewBefore } from './entity.ts';

/** Seconds before its end at which a certificate of this lifetime is due. */
export function renewWindow(renewBefore: RenewBefore, lifetime: number): number {
  return renewBefore.kind === 'seconds' ? renewBefore.seconds : Math.floor(renewBefore.share * lifetime);
}
