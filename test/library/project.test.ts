/** Where a project comes from: a file, a text or an object; where its output is; and what it may read beside that. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { starter, writeManifest } from '../../src/library/adopt.ts';
import { clock, openProject } from '../../src/library/project.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';

const TEXT = 'version: 1\nauthorities: { root: { commonName: Root } }\n';
const MANIFEST = { version: 1, authorities: { root: { commonName: 'Root' } } };

/** What was opened, or all that is said of why not. */
async function found(...args: Parameters<typeof openProject>): Promise<unknown> {
  const opened = await openProject(...args);
  if ('problem' in opened) return opened.problem;
  if (!opened.ok) return opened.diagnostics.map(({ line, message }) => `${line}: ${message}`);
  const { manifest, root, inventory } = opened.project;
  return [manifest, root, inventory.entities.map(({ id }) => id)];
}

describe('a project', () => {
  const folder = memoryFolder();
  const path = join(folder, 'a.yaml');
  writeFileSync(path, TEXT);
  const root = join(folder, 'pki');
  const ALL = ['authorities/root'];

  it('has its output beside its manifest, be that a file or not', async () => {
    expect(await found(path)).toEqual([path, root, ALL]);
    expect(await found({ text: TEXT, folder })).toEqual([join(folder, 'manifest'), root, ALL]);
    expect(await found({ manifest: MANIFEST, folder })).toEqual([join(folder, 'manifest'), root, ALL]);
    expect(await found({ text: TEXT })).toEqual(['manifest', join(process.cwd(), 'pki'), ALL]);
    expect(await found({ text: `output: x/certs\n${TEXT}`, folder: join(folder, 'y') })).toEqual([
      join(folder, 'y/manifest'),
      join(folder, 'y/x/certs'),
      ALL,
    ]);
  });

  it('is none where the text has a mistake, or the file is not there', async () => {
    expect(await found({ text: `${TEXT}server: {}\n`, folder })).toEqual(['3: unknown key "server"']);
    expect(await found(join(folder, 'none.yaml'))).toMatch(/none\.yaml/);
    expect(await found({ manifest: undefined as never, folder })).toEqual(['1: manifest is empty']);
  });

  it.each([
    ['run/secrets', 'is no absolute path'],
    ['/run/../etc', 'leads upwards'],
    ['//.', 'is everything on this host'],
    ['/run/a\nb', 'has characters that no path should have'],
  ])('may not read %j, wherever that stands', async (one, why) => {
    const problem = expect.stringContaining(`cannot be allowed: it ${why}`);
    for (const allowPaths of [[one], ['/run/secrets', one]])
      expect(await found({ manifest: MANIFEST, folder }, { allowPaths })).toEqual(problem);
    expect(await found(path, { allowPaths: ['/run/secrets'] })).toEqual([path, root, ALL]);
  });
});

it('a first manifest is one that opens as it is, and names the schema for an editor', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'pki.yaml');
  const text = await starter(path);
  expect(text).toMatch(/^# yaml-language-server: \$schema=\S+/m);
  expect(await writeManifest(path, text)).toBe(true);
  expect(await found(path)).toEqual([
    path,
    join(folder, 'pki'),
    expect.arrayContaining(['authorities/root']),
  ]);
  expect(await writeManifest(path, 'version: 1')).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('the clock says which second has begun, never the next one', () => {
  onTestFinished(() => void vi.restoreAllMocks());
  const at = (ms: number): number => {
    vi.spyOn(Date, 'now').mockReturnValue(ms);
    return clock();
  };
  expect([0, 999, 1000, 1999].map(at)).toEqual([0, 0, 1, 1]);
});
