// Profiles named after programs: what they ask for is held by validation (test/resolve/mistakes/presets.txt), and what
// they allow is read by the programs themselves, where one is installed.
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { GO, JAVA } from '../helpers/judges.ts';
import { openssl } from '../helpers/openssl.ts';
import { meetOpenvpn } from './openvpn.ts';
import { itNeeds, Project, put } from './project.ts';

const project = new Project(`version: 1
defaults: { issuer: issuing }
authorities:
  root: { commonName: Root, key: rsa-3072 }
  issuing: { commonName: Issuing, issuer: root, pathLength: 0 }
servers:
  browser: { commonName: browser.example.test, profile: browser }
  apple: { commonName: apple.example.test, profile: apple, validity: 825d }
  python: { commonName: python.example.test, profile: python-strict, san: [python.example.test, 127.0.0.1] }
  java: { commonName: java.example.test, profile: java, key: ecdsa-p384 }
  postgres: { commonName: db.example.test, profile: postgres }
  kubernetes: { commonName: kube-apiserver, profile: kubernetes, san: [kubernetes.default.svc, 10.32.0.1] }
  openvpn: { commonName: vpn.example.test, profile: openvpn }
  freeradius: { commonName: radius.example.test, profile: freeradius, key: rsa-2048 }
peers:
  kafka: { commonName: kafka.example.test, profile: kafka }
  etcd: { commonName: etcd.example.test, profile: etcd }
  mongodb: { commonName: mongo.example.test, profile: mongodb, subject: { organization: Org, organizationalUnit: db } }
clients:
  app: { commonName: app, profile: mongodb, subject: { organization: Org, organizationalUnit: apps } }
  alice: { commonName: alice, profile: postgres }
  bob: { commonName: bob, profile: openvpn }
  kubelet: { commonName: "system:node:node-0", profile: kubernetes, subject: { organization: "system:nodes" } }
  nameless: { san: ["uri:spiffe://example.test/nameless"], subject: { organization: Org } }
`);

const SERVERS = ['browser', 'apple', 'python', 'java', 'postgres', 'kubernetes', 'openvpn', 'freeradius'];
const PEERS = ['kafka', 'etcd', 'mongodb'];
const CLIENTS = ['app', 'alice', 'bob', 'kubelet', 'nameless'];

beforeAll(async () => {
  await project.apply();
});

