/** How an entity's files are seen, with links and without: whatever lies in its place, and what is no link of ours. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Located } from '../../../src/pki/files.ts';
import { dataPath, readPublished, readSeen, versionNames, viewOf } from '../../../src/store/symlinks/read.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const ID = 'servers/api';
const PLAIN: Located = { id: ID };
const LINKED: Located = { id: ID, publish: 'symlinks' };
const [OLD, NEW] = ['..v-1', '..v-2'];

/** A root with these files; what begins with `->` is a link. */
function rootWith(files: Readonly<Record<string, string>>): string {
  const root = memoryFolder();
  for (const [path, content] of Object.entries(files)) {
    const at = join(root, ID, path);
    mkdirSync(dirname(at), { recursive: true });
    if (content.startsWith('->')) symlinkSync(content.slice(2), at);
    else if (content === '/') mkdirSync(at);
    else writeFileSync(at, content);
  }
  return root;
}

const link = (name: string): string => `->${dataPath(name)}`;
const WHOLE = { [`${NEW}/cert.pem`]: 'new', '..data': `->${NEW}`, 'cert.pem': link('cert.pem') };

/** State, findings, what `cert.pem` is, what it reads as, and what blocks it. */
function seen(files: Readonly<Record<string, string>>, entity = LINKED) {
  const view = viewOf(rootWith(files), entity);
  const cert = readSeen(view, 'cert');
  return {
    state: view.published?.state,
    ...(view.published?.findings.length ? { findings: view.published.findings } : {}),
    place: view.places.cert,
    ...(cert.state === 'present' ? { reads: cert.facts.toString() } : {}),
    ...(view.blocked?.state === 'blocked' ? { blocked: view.blocked.cause } : {}),
  };
}
const blocked = (kind: string) => ({ kind: 'links', name: '..data', fault: { kind } });
const OTHER = { state: undefined, place: 'other' };

