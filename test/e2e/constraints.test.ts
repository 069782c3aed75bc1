// `nameConstraints`: as openssl and Go read them, held by verifiers, and checked before anything is issued.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project, put } from './project.ts';

const CONSTRAINTS = `{ permitted: [example.test, 10.0.0.0/8, "2001:db8::/32", "email:example.test", "uri:.example.test"], excluded: [secret.example.test] }`;
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  team: { commonName: Team, issuer: root, nameConstraints: ${CONSTRAINTS} }
servers:
  api: { commonName: api.example.test, issuer: team, san: [api.example.test, 10.1.2.3, "2001:db8::1", "uri:spiffe://a.example.test/x"] }
clients:
  app: { commonName: app, issuer: team, san: [app.example.test, "email:ops@example.test"] }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

const ROOT = 'authorities/root/cert.pem';
const TEAM = 'authorities/team/cert.pem';

const constraintsOf = async (project: Project): Promise<string> => {
  const text = await openssl(['x509', '-in', project.path(TEAM), '-noout', '-ext', 'nameConstraints']);
  return text.trim().replaceAll(/\s+/g, ' ');
};

it('are critical, as openssl reads them', async () => {
  expect(await constraintsOf(applied)).toBe(
    'X509v3 Name Constraints: critical Permitted: DNS:example.test IP:10.0.0.0/255.0.0.0 IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:0:0:0:0:0:0 email:example.test URI:.example.test Excluded: DNS:secret.example.test',
  );
});

it('the same again changes nothing, and node writes the same octets', async () => {
  expect((await applied.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const byNode = new Project(`${MANIFEST}engine: node\n`);
  await byNode.apply();
  expect(await constraintsOf(byNode)).toBe(await constraintsOf(applied));
});

/** A leaf that the constrained authority's key signs by hand. */
async function signedBy(project: Project, san: string): Promise<string> {
  const folder = mkdtempSync(join(temporaryFolder(), 'leaf-'));
  put(
    join(folder, 'ext'),
    `subjectAltName=${san}\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n`,
  );
  const [key, csr, cert] = ['key', 'csr', 'cert'].map((name) => join(folder, `${name}.pem`));
  await openssl([
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/O=x',
    '-keyout',
    `${key}`,
    '-out',
    `${csr}`,
  ]);
  await openssl([
    'x509',
    '-req',
    '-in',
    `${csr}`,
    '-CA',
    project.path(TEAM),
    '-CAkey',
    project.path('authorities/team/key.pem'),
    '-days',
    '1',
    '-extfile',
    join(folder, 'ext'),
    '-out',
    `${cert}`,
  ]);
  return `${cert}`;
}

describe('verifiers hold leaves that others sign with the key to them', () => {
  it.each<[san: string, holds: boolean]>([
    ['DNS:www.example.test', true],
    ['DNS:example.test', true],
    ['DNS:www.other.test', false],
    ['DNS:a.secret.example.test', false],
    ['IP:10.255.0.1', true],
    ['IP:11.0.0.1', false],
    ['IP:2001:db9::1', false],
    ['email:a@example.test', true],
    ['email:a@sub.example.test', false],
    ['URI:https://a.example.test/x', true],
    ['URI:https://example.org/x', false],
  ])('openssl: %s %s', async (san, holds) => {
    const leaf = await signedBy(applied, san);
    const args = [
      'verify',
      '-x509_strict',
      '-CAfile',
      applied.path(ROOT),
      '-untrusted',
      applied.path(TEAM),
      leaf,
    ];
    const { code } = await runProgram('openssl', args);
    expect(code === 0).toBe(holds);
  });

  itNeeds(['certtool'], 'GnuTLS: what is permitted, and what is not', async () => {
    const verify = async (leaf: string): Promise<boolean> => {
      const bundle = join(mkdtempSync(join(temporaryFolder(), 'chain-')), 'chain.pem');
      const pems = [leaf, applied.path(TEAM)].map((path) => openssl(['x509', '-in', path]));
      put(bundle, (await Promise.all(pems)).join(''));
      const { code } = await runProgram('certtool', [
        '--verify',
        '--load-ca-certificate',
        applied.path(ROOT),
        '--infile',
        bundle,
      ]);
      return code === 0;
    };
    expect(await verify(applied.path('servers/api/cert.pem'))).toBe(true);
    expect(await verify(await signedBy(applied, 'DNS:www.other.test'))).toBe(false);
  });
});

describe('an edit', () => {
  it.each<[what: string, to: string, says: string]>([
    [
      'more is excluded',
      CONSTRAINTS.replace('[secret', '[top.example.test, secret'),
      'excluded dns:top.example.test',
    ],
    [
      'another order is none',
      `{ excluded: [secret.example.test], permitted: ["uri:.example.test", "email:example.test", "2001:db8::/32", 10.0.0.0/8, example.test] }`,
      '',
    ],
  ])('%s', async (_, to, says) => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(CONSTRAINTS, to));
    const plan = await project.pki(['plan', '--detailed-exitcode']);
    expect(plan.code).toBe(says === '' ? 0 : 2);
    expect(plan.stdout).toContain(says);
    await project.apply();
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('that takes them away leaves the certificate until its renewal, which takes a yes', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(`, nameConstraints: ${CONSTRAINTS}`, ''));
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    const rotated = await project.pki(['rotate', 'authorities/team', '--skip-verify']);
    expect(rotated.stderr).toContain('to consent, pass "--allow trust"');
    expect(rotated.code).toBe(1);
  });
});

it('are described by adopt', async () => {
  const { folder, out } = copyOf(applied);
  const adopted = new Project('', { folder });
  const { stdout, code } = await adopted.pki(['adopt', out]);
  expect(code).toBe(0);
  expect(stdout).toContain('        - email:example.test\n        - uri:.example.test\n      excluded:\n');
  adopted.write(stdout);
  expect((await adopted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

describe('directory names', () => {
  const manifest = (organization: string, engine: string): string => `version: 1
engine: ${engine}
defaults: { subject: { country: SE, organization: ${organization} } }
authorities:
  root: { commonName: Root, subject: { organization: Root } }
  team:
    commonName: Team
    issuer: root
    nameConstraints: { permitted: ["dirName:O=Acme,C=SE"], excluded: ["dirName:OU=Secret,O=Acme,C=SE"] }
clients:
  app: { commonName: app, issuer: team }
`;

  it('bind subjects, as openssl reads and holds them, and both engines write the same', async () => {
    const projects = ['openssl', 'node'].map((engine) => new Project(manifest('Acme', engine)));
    for (const project of projects) {
      await project.apply();
      expect(await constraintsOf(project)).toBe(
        'X509v3 Name Constraints: critical Permitted: DirName:C = SE, O = Acme Excluded: DirName:C = SE, O = Acme, OU = Secret',
      );
      const trust = ['-CAfile', project.path(ROOT), '-untrusted', project.path(TEAM)];
      await openssl(['verify', '-x509_strict', ...trust, project.path('clients/app/cert.pem')]);
      expect(await project.actions()).toEqual({});
    }
  });

  it('are held against every subject below them', async () => {
    const run = await new Project(manifest('Other', 'openssl')).pki(['validate']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('"C=SE, O=Other, CN=app", a name of client "app", is outside');
    const secret = manifest('Acme', 'openssl').replace(
      'issuer: team }',
      'issuer: team, subject: { organizationalUnit: Secret } }',
    );
    expect((await new Project(secret).pki(['validate'])).stderr).toContain('is outside the name constraints');
  });
});
