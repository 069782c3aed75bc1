/** Keys that a map may have, and what to say about one that it may not. */

import { BRIDGE_OUTPUTS } from '../pki/artifact.ts';
import { isSection, SECTIONS } from '../pki/entity.ts';
import { OBJECTS } from '../pki/kubernetes.ts';
import { strangeSpace } from '../pki/printable.ts';
import { SEALED_WORDS } from '../pki/seal.ts';
import { absentHint, aliasOf } from './elsewhere.ts';
import { OBJECT_KEYS } from './kubernetes.ts';
import { SEAL_KEYS } from './outputs.ts';
import { REVOKED_KEYS } from './revoked.ts';
import {
  ARCHIVE_KEYS,
  ATTRIBUTE_KEYS,
  AUTHORITY_DEFAULT_KEYS,
  AUTHORITY_KEYS,
  FILE_KEYS,
  LEAF_DEFAULT_KEYS,
  LEAF_KEYS,
  MAP_KEYS,
  PROFILE_KEYS,
  SETTING_KEYS,
  TOP_KEYS,
} from './schema.ts';
import { SOURCE_KEYS } from './secret-source.ts';
import { didYouMean, listed } from './suggest.ts';
import { nodeAt, type Path, type Tree } from './tree.ts';

/** Of a key on a token; a map that has any of them is meant as one. */
const TOKEN_KEYS: readonly string[] = ['pkcs11', 'pin', 'kind'];

function keyObjectKeys(tree: Tree, path: Path): readonly string[] {
  if (TOKEN_KEYS.some((key) => nodeAt(tree, [...path, key]) !== undefined)) return TOKEN_KEYS;
  const algorithm = nodeAt(tree, [...path, 'algorithm']);
  const value = algorithm?.kind === 'scalar' ? algorithm.value : undefined;
  if (value === 'rsa' || value === 'rsa-pss') return ['algorithm', 'size'];
  if (value === undefined) return ['algorithm', 'size', 'curve'];
  return value === 'ecdsa' ? ['algorithm', 'curve'] : ['algorithm'];
}

/** `{ type: ecdsa, bits: 256 }`: what is meant by another word for a setting of a key. */
function keyWord(tree: Tree, path: Path, key: string): 'size' | 'algorithm' | undefined {
  if (path.at(-1) !== 'key') return undefined;
  const isSize = /^(bits?|length|modulus(Length)?)$/i.test(key);
  if (isSize && keyObjectKeys(tree, path).includes('size')) return 'size';
  const node = nodeAt(tree, [...path, key]);
  const isAlgorithm = node?.kind === 'scalar' && /^(rsa|ec|ed25519|ed448|eddsa|ml-?dsa)/i.test(node.text);
  return isAlgorithm && nodeAt(tree, [...path, 'algorithm']) === undefined ? 'algorithm' : undefined;
}

function keyWordHint(tree: Tree, path: Path, key: string): string | undefined {
  const word = keyWord(tree, path, key);
  return word === undefined ? undefined : `did you mean "${word}"?`;
}

/** Keys that no alternative has, in a map that does not say which of them it is: zod compares keys once it does. */
export function strangeKeys(tree: Tree, path: Path): readonly string[] {
  const node = nodeAt(tree, path);
  const known = knownKeys(tree, path);
  return node?.kind === 'map' ? [...node.entries.keys()].filter((key) => !known.includes(key)) : [];
}

/** The one map of the manifest itself that holds no settings. */
function isArchive(path: Path): boolean {
  return path.length === 1 && path[0] === 'archive';
}

/** The keys of the map at a path. */
function knownKeys(tree: Tree, path: Path): readonly string[] {
  const last = path.at(-1);
  if (path.length === 0) return TOP_KEYS;
  if (isArchive(path)) return ARCHIVE_KEYS;
  if (path.length === 1) return path[0] === 'profiles' ? [] : SETTING_KEYS;
  if (last === 'subject') return ATTRIBUTE_KEYS;
  if (last === 'files') return path[2] === 'crossSignedBy' ? BRIDGE_OUTPUTS : FILE_KEYS;
  if (last === 'key' || last === 'kind') return keyObjectKeys(tree, path);
  if (/^(password|passphrase|previousPassphrase|pin)$/.test(String(last))) return SOURCE_KEYS;
  if (isInOutputs(path)) return optionKeys(last);
  if (isRevocation(path)) return REVOKED_KEYS;
  const inside = MAP_KEYS[String(last === 'nameConstraints' ? last : path[2])];
  if (inside !== undefined) return inside;
  return bagKeys(path) ?? (path[0] === 'authorities' ? AUTHORITY_KEYS : LEAF_KEYS);
}

/** Of an entry itself, and not an item of a list of serial numbers. */
function isRevocation(path: Path): boolean {
  return path.length === 3 && path[2] === 'revoked';
}

/** Of an item in `outputs`, which is a map of one key, or of what that key has. */
function optionKeys(last: Path[number] | undefined): readonly string[] {
  if (typeof last === 'number') return [...SEALED_WORDS, ...OBJECTS];
  return OBJECTS.some((one) => one === last) ? OBJECT_KEYS : SEAL_KEYS;
}

/** In the list, not in an entry of that name. */
function isInOutputs(path: Path): boolean {
  return path.some((key, i) => key === 'outputs' && typeof path[i + 1] === 'number');
}

/** Those of a profile, or of the defaults of a section. */
function bagKeys([top, name]: Path): readonly string[] | undefined {
  if (top === 'profiles') return PROFILE_KEYS;
  if (top !== 'defaults' || typeof name !== 'string' || !isSection(name)) return undefined;
  return name === 'authorities' ? AUTHORITY_DEFAULT_KEYS : LEAF_DEFAULT_KEYS;
}

