/** Lengths of time, paths and names of entries that are none: what is said of each, and what to write. */
import { describe, expect, it } from 'vitest';
import {
  parseBackdate,
  parseRenewBefore,
  parseRetention,
  parseValidity,
} from '../../src/manifest/duration.ts';
import {
  nameProblem,
  parseLayoutFile,
  parseLayoutPath,
  parseOutput,
  parseSlotPath,
} from '../../src/manifest/folder.ts';
import type { Problem } from '../../src/manifest/problem.ts';

type Row<Value = string> = readonly [value: Value, message: string, hint: string | undefined];

const FOLDER = 'name a folder next to the manifest, such as "pki"';
const PLACEHOLDERS = 'the placeholders are "{name}", the name of the entry, and "{section}", its section';
const NAME =
  'a name is also a folder: it consists of letters, digits and "._@+-", and begins with a letter, digit or "_"';

const UNITS = 'units are m (minutes), h, d, w and y (365 days)';
const FOREVER = 'leave "keep" out to keep everything forever';

function said(found: { readonly ok: boolean; readonly problem?: Problem } | Problem | undefined) {
  const problem = found !== undefined && 'ok' in found ? found.problem : found;
  return [problem?.message, problem?.hint];
}

describe('a length of time that is none', () => {
  it.each<Row>([
    ['90', 'length of time "90" has no unit', `write "90d" for days; ${UNITS}`],
    ['090', 'length of time "090" has no unit', `write "90d" for days; ${UNITS}`],
    ['00', 'length of time "00" has no unit', `write "0d" for days; ${UNITS}`],
    ['1x', '"1x" is not a length of time', UNITS],
    ['', '"" is not a length of time', UNITS],
    [
      '9m',
      'validity "9m" is shorter than 10 minutes',
      '"m" means minutes; write months in days, such as "270d"',
    ],
    ['0m', 'validity "0m" is shorter than 10 minutes', UNITS],
    ['101y', 'validity "101y" is longer than 100 years', 'write "100y" at most'],
    ['3 months', '"3 months" is not a length of time', `write "90d"; ${UNITS}`],
    ['3mo', '"3mo" is not a length of time', `write "90d"; ${UNITS}`],
    ['2MON', '"2MON" is not a length of time', `write "60d"; ${UNITS}`],
    ['1M', '"1M" is not a length of time', `write "30d"; ${UNITS}`],
    ['120s', '"120s" is not a length of time', `write "2m"; ${UNITS}`],
    ['61 secs', '"61 secs" is not a length of time', `write "2m"; ${UNITS}`],
    ['0s', '"0s" is not a length of time', UNITS],
    ['2wks', '"2wks" is not a length of time', `write "2w"; ${UNITS}`],
    ['2 days', '"2 days" is not a length of time', `write "2d"; ${UNITS}`],
    ['5mins', '"5mins" is not a length of time', `write "5m"; ${UNITS}`],
    ['6hrs', '"6hrs" is not a length of time', `write "6h"; ${UNITS}`],
    ['1 year', '"1 year" is not a length of time', `write "1y"; ${UNITS}`],
    ['1a', '"1a" is not a length of time', `write "1y"; ${UNITS}`],
    ['3 fortnights', '"3 fortnights" is not a length of time', UNITS],
    ['5xmonths', '"5xmonths" is not a length of time', UNITS],
    ['1.5d', '"1.5d" is not a length of time', UNITS],
    ['01d', '"01d" is not a length of time', `write "1d"; ${UNITS}`],
    ['1000000000d', '"1000000000d" is not a length of time', UNITS],
    ['P1Y', '"P1Y" is not a length of time', `write "1y"; ${UNITS}`],
    ['P2M', '"P2M" is not a length of time', `write "60d"; ${UNITS}`],
    ['P1W', '"P1W" is not a length of time', `write "7d"; ${UNITS}`],
    ['p2d', '"p2d" is not a length of time', `write "2d"; ${UNITS}`],
    ['PT36H', '"PT36H" is not a length of time', `write "36h"; ${UNITS}`],
    ['PT90M', '"PT90M" is not a length of time', `write "90m"; ${UNITS}`],
    ['PT61S', '"PT61S" is not a length of time', `write "2m"; ${UNITS}`],
    ['P', '"P" is not a length of time', UNITS],
    ['P0D', '"P0D" is not a length of time', UNITS],
    ['PT', '"PT" is not a length of time', UNITS],
    ['2160h0m0s', '"2160h0m0s" is not a length of time', `write "90d"; ${UNITS}`],
    ['24h0m', '"24h0m" is not a length of time', `write "1d"; ${UNITS}`],
    ['2160h30m', '"2160h30m" is not a length of time', `write "129630m"; ${UNITS}`],
    ['1h0m30s', '"1h0m30s" is not a length of time', `write "61m"; ${UNITS}`],
    ['1h30m', '"1h30m" is not a length of time', `write "90m"; ${UNITS}`],
  ])('%j', (value, ...words) => expect(said(parseValidity(value))).toEqual(words));
});

