// Names that say who, not where: as common names of servers and peers, and of clients that the manifest does not name.
import { expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { datesOf, Project } from './project.ts';

const NODES = `version: 1
authorities: { ca: { commonName: CA } }
clients: { admin: { commonName: admin, subject: { organization: "system:masters" } } }
servers: { metrics: { commonName: Metrics of Zone 7, san: [metrics.example.test] } }
peers:
  node-0: { commonName: "system:node:node-0.example.test", subject: { organization: "system:nodes" }, san: [node-0, 127.0.0.1] }
  api: { commonName: kubernetes, san: [127.0.0.1, 10.32.0.1, kubernetes.default.svc] }
`;

async function subjectOf(project: Project, id: string): Promise<string> {
  const args = [
    'x509',
    '-in',
    project.path(id, 'cert.pem'),
    '-noout',
    '-subject',
    '-nameopt',
    'RFC2253,utf8',
  ];
  return (await openssl(args)).trim();
}

it('identities stand beside host names, and every handshake goes as it should', async () => {
  const project = new Project(NODES);
  const run = await project.pki(['apply']);
  expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
  expect(run.stdout).toMatch(/\d+ handshakes accepted, \d+ refused, as expected/);
  expect(await subjectOf(project, 'peers/node-0')).toBe(
    'subject=CN=system:node:node-0.example.test,O=system:nodes',
  );
  expect(await subjectOf(project, 'servers/metrics')).toBe('subject=CN=Metrics of Zone 7');
  const names = await openssl([
    'x509',
    '-in',
    project.path('peers/api/cert.pem'),
    '-noout',
    '-ext',
    'subjectAltName',
  ]);
  expect(names).toMatch(/IP Address:127.0.0.1, IP Address:10.32.0.1, DNS:kubernetes.default.svc\n/);
});

it('clients without a name of their own get those of their entries, when they are renewed', async () => {
  const shared = '{ subject: { organization: Example Org } }';
  const authorities = 'authorities: { ca: { commonName: CA, subject: { organization: Example Org } } }';
  // As an earlier version named them: by nothing but what all have in common.
  const project = new Project(`version: 1\n${authorities}\nclients: { ann: ${shared}, bob: ${shared} }\n`);
  expect((await project.applyByCommand()).stderr).toContain(
    'client "bob" has the same subject and issuer as client "ann"',
  );
  project.write(`version: 1\ndefaults: ${shared}\n${authorities}\nclients: { ann: , bob: , eve: }\n`);
  expect(await project.actions()).toEqual({ 'clients/eve': 'create' });
  const { notAfter } = await datesOf(project.path('clients/ann/cert.pem'));
  const due = await project.plan('--now', new Date((notAfter - 86_400) * 1000).toISOString());
  expect(due.changes.find(({ id }) => id === 'clients/ann')?.reasons).toMatchObject([
    { kind: 'expires' },
    { kind: 'differs', field: 'subject', before: 'O=Example Org', after: 'O=Example Org, CN=ann' },
  ]);
  const before = project.read('clients/bob/cert.pem');
  await project.apply();
  expect(project.read('clients/bob/cert.pem')).toBe(before);
  expect(await subjectOf(project, 'clients/eve')).toBe('subject=CN=eve,O=Example Org');
  expect(await project.pki(['rotate', 'clients/ann', '--skip-verify'])).toMatchObject({ code: 0 });
  expect(await subjectOf(project, 'clients/ann')).toBe('subject=CN=ann,O=Example Org');
  expect(project.read('clients/bob/cert.pem')).toBe(before);
  expect(await project.actions()).toEqual({});
});
