/**
 * The control loops of cert-manager itself, where `PKI_CERT_MANAGER` names the program: given our export, they issue what the
 * manifest says, and what the export was changed by is found in what they issue.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { certificateBlocks } from '../../src/x509/parse.ts';
import { pemText } from '../../src/x509/pem.ts';
import { type Run, runProgram } from '../helpers/cli.ts';
import { type ApiServer, HAS_SERVER, itServes } from './api-server.ts';
import { startUntil } from './daemon.ts';
import { copyOf, itWhen, Project } from './project.ts';

const CRDS = process.env['PKI_CRDS'] ?? '';
const LOOPS = process.env['PKI_CERT_MANAGER'] ?? '';
/** Whether there are any. */
export const HAS_LOOPS = existsSync(CRDS) && existsSync(LOOPS);

/** Everything that such an export can say of a certificate. */
const MANIFEST = `version: 1
engine: node
defaults: { issuer: services }
authorities:
  root: { commonName: Root }
  services:
    commonName: Services
    issuer: root
    key: rsa-2048
    crl: { url: 'http://pki.example.test/a.crl' }
    ocsp: { url: 'http://ocsp.example.test/' }
    caIssuers: { url: 'http://pki.example.test/a.cer' }
servers:
  api:
    commonName: api.example.test
    san: [api.example.test, '*.api.example.test', 127.0.0.1, '::1', 'uri:spiffe://example.test/api']
clients:
  billing: { commonName: 'Billing, "of" +1', key: ed25519, validity: 7d, san: ['email:billing@example.test'] }
  report:
    commonName: report
    subject: { country: SE, organization: [Example, Other], organizationalUnit: b, locality: c, state: d, street: e, postalCode: '1', serialNumber: '77' }
peers:
  broker: { commonName: broker.example.test, key: rsa-2048 }
certificates:
  signer: { commonName: Signer, key: ecdsa-p384, extendedKeyUsage: [codeSigning, emailProtection], keyUsage: [digitalSignature, nonRepudiation] }
`;
/** A kind that the loops ask for, and of which there is none here: its own schema would cost the server a second. */
const WATCHED = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'issuers.cert-manager.io' },
  spec: {
    group: 'cert-manager.io',
    names: { kind: 'Issuer', plural: 'issuers', listKind: 'IssuerList', singular: 'issuer' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const LEAVES = ['servers/api', 'clients/billing', 'clients/report', 'peers/broker', 'certificates/signer'];
/** Whose key the cluster makes: the others have theirs in a Secret before, and keep it. */
const NEW_THERE = 'peers/broker';

const APPLY = ['apply', '--server-side', '--field-manager=pki-apply'];

interface Spec {
  readonly usages: readonly string[];
  readonly dnsNames: readonly string[];
}
/** A usage more, a name more, a day less, a day more, and another kind of key. */
const CHANGES: readonly (readonly [leaf: string, change: (spec: Spec) => object])[] = [
  ['servers/api', ({ usages }) => ({ usages: [...usages, 'client auth'] })],
  ['peers/broker', ({ dnsNames }) => ({ dnsNames: [...dnsNames, 'evil.example.test'] })],
  ['clients/report', () => ({ duration: `${89 * 24}h` })],
  ['clients/billing', () => ({ duration: `${8 * 24}h` })],
  [
    'certificates/signer',
    () => ({ privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } }),
  ],
];

/** The tests, in the `describe` that this is called in; nothing else may be in the cluster that cert-manager would act on. */
export function itIssues(server: () => ApiServer): void {
  let project: Project;
  const itHas = (title: string, run: () => Promise<void>): void =>
    HAS_LOOPS
      ? itServes(title, run)
      : itWhen(false, 'PKI_CERT_MANAGER names no program, or PKI_CRDS no schemas', title, run);
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    output(await runProgram('kubectl', args, { env: server().env }));
  const exported = (path: string): string => join(project.folder, 'export', path);
  const allReady = (): Promise<void> => server().waitFor('certificates', 'Ready');
  const verified = (of: Project): Promise<Run> =>
    of.pki(['verify', '--against', 'cert-manager', '--at', 'admin'], { env: server().env });
  /** As agents put files in place. */
  const putBack = async (): Promise<Project> => {
    const copy = copyOf(project);
    const { items } = JSON.parse(await kubectl('get', 'secrets', '--output=json'));
    for (const { metadata, data } of items) {
      const leaf = LEAVES.find((one) => slugOf(one) === metadata.name);
      if (leaf !== undefined) put(copy, leaf, data);
    }
    return copy;
  };

  beforeAll(async () => {
    if (!HAS_SERVER || !HAS_LOOPS) return;
    server().admin(['delete', 'certificates,clusterissuers,secrets', '--all', '--all-namespaces']);
    const kinds = [`--filename=${join(CRDS, 'cert-manager.io_certificaterequests.yaml')}`, '--filename=-'];
    server().admin(['apply', '--server-side', ...kinds], JSON.stringify(WATCHED));
    await server().waitFor('crds', 'Established');
    project = new Project(MANIFEST);
    await project.apply();
    for (const target of ['kubernetes', 'cert-manager'])
      expect((await project.pki(['export', target])).stderr).not.toContain('warning');
    const secrets = LEAVES.filter((leaf) => leaf !== NEW_THERE).map(
      (leaf) => `--filename=${exported(`kubernetes/secrets/${slugOf(leaf)}.yaml`)}`,
    );
    await kubectl(...APPLY, ...secrets);
    output(await runProgram(exported('cert-manager/apply.sh'), [], { env: server().env }));
    await startUntil(LOOPS, [`--kubeconfig=${server().env['KUBECONFIG']}`], () => true);
    await allReady();
  });

  itHas('every certificate is what the manifest says: by verify, by plan, and by the proof', async () => {
    const copy = await putBack();
    const run = await verified(copy);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('sample: 5 certificates, issued as the manifest says');
    // Of the key that was made there, nothing is missing but a request.
    const due = (await copy.plan()).changes.filter(({ action }) => action !== 'keep');
    const whatIs = due.map(({ id, action, reasons }) => [id, action, reasons.map(({ text }) => text)]);
    expect(whatIs).toEqual([[NEW_THERE, 'refresh', [expect.stringContaining('csr.pem')]]]);
    expect(copy.read(NEW_THERE, 'key.pem')).not.toBe(project.read(NEW_THERE, 'key.pem'));
    expect(await copy.pki(['verify'])).toMatchObject({ code: 0 });
  });

  itHas('plan and verify find what the export was changed by', async () => {
    for (const [leaf, change] of CHANGES) {
      const file = exported(`cert-manager/certificates/${slugOf(leaf)}.json`);
      const { spec, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...rest, spec: { ...spec, ...change(spec) } }));
    }
    await kubectl(...APPLY, `--filename=${exported('cert-manager/certificates')}`);
    await allReady();
    const copy = await putBack();
    copy.write(MANIFEST.replace('clients:', 'clients:\n  late: { commonName: late }'));
    const run = await verified(copy);
    expect(run.code).toBe(1);
    // A shorter life keeps the contract; a plan of files that are ours to issue finds it.
    expect(run.stdout.replace(/(?<=validity: ).*/, '…')).toBe(
      '  bad servers/api (servers-api)\n      extendedKeyUsage: serverAuth, clientAuth → serverAuth\n' +
        '  bad clients/billing (clients-billing)\n      validity: …\n' +
        '  ok  clients/report (clients-report)\n' +
        '  bad peers/broker (peers-broker)\n      san: − dns:evil.example.test; 1 stays\n' +
        '  bad certificates/signer (certificates-signer)\n      key: ecdsa-p256 → ecdsa-p384\n' +
        '  bad clients/late (clients-late): "kubectl" exited with 1: Error from server (NotFound): secrets "clients-late" not found\n' +
        'sample: 5 of 6 certificates not issued as the manifest says\n',
    );
    const { changes } = await copy.plan();
    const fields = changes.map(
      ({ id, reasons }) => [id, reasons.flatMap(({ field }) => field ?? [])] as const,
    );
    expect(Object.fromEntries(fields.filter(([, found]) => found.length > 0))).toEqual({
      'servers/api': ['extendedKeyUsage'],
      'clients/billing': ['validity'],
      'clients/report': ['validity'],
      'peers/broker': ['san'],
      'certificates/signer': ['key'],
    });
  });
}

const slugOf = (leaf: string): string => leaf.replace('/', '-');

/** What a command printed; fails the test where the command did. */
function output({ code, stdout, stderr }: Run): string {
  if (code !== 0) throw new Error(`exit ${code}: ${stdout}${stderr}`);
  return stdout;
}

function put(copy: Project, leaf: string, data: Readonly<Record<string, string>>): void {
  const decoded = (name: string): Buffer => Buffer.from(data[name] ?? '', 'base64');
  const [own = new Uint8Array()] = certificateBlocks(decoded('tls.crt'));
  writeFileSync(copy.path(leaf, 'cert.pem'), pemText('CERTIFICATE', own));
  writeFileSync(copy.path(leaf, 'fullchain.pem'), decoded('tls.crt'));
  writeFileSync(copy.path(leaf, 'key.pem'), decoded('tls.key'));
}
