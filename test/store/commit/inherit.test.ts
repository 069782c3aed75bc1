/** What a file that takes the place of another has from it: owner, group and mode, as far as they were given on purpose. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { NO_ACCESS_LISTS } from '../../../src/store/access-lists.ts';
import { inherit, inheritAll } from '../../../src/store/commit/inherit.ts';
import { Folder } from '../../../src/store/folder.ts';
import { OpenFile } from '../../../src/store/open-file.ts';
import { OutputFolder } from '../../../src/store/output-folder.ts';
import { aServer } from '../../helpers/entities.ts';
import { memoryFolder, temporaryFolder } from '../../helpers/folders.ts';

const NEEDS_ROOT = process.geteuid?.() !== 0;
const FRESH = { key: 0o600, cert: 0o644 };

interface Former {
  readonly mode: number;
  readonly owner?: readonly [uid: number, gid: number];
  readonly folderMode?: number;
  readonly folderOwner?: number;
}

/** Mode and owner of a new file after it took over from one that was as described. */
function taken(file: 'key' | 'cert', { mode, owner, folderMode = 0o755, folderOwner }: Former): string {
  const root = memoryFolder();
  const [before, fresh] = [join(root, 'before'), join(root, 'fresh')];
  for (const folder of [before, fresh]) mkdirSync(folder);
  writeFileSync(join(before, 'a'), 'old');
  if (owner !== undefined) chownSync(join(before, 'a'), ...owner);
  chmodSync(join(before, 'a'), mode);
  if (folderOwner !== undefined) chownSync(before, folderOwner, 0);
  chmodSync(before, folderMode);
  writeFileSync(join(fresh, 'b'), 'new');
  chmodSync(join(fresh, 'b'), FRESH[file]);
  using former = Folder.open(before);
  using staged = Folder.open(fresh);
  inherit(file, { folder: former, name: 'a' }, { folder: staged, name: 'b' });
  return shown(join(fresh, 'b'));
}

function shown(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  const own = uid === process.geteuid?.() && gid === process.getegid?.();
  return `${(mode & 0o7777).toString(8)}${own ? '' : ` ${uid}:${gid}`}`;
}

describe('the access control list', () => {
  const LIST = 'user::rw-\nuser:65531:r--\ngroup::r--\nmask::r--\nother::r--';

  /** What setfacl is asked, with what it reads; `null` where it is not. */
  function given(list: string | undefined): string | null {
    const root = temporaryFolder();
    const script = '#!/bin/sh\necho "$*" >"$0.asked"\n/bin/cat >>"$0.asked"\n';
    writeFileSync(join(root, 'setfacl'), script, { mode: 0o755 });
    for (const name of ['before', 'fresh']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'a'), name, { mode: 0o640 });
    }
    const path = process.env['PATH'];
    process.env['PATH'] = root;
    try {
      using former = Folder.open(join(root, 'before'));
      using staged = Folder.open(join(root, 'fresh'));
      inherit('cert', { folder: former, name: 'a' }, { folder: staged, name: 'a' }, list);
    } finally {
      process.env['PATH'] = path;
    }
    const asked = join(root, 'setfacl.asked');
    return existsSync(asked) ? readFileSync(asked, 'utf8').replace(root, '') : null;
  }

  it('is that of the former one, with what its mode gives others', () => {
    const mode = LIST.replace('other::r--', 'other::---');
    expect(given(LIST)).toBe(`--set-file=- -- /fresh/a\n${mode}`);
  });

  it('is none where that had none', () => expect(given(undefined)).toBeNull());
});

