// A root whose key is on another machine: what goes on without it, and how it signs.
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, Project, stateOf } from './project.ts';

const manifest = (root: string): string => `version: 1
authorities:
  root: { commonName: Example Root CA${root} }
  services: { commonName: Example Services CA, issuer: root }
servers: { api: { commonName: api.example.test } }
clients: { app: {} }
`;

/** Made with all keys in place; then that of the root went to another machine. */
let home: Project;
beforeAll(async () => {
  home = new Project(manifest(''));
  await home.apply();
  renameSync(join(home.out, 'authorities/root/key.pem'), join(home.folder, 'root-key.pem'));
});

function declared(): Project {
  const project = copyOf(home);
  project.write(manifest(', key: offline'));
  return project;
}

describe('an authority that is declared offline', () => {
  it('is complete without its key, and leaves are renewed', async () => {
    const project = declared();
    const before = ['authorities', 'servers', 'clients'].map((section) =>
      stateOf(join(project.out, section)),
    );
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('applied: nothing to do, everything matches the manifest');
    expect(run.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
    expect(
      ['authorities', 'servers', 'clients'].map((section) => stateOf(join(project.out, section))),
    ).toEqual(before);
    expect(await project.pki(['rotate', 'api', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(await project.pki(['status'])).toMatchObject({ code: 0 });
  });

  it('never has its key replaced: what takes it waits, and says how it goes on', async () => {
    const project = declared();
    const plan = await project.pki(['plan', '--now', '2030-11-01T00:00:00Z']);
    expect(plan.stdout).toMatch(/\? authorities\/services +wait +expires in/);
    expect(plan.stdout).toContain(
      'waits for authorities/root, whose key is offline; until then its certificate stays',
    );
    const key = readFileSync(join(project.out, 'authorities/services/key.pem'));
    for (const args of [
      ['rotate', 'services', '--allow', 'rekey-ca'],
      ['rotate', 'root', '--allow', 'rekey-ca'],
    ]) {
      const run = await project.pki(args);
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toMatch(/^pki: error: "authorities\/\w+" waits for /);
    }
    expect(readFileSync(join(project.out, 'authorities/services/key.pem'))).toEqual(key);
  });

  it('is warned of when its key lies here, with which nothing signs', async () => {
    const project = declared();
    renameSync(join(project.folder, 'root-key.pem'), join(project.out, 'authorities/root/key.pem'));
    const run = await project.pki(['rotate', 'services', '--allow', 'rekey-ca']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain(
      'pki: warning: authorities/root: its key is declared offline, and "authorities/root/key.pem" is there: move it',
    );
  });
});
