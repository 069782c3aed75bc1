// Certificates judged by programs that did not make them: OpenSSL, GnuTLS, NSS, Java, Go, Python and curl.
import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { GO, JAVA } from '../helpers/judges.ts';
import { openssl } from '../helpers/openssl.ts';
import { datesOf, extensionsOf, itNeeds, Project, put } from './project.ts';

/** Issuers nearest first, the root last. */
const ROOTS = { rsa: ['rsa'], ec: ['ec-sub', 'ec'], ed: ['ed'] } as const;

interface Leaf {
  readonly id: string;
  readonly under: keyof typeof ROOTS;
  readonly names: readonly string[];
  readonly server: boolean;
  readonly client: boolean;
}

const LEAVES: readonly Leaf[] = [
  {
    id: 'servers/many',
    under: 'ec',
    names: ['many.example.test', 'any.wild.example.test', 'localhost', '127.0.0.1', '::1', '2001:db8::1'],
    server: true,
    client: false,
  },
  { id: 'servers/rsa', under: 'rsa', names: ['rsa.example.test'], server: true, client: false },
  { id: 'servers/ed', under: 'ed', names: ['ed.example.test'], server: true, client: false },
  { id: 'clients/plain', under: 'ec', names: [], server: false, client: true },
  { id: 'clients/rsa', under: 'rsa', names: [], server: false, client: true },
  { id: 'peers/broker', under: 'ec', names: ['broker.example.test'], server: true, client: true },
];

const BACKDATE = 300;
const DAY = 86_400;

let started = 0;
let ended = 0;
const project = new Project(`
version: 1
defaults: { subject: { organization: Example Org, country: SE } }
authorities:
  rsa: { commonName: RSA root, key: rsa-3072, validity: 10y }
  ec: { commonName: EC root, key: ecdsa-p384, validity: 40y }
  ec-sub: { commonName: EC sub, issuer: ec, key: ecdsa-p256, pathLength: 0, validity: 3y }
  ed: { commonName: Ed root, key: ed25519 }
servers:
  many:
    commonName: many.example.test
    san: [many.example.test, "*.wild.example.test", localhost, 127.0.0.1, "::1", "2001:db8::1", "uri:spiffe://example.test/api", "email:ops@example.test"]
    issuer: ec-sub
  rsa: { commonName: rsa.example.test, key: rsa-2048, issuer: rsa, validity: 10m, backdate: 0m, renewBefore: 5m }
  ed: { commonName: ed.example.test, key: ed25519, issuer: ed, validity: 36h }
  nameless: { san: [nameless.example.test], issuer: ec-sub }
clients:
  plain: { commonName: plain, issuer: ec-sub, validity: 30d }
  rsa: { commonName: rsa client, key: rsa-2048, issuer: rsa }
peers:
  broker: { commonName: broker.example.test, key: ecdsa-p521, issuer: ec-sub }
`);
const file = (id: string, artifact: string): string => project.path(id, `${artifact}.pem`);
const cert = (id: string): string => file(id, 'cert');
const rootOf = (leaf: Leaf): string => cert(`authorities/${ROOTS[leaf.under].at(-1)}`);

beforeAll(async () => {
  started = Math.floor(Date.now() / 1000);
  await project.apply();
  ended = Math.floor(Date.now() / 1000);
});

