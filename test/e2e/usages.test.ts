// `keyUsage` and `extendedKeyUsage`: in the certificate as openssl reads it, compared exactly, and never against TLS.
import { beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, extensionsOf, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, keyUsage: [keyCertSign, cRLSign, digitalSignature] }
  tls: { commonName: TLS, issuer: root, extendedKeyUsage: [serverAuth, clientAuth, 1.3.6.1.5.2.3.5] }
servers:
  plain: { commonName: plain.example.test, issuer: tls }
  kdc:
    commonName: kdc.example.test
    issuer: tls
    key: rsa-2048
    keyUsage: [keyEncipherment, digitalSignature, contentCommitment]
    extendedKeyUsage: [1.3.6.1.5.2.3.5, serverAuth]
clients:
  mail: { commonName: mail, issuer: root, extendedKeyUsage: [emailProtection, clientAuth, 1.3.6.1.4.1.311.20.2.2] }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

it('is what openssl reads, and an authority keeps its own', async () => {
  const of = async (id: string) => {
    const { 'X509v3 Key Usage': usage, 'X509v3 Extended Key Usage': purposes } = await extensionsOf(
      applied.path(id, 'cert.pem'),
    );
    return [usage, purposes];
  };
  expect(await of('servers/kdc')).toEqual([
    'critical, Digital Signature, Non Repudiation, Key Encipherment',
    'Signing KDC Response, TLS Web Server Authentication',
  ]);
  expect(await of('authorities/root')).toEqual([
    'critical, Digital Signature, Certificate Sign, CRL Sign',
    undefined,
  ]);
  expect(await of('authorities/tls')).toEqual([
    'critical, Certificate Sign, CRL Sign',
    'TLS Web Server Authentication, TLS Web Client Authentication, Signing KDC Response',
  ]);
  expect(await of('servers/plain')).toEqual(['critical, Digital Signature', 'TLS Web Server Authentication']);
});

it('is in the request as well, and a verifier of the purpose accepts it', async () => {
  const text = await openssl(['req', '-in', applied.path('servers/kdc/csr.pem'), '-noout', '-text']);
  expect(text).toContain('Signing KDC Response, TLS Web Server Authentication');
  const chain = [
    '-CAfile',
    applied.path('authorities/root/cert.pem'),
    '-untrusted',
    applied.path('authorities/tls/cert.pem'),
  ];
  for (const [purpose, id] of [
    ['sslserver', 'servers/kdc'],
    ['sslserver', 'servers/plain'],
    ['sslclient', 'clients/mail'],
    ['smimesign', 'clients/mail'],
  ] as const)
    expect(
      await openssl(['verify', '-x509_strict', '-purpose', purpose, ...chain, applied.path(id, 'cert.pem')]),
    ).toContain(': OK');
});

it('the same again changes nothing, by either engine', async () => {
  expect((await applied.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const byNode = new Project(`${MANIFEST}engine: node\n`);
  await byNode.apply();
  expect((await byNode.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const read = async (project: Project) => await extensionsOf(project.path('servers/kdc/cert.pem'));
  const rest = ({ 'X509v3 Key Usage': a, 'X509v3 Extended Key Usage': b }: Record<string, string>) => [a, b];
  expect(rest(await read(byNode))).toEqual(rest(await read(applied)));
});

describe('an edit', () => {
  it.each<[what: string, from: string, to: string, id: string, says: string]>([
    [
      'another usage',
      'keyUsage: [keyEncipherment, digitalSignature, contentCommitment]',
      'keyUsage: [digitalSignature]',
      'servers/kdc',
      'keyUsage: − nonRepudiation, keyEncipherment; 1 stays',
    ],
    [
      'a usage where there was the default',
      'plain.example.test,',
      'plain.example.test, keyUsage: [digitalSignature, keyAgreement],',
      'servers/plain',
      'keyUsage: digitalSignature → digitalSignature, keyAgreement',
    ],
    [
      'purposes no more',
      ', extendedKeyUsage: [emailProtection, clientAuth, 1.3.6.1.4.1.311.20.2.2]',
      '',
      'clients/mail',
      'extendedKeyUsage: − emailProtection, 1.3.6.1.4.1.311.20.2.2; 1 stays',
    ],
  ])('%s is a reason, with before and after', async (_, from, to, id, says) => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(from, to));
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toContain(says);
    expect(await project.actions()).toEqual({ [id]: 'issue' });
    await project.apply();
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });
});
