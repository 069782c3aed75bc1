/** Where an entity's files are found: in their place, behind links of ours, or where the entity was before. */
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import type { Located } from '../../../src/pki/files.ts';
import { Folders, readFiles, withFormerFiles } from '../../../src/store/observe/find-files.ts';
import { sha256 } from '../../../src/x509/public-key.ts';
import { memoryFolder } from '../../helpers/folders.ts';

type Tree = Readonly<Record<string, string | { readonly to: string }>>;

/** A folder with these files, and links to what is given as `to`. */
function folderWith(tree: Tree): string {
  const root = memoryFolder();
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === 'string') writeFileSync(join(root, path), content);
    else symlinkSync(content.to, join(root, path));
  }
  return root;
}

const API: Located = { id: 'servers/api' };
const WEB: Located = { id: 'servers/web' };
const AT = 'servers/api';
const LINKED: Located = { ...API, publish: 'symlinks' };

/** What is found of some files: their text, or their state and why. */
function shown(
  bytes: Readonly<Record<Artifact, object>>,
  files: readonly Artifact[] = ['key', 'cert', 'chain'],
) {
  return Object.fromEntries(
    files.map((file) => {
      const { state, facts, cause } = bytes[file] as {
        state: string;
        facts?: Buffer;
        cause?: { kind: string };
      };
      return [file, facts === undefined ? (cause?.kind ?? state) : String(facts)];
    }),
  );
}

function found(tree: Tree, entity: Located = API, others: readonly Located[] = []) {
  const root = folderWith(tree);
  const { bytes, published } = readFiles(root, entity, new Folders(root, [entity, ...others]));
  return { ...shown(bytes), published: published?.state };
}

/** The set of a version, and links to it. */
const VERSION: Tree = {
  [`${AT}/..v-1/key.pem`]: 'key',
  [`${AT}/..v-1/cert.pem`]: 'cert',
  [`${AT}/..data`]: { to: '..v-1' },
  [`${AT}/key.pem`]: { to: '..data/key.pem' },
  [`${AT}/cert.pem`]: { to: '..data/cert.pem' },
};

describe('files in their place', () => {
  it('are read as they are', () => {
    const tree = { [`${AT}/key.pem`]: 'key', [`${AT}/cert.pem`]: 'cert' };
    expect(found(tree)).toEqual({ key: 'key', cert: 'cert', chain: 'missing', published: undefined });
    expect(found({})).toEqual({ key: 'missing', cert: 'missing', chain: 'missing', published: undefined });
    expect(found(tree, LINKED)).toEqual({ key: 'key', cert: 'cert', chain: 'missing', published: 'files' });
  });

  it('are read through links of ours, whether links are wanted or not', () => {
    const all = { key: 'key', cert: 'cert', chain: 'missing', published: 'symlinks' };
    expect(found(VERSION, LINKED)).toEqual(all);
    expect(found(VERSION)).toEqual(all);
  });

  it('are not read through links where the folder is another entity’s as well', () => {
    const shared = (id: 'servers/api' | 'servers/web'): Located => ({
      id,
      layout: { folder: AT, files: {} },
    });
    expect(found(VERSION, shared('servers/api'), [shared('servers/web')])).toEqual({
      key: 'link',
      cert: 'link',
      chain: 'missing',
      published: undefined,
    });
  });

  it('are not read through a folder that is a link, or where a file is in its place', () => {
    const linked = { 'other/key.pem': 'key', [AT]: { to: '../other' } };
    const all = (is: string) => ({ key: is, cert: is, chain: is, published: undefined });
    expect(found(linked)).toEqual(all('linked-folder'));
    expect(found(linked, LINKED)).toEqual(all('linked-folder'));
    expect(found({ 'other/api/key.pem': 'key', servers: { to: 'other' } })).toEqual(all('linked-folder'));
    expect(found({ servers: 'a file' })).toEqual(all('not-a-folder'));
  });
});

