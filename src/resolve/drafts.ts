/** All entries of a manifest: drafts of the good ones, where the others stand, and what each section has. */
import { entryKey } from '../manifest/names.ts';
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import type { Values } from '../manifest/setting-values.ts';
import type { Span } from '../manifest/source.ts';
import { keySpan, type MapTree, nodeAt, type Pair, type Tree, valueSpan } from '../manifest/tree.ts';
import { KINDS, SECTIONS, type Section } from '../pki/entity.ts';
import { mapRecord } from '../pki/record.ts';
import { NO_SIDE_FILES } from '../pki/side-file.ts';
import { checkAbsolutePaths } from './absolute-paths.ts';
import { isAnchor, withAnchor } from './anchor.ts';
import {
  type AuthorityDraft,
  authorityDraft,
  type Entry,
  type LeafDraft,
  leafDraft,
  type Written,
} from './draft.ts';
import { type Inheritance, inheritanceOf } from './inheritance.ts';
import { NOTHING } from './layers.ts';
import { withRequest } from './request.ts';
import { withToken } from './tokens.ts';

/** A section as it is written. */
export interface WrittenSection {
  /** Where its key stands, or the beginning of the manifest. */
  readonly at: Span;
  /** Every entry, good or broken, in the order of the file. */
  readonly entries: ReadonlyMap<string, Pair>;
  /** Whether it could be read at all; otherwise it has no entries. */
  readonly isReadable: boolean;
}

/** What the checks look at. */
export interface Drafts {
  /** In the order of the file, as the leaves of each section. */
  readonly authorities: readonly AuthorityDraft[];
  readonly leaves: readonly LeafDraft[];
  /** Entries with a mistake in themselves, of which little is known. */
  readonly broken: readonly Entry[];
  readonly sections: Readonly<Record<Section, WrittenSection>>;
}

/** Every entry of a manifest. */
export function draftsOf(parsed: ParsedManifest, report: Report, files = NO_SIDE_FILES): Drafts {
  const inheritance = inheritanceOf(parsed, report);
  const written = mapRecord(KINDS, (_, section) => writtenIn(section, parsed, inheritance));
  inheritance.checkUse();
  const leaves = LEAF_SECTIONS.flatMap((section) =>
    written[section].map((entry) => leafDraft(section, entry)),
  );
  const drafts = {
    authorities: written.authorities.map((entry) =>
      withToken(withAnchor(authorityDraft(entry), files, report), report),
    ),
    leaves: leaves.map((leaf) => withToken(withRequest(leaf, files, report), report)),
  };
  checkAbsolutePaths(
    [...drafts.authorities.filter((draft) => !isAnchor(draft)), ...drafts.leaves],
    files.allowed,
    report,
  );
  return {
    ...drafts,
    broken: SECTIONS.flatMap((section) => brokenIn(section, parsed)),
    sections: mapRecord(KINDS, (_, section) => sectionOf(section, parsed)),
  };
}

const LEAF_SECTIONS = SECTIONS.filter((section) => section !== 'authorities');

/** The entries of a section, in the order of the file. */
function entriesOf(tree: MapTree, section: Section): ReadonlyMap<string, Pair> {
  const node = nodeAt(tree, [section]);
  return node?.kind === 'map' ? node.entries : new Map();
}

function sectionOf(section: Section, { tree, spoiled }: ParsedManifest): WrittenSection {
  return {
    at: keySpan(tree, [section]),
    entries: entriesOf(tree, section),
    isReadable: !spoiled.parts.has(section),
  };
}

/** The good entries of a section, each on top of what it inherits from. */
function writtenIn(section: Section, parsed: ParsedManifest, inheritance: Inheritance): readonly Written[] {
  const { manifest, spoiled, tree } = parsed;
  const good: Readonly<Record<string, Values>> = manifest[section] ?? {};
  return [...entriesOf(tree, section)].flatMap(([name, { key, value }]) => {
    const own = Object.hasOwn(good, name) ? good[name] : undefined;
    if (own === undefined) return [];
    const said = {
      name,
      own,
      spoiled: spoiled.settings.get(entryKey(section, name)) ?? NOTHING,
      map: value.kind === 'map' ? value : undefined,
    };
    return [{ name, heading: key, layer: inheritance.layerOf(section, said) }];
  });
}

function brokenIn(section: Section, { spoiled, tree }: ParsedManifest): readonly Entry[] {
  if (spoiled.parts.size === 0) return [];
  const broken = [...entriesOf(tree, section)].filter(([name]) => spoiled.parts.has(entryKey(section, name)));
  return broken.map(([name, { key, value }]) => ({
    kind: KINDS[section],
    name,
    issuer: textIn(value, 'issuer'),
    at: (setting) => (setting === undefined ? key : valueSpan(tree, [section, name, setting])),
  }));
}

function textIn(tree: Tree, key: string): string | undefined {
  const node = nodeAt(tree, [key]);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}
