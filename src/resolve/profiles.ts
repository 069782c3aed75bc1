/** Profiles, own and built in, and what they extend. */
import { BUILT_IN_NAMES, builtInProfile } from '../manifest/built-in-profiles.ts';
import { entryKey } from '../manifest/names.ts';
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { SHARED } from '../manifest/shapes.ts';
import type { Span } from '../manifest/source.ts';
import { didYouMean, listed } from '../manifest/suggest.ts';
import { mapIn, type Pair, valueSpan } from '../manifest/tree.ts';
import { quote } from '../pki/printable.ts';
import { type LayerMap, NOTHING } from './layers.ts';

/** A profile, by the name and the place at which the manifest refers to it. */
export interface Reference {
  readonly name: string;
  readonly at: Span;
}

/** A profile of the manifest. */
export interface OwnProfile extends LayerMap {
  readonly name: string;
  /** Absent where it extends none, or where a mistake hides which. */
  readonly base?: Reference;
}

/** A profile with all that it extends, the nearest first; mistakes are reported, and hide what they say. */
export type Chain = readonly (LayerMap & { readonly name?: string })[];

/** What entries can refer to. */
export interface Profiles {
  readonly own: ReadonlyMap<string, OwnProfile>;
  chainOf(reference: Reference): Chain;
}

/** Longer chains are hardly meant, and cost every entry that uses them. */
const LIMIT = 32;

/** Those of a manifest; names that are unknown, and profiles that extend each other, are reported. */
export function profilesOf(parsed: ParsedManifest, report: Report): Profiles {
  const { spoiled, tree } = parsed;
  const written: ReadonlyMap<string, Pair> = mapIn(tree, ['profiles'])?.entries ?? new Map();
  const isHidden = (name: string): boolean =>
    spoiled.parts.has('profiles') || spoiled.parts.has(entryKey('profiles', name));
  const own = new Map(
    [...written.keys()].filter((name) => !isHidden(name)).map((name) => [name, ownProfile(name, parsed)]),
  );
  const names = [...written.keys(), ...BUILT_IN_NAMES];
  const link = ({ name, at }: Reference): Chain[number] & { readonly base?: Reference } => {
    const found = own.get(name);
    const builtIn = builtInProfile(name);
    if (found !== undefined) return found;
    if (builtIn !== undefined)
      return { ...NO_MAP, own: builtIn.values, named: at, builtIn: name, title: `profile ${quote(name)}` };
    if (!written.has(name) && !spoiled.parts.has('profiles')) reportUnknown({ name, at }, names, report);
    return unknownAt(at);
  };
  for (const { base } of own.values()) if (base !== undefined) link(base);
  checkCircles([...own.values()], own, report);
  return { own, chainOf: (reference) => chainFrom(reference, link) };
}

function ownProfile(name: string, { manifest, spoiled, tree }: ParsedManifest): OwnProfile {
  const own = manifest.profiles?.[name] ?? {};
  const base: unknown = 'extends' in own ? own.extends : undefined;
  const at = valueSpan(tree, ['profiles', name, 'extends']);
  const wrong = spoiled.settings.get(entryKey('profiles', name)) ?? NOTHING;
  return {
    name,
    own,
    spoiled: wrong.has('extends') ? ALL : wrong,
    map: mapIn(tree, ['profiles', name]),
    title: `profile ${quote(name)}`,
    ...(typeof base === 'string' ? { base: { name: base, at } } : {}),
  };
}

/** What has no map in the manifest. */
const NO_MAP = { spoiled: NOTHING, map: undefined };

const ALL: ReadonlySet<string> = new Set(SHARED);

/** Nothing is known of what it says. */
function unknownAt(named: Span): LayerMap {
  return { own: {}, spoiled: ALL, map: undefined, named };
}

function chainFrom(
  start: Reference,
  link: (reference: Reference) => Chain[number] & { readonly base?: Reference },
): Chain {
  const chain: Chain[number][] = [];
  const seen = new Set<string>();
  for (let next: Reference | undefined = start; next !== undefined && chain.length < LIMIT; ) {
    // a circle is reported once, wherever it is entered
    if (seen.has(next.name)) return [...chain, unknownAt(next.at)];
    seen.add(next.name);
    const profile = link(next);
    chain.push(profile);
    next = profile.base;
  }
  return chain;
}

function reportUnknown({ name, at }: Reference, names: readonly string[], report: Report): void {
  report.error({
    code: 'profile',
    at,
    message: `unknown profile ${quote(name)}`,
    hint: () => didYouMean(name, names) ?? `the profiles are ${listed(names, 'and')}`,
  });
}

/** Reports each circle once, and each line that is too long. */
function checkCircles(
  profiles: readonly OwnProfile[],
  own: ReadonlyMap<string, OwnProfile>,
  report: Report,
): void {
  const done = new Set<OwnProfile>();
  for (const start of profiles) {
    const path: OwnProfile[] = [];
    let at: OwnProfile | undefined = start;
    while (at !== undefined && !done.has(at)) {
      done.add(at);
      path.push(at);
      at = own.get(at.base?.name ?? '');
    }
    const from = at === undefined ? -1 : path.indexOf(at);
    if (from !== -1) reportCircle(path.slice(from), report);
    else if (path.length > LIMIT) reportTooLong(start, report);
  }
}

function reportCircle(circle: readonly OwnProfile[], report: Report): void {
  const [first] = circle;
  if (first?.base === undefined) return;
  const names = [...circle, first].map(({ name }) => name);
  const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
  const message =
    circle.length === 1
      ? `profile ${quote(first.name)} extends itself`
      : `profiles extend each other in a circle: ${shown.join(' -> ')}`;
  report.error({ code: 'cycle', at: first.base.at, message, hint: 'remove "extends" from one of them' });
}

function reportTooLong({ name, base }: OwnProfile, report: Report): void {
  if (base === undefined) return;
  const message = `profile ${quote(name)} extends more than ${LIMIT} others in line`;
  report.error({ code: 'profile', at: base.at, message, hint: 'extend one that is nearer to the last' });
}