describe('files where an entity was before', () => {
  const FORMER: Located = { ...API, layout: { folder: 'etc', files: { cert: 'tls.crt' } } };
  const NOTHING: Tree = {};

  function moved(tree: Tree, entity: Located = API, former: Located = FORMER, prepare = (_: string) => {}) {
    const root = folderWith(tree);
    prepare(root);
    const folders = new Folders(root, [entity]);
    const here = readFiles(root, entity, folders);
    const { bytes, formerLocation, conflictingKey, published } = withFormerFiles(
      root,
      entity,
      former,
      here,
      folders,
    );
    return {
      ...shown(bytes),
      from: formerLocation && [
        formerLocation.folder,
        ...formerLocation.files.map(({ file, from, digest }) => `${file} ${from} ${digest.slice(0, 8)}`),
      ],
      ...(conflictingKey === undefined ? {} : { conflictingKey }),
      ...(published === undefined ? {} : { published: published.state }),
    };
  }

  const print = (text: string) => sha256(Buffer.from(text)).slice(0, 8);
  const BEFORE: Tree = { 'etc/key.pem': 'old key', 'etc/tls.crt': 'old cert' };

  it('are read there as long as they are missing here', () => {
    expect(moved(BEFORE)).toEqual({
      key: 'old key',
      cert: 'old cert',
      chain: 'missing',
      from: ['etc', `key etc/key.pem ${print('old key')}`, `cert etc/tls.crt ${print('old cert')}`],
    });
    expect(moved({ ...BEFORE, [`${AT}/cert.pem`]: 'new cert' })).toEqual({
      key: 'old key',
      cert: 'new cert',
      chain: 'missing',
      from: ['etc', `key etc/key.pem ${print('old key')}`],
    });
    expect(moved(NOTHING)).toEqual({ key: 'missing', cert: 'missing', chain: 'missing', from: undefined });
  });

  it('will be plain files first, where links are wanted', () => {
    expect(moved(BEFORE, LINKED)).toMatchObject({ key: 'old key', published: 'files' });
    expect(moved({ ...BEFORE, [`${AT}/chain.pem`]: 'chain' }, LINKED)).toMatchObject({
      key: 'old key',
      chain: 'chain',
      published: 'files',
    });
  });

  it('are read through links of ours as well', () => {
    const links: Tree = {
      'etc/..v-1/key.pem': 'old key',
      'etc/..data': { to: '..v-1' },
      'etc/key.pem': { to: '..data/key.pem' },
    };
    expect(moved(links)).toMatchObject({
      key: 'old key',
      from: ['etc', `key etc/..v-1/key.pem ${print('old key')}`],
    });
  });

  it('are not mixed with another key that is here', () => {
    const here = { [`${AT}/key.pem`]: 'new key' };
    expect(moved({ ...BEFORE, ...here })).toEqual({
      key: 'new key',
      cert: 'missing',
      chain: 'missing',
      from: undefined,
      conflictingKey: 'etc/key.pem',
    });
    expect(moved({ ...BEFORE, [`${AT}/key.pem`]: 'old key' })).toMatchObject({
      key: 'old key',
      cert: 'old cert',
      from: ['etc', `cert etc/tls.crt ${print('old cert')}`],
    });
    expect(moved({ 'etc/tls.crt': 'old cert', ...here })).toMatchObject({ key: 'new key', cert: 'old cert' });
  });

  it('are not looked for behind a folder that is a link', () => {
    const none = { key: 'missing', cert: 'missing', chain: 'missing', from: undefined };
    expect(moved({ 'other/key.pem': 'old key', etc: { to: 'other' } })).toEqual(none);
    const deep: Located = { ...API, layout: { folder: 'etc', files: { key: 'private/key.pem' } } };
    expect(moved({ 'other/key.pem': 'old key', 'etc/private': { to: '../other' } }, API, deep)).toEqual(none);
    const here = { [`${AT}/key.pem`]: 'new key' };
    expect(moved({ 'other/key.pem': 'old', 'etc/private': { to: '../other' }, ...here }, API, deep)).toEqual({
      ...none,
      key: 'new key',
    });
  });

  it('that are not to be read keep another key from being made', () => {
    const none = { key: 'missing', cert: 'missing', chain: 'missing', from: undefined };
    // No system has such names, and says so when it is asked for one.
    const long = 'x'.repeat(300);
    const folder: Located = { ...API, layout: { folder: long, files: {} } };
    expect(moved({}, API, folder)).toEqual({ ...none, key: 'former' });
    expect(moved({ [`${AT}/key.pem`]: 'new key' }, API, folder)).toEqual({ ...none, key: 'new key' });
    expect(moved({ etc: 'a file' })).toEqual(none);
    expect(moved({ 'etc/key.pem/folder': '' })).toEqual(none);
  });
});

