// Authorities of someone else: only their certificates are here, beside the manifest, to be trusted by name.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  corp: { certificate: anchors/corp.pem }
servers: { api: { commonName: api.example.test, trust: [root, corp] } }
clients: { app: {} }
`;

/** Made in another company. */
async function makeRoot(folder: string, name: string, ca = 'TRUE'): Promise<string> {
  const file = join(folder, `${name}.pem`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', `${file}.key`];
  const constraints = ['-addext', `basicConstraints=critical,CA:${ca}`];
  await openssl([
    'req',
    '-x509',
    ...key,
    '-out',
    file,
    '-subj',
    `/CN=${name}`,
    '-days',
    '3000',
    ...constraints,
  ]);
  return file;
}

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  mkdirSync(join(applied.folder, 'anchors'));
  cpSync(await makeRoot(applied.folder, 'first'), join(applied.folder, 'anchors/corp.pem'));
  await makeRoot(applied.folder, 'second');
  await applied.apply();
});

const bundle = (project: Project, entity: string): number =>
  readFileSync(join(project.out, entity, 'ca.pem'), 'latin1').split('BEGIN CERTIFICATE').length - 1;

describe('an anchor', () => {
  it('is trusted by those that name it, and by no others', async () => {
    expect([bundle(applied, 'servers/api'), bundle(applied, 'clients/app')]).toEqual([2, 1]);
    const trusted = await openssl([
      'verify',
      '-CAfile',
      join(applied.out, 'servers/api/ca.pem'),
      join(applied.folder, 'first.pem'),
    ]);
    expect(trusted).toContain('OK');
  });

  it('has its file made again where it is gone or another, and the plan says which', async () => {
    const project = copyOf(applied);
    const cert = join(project.out, 'authorities/corp/cert.pem');
    rmSync(cert);
    expect((await project.pki(['plan'])).stdout).toContain('cert.pem is missing');
    cpSync(join(project.folder, 'second.pem'), cert);
    expect((await project.pki(['plan'])).stdout).toContain('cert.pem is out of date');
    await project.apply();
    expect(readFileSync(cert, 'utf8')).toBe(applied.read('authorities/corp/cert.pem'));
  });

  it('is followed when its file changes, with every certificate in it, and by a script too', async () => {
    const project = copyOf(applied);
    const file = join(project.folder, 'anchors/corp.pem');
    appendFileSync(file, readFileSync(join(project.folder, 'second.pem')));
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toContain('trusts 1 more of the certificates of authorities/corp');
    const script = (await project.pki(['plan', '--commands'])).stdout;
    const byHand = copyOf(project);
    execFileSync('/bin/sh', ['-s'], { cwd: byHand.folder, input: script, stdio: 'pipe' });
    expect(await byHand.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
    const run = await project.pki(['apply']);
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
    expect(bundle(project, 'servers/api')).toBe(3);
    expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });

    cpSync(join(project.folder, 'second.pem'), file);
    expect((await project.pki(['plan'])).stdout).toContain(
      'no longer trusts 1 of the certificates of authorities/corp',
    );
    await project.apply();
    expect(bundle(project, 'servers/api')).toBe(2);
    expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  });

  it('has no key to replace', async () => {
    const run = await applied.pki(['rotate', 'corp', '--allow', 'rekey-ca']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('"authorities/corp" has its key elsewhere, where others replace it');
  });

  it('is refused where its file is not one of authorities, or leads elsewhere', async () => {
    const project = copyOf(applied);
    const file = join(project.folder, 'anchors/corp.pem');
    const says = async (): Promise<string> => (await project.pki(['validate'])).stderr;
    cpSync(await makeRoot(project.folder, 'leaf', 'FALSE'), file);
    expect(await says()).toContain('holds a certificate (number 1) that is not one of an authority');
    cpSync(join(project.folder, 'first.pem.key'), file);
    expect(await says()).toContain('holds a private key');
    rmSync(file);
    expect(await says()).toContain('pki.yaml:4:24: certificate "anchors/corp.pem" is not there');
    symlinkSync('/etc/hostname', file);
    expect(await says()).toContain("leads out of the manifest's folder through a link");
    rmSync(file);
    cpSync(join(project.folder, 'pki.yaml'), file);
    expect(await says()).toContain('certificate "anchors/corp.pem" holds no certificate');
  });
});
