/** Samples of a union, at least one for each kind: a kind without any does not compile. */
import type { Advice } from '../../src/words/advice.ts';

/** By kind. */
export type Samples<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: readonly [
    Omit<Extract<Union, { readonly kind: Kind }>, 'kind'>,
    ...Omit<Extract<Union, { readonly kind: Kind }>, 'kind'>[],
  ];
};

/** All of them, as values of the union. */
export function valuesOf<Union extends { readonly kind: string }>(samples: Samples<Union>): readonly Union[] {
  return Object.entries<readonly object[]>(samples).flatMap(([kind, rows]) =>
    rows.map((row) => ({ ...row, kind }) as unknown as Union),
  );
}

/** A paragraph for each: its kind, and below it what is said. */
export function paragraphs<Union extends { readonly kind: string }>(
  samples: Samples<Union>,
  said: (value: Union) => string | Advice,
): string {
  const texts = valuesOf(samples).map((value) => {
    const text = said(value);
    const lines = typeof text === 'string' ? [text] : [text.problem, `hint: ${text.hint}`];
    return `${value.kind}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  });
  return texts.join('');
}