describe('folders', () => {
  it('of one entity alone are its own', () => {
    const root = folderWith({ [`${AT}/key.pem`]: '' });
    const flat: Located = { id: 'servers/flat', layout: { folder: '.', files: {} } };
    const twice: Located = { ...WEB, layout: { folder: AT, files: {} } };
    expect(new Folders(root, [API, WEB]).isOwn(API)).toBe(true);
    expect(new Folders(root, [API, twice]).isOwn(API)).toBe(false);
    expect(new Folders(root, [flat]).isOwn(flat)).toBe(false);
  });

  it('have links where the switched link is', () => {
    const has = (tree: Tree, entity: Located = API, all: readonly Located[] = [entity]) => {
      const root = folderWith(tree);
      return new Folders(root, all).hasLinks(entity);
    };
    expect(has(VERSION)).toBe(true);
    expect(has({ [`${AT}/key.pem`]: '' })).toBe(false);
    expect(has({ [`${AT}/folder/key.pem`]: '' })).toBe(false);
    expect(has({})).toBe(false);
    expect(has(VERSION, API, [API, { ...WEB, layout: { folder: AT, files: {} } }])).toBe(false);
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'have an owner, where they are there and no one shares them (needs root)',
    () => {
      const root = folderWith({ [`${AT}/key.pem`]: '' });
      chownSync(join(root, AT), 7, 8);
      expect(new Folders(root, [API, WEB]).ownerOf(API)).toEqual({ uid: 7, gid: 8 });
      expect(new Folders(root, [API, WEB]).ownerOf(WEB)).toBeNull();
      expect(
        new Folders(root, [API, { ...WEB, layout: { folder: AT, files: {} } }]).ownerOf(API),
      ).toBeUndefined();
      const folders = new Folders(root, [API]);
      expect(folders.blockage(AT)).toBeNull();
      expect(folders.exposed()).toEqual([{ folder: AT, uid: 7 }]);
      rmSync(join(root, AT), { recursive: true });
      expect(folders.ownerOf(API)).toBeNull();
      writeFileSync(join(root, AT), '');
      expect(new Folders(root, [API]).ownerOf(API)).toBeNull();
    },
  );

  it('are exposed where others may replace files in them, and each is looked at once', () => {
    const root = folderWith({ [`${AT}/key.pem`]: '', [`${WEB.id}/key.pem`]: '' });
    chmodSync(join(root, AT), 0o777);
    chmodSync(join(root, WEB.id), 0o1777);
    chmodSync(join(root, 'servers'), 0o775);
    const folders = new Folders(root, [API, WEB]);
    expect(folders.exposed()).toEqual([]);
    for (const path of [AT, WEB.id, AT, 'servers', 'none']) folders.blockage(path);
    expect(folders.exposed()).toEqual([{ folder: AT, uid: null }]);
    chmodSync(root, 0o777);
    expect(folders.exposed()).toEqual([
      { folder: '.', uid: null },
      { folder: AT, uid: null },
    ]);
    expect(new Folders(join(root, 'none'), [API]).exposed()).toEqual([]);
  });
});
