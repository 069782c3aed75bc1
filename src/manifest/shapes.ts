/** The shapes of maps of settings: entries, `defaults`, the defaults of a section, profiles. */
import type * as z from 'zod';
import { pick } from '../pki/record.ts';
import { type Place, type Row, takeable } from './setting.ts';
import { rowOf, SETTING_NAMES, type SETTINGS, type Setting, type SettingOf, settingsOf } from './settings.ts';

type Rows = typeof SETTINGS;
/** Settings that say which entry it is. */
type Single = { [S in Setting]: Rows[S] extends { readonly single: true } ? S : never }[Setting];
type Shape<S extends Setting, P extends Place> =
  Rows[S]['places'] extends Record<P, infer T extends z.ZodType> ? T : never;
type Takeable<T extends z.ZodType> = ReturnType<typeof takeable<T>>;

/** What can be inherited can be taken away, but for what the lowest layer says. */
export type ShapesOf<P extends Place> = {
  readonly [S in SettingOf<P>]: S extends Single
    ? Shape<S, P>
    : P extends 'defaults'
      ? Shape<S, P>
      : Takeable<Shape<S, P>>;
};

/** Most settings have one shape in all maps; making shapes is most of what reading a small manifest costs. */
const TAKEABLE = new Map<z.ZodType, z.ZodType>();

function shapesIn<P extends Place>(place: P): ShapesOf<P> {
  return Object.fromEntries(
    settingsOf(place).map((name) => [name, shapeOf(rowOf(name), place)]),
  ) as ShapesOf<P>;
}

function shapeOf({ places, single }: Row, place: Place): z.ZodType | undefined {
  const shape = places[place];
  if (shape === undefined || single || place === 'defaults') return shape;
  const known = TAKEABLE.get(shape) ?? takeable(shape);
  TAKEABLE.set(shape, known);
  return known;
}

/** By the kind of map, the shapes of all settings that can stand in it. */
export const SHAPES = {
  authority: shapesIn('authority'),
  leaf: shapesIn('leaf'),
  defaults: shapesIn('defaults'),
};

/** The shapes that a setting has. */
export function shapesBy(name: Setting): readonly z.ZodType[] {
  const all: readonly Readonly<Record<string, z.ZodType>>[] = Object.values(SHAPES);
  return all.map((shapes) => shapes[name]).filter((shape) => shape !== undefined);
}

/** Settings that entries can inherit from a profile or from the defaults of their section. */
export const SHARED: readonly Setting[] = SETTING_NAMES.filter((name) => rowOf(name).single !== true);

/** Of the settings of an entry, those that it can inherit. */
type SharedOf<P extends Place> = Exclude<SettingOf<P>, Single>;

function sharedIn<P extends Place>(place: P): readonly SharedOf<P>[] {
  return settingsOf(place).filter((name): name is SharedOf<P> => rowOf(name).single !== true);
}

/** The shapes of those. */
export const SHARED_SHAPES = {
  authority: pick(SHAPES.authority, sharedIn('authority')),
  leaf: pick(SHAPES.leaf, sharedIn('leaf')),
};
