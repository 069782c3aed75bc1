// A look without private keys: from a copy of public files, as in a pull request, and as a user who may read no key.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root }
servers:
  api: { commonName: api.example.test, outputs: [key, csr, cert, fullchain, ca, combined] }
clients:
  app: {}
`;
const SERVER_MORE = MANIFEST.replace(
  'api.example.test',
  'api.example.test, san: [api.example.test, more.example.test]',
);

let complete: Project;
beforeAll(async () => {
  complete = new Project(MANIFEST);
  await complete.apply();
});

/** What could be in a repository. */
function withoutKeys(): Project {
  const project = copyOf(complete);
  rmSync(project.path('.pki'), { recursive: true });
  for (const file of readdirSync(project.out, { recursive: true, encoding: 'utf8' }))
    if (/(?:key|combined)\.pem$/.test(file)) rmSync(project.path(file));
  return project;
}

describe('--public', () => {
  it('plans nothing for want of a key, and reads none that is there', async () => {
    const bare = withoutKeys();
    const state = stateOf(bare.folder);
    for (const project of [bare, complete]) {
      const run = await project.pki(['plan', '--public', '--detailed-exitcode']);
      expect(run, run.stdout).toMatchObject({ code: 0, stderr: '' });
      expect(await project.pki(['status', '--public'])).toMatchObject({ code: 0, stderr: '' });
    }
    expect(stateOf(bare.folder)).toEqual(state);
    expect((await bare.pki(['plan', '--detailed-exitcode'])).code).toBe(2);
  });

  it('plans what the manifest changes, what is due, and what is new', async () => {
    const bare = withoutKeys();
    const later = ['plan', '--public', '--now', '2028-01-01T00:00:00Z'];
    expect((await bare.pki(later)).stdout).toMatch(/~ servers\/api +issue +expired/);
    bare.write(`${SERVER_MORE}  other: {}\n`);
    const run = await bare.pki(['plan', '--public']);
    expect(run.stdout).toMatch(/~ servers\/api +issue +san: \+ dns:more\.example\.test/);
    expect(run.stdout).toMatch(/\+ clients\/other +create/);
    expect(run.stdout).not.toMatch(/^. authorities\//m);
    bare.write(MANIFEST.replace('commonName: Services', 'commonName: Services, validity: 3y'));
    const renewed = await bare.pki(['plan', '--public']);
    expect(renewed.stdout).toMatch(/~ authorities\/services +issue/);
    // The key stays, and so do the certificates below it.
    expect(renewed.stdout).toMatch(/\* servers\/api +refresh/);
  });

  it('proves certificates and bundles, and makes no handshake', async () => {
    const run = await withoutKeys().pki(['verify', '--public']);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('certificates: 4 verified by openssl');
    expect(run.stderr).toContain('no handshakes were made, because no private key was looked at');
    const other = withoutKeys();
    cpSync(other.path('clients/app/cert.pem'), other.path('servers/api/cert.pem'));
    expect(await other.pki(['verify', '--public'])).toMatchObject({ code: 1 });
  });
});

/** No one, in the words of most systems. */
const OTHER = 65534;

/** The program, as a user who owns nothing here. */
function asOther(folder: string, args: readonly string[]) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: temporaryFolder() };
  chmodSync(env.TMPDIR, 0o777);
  return spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    env,
    uid: OTHER,
    gid: OTHER,
    encoding: 'utf8',
  });
}

const canBeOther =
  process.getuid?.() === 0 && existsSync(CLI) && asOther('/', ['--version']).status === 0
    ? ''
    : ' (skipped: takes root, and a program that others may read)';

describe.skipIf(canBeOther !== '')(`a user who may read no key${canBeOther}`, () => {
  let shared: Project;
  beforeAll(() => {
    shared = copyOf(complete);
    execFileSync('chmod', ['-R', 'go=u-w', shared.folder]);
    execFileSync('sh', ['-c', 'find pki -name key.pem -o -name combined.pem | xargs chmod 600'], {
      cwd: shared.folder,
    });
    chmodSync(shared.path('.pki'), 0o700);
  });

  it('sees that everything is as it should be, and what was not seen', () => {
    const plan = asOther(shared.folder, ['plan', '--detailed-exitcode']);
    expect(plan.stdout + plan.stderr).toContain('plan: 4 unchanged, nothing to do');
    expect(plan.status, plan.stderr).toBe(0);
    expect(plan.stderr).toContain(
      'private keys of authorities/root, authorities/services, servers/api, clients/app may not be read by this user: nothing is planned because of them',
    );
    expect(asOther(shared.folder, ['status']).status).toBe(0);
    const verify = asOther(shared.folder, ['verify', '--public']);
    expect(verify.status, verify.stderr).toBe(0);
    expect(asOther(shared.folder, ['apply']).status).toBe(1);
  });

  it('plans what the manifest changes', () => {
    const project = copyOf(shared);
    project.write(SERVER_MORE);
    chmodSync(project.folder, 0o755);
    expect(asOther(project.folder, ['plan']).stdout).toMatch(/~ servers\/api +issue +san: \+ dns:more/);
  });

  it('is shown as unknown what is in a closed folder, and nothing follows from that', () => {
    const project = copyOf(shared);
    chmodSync(project.folder, 0o755);
    chmodSync(project.path('authorities/root'), 0o700);
    const status = asOther(project.folder, ['status']);
    expect(status.stdout).toMatch(/authorities\/root .*unknown/);
    expect(status.status).toBe(2);
    const plan = asOther(project.folder, ['plan', '--detailed-exitcode']);
    expect(plan.status, plan.stdout).toBe(0);
    expect(plan.stderr).toContain('files of authorities/root may not be read by this user');
  });
});
