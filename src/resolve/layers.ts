/** Where the value of a setting comes from: the entry itself, its profile, `defaults`, what is built in. */
import type { Rank } from '../manifest/setting.ts';
import type { Values } from '../manifest/setting-values.ts';
import { rowOf, SETTING_NAMES, type Setting } from '../manifest/settings.ts';
import type { Span } from '../manifest/source.ts';
import type { SubjectName } from '../manifest/subject.ts';
import { isNull, type MapTree, nodeAt, spanOfText, valueSpan } from '../manifest/tree.ts';

/** What one map says of settings. */
export interface LayerMap {
  /** What is good of it. */
  readonly own: Values;
  /** Settings that are written in it, but wrongly: what they say is not known. */
  readonly spoiled: ReadonlySet<string>;
  /** The map in the manifest; `undefined` for what is built in, or was no map. */
  readonly map: MapTree | undefined;
  /** Of a profile that is built in: where the manifest names it. */
  readonly named?: Span;
  /** What messages call it: `defaults`, `profile "web"`. */
  readonly title?: string;
  /** The name of a profile that is built in. */
  readonly builtIn?: string;
}

/** A map and all that it inherits from. */
export interface Layer extends LayerMap {
  readonly below: Layer | undefined;
  /** Every setting that has a value: that of the nearest layer, or a map that is merged of all of them. */
  readonly values: Values;
  /** What is built in below it all. */
  readonly ground: Values;
}

/** A map that inherits whatever it does not say itself, or take away by `null`. */
export function layerOver(below: Layer, said: LayerMap): Layer {
  const { own, map } = said;
  const values: Record<string, unknown> = { ...below.values };
  for (const name of SETTING_NAMES) {
    // Most say little, and there are thousands.
    if (own[name] === undefined && !map?.entries.has(name)) continue;
    if (takes(map, name)) values[name] = below.ground[name];
    else if (own[name] !== undefined)
      values[name] = rowOf(name).merged ? merged(below.values[name], own[name], map, name) : own[name];
    if (values[name] === undefined) delete values[name];
  }
  return { ...said, below, values, ground: below.ground };
}

/** Whether a map takes away what it inherits of a setting. */
function takes(map: MapTree | undefined, setting: Setting): boolean {
  return isNull(map?.entries.get(setting)?.value);
}

const EXACT: keyof SubjectName = 'exact';

/** A map of what two layers say; what the upper one takes away by `null` is in neither. */
function merged(below: unknown, own: unknown, map: MapTree | undefined, setting: Setting): object {
  const [under, over] = [Object(below), Object(own)];
  // A subject that is one text replaces, and is replaced, whole.
  if (EXACT in over) return over;
  const all = Object.entries({ ...(EXACT in under ? {} : under), ...over });
  const isTaken = (key: string): boolean => map !== undefined && isNull(nodeAt(map, [setting, key]));
  return Object.fromEntries(all.filter(([key, value]) => value !== undefined && !isTaken(key)));
}

/** Of a map without a mistake. */
export const NOTHING: ReadonlySet<string> = new Set();

function builtInLayer(rank: Rank): Layer {
  const values = SETTING_NAMES.map(
    (name) => [name, rowOf(name).merged ? {} : rowOf(name).builtIn?.[rank]] as const,
  );
  const own: Values = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  return { own, spoiled: NOTHING, map: undefined, below: undefined, values: own, ground: own };
}

/** The lowest layer: what every entry of a rank has where the manifest says nothing. */
export const BUILT_IN: Readonly<Record<Rank, Layer>> = {
  leaf: builtInLayer('leaf'),
  intermediate: builtInLayer('intermediate'),
  root: builtInLayer('root'),
};

/** Whether a map decides about a setting: it states it, rightly or wrongly, or takes it away. */
export function decides({ own, spoiled, map }: LayerMap, setting: Setting): boolean {
  return own[setting] !== undefined || spoiled.has(setting) || takes(map, setting);
}

/** The nearest layer in which a setting is written, rightly or wrongly, or that has it built in. */
function layerOf(top: Layer, setting: Setting): Layer | undefined {
  let layer: Layer | undefined = top;
  while (layer && !decides(layer, setting)) layer = layer.below;
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
  if (layer?.map === undefined) return layer?.named;
  return valueSpan(layer.map, item === undefined ? [setting] : [setting, item]);
}

/** Where a text is written in the value of a setting, however deep; `undefined` where it is not. */
export function spanOfValue(top: Layer, setting: Setting, text: string): Span | undefined {
  const node = layerOf(top, setting)?.map?.entries.get(setting)?.value;
  return node && spanOfText(node, text);
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
  const from = layerOf(layer, setting);
  return from !== layer && from !== undefined && isWritten(from);
}

/** What messages call the layer that a setting is inherited from; `undefined` where it is not. */
export function sourceOf(layer: Layer, setting: Setting): string | undefined {
  const from = layerOf(layer, setting);
  return from === layer ? undefined : from?.title;
}

/** The profiles that are built in among its layers. */
export function builtInProfilesOf(top: Layer): readonly string[] {
  const names: string[] = [];
  for (let layer: Layer | undefined = top; layer; layer = layer.below)
    if (layer.builtIn !== undefined) names.push(layer.builtIn);
  return names;
}

/** Whether the manifest writes the layer, or names it. */
function isWritten({ map, named }: Layer): boolean {
  return map !== undefined || named !== undefined;
}

/** Whether the manifest gives a setting a value, rather than leaving it to what is built in. */
export function isGiven(top: Layer, setting: Setting): boolean {
  let layer: Layer | undefined = top;
  while (layer && !takes(layer.map, setting)) {
    if (isWritten(layer) && layer.own[setting] !== undefined) return true;
    layer = layer.below;
  }
  return false;
}

/** Whether no mistake hides what a setting is: none in a layer that decides about it. */
export function isKnown(top: Layer, setting: Setting): boolean {
  let wrong: Layer | undefined = top;
  while (wrong && !wrong.spoiled.has(setting)) wrong = wrong.below;
  return wrong === undefined || (layerOf(top, setting) !== wrong && !rowOf(setting).merged);
}
