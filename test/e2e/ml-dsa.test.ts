// Post-quantum keys, where there is an openssl that has them: `.ci/run` names some in PKI_OPENSSL_MATRIX.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram, snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { OPENSSL_MATRIX } from '../helpers/openssl.ts';
import { itWhen, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, key: ml-dsa-87, crl: true }
  issuing: { commonName: Issuing, issuer: root, key: ml-dsa-65 }
  usual: { commonName: Usual, issuer: root, key: ecdsa-p256, crossSignedBy: [issuing] }
servers:
  api: { issuer: issuing, key: ml-dsa-44, commonName: api.example.test, outputs: [default, public, combined, pkcs8-der] }
  usual: { issuer: usual, commonName: usual.example.test }
clients:
  app: { issuer: issuing, key: ml-dsa-44 }
  usual: { issuer: usual, commonName: usual-client }
`;

const versionOf = (program: string): string =>
  execFileSync(program, ['version'], { encoding: 'utf8' }).split(' ', 2).join(' ');
const hasMlDsa = (version: string): boolean => /^OpenSSL (3\.([5-9]|\d\d)|[4-9]|\d\d)/.test(version);

const versions = OPENSSL_MATRIX.map((program) => ({ program, version: versionOf(program) }));
const able = versions.filter(({ version }) => hasMlDsa(version));
const old = versions.find(({ version }) => !hasMlDsa(version));
const isOld = !hasMlDsa(`OpenSSL ${process.versions.openssl}`);

itWhen(old !== undefined, 'every openssl has ML-DSA', 'is refused where openssl is too old', async () => {
  const project = new Project(MANIFEST);
  const env = { PKI_OPENSSL: old?.program };
  const run = await project.pki(['apply'], { env });
  expect(run).toMatchObject({ code: 1 });
  expect(run.stderr).toContain(
    `pki: error: ${old?.version} has no ml-dsa-87, the key of authorities/root: OpenSSL 3.5 is the oldest that does`,
  );
  const script = (await project.pki(['plan', '--commands'], { env })).stdout;
  const byHand = await runProgram('/bin/sh', ['-c', script], { cwd: project.folder, env });
  expect(byHand).toMatchObject({ code: 1, stderr: expect.stringContaining('is not OpenSSL 3.5 or later') });
});

if (able.length === 0)
  it.skip('keys of ML-DSA (skipped: no openssl from 3.5 on is named in PKI_OPENSSL_MATRIX)', () => {});

describe.each(able.map(({ version, program }) => [version, program] as const))('%s', (_, program) => {
  const env = { PKI_OPENSSL: program };

  it('makes every kind, and the next plan is empty', async () => {
    const project = new Project(MANIFEST);
    const run = await project.pki(['apply'], { env });
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('certificates: 8 verified by openssl');
    if (isOld) expect(run.stdout).toContain('knows no ML-DSA, and makes no handshakes with it');
    else expect(run.stdout).toContain('accepted');
    const before = snapshot(project.out);
    expect((await project.pki(['apply', '--skip-verify'], { env })).stdout).toContain('nothing to do');
    expect(snapshot(project.out)).toEqual(before);

    const judged = execFileSync(program, [
      ...['verify', '-x509_strict', '-crl_check'],
      ...['-CAfile', project.path('authorities/root/cert.pem')],
      ...['-CRLfile', project.path('authorities/root/crl.pem')],
      project.path('authorities/issuing/cert.pem'),
    ]);
    expect(judged.toString()).toContain('OK');
    const made = execFileSync(program, ['pkey', '-in', project.path('servers/api/key.pem'), '-pubout']);
    expect(made).toEqual(readFileSync(project.path('servers/api/public.pem')));
  });

  it('makes the same by a script, and again with other keys', async () => {
    const project = new Project(MANIFEST);
    const script = (await project.pki(['plan', '--commands'], { env })).stdout;
    const byHand = await runProgram('/bin/sh', ['-c', script], { cwd: project.folder, env });
    expect(byHand, byHand.stderr).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
    const args = ['rotate', 'root', 'api', '--allow', 'rekey-ca', '--skip-verify'];
    const run = await project.pki(args, { env });
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
    const proof = await project.pki(['verify'], { env });
    expect(proof, proof.stderr + proof.stdout).toMatchObject({ code: 0 });
  });

  it('has its keys in requests of others', async () => {
    const project = new Project(`version: 1
authorities: { root: { commonName: Root } }
servers: { partner: { commonName: partner.example.test, request: partner.csr } }
`);
    const folder = temporaryFolder();
    const subject = ['-subj', '/CN=partner.example.test', '-keyout', `${folder}/key.pem`];
    const args = ['req', '-new', '-newkey', 'ml-dsa-44', '-noenc', '-config', '/dev/null', ...subject];
    execFileSync(program, [...args, '-out', `${project.folder}/partner.csr`], { stdio: 'pipe' });
    await project.apply();
    expect(await project.actions()).toEqual({});
    const check = ['verify', '-CAfile', project.path('authorities/root/cert.pem')];
    const judged = execFileSync(program, [...check, project.path('servers/partner/cert.pem')]);
    expect(judged.toString()).toContain('OK');
  });
});
