/** What a plan's script does with links, done by a shell in folders that apply could have left. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  clearLines,
  LINK_FUNCTIONS,
  linkedLines,
  restoreLines,
  unlinkedLines,
  usesLinks,
} from '../../src/openssl/script-links.ts';
import { entityId } from '../../src/pki/entity.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ID = entityId('servers', 'api');
const API = { id: ID, publish: 'symlinks' } as const;
const PLAIN = { id: ID };
const FOLDER = 'servers/api';
const STAGE = '.pki/stage/servers.api';
const [OLD, NEW] = ['..v-2026-01-01T000000Z-1', '..v-2026-02-01T000000Z-2'];
const ALL = { writes: ['key', 'cert'], deletes: [], relinks: false } as const;
const RELINKS = { writes: [], deletes: [], relinks: true } as const;

let root: string;
beforeEach(() => {
  root = memoryFolder();
});

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function version(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) put(`${FOLDER}/${name}/${file}`, content);
}

/** Its files behind links to that version. */
function link(name: string, ...files: readonly string[]): void {
  mkdirSync(join(root, FOLDER), { recursive: true });
  symlinkSync(name, join(root, FOLDER, '..data'));
  for (const file of files) symlinkSync(`..data/${file}`, join(root, FOLDER, file));
}

function run(...lines: readonly string[]): void {
  execFileSync('sh', ['-eu', '-c', [LINK_FUNCTIONS, ...lines].join('\n')], { cwd: root });
}

/** Each name in the folder of the entity, with what a reader finds there, or where a link leads. */
function found(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(join(root, FOLDER))
      .sort()
      .map((name) => [name, contentOf(join(root, FOLDER, name))]),
  );
}

function contentOf(path: string): string {
  if (lstatSync(path).isSymbolicLink()) {
    const target = readlinkSync(path);
    return existsSync(path) && !path.endsWith('..data') ? `${target}: ${readFileSync(path, 'utf8')}` : target;
  }
  return lstatSync(path).isDirectory() ? readdirSync(path).sort().join() : readFileSync(path, 'utf8');
}

it.each([
  ['an entity behind links', API, ALL, true],
  ['one of plain files', PLAIN, ALL, false],
  ['one that is brought out from behind them', PLAIN, { ...ALL, relinks: true }, true],
])('%s is published by them or not', (_, entity, change, expected) => {
  expect(usesLinks(entity, change)).toBe(expected);
});

describe('a set that is published behind links', () => {
  it('takes along what stays, and the links lead to it', () => {
    version(OLD, { 'key.pem': 'old key', 'cert.pem': 'old', 'ca.pem': 'root' });
    link(OLD, 'key.pem', 'cert.pem', 'ca.pem');
    put(`${STAGE}/cert.pem`, 'new');
    run(...linkedLines(API, { writes: ['cert'], deletes: [], relinks: false }, NEW));
    expect(found()).toEqual({
      [OLD]: 'ca.pem,cert.pem,key.pem',
      [NEW]: 'ca.pem,cert.pem,key.pem',
      '..data': NEW,
      'ca.pem': '..data/ca.pem: root',
      'cert.pem': '..data/cert.pem: new',
      'key.pem': '..data/key.pem: old key',
    });
  });

  it('leaves out what is no output any more, with its link', () => {
    version(OLD, { 'key.pem': 'old key', 'cert.pem': 'old', 'ca.pem': 'root' });
    link(OLD, 'key.pem', 'cert.pem', 'ca.pem');
    run(...linkedLines(API, { writes: [], deletes: ['ca'], relinks: false }, NEW));
    expect(Object.keys(found())).toEqual([NEW, OLD, '..data', 'cert.pem', 'key.pem'].sort());
  });

  it('takes the places of plain files', () => {
    put(`${FOLDER}/key.pem`, 'old key');
    put(`${FOLDER}/ca.pem`, 'root');
    put(`${STAGE}/cert.pem`, 'new');
    run(...linkedLines(API, { writes: ['cert'], deletes: [], relinks: true }, NEW));
    expect(found()).toEqual({
      [NEW]: 'ca.pem,cert.pem,key.pem',
      '..data': NEW,
      'ca.pem': '..data/ca.pem: root',
      'cert.pem': '..data/cert.pem: new',
      'key.pem': '..data/key.pem: old key',
    });
  });
});

describe('links that are damaged', () => {
  it('lead to the newest version again, and only files that it has get one', () => {
    version(OLD, { 'key.pem': 'old key' });
    version(NEW, { 'key.pem': 'new key', 'cert.pem': 'new' });
    link('..v-gone', 'key.pem');
    put(`${FOLDER}/cert.pem`, 'put there by hand');
    run(...restoreLines(API, RELINKS));
    expect(found()).toEqual({
      [OLD]: 'key.pem',
      [NEW]: 'cert.pem,key.pem',
      '..data': NEW,
      'cert.pem': 'put there by hand',
      'key.pem': '..data/key.pem: new key',
    });
  });

  it('stay as they are where there is no version, and where they are whole', () => {
    link('..v-gone', 'key.pem');
    const before = found();
    run(...restoreLines(API, RELINKS));
    expect(found()).toEqual(before);
    expect(restoreLines(API, ALL)).toEqual([]);
  });
});

describe('plain files', () => {
  it('take the places of links, and versions go with keys and certificates kept in the archive', () => {
    version(OLD, { 'key.pem': 'old key', 'cert.pem': 'old', 'ca.pem': 'root' });
    version(NEW, { 'key.pem': 'key', 'cert.pem': 'same', 'ca.pem': 'root' });
    link(NEW, 'key.pem', 'cert.pem', 'ca.pem');
    put(`${STAGE}/cert.pem`, 'new');
    run(
      ...unlinkedLines(PLAIN, { writes: ['cert'], deletes: ['ca'], relinks: true }),
      ...clearLines(PLAIN, 'none', 'archive/servers.api'),
    );
    expect(found()).toEqual({ 'cert.pem': 'new', 'key.pem': 'key' });
    const kept = (name: string, file: string): string =>
      readFileSync(join(root, 'archive/servers.api', name, file), 'utf8');
    expect([kept(OLD, 'key.pem'), kept(OLD, 'cert.pem'), kept(NEW, 'cert.pem')]).toEqual([
      'old key',
      'old',
      'same',
    ]);
    expect(existsSync(join(root, 'archive/servers.api', NEW, 'key.pem'))).toBe(false);
  });
});

it('versions go but for the one that is shown, and for what is in them beside our files', () => {
  version(OLD, { 'key.pem': 'old key', 'cert.pem': 'old', 'note.txt': 'theirs' });
  version(NEW, { 'key.pem': 'key', 'cert.pem': 'new' });
  link(NEW, 'key.pem', 'cert.pem');
  run(...clearLines(API, NEW, 'archive/servers.api'));
  expect(found()).toMatchObject({ [OLD]: 'note.txt', [NEW]: 'cert.pem,key.pem', '..data': NEW });
  expect(readdirSync(join(root, 'archive/servers.api', OLD)).sort()).toEqual(['cert.pem', 'key.pem']);
});
