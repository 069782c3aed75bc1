// Names that no manifest can have, in a folder that another tool made: left out by that reason, and no other.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runPki } from '../helpers/cli.ts';
import { itWhen, Project } from './project.ts';

const MANIFEST =
  'version: 1\nauthorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.example.test } }\n';

async function made(): Promise<string> {
  const project = new Project(MANIFEST);
  await project.apply();
  rmSync(project.path('.pki'), { recursive: true });
  return project.folder;
}

itWhen(
  process.platform === 'linux',
  'only Linux takes any octets for a name',
  'names that are not UTF-8',
  async () => {
    const folder = await made();
    const [pki, odd] = [join(folder, 'pki/'), Buffer.from('m\xfcller', 'latin1')];
    writeFileSync(Buffer.concat([Buffer.from(pki), odd, Buffer.from('.crt')]), 'x');
    mkdirSync(Buffer.concat([Buffer.from(pki), odd]));
    const run = await runPki(['adopt', 'pki'], { cwd: folder });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain('"m\ufffdller.crt"');
    expect(run.stderr).toContain('has a name that is not UTF-8');
    expect(run.stderr).toContain('give it another name, and adopt again');
    expect(run.stderr).not.toMatch(/ENOENT|disappeared/);
  },
);
