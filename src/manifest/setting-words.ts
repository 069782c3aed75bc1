/** A setting in words, as a JSON Schema has them for editors. */
import { type Rank, type Row, spelledDefault } from './setting.ts';

/** What a JSON Schema says of a setting beyond its shape. */
export interface SettingWords {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** For editors, which show plain text. */
export function settingWords(row: Row): SettingWords {
  const common = commonDefault(row);
  const inWords = common === undefined ? defaultText(row) : '';
  const text = plain(inWords === '' ? row.meaning : `${row.meaning}. Default: ${inWords}`);
  return {
    description: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    ...(common === undefined ? {} : { default: common }),
    ...(row.examples === undefined ? {} : { examples: row.examples }),
  };
}

/** The default that all entries have; `undefined` where there is none, or none that a manifest could spell. */
function commonDefault(row: Row): unknown {
  const spelled = spelledDefault(row, 'leaf');
  const isCommon = (['intermediate', 'root'] as const).every((rank) => spelledDefault(row, rank) === spelled);
  return isCommon && row.byDefault === undefined ? spelled : undefined;
}

/** The default in Markdown; empty where there is none. */
export function defaultText(row: Row): string {
  if (row.byDefault !== undefined || row.builtIn === undefined) return row.byDefault ?? '';
  const of = (rank: Rank): string => code(spelledDefault(row, rank));
  const [leaf, intermediate, root] = [of('leaf'), of('intermediate'), of('root')];
  if (intermediate !== root) return `${leaf}; roots ${root}, other authorities ${intermediate}`;
  return leaf === root ? leaf : `${leaf}; authorities ${root}`;
}

/** A value as YAML, in Markdown. */
function code(value: unknown): string {
  return Array.isArray(value) ? `\`[${value.join(', ')}]\`` : `\`${value}\``;
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}
