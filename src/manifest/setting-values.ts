/** What settings are once they are read, and how a manifest spells them; the types follow from the table. */
import type * as z from 'zod';
import type { ByRank, Place } from './setting.ts';
import { rowOf, type SETTINGS, type Setting, type SettingOf, settingsOf } from './settings.ts';
import type { ShapesOf } from './shapes.ts';

type Rows = typeof SETTINGS;

/** The value of a setting, once it is read. */
export type Value<S extends Setting> =
  | Exclude<z.output<Rows[S]['places'][keyof Rows[S]['places']] & z.ZodType>, undefined>
  | (Rows[S] extends { readonly builtIn: ByRank<infer T> } ? T : never);

type Written<T> = T extends object ? { readonly [K in keyof T]: Written<Exclude<T[K], undefined>> } : T;

/** A setting as a manifest spells it. */
export type SettingText<S extends Setting> = Written<
  Exclude<z.input<Rows[S]['places'][keyof Rows[S]['places']] & z.ZodType>, undefined>
>;

/** Values of some settings. */
export type Values = { readonly [S in Setting]?: Value<S> | undefined };

/** Settings that every entry of this kind has: they must be written, are merged of what there is, or built in. */
type SettledOf<P extends Place> = {
  [S in SettingOf<P>]: Rows[S] extends { readonly builtIn: unknown } | { readonly merged: true }
    ? S
    : undefined extends z.output<ShapesOf<P>[S]>
      ? never
      : S;
}[SettingOf<P>];

/** All that an entry says, inherits, or has by default. */
export type Settings<P extends Place> = { readonly [S in SettledOf<P>]: Value<S> } & {
  readonly [S in Exclude<SettingOf<P>, SettledOf<P>>]?: Value<S>;
};

const SETTLED: Readonly<Record<Place, readonly Setting[]>> = {
  authority: settledIn('authority'),
  leaf: settledIn('leaf'),
  defaults: settledIn('defaults'),
};

/** The same as `SettledOf`, at run time. */
function settledIn(place: Place): readonly Setting[] {
  return settingsOf(place).filter((name) => {
    const { builtIn, merged, places } = rowOf(name);
    return builtIn !== undefined || merged === true || places[place]?.safeParse(undefined).success === false;
  });
}

/** Whether every setting that an entry of this kind cannot be without has a value. */
export function isSettled<P extends Place>(place: P, values: Values): values is Values & Settings<P> {
  return SETTLED[place].every((name) => values[name] !== undefined);
}
