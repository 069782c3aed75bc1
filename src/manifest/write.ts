/** A manifest as text for people to go on with: short maps on one line, comments where they belong. */
import { Document, isCollection, isMap, isNode, isScalar, type Pair, type YAMLMap } from 'yaml';
import { SECTIONS, type Section } from '../pki/entity.ts';
import type { SettingText } from './setting-values.ts';
import type { Setting, SettingOf } from './settings.ts';

/** An entry, as a manifest spells it. */
export type EntryText = { readonly [S in Setting]?: SettingText<S> };

/** The same for `defaults`. */
export type DefaultsText = Pick<EntryText, SettingOf<'defaults'>>;

/** A whole manifest; entries in the order in which they are to stand. */
export interface ManifestDescription {
  readonly output: string;
  readonly defaults: DefaultsText;
  readonly entries: Readonly<Record<Section, ReadonlyMap<string, EntryText>>>;
}

/** Comment lines, without their `#`. */
export interface Comments {
  readonly head: readonly string[];
  /** By `<section>/<name>`. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
}

/** Lists longer than this go one item a line. */
const LONGEST_LINE = 100;

/** YAML that `parseManifest` reads back as the same manifest. */
export function manifestText(manifest: ManifestDescription, comments: Comments): string {
  const { output, defaults, entries } = manifest;
  const sections = SECTIONS.filter((section) => entries[section].size > 0);
  const document = new Document({
    version: 1,
    output,
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
    ...Object.fromEntries(sections.map((section) => [section, entries[section]])),
  });
  document.commentBefore = commentText(comments.head);
  for (const section of sections) layOut(document, section, comments);
  const inherited = document.get('defaults', true);
  if (isMap(inherited)) flowSmall(inherited);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function layOut(document: Document, section: Section, { entries }: Comments): void {
  const map = document.get(section, true);
  if (!isMap(map)) return;
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    annotate(pair, entries.get(`${section}/${name}`) ?? []);
    if (isMap(pair.value)) flowSmall(pair.value);
  }
}

function annotate(pair: Pair, lines: readonly string[]): void {
  if (lines.length > 0 && isNode(pair.key)) pair.key.commentBefore = commentText(lines);
}

/** Maps and lists inside an entry on one line, as long as that can be read. */
function flowSmall(map: YAMLMap): void {
  for (const { value } of map.items) {
    if (isCollection(value)) value.flow = JSON.stringify(value).length <= LONGEST_LINE;
  }
  if (map.items.length === 0) map.flow = true;
}

/** A line break in a comment would end it. */
function commentText(lines: readonly string[]): string {
  return lines.map((line) => ` ${line.replaceAll(/[\r\n\u2028\u2029\u0085]/g, ' ')}`).join('\n');
}