describe('openssl', () => {
  it.each(LEAVES)(
    'verify -x509_strict: $id for its purpose and every name, and for no other',
    async (leaf) => {
      const chain = ROOTS[leaf.under]
        .slice(0, -1)
        .flatMap((name) => ['-untrusted', cert(`authorities/${name}`)]);
      const verify = (...args: string[]) =>
        runProgram('openssl', [
          'verify',
          '-x509_strict',
          ...args,
          '-CAfile',
          rootOf(leaf),
          ...chain,
          cert(leaf.id),
        ]);
      expect((await verify('-purpose', 'sslserver')).code).toBe(leaf.server ? 0 : 2);
      expect((await verify('-purpose', 'sslclient')).code).toBe(leaf.client ? 0 : 2);
      for (const name of leaf.names) {
        const option = /^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname';
        expect(await verify('-purpose', 'sslserver', option, name)).toMatchObject({ code: 0 });
      }
      if (leaf.server) {
        expect((await verify('-verify_hostname', 'wrong.example.test')).code).toBe(2);
        expect((await verify('-verify_ip', '192.0.2.1')).code).toBe(2);
      }
    },
  );

  it('verify -x509_strict: every authority, with nothing but its root trusted', async () => {
    for (const [id, root] of [
      ['rsa', 'rsa'],
      ['ec', 'ec'],
      ['ec-sub', 'ec'],
      ['ed', 'ed'],
    ]) {
      const args = [
        'verify',
        '-x509_strict',
        '-CAfile',
        cert(`authorities/${root}`),
        cert(`authorities/${id}`),
      ];
      expect(await openssl(args)).toContain(': OK');
    }
  });

  it('finds exactly these extensions, critical where they must be', async () => {
    const keyIdentifier = expect.stringMatching(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    const skiOf = async (id: string) => (await extensionsOf(cert(id)))['X509v3 Subject Key Identifier'];
    expect(await extensionsOf(cert('authorities/ec'))).toEqual({
      'X509v3 Basic Constraints': 'critical, CA:TRUE',
      'X509v3 Key Usage': 'critical, Certificate Sign, CRL Sign',
      'X509v3 Subject Key Identifier': keyIdentifier,
    });
    expect(await extensionsOf(cert('authorities/ec-sub'))).toEqual({
      'X509v3 Basic Constraints': 'critical, CA:TRUE, pathlen:0',
      'X509v3 Key Usage': 'critical, Certificate Sign, CRL Sign',
      'X509v3 Subject Key Identifier': keyIdentifier,
      'X509v3 Authority Key Identifier': await skiOf('authorities/ec'),
    });
    const leaf = {
      'X509v3 Basic Constraints': 'critical, CA:FALSE',
      'X509v3 Subject Key Identifier': keyIdentifier,
      'X509v3 Authority Key Identifier': await skiOf('authorities/ec-sub'),
      'X509v3 Key Usage': 'critical, Digital Signature',
    };
    expect(await extensionsOf(cert('servers/many'))).toEqual({
      ...leaf,
      'X509v3 Extended Key Usage': 'TLS Web Server Authentication',
      'X509v3 Subject Alternative Name':
        'DNS:many.example.test, DNS:*.wild.example.test, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:1, URI:spiffe://example.test/api, email:ops@example.test',
    });
    expect(await extensionsOf(cert('servers/rsa'))).toEqual({
      ...leaf,
      'X509v3 Authority Key Identifier': await skiOf('authorities/rsa'),
      'X509v3 Key Usage': 'critical, Digital Signature, Key Encipherment',
      'X509v3 Extended Key Usage': 'TLS Web Server Authentication',
      'X509v3 Subject Alternative Name': 'DNS:rsa.example.test',
    });
    expect(await extensionsOf(cert('clients/plain'))).toEqual({
      ...leaf,
      'X509v3 Extended Key Usage': 'TLS Web Client Authentication',
    });
    expect(await extensionsOf(cert('peers/broker'))).toEqual({
      ...leaf,
      'X509v3 Extended Key Usage': 'TLS Web Server Authentication, TLS Web Client Authentication',
      'X509v3 Subject Alternative Name': 'DNS:broker.example.test',
    });
  });

  it('finds the same SANs asked for in each request, and its signature good', async () => {
    const text = await openssl(['req', '-in', file('servers/many', 'csr'), '-noout', '-text', '-verify']);
    expect(text).toContain('DNS:many.example.test, DNS:*.wild.example.test, DNS:localhost');
  });

  const lengths: readonly [id: string, seconds: number, backdate: number][] = [
    ['authorities/rsa', 10 * 365 * DAY, BACKDATE],
    ['authorities/ec', 40 * 365 * DAY, BACKDATE], // GeneralizedTime
    ['authorities/ec-sub', 3 * 365 * DAY, BACKDATE],
    ['authorities/ed', 10 * 365 * DAY, BACKDATE],
    ['servers/many', 90 * DAY, BACKDATE],
    ['servers/rsa', 600, 0],
    ['servers/ed', 36 * 3600, BACKDATE],
    ['clients/plain', 30 * DAY, BACKDATE],
    ['peers/broker', 90 * DAY, BACKDATE],
  ];
  it('reads exact dates: backdated, and a second less than the length (both ends count)', async () => {
    for (const [id, seconds, backdate] of lengths) {
      const { notBefore, notAfter } = await datesOf(cert(id));
      expect(`${id} ${notAfter - notBefore}`).toBe(`${id} ${seconds - 1}`);
      expect(notBefore + backdate).toBeGreaterThanOrEqual(started);
      expect(notBefore + backdate).toBeLessThanOrEqual(ended);
    }
  });

  it('reads v3, a strong signature, and long random serials that all differ', async () => {
    const ids = lengths.map(([id]) => id);
    const serials = await Promise.all(
      ids.map(async (id) =>
        (await openssl(['x509', '-in', cert(id), '-noout', '-serial'])).trim().slice('serial='.length),
      ),
    );
    expect(new Set(serials).size).toBe(serials.length);
    for (const serial of serials) {
      expect(BigInt(`0x${serial}`) > 2n ** 64n).toBe(true); // negative ones would begin with "-"
      expect(serial.length).toBeLessThanOrEqual(40);
    }
    for (const id of ids) {
      const text = await openssl(['x509', '-in', cert(id), '-noout', '-text']);
      expect(text).toContain('Version: 3 (0x2)');
      expect(text).toMatch(
        /Signature Algorithm: (sha(256|384|512)WithRSAEncryption|ecdsa-with-SHA(256|384|512)|ED25519)/,
      );
    }
  });
});

describe('GnuTLS', () => {
  const PURPOSES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
  const verify = async (leaf: Leaf, purpose: keyof typeof PURPOSES, hostname?: string): Promise<boolean> => {
    const name = hostname === undefined ? [] : ['--verify-hostname', hostname];
    const args = [
      '--verify',
      '--load-ca-certificate',
      rootOf(leaf),
      '--verify-purpose',
      PURPOSES[purpose],
      ...name,
    ];
    const input = readFileSync(file(leaf.id, 'fullchain'), 'utf8');
    return (await runProgram('certtool', args, { input })).code === 0;
  };

  for (const leaf of LEAVES) {
    itNeeds(
      ['certtool'],
      `certtool --verify: ${leaf.id} for its purpose and names, and for no other`,
      async () => {
        expect(await verify(leaf, 'server')).toBe(leaf.server);
        expect(await verify(leaf, 'client')).toBe(leaf.client);
        for (const name of leaf.names)
          expect(`${name} ${await verify(leaf, 'server', name)}`).toBe(`${name} true`);
        if (leaf.server) expect(await verify(leaf, 'server', 'wrong.example.test')).toBe(false);
      },
    );
  }
});

describe('NSS', () => {
  let database = '';
  const nss = (program: string, ...args: string[]) => runProgram(program, ['-d', `sql:${database}`, ...args]);

  for (const leaf of LEAVES.filter(({ under }) => under !== 'ed')) {
    itNeeds(
      ['certutil', 'vfychain'],
      `certutil and vfychain: ${leaf.id} for its purpose, and for no other`,
      async () => {
        if (database === '') {
          database = temporaryFolder();
          await nss('certutil', '-N', '--empty-password');
          for (const name of ['rsa', 'ec']) {
            await nss('certutil', '-A', '-n', name, '-t', 'CT,,', '-i', cert(`authorities/${name}`));
          }
          await nss('certutil', '-A', '-n', 'ec-sub', '-t', ',,', '-i', cert('authorities/ec-sub'));
        }
        const nickname = leaf.id.replace('/', '-');
        expect(await nss('certutil', '-A', '-n', nickname, '-t', ',,', '-i', cert(leaf.id))).toMatchObject({
          code: 0,
        });
        const valid = async (usage: string) =>
          (await nss('certutil', '-V', '-u', usage, '-e', '-n', nickname)).code === 0;
        expect({ server: await valid('V'), client: await valid('C') }).toEqual({
          server: leaf.server,
          client: leaf.client,
        });
        const chain = ROOTS[leaf.under].slice(0, -1).map((name) => cert(`authorities/${name}`));
        const usage = leaf.server ? '1' : '0';
        const run = await nss('vfychain', '-pp', '-u', usage, '-a', cert(leaf.id), ...chain);
        expect(run.stdout + run.stderr).toContain('Chain is good!');
      },
    );
  }
});

itNeeds(['java', 'javac'], 'Java: PKIX trusts every leaf for its purpose, and for no other', async () => {
  const source = join(temporaryFolder(), 'Judge.java');
  put(source, JAVA);
  const asked = LEAVES.flatMap((leaf) => [
    { leaf, purpose: 'server', good: leaf.server },
    { leaf, purpose: 'client', good: leaf.client },
  ]);
  const args = asked.flatMap(({ leaf, purpose }) => [rootOf(leaf), file(leaf.id, 'fullchain'), purpose]);
  const run = await runProgram('java', [source, ...args]);
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(asked.map(({ good }) => (good ? 'ok' : 'refused')));
});

itNeeds(['keytool'], 'Java: keytool reads every certificate', async () => {
  for (const { id } of LEAVES) {
    const run = await runProgram('keytool', ['-J-Duser.language=en', '-printcert', '-file', cert(id)]);
    expect(run.code).toBe(0);
    expect(run.stdout).not.toMatch(/weak|unknown extension|critical extension/i);
  }
});

itNeeds(
  ['go'],
  'Go: crypto/x509 verifies every leaf for its purpose and names, and for no other',
  async () => {
    const source = join(temporaryFolder(), 'judge.go');
    put(source, GO);
    const asked = LEAVES.flatMap((leaf) => [
      { leaf, purpose: 'server', name: '', good: leaf.server },
      { leaf, purpose: 'client', name: '', good: leaf.client },
      ...leaf.names.map((name) => ({
        leaf,
        purpose: 'server',
        name: name.includes(':') ? `[${name}]` : name,
        good: true,
      })),
      { leaf, purpose: 'server', name: 'wrong.example.test', good: false },
    ]);
    const args = asked.flatMap(({ leaf, purpose, name }) => [
      rootOf(leaf),
      file(leaf.id, 'fullchain'),
      purpose,
      name,
    ]);
    const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GO111MODULE: 'off' };
    // The first run on a machine compiles the standard library.
    const run = await runProgram('go', ['run', source, ...args], { env });
    expect(run.stderr).toBe('');
    expect(run.stdout.trim().split('\n')).toEqual(asked.map(({ good }) => (good ? 'ok' : 'refused')));
  },
);

