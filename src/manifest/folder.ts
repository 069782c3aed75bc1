/** Names that become paths: the output folder and the names of entries. */
import { leadsIntoGit } from '../pki/git.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, type Problem, parsed, refused } from './problem.ts';

/** Why no path may name git's own folder. */
const IN_GIT = 'leads into the folder of git, whose files are settings and programs';

/** Longest path, in characters: the whole one has to fit into the 1024 octets of macOS, 4096 of Linux. */
export const PATH_LIMIT = 1024;
/** Folders in a path, each of which is opened at every run. */
const FOLDER_LIMIT = 32;

function tooMuchOf(text: string): string | undefined {
  if (text.length > PATH_LIMIT) return `is longer than ${PATH_LIMIT} characters`;
  return text.split('/').length > FOLDER_LIMIT
    ? `leads through more than ${FOLDER_LIMIT} folders`
    : undefined;
}

/** No absolute path, no `..`, no control character; the parser below says why. */
export const OUTPUT_PATTERN =
  '^(?![/~])(?![A-Za-z]:)(?!(.*/)?\\.\\.(/|$))(?!\\.?/*$)(?!(\\./+)+\\.?$)(?!(.*/)?\\.[gG][iI][tT](/|$))[^\\u0000-\\u001f\\u007f-\\u009f\\\\]+$';

/** The output folder, relative to the manifest and below its folder. */
export function parseOutput(text: string): Parsed<string> {
  const shown = quote(text);
  const hint = 'name a folder next to the manifest, such as "pki"';
  const excess = tooMuchOf(text);
  if (excess !== undefined) return refused('output', `output ${shown} ${excess}`, hint);
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text))
    return refused('output', `output ${shown} contains a control character`, hint);
  if (text.includes('\\'))
    return refused('output', `output ${shown} contains a backslash`, 'separate folders with "/"');
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) {
    return refused('output', `output ${shown} is an absolute path`, hint);
  }
  if (text.startsWith('~'))
    return refused('output', `output ${shown} begins with "~", which only a shell expands`, hint);
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..'))
    return refused('output', `output ${shown} is outside the manifest's folder`, hint);
  if (segments.length === 0) return refused('output', `output ${shown} is the manifest's own folder`, hint);
  if (leadsIntoGit(text)) return refused('output', `output ${shown} ${IN_GIT}`, hint);
  return parsed(text);
}

/** No absolute path, no `..`, no control character; `.` alone is the output folder. */
export const LAYOUT_PATTERN =
  '^(?![/~])(?!(.*/)?\\.\\.(/|$))(?!\\.pki(/|$))(?!(.*/)?\\.[gG][iI][tT](/|$))[^\\u0000-\\u001f\\u007f-\\u009f\\\\]+$';

const ENTRY = /\{(name|section)\}/g;
const PLACEHOLDERS = 'the placeholders are "{name}", the name of the entry, and "{section}", its section';

/** A path below the output folder, in which `{name}` and `{section}` stand for those of the entry. */
export function parseLayoutPath(text: string, placeholders = ENTRY): Parsed<string> {
  const shown = quote(text);
  const bad = (why: string, hint?: string): Parsed<never> => refused('layout', `path ${shown} ${why}`, hint);
  const excess = tooMuchOf(text);
  if (excess !== undefined) return bad(excess, 'shorten it');
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) return bad('contains a control character');
  if (text.includes('\\')) return bad('contains a backslash', 'separate folders with "/"');
  if (/^([/~]|[A-Za-z]:)/.test(text))
    return bad('is an absolute path', 'write it relative to the output folder');
  if (/[{}]/.test(text.replace(placeholders, ''))) return bad('has an unknown placeholder', PLACEHOLDERS);
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return bad('is outside the output folder', 'name a path below it');
  if (leadsIntoGit(text)) return bad(IN_GIT, 'choose another name');
  if (segments[0] === '.pki' || segments[0] === '.gitignore')
    return bad('is reserved for pki itself', 'choose another name');
  return parsed(segments.join('/') || '.');
}

/** The same for a file, which cannot be a folder. */
export function parseLayoutFile(text: string, placeholders = ENTRY): Parsed<string> {
  const path = parseLayoutPath(text, placeholders);
  if (path.ok && (path.value === '.' || text.endsWith('/')))
    return refused(
      'layout',
      `path ${quote(text)} is a folder, not a file`,
      'name the file, such as "tls.key"',
    );
  return path;
}

/** The same for files of which there are several: `{part}` tells them apart. */
export function parseSlotPath(text: string): Parsed<string> {
  if (!text.includes('{part}')) {
    return refused(
      'layout',
      `path ${quote(text)} is the same for each certificate`,
      'put "{part}" into it, which is ca-1, chain-1 and so on',
    );
  }
  return parseLayoutFile(text, /\{(name|section|part)\}/g);
}

/** JSON Schema pattern of an entry's name. */
export const NAME_PATTERN = '^[A-Za-z0-9_]([A-Za-z0-9._@+-]{0,62}[A-Za-z0-9_@+-])?$';
const NAME = new RegExp(NAME_PATTERN);

function nameHint(name: string): string {
  if (name.includes('*'))
    return 'name the entry without the "*", and put the wildcard into commonName or san';
  if (name.length > 64) return 'shorten it to 64 characters; names in "san" may be longer';
  return 'a name is also a folder: it consists of letters, digits and "._@+-", and begins with a letter, digit or "_"';
}

/** Whether a name could be that of an entry. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** What is wrong with the name of an entry, which is also its folder. */
export function nameProblem(name: string): Problem | undefined {
  if (isName(name)) return undefined;
  const shown = quote(name);
  const message = (): string => {
    if (name === '') return 'an entry has an empty name';
    if (/[\\/]/.test(name)) return `entry name ${shown} contains a path separator`;
    if (/^\.+$/.test(name)) return `entry name ${shown} refers to another folder`;
    if (name.length > 64) return `entry name ${shown} is longer than 64 characters`;
    if (name.endsWith('.')) return `entry name ${shown} ends with a dot`;
    return `entry name ${shown} is not a portable folder name`;
  };
  return { code: 'name', message: message(), hint: nameHint(name) };
}
