/** Where the value of a setting comes from: the entry itself, its profile, `defaults`, what is built in. */
import type { Rank } from '../manifest/setting.ts';
import type { Values } from '../manifest/setting-values.ts';
import { rowOf, SETTING_NAMES, type Setting } from '../manifest/settings.ts';
import type { Span } from '../manifest/source.ts';
import { type MapTree, nodeAt, valueSpan } from '../manifest/tree.ts';

/** What one map says of settings. */
export interface LayerMap {
  /** What is good of it. */
  readonly own: Values;
  /** Settings that are written in it, but wrongly: what they say is not known. */
  readonly spoiled: ReadonlySet<string>;
  /** The map in the manifest; `undefined` for what is built in, or was no map. */
  readonly map: MapTree | undefined;
}

/** A map and all that it inherits from. */
export interface Layer extends LayerMap {
  readonly below: Layer | undefined;
  /** Every setting that has a value: that of the nearest layer, or a map that is merged of all of them. */
  readonly values: Values;
}

/** A map that inherits whatever it does not say itself. */
export function layerOver(below: Layer, { own, spoiled, map }: LayerMap): Layer {
  return {
    own,
    spoiled,
    map,
    below,
    values: Object.assign({}, below.values, own, mergedOf(below.values, own)),
  };
}

const MERGED = SETTING_NAMES.filter((name) => rowOf(name).merged);

/** The maps that both say something of. */
function mergedOf(below: Values, own: Values): Values | undefined {
  const names = MERGED.filter((name) => own[name] !== undefined);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, Object.assign({}, below[name], own[name])]));
}

/** Of a map without a mistake. */
export const NOTHING: ReadonlySet<string> = new Set();

function builtInLayer(rank: Rank): Layer {
  const values = SETTING_NAMES.map(
    (name) => [name, rowOf(name).merged ? {} : rowOf(name).builtIn?.[rank]] as const,
  );
  const own: Values = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  return { own, spoiled: NOTHING, map: undefined, below: undefined, values: own };
}

/** The lowest layer: what every entry of a rank has where the manifest says nothing. */
export const BUILT_IN: Readonly<Record<Rank, Layer>> = {
  leaf: builtInLayer('leaf'),
  intermediate: builtInLayer('intermediate'),
  root: builtInLayer('root'),
};

/** The nearest layer in which a setting is written, rightly or wrongly, or that has it built in. */
function layerOf(top: Layer, setting: Setting): Layer | undefined {
  let layer: Layer | undefined = top;
  while (layer && layer.own[setting] === undefined && !layer.spoiled.has(setting)) layer = layer.below;
  return layer;
}

/** The item of a list, or the key of a map that is merged. */
export type Item = number | string;

/** The nearest layer that says something of a key of a map that is merged. */
function layerOfKey(top: Layer, setting: Setting, key: string): Layer | undefined {
  let layer: Layer | undefined = top;
  while (layer && nodeIn(layer, setting, key) === undefined) layer = layer.below;
  return layer;
}

function nodeIn({ map }: Layer, setting: Setting, item: Item) {
  return map && nodeAt(map, [setting, item]);
}

/** Where a setting, or an item of it, is written; `undefined` where it is not. */
export function spanOf(top: Layer, setting: Setting, item?: Item): Span | undefined {
  const layer = typeof item === 'string' ? layerOfKey(top, setting, item) : layerOf(top, setting);
  return layer?.map && valueSpan(layer.map, item === undefined ? [setting] : [setting, item]);
}

/** An item of a list as it is written, without quotes. */
export function textOf(top: Layer, setting: Setting, item: Item): string | undefined {
  const layer = layerOf(top, setting);
  const node = layer && nodeIn(layer, setting, item);
  return node?.kind === 'scalar' ? node.text : undefined;
}

/** Whether the layer itself says something of a setting, right or wrong. */
export function says(layer: Layer, setting: Setting): boolean {
  return layerOf(layer, setting) === layer;
}

/** Whether it leaves a setting to another layer of the manifest. */
export function inherits(layer: Layer, setting: Setting): boolean {
  return !says(layer, setting) && layerOf(layer, setting)?.map !== undefined;
}

/** Whether the manifest gives a setting a value, rather than leaving it to what is built in. */
export function isGiven(top: Layer, setting: Setting): boolean {
  for (let layer: Layer | undefined = top; layer; layer = layer.below)
    if (layer.map !== undefined && layer.own[setting] !== undefined) return true;
  return false;
}

/** Whether no mistake hides what a setting is: none in a layer that decides about it. */
export function isKnown(top: Layer, setting: Setting): boolean {
  let wrong: Layer | undefined = top;
  while (wrong && !wrong.spoiled.has(setting)) wrong = wrong.below;
  return wrong === undefined || (layerOf(top, setting) !== wrong && !rowOf(setting).merged);
}