describe('the mode', () => {
  it.each<[file: 'key' | 'cert', before: number, after: string]>([
    ['key', 0o600, '600'],
    ['key', 0o400, '400'],
    ['key', 0o000, '400'],
    ['key', 0o200, '600'],
    ['key', 0o700, '600'],
    ['key', 0o777, '600'],
    // It has its group from us, and was given to none.
    ['key', 0o640, '600'],
    ['key', 0o4600, '600'],
    ['cert', 0o644, '644'],
    ['cert', 0o600, '600'],
    ['cert', 0o640, '640'],
    ['cert', 0o440, '440'],
    ['cert', 0o604, '604'],
    ['cert', 0o044, '444'],
    ['cert', 0o755, '644'],
    ['cert', 0o666, '644'],
    ['cert', 0o622, '600'],
  ])('of a %s is what the former one had, without what no such file may have: %o', (file, before, after) => {
    expect(taken(file, { mode: before })).toBe(after);
  });
});

describe.skipIf(NEEDS_ROOT)('the owner (needs root)', () => {
  it.each<[what: string, file: 'key' | 'cert', former: Former, after: string]>([
    ['another user, in a folder of ours', 'key', { mode: 0o600, owner: [7, 0] }, '600 7:0'],
    ['another group that may read', 'key', { mode: 0o640, owner: [0, 7] }, '640 0:7'],
    ['another group that may do more', 'key', { mode: 0o660, owner: [0, 7] }, '600 0:7'],
    ['another group that may not read', 'key', { mode: 0o600, owner: [0, 7] }, '600 0:7'],
    ['another group, and all others', 'key', { mode: 0o644, owner: [0, 7] }, '640 0:7'],
    ['a certificate that a group may write', 'cert', { mode: 0o664, owner: [7, 7] }, '644 7:7'],
    ['a folder of that user', 'key', { mode: 0o640, owner: [7, 8], folderOwner: 7 }, '640 7:8'],
    ['a folder of a third user', 'key', { mode: 0o640, owner: [7, 8], folderOwner: 9 }, '600'],
    ['a folder that a group can write to', 'key', { mode: 0o640, owner: [7, 8], folderMode: 0o775 }, '600'],
    ['a folder that all can write to', 'key', { mode: 0o640, owner: [7, 8], folderMode: 0o757 }, '600'],
    [
      'a folder of that user that a group can write to',
      'cert',
      { mode: 0o600, owner: [7, 8], folderOwner: 7, folderMode: 0o770 },
      '644',
    ],
    ['root in a folder of all', 'key', { mode: 0o640, owner: [0, 8], folderMode: 0o777 }, '640 0:8'],
    ['root in a folder of another', 'key', { mode: 0o640, owner: [0, 8], folderOwner: 7 }, '640 0:8'],
  ])('%s: %s', (_, file, former, after) => {
    expect(taken(file, former)).toBe(after);
  });
});

it.skipIf(NEEDS_ROOT)('a group that the file cannot be given to may not read it either (needs root)', () => {
  const root = memoryFolder();
  chmodSync(root, 0o755);
  writeFileSync(join(root, 'former'), '');
  chownSync(join(root, 'former'), 0, 7);
  chmodSync(join(root, 'former'), 0o640);
  for (const [file, mode] of [
    ['key', 0o600],
    ['cert', 0o644],
  ] as const) {
    writeFileSync(join(root, file), '');
    chownSync(join(root, file), 65_534, 65_534);
    chmodSync(join(root, file), mode);
  }
  using folder = Folder.open(root);
  process.seteuid?.(65_534);
  try {
    for (const name of ['key', 'cert'] as const) inherit(name, { folder, name: 'former' }, { folder, name });
  } finally {
    process.seteuid?.(0);
  }
  expect(shown(join(root, 'key'))).toBe('600 65534:65534');
  expect(shown(join(root, 'cert'))).toBe('640 65534:65534');
});

it('has nothing from what is no file, or is not there', () => {
  const root = memoryFolder();
  writeFileSync(join(root, 'fresh'), '', { mode: 0o600 });
  writeFileSync(join(root, 'target'), '');
  chmodSync(join(root, 'target'), 0o444);
  symlinkSync('target', join(root, 'link'));
  mkdirSync(join(root, 'folder'), { mode: 0o444 });
  using folder = Folder.open(root);
  for (const name of ['link', 'folder', 'missing'])
    inherit('cert', { folder, name }, { folder, name: 'fresh' });
  expect(shown(join(root, 'fresh'))).toBe('600');
});