/** An HTTPS server with a leaf's files, that asks for a client certificate where it is to. */
async function withServer(leaf: string, work: (port: number) => Promise<void>): Promise<void> {
  const server = createHttps(
    {
      key: readFileSync(file(leaf, 'key')),
      cert: readFileSync(file(leaf, 'fullchain')),
      ca: readFileSync(file(leaf, 'ca')),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (_, response) => response.end('hello'),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const PYTHON = `
import socket, ssl, sys
port, ca, chain, key = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
for name in sys.argv[5:]:
    context = ssl.create_default_context(cafile=ca)
    context.verify_flags |= getattr(ssl, "VERIFY_X509_STRICT", 0)
    context.load_cert_chain(chain, key)
    try:
        with socket.create_connection(("127.0.0.1", port)) as tcp, context.wrap_socket(tcp, server_hostname=name) as tls:
            tls.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            print("ok" if tls.recv(100).startswith(b"HTTP/1.1 200") else "no answer")
    except ssl.SSLCertVerificationError as error:
        print("refused")
`;

for (const [server, client, under] of [
  ['servers/many', 'clients/plain', 'ec'],
  ['servers/rsa', 'clients/rsa', 'rsa'],
] as const) {
  itNeeds(
    ['python3'],
    `Python: ssl with VERIFY_X509_STRICT shakes hands with ${server}, by every name and no other`,
    async () => {
      const leaf = LEAVES.find(({ id }) => id === server);
      const names = leaf?.names ?? [];
      await withServer(server, async (port) => {
        const files = [cert(`authorities/${under}`), file(client, 'fullchain'), file(client, 'key')];
        const run = await runProgram('python3', [
          '-c',
          PYTHON,
          String(port),
          ...files,
          ...names,
          'wrong.example.test',
        ]);
        expect(run.stderr).toBe('');
        expect(run.stdout.trim().split('\n')).toEqual([...names.map(() => 'ok'), 'refused']);
      });
    },
  );

  itNeeds(
    ['curl'],
    `curl: gets ${server} with a client certificate, and neither without one nor by a wrong name`,
    async () => {
      await withServer(server, async (port) => {
        const host = LEAVES.find(({ id }) => id === server)?.names[0] ?? '';
        const get = (name: string, ...args: string[]) =>
          runProgram('curl', [
            ...['-sS', '--cacert', file(client, 'ca'), '--resolve', `${name}:${port}:127.0.0.1`, ...args],
            `https://${name}:${port}/`,
          ]);
        const identity = ['--cert', file(client, 'fullchain'), '--key', file(client, 'key')];
        expect(await get(host, ...identity)).toEqual({ code: 0, stdout: 'hello', stderr: '' });
        expect((await get(host)).code).toBe(56);
        expect((await get('wrong.example.test', ...identity)).code).toBe(60);
      });
    },
  );
}