it('are made and proven, and nothing is due then', async () => {
  expect(await project.actions()).toEqual({});
  const run = await project.pki(['verify']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
});

/** A handshake in memory, the client with the flag that Python sets by default from 3.13 on. */
const STRICT = `
import ssl, sys
out, folder = sys.argv[1], sys.argv[2]
name = sys.argv[3]
client = ssl.create_default_context(cafile=out + '/authorities/root/cert.pem')
client.verify_flags |= ssl.VERIFY_X509_STRICT
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(out + '/' + folder + '/fullchain.pem', out + '/' + folder + '/key.pem')
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
ends = [client.wrap_bio(a, b, server_hostname=name), server.wrap_bio(b, a, server_side=True)]
done = set()
for _ in range(10):
  for end in ends:
    if end not in done:
      try:
        end.do_handshake()
        done.add(end)
      except ssl.SSLWantReadError:
        pass
print('ok' if len(done) == 2 else 'unfinished')
`;

itNeeds(['python3'], 'Python: accepts each server with VERIFY_X509_STRICT, by its name alone', async () => {
  const source = join(temporaryFolder(), 'strict.py');
  put(source, STRICT);
  const ask = async (id: string, name: string) =>
    await runProgram('python3', [source, project.out, id, name]);
  expect((await ask('servers/python', 'python.example.test')).stdout).toBe('ok\n');
  expect((await ask('servers/python', '127.0.0.1')).stdout).toBe('ok\n');
  expect((await ask('servers/kubernetes', 'kubernetes.default.svc')).stdout).toBe('ok\n');
  const wrong = await ask('servers/python', 'other.example.test');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('Hostname mismatch');
  // Signed by the same authority, without the authority key identifier that RFC 5280 asks for (§4.2.1.1).
  const loose = join(project.folder, 'loose');
  put(join(loose, 'key.pem'), project.read('servers/python/key.pem'));
  put(join(loose, 'ext'), 'authorityKeyIdentifier=none\nsubjectAltName=DNS:python.example.test\n');
  const file = (name: string) => project.path(`authorities/issuing/${name}.pem`);
  const signed = ['-CA', file('cert'), '-CAkey', file('key'), '-extfile', join(loose, 'ext')];
  const leaf = await openssl(['x509', '-req', '-in', project.path('servers/python/csr.pem'), ...signed]);
  put(join(loose, 'fullchain.pem'), leaf + project.read('authorities/issuing/cert.pem'));
  expect((await ask('../loose', 'python.example.test')).stderr).toContain('Missing Authority Key Identifier');
});

itNeeds(['java', 'javac'], 'Java: PKIX takes each for what it is for', async () => {
  const source = join(temporaryFolder(), 'Judge.java');
  put(source, JAVA);
  const asked = [
    ...SERVERS.map((name) => ({ id: `servers/${name}`, server: true, client: false })),
    ...PEERS.map((name) => ({ id: `peers/${name}`, server: true, client: true })),
    ...CLIENTS.map((name) => ({ id: `clients/${name}`, server: false, client: true })),
  ];
  const args = asked.flatMap(({ id }) =>
    ['server', 'client'].flatMap((purpose) => [
      project.path('authorities/root/cert.pem'),
      project.path(id, 'fullchain.pem'),
      purpose,
    ]),
  );
  const run = await runProgram('java', [source, ...args]);
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(
    asked.flatMap(({ server, client }) => [server, client].map((good) => (good ? 'ok' : 'refused'))),
  );
});

itNeeds(['go'], 'Go (etcd, Kubernetes): takes each for what it is for, by its names alone', async () => {
  const source = join(temporaryFolder(), 'judge.go');
  put(source, GO);
  const asked = [
    ['servers/kubernetes', 'server', 'kubernetes.default.svc', 'ok'],
    ['servers/kubernetes', 'server', '10.32.0.1', 'ok'],
    // Go reads no common name, which is why the profile asks for nothing of servers but what validation does.
    ['servers/kubernetes', 'server', 'kube-apiserver', 'refused'],
    ['clients/kubelet', 'client', '', 'ok'],
    ['clients/kubelet', 'server', '', 'refused'],
    // A member of etcd is a client of the others: with the usage of a server alone it is refused there.
    ['peers/etcd', 'server', 'etcd.example.test', 'ok'],
    ['peers/etcd', 'client', '', 'ok'],
    ['servers/browser', 'client', '', 'refused'],
    ['servers/browser', 'server', 'browser.example.test', 'ok'],
    ['servers/apple', 'server', 'apple.example.test', 'ok'],
    ['peers/kafka', 'client', '', 'ok'],
    ['peers/mongodb', 'client', '', 'ok'],
  ] as const;
  const args = asked.flatMap(([id, purpose, name]) => [
    project.path('authorities/root/cert.pem'),
    project.path(id, 'fullchain.pem'),
    purpose,
    name,
  ]);
  const run = await runProgram('go', ['run', source, ...args]);
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(asked.map(([, , , verdict]) => verdict));
});

itNeeds(
  ['openvpn'],
  'OpenVPN: knows a client by its common name, and refuses one that has none',
  async () => {
    const files = (id: string) => [
      ...['--ca', project.path(id, 'ca.pem'), '--cert', project.path(id, 'fullchain.pem')],
      ...['--key', project.path(id, 'key.pem')],
    ];
    const meet = (client: string) =>
      meetOpenvpn({ server: files('servers/openvpn'), client: files(client) }, (said) => {
        if (said.includes('[bob] Peer Connection Initiated')) return 'connected as bob';
        return said.includes('VERIFY ERROR: could not extract CN') ? 'refused' : undefined;
      });
    expect(await meet('clients/bob')).toBe('connected as bob');
    expect(await meet('clients/nameless')).toBe('refused');
  },
);
