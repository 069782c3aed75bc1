/** Drafts → a manifest for people to maintain: what most entries share is written once, in `defaults`. */

import { rankOf } from '../manifest/setting.ts';
import { usual } from '../manifest/settings.ts';
import type { DefaultsText, EntryText, ManifestDescription } from '../manifest/write.ts';
import { ARTIFACTS, OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { type EntityId, KINDS, type Section } from '../pki/entity.ts';
import { folderOf } from '../pki/files.ts';
import { compact, keysOf, mapRecord } from '../pki/record.ts';
import { isSealed, type SealedArtifact } from '../pki/seal.ts';
import { isSlot, type Slot } from '../pki/split.ts';
import type { EntityFiles, Files } from './artifacts.ts';
import type { EntryDraft } from './draft.ts';
import { OWN_FOLDER, type Place, placeOf, placeText } from './layout.ts';

/** Nothing is known of files under a password, and of those with one certificate of several. */
type Plain = Exclude<Output, SealedArtifact | Slot>;
const PLAIN = OUTPUTS.filter((output): output is Plain => !isSealed(output) && !isSlot(output));

interface Entry {
  readonly draft: EntryDraft;
  readonly section: Section;
  readonly outputs: readonly Plain[];
  readonly place: Place;
  /** Another file is in the usual place of one of the entity's files. */
  readonly isShared: boolean;
  readonly trust: readonly string[] | undefined;
  readonly preferredChain: string | undefined;
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
  return { output, defaults, entries: mapRecord(KINDS, (_, name) => section(name)) };
}

function entryOf(draft: EntryDraft, artifacts: EntityFiles | undefined, claimed: Set<string>): Entry {
  const { section } = draft.pair;
  const files = withReserved(draft, artifacts?.files ?? {}, claimed);
  const preferredChain = artifacts?.preferredChain;
  const outputs = outputsOf(draft, files, preferredChain !== undefined, claimed);
  const place = placeOf(section, draft.name, files);
  const others = OUTPUTS.filter((file) => !outputs.some((output) => output === file));
  const isShared = others.some((file) => claimed.has(usualPath(draft, file)));
  return { draft, section, outputs, place, isShared, trust: artifacts?.trust, preferredChain };
}

/** What a file is called where its usual name is taken twice. */
const LONG_NAMES = {
  previous: 'earlier-certificates',
  crl: 'revocation-list',
  'former-crls': 'former-revocation-lists',
} as const;

type Reserved = keyof typeof LONG_NAMES;

/** Places for files that an authority may come to have, beside it: under another name where the usual one is taken. */
function withReserved(draft: EntryDraft, files: Files, claimed: Set<string>): Files {
  return keysOf(LONG_NAMES)
    .filter((artifact) => files[artifact] === undefined && mayHave(draft, artifact))
    .reduce((all, artifact) => withPlace(draft, all, artifact, claimed), files);
}

function mayHave({ pair, list }: EntryDraft, artifact: Reserved): boolean {
  if (artifact === 'previous') return pair.section === 'authorities' && pair.issuer === null;
  return list !== undefined;
}

function withPlace(
  { pair, name }: EntryDraft,
  files: Files,
  artifact: Reserved,
  claimed: Set<string>,
): Files {
  const folders = new Set(Object.values(files).map(folderOf));
  const folder = folders.size === 1 ? folderOf(pair.certPath) : '.';
  const usual = ARTIFACTS[artifact].file;
  const paths = [usual, `${name}-${usual}`, `${name}-${LONG_NAMES[artifact]}.pem`].map((file) =>
    folder === '.' ? file : `${folder}/${file}`,
  );
  const free = paths.find((path) => !claimed.has(path.toLowerCase()));
  if (free === undefined) return files;
  claimed.add(free.toLowerCase());
  return free === paths[0] ? files : { ...files, [artifact]: free };
}

function usualPath({ id }: EntryDraft, file: Output): string {
  return `${id}/${ARTIFACTS[file].file}`.toLowerCase();
}

/** Directly below a root a chain is empty: asking for one changes nothing, and the default asks. */
function outputsOf(
  draft: EntryDraft,
  files: Files,
  isCrossed: boolean,
  claimed: ReadonlySet<string>,
): readonly Plain[] {
  const { issuer } = draft.pair;
  const hasChain =
    isCrossed || (issuer !== null && issuer.issuer !== null) || claimed.has(usualPath(draft, 'chain'));
  const standard = STANDARD_OUTPUTS.filter((artifact) => artifact !== 'chain');
  const isStandard = !hasChain && standard.every((artifact) => files[artifact] !== undefined);
  return PLAIN.filter((artifact) => files[artifact] !== undefined || (artifact === 'chain' && isStandard));
}

function defaultsOf(entries: readonly Entry[]): DefaultsText {
  const leaves = entries.filter(({ section }) => section !== 'authorities');
  const folder = common(entries.map(({ place }) => place.folder));
  const sameFolder = entries.filter(({ place }) => place.folder === folder);
  return compact({
    subject: commonSubject(entries),
    key: unless(usual('key', 'leaf'), common(leaves.map(({ draft }) => draft.entry.key))),
    validity: unless(usual('validity', 'leaf'), common(leaves.map(({ draft }) => draft.entry.validity))),
    outputs: unless(usual('outputs', 'leaf'), common(entries.map(({ outputs }) => outputs))),
    folder: unless(OWN_FOLDER, folder),
    files: commonFiles(sameFolder),
  });
}

/** A value, unless it is built in. */
function unless<T>(known: unknown, value: T): T | undefined {
  return same(value, known) ? undefined : value;
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

type SubjectMap = Exclude<EntryText['subject'], string | undefined>;

/** Attributes are merged one by one and cannot be taken away again: only what every entry has. */
function commonSubject(entries: readonly Entry[]): SubjectMap | undefined {
  const subjects = entries.flatMap(({ draft: { entry } }): readonly SubjectMap[] =>
    typeof entry.subject === 'string' ? [] : [entry.subject ?? {}],
  );
  const [first, ...rest] = subjects;
  if (first === undefined || rest.length === 0) return undefined;
  const shared = Object.entries(first).filter(([key, value]) =>
    rest.every((subject) => same(subject[key], value)),
  );
  return shared.length === 0 ? undefined : Object.fromEntries(shared);
}

/** An entry without any place owns all files of the usual names: with one it owns what it asks for. */
function placeFor(
  { draft, section, place, isShared }: Entry,
  defaults: DefaultsText,
): ReturnType<typeof placeText> {
  const text = placeText(place, defaults, section, draft.name);
  const isUsual = [text.folder, text.files, defaults.folder, defaults.files].every(
    (said) => said === undefined,
  );
  return isShared && isUsual ? { folder: draft.id } : text;
}

/** What `defaults` do not say; all of it for a client that would otherwise get the name of its entry (resolve/draft.ts). */
function saidSubject({ draft, section }: Entry, defaults: DefaultsText) {
  const { commonName, san, subject = {} } = draft.entry;
  if (typeof subject === 'string') return subject;
  const attributes = Object.entries(subject);
  const own = attributes.filter(([name]) => !Object.hasOwn(Object(defaults.subject), name));
  const isNameless = section === 'clients' && commonName === undefined && san === undefined;
  const said = isNameless && own.length === 0 ? attributes : own;
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

function textOf(entry: Entry, defaults: DefaultsText): EntryText {
  const { draft, section, outputs, trust, preferredChain } = entry;
  const { key, validity } = draft.entry;
  const said = saidSubject(entry, defaults);
  const rank = rankOf(KINDS[section], draft.entry.issuer);
  return compact({
    ...draft.entry,
    subject: said,
    key: unless(defaults.key ?? usual('key', rank), key),
    // An authority always states it: what leaves have in common does not apply to it.
    validity: rank === 'leaf' ? unless(defaults.validity ?? usual('validity', rank), validity) : validity,
    outputs: unless(defaults.outputs ?? usual('outputs', rank), outputs),
    ...placeFor(entry, defaults),
    trust,
    preferredChain,
  });
}