describe('a time for keeping', () => {
  it.each<Row>([
    ['forever', '"forever" is not a length of time', FOREVER],
    ['for ever', '"for ever" is not a length of time', FOREVER],
    ['NEVER', '"NEVER" is not a length of time', FOREVER],
    ['always', '"always" is not a length of time', FOREVER],
    ['infinite', '"infinite" is not a length of time', FOREVER],
    ['unlimited', '"unlimited" is not a length of time', FOREVER],
    ['none', '"none" is not a length of time', FOREVER],
    ['none2', '"none2" is not a length of time', UNITS],
    ['0d', 'keep "0d" would keep nothing', `write at least "1m"; ${FOREVER}`],
    ['90', 'length of time "90" has no unit', `write "90d" for days; ${UNITS}`],
  ])('%j', (value, ...words) => expect(said(parseRetention(value))).toEqual(words));
});

describe('a backdate', () => {
  it.each<Row>([
    ['31d', 'backdate "31d" is longer than 30 days', 'write "30d" at most'],
    ['43201m', 'backdate "43201m" is longer than 30 days', 'write "30d" at most'],
    ['5', 'length of time "5" has no unit', `write "5d" for days; ${UNITS}`],
  ])('%j', (value, ...words) => expect(said(parseBackdate(value))).toEqual(words));
});

