/** zod's issues → located findings in our words. */
import { isSection, KINDS } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { isMisspelt, strangeKeys, unknownKeyHint } from './known-keys.ts';
import type { Issue, Problem } from './problem.ts';
import type { Finding } from './report.ts';
import { keySpan, nodeAt, type Path, type Tree, valueSpan } from './tree.ts';
import { typeHint } from './type-hints.ts';
import { noun } from './unite.ts';

/** zod allows symbols in paths; YAML has none. */
function pathOf(issue: Issue): Path {
  return issue.path.filter((step) => typeof step !== 'symbol');
}

/** The name of the field that a path leads to, or to an item of. */
function fieldOf(path: Path): string {
  const name = path.findLast((step) => typeof step === 'string');
  return name === undefined ? 'manifest' : quote(String(name));
}

/** `server "api"`, `"defaults"`, or the manifest: what lacks a key. */
function ownerOf(path: Path): string {
  const [section, name] = path;
  if (path.length === 0) return 'manifest';
  if (path.length === 2 && typeof section === 'string' && isSection(section)) {
    return `${KINDS[section]} ${quote(String(name))}`;
  }
  const [owner, last] = path.slice(-2);
  return typeof last === 'number' ? `an item of ${quote(String(owner))}` : quote(String(path.at(-1)));
}

function missing(path: Path, tree: Tree): Found {
  const key = String(path.at(-1));
  const owner = path.slice(0, -1);
  const hint = key === 'version' ? 'begin the manifest with "version: 1"' : `add "${key}: …"`;
  const message = `${ownerOf(owner)} has no ${key}`;
  return { code: 'missing', at: keySpan(tree, owner), message, hint, misspelt: isMisspelt(tree, owner, key) };
}

/** A value of another type than wanted; the schema says what was wanted, and sometimes a hint on a second line. */
function wrongType(issue: Issue, path: Path, tree: Tree, node: Tree): Finding {
  const [wanted, hint] = issue.message.split('\n');
  return {
    code: path[0] === 'version' ? 'version' : 'type',
    at: valueSpan(tree, path),
    message: `${fieldOf(path)} must be ${wanted}, not ${noun(node)}`,
    hint: () => typeHint(issue, path, node, hint),
  };
}

function custom(issue: Issue & { code: 'custom' }, path: Path, tree: Tree): Finding {
  const { code, hint, first, isSecret }: Problem = issue.params?.['problem'] ?? {
    code: 'type',
    message: issue.message,
  };
  const finding: Finding = {
    code,
    at: valueSpan(tree, path),
    message: issue.message,
    hint,
    ...(isSecret ? { isSecret } : {}),
  };
  if (first === undefined) return finding;
  return {
    ...finding,
    related: [{ at: valueSpan(tree, [...path.slice(0, -1), first]), message: 'first listed here' }],
  };
}

/** How far into the value an alternative got before it failed. */
function depthOf(issues: readonly Issue[]): number {
  return Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

/** How many keys of a map an alternative does not know; one that goes by another key knows none. */
function strangeCount(issues: readonly Issue[], node: Tree | undefined): number {
  const all = node?.kind === 'map' ? node.entries.size : 0;
  return Math.max(
    0,
    ...issues.map((issue) => {
      if (issue.code === 'unrecognized_keys') return issue.keys.length;
      return issue.code === 'invalid_union' && issue.errors.length === 0 ? all : 0;
    }),
  );
}

/** The alternative that the value comes nearest to; the first of equals. */
function nearestBranch(branches: readonly (readonly Issue[])[], node: Tree | undefined): readonly Issue[] {
  const rank = (a: readonly Issue[], b: readonly Issue[]): number =>
    depthOf(b) - depthOf(a) || strangeCount(a, node) - strangeCount(b, node);
  return branches.toSorted(rank)[0] ?? [];
}

function ofUnion(issue: Issue & { code: 'invalid_union' }, path: Path, tree: Tree): Found[] {
  const branch = nearestBranch(issue.errors, nodeAt(tree, path));
  return branch.flatMap((inner) => findingsOf({ ...inner, path: [...path, ...inner.path] }, tree));
}

/** What is wrong, each cause once: a key that is there under an unknown name is not missing as well. */
export function findingsIn(issues: readonly Issue[], tree: Tree): readonly Finding[] {
  const findings = issues.flatMap((issue) => findingsOf(issue, tree));
  const isUnknown = findings.some(({ code }) => code === 'unknown-key');
  return isUnknown ? findings.filter(({ misspelt }) => misspelt !== true) : findings;
}

/** A finding, and whether an unknown key says the same. */
type Found = Finding & { readonly misspelt?: boolean };

function unknown(path: Path, key: string, tree: Tree): Found {
  return {
    code: 'unknown-key',
    at: keySpan(tree, [...path, key]),
    message: `unknown key ${quote(key)}`,
    hint: () => unknownKeyHint(tree, path, key),
  };
}

/** What else is in a map that lacks the key that says which alternative it is. */
function unchosen(issue: Issue, path: Path, tree: Tree): Found[] {
  if (issue.code !== 'invalid_union') return [];
  const owner = path.slice(0, -1);
  return strangeKeys(tree, owner).map((key) => unknown(owner, key, tree));
}

/** One issue may be several findings: unknown keys come together. */
function findingsOf(issue: Issue, tree: Tree): Found[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknown(path, key, tree));
  if (issue.code === 'custom') return [custom(issue, path, tree)];
  const node = nodeAt(tree, path);
  if (node === undefined) return [...unchosen(issue, path, tree), missing(path, tree)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return ofUnion(issue, path, tree);
  if (path.length === 2 && path[0] === 'authorities' && node.kind === 'scalar' && node.value === null) {
    return [missing([...path, 'commonName'], tree)];
  }
  return [wrongType(issue, path, tree, node)];
}
