// Authorities that others sign as well: two chains to two roots, each judged by programs that know only one of them.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { GO } from '../helpers/judges.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, extensionsOf, itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
defaults: { authorities: { subject: { organization: Acme, country: SE } } }
authorities:
  root: { commonName: Root, crossSignedBy: [partner] }
  issuing: { commonName: Issuing, issuer: root, pathLength: 0, crossSignedBy: [partner-issuing] }
  partner: { commonName: Partner Root, key: rsa-2048, crl: { url: "http://partner.example.test/crl" } }
  partner-issuing: { commonName: Partner Issuing, issuer: partner }
servers:
  ours: { issuer: issuing, commonName: ours.example.test }
  both: { issuer: root, commonName: both.example.test, preferredChain: partner, trust: [root, partner] }
  theirs: { issuer: issuing, commonName: theirs.example.test, preferredChain: partner-issuing, trust: [root, partner] }
clients:
  ours: { issuer: issuing, commonName: ours }
  theirs: { issuer: partner-issuing, commonName: theirs, trust: [partner] }
`;
const BY_ROOT = 'authorities/root@partner';
const BY_ISSUING = 'authorities/issuing@partner-issuing';

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

const certificate = (project: Project, id: string) =>
  new X509Certificate(readFileSync(project.path(id, 'cert.pem')));
const keyOf = (project: Project, id: string): unknown =>
  certificate(project, id).publicKey.export({ format: 'der', type: 'spki' }).toString('hex');

describe('a cross-signed authority', () => {
  it('has a further certificate for its key and name, and one chain for each', async () => {
    const [own, further] = ['authorities/issuing', BY_ISSUING].map((id) => certificate(applied, id));
    expect(further?.subject).toBe(own?.subject);
    expect(further?.issuer).toBe(certificate(applied, 'authorities/partner-issuing').subject);
    expect(keyOf(applied, BY_ISSUING)).toBe(keyOf(applied, 'authorities/issuing'));
    expect(applied.read(BY_ISSUING, 'fullchain.pem')).toBe(
      applied.read(BY_ISSUING, 'cert.pem') + applied.read('authorities/partner-issuing/cert.pem'),
    );
    expect(applied.read(BY_ISSUING, 'ca.pem')).toBe(applied.read('authorities/partner/cert.pem'));
    expect(applied.read('servers/theirs/chain.pem')).toBe(applied.read(BY_ISSUING, 'fullchain.pem'));
    expect(applied.read('servers/ours/chain.pem')).toBe(applied.read('authorities/issuing/cert.pem'));
    expect(readdirSync(applied.path(BY_ISSUING)).sort()).toEqual([
      'ca.pem',
      'cert.pem',
      'chain.pem',
      'fullchain.pem',
    ]);
  });

  it('says where the other one revokes, and is bound to what its own certificate is', async () => {
    const own = await extensionsOf(applied.path('authorities/issuing', 'cert.pem'));
    expect(own['X509v3 Basic Constraints']).toContain('pathlen:0');
    const further = await extensionsOf(applied.path(BY_ISSUING, 'cert.pem'));
    expect(further['X509v3 Basic Constraints']).toBe(own['X509v3 Basic Constraints']);
    expect(further['X509v3 Subject Key Identifier']).toBe(own['X509v3 Subject Key Identifier']);
    const text = await openssl(['x509', '-in', applied.path(BY_ROOT, 'cert.pem'), '-noout', '-text']);
    expect(text).toContain('URI:http://partner.example.test/crl');
  });

  it('is up to date afterwards, and proven below either root', async () => {
    expect(await applied.actions()).toEqual({});
    const run = await applied.pki(['verify', '--json']);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const { certificates, handshakes } = JSON.parse(run.stdout) as {
      certificates: { entity: string; through?: string; problem: null }[];
      handshakes: { cases: { server: string; client: string; check: string; expect: string; ok: boolean }[] };
    };
    const ways = certificates.filter(({ entity }) => entity === 'servers/ours').map(({ through }) => through);
    expect(ways).toEqual([undefined, BY_ROOT, BY_ISSUING]);
    const met = handshakes.cases.filter(({ check, expect }) => check === 'pair' && expect === 'accept');
    expect([...new Set(met.map(({ server, client }) => `${server} ${client}`))]).toEqual([
      'servers/ours clients/ours',
      // Those who trust the key of the root look no further: one chain is for both.
      'servers/both clients/ours',
      'servers/both clients/theirs',
      'servers/theirs clients/theirs',
    ]);
    expect(handshakes.cases.every(({ ok }) => ok)).toBe(true);
  });

  it('is accepted by openssl with the other root alone', async () => {
    const partner = applied.path('authorities/partner/cert.pem');
    for (const name of ['both', 'theirs']) {
      const chain = applied.path(`servers/${name}/chain.pem`);
      const args = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', partner, '-untrusted', chain];
      expect(await openssl(['verify', ...args, applied.path(`servers/${name}/cert.pem`)])).toContain('OK');
    }
  });

  itNeeds(['certtool'], 'is accepted by GnuTLS with the other root alone', async () => {
    for (const name of ['both', 'theirs']) {
      const run = await runProgram('certtool', [
        ...['--verify', '--load-ca-certificate', applied.path('authorities/partner/cert.pem')],
        ...['--infile', applied.path(`servers/${name}/fullchain.pem`)],
      ]);
      expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
    }
  });

  itNeeds(['go'], 'is accepted by Go with either root alone, where the chain leads there', async () => {
    const program = join(temporaryFolder(), 'judge.go');
    writeFileSync(program, GO);
    const roots = ['root', 'partner'].map((name) => applied.path(`authorities/${name}/cert.pem`));
    const asked = ['ours', 'both', 'theirs'].flatMap((name) =>
      roots.flatMap((root) => [root, applied.path(`servers/${name}/fullchain.pem`), 'server', '']),
    );
    const { stdout } = await runProgram('go', ['run', program, ...asked]);
    expect(stdout.split('\n').slice(0, 6)).toEqual(['ok', 'refused', 'ok', 'ok', 'refused', 'ok']);
  });
});

describe('a change', () => {
  it('of either key makes the further certificate again', async () => {
    const project = copyOf(applied);
    const serials = () => [BY_ISSUING, BY_ROOT].map((id) => certificate(project, id).serialNumber);
    const rotate = async (...names: readonly string[]) => {
      const before = serials();
      const run = await project.pki(['rotate', ...names, '--skip-verify', '--allow', 'rekey-ca']);
      expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
      return serials().map((serial, place) => serial !== before[place]);
    };
    expect(await rotate('issuing', 'partner')).toEqual([true, true]);
    expect(keyOf(project, BY_ISSUING)).toBe(keyOf(project, 'authorities/issuing'));
    expect(await rotate('root')).toEqual([false, true]);
    expect(await project.actions()).toEqual({});
    const run = await project.pki(['verify']);
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
  });

  it('cannot be a key of its own', async () => {
    const run = await applied.pki(['rotate', 'root@partner']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('is a further certificate of authorities/root, and has its key');
  });

  it('that takes it out of the manifest asks to remove it, and chains go back', async () => {
    const project = copyOf(applied);
    project.write(
      MANIFEST.replace(', crossSignedBy: [partner-issuing]', '').replace(
        ', preferredChain: partner-issuing',
        '',
      ),
    );
    expect(await project.actions()).toEqual({ 'servers/theirs': 'refresh', [BY_ISSUING]: 'remove' });
  });
});

describe('what a further certificate has of its own', () => {
  const manifest = (said: string, engine = 'openssl') => `version: 1
