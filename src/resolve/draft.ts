/** An entry of the manifest with all that it says, inherits or has by default, before it is looked at among the others. */
import { OFFLINE } from '../manifest/key.ts';
import { rankOf } from '../manifest/setting.ts';
import { isSettled, type Settings } from '../manifest/setting-values.ts';
import { SETTINGS, type Setting } from '../manifest/settings.ts';
import type { Span } from '../manifest/source.ts';
import { isExact } from '../manifest/subject.ts';
import {
  type EntityId,
  type EntityKind,
  entityId,
  KINDS,
  type Layout,
  type LeafKind,
  type Section,
} from '../pki/entity.ts';
import type { KeyPlace } from '../pki/key-place.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { SLOTS } from '../pki/split.ts';
import { commonName, type Subject } from '../pki/subject.ts';
import type { TokenKey } from '../pki/token.ts';
import type { RequestContent } from '../x509/request.ts';
import { attributesOf } from './attributes.ts';
import {
  builtInProfilesOf,
  type Item,
  inherits,
  isGiven,
  isKnown,
  type Layer,
  says,
  sourceOf,
  spanOf,
  spanOfValue,
  textOf,
} from './layers.ts';

/** Enough to speak of an entry, good or broken. */
export interface Entry {
  readonly kind: EntityKind;
  readonly name: string;
  /** The authority that it names, if any. */
  readonly issuer: string | undefined;
  /** Where it stands; of a setting, where that is written: in the entry, else where it inherits it from, else it itself. */
  at(setting?: Setting, item?: Item): Span;
}

interface DraftBase extends Entry {
  readonly id: EntityId;
  readonly subject: Subject;
  /** What a certificate may have for its subject until its renewal (pki/entity.ts). */
  readonly earlierSubject?: Subject;
  readonly exactSubject?: true;
  /** The common name that the manifest states, and where. */
  readonly commonName: string | undefined;
  readonly nameSetting: 'commonName' | 'subject';
  /** The kind of its key; of one that is elsewhere, what is built in. */
  readonly key: KeySpec;
  /** Absent: in its folder. */
  readonly keyPlace?: KeyPlace;
  /** Absent: it is in a file. */
  readonly token?: TokenKey;
  /** Absent for the layout of this tool. */
  readonly layout?: Layout;
  /** Where a text is written in the value of a setting; else where the setting is. */
  place(setting: Setting, text: string): Span;
  /** An item of a list as it is written, without quotes. */
  text(setting: Setting, item: Item): string | undefined;
  /** Whether no mistake hides what these settings are. */
  isKnown(...settings: readonly Setting[]): boolean;
  /** Whether the entry itself says something of a setting. */
  says(setting: Setting): boolean;
  /** Whether it leaves a setting to what it inherits from. */
  inherits(setting: Setting): boolean;
  /** The profiles that are built in among those that it takes over. */
  readonly presets: readonly string[];
  /** What messages call what it inherits a setting from; `undefined` where it does not. */
  source(setting: Setting): string | undefined;
}

/** An authority; it may turn out to have no root above it. */
export interface AuthorityDraft extends DraftBase {
  readonly kind: 'authority';
  readonly settings: Settings<'authority'>;
}

/** A server, client or peer; who signs it is not known yet. */
export interface LeafDraft extends DraftBase {
  readonly kind: LeafKind;
  /** The request by which its certificate is issued. Absent: there is none, or no good one. */
  readonly given?: RequestContent;
  readonly settings: Settings<'leaf'>;
}

/** Any entry. */
export type Draft = AuthorityDraft | LeafDraft;

/** A server or peer, which clients look for by a name. */
export function isHost(draft: Draft): draft is LeafDraft & { readonly kind: 'server' | 'peer' } {
  return draft.kind === 'server' || draft.kind === 'peer';
}

/** A good entry as it is found in the manifest. */
export interface Written {
  readonly name: string;
  /** Where its name stands. */
  readonly heading: Span;
  /** The entry itself, on top of what it inherits from. */
  readonly layer: Layer;
}

/** The draft of an entry of `authorities`. */
export function authorityDraft(written: Written): AuthorityDraft {
  const settings = settledOf('authority', written);
  return { kind: 'authority', settings, ...baseOf('authorities', written, settings) };
}

