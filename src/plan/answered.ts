/** A certificate that was made on another machine, as it was asked for. */

/** When it is valid, and whether it is for a new key. */
export interface Answered {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly newKey: boolean;
}
