/** Files of entities: each kind of file has a name of its own, and parts of a bundle are numbered. */
import { expect, it } from 'vitest';
import { ALL_ARTIFACTS, ARTIFACTS } from '../../src/pki/artifact.ts';
import { SLOTS } from '../../src/pki/split.ts';

it('no two kinds have the same name, whatever the letter case', () => {
  const names = ALL_ARTIFACTS.map((artifact) => ARTIFACTS[artifact].file.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]+\.[a-z0-9]+$/);
});

it('parts of a bundle are called by their number', () => {
  expect(SLOTS.length).toBeGreaterThan(10);
  for (const slot of SLOTS) expect(ARTIFACTS[slot].file).toBe(`${slot}.pem`);
});
