// Leaves that another company's authority issues: their files are put in place by others, and judged here.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  corp: { certificate: anchors/corp.pem }
defaults:
  trust: [root, corp]
servers:
  api: { issuer: corp, commonName: api.example.test, subject: { organization: Example Org }, outputs: [key, cert, fullchain, ca] }
  web: { issuer: root, commonName: web.example.test }
clients:
  agent: { issuer: corp }
  app: { issuer: root }
`;

const SERVER = [
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = serverAuth',
  'subjectAltName = DNS:api.example.test',
  // Of that company, and of no meaning here.
  '1.3.6.1.4.1.37476.9000.64.1 = ASN1:UTF8String:provisioner',
];
const CLIENT = ['keyUsage = digitalSignature', 'extendedKeyUsage = clientAuth'];

/** The other company: a root, an intermediate, and what it issues. */
class Corp {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder);
    this.#certificate('root', '/CN=Corp Root', [
      'basicConstraints = critical, CA:TRUE',
      'subjectKeyIdentifier = hash',
    ]);
    this.#certificate(
      'issuing',
      '/CN=Corp Issuing',
      [
        'basicConstraints = critical, CA:TRUE, pathlen:0',
        'keyUsage = critical, keyCertSign, cRLSign',
        'subjectKeyIdentifier = hash',
      ],
      'root',
    );
  }

  /** Puts key and certificate in place, the chain behind it, as agents do. */
  deliver(place: string, subject: string, extensions: readonly string[], days = 30): void {
    mkdirSync(place, { recursive: true });
    this.#certificate('leaf', subject, extensions, 'issuing', days);
    const chain = ['leaf', 'issuing'].map((name) => readFileSync(this.#path(`${name}.pem`), 'latin1'));
    writeFileSync(join(place, 'cert.pem'), chain.join(''));
    writeFileSync(join(place, 'key.pem'), readFileSync(this.#path('leaf.key')), { mode: 0o600 });
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  /** By `openssl x509`, which writes names as PrintableString where it can, and no identifier that is not asked for. */
  #certificate(
    name: string,
    subject: string,
    extensions: readonly string[],
    issuer?: string,
    days = 3000,
  ): void {
    const [key, request, cert] = ['key', 'csr', 'pem'].map((ending) => this.#path(`${name}.${ending}`));
    writeFileSync(this.#path('extensions'), extensions.join('\n'));
    const run = (...args: readonly (string | undefined)[]): void => {
      execFileSync(
        'openssl',
        args.flatMap((one) => one ?? []),
        { stdio: 'pipe' },
      );
    };
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
    run('req', '-new', ...ec, '-keyout', key, '-out', request, '-subj', subject);
    const by =
      issuer === undefined
        ? ['-signkey', key]
        : ['-CA', this.#path(`${issuer}.pem`), '-CAkey', this.#path(`${issuer}.key`), '-CAcreateserial'];
    run(
      'x509',
      '-req',
      '-in',
      request,
      ...by,
      '-days',
      String(days),
      '-extfile',
      this.#path('extensions'),
      '-out',
      cert,
    );
  }
}

let corp: Corp;
let complete: Project;
let before: string;
beforeAll(async () => {
  complete = new Project(MANIFEST);
  corp = new Corp(join(complete.folder, 'corp'));
  mkdirSync(join(complete.folder, 'anchors'));
  cpSync(join(corp.folder, 'root.pem'), join(complete.folder, 'anchors/corp.pem'));
  const run = await complete.pki(['apply']);
  before = `${run.code}\n${run.stderr}`;
  corp.deliver(complete.path('servers/api'), '/O=Example Org/CN=api.example.test', SERVER);
  corp.deliver(complete.path('clients/agent'), '/CN=agent', CLIENT);
  await complete.apply();
});

describe('a leaf of an authority of which only the certificate is here', () => {
  it('is awaited where its files are missing, and the rest is done', () => {
    expect(before).toMatch(
      /^1\n(?:pki: (?:created|refreshed) .*\n)*pki: error: "servers\/api" waits for a certificate of "authorities\/corp"/,
    );
    expect(before).toContain('so does clients/agent');
    expect(before).toContain('put it in place as "servers/api/cert.pem", with the chain behind it');
    expect(existsSync(complete.path('clients/app/cert.pem'))).toBe(true);
  });

  it('is as it should be once they are there, and takes part in the proof', async () => {
    const state = stateOf(complete.path('servers'));
    const run = await complete.pki(['apply', '--verify', 'all']);
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('nothing to do, everything matches the manifest');
    expect(run.stdout).toContain('8 handshakes accepted');
    expect(stateOf(complete.path('servers'))).toEqual(state);
    expect(await complete.pki(['status'])).toMatchObject({ code: 0 });
    const count = (file: string): number => complete.read(file).split('BEGIN CERTIFICATE').length - 1;
    expect(['cert', 'fullchain', 'ca'].map((file) => count(`servers/api/${file}.pem`))).toEqual([2, 2, 2]);
    expect(existsSync(complete.path('clients/agent/fullchain.pem'))).toBe(false);
  });

  it('is followed when it is renewed elsewhere, by a script as well', async () => {
    const project = copyOf(complete);
    corp.deliver(project.path('servers/api'), '/O=Example Org/CN=api.example.test', SERVER, 20);
    expect(await project.actions()).toEqual({ 'servers/api': 'refresh' });
    const script = (await project.pki(['plan', '--commands'])).stdout;
    const byHand = copyOf(project);
    execFileSync('/bin/sh', ['-s'], { cwd: byHand.folder, input: script, stdio: 'pipe' });
    expect(await byHand.actions()).toEqual({});
    await project.apply();
    expect(project.read('servers/api/fullchain.pem')).toBe(byHand.read('servers/api/fullchain.pem'));
    expect(await project.actions()).toEqual({});
  });

  it('needs no key here, and its handshakes are left out', async () => {
    const project = copyOf(complete);
    rmSync(project.path('servers/api/key.pem'));
    expect(await project.actions()).toEqual({});
    const run = await project.pki(['verify', '--verbose']);
    expect(run, run.stdout).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('servers/api');
  });

  it('is refused with one usage too many, and what follows from it stays', async () => {
    const project = copyOf(complete);
    const fullchain = project.read('servers/api/fullchain.pem');
    const both = SERVER.map((one) => one.replace('serverAuth', 'serverAuth, clientAuth'));
    corp.deliver(project.path('servers/api'), '/O=Example Org/CN=api.example.test', both);
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toMatch(
      /\? servers\/api +wait +extendedKeyUsage: removes clientAuth|extendedKeyUsage/,
    );
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('"servers/api" waits for a certificate of "authorities/corp"');
    expect(project.read('servers/api/fullchain.pem')).toBe(fullchain);
    const verified = await project.pki(['verify']);
    expect(verified).toMatchObject({ code: 1 });
    expect(verified.stdout).toContain('servers/api (any): is not what the manifest says: extendedKeyUsage');
  });

  it('is overdue when it was not renewed, and over when it ends', async () => {
    const at = async (days: number): Promise<string> => {
      const now = new Date(Date.now() + days * 86_400_000).toISOString();
      const run = await complete.pki(['status', '--now', now]);
      return `${run.code} ${/servers\/api .*/.exec(run.stdout)?.[0] ?? ''}`;
    };
    expect(await at(20)).toMatch(/^0 .*ok/);
    expect(await at(27)).toMatch(/^2 .*waiting/);
    expect(await at(31)).toMatch(/^2 .*expired/);
  });

  it('has to lead to a root of that authority', async () => {
    const project = copyOf(complete);
    const other = new Corp(join(project.folder, 'other'));
    renameSync(project.path('servers/api/cert.pem'), join(project.folder, 'right.pem'));
    other.deliver(project.path('servers/api'), '/O=Example Org/CN=api.example.test', SERVER);
    expect((await project.pki(['plan'])).stdout).toContain(
      'leads to no root in the file of authorities/corp',
    );
  });

  it('cannot be an authority, nor ask for what only its issuer makes', async () => {
    const project = copyOf(complete);
    project.write(
      MANIFEST.replace('root: { commonName: Root }', '$&\n  sub: { commonName: Sub, issuer: corp }'),
    );
    expect((await project.pki(['validate'])).stderr).toContain(
      'authority "sub" cannot be signed by "corp", of which only the certificate is here',
    );
    project.write(MANIFEST.replace('fullchain, ca]', 'ca-chain]'));
    expect((await project.pki(['validate'])).stderr).toContain('server "api" cannot have "ca-chain"');
    project.write(MANIFEST.replace('fullchain, ca]', 'fullchain, ca], publish: symlinks'));
    expect((await project.pki(['validate'])).stderr).toContain('cannot be published by links');
  });
});
