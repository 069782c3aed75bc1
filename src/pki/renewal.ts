/** When a certificate is due for renewal. */

/** When a certificate is due: a fixed time before its end, or a share (0–1) of its lifetime before its end. */
export type RenewBefore =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'share'; readonly share: number };

/** Seconds before its end at which a certificate of this lifetime is due. */
export function renewWindow(renewBefore: RenewBefore, lifetime: number): number {
  return renewBefore.kind === 'seconds' ? renewBefore.seconds : Math.floor(renewBefore.share * lifetime);
}
