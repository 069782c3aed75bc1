/** `order.json`, by which files of a commit folder are moved: whatever is not wholly one of ours moves nothing. */
import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKept, type Order, readOrder } from '../../../src/store/commit/order.ts';
import { Folder } from '../../../src/store/folder.ts';
import { UserError } from '../../../src/words/user-error.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const ORDER: Order = {
  id: 'servers/api',
  moves: [['key', 'servers/api/key.pem']],
  deletes: [['chain', 'etc/chain.pem']],
  archive: '.pki/archive/servers/api/2026',
  removes: null,
};
const LINKS = {
  folder: 'servers/api',
  version: '..2026',
  names: [['cert', 'cert.pem']],
  files: ['cert', 'key'],
};

const root = memoryFolder();
let count = 0;

/** What is read of a folder in which there is this; of what is refused the cause, or `damaged`. */
function read(make: (path: string) => void): unknown {
  const path = join(root, String(++count));
  mkdirSync(path);
  make(join(path, 'order.json'));
  using folder = Folder.open(path);
  try {
    return readOrder(folder);
  } catch (error) {
    if (!(error instanceof UserError) || error.cause.kind !== 'order') return error;
    return error.cause.cause ?? 'damaged';
  }
}

const text = (content: string) => read((path) => writeFileSync(path, content));
const order = (changes: object): unknown => text(JSON.stringify({ ...ORDER, ...changes }));

describe('an order', () => {
  it.each<[changes: object]>([
    [{}],
    [{ moves: [], deletes: [] }],
    [{ removes: 'servers/api' }],
    [{ keepsAll: true }],
    [{ again: [] }],
    [{ again: ['key', 'combined'] }],
    [{ links: LINKS }],
    [{ links: { ...LINKS, folder: '.', version: null, names: [], files: [] } }],
    [{ moves: [['cert', 'pki/x.pem']] }],
    [{ moves: [['cert', 'a.pki/.pkix']] }],
    [{ moves: [['cert', 'github/.gitty']] }],
  ])('may have %j', (changes) => {
    expect(order(changes)).toEqual({ ...ORDER, ...changes });
  });

  it.each<[changes: object]>([
    [{ id: 5 }],
    [{ moves: undefined }],
    [{ moves: {} }],
    [{ moves: [['keys', 'x']] }],
    [{ moves: ['key'] }],
    [{ moves: [null] }],
    [{ moves: [['key']] }],
    [{ moves: [['key', 5]] }],
    [{ moves: [['key', '']] }],
    [{ moves: [['key', '/etc/x']] }],
    [{ moves: [['key', '../x']] }],
    [{ moves: [['key', 'a/../x']] }],
    [{ moves: [['key', './x']] }],
    [{ moves: [['key', 'a//x']] }],
    [{ moves: [['key', 'a/']] }],
    [{ moves: [['key', 'a\0b']] }],
    [{ moves: [['key', '.pki/x']] }],
    [{ moves: [['key', 'a/.PKI']] }],
    [{ moves: [['key', '.git/hooks/x']] }],
    [{ moves: [['key', 'a/.Git']] }],
    [
      {
        moves: [
          ['key', 'good'],
          ['cert', '../x'],
        ],
      },
    ],
    [{ deletes: [['key', '/x']] }],
    [{ deletes: null }],
    [{ archive: undefined }],
    [{ archive: '.pki/archive' }],
    [{ archive: '.pki/archive/' }],
    [{ archive: '.pki/archive/../x' }],
    [{ archive: '.pki/archives/x' }],
    [{ archive: 'servers/api' }],
    [{ removes: undefined }],
    [{ removes: '.' }],
    [{ removes: '..' }],
    [{ removes: '.pki/stage' }],
    [{ keepsAll: false }],
    [{ keepsAll: 'yes' }],
    [{ again: ['keys'] }],
    [{ again: 'key' }],
    [{ links: null }],
    [{ links: {} }],
    [{ links: { ...LINKS, folder: '..' } }],
    [{ links: { ...LINKS, folder: '' } }],
    [{ links: { ...LINKS, version: undefined } }],
    [{ links: { ...LINKS, version: '..' } }],
    [{ links: { ...LINKS, version: 'a/b' } }],
    [{ links: { ...LINKS, names: [['cert', 'a/b']] } }],
    [{ links: { ...LINKS, names: [['certs', 'b']] } }],
    [{ links: { ...LINKS, names: undefined } }],
    [{ links: { ...LINKS, files: ['certs'] } }],
    [{ links: { ...LINKS, files: undefined } }],
  ])('has no %j', (changes) => {
    expect(order(changes)).toBe('damaged');
  });

  it.each(['', '{', 'null', '[]', '"x"', '5'])('is no %j', (content) => {
    expect(text(content)).toBe('damaged');
  });

  it('is a plain file of someone who is trusted', () => {
    expect(read(() => {})).toBe('damaged');
    expect(read((path) => mkdirSync(path))).toEqual({ kind: 'directory' });
    expect(read((path) => symlinkSync('elsewhere', path))).toEqual({ kind: 'link' });
  });

  it.skipIf(process.geteuid?.() !== 0)('of another user moves nothing (needs root)', () => {
    const made = read((path) => {
      writeFileSync(path, JSON.stringify(ORDER));
      chownSync(path, 7, 7);
    });
    expect(made).toBeInstanceOf(UserError);
    expect(made).toMatchObject({ cause: { kind: expect.not.stringMatching(/^order$/) } });
  });
});

it('what is only put into another form is not kept', () => {
  expect(isKept('key', {})).toBe(true);
  expect(isKept('key', { again: ['cert'] })).toBe(true);
  expect(isKept('key', { again: ['cert', 'key'] })).toBe(false);
});
