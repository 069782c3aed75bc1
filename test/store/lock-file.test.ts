/** A file that appears complete or not at all, also where there are no hard links; and what was asked elsewhere. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Folder } from '../../src/store/folder.ts';
import { placeWhole, readPlaced, takeAway } from '../../src/store/lock-file.ts';
import { archiveOutgoing, dropOutgoing, readOutgoing, saveOutgoing } from '../../src/store/outgoing.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { memoryFolder } from '../helpers/folders.ts';

/** A folder on a file system that answers link(2) with this; as it is without. */
function opened(linkCode?: string): { root: string; folder: Folder } {
  const root = memoryFolder();
  const folder = Folder.open(root);
  if (linkCode !== undefined)
    vi.spyOn(folder, 'link').mockRejectedValue(Object.assign(new Error(linkCode), { code: linkCode }));
  return { root, folder };
}

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

describe.each([undefined, ...NO_LINKS])('where link(2) says %j', (code) => {
  it('a name is taken once, read back, and free again once it is taken away', async () => {
    const { root, folder } = opened(code);
    using _ = folder;
    expect(readPlaced(folder, 'lock').state).toBe('missing');
    expect(await placeWhole(folder, 'lock', 'mine', 'first')).toBe(true);
    expect(await placeWhole(folder, 'lock', 'other', 'second')).toBe(false);
    expect(readPlaced(folder, 'lock')).toMatchObject({ state: 'present', facts: Buffer.from('first') });
    expect(readdirSync(root)).toEqual(['lock']);
    expect(existsSync(join(root, 'lock/holder'))).toBe(code !== undefined);
    await takeAway(folder, 'lock');
    expect(readdirSync(root)).toEqual([]);
    expect(await placeWhole(folder, 'lock', 'other', 'second')).toBe(true);
  });

  it('is not taken where a file or a full folder is, whatever made it', async () => {
    const { root, folder } = opened(code);
    using _ = folder;
    writeFileSync(join(root, 'file'), 'theirs');
    mkdirSync(join(root, 'full'));
    writeFileSync(join(root, 'full/x'), '');
    for (const name of ['file', 'full']) expect(await placeWhole(folder, name, 'mine', '')).toBe(false);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('theirs');
    expect(readdirSync(root)).toEqual(['file', 'full']);
  });
});

it('a draft that was swept away takes no name, and what else goes wrong is said', async () => {
  const gone = opened('ENOENT');
  expect(await placeWhole(gone.folder, 'lock', 'mine', '')).toBe(false);
  const full = opened('ENOSPC');
  await expect(placeWhole(full.folder, 'lock', 'mine', '')).rejects.toMatchObject({ code: 'ENOSPC' });
  for (const { root, folder } of [gone, full]) {
    expect(readdirSync(root)).toEqual([]);
    folder[Symbol.dispose]();
  }
});