/** The sections whose defaults can hold a setting. */
function sharedBy(key: string): string | undefined {
  const [ofAuthorities, ofLeaves] = [AUTHORITY_DEFAULT_KEYS.includes(key), LEAF_DEFAULT_KEYS.includes(key)];
  const sections = SECTIONS.filter((name) => (name === 'authorities' ? ofAuthorities : ofLeaves));
  return sections.length === 0 ? undefined : listed(sections);
}

/** A known key in a map where it has no meaning. */
function misplaced(path: Path, key: string): string | undefined {
  if (isArchive(path)) return undefined;
  if (path.length === 0) return atTop(key);
  if (path.at(-1) === 'subject') return inSubject(key);
  if (isRevocation(path) && key === 'serial')
    return 'serial numbers stand in a list of the authority that signed them: "revoked: [{ serial: … }]"';
  return (
    attributeHint(key) ??
    sharedHint(path, key) ??
    kindHint(path, key) ??
    profileHint(path, key) ??
    (path.length < 3 && isSection(key) ? 'indent it less: it is a top-level key' : undefined)
  );
}

function isEntryKey(key: string): boolean {
  return LEAF_KEYS.includes(key) || AUTHORITY_KEYS.includes(key);
}

function atTop(key: string): string | undefined {
  if (SETTING_KEYS.includes(key)) return 'put it into an entry, or into "defaults"';
  return key !== 'certificate' && isEntryKey(key) ? 'put it into an entry' : undefined;
}

function inSubject(key: string): string | undefined {
  const isCommonName = ['commonname', 'cn'].includes(key.toLowerCase());
  return isCommonName ? 'put "commonName" next to "subject", not inside it' : undefined;
}

function attributeHint(key: string): string | undefined {
  const alias = aliasOf(key);
  // `domain: example.org` of an entry means a host.
  if (alias === 'san') return undefined;
  const attribute = ATTRIBUTE_KEYS.find((one) => one === key || one === alias);
  return attribute === undefined ? undefined : `put it under "subject": { ${attribute}: … }`;
}

/** What only the defaults of some sections can have. */
function sharedHint(path: Path, key: string): string | undefined {
  const bags = sharedBy(key);
  return path.length === 1 && bags !== undefined ? `put it under ${bags}` : undefined;
}

/** What entries of another kind have. */
function kindHint(path: Path, key: string): string | undefined {
  const [section] = path;
  if (key === 'pathLength') return 'only an authority has a path length';
  if (path.length !== 2 || section === 'profiles') return undefined;
  if (section === 'authorities')
    return key === 'mustStaple'
      ? 'only the certificate of a server can demand a stapled response'
      : undefined;
  const isForAuthorities = !LEAF_KEYS.includes(key) && AUTHORITY_KEYS.includes(key);
  return isForAuthorities ? `only an authority has "${key}"` : undefined;
}

/** What profiles and defaults cannot have. */
function profileHint(path: Path, key: string): string | undefined {
  if (path[0] === 'profiles' && key === 'profile') return 'a profile names another one by "extends"';
  const bags = sharedBy(key);
  const isBag = bagKeys(path) !== undefined;
  if (isBag && bags !== undefined) return `it is a setting of ${bags}`;
  const isInherited = isBag || path.length === 1;
  return isInherited && isEntryKey(key) ? `"${key}" cannot be inherited: set it in each entry` : undefined;
}

/** `{ commonName: Example, Inc }`: the text ends at the comma, and the rest is a key without a value. */
function commaHint(tree: Tree, path: Path, key: string): string | undefined {
  const node = nodeAt(tree, [...path, key]);
  const bare = node?.kind === 'scalar' && node.value === null && node.text === '';
  return bare ? 'text that contains a comma needs quotes inside { }' : undefined;
}

/** Ways to say where a password comes from that are texts, and no keys of a map. */
const TEXT_SOURCES: Readonly<Record<string, string>> = {
  env: 'env:NAME',
  file: 'file:PATH',
  prompt: 'prompt',
};

function sourceHint(known: readonly string[], key: string): string | undefined {
  const text = known === SOURCE_KEYS && Object.hasOwn(TEXT_SOURCES, key) ? TEXT_SOURCES[key] : undefined;
  return text === undefined ? undefined : `write it as a text: "${text}"`;
}

/** Whether a key that is missing from the map at a path is there under a name that is unknown: one cause, one report. */
export function isMisspelt(tree: Tree, path: Path, missing: string): boolean {
  const known = knownKeys(tree, path);
  return strangeKeys(tree, path).some(
    (key) =>
      aliasOf(key) === missing ||
      didYouMean(key, [missing]) !== undefined ||
      keyWord(tree, path, key) === missing ||
      sourceHint(known, key) !== undefined,
  );
}

/** The hint for an unknown key in the map at a path. */
export function unknownKeyHint(tree: Tree, path: Path, key: string): string {
  const all = knownKeys(tree, path);
  const known = all.filter((candidate) => candidate !== key);
  const alias = aliasOf(key);
  const space = strangeSpace(key);
  return (
    sourceHint(all, key) ??
    keyWordHint(tree, path, key) ??
    (space === undefined ? undefined : `it contains ${space}: type ordinary spaces`) ??
    misplaced(path, key) ??
    (alias !== undefined && known.includes(alias) ? `did you mean "${alias}"?` : undefined) ??
    (path.at(-1) === 'key' ? undefined : absentHint(key)) ??
    didYouMean(key, known) ??
    commaHint(tree, path, key) ??
    (known.length === 1 ? `the only key here is "${known[0]}"` : `known keys here are ${known.join(', ')}`)
  );
}
