/** Just enough of Markdown to check documentation: fenced blocks, tables, inline code, links. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './cli.ts';

export interface Block {
  /** `README.md:12`, where the block begins. */
  readonly place: string;
  /** What stands behind the fence: `console test`. */
  readonly info: string;
  readonly text: string;
}

export function readDoc(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

export function blocksIn(path: string): readonly Block[] {
  const text = readDoc(path);
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    info: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

/** The text outside of fenced blocks. */
export function proseOf(path: string): string {
  return readDoc(path).replace(/^```.*\n[\s\S]*?^```$/gm, '');
}

export function inlineCode(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The cells of each row of the tables whose first column has this heading, without the headings. */
export function tableRows(path: string, heading: string): readonly (readonly string[])[] {
  const tables = readDoc(path).match(/(?:^\|.*\n)+/gm) ?? [];
  const rows = tables.map((table) => table.trimEnd().split('\n').map(cells));
  return rows.filter(([head]) => head?.[0] === heading).flatMap(([, , ...body]) => body);
}

function cells(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Targets of links and pictures that lie in the repository, without their fragment. */
export function localLinks(path: string): readonly string[] {
  const text = proseOf(path);
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
    ([, link, source]) => link ?? source ?? '',
  );
  return targets.filter((target) => !/^[a-z]+:|^#/.test(target)).map((target) => target.replace(/#.*$/, ''));
}
