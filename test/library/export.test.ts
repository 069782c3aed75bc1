/** Where an export goes, where its scripts find the output folder from there, and what is said of what was written. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { exportTo } from '../../src/library/export.ts';
import { materialize } from '../../src/library/materialize.ts';
import { openProject, type Project } from '../../src/library/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const MANIFEST = {
  version: 1,
  authorities: { root: { commonName: 'Root' }, sub: { commonName: 'Sub', issuer: 'root' } },
  servers: { api: { commonName: 'api.example.test', issuer: 'sub' } },
};

async function project(folder: string, manifest: object = MANIFEST): Promise<Project> {
  const opened = await openProject({ manifest, folder });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  return opened.project;
}

function filesIn(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true }).map(String);
  return all.filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('.pki-export.json'));
}

/** Where scripts of an export look for the files of the manifest. */
function placesIn(folder: string): readonly string[] {
  const found = filesIn(folder).flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/^files=\$here\/(.*)$/gm)].map(
      ([, path]) => path ?? '',
    ),
  );
  return [...new Set(found)];
}

describe('an export', () => {
  it.each<['vault' | 'step-ca' | 'cert-manager', string, string]>([
    ['vault', 'export/vault', '../../pki'],
    ['vault', 'pki/vault', '..'],
    ['vault', 'pki', '.'],
    ['step-ca', 'a/b/c', '../../../pki'],
    ['cert-manager', 'k8s', '../pki'],
  ])('to %s in %s finds the output folder', async (target, place, path) => {
    const folder = temporaryFolder();
    const to = join(folder, place);
    const result = await exportTo(await project(folder), target, { to });
    expect(result).toMatchObject({
      target,
      folder: to,
      files: filesIn(to).length,
      written: filesIn(to).length,
    });
    expect(result.removed).toBe(0);
    expect(placesIn(to)).toEqual([path]);
    const again = await exportTo(await project(folder), target, { to });
    expect([again.files, again.written, again.removed]).toEqual([result.files, 0, 0]);
  });

  it('goes into a folder of its own where none is named', async () => {
    const folder = temporaryFolder();
    const before = process.cwd();
    process.chdir(folder);
    try {
      const result = await exportTo(await project(folder), 'step-ca');
      expect(result.folder).toBe(join(folder, 'export/step-ca'));
    } finally {
      process.chdir(before);
    }
  });

  it('of nothing that is made yet has nothing for a cluster, and says of whom', async () => {
    const folder = temporaryFolder();
    const result = await exportTo(await project(folder), 'kubernetes', { to: join(folder, 'k8s') });
    expect(result.omissions.map(({ entity }) => entity)).toContain('servers/api');
  });

  it('of what is made has it as it is, or sealed by the program of that name', async () => {
    await using made = await materialize(MANIFEST);
    const folder = temporaryFolder();
    const to = (name: string): string => join(folder, name);
    const secretIn = (name: string): string => readFileSync(to(name), 'utf8');
    const plain = await exportTo(made.project, 'kubernetes', { to: to('plain') });
    expect([plain.files, plain.omissions]).toEqual([filesIn(to('plain')).length, []]);
    expect(secretIn('plain/secrets/servers-api.yaml')).toMatch(/^ {2}tls\.key: /m);
    writeFileSync(
      to('sops'),
      `#!/bin/sh\nsed 's/^\\(  [a-z.]*\\): .*/\\1: ENC[x]/'\nprintf 'sops: {}\\n'\n`,
      { mode: 0o755 },
    );
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const sealed = await exportTo(made.project, 'kubernetes', { to: to('sealed'), sops: true });
    expect(sealed.files).toBe(filesIn(to('sealed')).length);
    expect(filesIn(to('sealed'))).toHaveLength(plain.files - 1);
    expect(secretIn('sealed/secrets/servers-api.sops.yaml')).toMatch(/^ {2}tls\.key: ENC/m);
  });

  it.each([
    ['https://bao.test:8200/', 'https://bao.test:8200'],
    ['https://user:secret@bao.test/v/', 'https://bao.test/v'],
  ])('with %s asks it there, and repeats no password', async (url, server) => {
    const to = join(temporaryFolder(), 'k8s');
    await exportTo(await project(temporaryFolder()), 'cert-manager', { to, vault: new URL(url) });
    const text = filesIn(to)
      .map((name) => readFileSync(join(to, name), 'utf8'))
      .join('\n');
    expect([...new Set(text.match(/https:\/\/[^\s"']*bao\.test[^\s"']*/g))]).toEqual([server]);
    expect(text).not.toContain('secret@');
  });
});