it('a folder without its file is one, and a draft is emptied under its own name', async () => {
  const { root, folder } = opened();
  using _ = folder;
  mkdirSync(join(root, 'empty'));
  symlinkSync('empty', join(root, 'link'));
  mkdirSync(join(root, 'x.gone.draft/y'), { recursive: true });
  expect(readPlaced(folder, 'empty')).toEqual({ state: 'blocked', cause: { kind: 'directory' } });
  expect(readPlaced(folder, 'link')).toEqual({ state: 'blocked', cause: { kind: 'link' } });
  const renamed = vi.spyOn(folder, 'rename');
  await takeAway(folder, 'x.gone.draft');
  expect(renamed).not.toHaveBeenCalled();
  await takeAway(folder, 'empty');
  expect(renamed.mock.calls[0]?.[2]).toMatch(/^empty\.[0-9a-f]{12}\.gone\.draft$/);
  await takeAway(folder, 'link');
  expect(readdirSync(root)).toEqual([]);
  await expect(takeAway(folder, 'none')).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('what was asked of another machine', () => {
  const ID = 'servers/api';
  const ASKED = { notBefore: 5, notAfter: 9, newKey: true };

  async function output(): Promise<{ root: string; output: OutputFolder }> {
    const root = memoryFolder();
    return { root, output: await OutputFolder.open(root) };
  }

  /** The files of what is asked; `asked.json` as it is written. */
  async function read(files: Readonly<Record<string, string>>): Promise<unknown> {
    const { root, output: opened } = await output();
    using _ = opened;
    for (const folder of ['.pki/outgoing', '.pki/outgoing/servers.api'])
      mkdirSync(join(root, folder), { mode: 0o700 });
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(root, '.pki/outgoing/servers.api', name), content);
    return readOutgoing(opened, ID);
  }

  const asked = (changes: object = {}): string => JSON.stringify({ ...ASKED, ...changes });
  const whole = { 'csr.pem': 'csr', 'key.pem': 'key' };

  it('is whole with its request, and its key where that is new', async () => {
    const [csr, key] = [Buffer.from('csr'), Buffer.from('key')];
    expect(await read({ ...whole, 'asked.json': asked({ more: 1 }) })).toEqual({ ...ASKED, csr, key });
    const kept = { ...ASKED, newKey: false, csr, key: null };
    expect(await read({ ...whole, 'asked.json': asked({ newKey: false }) })).toEqual(kept);
    expect(await read({ 'csr.pem': 'csr', 'asked.json': asked({ newKey: false }) })).toEqual(kept);
  });

  it.each<[what: string, files: Readonly<Record<string, string>>]>([
    ['nothing', {}],
    ['files alone', whole],
    ['no request', { 'key.pem': 'key', 'asked.json': asked() }],
    ['no key', { 'csr.pem': 'csr', 'asked.json': asked() }],
    ['no JSON', { ...whole, 'asked.json': '{' }],
    ['no beginning', { ...whole, 'asked.json': asked({ notBefore: undefined }) }],
    ['a beginning in text', { ...whole, 'asked.json': asked({ notBefore: '5' }) }],
    ['a fraction', { ...whole, 'asked.json': asked({ notAfter: 5.5 }) }],
    ['a key that may be new', { ...whole, 'asked.json': asked({ newKey: 'yes' }) }],
  ])('is not there with %s', async (_, files) => {
    expect(await read(files)).toBeUndefined();
  });

  it('goes from staging to where it waits, and from there to the archive or away', async () => {
    const { root, output: opened } = await output();
    using _ = opened;
    expect(readOutgoing(opened, ID)).toBeUndefined();
    const stage = () => {
      for (const folder of ['.pki/stage', '.pki/stage/r', '.pki/stage/r/servers.api'])
        mkdirSync(join(root, folder), { recursive: true, mode: 0o700 });
      for (const [name, content] of Object.entries(whole))
        writeFileSync(join(root, '.pki/stage/r/servers.api', name), content);
    };
    stage();
    await saveOutgoing(opened, ID, 'r', { ...ASKED, more: 1 } as never);
    const [csr, key] = [Buffer.from('csr'), Buffer.from('key')];
    expect(readOutgoing(opened, ID)).toEqual({ ...ASKED, csr, key });
    expect(readFileSync(join(root, '.pki/outgoing/servers.api/asked.json'), 'utf8')).toBe(`${asked()}\n`);
    expect(existsSync(join(root, '.pki/stage/r/servers.api'))).toBe(false);
    await archiveOutgoing(opened, ID, 'then');
    expect(readOutgoing(opened, ID)).toBeUndefined();
    expect(readdirSync(join(root, '.pki/archive/servers/api/then')).sort()).toEqual([
      'asked.json',
      'csr.pem',
      'key.pem',
    ]);
    stage();
    await saveOutgoing(opened, ID, 'r', ASKED);
    dropOutgoing(opened.own, ID);
    expect(readdirSync(join(root, '.pki/outgoing'))).toEqual([]);
  });
});
