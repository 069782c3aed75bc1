/** Objects as YAML for Kubernetes, which reads version 1.1: there `on` is true, and `1:30` a number. */

import { Document, isMap, visit } from 'yaml';
import { compare } from '../pki/compare.ts';
import { convert } from './convert.ts';
import { reportOn } from './report.ts';
import { sourceOf } from './source.ts';
import { documentsOf } from './syntax.ts';
import { plain } from './tree.ts';

/** What can be in such an object. */
export type YamlValue = string | { readonly [key: string]: YamlValue };

/** Texts below this key come from a manifest, and could be taken for something else: they stand in quotes. */
const QUOTED = 'metadata';

/** The same value is always the same text. */
export function yamlText(value: Readonly<Record<string, YamlValue>>): string {
  const document = new Document(value);
  const quoted = document.get(QUOTED, true);
  visit(isMap(quoted) ? quoted : null, {
    Scalar(key, node) {
      if (key === 'value' || !isConstant(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

const CONSTANT = new Set<unknown>(['name', 'namespace', 'labels', 'annotations']);

/** A key that says the same to everything that reads YAML. */
function isConstant(key: unknown): boolean {
  return CONSTANT.has(key);
}

/** The one object of a text; `undefined` for anything else. Safe for any text, and quotes nothing of it. */
export function yamlObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const source = sourceOf(text, '');
  const report = reportOn(source);
  const [document, ...others] = documentsOf(source, report);
  if (document === undefined || others.length > 0) return undefined;
  const tree = convert(document, report);
  if (tree?.kind !== 'map' || report.failed()) return undefined;
  return { ...plain(tree) };
}

/** The text that two values share where they say the same, whatever the order of their keys. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sorted(part) : part));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map by its keys. */
export function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => compare(a, b)));
}
