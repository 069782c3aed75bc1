/** Drafts → a manifest for people to maintain: what most entries share stands once, in `defaults`. */

import type { EntryText, ManifestDescription, SettingsText } from '../manifest/write.ts';
import { ARTIFACTS, OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import { SECTIONS, type Section } from '../pki/entity.ts';
import { folderOf } from '../pki/files.ts';
import type { EntityFiles, Files } from './artifacts.ts';
import type { EntryDraft } from './draft.ts';
import { OWN_FOLDER, type Place, placeOf, placeText } from './layout.ts';

interface Entry {
  readonly draft: EntryDraft;
  readonly section: Section;
  readonly outputs: readonly Output[];
  readonly place: Place;
  /** Another file is in the usual place of one of the entity's. */
  readonly isShared: boolean;
  readonly trust: readonly string[] | undefined;
}

/** @param existing paths of all files of the folder: apply must not overwrite any of them. */
export function describe(
  output: string,
  drafts: readonly EntryDraft[],
  artifacts: ReadonlyMap<EntityId, EntityFiles>,
  existing: ReadonlySet<string>,
): ManifestDescription {
  const claimed = new Set([...existing].map((path) => path.toLowerCase()));
  const entries = drafts.map((draft) => entryOf(draft, artifacts.get(draft.id), claimed));
  const defaults = defaultsOf(entries);
  const section = (wanted: Section): ReadonlyMap<string, EntryText> =>
    new Map(
      entries
        .filter((entry) => entry.section === wanted)
        .map((entry) => [entry.draft.name, textOf(entry, defaults)]),
    );
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, section(name)]));
  return { output, defaults, entries: sections as Record<Section, ReadonlyMap<string, EntryText>> };
}

function entryOf(draft: EntryDraft, artifacts: EntityFiles | undefined, claimed: Set<string>): Entry {
  const { section } = draft.pair;
  const files = withPrevious(draft, artifacts?.files ?? {}, claimed);
  const outputs = outputsOf(draft, files, claimed);
  const place = placeOf(section, draft.name, files);
  const isShared = OUTPUTS.some((file) => !outputs.includes(file) && claimed.has(usualPath(draft, file)));
  return { draft, section, outputs, place, isShared, trust: artifacts?.trust };
}

/** A place for a root's earlier certificates, beside it: under another name where the usual one is taken. */
function withPrevious({ pair, name }: EntryDraft, files: Files, claimed: Set<string>): Files {
  if (pair.section !== 'authorities' || pair.issuer !== null || files.previous !== undefined) return files;
  const folders = new Set(Object.values(files).map(folderOf));
  const folder = folders.size === 1 ? folderOf(pair.certPath) : '.';
  const names = [ARTIFACTS.previous.file, `${name}-previous.pem`, `${name}-earlier-certificates.pem`];
  const paths = names.map((file) => (folder === '.' ? file : `${folder}/${file}`));
  const free = paths.find((path) => !claimed.has(path.toLowerCase()));
  if (free === undefined) return files;
  claimed.add(free.toLowerCase());
  return free === paths[0] ? files : { ...files, previous: free };
}

function usualPath({ id }: EntryDraft, file: Output): string {
  return `${id}/${ARTIFACTS[file].file}`.toLowerCase();
}

/** Directly below a root a chain is empty: asking for one changes nothing, and the default asks. */
function outputsOf(draft: EntryDraft, files: Files, claimed: ReadonlySet<string>): readonly Output[] {
  const { issuer } = draft.pair;
  const hasChain = (issuer !== null && issuer.issuer !== null) || claimed.has(usualPath(draft, 'chain'));
  const standard = STANDARD_OUTPUTS.filter((artifact) => artifact !== 'chain');
  const isStandard = !hasChain && standard.every((artifact) => files[artifact] !== undefined);
  return OUTPUTS.filter((artifact) => files[artifact] !== undefined || (artifact === 'chain' && isStandard));
}

