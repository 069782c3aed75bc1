// Files in other forms than PEM: they hold what the PEM files hold, their real readers say so, and they follow changes.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
defaults: { outputs: [default, der, pkcs7, pkcs8-der, ca-chain] }
authorities:
  root: { commonName: Example Root CA }
  partner: { commonName: Partner Root CA, outputs: [default, split] }
  services: { commonName: Services CA, issuer: root }
servers:
  ec: { commonName: ec.example.test, issuer: services, outputs: [default, der, pkcs7, pkcs8-der, sec1, ca-chain, combined, split] }
  rsa: { commonName: rsa.example.test, issuer: services, key: rsa-2048, outputs: [default, pkcs1, pkcs8-der] }
clients:
  ed: { commonName: ed, issuer: services, key: ed25519 }
  vpn: { commonName: vpn, issuer: services, trust: [root, partner], outputs: [default, split], publish: symlinks }
`;
const SECRETS = ['key.pk8', 'key-sec1.pem', 'key-pkcs1.pem'];

let project: Project;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
});

const bytes = (path: string): Buffer => readFileSync(project.path(path));
const publicOf = (key: Parameters<typeof createPublicKey>[0]): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

describe('by node', () => {
  it('cert.der is the certificate', () => {
    for (const id of ['servers/ec', 'clients/ed', 'authorities/root'])
      expect(bytes(`${id}/cert.der`)).toEqual(new X509Certificate(project.read(`${id}/cert.pem`)).raw);
  });

  it.each(['servers/ec', 'servers/rsa', 'clients/ed', 'authorities/services'])(
    'key.pk8 of %s is its key',
    (id) => {
      const key = createPrivateKey({ key: bytes(`${id}/key.pk8`), format: 'der', type: 'pkcs8' });
      expect(key.equals(createPrivateKey(project.read(`${id}/key.pem`)))).toBe(true);
    },
  );

  it('the forms before PKCS#8 have their labels, and hold the key', () => {
    const forms = { 'servers/rsa/key-pkcs1.pem': 'RSA', 'servers/ec/key-sec1.pem': 'EC' };
    for (const [path, kind] of Object.entries(forms)) {
      expect(project.read(path)).toMatch(new RegExp(`^-----BEGIN ${kind} PRIVATE KEY-----\n`));
      const pem = project.read(path.replace(/key-.*/, 'key.pem'));
      expect(publicOf(project.read(path))).toBe(publicOf(pem));
    }
  });

  it('ca-chain.pem is the authority between and the root', () => {
    expect(project.read('servers/ec/ca-chain.pem')).toBe(
      project.read('authorities/services/cert.pem') + project.read('authorities/root/cert.pem'),
    );
  });

  it('ca-1.pem and so on have one certificate each of ca.pem, chain-1.pem of chain.pem', () => {
    const [own, partner, between] = ['root', 'partner', 'services'].map((name) =>
      project.read(`authorities/${name}/cert.pem`),
    );
    const parts = (id: string) =>
      readdirSync(project.path(id))
        .filter((name) => /-[0-9]\.pem$/.test(name))
        .map((name) => [name, project.read(id, name)]);
    expect(parts('clients/vpn')).toEqual([
      ['ca-1.pem', own],
      ['ca-2.pem', partner],
      ['chain-1.pem', between],
    ]);
    expect(parts('authorities/partner')).toEqual([['ca-1.pem', partner]]);
  });

  it('whatever holds a key is for its owner alone', () => {
    const found = readdirSync(project.path('.'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      SECRETS.some((name) => path.endsWith(`/${name}`)),
    );
    expect(found.length).toBeGreaterThanOrEqual(7);
    for (const path of found)
      expect([path, statSync(project.path(path)).mode & 0o777]).toEqual([path, 0o600]);
  });

  it('nothing of the parts is left in the work folders', () => {
    expect(existsSync(project.path('.pki/stage'))).toBe(false);
    expect(readdirSync(project.path('servers/ec')).filter((name) => name.includes('parts'))).toEqual([]);
  });
});

describe('by others', () => {
  it('openssl finds in chain.p7b what is in fullchain.pem', async () => {
    const printed = await openssl(['pkcs7', '-in', project.path('servers/ec/chain.p7b'), '-print_certs']);
    const blocks = (text: string) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    expect(blocks(printed)).toEqual(blocks(project.read('servers/ec/fullchain.pem')));
  });

  itNeeds(['certtool'], 'GnuTLS reads each', async () => {
    const read = async (...args: string[]) => (await runProgram('certtool', args)).stdout;
    const p7 = await read('--p7-info', '--infile', project.path('servers/ec/chain.p7b'));
    expect(p7).toContain('Number of certificates: 2');
    const key = await read('--inder', '--key-info', '--infile', project.path('servers/ec/key.pk8'));
    expect(key).toContain('Algorithm: EC/ECDSA');
    const cert = await read('--inder', '--certificate-info', '--infile', project.path('servers/ec/cert.der'));
    expect(cert).toContain('Subject: CN=ec.example.test');
    const old = await read('--key-info', '--infile', project.path('servers/rsa/key-pkcs1.pem'));
    expect(old).toContain('Algorithm: RSA');
  });

  itNeeds(['keytool'], 'Java imports each root of its own file', async () => {
    const store = join(mkdtempSync(join(temporaryFolder(), 'store-')), 'trust.p12');
    const keytool = async (...args: string[]) =>
      (await runProgram('keytool', [...args, '-keystore', store, '-storepass', 'changeit'])).stdout;
    for (const name of ['ca-1', 'ca-2'])
      await keytool(
        '-importcert',
        '-noprompt',
        '-alias',
        name,
        '-file',
        project.path(`clients/vpn/${name}.pem`),
      );
    expect((await keytool('-list')).match(/trustedCertEntry/g)?.length).toBe(2);
  });

  itNeeds(['keytool'], 'Java prints chain.p7b and cert.der', async () => {
    for (const [file, count] of [
      ['chain.p7b', 2],
      ['cert.der', 1],
    ] as const) {
      const { stdout } = await runProgram('keytool', [
        '-printcert',
        '-file',
        project.path(`servers/ec/${file}`),
      ]);
      expect([file, stdout.match(/^Owner: /gm)?.length]).toEqual([file, count]);
    }
  });
});

describe('they follow', () => {
  it('a new key and a new certificate', async () => {
    const copy = new Project(MANIFEST);
    await copy.apply();
    await copy.pki(['rotate', 'servers/ec', '--skip-verify']);
    const key = createPrivateKey({
      key: readFileSync(copy.path('servers/ec/key.pk8')),
      format: 'der',
      type: 'pkcs8',
    });
    expect(key.equals(createPrivateKey(copy.read('servers/ec/key.pem')))).toBe(true);
    const der = readFileSync(copy.path('servers/ec/cert.der'));
    expect(der).toEqual(new X509Certificate(copy.read('servers/ec/cert.pem')).raw);
    expect((await copy.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('a new certificate of the authority above, in all that holds it and in nothing else', async () => {
    const copy = new Project(MANIFEST);
    await copy.apply();
    const text = (name: string) => readFileSync(copy.path(`servers/ec/${name}`), 'latin1');
    const [p7, der, key] = [text('chain.p7b'), text('cert.der'), text('key.pk8')];
    await copy.pki(['rotate', 'authorities/services', '--allow', 'rekey-ca', '--skip-verify']);
    expect(text('chain.p7b')).not.toBe(p7);
    expect(text('key.pk8')).toBe(key);
    expect(text('cert.der')).not.toBe(der);
    expect((await copy.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it.each<[file: string, change: (copy: Project) => void, reason: string]>([
    [
      'cert.der',
      (copy) => write(copy, 'cert.der', Buffer.from('no DER')),
      'cert.der holds no readable DER certificate',
    ],
    [
      'cert.der',
      (copy) => write(copy, 'cert.der', 'other', 'rsa/cert.pem'),
      'cert.der holds no readable DER certificate',
    ],
    ['key.pk8', (copy) => write(copy, 'key.pk8', 'other', 'rsa/key.pk8'), 'key.pk8 is out of date'],
    [
      'key-sec1.pem',
      (copy) => write(copy, 'key-sec1.pem', 'other', 'ec/key.pem'),
      'key-sec1.pem holds "PRIVATE KEY" and not "EC PRIVATE KEY"',
    ],
    [
      'chain.p7b',
      (copy) => write(copy, 'chain.p7b', 'other', 'ec/fullchain.pem'),
      'chain.p7b holds no complete PKCS7 block',
    ],
    [
      'ca-chain.pem',
      (copy) => write(copy, 'ca-chain.pem', 'other', 'ec/ca.pem'),
      'ca-chain.pem is out of date',
    ],
    [
      'chain-1.pem',
      (copy) => write(copy, 'chain-1.pem', 'other', 'ec/ca-chain.pem'),
      'chain-1.pem is out of date',
    ],
  ])('damage of %s, which is made again while the certificate stays', async (file, damage, reason) => {
    const copy = new Project(MANIFEST);
    await copy.apply();
    const before = readFileSync(copy.path(`servers/ec/${file}`));
    const cert = copy.read('servers/ec/cert.pem');
    damage(copy);
    expect((await copy.pki(['plan'])).stdout).toContain(reason);
    await copy.apply();
    expect(copy.read('servers/ec/cert.pem')).toBe(cert);
    expect(readFileSync(copy.path(`servers/ec/${file}`))).toEqual(before);
    expect((await copy.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('the trust: a certificate has its file as long as it is trusted, also behind links and of a root itself', async () => {
    const copy = new Project(MANIFEST);
    await copy.apply();
    const former = copy.read('authorities/partner/cert.pem');
    const parts = (id: string) => readdirSync(copy.path(id)).filter((name) => /-[0-9]\.pem$/.test(name));
    await copy.pki(['rotate', 'authorities/partner', '--allow', 'rekey-ca', '--skip-verify']);
    expect(parts('authorities/partner')).toEqual(['ca-1.pem', 'ca-2.pem']);
    expect(parts('clients/vpn')).toEqual(['ca-1.pem', 'ca-2.pem', 'ca-3.pem', 'chain-1.pem']);
    expect(copy.read('clients/vpn/ca-2.pem')).toBe(copy.read('authorities/partner/cert.pem'));
    expect(copy.read('clients/vpn/ca-3.pem')).toBe(former);
    expect((await copy.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    copy.write(MANIFEST.replace('trust: [root, partner]', 'trust: [root]'));
    const { stdout } = await copy.pki(['plan']);
    for (const text of [
      'no longer trusts authorities/partner',
      'ca-2.pem is no longer needed',
      'ca-3.pem is no',
    ])
      expect(stdout).toContain(text);
    await copy.apply();
    expect(parts('clients/vpn')).toEqual(['ca-1.pem', 'chain-1.pem']);
    expect((await copy.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('what the manifest no longer asks for', async () => {
    const copy = new Project(MANIFEST);
    await copy.apply();
    copy.write(MANIFEST.replace(', sec1', ''));
    expect((await copy.pki(['plan'])).stdout).toContain('key-sec1.pem is no longer needed');
    await copy.apply();
    expect(existsSync(copy.path('servers/ec/key-sec1.pem'))).toBe(false);
  });
});

function write(copy: Project, name: string, how: 'other' | Buffer, from = ''): void {
  const content = how === 'other' ? readFileSync(copy.path(`servers/${from}`)) : how;
  writeFileSync(copy.path(`servers/ec/${name}`), content);
}

it('a key without such a form is a mistake with its place', async () => {
  const wrong = new Project(MANIFEST.replace('key: rsa-2048', 'key: ed25519'));
  const { code, stderr } = await wrong.pki(['validate']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /pki\.yaml:9:\d+: server "rsa" has a key of kind "ed25519", which has no form "pkcs1"/,
  );
});

it('the same by either engine, and by the script of the plan', async () => {
  const byNode = new Project(MANIFEST);
  await byNode.pki(['apply', '--engine', 'node', '--skip-verify']);
  expect((await byNode.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const byScript = new Project(MANIFEST);
  const script = join(mkdtempSync(join(temporaryFolder(), 'script-')), 'plan.sh');
  writeFileSync(script, (await byScript.pki(['plan', '--commands'])).stdout);
  expect(await runProgram('sh', [script], { cwd: byScript.folder })).toMatchObject({ code: 0 });
  const run = await byScript.pki(['plan', '--detailed-exitcode']);
  expect(run).toMatchObject({ code: 0 });
});