/** The draft of an entry of another section. */
export function leafDraft(section: Exclude<Section, 'authorities'>, written: Written): LeafDraft {
  const settings = settledOf('leaf', written);
  return { kind: KINDS[section], settings, ...baseOf(section, written, settings) };
}

/** A good entry has whatever has to be written, and the lowest layer whatever is built in. */
function settledOf<P extends 'authority' | 'leaf'>(place: P, { name, layer }: Written): Settings<P> {
  if (isSettled(place, layer.values)) return layer.values;
  throw new Error(`Internal error: ${quote(name)} lacks a setting that every ${place} has`);
}

type AnySettings = Settings<'authority'> | Settings<'leaf'>;

function baseOf(section: Section, { name, heading, layer }: Written, settings: AnySettings) {
  const at = (setting?: Setting, item?: Item): Span => (setting && spanOf(layer, setting, item)) ?? heading;
  const isLaidOut = isGiven(layer, 'folder') || isGiven(layer, 'files');
  return {
    id: entityId(section, name),
    name,
    issuer: isKnown(layer, 'issuer') ? settings.issuer : undefined,
    ...subjectsOf(section, name, layer, settings),
    ...keyOf(section, settings),
    ...(isLaidOut ? { layout: layoutOf(section, name, settings) } : {}),
    text: (setting: Setting, item: Item) => textOf(layer, setting, item),
    at,
    place: (setting: Setting, text: string) => spanOfValue(layer, setting, text) ?? at(setting),
    isKnown: (...names: readonly Setting[]) => names.every((setting) => isKnown(layer, setting)),
    says: (setting: Setting) => says(layer, setting),
    inherits: (setting: Setting) => inherits(layer, setting),
    source: (setting: Setting) => sourceOf(layer, setting),
    presets: builtInProfilesOf(layer),
  };
}

function keyOf(
  section: Section,
  { key, issuer }: AnySettings,
): Pick<DraftBase, 'key' | 'keyPlace' | 'token'> {
  const builtIn = SETTINGS.key.builtIn[rankOf(KINDS[section], issuer)];
  if (key === OFFLINE) return { key: builtIn, keyPlace: { kind: 'offline' } };
  if (!('pkcs11' in key)) return { key };
  return { key: key.kind ?? builtIn, token: { uri: key.pkcs11, pin: key.pin } };
}

const NAMING: readonly Setting[] = ['commonName', 'subject', 'san'];

/**
 * A client that says nothing of who it is has the name of its entry. Earlier versions gave it the subject of `defaults`, the
 * same for all such clients: a certificate with that stays until its renewal.
 */
function subjectsOf(section: Section, name: string, layer: Layer, settings: AnySettings) {
  const { subject: stated } = settings;
  if (isExact(stated)) {
    const { exact: subject } = stated;
    const exactly = { commonName: commonName(subject), nameSetting: 'subject', exactSubject: true } as const;
    return { subject, ...exactly };
  }
  const own = settings.commonName;
  const named = { commonName: own, nameSetting: 'commonName' } as const;
  const without = attributesOf(stated, undefined);
  if (own !== undefined) return { ...named, subject: attributesOf(stated, own) };
  if (section !== 'clients' || NAMING.some((setting) => says(layer, setting)))
    return { ...named, subject: without };
  const subject = attributesOf(stated, name);
  return without.length === 0 ? { ...named, subject } : { ...named, subject, earlierSubject: without };
}

/** Folder and names with the placeholders filled in. */
function layoutOf(section: Section, name: string, { folder, files, outputs }: AnySettings): Layout {
  const fill = (path: string): string => path.replaceAll('{section}', section).replaceAll('{name}', name);
  const { split, ...others } = files;
  const slots = SLOTS.map((slot) => [slot, split?.replaceAll('{part}', slot)] as const);
  const named = [...Object.entries(others), ...slots].flatMap(([file, path]) =>
    path === undefined ? [] : [[inFormat(file, outputs), fill(path)]],
  );
  return { folder: fill(folder), files: Object.fromEntries(named) };
}

/** A store has one name, whichever format is asked for. */
function inFormat(file: string, { files }: AnySettings['outputs']): string {
  return files.find((output) => output === `${file}-jks`) ?? file;
}

/** `server "api"`: how messages call it. */
export function draftText({ kind, name }: Pick<Entry, 'kind' | 'name'>): string {
  return `${kind} ${quote(name)}`;
}
