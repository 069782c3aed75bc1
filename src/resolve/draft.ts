/** An entry of the manifest with the defaults filled in, before anyone knows whether it makes sense among the others. */
import { entryKey, fieldKey } from '../manifest/names.ts';
import type { ParsedManifest } from '../manifest/parse.ts';
import type { AuthorityEntry, Defaults, LeafEntry } from '../manifest/schema.ts';
import type { Span } from '../manifest/source.ts';
import { keySpan, type MapTree, nodeAt, type Path, valueSpan } from '../manifest/tree.ts';
import { OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import {
  type EntityId,
  type EntityKind,
  entityId,
  KINDS,
  type Layout,
  type LeafKind,
  type RenewBefore,
  SECTIONS,
  type Section,
} from '../pki/entity.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import type { AttributeType, Subject } from '../pki/subject.ts';

/** A setting that an entry can take from `defaults`. */
export type Setting =
  | 'key'
  | 'validity'
  | 'subject'
  | 'renewBefore'
  | 'rotateKey'
  | 'backdate'
  | 'outputs'
  | 'folder'
  | 'files'
  | 'publish'
  | 'trust';
type Field = Setting | 'commonName' | 'san' | 'issuer' | 'pathLength';

/** Enough to speak of an entry, good or broken. */
export interface Named {
  readonly kind: EntityKind;
  readonly name: string;
  /** Where it stands: section and name. */
  readonly path: Path;
}

interface DraftBase extends Named {
  readonly id: EntityId;
  readonly subject: Subject;
  readonly key: KeySpec;
  readonly validity: number;
  readonly outputs: readonly Output[];
  readonly renewBefore: RenewBefore;
  readonly rotateKey: boolean;
  readonly backdate: number;
  /** `undefined` for the layout of this tool. */
  readonly layout: Layout | undefined;
  readonly publish: 'files' | 'symlinks';
  /** Names of root authorities; `undefined` for the own one. */
  readonly trust: readonly string[] | undefined;
}

/** An authority; it may turn out to have no root above it. */
export interface AuthorityDraft extends DraftBase {
  readonly kind: 'authority';
  readonly written: AuthorityEntry;
}

/** A server, client or peer; who signs it is not known yet. */
export interface LeafDraft extends DraftBase {
  readonly kind: LeafKind;
  readonly written: LeafEntry;
}

/** Any entry. */
export type Draft = AuthorityDraft | LeafDraft;

/** All good entries, each kind in the order of the file. */
export interface Drafts {
  readonly authorities: readonly AuthorityDraft[];
  readonly leaves: readonly LeafDraft[];
}

const MINUTE = 60;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** Most general first, as RFC 4514 has it from the other end, and as openssl and every CA write it. */
const ATTRIBUTES = [
  ['C', 'country'],
  ['ST', 'state'],
  ['L', 'locality'],
  ['O', 'organization'],
  ['OU', 'organizationalUnit'],
] as const satisfies readonly (readonly [AttributeType, string])[];

function subjectOf(written: LeafEntry | AuthorityEntry, defaults: Defaults): Subject {
  const merged = { ...defaults.subject, ...written.subject };
  const subject = ATTRIBUTES.flatMap(([type, key]) => {
    const value = merged[key];
    return value === undefined ? [] : [{ type, value }];
  });
  const { commonName } = written;
  return commonName === undefined ? subject : [...subject, { type: 'CN', value: commonName }];
}

/** Placeholders filled in; `undefined` where neither the entry nor the defaults say anything. */
function layoutOf(
  section: Section,
  name: string,
  written: LeafEntry | AuthorityEntry,
  defaults: Defaults,
): Layout | undefined {
  const folder = written.folder ?? defaults.folder;
  if (folder === undefined && written.files === undefined && defaults.files === undefined) return undefined;
  const fill = (path: string): string => path.replaceAll('{section}', section).replaceAll('{name}', name);
  const named = Object.entries({ ...defaults.files, ...written.files });
  const files = named.flatMap(([file, path]) => (path === undefined ? [] : [[file, fill(path)]]));
  return { folder: fill(folder ?? '{section}/{name}'), files: Object.fromEntries(files) };
}

function builtInValidity(kind: EntityKind, issuer: string | undefined): number {
  if (kind !== 'authority') return 90 * DAY;
  return (issuer === undefined ? 10 : 5) * YEAR;
}

function builtInKey(kind: EntityKind): KeySpec {
  return { algorithm: 'ecdsa', curve: kind === 'authority' ? 'P-384' : 'P-256' };
}

function baseOf(
  section: Section,
  name: string,
  written: LeafEntry | AuthorityEntry,
  defaults: Defaults,
): Omit<DraftBase, 'kind'> {
  const kind = KINDS[section];
  const asked = written.outputs ?? defaults.outputs ?? STANDARD_OUTPUTS;
  return {
    id: entityId(section, name),
    name,
    path: [section, name],
    subject: subjectOf(written, defaults),
    key: written.key ?? defaults.key ?? builtInKey(kind),
    validity: written.validity ?? defaults.validity ?? builtInValidity(kind, written.issuer),
    // in our order, so that the order in the manifest does not matter
    outputs: OUTPUTS.filter((artifact) => asked.includes(artifact)),
    renewBefore: written.renewBefore ?? defaults.renewBefore ?? { kind: 'share', share: 1 / 3 },
    rotateKey: written.rotateKey ?? defaults.rotateKey ?? false,
    backdate: written.backdate ?? defaults.backdate ?? 5 * MINUTE,
    layout: layoutOf(section, name, written, defaults),
    publish: written.publish ?? defaults.publish ?? 'files',
    trust: ('trust' in written ? written.trust : undefined) ?? defaults.trust,
  };
}

/** The good entries of a section in the order of the file. */
function entriesOf<T>(tree: MapTree, section: Section, values: Readonly<Record<string, T>>): [string, T][] {
  const node = nodeAt(tree, [section]);
  if (node?.kind !== 'map') return [];
  return [...node.entries.keys()].flatMap((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? [] : [[name, value]];
  });
}

/** Every good entry, authorities apart. */
export function draftsOf({ manifest, tree }: ParsedManifest): Drafts {
  const defaults = manifest.defaults ?? {};
  const authorities = entriesOf(tree, 'authorities', manifest.authorities ?? {}).map(
    ([name, written]): AuthorityDraft => ({
      kind: 'authority',
      written,
      ...baseOf('authorities', name, written, defaults),
    }),
  );
  const leaves = (['servers', 'clients', 'peers'] as const).flatMap((section) =>
    entriesOf(tree, section, manifest[section] ?? {}).map(
      ([name, written]): LeafDraft => ({
        kind: KINDS[section],
        written,
        ...baseOf(section, name, written, defaults),
      }),
    ),
  );
  return { authorities, leaves };
}

/** `server "api"`: how messages call it. */
export function draftText(draft: Named): string {
  return `${draft.kind} ${quote(draft.name)}`;
}

/** The entries that have a mistake in themselves, and are no drafts. */
export function brokenEntries({ broken, tree }: ParsedManifest): Named[] {
  return SECTIONS.flatMap((section) => {
    const node = nodeAt(tree, [section]);
    if (node?.kind !== 'map') return [];
    const names = [...node.entries.keys()].filter((name) => broken.has(entryKey(section, name)));
    return names.map((name) => ({ kind: KINDS[section], name, path: [section, name] }));
  });
}

/** Where the entry itself is written. */
export function entrySpan(tree: MapTree, draft: Draft): Span {
  return keySpan(tree, draft.path);
}

/** Where a field is written: in the entry, else in `defaults`, else (nowhere) the entry. */
export function fieldSpan(tree: MapTree, draft: Named, field: Field): Span {
  const own = [...draft.path, field];
  const inherited = ['defaults', field];
  if (nodeAt(tree, own) === undefined && nodeAt(tree, inherited) !== undefined)
    return valueSpan(tree, inherited);
  return valueSpan(tree, own);
}

/** Whether what the entry says of one of these fields was a mistake, and is not known. */
export function isGuessed({ guessed }: ParsedManifest, draft: Draft, ...fields: readonly Field[]): boolean {
  if (guessed.size === 0) return false;
  const [section, name] = draft.path;
  return fields.some((field) => guessed.has(fieldKey(String(section), String(name), field)));
}

/** Whether the entry leaves a setting to `defaults`. */
export function inherits(tree: MapTree, draft: Draft, setting: Setting): boolean {
  return (
    nodeAt(tree, [...draft.path, setting]) === undefined && nodeAt(tree, ['defaults', setting]) !== undefined
  );
}

/** The section that an entry of this name stands in, authorities first. */
export function sectionsNaming(tree: MapTree, name: string): Section[] {
  return SECTIONS.filter((section) => nodeAt(tree, [section, name]) !== undefined);
}