describe('where an owner cannot be given', () => {
  /** The mode after a file took over from one of another user, where the system answers so. */
  function refused(file: 'key' | 'cert', code: string): string {
    const root = memoryFolder();
    writeFileSync(join(root, 'fresh'), '');
    chmodSync(join(root, 'fresh'), FRESH[file]);
    const uid = process.geteuid?.() ?? 0;
    const given = vi.spyOn(OpenFile.prototype, 'setOwner').mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    const stat = { isFile: () => true, mode: 0o100_640, uid, gid: 4711 };
    const former = { folder: { lookAt: () => stat, stat: { mode: 0o755, uid } }, name: 'a' };
    try {
      using folder = Folder.open(root);
      inherit(file, former as never, { folder, name: 'fresh' });
      return shown(join(root, 'fresh'));
    } catch (error) {
      return (error as Error).message;
    } finally {
      given.mockRestore();
    }
  }

  it.each(['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('(%s), no group reads a key', (code) => {
    expect([refused('key', code), refused('cert', code)]).toEqual(['600', '640']);
  });

  it.each(['EIO', 'EROFS', 'EDQUOT'])('for another reason (%s), that is an error', (code) => {
    expect([refused('key', code), refused('cert', code)]).toEqual([code, code]);
  });
});

describe('the file that is replaced', () => {
  const server = aServer({ name: 'api' });

  /** Modes of the staged files, each beside its own name. */
  async function inherited(
    before: Readonly<Record<string, number>>,
    files: Readonly<Partial<Record<Artifact, string>>>,
    layout: Partial<typeof server> = {},
  ): Promise<unknown> {
    const root = memoryFolder();
    mkdirSync(join(root, 'servers/api'), { recursive: true });
    mkdirSync(join(root, 'stage'));
    for (const [name, mode] of Object.entries(before)) {
      writeFileSync(join(root, 'servers/api', name), '');
      chmodSync(join(root, 'servers/api', name), mode);
    }
    for (const name of Object.values(files)) {
      writeFileSync(join(root, 'stage', name), '');
      chmodSync(join(root, 'stage', name), 0o600);
    }
    using output = await OutputFolder.open(root);
    using staged = Folder.open(join(root, 'stage'));
    const names = Object.keys(files) as Artifact[];
    inheritAll(output, staged, { ...server, ...layout }, names, NO_ACCESS_LISTS);
    return Object.fromEntries(names.map((file) => [file, shown(join(root, 'stage', files[file] ?? ''))]));
  }

  it('is the one of its own name, and for a secret that is new the key', async () => {
    const before = { 'key.pem': 0o400, 'cert.pem': 0o444, 'combined.pem': 0o600 };
    const files = {
      key: 'key.pem',
      cert: 'cert.pem',
      combined: 'combined.pem',
      pkcs12: 'identity.p12',
      chain: 'chain.pem',
    } as const;
    expect(await inherited(before, files)).toEqual({
      key: '400',
      cert: '444',
      combined: '600',
      pkcs12: '400',
      chain: '600',
    });
  });

  it('is none for a key that was not there, or where its folder is not', async () => {
    expect(await inherited({ 'combined.pem': 0o400 }, { key: 'key.pem' })).toEqual({ key: '600' });
    const elsewhere = { layout: { folder: 'nowhere/here', files: {} } };
    expect(await inherited({ 'key.pem': 0o400 }, { key: 'key.pem' }, elsewhere)).toEqual({ key: '600' });
  });

  it('has the name that the manifest gives it, and the new one its usual name', async () => {
    const layout = { layout: { folder: 'servers/api', files: { key: 'tls.key' } } };
    const files = { key: 'key.pem', pkcs12: 'identity.p12' } as const;
    expect(await inherited({ 'tls.key': 0o400, 'identity.p12': 0o600 }, files, layout)).toEqual({
      key: '400',
      pkcs12: '600',
    });
  });
});
