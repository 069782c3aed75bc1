// Secrets and ConfigMaps of what is in the output folder.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { folderWith, typed } from '../commands/typed.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  Other_Root: { commonName: Other }
  services: { commonName: Services, issuer: root }
servers:
  api:
    commonName: api.test
    issuer: services
    trust: [root, Other_Root]
    outputs: [default, { secret: { name: api-tls, namespace: shop, labels: { app: api }, annotations: { note: 'a: b' } } }]
  web: { commonName: web.test, issuer: services }
clients:
  bare: { commonName: bare, issuer: services, outputs: [key, cert, chain] }
  clash: { commonName: clash, issuer: services, outputs: [default, { secret: { name: clients-bare } }] }
`;

let folder: string;
let run: Awaited<ReturnType<typeof typed>>;
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  run = await typed(folder, ['export', 'kubernetes']);
});

const place = (path: string) => join(folder, 'export/kubernetes', path);
const object = (path: string) => parse(readFileSync(place(path), 'utf8'));
const pem = (path: string) => readFileSync(join(folder, 'pki', path), 'utf8');
const decoded = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  );

it('says what it wrote, what is left out, and what comes next', () => {
  expect(run).toEqual({
    code: 0,
    stdout: 'export/kubernetes: 7 files written, for Kubernetes\n',
    stderr:
      'pki: warning: clients/clash: its Secret "clients-bare" would replace that of clients/bare\n' +
      'pki: hint: "export/kubernetes/README.md" has the commands that follow\n',
  });
  expect(readFileSync(place('.gitignore'), 'utf8')).toBe('/secrets/\n');
});

describe('a Secret', () => {
  it('is for its owner alone, and holds key, chain and roots', () => {
    expect(statSync(place('secrets/servers-api.yaml')).mode & 0o777).toBe(0o600);
    const { data, ...rest } = object('secrets/servers-api.yaml');
    expect(rest).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'api-tls', namespace: 'shop', labels: { app: 'api' }, annotations: { note: 'a: b' } },
    });
    expect(decoded(data)).toEqual({
      'ca.crt': pem('servers/api/ca.pem'),
      'tls.crt': pem('servers/api/fullchain.pem'),
      'tls.key': pem('servers/api/key.pem'),
    });
  });

  it('has the name of its entry where nothing else is said', () => {
    expect(object('secrets/servers-web.yaml').metadata).toEqual({ name: 'servers-web' });
  });

  it('is put together where chain and roots are no files of the entry', () => {
    expect(decoded(object('secrets/clients-bare.yaml').data)).toEqual({
      'ca.crt': pem('authorities/root/cert.pem'),
      'tls.crt': pem('clients/bare/cert.pem') + pem('authorities/services/cert.pem'),
      'tls.key': pem('clients/bare/key.pem'),
    });
  });
});

describe('a ConfigMap', () => {
  it('is there for each set of roots, in each namespace', () => {
    const [shop = ''] = readdirSync(place('trust/shop'));
    expect(shop).toMatch(/^pki-trust-other-root-root-[0-9a-f]{10}\.yaml$/);
    expect(object(`trust/shop/${shop}`)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: shop.replace('.yaml', ''), namespace: 'shop' },
      data: { 'ca.crt': pem('servers/api/ca.pem') },
    });
    expect(object('trust/pki-trust-root.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pki-trust-root' },
      data: { 'ca.crt': pem('servers/web/ca.pem') },
    });
    expect(statSync(place('trust/pki-trust-root.yaml')).mode & 0o777).toBe(0o644);
  });
});

it('changes nothing the second time, and leaves out what is not there', async () => {
  expect((await typed(folder, ['export', 'kubernetes'])).stdout).toBe(
    'export/kubernetes: nothing to do, 7 files for Kubernetes\n',
  );
  rmSync(join(folder, 'pki/servers/web/key.pem'));
  const without = await typed(folder, ['export', 'kubernetes']);
  expect(without.stdout).toMatch(/^export\/kubernetes: \d files? written, 1 removed, for Kubernetes\n$/);
  expect(without.stderr).toMatch(/^pki: warning: servers\/web: /m);
});

it('says by which commands they come into a cluster', () => {
  const readme = readFileSync(place('README.md'), 'utf8');
  const folders = '--recursive --filename=secrets --filename=trust\n';
  for (const command of ['diff', 'apply'])
    expect(readme).toContain(`kubectl ${command} --server-side --field-manager=pki-apply ${folders}`);
});