describe('an entity behind links', () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['is whole', WHOLE, { state: 'symlinks', place: 'link', reads: 'new' }],
    ['is not there', {}, OTHER],
    ['has plain files', { 'cert.pem': 'x' }, { state: 'files', place: 'plain', reads: 'x' }],
    ['has a folder in the place of a file', { 'cert.pem': '/' }, OTHER],
    ['has a link of another program', { 'cert.pem': '->/etc/hostname' }, OTHER],
    [
      'has one plain file',
      { ...WHOLE, 'cert.pem': 'x' },
      { state: 'mixed', findings: [{ name: 'cert.pem', is: 'plain-file' }], place: 'plain', reads: 'x' },
    ],
    [
      'lacks a link',
      { [`${NEW}/cert.pem`]: 'new', '..data': `->${NEW}` },
      { state: 'mixed', findings: [{ name: 'cert.pem', is: 'missing' }], place: 'unlinked', reads: 'new' },
    ],
    [
      'has a link to what is gone',
      {
        [`${NEW}/key.pem`]: 'new',
        '..data': `->${NEW}`,
        'key.pem': link('key.pem'),
        'cert.pem': link('cert.pem'),
      },
      { state: 'mixed', findings: [{ name: 'cert.pem', is: 'dangling' }], place: 'link' },
    ],
    [
      'has an older folder left',
      { ...WHOLE, [`${OLD}/cert.pem`]: 'old' },
      { state: 'mixed', findings: [{ name: OLD, is: 'left-over' }], place: 'link', reads: 'new' },
    ],
    [
      'is led to the older of two folders',
      { ...WHOLE, [`${OLD}/cert.pem`]: 'old', '..data': `->${OLD}` },
      { state: 'mixed', findings: [{ name: NEW, is: 'left-over' }], place: 'link', reads: 'old' },
    ],
    [
      'has a folder of another program beside it',
      { ...WHOLE, [`${OLD}/x`]: 'x' },
      { state: 'symlinks', place: 'link', reads: 'new' },
    ],
    [
      'lacks the one link: the newest folder counts',
      { [`${OLD}/cert.pem`]: 'old', [`${NEW}/cert.pem`]: 'new', 'cert.pem': link('cert.pem') },
      {
        state: 'mixed',
        findings: [
          { name: '..data', is: 'missing' },
          { name: OLD, is: 'left-over' },
        ],
        place: 'link',
        reads: 'new',
      },
    ],
    [
      'has the one link to nothing: the newest folder that holds something counts',
      { [`${OLD}/cert.pem`]: 'old', [NEW]: '/', '..data': '->..v-3', 'cert.pem': link('cert.pem') },
      {
        state: 'mixed',
        findings: [
          { name: '..data', is: 'dangling' },
          { name: NEW, is: 'left-over' },
        ],
        place: 'link',
        reads: 'old',
      },
    ],
    [
      'has a file in the place of the one link',
      { '..data': 'x' },
      { state: 'symlinks', place: 'other', blocked: blocked('no-link') },
    ],
    [
      'has the one link to elsewhere',
      { '..data': '->../x' },
      { state: 'symlinks', place: 'other', blocked: blocked('leads-out') },
    ],
    [
      'has the one link upwards',
      { '..data': '->..' },
      { state: 'symlinks', place: 'other', blocked: blocked('leads-out') },
    ],
    [
      'has the one link to itself',
      { '..data': '->.' },
      { state: 'symlinks', place: 'other', blocked: blocked('leads-out') },
    ],
    [
      'has the one link to a file',
      { x: 'x', '..data': '->x' },
      { state: 'symlinks', place: 'other', blocked: blocked('no-folder') },
    ],
  ])('%s', (_, files, expected) => expect(seen(files)).toEqual(expected));

  it('that shall have plain files is said to have links', () => {
    expect(seen(WHOLE, PLAIN)).toMatchObject({ state: 'symlinks', reads: 'new' });
    const older = { ...WHOLE, [`${OLD}/cert.pem`]: 'old' };
    expect(seen(older, PLAIN).findings).toEqual([
      { name: OLD, is: 'left-over' },
      { name: 'cert.pem', is: 'link' },
    ]);
  });

  it('whose folder is a file, or below one, is not there', () => {
    for (const path of [ID, dirname(ID)]) {
      const root = memoryFolder();
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), 'x');
      const { published, current, blocked: cause } = viewOf(root, LINKED);
      expect([published, current, cause]).toEqual([undefined, null, null]);
    }
  });
});

it('version folders are named as ours are, in the order of their making', () => {
  const root = rootWith({
    '..v-b': '/',
    '..v-a': '/',
    '..v-': '/',
    '..v-c': 'a file',
    '..x': '/',
    'v-d': '/',
    '..v-e f': '/',
  });
  expect(versionNames(join(root, ID))).toEqual(['..v-a', '..v-b']);
  expect(versionNames(join(root, 'nothing'))).toEqual([]);
  expect(versionNames(join(root, ID, '..v-c'))).toEqual([]);
});

describe('a published file', () => {
  const read = (files: Readonly<Record<string, string>>) => {
    const file = readPublished(rootWith(files), LINKED, 'cert');
    return file.state === 'present' ? file.facts.toString() : file;
  };
  const LINK = { state: 'blocked', cause: { kind: 'link' } };

  it('is read through our links, and through no others', () => {
    expect(read(WHOLE)).toBe('new');
    expect(read({ 'cert.pem': 'x' })).toBe('x');
    expect(read({})).toEqual({ state: 'missing' });
    expect(read({ 'cert.pem': link('cert.pem') })).toEqual({ state: 'missing' });
    expect(read({ x: 'x', 'cert.pem': '->x' })).toEqual(LINK);
    expect(read({ ...WHOLE, 'cert.pem': link('key.pem') })).toEqual(LINK);
  });

  it('is read through none at the top, where files of several entities are', () => {
    const root = memoryFolder();
    mkdirSync(join(root, NEW));
    writeFileSync(join(root, NEW, 'api.crt'), 'new');
    symlinkSync(NEW, join(root, '..data'));
    symlinkSync(dataPath('api.crt'), join(root, 'api.crt'));
    const layout = { folder: '.', files: { cert: 'api.crt' } };
    expect(readPublished(root, { id: ID, layout }, 'cert')).toEqual(LINK);
  });
});
