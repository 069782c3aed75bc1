/** Where an editor finds the schema of a manifest, and folders that go when they are no longer needed. */
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { schemaReference } from '../../src/store/schema-place.ts';
import { temporaryFolder } from '../../src/store/temporary.ts';
import * as folders from '../helpers/folders.ts';

const INSTALLED = 'node_modules/pki-apply/schemas/pki.schema.json';

/** A project that has the package, with a folder two below. */
function project(): string {
  const root = folders.memoryFolder();
  mkdirSync(join(root, INSTALLED, '..'), { recursive: true });
  writeFileSync(join(root, INSTALLED), '{}');
  mkdirSync(join(root, 'infra/pki'), { recursive: true });
  return root;
}

describe('the schema', () => {
  it('of the package that is installed beside a manifest, or above it, is named from there', () => {
    const root = project();
    expect(schemaReference(join(root, 'pki.yaml'))).toBe(`./${INSTALLED}`);
    expect(schemaReference(join(root, 'infra/pki.yaml'))).toBe(`../${INSTALLED}`);
    expect(schemaReference(join(root, 'infra/pki/pki.yaml'))).toBe(`../../${INSTALLED}`);
  });

  it('is looked for above where a folder really is', () => {
    const root = project();
    const other = folders.memoryFolder();
    symlinkSync(join(root, 'infra'), join(other, 'link'));
    expect(schemaReference(join(other, 'link/pki.yaml'))).toBe(`../${INSTALLED}`);
  });

  it('is this program’s own where none is installed, also for a folder that is not there yet', () => {
    const root = folders.memoryFolder();
    for (const path of ['pki.yaml', 'later/pki.yaml']) {
      const own = fileURLToPath(schemaReference(join(root, path)) ?? '');
      expect(own.endsWith('/schemas/pki.schema.json')).toBe(true);
      expect(existsSync(own)).toBe(true);
    }
  });
});

describe('a temporary folder', () => {
  it('is for no other user, is called as it is to be, and goes with all in it, once or twice', async () => {
    // Those of others may go meanwhile, such as that of a program that ends.
    const before = process.listeners('exit');
    const added = () => process.listeners('exit').filter((one) => !before.includes(one)).length;
    const [one, two] = [await temporaryFolder('pki-test-one-'), await temporaryFolder('pki-test-two-')];
    expect(basename(one.path)).toMatch(/^pki-test-one-./);
    expect(statSync(one.path).mode & 0o777).toBe(0o700);
    expect(added()).toBe(1);
    writeFileSync(join(one.path, 'key.pem'), 'x');
    await one.remove();
    await one.remove();
    expect([existsSync(one.path), existsSync(two.path)]).toEqual([false, true]);
    expect(added()).toBe(1);
    await two.remove();
    expect(existsSync(two.path)).toBe(false);
    expect(added()).toBe(0);
  });
});