engine: ${engine}
authorities:
  root: { commonName: Root, crossSignedBy: [{ issuer: partner${said} }] }
  partner: { commonName: Partner }
`;
  const OWN =
    ', validity: 400d, pathLength: 1, nameConstraints: { permitted: [example.test] }, outputs: [cert, ca], folder: cross, files: { cert: "{name}.pem" }';

  it.each(['openssl', 'node'])('is added, changed and removed by the engine %s', async (engine) => {
    const project = new Project(manifest('', engine));
    await project.apply();
    project.write(manifest(OWN, engine));
    // Its files move, and then are other ones.
    const run = await project.pki(['apply', '--skip-verify', '--allow', 'remove']);
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
    expect(readdirSync(project.path('cross')).sort()).toEqual(['ca.pem', 'root@partner.pem']);
    const text = await openssl(['x509', '-in', project.path('cross/root@partner.pem'), '-noout', '-text']);
    expect(text).toContain('CA:TRUE, pathlen:1');
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:example.test\n/);
    const { validFrom, validTo } = new X509Certificate(readFileSync(project.path('cross/root@partner.pem')));
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBe((400 * 86_400 - 1) * 1000);
    project.write(manifest(OWN.replace('pathLength: 1', 'pathLength: null').replace('400d', '30d'), engine));
    const { changes } = await project.plan();
    expect(changes.find(({ id }) => id === BY_ROOT)?.reasons.map(({ field }) => field)).toEqual([
      'pathLength',
      'validity',
    ]);
  });
});

it('a script makes the same', async () => {
  const project = new Project(MANIFEST);
  const script = (await project.pki(['plan', '--commands'])).stdout;
  execFileSync('/bin/sh', ['-s'], { cwd: project.folder, input: script, stdio: 'pipe' });
  expect(await project.actions()).toEqual({});
});

it('one whose partner is offline waits for it, with a request of its own', async () => {
  const project = new Project(`version: 1
authorities:
  root: { commonName: Root, crossSignedBy: [partner] }
  partner: { commonName: Partner, key: offline }
servers: { api: { issuer: root, commonName: api.example.test } }
`);
  const partner = new Project('version: 1\nauthorities: { partner: { commonName: Partner } }\n');
  await partner.apply();
  expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
  expect(await project.actions()).toEqual({ 'authorities/partner': 'wait', [BY_ROOT]: 'wait' });
  mkdirSync(project.path('authorities/partner'));
  writeFileSync(project.path('authorities/partner/cert.pem'), partner.read('authorities/partner/cert.pem'));
  const exchange = join(project.folder, 'exchange');
  for (const [where, args] of [
    [project, ['request', exchange]],
    [partner, ['sign', exchange, '--key', 'pki/authorities/partner/key.pem', '--yes']],
    [project, ['import', exchange]],
  ] as const) {
    const run = await where.pki(args);
    expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
  }
  expect(await project.actions()).toEqual({});
  expect(keyOf(project, BY_ROOT)).toBe(keyOf(project, 'authorities/root'));
});
