// `pki export kubernetes`: what apply made as Secrets and ConfigMaps, judged by the schemas of Kubernetes where these are found.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import { yamlObject } from '../../src/manifest/yaml-object.ts';
import { runProgram } from '../helpers/cli.ts';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';
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
    expect(run.stderr).toContain('its key is under a passphrase, and Kubernetes takes keys without one');
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

it('in an export to cert-manager, too, no Secret replaces another', () => {
  const objects = { secret: { name: 'servers-api', labels: {}, annotations: {} } };
  const inventory = anInventory(anAuthority(), aServer({ name: 'api' }), aClient({ name: 'x', objects }));
  expect(certManagerExport(inventory, { output: '../pki' }).omissions).toEqual([
    { entity: 'clients/x', cause: { kind: 'secret', name: 'servers-api', of: 'servers/api' } },
  ]);
});
