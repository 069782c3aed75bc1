// Folders that released versions have made: this version finds nothing to do in them, whatever openssl is there.
import { chmodSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram, snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { Project } from './project.ts';
import { entitiesIn, filesBelow } from './wholeness.ts';

const FIXTURES = join(REPOSITORY, 'test/fixtures');
const NOW = '2030-01-01T00:00:00Z';

const fixtures = foldersIn(FIXTURES).flatMap((version) =>
  foldersIn(join(FIXTURES, version)).map((name) => `${version}/${name}`),
);

function foldersIn(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** A copy with the modes that git does not keep. */
function restored(fixture: string, keyMode = 0o600): Project {
  const folder = temporaryFolder();
  cpSync(join(FIXTURES, fixture), folder, { recursive: true });
  for (const path of filesBelow(folder)) {
    const isKey = readFileSync(join(folder, path), 'latin1').includes('PRIVATE KEY');
    chmodSync(join(folder, path), isKey ? keyMode : 0o644);
  }
  return new Project(readFileSync(join(folder, 'pki.yaml'), 'utf8'), { folder });
}

it('there are such folders, and git would take every file of them', async () => {
  expect(fixtures).toEqual(expect.arrayContaining(['0.1.0/everything', '0.1.0/smallest']));
  for (const fixture of fixtures) expect(filesBelow(join(FIXTURES, fixture))).not.toContain('pki/.gitignore');
  expect(entitiesIn(join(FIXTURES, '0.1.0/everything/pki')).length).toBeGreaterThan(10);
});

describe.each(fixtures)('%s', (fixture) => {
  it('has nothing to do', async () => {
    const run = await restored(fixture).pki(['plan', '--detailed-exitcode', '--now', NOW]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(' unchanged, nothing to do\n') });
  });

  it('plans the same without openssl, in JSON to the letter', async () => {
    const project = restored(fixture);
    const plan = await project.pki(['plan', '--json', '--now', NOW]);
    const without = await project.pki(['plan', '--json', '--now', NOW], {
      env: { PKI_OPENSSL: '/nonexistent' },
    });
    expect(without).toEqual(plan);
    expect(JSON.parse(plan.stdout)).toMatchObject({ due: false });
    const status = await project.pki(['status', '--now', NOW], { env: { PKI_OPENSSL: '/nonexistent' } });
    expect(status.code).toBe(0);
  });

  it('is left alone by apply, byte for byte', async () => {
    const project = restored(fixture);
    const before = snapshot(project.out);
    const run = await project.applyByCommand();
    expect(run.stdout).toContain('nothing to do');
    const after = snapshot(project.out);
    for (const path of Object.keys(before)) expect(`${path} ${after[path]}`).toBe(`${path} ${before[path]}`);
    expect(
      Object.keys(after).filter((path) => before[path] === undefined && !path.startsWith('.pki/')),
    ).toEqual(['.gitignore']);
  });

  it('needs nothing but modes where they were lost, as in a clone', async () => {
    const { changes } = await restored(fixture, 0o644).plan('--now', NOW);
    const due = changes.filter(({ action }) => action !== 'keep');
    expect(due.length).toBeGreaterThan(0);
    for (const { action, reasons } of due) {
      expect(action).toBe('refresh');
      expect(reasons.map(({ kind }) => kind)).toEqual(['mode']);
    }
  });

  it('is sound in the eyes of openssl', async () => {
    const out = join(FIXTURES, fixture, 'pki');
    const at = String(Date.parse(NOW) / 1000);
    for (const path of filesBelow(out).filter((name) => /full(chain)?\.(pem|crt)$/.test(name))) {
      const folder = join(out, path, '..');
      const ca = filesBelow(folder).find((name) => /^ca\.(pem|crt)$/.test(name)) ?? 'none';
      const file = path.split('/').at(-1) ?? '';
      const args = ['verify', '-x509_strict', '-attime', at, '-CAfile', ca, '-untrusted', file, file];
      expect(await runProgram('openssl', args, { cwd: folder })).toMatchObject({ code: 0 });
    }
  });
});
