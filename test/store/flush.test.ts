/** Making everything last at once: only where that is known to work, and never said where it was not done. */
import { expect, it } from 'vitest';
import { Flush, isKnownToWork, isMuchWaiting } from '../../src/store/flush.ts';
import { Folder } from '../../src/store/folder.ts';
import { memoryFolder } from '../helpers/folders.ts';

const [EXT4, XFS, BTRFS, F2FS, TMPFS, NFS, FUSE, OVERLAY] = [
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x6969, 0x65735546, 0x794c7630,
];

it.each<[kernel: string, fileSystem: number, works: boolean]>([
  ['5.8.0', EXT4, true],
  ['5.8.0-arch1-1', XFS, true],
  ['5.10.0-28-amd64', BTRFS, true],
  ['5.15.167.4-microsoft-standard-WSL2', F2FS, true],
  ['6.0.1', TMPFS, true],
  ['10.1', EXT4, true],
  ['5.7.19', EXT4, false],
  ['4.19.0', EXT4, false],
  ['4.9', EXT4, false],
  ['unknown', EXT4, false],
  ['6.1', NFS, false],
  ['6.1', FUSE, false],
  ['6.1', OVERLAY, false],
])('Linux %s with %d: %j', (kernel, fileSystem, works) => {
  expect(isKnownToWork('linux', kernel, fileSystem)).toBe(works);
  expect(isKnownToWork('darwin', kernel, fileSystem)).toBe(false);
});

it.each<[dirty: number, writeback: number, isMuch: boolean]>([
  [0, 0, false],
  [262_144, 0, false],
  [262_145, 0, true],
  [262_144, 1, true],
  [0, 262_145, true],
  [131_072, 131_072, false],
])(
  '%d kB that are not written and %d that are being written are too much: %j',
  (dirty, writeback, isMuch) => {
    const rest = 'WritebackTmp:     900000 kB\nNFS_Dirty: 900000 kB\n';
    const text = `MemTotal:       900000 kB\nDirty:    ${dirty} kB\nWriteback: ${writeback} kB\n${rest}`;
    expect(isMuchWaiting(text)).toBe(isMuch);
  },
);

it.skipIf(process.platform !== 'linux')('a file system of the kernel is not one that is written', () => {
  using folder = Folder.open('/proc');
  expect(Flush.of(folder)).toBeUndefined();
});

it('says of nothing that it lasts once it has ended', async (context) => {
  using folder = Folder.open(memoryFolder());
  const flush = Flush.of(folder);
  if (flush === undefined) return context.skip();
  const all = await Promise.all([flush.settle(), flush.settle(), flush.settle()]);
  expect(new Set(all).size).toBe(1);
  const last = flush.settle();
  // Those who come before it begins wait for the same one.
  expect(flush.settle()).toBe(last);
  flush[Symbol.dispose]();
  await last;
  expect(await flush.settle()).toBe(false);
  expect(await Promise.all([flush.settle(), flush.settle()])).toEqual([false, false]);
});
