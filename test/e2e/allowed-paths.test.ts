// Absolute paths in a manifest: refused by every command without `--allow-path`, and nothing that is kept carries it on.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl, opensslSync } from '../helpers/openssl.ts';
import { copyOf, Project, put } from './project.ts';

const secrets = temporaryFolder();
const place = ['--allow-path', secrets];
const PASSPHRASE = 'absolute-4c1f';
const manifest = (root: string): string => `version: 1
authorities: { root: { commonName: Root, passphrase: "file:${root}" } }
servers:
  api: { commonName: api.example.test, outputs: [default, { pkcs12: { password: "file:${secrets}/p12" } }] }
clients:
  partner: { request: ${secrets}/partner.csr, outputs: [cert, fullchain, ca] }
`;
const MANIFEST = manifest(`${secrets}/root`);

let project: Project;
beforeAll(async () => {
  put(join(secrets, 'root'), `${PASSPHRASE}\n`);
  put(join(secrets, 'p12'), 'p12-8810\n');
  opensslSync(
    [
      'req',
      '-new',
      '-newkey',
      'ed25519',
      '-noenc',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=partner',
      '-out',
      'partner.csr',
    ],
    secrets,
  );
  project = new Project(MANIFEST);
  const run = await project.pki(['apply', ...place]);
  expect(run, run.stderr).toMatchObject({ code: 0 });
});

describe('allowed', () => {
  it('is a passphrase, a password and a request; nothing is due then', async () => {
    const key = project.path('authorities/root', 'key.pem');
    expect(await openssl(['pkey', '-in', key, '-passin', `file:${secrets}/root`, '-pubout'])).toContain(
      'PUBLIC KEY',
    );
    const store = project.path('servers/api', 'identity.p12');
    expect(await openssl(['pkcs12', '-in', store, '-passin', 'pass:p12-8810', '-nokeys', '-info'])).toContain(
      'api.example.test',
    );
    expect(project.read('clients/partner', 'cert.pem')).toContain('BEGIN CERTIFICATE');
    const run = await project.pki(['plan', '--detailed-exitcode', ...place]);
    expect(run, run.stdout).toMatchObject({ code: 0, stderr: '' });
    expect((await project.pki(['verify', ...place])).code).toBe(0);
  });

  it('is named as it is by a script that is run by hand', async () => {
    const fresh = new Project(MANIFEST);
    const { stdout } = await fresh.pki(['plan', '--commands', ...place]);
    expect(stdout).toContain(`-passout file:${secrets}/root`);
    expect(stdout).not.toContain(`..${secrets}`);
  });
});

describe('without the permission', () => {
  const refused = `pki: error: pki.yaml:2:54: password file "${secrets}/root" is an absolute path`;
  const hint = (path: string): string =>
    `pki: hint: name a file below the folder of the manifest, or allow this one on the command line: "--allow-path ${path}"`;

  it('each is refused with its place, whatever the permission was before', async () => {
    const { code, stderr } = await project.pki(['validate']);
    expect(code).toBe(1);
    expect(stderr).toContain(refused);
    expect(stderr).toContain(hint(`${secrets}/root`));
    expect(stderr).toContain(`pki.yaml:4:81: password file "${secrets}/p12" is an absolute path`);
    expect(stderr).toContain(`pki.yaml:6:23: request "${secrets}/partner.csr" is an absolute path`);
    expect(stderr).toContain(hint(`${secrets}/partner.csr`));
    const other = await project.pki([
      'validate',
      '--allow-path',
      `${secrets}-evil`,
      '--allow-path',
      `${secrets}/p12`,
    ]);
    expect(other.stderr).toContain(refused);
    expect(other.stderr).not.toContain('p12" is an absolute path');
  });

  it('whether there is such a file is not said', async () => {
    const says = async (path: string) => {
      const run = await new Project(manifest(path)).pki(['plan']);
      return run.stderr.replaceAll(path, 'X').split('\n').slice(0, 4);
    };
    expect(await says('/etc/passwd')).toEqual(await says('/etc/passwx'));
  });

  it('a saved plan is refused as well, and carried out with it', async () => {
    const copy = copyOf(project);
    copy.write(MANIFEST.replace('clients:', 'clients:\n  more: {}'));
    expect(await copy.pki(['plan', '--out', 'it.plan', ...place])).toMatchObject({ code: 0 });
    expect(readFileSync(join(copy.folder, 'it.plan'), 'utf8')).not.toContain(secrets);
    const without = await copy.pki(['apply', 'it.plan']);
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain('password file');
    // The permission of the apply decides, and need not be the same.
    const run = await copy.pki(['apply', 'it.plan', '--allow-path', `${secrets}/`, '--skip-verify']);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(copy.read('clients/more', 'cert.pem')).toContain('BEGIN CERTIFICATE');
  });
});

it('a link that leads out of what is allowed is refused before anything is made', async () => {
  const outside = join(temporaryFolder(), 'outside');
  writeFileSync(outside, 'outside\n');
  mkdirSync(join(secrets, 'links'));
  symlinkSync(outside, join(secrets, 'links/root'));
  const fresh = new Project(manifest(`${secrets}/links/root`));
  const run = await fresh.pki(['apply', ...place, '--skip-verify']);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    `"file:${secrets}/links/root" is a link that leads out of what "--allow-path" allows`,
  );
  expect(run.stderr).not.toContain(outside);
});

it('what allows nothing is refused by itself', async () => {
  for (const [path, why] of [
    ['secrets', 'is no absolute path'],
    ['/', 'is everything on this host'],
  ] as const) {
    const run = await project.pki(['validate', '--allow-path', path]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toBe(
      `pki: error: "${path}" cannot be allowed: it ${why}\npki: hint: name a folder or a file by its whole path, such as "--allow-path /run/secrets"\n`,
    );
  }
});
