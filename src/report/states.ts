/** States of rows in `pki status`: how they look, and how many there are of each. */
import type { Paint, Style } from './style.ts';

/** Of a list or of responses: those that have ended lock everyone out. */
export function paintOfState(state: string, style: Style): Paint {
  if (state === 'ok') return style.good;
  return state === 'due' ? style.warn : style.bad;
}

/** `2 ok, 1 due`: those that there are, in the order of `states`; empty where there are no rows. */
export function countedStates<S extends string>(
  rows: readonly { readonly state: S }[],
  states: readonly S[],
): string {
  const counted = states.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counted.join(', ');
}
