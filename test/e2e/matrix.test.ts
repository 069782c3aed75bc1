// The core of everything once for each openssl that PKI_OPENSSL_MATRIX names, separated by colons (.ci/openssl gets some):
// what it makes, it and the first openssl in PATH both find sound, and neither finds anything to do.
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram, snapshot } from '../helpers/cli.ts';
import { EVERYTHING } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, Project, put } from './project.ts';

const PROGRAMS = (process.env['PKI_OPENSSL_MATRIX'] ?? '')
  .split(':')
  .filter((path) => path !== '')
  .map((path) => resolve(path));

const KEYS = ['rsa-2048', 'rsa-3072', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'ed448'];
const servers = KEYS.map(
  (key) =>
    `  ${key}: { commonName: ${key}.example.test, issuer: sub, key: ${key}, san: ["${key}.example.test", 127.0.0.1, "::1"] }`,
);

const MANIFEST = `
version: 1
defaults: { subject: { organization: "Škoda, Söhne / Co; \\"x\\" = \`y\` #1 $ENV::HOME" }, outputs: [key, csr, cert, chain, fullchain, ca, public] }
authorities:
  root: { commonName: Root, key: ecdsa-p384 }
  rsa: { commonName: RSA Root, key: rsa-2048, validity: 100y }
  sub: { commonName: Sub, issuer: root, pathLength: 0 }
servers:
${servers.join('\n')}
  linked: { commonName: linked.example.test, issuer: rsa, publish: symlinks, san: [linked.example.test, "*.linked.example.test", "uri:https://linked.example.test/a;b#c"] }
clients:
  app: { commonName: App, issuer: sub, san: ["email:app@example.test", "uri:spiffe://example.test/app"] }
peers:
  bus: { commonName: bus.example.test, issuer: rsa }
`;
const EDITED = MANIFEST.replace('linked.example.test, issuer', 'linked.example.test, key: ed25519, issuer')
  .replace('commonName: App,', 'commonName: App, subject: { organizationalUnit: More },')
  .replace('"::1"]', '"::1", more.example.test]');

const versionOf = (program: string): string =>
  execFileSync(program, ['version'], { encoding: 'utf8' }).split(' ', 2).join(' ');

if (PROGRAMS.length === 0) {
  it.skip('other versions of openssl (skipped: PKI_OPENSSL_MATRIX names none)', () => {});
}

describe.each(PROGRAMS.map((program) => [versionOf(program), program] as const))('%s', (_, program) => {
  const env = { PKI_OPENSSL: program };
  let made: Project;

  /** As another user of the same folder has it: with the first openssl in PATH, or with this one. */
  const both = [env, {}];

  const expectSettled = async (project: Project): Promise<void> => {
    // A script remembers nothing of authorities; the first apply does.
    expect((await project.pki(['apply', '--skip-verify'], { env })).stdout).toContain('nothing to do');
    const before = snapshot(project.out);
    for (const one of both) {
      const run = await project.pki(['apply', '--skip-verify'], { env: one });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
    }
    expect(snapshot(project.out)).toEqual(before);
  };

  const expectProven = async (project: Project): Promise<void> => {
    // What a program has made, it finds sound: the other one is the judge.
    for (const one of EVERYTHING ? both : [{}]) {
      const run = await project.pki(['verify', '--json'], { env: one });
      const { ok, certificates } = JSON.parse(run.stdout);
      expect({ code: run.code, ok, stderr: run.stderr }).toMatchObject({ code: 0, ok: true });
      expect(certificates.length).toBeGreaterThan(KEYS.length);
    }
  };

  const applied = async (project: Project, ...args: readonly string[]): Promise<string> => {
    const run = await project.pki([...args, '--skip-verify'], { env });
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining('error')]);
    return run.stdout;
  };

  beforeAll(async () => {
    made = new Project(MANIFEST);
    await applied(made, 'apply');
  });

  it('makes everything, of every kind of key, and the second apply changes nothing', async () => {
    await expectSettled(made);
    await expectProven(made);
  });

  it('carries out edits of what the other openssl has made, and the other way round', async () => {
    const [mine, theirs] = [copyOf(made), new Project(MANIFEST)];
    await theirs.apply();
    for (const project of [mine, theirs]) project.write(EDITED);
    const done = (await mine.applyByCommand()).stdout;
    expect(await applied(theirs, 'apply')).toBe(done);
    expect(done).toMatch(/^applied: .*\b1 re-keyed\b/);
    for (const project of [mine, theirs]) {
      await expectSettled(project);
      await expectProven(project);
    }
  });

  it('rolls a root over, keeps what was trusted, and retires it', async () => {
    const project = copyOf(made);
    await applied(project, 'rotate', 'authorities/root', 'authorities/rsa', '--allow', 'rekey-ca');
    await expectSettled(project);
    await expectProven(project);
    await applied(project, 'retire', 'authorities/root', 'authorities/rsa');
    await expectSettled(project);
  });

  it('runs the script of the plan, and makes what apply makes', async () => {
    const project = new Project(MANIFEST);
    const { stdout } = await project.pki(['plan', '--commands'], { env });
    put(join(project.folder, 'script.sh'), stdout);
    // The script has the program's path from the plan.
    const run = await runProgram('sh', ['script.sh'], {
      cwd: project.folder,
      env: { PKI_OPENSSL: undefined },
    });
    expect(run).toMatchObject({ code: 0 });
    await expectSettled(project);
    await expectProven(project);
  });

  it.each(['0.1.0/everything', '0.1.0/smallest'])(
    'finds nothing to do in a folder of %s',
    async (fixture) => {
      const folder = temporaryFolder();
      cpSync(join(REPOSITORY, 'test/fixtures', fixture), folder, { recursive: true });
      await runProgram('sh', ['-c', 'find pki -name "*key*" -type f -exec chmod 600 {} +'], { cwd: folder });
      const args = ['plan', '--detailed-exitcode', '--now', '2030-01-01T00:00:00Z'];
      const run = await runProgram(process.execPath, [join(REPOSITORY, 'dist/cli.js'), ...args], {
        cwd: folder,
        env,
      });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
    },
  );

  it('adopts what the other openssl has made, and nothing of it changes', async () => {
    const folder = temporaryFolder();
    cpSync(made.out, join(folder, 'tls'), { recursive: true, verbatimSymlinks: true });
    await runProgram('rm', ['-rf', join(folder, 'tls/.pki')]);
    const cli = join(REPOSITORY, 'dist/cli.js');
    const adopted = await runProgram(process.execPath, [cli, 'adopt', 'tls', '--write', 'pki.yaml'], {
      cwd: folder,
      env,
    });
    expect(adopted).toMatchObject({ code: 0 });
    const run = await runProgram(process.execPath, [cli, 'plan', '--json'], { cwd: folder });
    const { changes } = JSON.parse(run.stdout) as {
      changes: readonly { id: string; newKey: boolean; issuance: unknown }[];
    };
    expect(changes.length).toBeGreaterThan(KEYS.length);
    expect(changes.filter(({ newKey, issuance }) => newKey || issuance !== null)).toEqual([]);
  });
});
