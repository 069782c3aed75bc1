/** The tables of settings in docs/manifest.md: `npm run docs` writes them between two comments. */
import { BUILT_IN_PROFILES } from './built-in-profiles.ts';
import type { Row } from './setting.ts';
import { defaultText } from './setting-words.ts';
import { rowOf, SETTING_NAMES } from './settings.ts';

/** The pages that have such tables. */
export const PAGES: readonly string[] = ['docs/manifest.md'];

/** What can stand in a column. */
const COLUMNS = {
  field: (_row: Row, name: string): string => `\`${name}\``,
  where: ({ places }: Row): string => whereText(places),
  type: ({ type }: Row): string => type,
  default: defaultText,
  meaning: ({ meaning }: Row): string => meaning,
};
type Column = keyof typeof COLUMNS;

interface Table {
  readonly columns: readonly Column[];
  has(row: Row): boolean;
}

/** By the word in the first of the two comments: settings of single entries, and those that `defaults` can hold. */
const TABLES: Readonly<Record<string, Table>> = {
  entry: {
    columns: ['field', 'where', 'type', 'default', 'meaning'],
    has: ({ places }) => places.defaults === undefined,
  },
  defaults: {
    columns: ['field', 'where', 'type', 'default', 'meaning'],
    has: ({ places }) => places.defaults !== undefined,
  },
};

const MARKED = /(?<=<!-- settings:begin (\w+) -->\n)[\s\S]*?(?=<!-- settings:end -->)/g;

const PROFILES = /(?<=<!-- profiles:begin -->\n)[\s\S]*?(?=<!-- profiles:end -->)/g;

/** A page with its tables as they should be. */
export function withSettingTables(page: string): string {
  const settled = page.replaceAll(PROFILES, () => `\n${profilesText()}\n`);
  return settled.replaceAll(MARKED, (_, name: string) => {
    const table = TABLES[name];
    if (table === undefined) throw new Error(`there is no table of settings "${name}"`);
    return `\n${tableText(table)}\n`;
  });
}

function tableText({ columns, has }: Table): string {
  const names = SETTING_NAMES.filter((name) => has(rowOf(name)));
  const cells = names.map((name) => columns.map((column) => COLUMNS[column](rowOf(name), name)));
  return markdownTable([columns, ...cells]);
}

function profilesText(): string {
  const rows = Object.entries(BUILT_IN_PROFILES).map(([name, { meaning }]) => [`\`${name}\``, meaning]);
  return markdownTable([['profile', 'what it is for'], ...rows]);
}

/** Cells padded to the width of their column, so that the text can be read as it is. */
function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

/** The maps of a manifest that can have a setting. */
function whereText({ authority, leaf, defaults }: Row['places']): string {
  const entry = authority && leaf ? 'entry' : authority ? 'authority' : 'end entity';
  return defaults ? `${entry}, defaults` : entry;
}
