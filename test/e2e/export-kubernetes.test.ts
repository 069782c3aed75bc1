// `pki export kubernetes`: what apply made as Secrets and ConfigMaps, judged by the schemas of Kubernetes where these are found.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import { yamlObject } from '../../src/manifest/yaml-object.ts';
import { runProgram } from '../helpers/cli.ts';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, itNeeds, mode, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
engine: node
authorities:
  root: { commonName: Root }
  Other_Root: { commonName: Other }
  services: { commonName: Services, issuer: root }
servers:
  api:
    commonName: api.example.test
    issuer: services
    trust: [root, Other_Root]
    outputs: [default, { secret: { name: api-tls, namespace: shop, labels: { app: api }, annotations: { note: 'a: b' } } }]
  web: { commonName: web.example.test, issuer: services, outputs: [default, secret] }
clients:
  bare: { commonName: bare, issuer: services, outputs: [key, cert, chain] }
  clash: { commonName: clash, issuer: services, outputs: [default, { secret: { name: clients-bare } }] }
`;
const CLASH = 'pki: warning: clients/clash: its Secret "clients-bare" would replace that of clients/bare\n';
const HINT = 'pki: hint: "export/kubernetes/README.md" has the commands that follow\n';

let project: Project;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
});

const exported = (of: Project, path: string): string => join(of.folder, 'export/kubernetes', path);
const objectIn = (of: Project, path: string) => yamlObject(readFileSync(exported(of, path), 'utf8'));

/** The data of a Secret, decoded. */
function secretData(of: Project, slug: string): Record<string, string> {
  const data = Object(objectIn(of, `secrets/${slug}.yaml`)?.['data']);
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(String(text), 'base64').toString()]),
  );
}

describe('pki export kubernetes', () => {
  it('writes what is there, Secrets for their owner alone, and a second time changes nothing', async () => {
    const copy = copyOf(project);
    const run = await copy.pki(['export', 'kubernetes']);
    expect(run).toMatchObject({ code: 0, stderr: CLASH + HINT });
    expect(run.stdout).toBe('export/kubernetes: 7 files written, for Kubernetes\n');
    const files = Object.keys(stateOf(exported(copy, '.'))).filter((path) => path.endsWith('.yaml'));
    expect(files.map((path) => path.replace(/[0-9a-f]{10}/, 'DIGEST')).sort()).toEqual([
      'secrets/clients-bare.yaml',
      'secrets/servers-api.yaml',
      'secrets/servers-web.yaml',
      'trust/pki-trust-root.yaml',
      'trust/shop/pki-trust-other-root-root-DIGEST.yaml',
    ]);
    for (const path of files) expect(mode(exported(copy, path))).toBe(path.startsWith('s') ? '0600' : '0644');
    expect(readFileSync(exported(copy, '.gitignore'), 'utf8')).toBe('/secrets/\n');
    expect(secretData(copy, 'servers-api')).toEqual({
      'ca.crt': copy.read('servers/api/ca.pem'),
      'tls.crt': copy.read('servers/api/fullchain.pem'),
      'tls.key': copy.read('servers/api/key.pem'),
    });
    // Neither fullchain nor roots are files of this one.
    expect(secretData(copy, 'clients-bare')).toEqual({
      'ca.crt': copy.read('authorities/root/cert.pem'),
      'tls.crt': copy.read('clients/bare/cert.pem') + copy.read('authorities/services/cert.pem'),
      'tls.key': copy.read('clients/bare/key.pem'),
    });
    const before = stateOf(copy.folder);
    expect((await copy.pki(['export', 'kubernetes'])).stdout).toContain('nothing to do');
    expect(stateOf(copy.folder)).toEqual(before);
  });

  it('a Secret says the same as the output of that name, and pods mount what trust-manager would make', async () => {
    const copy = copyOf(project);
    await copy.pki(['export', 'kubernetes']);
    for (const name of ['api', 'web']) {
      const own = yamlObject(copy.read(`servers/${name}/secret.yaml`));
      expect(objectIn(copy, `secrets/servers-${name}.yaml`)).toEqual(own);
    }
    expect(objectIn(copy, 'trust/pki-trust-root.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pki-trust-root' },
      data: { 'ca.crt': copy.read('servers/web/ca.pem') },
    });
  });

  it('follows the files: a new key, one that does not match, and one that is gone', async () => {
    const copy = copyOf(project);
    await copy.pki(['export', 'kubernetes']);
    await copy.pki(['rotate', 'servers/web', '--skip-verify']);
    const run = await copy.pki(['export', 'kubernetes']);
    expect(run.stdout).toBe('export/kubernetes: 1 file written, for Kubernetes\n');
    expect(secretData(copy, 'servers-web')['tls.key']).toBe(copy.read('servers/web/key.pem'));
    writeFileSync(copy.path('servers/web/key.pem'), copy.read('servers/api/key.pem'));
    rmSync(copy.path('servers/api/key.pem'));
    const after = await copy.pki(['export', 'kubernetes']);
    expect(after.stderr).toBe(
      'pki: warning: servers/api: its key, its certificate or the roots that it trusts are not in the output folder\n' +
        'pki: warning: servers/web: its certificate is for another key than the one beside it\n' +
        CLASH +
        HINT,
    );
    expect(after.stdout).toBe('export/kubernetes: 1 file written, 3 removed, for Kubernetes\n');
  });

  it('a key under a passphrase stays under it', async () => {
    const sealed = new Project(
      'version: 1\nengine: node\nauthorities: { root: { commonName: R } }\n' +
        'servers: { api: { commonName: a.example.test, passphrase: env:PKI_TEST_WORD } }\n',
    );
    const env = { PKI_TEST_WORD: 'correct horse' };
    await sealed.pki(['apply', '--skip-verify'], { env });
    const run = await sealed.pki(['export', 'kubernetes'], { env });
    expect(run.stderr).toContain(
      'the key of servers/api is under a passphrase, and Kubernetes takes keys without one',
    );
    expect(Object.keys(stateOf(exported(sealed, '.'))).join()).not.toContain('secrets');
  });

  itNeeds(['kubernetes-validate'], 'the schemas of Kubernetes find nothing wrong', async () => {
    const copy = copyOf(project);
    await copy.pki(['export', 'kubernetes']);
    const files = Object.keys(stateOf(exported(copy, '.'))).filter((path) => path.endsWith('.yaml'));
    const args = ['--strict', ...files.map((path) => exported(copy, path))];
    expect(await runProgram('kubernetes-validate', args)).toMatchObject({ code: 0 });
  });
});

/** A `sops` that closes values of data, never the same twice, and notes how it is called. */
function fakeSops(folder: string, then = ''): { env: { PATH: string }; calls(): string[] } {
  const log = join(folder, 'sops.log');
  writeFileSync(log, '');
  const seal = "sed -E 's/^  (ca.crt|tls.crt|tls.key): .*/  \\1: ENC['\"$n\"']/'";
  const lines = [
    '#!/bin/sh',
    `printf '%s\\n' "$*" >>'${log}'`,
    `n=$(wc -l <'${log}')`,
    'for file in "$@"; do :; done',
    then === '' ? `cat "$file" | ${seal}; echo 'sops: { version: fake }'` : then,
  ];
  writeFileSync(join(folder, 'sops'), `${lines.join('\n')}\n`, { mode: 0o755 });
  return {
    env: { PATH: `${folder}:${process.env['PATH']}` },
    calls: () => readFileSync(log, 'utf8').split('\n').slice(0, -1),
  };
}

const SOPS = ['export', 'kubernetes', '--sops'];

describe('sealed by sops', () => {
  it('a Secret is sealed once, and again only where what is in it changes', async () => {
    const copy = copyOf(project);
    const { env, calls } = fakeSops(temporaryFolder());
    expect((await copy.pki(SOPS, { env })).stdout).toBe(
      'export/kubernetes: 6 files written, for Kubernetes\n',
    );
    expect(calls()).toHaveLength(3);
    expect(calls()[0]).toBe(
      '--encrypt --encrypted-regex ^(data|stringData)$ --filename-override secrets/servers-api.sops.yaml ' +
        '--input-type yaml --output-type yaml /dev/stdin',
    );
    const before = stateOf(copy.folder);
    expect(Object.keys(before)).not.toContain('export/kubernetes/.gitignore');
    expect((await copy.pki(SOPS, { env })).stdout).toContain('nothing to do');
    expect(stateOf(copy.folder)).toEqual(before);
    // Sealed again by hand, for others: it stays as it is, and stays ours.
    const file = exported(copy, 'secrets/servers-web.sops.yaml');
    const rekeyed = readFileSync(file, 'utf8').replace('version: fake', 'version: other');
    writeFileSync(file, rekeyed);
    await copy.pki(SOPS, { env });
    expect(readFileSync(file, 'utf8')).toBe(rekeyed);
    writeFileSync(file, rekeyed.replace('other', 'third'));
    await copy.pki(['rotate', 'servers/web', '--skip-verify']);
    expect((await copy.pki(SOPS, { env })).stdout).toContain(': 1 file written,');
    expect(calls()).toHaveLength(4);
    // Open again: what was sealed goes.
    expect((await copy.pki(['export', 'kubernetes'])).stdout).toContain('5 files written, 3 removed');
  });

  it.each([
    [
      'leaves the key open',
      'cat "$file"; echo "sops: { version: fake }"',
      'is not sealed, and was not written',
    ],
    ['prints nothing', 'exit 0', 'is not sealed, and was not written'],
    [
      'fails',
      'echo "no rule matches" >&2; exit 3',
      '"sops" exited with 3 for "secrets/servers-api.sops.yaml": no rule',
    ],
    ['is not there', 'exit 127', '"sops" is not there'],
  ])('one that %s leaves no file', async (_, then, words) => {
    const copy = copyOf(project);
    const { env } = fakeSops(temporaryFolder(), then);
    const run = await copy.pki(SOPS, { env });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(words);
    expect(Object.keys(stateOf(exported(copy, '.')))).toEqual(['.']);
  });

  it('is for Secrets alone', async () => {
    const run = await project.pki(['export', 'vault', '--sops', '--to', 'none']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('"--sops" seals Secrets, and an export to OpenBao or Vault holds none');
  });

  itNeeds(['sops'], 'the real one gives back what was sealed', async () => {
    const copy = copyOf(project);
    const { recipient, identity } = ageKey();
    const first = await copy.pki(SOPS, { env: { SOPS_AGE_RECIPIENTS: recipient } });
    expect(first).toMatchObject({ code: 0, stderr: CLASH + HINT });
    const path = exported(copy, 'secrets/servers-api.sops.yaml');
    expect(readFileSync(path, 'utf8')).not.toContain(': LS0t');
    const args = ['--decrypt', path];
    const { code, stdout } = await runProgram('sops', args, { env: { SOPS_AGE_KEY: identity } });
    expect(code).toBe(0);
    expect(yamlObject(stdout)?.['data']).toEqual(yamlObject(copy.read('servers/api/secret.yaml'))?.['data']);
    expect((await copy.pki(SOPS, { env: { SOPS_AGE_RECIPIENTS: recipient } })).stdout).toContain(
      'nothing to do',
    );
  });
});

/** A key of age: X25519 in Bech32. */
function ageKey(): { recipient: string; identity: string } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const raw = (key: KeyObject, type: 'spki' | 'pkcs8') =>
    (type === 'spki' ? key.export({ type, format: 'der' }) : key.export({ type, format: 'der' })).subarray(
      -32,
    );
  return {
    recipient: bech32('age', raw(publicKey, 'spki')),
    identity: bech32('age-secret-key-', raw(privateKey, 'pkcs8')).toUpperCase(),
  };
}

/** BIP 173. */
function bech32(prefix: string, bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const data = (bits.match(/.{1,5}/g) ?? []).map((part) => Number.parseInt(part.padEnd(5, '0'), 2));
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  const head = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const sum = polymod([...head, ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >> shift) & 31);
  return `${prefix}1${[...data, ...check].map((value) => 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'[value]).join('')}`;
}

function polymod(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return values.reduce((sum, value) => {
    const shifted = ((sum & 0x1ffffff) << 5) ^ value;
    return generators.reduce((all, one, i) => ((sum >> (25 + i)) & 1 ? all ^ one : all), shifted);
  }, 1);
}

it('in an export to cert-manager, too, no Secret replaces another', () => {
  const objects = { secret: { name: 'servers-api', labels: {}, annotations: {} } };
  const inventory = anInventory(anAuthority(), aServer({ name: 'api' }), aClient({ name: 'x', objects }));
  expect(certManagerExport(inventory, { output: '../pki' }).omissions).toEqual([
    { entity: 'clients/x', cause: { kind: 'secret', name: 'servers-api', of: 'servers/api' } },
  ]);
});
