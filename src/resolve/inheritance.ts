/** What each entry lies on: its profile, the defaults of its section, `defaults`, what is built in. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { type Rank, rankOf } from '../manifest/setting.ts';
import type { Values } from '../manifest/setting-values.ts';
import { isSetting, rowOf, type Setting, settingsOf } from '../manifest/settings.ts';
import { SHARED } from '../manifest/shapes.ts';
import { type MapTree, mapIn, valueSpan } from '../manifest/tree.ts';
import { KINDS, SECTIONS, type Section } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { quote } from '../pki/printable.ts';
import { mapRecord } from '../pki/record.ts';
import { BUILT_IN, decides, type Layer, type LayerMap, layerOver, NOTHING } from './layers.ts';
import { type Chain, type OwnProfile, type Profiles, profilesOf, type Reference } from './profiles.ts';
import { checkTaken } from './taken.ts';

/** An entry as its map says it. */
export interface Said extends LayerMap {
  readonly name: string;
}

/** Lays entries over what they inherit. */
export interface Inheritance {
  layerOf(section: Section, entry: Said): Layer;
  /** Reports settings of profiles that none of their users can have; asked once all entries are known. */
  checkUse(): void;
}

/** An entry that uses a profile. */
interface User {
  readonly profile: OwnProfile;
  readonly section: Section;
  readonly entry: string;
}

/** The layers of a manifest above its entries. */
export function inheritanceOf(parsed: ParsedManifest, report: Report): Inheritance {
  const profiles = profilesOf(parsed, report);
  const defaults = mapRecord(KINDS, (_, section) => defaultsOf(section, parsed));
  const stacks = new Map<string, Layer>();
  const users: User[] = [];
  const bags = [...SECTIONS.flatMap((section) => defaults[section].slice(0, 1)), ...profiles.own.values()];
  for (const { map } of bags) checkTaken({ map }, report);
  return {
    layerOf(section, entry) {
      const reference = profileOf([entry, ...defaults[section]]);
      const chain = reference === undefined ? [] : profiles.chainOf(reference);
      for (const { name } of chain) {
        const profile = profiles.own.get(name ?? '');
        if (profile !== undefined) users.push({ profile, section, entry: entry.name });
      }
      const maps = [...chain, ...defaults[section]];
      const rank = rankOf(KINDS[section], issuerIn([entry, ...maps]));
      const key = `${section} ${rank} ${keyOf(reference, profiles)}`;
      const stack = stacks.get(key) ?? stackOf(maps, rank);
      stacks.set(key, stack);
      checkTaken({ map: entry.map, owner: `${KINDS[section]} ${quote(entry.name)}`, below: stack }, report);
      return layerOver(stack, entry);
    },
    checkUse: () => checkUsers(users, report),
  };
}

/** One that is built in has the place that names it. */
function keyOf(reference: Reference | undefined, { own }: Profiles): string {
  if (reference === undefined) return '';
  return own.has(reference.name) ? reference.name : `${reference.name} ${reference.at.start}`;
}

function stackOf(maps: Chain, rank: Rank): Layer {
  return maps.reduceRight<Layer>((below, map) => layerOver(below, map), BUILT_IN[rank]);
}

/** `defaults.SECTION` and, below it, `defaults`. */
function defaultsOf(section: Section, { manifest, spoiled, tree }: ParsedManifest): readonly LayerMap[] {
  const place = section === 'authorities' ? 'authority' : 'leaf';
  const map = (path: readonly string[], own: Values | undefined, names: readonly Setting[]): LayerMap => {
    const key = path.join('/');
    const wrong = spoiled.settings.get(key) ?? NOTHING;
    const isHidden = spoiled.parts.has('defaults') || spoiled.parts.has(key);
    const isWrong = (name: Setting): boolean => isHidden || wrong.has(name);
    const known = names
      .map((name) => [name, own?.[name]] as const)
      .filter(([, value]) => value !== undefined);
    return {
      own: Object.fromEntries(known),
      spoiled: new Set(names.filter(isWrong)),
      map: mapIn(tree, path),
      title: path.join('.'),
    };
  };
  const shared = settingsOf(place).filter((name) => SHARED.includes(name));
  const general = settingsOf('defaults').filter((name) => place === 'leaf' || !rowOf(name).leavesOnly);
  const { defaults } = manifest;
  return [
    map(['defaults', section], defaults?.[section], shared),
    map(['defaults'], defaults ?? undefined, general),
  ];
}

/** The nearest map that says something of a setting. */
function deciding(maps: readonly LayerMap[], setting: Setting): LayerMap | undefined {
  return maps.find((map) => decides(map, setting));
}

function profileOf(maps: readonly LayerMap[]): Reference | undefined {
  const found = deciding(maps, 'profile');
  const name = found?.own.profile;
  if (name === undefined || found?.map === undefined) return undefined;
  return { name, at: valueSpan(found.map, ['profile']) };
}

function issuerIn(maps: readonly LayerMap[]): string | undefined {
  return deciding(maps, 'issuer')?.own.issuer;
}

function checkUsers(users: readonly User[], report: Report): void {
  for (const [first, ...more] of groupBy(users, ({ profile }) => profile.name).values()) {
    if (first === undefined) continue;
    const places = new Set(
      [first, ...more].map(({ section }) => (section === 'authorities' ? 'authority' : 'leaf')),
    );
    const { map } = first.profile;
    if (map === undefined) continue;
    const written = [...map.entries.keys()].filter(isSetting);
    const useless = written.filter((name) =>
      [...places].every((place) => rowOf(name).places[place] === undefined),
    );
    for (const name of useless) reportUseless({ ...first, map }, name, more.length, report);
  }
}

function reportUseless(
  { profile, map, section, entry }: User & { readonly map: MapTree },
  name: Setting,
  more: number,
  report: Report,
): void {
  const who = rowOf(name).places.authority === undefined ? 'no authority' : 'only an authority';
  const others = more === 0 ? '' : ` (and ${more} more)`;
  report.error({
    code: 'profile',
    at: valueSpan(map, [name]),
    message: `${quote(name)} of profile ${quote(profile.name)} is a setting that ${who} can have, and ${KINDS[section]} ${quote(entry)}${others} uses it`,
    hint: 'remove it, or put it into a profile of its own',
  });
}
