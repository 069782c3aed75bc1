/** The text of a manifest → its values, and every mistake that can be seen without knowing what a PKI is. */

import { convert, NODE_LIMIT, NOWHERE, sizeOf } from './convert.ts';
import { findingsIn } from './issues.ts';
import { checkNames } from './names.ts';
import type { Report } from './report.ts';
import { isKnownKey, type Manifest, manifestSchema } from './schema.ts';
import type { Source } from './source.ts';
import { type Spoiled, spoiledBy, withoutSpoiled } from './spoiled.ts';
import { documentsOf } from './syntax.ts';
import { type MapTree, plain } from './tree.ts';
import { unite } from './unite.ts';

/** Longest manifest, in UTF-16 units: about 37,000 leaves. */
const LENGTH_LIMIT = 5 * 1024 * 1024;

/** A manifest whose values are good, as far as they are there. */
export interface ParsedManifest {
  /** What is good of it. */
  readonly manifest: Manifest;
  /** What is left out of that. */
  readonly spoiled: Spoiled;
  readonly tree: MapTree;
}

const SMALLEST =
  'the smallest manifest is "version: 1" and "authorities: { root: { commonName: Example Root CA } }"';

/** A text that cannot be a manifest at all. */
function readable({ text }: Source, report: Report): boolean {
  const zero = text.indexOf('\0');
  if (text.length > LENGTH_LIMIT) {
    const message = 'manifest is larger than 5 MiB';
    report.error({
      code: 'too-large',
      at: { start: 0, end: 0 },
      message,
      hint: 'split it into several manifests',
    });
  } else if (zero !== -1) {
    const message = 'manifest is not UTF-8 text';
    report.error({ code: 'encoding', at: { start: zero, end: zero + 1 }, message, hint: 'save it as UTF-8' });
  }
  return !report.failed();
}

/** One tree of all documents; `undefined` after a mistake that leaves nothing to go on with. */
function readTree(source: Source, report: Report): MapTree | undefined {
  if (!readable(source, report)) return undefined;
  const documents = documentsOf(source, report, isKnownKey);
  if (report.failed()) return undefined;
  const trees = documents.map((document) => convert(document, report)).filter((tree) => tree !== undefined);
  const size = trees.reduce((sum, tree) => sum + sizeOf(tree), 0);
  if (size > NODE_LIMIT) {
    const message = 'manifest has too many values';
    report.error({ code: 'too-many-nodes', at: trees.at(-1)?.span ?? NOWHERE, message });
  }
  if (trees.length < documents.length || size > NODE_LIMIT) return undefined;
  const tree = unite(trees, report);
  if (tree === undefined && !report.failed()) {
    report.error({ code: 'empty', at: { start: 0, end: 0 }, message: 'manifest is empty', hint: SMALLEST });
  }
  return tree;
}

/** A manifest of another version would produce spurious errors. */
function knownVersion(tree: MapTree, report: Report): boolean {
  const version = tree.entries.get('version')?.value;
  if (version?.kind !== 'scalar' || typeof version.value !== 'number' || version.value === 1) return true;
  const message = `manifest version ${version.text} is not supported`;
  report.error({ code: 'version', at: version.span, message, hint: 'this pki reads "version: 1"' });
  return false;
}

/** Reads what can be read of a manifest; the report has the rest. */
export function parseManifest(source: Source, report: Report): ParsedManifest | undefined {
  const tree = readTree(source, report);
  if (tree === undefined || !knownVersion(tree, report)) return undefined;
  const parts = checkNames(tree, report);
  const values = plain(tree);
  const result = manifestSchema.safeParse(values);
  const issues = result.error?.issues ?? [];
  for (const finding of findingsIn(issues, tree)) report.error(finding);
  const spoiled = spoiledBy(issues, parts);
  if (result.success && parts.size === 0) return { manifest: result.data, spoiled, tree };
  // The rest can still be checked for meaning.
  const manifest = manifestSchema.parse({ ...withoutSpoiled(values, spoiled), version: 1 });
  return { manifest, spoiled, tree };
}
