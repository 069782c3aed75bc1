/** `outputs: combined`: one file with the key in it, which is as secret and as up to date as the key itself. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { expect, it } from 'vitest';
import { Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Example Root CA }
  services: { commonName: Services CA, issuer: root }
servers:
  api: { commonName: api.example.test, issuer: services, outputs: [key, cert, ca, combined, fullchain] }
clients:
  app: { commonName: app, issuer: services }
`;

it('is the key and the fullchain, 0600, and TLS loads it', async () => {
  const project = new Project(MANIFEST);
  await project.apply();
  const combined = project.read('servers/api/combined.pem');
  expect(combined).toBe(project.read('servers/api/key.pem') + project.read('servers/api/fullchain.pem'));
  expect(statSync(project.path('servers/api/combined.pem')).mode & 0o777).toBe(0o600);
  expect(() => createServer({ key: combined, cert: combined })).not.toThrow();
  expect(new X509Certificate(combined).checkPrivateKey(createPrivateKey(combined))).toBe(true);
});

it('no warning of a missing chain: it presents one', async () => {
  const project = new Project(MANIFEST.replace(', fullchain]', ']'));
  expect((await project.pki(['validate'])).stderr).toBe('');
});

it.each<[string, (project: Project) => void, string]>([
  [
    'open to others',
    (project) => chmodSync(project.path('servers/api/combined.pem'), 0o644),
    'combined.pem has mode 0644, not 0600',
  ],
  [
    'with another certificate first',
    (project) =>
      writeFileSync(
        project.path('servers/api/combined.pem'),
        project.read('servers/api/key.pem') + project.read('servers/api/ca.pem'),
      ),
    'combined.pem is out of date',
  ],
  [
    'with another key',
    (project) =>
      writeFileSync(
        project.path('servers/api/combined.pem'),
        project.read('clients/app/key.pem') + project.read('servers/api/fullchain.pem'),
      ),
    'combined.pem is out of date',
  ],
])('%s: refreshed, and the certificate stays', async (_, damage, reason) => {
  const project = new Project(MANIFEST);
  await project.apply();
  const before = project.read('servers/api/combined.pem');
  damage(project);
  expect((await project.pki(['plan'])).stdout).toContain(reason);
  await project.apply();
  expect(project.read('servers/api/combined.pem')).toBe(before);
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('follows a new key, and goes when it is no longer asked for', async () => {
  const project = new Project(MANIFEST);
  await project.apply();
  await project.pki(['rotate', 'servers/api', '--skip-verify']);
  expect(project.read('servers/api/combined.pem')).toContain(project.read('servers/api/key.pem'));
  project.write(MANIFEST.replace(', combined', ''));
  expect((await project.pki(['plan'])).stdout).toContain('combined.pem is no longer needed');
  await project.apply();
  expect(existsSync(project.path('servers/api/combined.pem'))).toBe(false);
});
