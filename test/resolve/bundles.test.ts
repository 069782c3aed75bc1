/** How many certificates the bundles of a manifest would hold, counted file by file. */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/pki/artifact.ts';
import { checkBundles } from '../../src/resolve/bundles.ts';

interface Leaf {
  readonly name: string;
  readonly files?: readonly Output[];
  readonly roots?: number;
  /** Authorities between it and the root. */
  readonly depth?: number;
}

/** What is reported, and where. */
function reported(...leaves: readonly Leaf[]): readonly { at: string; message: string }[] {
  const found: { at: string; message: string }[] = [];
  const signed = leaves.map(({ name, files = ['cert'], roots, depth }) => ({
    leaf: {
      settings: { outputs: { files }, ...(roots === undefined ? {} : { trust: { length: roots } }) },
      at: (setting: string) => `${name}.${setting}`,
    },
    ...(depth === undefined ? {} : { issuer: { depth } }),
  }));
  checkBundles(
    signed as never,
    { error: (one: { at: string; message: string }) => found.push(one) } as never,
  );
  return found;
}

describe('a file', () => {
  it.each<[file: Output, chains: number, roots: number]>([
    ['cert', 0, 1],
    ['key', 0, 1],
    ['chain', 1, 1],
    ['fullchain', 1, 1],
    ['pkcs7', 1, 1],
    ['combined', 1, 1],
    ['pkcs12', 1, 1],
    ['keystore', 1, 1],
    ['keystore-jks', 1, 1],
    ['chain-1', 1, 1],
    ['chain-2', 0, 1],
    ['secret', 1, 1],
    ['ca-chain', 1, 1],
    ['ca-crls', 1, 1],
    ['ca', 0, 1],
    ['ca-1', 0, 1],
    ['bundle', 0, 1],
    ['truststore', 0, 1],
    ['truststore-jks', 0, 1],
  ])('"%s" holds %d chain and %d list of roots', (file, chains, roots) => {
    // A second list counts as one more; where no file holds any, the proof reads one.
    const total = chains * 1_000_000 + roots * 600_000;
    expect(reported({ name: 'a', files: [file], roots: 600_000, depth: 999_999 })).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(`hold ${total.toLocaleString('en')} certificates`),
      }),
    ]);
  });

  it.each<[second: Output, lists: number]>([
    ['ca-chain', 2],
    ['ca-crls', 2],
    ['truststore', 2],
    ['truststore-jks', 2],
    ['secret', 2],
    ['bundle', 2],
    ['ca-1', 2],
    ['ca-2', 1],
    ['chain', 1],
  ])('"%s" beside "ca" makes %d lists', (second, lists) => {
    const [found] = reported({ name: 'a', files: ['ca', second], roots: 1_000_000, depth: 0 });
    expect(found?.message).toMatch(
      new RegExp(` hold ${lists},000,00[01] certificates; the limit is 500,000$`),
    );
  });
});

it('half a million are allowed, and one more is not', () => {
  expect(reported({ name: 'a', roots: 500_000 })).toEqual([]);
  expect(reported({ name: 'a', roots: 500_001 })).toHaveLength(1);
  expect(reported({ name: 'a', roots: 250_000 }, { name: 'b', roots: 250_001 })).toHaveLength(1);
  expect(reported({ name: 'a', roots: 499_999 }, { name: 'b' })).toEqual([]);
  expect(reported({ name: 'a', roots: 500_000 }, { name: 'b' })).toHaveLength(1);
  expect(reported()).toEqual([]);
});

it('it is said where the longest list of roots is, the first of several as long', () => {
  const at = (...roots: readonly (number | undefined)[]) =>
    reported(
      { name: 'z', files: ['chain'], depth: 600_000, roots: 1 },
      ...roots.map((count, index) => ({
        name: `l${index}`,
        ...(count === undefined ? {} : { roots: count }),
      })),
    ).map((one) => one.at);
  expect(at(2, 3, 1)).toEqual(['l1.trust']);
  expect(at(2, 2)).toEqual(['l0.trust']);
  expect(at(undefined, 1)).toEqual(['z.trust']);
});