describe('a time of renewal', () => {
  it.each<Row>([
    ['0%', '"0%" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['100%', '"100%" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['1.5%', '"1.5%" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['%', '"%" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['x1%', '"x1%" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['10%x', '"10%x" is not a share of the lifetime', 'write a whole number from "1%" to "99%"'],
    ['0m', 'renewBefore "0m" would renew only after the certificate has expired', UNITS],
    ['30', 'length of time "30" has no unit', `write "30d" for days; ${UNITS}`],
  ])('%j', (value, ...words) => expect(said(parseRenewBefore(value))).toEqual(words));
});

describe('a folder of output', () => {
  it.each<Row>([
    ['a\tb', 'output "a\\tb" contains a control character', FOLDER],
    ['a\u2028b', 'output "a\\u2028b" contains a control character', FOLDER],
    ['a\\b', 'output "a\\\\b" contains a backslash', 'separate folders with "/"'],
    ['/pki', 'output "/pki" is an absolute path', FOLDER],
    ['C:pki', 'output "C:pki" is an absolute path', FOLDER],
    ['~/pki', 'output "~/pki" begins with "~", which only a shell expands', FOLDER],
    ['a/../b', 'output "a/../b" is outside the manifest\'s folder', FOLDER],
    ['..', 'output ".." is outside the manifest\'s folder', FOLDER],
    ['.', 'output "." is the manifest\'s own folder', FOLDER],
    ['./', 'output "./" is the manifest\'s own folder', FOLDER],
    ['', 'output "" is the manifest\'s own folder', FOLDER],
    ['x/.git', 'output "x/.git" leads into the folder of git, whose files are settings and programs', FOLDER],
    [
      'a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b',
      'output "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b" leads through more than 32 folders',
      FOLDER,
    ],
  ])('%j', (value, ...words) => expect(said(parseOutput(value))).toEqual(words));
});

describe('a path of a layout that is none', () => {
  it.each<Row>([
    ['a\tb', 'path "a\\tb" contains a control character', undefined],
    ['a\\b', 'path "a\\\\b" contains a backslash', 'separate folders with "/"'],
    ['/a', 'path "/a" is an absolute path', 'write it relative to the output folder'],
    ['~a', 'path "~a" is an absolute path', 'write it relative to the output folder'],
    ['C:a', 'path "C:a" is an absolute path', 'write it relative to the output folder'],
    ['{x}', 'path "{x}" has an unknown placeholder', PLACEHOLDERS],
    ['a{', 'path "a{" has an unknown placeholder', PLACEHOLDERS],
    ['}', 'path "}" has an unknown placeholder', PLACEHOLDERS],
    ['{part}', 'path "{part}" has an unknown placeholder', PLACEHOLDERS],
    ['../a', 'path "../a" is outside the output folder', 'name a path below it'],
    ['.pki', 'path ".pki" is reserved for pki itself', 'choose another name'],
    ['.gitignore', 'path ".gitignore" is reserved for pki itself', 'choose another name'],
    [
      'a/.git/x',
      'path "a/.git/x" leads into the folder of git, whose files are settings and programs',
      'choose another name',
    ],
    [
      'a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b',
      'path "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b" leads through more than 32 folders',
      'shorten it',
    ],
  ])('%j', (value, ...words) => expect(said(parseLayoutPath(value))).toEqual(words));
});

describe('a path of a file', () => {
  it.each<Row>([
    ['a/', 'path "a/" is a folder, not a file', 'name the file, such as "tls.key"'],
    ['.', 'path "." is a folder, not a file', 'name the file, such as "tls.key"'],
    ['./', 'path "./" is a folder, not a file', 'name the file, such as "tls.key"'],
    ['../a', 'path "../a" is outside the output folder', 'name a path below it'],
  ])('%j', (value, ...words) => expect(said(parseLayoutFile(value))).toEqual(words));
});

describe('a path for several files', () => {
  it.each<Row>([
    [
      'a.pem',
      'path "a.pem" is the same for each certificate',
      'put "{part}" into it, which is ca-1, chain-1 and so on',
    ],
    ['{part}/', 'path "{part}/" is a folder, not a file', 'name the file, such as "tls.key"'],
    ['{part}{x}', 'path "{part}{x}" has an unknown placeholder', PLACEHOLDERS],
  ])('%j', (value, ...words) => expect(said(parseSlotPath(value))).toEqual(words));
});

describe('a name of an entry', () => {
  it.each<Row>([
    ['', 'an entry has an empty name', NAME],
    ['a/b', 'entry name "a/b" contains a path separator', NAME],
    ['a\\b', 'entry name "a\\\\b" contains a path separator', NAME],
    ['.', 'entry name "." refers to another folder', NAME],
    ['...', 'entry name "..." refers to another folder', NAME],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'entry name "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is longer than 64 characters',
      'shorten it to 64 characters; names in "san" may be longer',
    ],
    ['a.', 'entry name "a." ends with a dot', NAME],
    ['a b', 'entry name "a b" is not a portable folder name', NAME],
    [
      '*.a',
      'entry name "*.a" is not a portable folder name',
      'name the entry without the "*", and put the wildcard into commonName or san',
    ],
    ['-a', 'entry name "-a" is not a portable folder name', NAME],
  ])('%j', (value, ...words) => expect(said(nameProblem(value))).toEqual(words));
});
