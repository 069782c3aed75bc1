/** Looking through a folder of another tool: what is read, what is passed over, and where it stops. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanFolder } from '../../../src/store/observe/scan.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { smallCertificate, smallList } from '../../helpers/small-certificates.ts';

const CA = smallCertificate('api');
const { pem } = CA;

function scanned(files: Readonly<Record<string, string | Buffer>>, prepare = (_: string) => {}) {
  const root = memoryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  prepare(root);
  const { files: found, unusable, ignored } = scanFolder(root);
  return {
    files: found.map(({ path }) => path),
    unusable: Object.fromEntries(unusable.map(({ path, why }) => [path, why.kind])),
    ignored,
  };
}

describe('what is found', () => {
  it('is read by its content, in one order, and the rest is passed over', () => {
    const files = [
      ['b.txt', pem],
      ['a/c.pem', pem],
      ['a/b.crl', smallList(CA)],
      ['a/note.txt', 'hello'],
      ['Z', 'x'],
    ] as const;
    // As they were made, and backwards: a file system may list them in either order.
    for (const made of [files, files.toReversed()])
      expect(scanned(Object.fromEntries(made))).toEqual({
        files: ['a/b.crl', 'a/c.pem', 'b.txt'],
        unusable: {},
        ignored: ['Z', 'a/note.txt'],
      });
  });

  it('leaves out what is private to this program, or a repository', () => {
    const files = {
      '.pki/key.pem': pem,
      '.git/x.pem': pem,
      'a/.git/x.pem': pem,
      '.ssl/x.pem': pem,
      'a/pki/x.pem': pem,
    };
    expect(scanned(files)).toEqual({ files: ['.ssl/x.pem', 'a/pki/x.pem'], unusable: {}, ignored: [] });
  });

  it('is as deep as real folders are', () => {
    const files = { '1/2/3/4/5/6/a.pem': pem, '1/2/3/4/5/6/7/b.pem': pem };
    expect(scanned(files)).toEqual({
      files: ['1/2/3/4/5/6/a.pem'],
      unusable: { '1/2/3/4/5/6/7': 'too-deep' },
      ignored: [],
    });
  });

  it('is not behind links', () => {
    const found = scanned({ 'a/x.pem': pem }, (root) => {
      symlinkSync('a', join(root, 'folder'));
      symlinkSync('a/x.pem', join(root, 'x.pem'));
      symlinkSync('none', join(root, 'z'));
    });
    expect(found).toEqual({
      files: ['a/x.pem'],
      unusable: { folder: 'link', 'x.pem': 'link', z: 'link' },
      ignored: [],
    });
  });

  it('is no pipe, whatever its name', () => {
    const found = scanned({}, (root) => void execFileSync('mkfifo', [join(root, 'key.pem')]));
    expect(found).toEqual({ files: [], unusable: {}, ignored: ['key.pem'] });
  });

  it('is no larger than a bundle of all roots, which is said where the name says so', () => {
    const most = 1024 * 1024;
    const ofSize = (size: number) => pem.padEnd(size, '\n');
    const sized = (size: number) => ({ 'a.pem': ofSize(size), 'a.log': ofSize(size) });
    expect(scanned(sized(most + 1))).toEqual({
      files: [],
      unusable: { 'a.pem': 'too-large' },
      ignored: ['a.log'],
    });
    expect(scanned(sized(most)).files).toEqual(['a.log', 'a.pem']);
  });

  it('ends where there are more than any PKI has, which is said once', () => {
    const most = 20_000;
    const found = scanned({}, (root) => {
      for (let file = 1; file <= most + 2; file++) writeFileSync(join(root, `${most + file}`), '');
    });
    expect(found).toMatchObject({ unusable: { [`${2 * most + 1}`]: 'too-many' }, ignored: { length: most } });
  });

  it('has names that can be read', () => {
    const found = scanned({}, (root) =>
      writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.of(0xff)]), pem),
    );
    expect(found).toEqual({ files: [], unusable: { 'a\ufffd': 'name' }, ignored: [] });
    expect(scanned({ 'a\ufffd.pem': pem })).toEqual({ files: ['a\ufffd.pem'], unusable: {}, ignored: [] });
  });
});

it('a folder that is not there is an error', () => {
  expect(() => scanFolder(join(memoryFolder(), 'none'))).toThrow('ENOENT');
});
