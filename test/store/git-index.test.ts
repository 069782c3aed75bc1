/** Indexes of git, octet by octet (gitformat-index(5)): every version, both hashes, and what is no index. */
import { describe, expect, it } from 'vitest';
import { indexNames } from '../../src/store/git-index.ts';

interface Shape {
  readonly version: number;
  readonly hash?: 20 | 32;
  /** Of names with flags of their own (version 3). */
  readonly isExtended?: boolean;
  readonly magic?: string;
  readonly count?: number;
}

/** A number as offsets in packs have it. */
function offset(value: number): readonly number[] {
  const octets = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) octets.unshift(0x80 | (--rest & 0x7f));
  return octets;
}

function index(
  names: readonly string[],
  { version, hash = 20, isExtended = false, magic = 'DIRC', count }: Shape,
): Buffer {
  let before = '';
  const entries = names.map((name) => {
    const flags = Math.min(Buffer.byteLength(name), 0xfff) | (isExtended ? 0x4000 : 0);
    const head = Buffer.concat([
      Buffer.alloc(40 + hash, 1),
      Buffer.of(flags >> 8, flags & 0xff),
      Buffer.alloc(isExtended ? 2 : 0),
    ]);
    if (version !== 4) {
      const length = head.length + Buffer.byteLength(name);
      return Buffer.concat([head, Buffer.from(name), Buffer.alloc(8 - (length % 8))]);
    }
    let same = 0;
    while (same < before.length && before[same] === name[same]) same++;
    const kept = Buffer.from([...offset(before.length - same), ...Buffer.from(name.slice(same)), 0]);
    before = name;
    return Buffer.concat([head, kept]);
  });
  const head = Buffer.alloc(12);
  head.write(magic, 0, 'latin1');
  head.writeUInt32BE(version, 4);
  head.writeUInt32BE(count ?? names.length, 8);
  return Buffer.concat([head, ...entries, Buffer.alloc(hash)]);
}

const NAMES = [
  'a',
  'pki/k',
  'pki/servers/api/key.pem',
  `pki/${'long/'.repeat(60)}x`,
  'q',
  `z${'y'.repeat(5000)}`,
];

describe.each<Shape>([{ version: 2 }, { version: 3 }, { version: 3, isExtended: true }, { version: 4 }])(
  '%j',
  (shape) => {
    it.each([20, 32] as const)('names are read, with hashes of %i octets', (hash) => {
      expect(indexNames(index(NAMES, { ...shape, hash }))).toEqual(NAMES);
      expect(indexNames(index([], { ...shape, hash }))).toEqual([]);
    });

    it('names of every length of padding are read', () => {
      for (let length = 1; length <= 9; length++) {
        const names = ['x'.repeat(length), `y${'x'.repeat(length)}`];
        expect(indexNames(index(names, shape))).toEqual(names);
      }
    });

    it('an index that ends too early, or of another length, is none', () => {
      const whole = index(['servers/api/key.pem'], shape);
      expect(indexNames(whole.subarray(0, 12 + 42))).toBeUndefined();
      expect(indexNames(index(['a'], { ...shape, count: 2 }))).toBeUndefined();
      const other = Buffer.from(whole);
      other.writeUInt16BE(other.readUInt16BE(12 + 60) + 1, 12 + 60);
      expect(indexNames(other)).toBeUndefined();
    });
  },
);

it.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['eleven octets', index([], { version: 2 }).subarray(0, 11)],
  ['another file', index([], { version: 2, magic: 'PACK' })],
  ['version 1', index([], { version: 1 })],
  ['version 5', index([], { version: 5 })],
])('%s is no index', (_, bytes) => expect(indexNames(bytes)).toBeUndefined());

it('a head alone is an empty one', () => {
  expect(indexNames(index([], { version: 2 }).subarray(0, 12))).toEqual([]);
});
