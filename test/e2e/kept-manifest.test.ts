/** A manifest that was carried out is not parsed again; and every edit, and every other copy of the folder, is. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, Project } from './project.ts';

/** Twenty-six entities, and a warning: a root that ends before what is below it would. */
const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities: { root: { commonName: Root, validity: 60d } }
servers:
${Array.from({ length: 25 }, (_, i) => `  s${i}: { commonName: s${i}.example.test, validity: 90d }`).join('\n')}
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.applyByCommand();
});

const keptIn = (project: Project): string => project.path('.pki/manifest.bin');

/** The same folder, with what is kept of it: a copy has other files, so it is applied again. */
async function withKept(): Promise<Project> {
  const project = new Project(MANIFEST);
  await project.applyByCommand();
  expect(existsSync(keptIn(project))).toBe(true);
  return project;
}

/** Makes what is kept say something else, in a form that is believed. */
function tamper(project: Project): void {
  const kept = deserialize(readFileSync(keptIn(project)).subarray(32));
  const entities = kept.inventory.entities.map((entity: { id: string }) =>
    entity.id === 'servers/s7' ? { ...entity, validity: 86_400 } : entity,
  );
  const body = serialize({ ...kept, inventory: { ...kept.inventory, entities } });
  writeFileSync(keptIn(project), Buffer.concat([createHash('sha256').update(body).digest(), body]));
}

const dueIn = async (project: Project): Promise<readonly string[]> => {
  const { changes } = await project.plan();
  return changes.filter(({ action }) => action !== 'keep').map(({ id }) => id);
};

it('says the same as one that was parsed, in text and JSON, warnings and places among it', async () => {
  for (const args of [
    ['plan'],
    ['plan', '--json', '--now', '2040-01-01T00:00:00Z'],
    ['status'],
    ['validate'],
  ]) {
    const kept = await applied.pki(args);
    const moved = readFileSync(keptIn(applied));
    rmSync(keptIn(applied));
    expect(await applied.pki(args), args.join(' ')).toEqual(kept);
    writeFileSync(keptIn(applied), moved, { mode: 0o600 });
  }
  expect((await applied.pki(['validate'])).stderr).toMatch(
    /^pki: warning: pki\.yaml:5:48: validity 90d of server "s0" \(and 24 more\)/,
  );
});

it('is what the next run reads, and closed to others', async () => {
  expect(statSync(keptIn(applied)).mode & 0o777).toBe(0o600);
  const project = await withKept();
  expect(await dueIn(project)).toEqual([]);
  tamper(project);
  expect(await dueIn(project)).toEqual(['servers/s7']);
});

it('is left as it is by whatever changes nothing', async () => {
  const before = snapshot(applied.out);
  const { ino, mtimeMs } = statSync(keptIn(applied));
  for (const args of [['apply', '--skip-verify'], ['plan'], ['status'], ['validate']])
    await applied.pki(args);
  expect(snapshot(applied.out)).toEqual(before);
  expect(statSync(keptIn(applied))).toMatchObject({ ino, mtimeMs });
});

describe('is not believed', () => {
  it('of another text, also of the same length and time', async () => {
    const project = await withKept();
    const { atime, mtime } = statSync(join(project.folder, 'pki.yaml'));
    project.write(MANIFEST.replace('s7.example.test', 'x7.example.test'));
    utimesSync(join(project.folder, 'pki.yaml'), atime, mtime);
    expect(await dueIn(project)).toEqual(['servers/s7']);
    await project.applyByCommand();
    const names = await openssl([
      'x509',
      '-in',
      project.path('servers/s7/cert.pem'),
      '-noout',
      '-ext',
      'subjectAltName',
    ]);
    expect(names).toContain('DNS:x7.example.test');
    expect(await dueIn(project)).toEqual([]);
  });

  it('where the folder came from somewhere else, with its manifest, to its last octet', async () => {
    const project = await withKept();
    tamper(project);
    const folder = join(temporaryFolder(), 'copy');
    cpSync(project.folder, folder, { recursive: true, preserveTimestamps: true });
    const copy = new Project(MANIFEST, { folder });
    utimesSync(join(folder, 'pki.yaml'), new Date(0), statSync(join(project.folder, 'pki.yaml')).mtime);
    expect(await dueIn(copy)).toEqual([]);
  });

  it('behind another manifest that has the same output', async () => {
    const project = await withKept();
    tamper(project);
    writeFileSync(join(project.folder, 'other.yaml'), MANIFEST);
    const run = await project.pki(['plan', '--json', 'other.yaml']);
    expect(JSON.parse(run.stdout)).toMatchObject({ due: false });
  });

  it('in a folder that is a link to the one that it was kept in, unless the manifest means that one', async () => {
    const project = await withKept();
    tamper(project);
    symlinkSync('pki', join(project.folder, 'linked'));
    project.write(`${MANIFEST}output: linked\n`);
    expect(await dueIn(project)).toEqual([]);
  });
});

it('there is none of a manifest that names other files, whose content may change', async () => {
  const project = copyOf(applied);
  const named = join(project.folder, 'partner.pem');
  writeFileSync(named, readFileSync(applied.path('authorities/root/cert.pem')));
  rmSync(keptIn(project));
  project.write(
    MANIFEST.replace('  s3:', '  s3x:').replace(
      'authorities: { ',
      'authorities: { partner: { certificate: partner.pem }, ',
    ),
  );
  const run = await project.pki(['apply', '--skip-verify', '--allow', 'remove']);
  expect(run.stderr).not.toContain('error');
  expect(existsSync(project.path('servers/s3x/cert.pem'))).toBe(true);
  expect(existsSync(keptIn(project))).toBe(false);
});

it('there is none of a manifest with allowed paths, or of few entries', async () => {
  const folder = temporaryFolder();
  const small = new Project(MANIFEST.replace(/ {2}s\d+:.*\n/g, (line, at) => (at < 400 ? line : '')));
  await small.applyByCommand();
  expect(existsSync(keptIn(small))).toBe(false);
  const allowed = new Project(MANIFEST);
  await allowed.applyByCommand('--allow-path', folder);
  expect(existsSync(keptIn(allowed))).toBe(false);
});
