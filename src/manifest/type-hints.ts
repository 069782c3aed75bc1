/** A value of another type than wanted: how to write what was probably meant. */
import { quote, strangeSpace } from '../pki/printable.ts';
import type { Issue } from './problem.ts';
import { didYouMean } from './suggest.ts';
import type { MapTree, Path, Tree } from './tree.ts';

/** @param general what the schema says to everyone who writes another type there. */
export function typeHint(
  issue: Issue,
  path: Path,
  node: Tree,
  general: string | undefined,
): string | undefined {
  return spaceHint(node) ?? preciseHint(issue, path, node) ?? general ?? generalHint(issue, node);
}

function spaceHint(node: Tree): string | undefined {
  const space = node.kind === 'scalar' ? strangeSpace(node.text) : undefined;
  return space === undefined ? undefined : `it contains ${space}: type an ordinary space`;
}

/** What the value itself shows. */
function preciseHint(issue: Issue, path: Path, node: Tree): string | undefined {
  if (path.at(-1) === 'algorithm' && node.kind === 'scalar') return algorithmHint(node.text);
  if (path.at(-1) === 'digest' && node.kind === 'scalar') return digestHint(node.text);
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'array') return listHint(node);
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  if (issue.expected === 'object') return colonHint(node.text);
  if (issue.expected === 'boolean') return booleanHint(node.text);
  return /^(number|int)$/.test(issue.expected) && /^\d+$/.test(node.text)
    ? `write ${node.text} without quotes`
    : undefined;
}

/** What is left to be misspelled is near enough to another name. */
function digestHint(text: string): string | undefined {
  return /^(sha-?1|md[245])$/i.test(text)
    ? 'TLS libraries refuse certificates that are signed with it: write "sha256", or leave "digest" out'
    : undefined;
}

function algorithmHint(text: string): string | undefined {
  const folded = text.toLowerCase();
  if (/^(ec|ecc|ecdh)$/.test(folded)) return 'did you mean "ecdsa"?';
  if (folded === 'dsa') return undefined;
  return didYouMean(folded === 'eddsa' ? 'ed25519' : folded, ['rsa', 'rsa-pss', 'ecdsa', 'ed25519', 'ed448']);
}

/** `commonName:api.test`, which is one text to YAML; a kind of name or a source has its colon there. */
function colonHint(text: string): string | undefined {
  const [, key, value] = /^([a-z][a-zA-Z]*):(\S.*)$/.exec(text) ?? [];
  return key === undefined ? undefined : `put a space behind the colon: ${quote(`${key}: ${value}`)}`;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

function booleanHint(text: string): string | undefined {
  const folded = text.toLowerCase();
  if (/^(true|false)$/.test(folded)) return `write ${folded} without quotes`;
  const meant = BOOLEANS[folded];
  return meant === undefined ? undefined : `write ${meant}`;
}

function asList(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : `write it as a list: [${items.map(quote).join(', ')}]`;
}

/** `a, b` in one text; `{ dns: [a, b], ip: c }`. */
function listHint(node: Tree): string | undefined {
  if (node.kind === 'map') return asList(namesByKind(node));
  const items = node.kind === 'scalar' ? node.text.split(/[\s,;]+/).filter((item) => item !== '') : [];
  return asList(items);
}

function namesByKind({ entries }: MapTree): readonly string[] {
  return [...entries].flatMap(([key, { value }]) => {
    const kind = /^(dns|ip|uri|email)/i.exec(key)?.[1]?.toLowerCase();
    const items = value.kind === 'list' ? value.items : [value];
    return kind === undefined
      ? []
      : items.flatMap((item) => (item.kind === 'scalar' && item.text !== '' ? `${kind}:${item.text}` : []));
  });
}

/** The text that YAML took for something else: a number, or (`dns: x`, `2001:db8::`) a map of one pair. */
function unquoted(node: Tree): string | undefined {
  if (node.kind === 'scalar') return node.text === '' ? undefined : node.text;
  if (node.kind === 'list' || node.entries.size !== 1) return undefined;
  for (const [key, { value }] of node.entries) if (value.kind === 'scalar') return `${key}:${value.text}`;
  return undefined;
}

/** Where zod alone can tell: a text in quotes, a known word. */
function generalHint(issue: Issue, node: Tree): string | undefined {
  if (issue.code === 'invalid_type' && issue.expected === 'string') {
    const text = unquoted(node);
    // An unquoted `null` is hardly ever meant as that word.
    if (node.kind === 'scalar' && node.value === null) return 'write a value, or leave the key out';
    return text === undefined ? undefined : `write it in quotes: ${quote(text)}`;
  }
  if (issue.code !== 'invalid_value' || node.kind !== 'scalar' || node.text === '') return undefined;
  const values = issue.values.map(String);
  return values.includes(node.text) ? `write ${node.text} without quotes` : didYouMean(node.text, values);
}
