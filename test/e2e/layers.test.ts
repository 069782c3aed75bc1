// Profiles, defaults of sections and null: where a value stands means nothing, what it is means all.
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, extensionsOf, Project } from './project.ts';

const FLAT = `version: 1
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root, validity: 2y }
servers:
  api: { commonName: api.example.test, issuer: sub, validity: 30d, key: rsa-2048, subject: { organization: Org, country: SE } }
  admin: { commonName: admin.example.test, issuer: root, subject: { organization: Org } }
clients:
  app: { commonName: app, issuer: sub, subject: { organization: Org, country: SE } }
`;

const LAYERED = `version: 1
profiles:
  base: { validity: 30d }
  web: { extends: base, key: rsa-2048 }
defaults:
  issuer: sub
  subject: { organization: Org, country: SE }
  servers: { profile: web }
  authorities: { issuer: root, validity: 2y, subject: null }
authorities:
  root: { commonName: Root, issuer: null, validity: null }
  sub: { commonName: Sub }
servers:
  api: { commonName: api.example.test }
  admin: { commonName: admin.example.test, issuer: root, profile: null, subject: { country: null } }
clients:
  app: { commonName: app }
`;

/** The same files, and a manifest that says it in another way. */
function withManifest(text: string): Project {
  const project = copyOf(applied);
  project.write(text);
  return project;
}

let applied: Project;
beforeAll(async () => {
  applied = new Project(FLAT);
  await applied.apply();
});

describe('settings that move to other layers', () => {
  it('change nothing', async () => {
    const project = withManifest(LAYERED);
    const plan = await project.pki(['plan', '--detailed-exitcode']);
    expect(plan).toMatchObject({ code: 0 });
  });

  it('and what a profile says otherwise changes all that use it, with the reason, once', async () => {
    const project = withManifest(LAYERED.replace('key: rsa-2048', 'key: ecdsa-p384, validity: 60d'));
    const plan = await project.pki(['plan', '--detailed-exitcode']);
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain('key: rsa-2048 → ecdsa-p384');
    expect(plan.stdout).not.toContain('servers/admin');
    await project.apply();
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('a profile that is built in changes nothing of what the section is for', async () => {
    const project = withManifest(FLAT.replace('issuer: sub, validity: 30d', '$&, profile: server'));
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    expect(await extensionsOf(project.path('servers/api', 'cert.pem'))).toMatchObject({
      'X509v3 Extended Key Usage': 'TLS Web Server Authentication',
    });
  });
});
