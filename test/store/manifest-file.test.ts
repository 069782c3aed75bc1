/** Reading and replacing the manifest itself: what it says, in which file it is, and each way in which that can fail. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createManifest,
  fileOfManifest,
  isPiped,
  manifestFolder,
  readManifest,
  replaceManifest,
} from '../../src/store/manifest-file.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const TEXT = 'version: 1 # ä\n';
const LIMIT = 5 * 1024 * 1024;

let folder: string;
const at = (name: string): string => join(folder, name);
const put = (name: string, text = TEXT): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const pipe = (name: string): string => {
  expect(spawnSync('mkfifo', [at(name)]).status).toBe(0);
  return at(name);
};
beforeEach(() => {
  folder = temporaryFolder();
});

describe('a manifest is read', () => {
  const fault = (path: string) => {
    const read = readManifest(path);
    return read.ok ? null : read.fault;
  };

  it('with the state of its file, which is another once that is written', () => {
    const path = put('pki.yaml');
    const first = readManifest(path);
    expect(first).toEqual({ ok: true, text: TEXT, state: expect.stringMatching(/^\d+(\/\d+){4}$/) });
    expect(readManifest(path)).toEqual(first);
    utimesSync(path, 1, 1);
    expect(readManifest(path)).toMatchObject({ text: TEXT, state: expect.not.stringMatching(/^$/) });
    expect(readManifest(path)).not.toEqual(first);
  });

  it('up to 5 MB, and not to half', () => {
    const path = put('pki.yaml', '');
    truncateSync(path, LIMIT);
    expect(readManifest(path)).toMatchObject({ ok: true });
    truncateSync(path, LIMIT + 1);
    expect(fault(path)).toEqual({ kind: 'too-large', path, size: LIMIT + 1 });
  });

  it('from a device, as far as it may go, and in no file', () => {
    expect(fault('/dev/zero')).toEqual({ kind: 'too-large', path: '/dev/zero', size: LIMIT + 1 });
    expect(readManifest('/dev/null')).toEqual({ ok: true, text: '', state: null });
  });

  it('unless it is not there, with the name that is', () => {
    const [yaml, yml] = [at('a.yaml'), at('a.yml')];
    expect(fault(yaml)).toEqual({ kind: 'missing', path: yaml, twin: null });
    put('a.yml');
    expect(fault(yaml)).toEqual({ kind: 'missing', path: yaml, twin: yml });
    put('b.yaml');
    expect(fault(at('b.yml'))).toEqual({ kind: 'missing', path: at('b.yml'), twin: at('b.yaml') });
    expect(fault(folder)).toEqual({ kind: 'folder', path: folder });
    mkdirSync(at('of yml'));
    const other = at('of yml/c.yml');
    put('of yml/c.yaml');
    expect(fault(other)).toEqual({ kind: 'missing', path: other, twin: at('of yml/c.yaml') });
    const below = join(yml, 'pki.yaml');
    expect(fault(below)).toEqual({ kind: 'unreadable', path: below, code: 'ENOTDIR' });
  });

  it('through a link within its folder, and not out of that', () => {
    mkdirSync(at('mounted/..data'), { recursive: true });
    put('mounted/..data/pki.yaml');
    symlinkSync('..data/pki.yaml', at('mounted/pki.yaml'));
    expect(readManifest(at('mounted/pki.yaml'))).toMatchObject({ ok: true, text: TEXT });
    const target = put('outside.yaml');
    symlinkSync('../outside.yaml', at('mounted/out.yaml'));
    expect(fault(at('mounted/out.yaml'))).toEqual({
      kind: 'stray-link',
      path: at('mounted/out.yaml'),
      target,
    });
    // The folder itself may be behind one.
    symlinkSync('mounted', at('linked'));
    expect(readManifest(at('linked/pki.yaml'))).toMatchObject({ ok: true });
  });
});

it('what a shell opened is read, whatever /dev/fd leads to', () => {
  const descriptor = openSync(put('opened.yaml'), 'r');
  try {
    for (const folder of ['/dev/fd', '/proc/self/fd'].filter(existsSync))
      expect(readManifest(`${folder}/${descriptor}`)).toMatchObject({ ok: true });
  } finally {
    closeSync(descriptor);
  }
});

describe('where a manifest is', () => {
  it.each([
    ['/dev/stdin', true],
    ['/dev/fd/3', true],
    ['/dev/fd/63', true],
    ['/proc/self/fd/0', true],
    ['/dev/../dev/stdin', true],
    ['/dev/stdin2', false],
    ['/dev/fd/x', false],
    ['/x/dev/stdin', false],
    ['/proc/self/fd/0/x', false],
    ['/proc/a/b/fd/0', false],
  ])('%s is a stream: %s', (path, isStream) => {
    expect(manifestFolder(path)).toBe(isStream ? process.cwd() : join(path, '..'));
    if (isStream) expect([isPiped(path), fileOfManifest(path)]).toEqual([true, null]);
  });

  it('paths in it begin beside it', () => {
    expect(manifestFolder('pki.yaml')).toBe(process.cwd());
    expect(manifestFolder('a/b.yaml')).toBe(join(process.cwd(), 'a'));
  });

  it('it is in a file, with links followed, or in none', () => {
    const path = put('pki.yaml');
    symlinkSync('pki.yaml', at('link.yaml'));
    expect([fileOfManifest(path), fileOfManifest(at('link.yaml'))]).toEqual([path, path]);
    expect([folder, at('none.yaml'), pipe('pipe')].map(fileOfManifest)).toEqual([null, null, null]);
  });

  it('a pipe is gone once it has been read; files and folders are not, nor is what is not there', () => {
    const asked = [pipe('pipe'), '/dev/null', put('pki.yaml'), folder, at('none.yaml')].map(isPiped);
    expect(asked).toEqual([true, true, false, false, false]);
  });
});

describe('a new manifest', () => {
  it('takes the place of nothing', () => {
    expect(createManifest(at('new.yaml'), TEXT)).toBe(true);
    expect(readFileSync(at('new.yaml'), 'utf8')).toBe(TEXT);
    expect(createManifest(at('new.yaml'), 'other')).toBe(false);
    expect(createManifest(`${folder}/`, TEXT)).toBe(false);
    symlinkSync('nowhere', at('dangling.yaml'));
    expect(createManifest(at('dangling.yaml'), TEXT)).toBe(false);
    expect(readFileSync(at('new.yaml'), 'utf8')).toBe(TEXT);
  });

  it('needs a folder', () => {
    expect(() => createManifest(at('none/pki.yaml'), TEXT)).toThrow(
      expect.objectContaining({ cause: { kind: 'no-manifest-folder', folder: at('none') } }),
    );
    put('file');
    expect(() => createManifest(at('file/pki.yaml'), TEXT)).toThrow(/ENOTDIR/);
  });
});

describe('another text', () => {
  it('takes the place of the one that was read, with its mode, also behind a link', async () => {
    const path = put('pki.yaml');
    chmodSync(path, 0o640);
    symlinkSync('pki.yaml', at('link.yaml'));
    expect(await replaceManifest(at('link.yaml'), TEXT, 'next')).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('next');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(lstatSync(at('link.yaml')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['link.yaml', 'pki.yaml']);
  });

  it('does not, where someone else has written since, or nothing is there', async () => {
    const path = put('pki.yaml', 'theirs');
    expect(await replaceManifest(path, TEXT, 'next')).toBe('changed');
    expect(await replaceManifest(at('none.yaml'), TEXT, 'next')).toBe('changed');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });

  it('is for nothing but a file', async () => {
    // A socket, for it is neither file nor pipe that would be waited for, nor a device that others need.
    const server = createServer();
    await new Promise<void>((done) => server.listen(at('socket'), done));
    try {
      expect(await replaceManifest(at('socket'), '', 'next')).toBe('stream');
    } finally {
      server.close();
    }
  });
});