type Defaults = SettingsText;

function defaultsOf(entries: readonly Entry[]): Defaults {
  const leaves = entries.filter(({ section }) => section !== 'authorities');
  const outputs = common(entries.map((entry) => entry.outputs));
  const folder = common(entries.map(({ place }) => place.folder));
  const sameFolder = entries.filter(({ place }) => place.folder === (folder ?? OWN_FOLDER));
  const files = commonFiles(sameFolder);
  const key = common(leaves.map(({ draft }) => draft.entry.key));
  const validity = common(leaves.map(({ draft }) => draft.entry.validity));
  const subject = commonSubject(entries);
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(key === undefined || key === 'ecdsa-p256' ? {} : { key }),
    ...(validity === undefined || validity === '90d' ? {} : { validity }),
    ...(outputs === undefined || same(outputs, STANDARD_OUTPUTS) ? {} : { outputs }),
    ...(folder === undefined || folder === OWN_FOLDER ? {} : { folder }),
    ...(files === undefined ? {} : { files }),
  };
}

/** The most frequent value, if at least two have it. */
function common<T>(values: readonly T[]): T | undefined {
  const counts = new Map<string, { value: T; count: number }>();
  for (const value of values) {
    const text = JSON.stringify(value);
    const seen = counts.get(text);
    if (seen) seen.count++;
    else counts.set(text, { value, count: 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  return most !== undefined && most.count > 1 ? most.value : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** File by file, so that one entity with other names does not hide what is common. */
function commonFiles(entries: readonly Entry[]): Files | undefined {
  const found = OUTPUTS.flatMap((artifact) => {
    const pattern = common(entries.flatMap(({ place }) => place.files[artifact] ?? []));
    return pattern === undefined || pattern === ARTIFACTS[artifact].file
      ? []
      : [[artifact, pattern] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Attributes are merged one by one and cannot be taken away again: only what every entry has. */
function commonSubject(entries: readonly Entry[]): Readonly<Record<string, string>> | undefined {
  const [first, ...rest] = entries.map(({ draft }) => draft.entry.subject ?? {});
  if (first === undefined || rest.length === 0) return undefined;
  const shared = Object.entries(first).filter(([key, value]) =>
    rest.every((subject) => subject[key] === value),
  );
  return shared.length === 0 ? undefined : Object.fromEntries(shared);
}

/** An entry without any place owns all files of the usual names: with one it owns what it asks for. */
function placeFor(
  { draft, section, place, isShared }: Entry,
  defaults: Defaults,
): ReturnType<typeof placeText> {
  const text = placeText(place, defaults, section, draft.name);
  const isUsual = [text.folder, text.files, defaults.folder, defaults.files].every(
    (said) => said === undefined,
  );
  return isShared && isUsual ? { folder: draft.id } : text;
}

function textOf(entry: Entry, defaults: Defaults): EntryText {
  const { draft, section, outputs, trust } = entry;
  const { commonName, subject, san, issuer, pathLength, key, validity } = draft.entry;
  const own = Object.entries(subject ?? {}).filter(([name]) => defaults.subject?.[name] === undefined);
  const isAuthority = section === 'authorities';
  const usualKey = defaults.key ?? (isAuthority ? 'ecdsa-p384' : 'ecdsa-p256');
  const usualValidity = isAuthority ? undefined : (defaults.validity ?? '90d');
  return {
    ...(commonName === undefined ? {} : { commonName }),
    ...(own.length === 0 ? {} : { subject: Object.fromEntries(own) }),
    ...(san === undefined ? {} : { san }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(key === undefined || same(key, usualKey) ? {} : { key }),
    ...(validity === undefined || validity === usualValidity ? {} : { validity }),
    ...(same(outputs, defaults.outputs ?? STANDARD_OUTPUTS) ? {} : { outputs }),
    ...placeFor(entry, defaults),
    ...(trust === undefined ? {} : { trust }),
  };
}
