// Certificates of an ACME server, Pebble, got by lego: below an anchor the contract judges them, and the proof uses them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { start, stopAll } from './daemon.ts';
import { copyOf, freePort, has, itNeeds, Project, put } from './project.ts';

const NEEDED = ['pebble', 'lego'];
/** ACME servers choose usages themselves: these are Pebble's, which gives them to keys of curves, too. */
const USAGES = 'keyUsage: [digitalSignature, keyEncipherment], extendedKeyUsage: [serverAuth, clientAuth]';
const MANIFEST = `version: 1
engine: node
authorities:
  root: { commonName: Root }
  web: { certificate: anchors/web.pem }
servers:
  api: { issuer: web, key: rsa-2048, commonName: api.example.test, san: [api.example.test, www.example.test], trust: [root], ${USAGES} }
clients:
  app: { issuer: root, trust: [web] }
`;
const DAY = 86_400;

interface Ports {
  readonly acme: number;
  readonly management: number;
  readonly http: number;
}

/** A server that issues without asking for a proof of names, and what its clients have to know. */
class Pebble {
  readonly #folder = temporaryFolder();
  readonly #ports: Ports;

  private constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** @param validity seconds that its certificates last. */
  static async start(validity: number): Promise<Pebble> {
    const ports = { acme: await freePort(), management: await freePort(), http: await freePort() };
    const pebble = new Pebble(ports);
    await pebble.#begin(validity);
    return pebble;
  }

  async #begin(validity: number): Promise<void> {
    const [cert, key] = [join(this.#folder, 'tls.pem'), join(this.#folder, 'tls.key')];
    const self = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-subj',
      '/CN=acme',
    ];
    await openssl([...self, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
    const pebble = {
      listenAddress: `127.0.0.1:${this.#ports.acme}`,
      managementListenAddress: `127.0.0.1:${this.#ports.management}`,
      certificate: cert,
      privateKey: key,
      httpPort: this.#ports.http,
      tlsPort: await freePort(),
      certificateValidityPeriod: validity,
    };
    const config = join(this.#folder, 'config.json');
    put(config, JSON.stringify({ pebble }));
    const env = { PEBBLE_VA_ALWAYS_VALID: '1', PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' };
    await start('pebble', ['-config', config], this.#ports.acme, env);
  }

  /** PEM; another each time that it starts. */
  root(): Promise<string> {
    const ca = readFileSync(join(this.#folder, 'tls.pem'));
    const options = { host: '127.0.0.1', port: this.#ports.management, path: '/roots/0', ca };
    return new Promise((done, fail) => {
      const asked = request(options, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => done(text));
      });
      asked.on('error', fail).end();
    });
  }

  /** Orders a certificate for a key. @returns it, with what stands between it and the root. */
  async order(key: string, names: readonly string[]): Promise<string> {
    const to = temporaryFolder();
    const csr = join(to, 'csr.pem');
    const san = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
    await openssl(['req', '-new', '-key', key, '-subj', `/CN=${names[0]}`, '-addext', san, '-out', csr]);
    const run = await runProgram(
      'lego',
      [
        ...[
          '--server',
          `https://127.0.0.1:${this.#ports.acme}/dir`,
          '--accept-tos',
          '--email',
          'a@example.test',
        ],
        ...['--path', to, '--csr', csr, '--http', '--http.port', `127.0.0.1:${this.#ports.http}`, 'run'],
      ],
      { env: { LEGO_CA_CERTIFICATES: join(this.#folder, 'tls.pem') } },
    );
    if (run.code !== 0) throw new Error(run.stderr);
    return readFileSync(join(to, `certificates/${names[0]}.crt`), 'utf8');
  }
}

let project: Project;
let pebble: Pebble;
const NAMES = ['api.example.test', 'www.example.test'];
beforeAll(async () => {
  if (!NEEDED.every(has)) return;
  pebble = await Pebble.start(7 * DAY);
  project = new Project(MANIFEST);
  put(join(project.folder, 'anchors/web.pem'), await pebble.root());
  const key = project.path('servers/api/key.pem');
  mkdirSync(project.path('servers/api'), { recursive: true });
  await openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key]);
  writeFileSync(project.path('servers/api/cert.pem'), await pebble.order(key, NAMES));
});
afterAll(stopAll);

/** What a plan says of the server, whose certificate is that of another order. */
async function planOf(names: readonly string[], manifest = MANIFEST): Promise<string> {
  const copy = copyOf(project);
  copy.write(manifest);
  const cert = await pebble.order(copy.path('servers/api/key.pem'), names);
  writeFileSync(copy.path('servers/api/cert.pem'), cert);
  return (await copy.pki(['plan'])).stdout;
}

itNeeds(
  NEEDED,
  'what it issues is as agreed: clients reach the server, and nothing is to be done',
  async () => {
    const applied = await project.pki(['apply']);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
    expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
    // The next one, with the same key, is as good.
    const copy = copyOf(project);
    const cert = await pebble.order(copy.path('servers/api/key.pem'), NAMES);
    expect(cert).not.toBe(copy.read('servers/api/cert.pem'));
    writeFileSync(copy.path('servers/api/cert.pem'), cert);
    await copy.apply();
    expect(await copy.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
    expect(await copy.pki(['verify'])).toMatchObject({ code: 0 });
  },
);

itNeeds(NEEDED, 'what it issues otherwise is named: a name, a usage, a day', async () => {
  const planned = [
    await planOf([...NAMES, 'more.example.test']),
    await planOf(NAMES, MANIFEST.replace(', clientAuth', '')),
    await planOf(NAMES, MANIFEST.replace('trust: [root],', 'trust: [root], validity: 6d,')),
  ];
  expect(planned.map((text) => text.split('\n')[0])).toEqual([
    '? servers/api  wait     san: − dns:more.example.test; 2 stay',
    '? servers/api  wait     extendedKeyUsage: serverAuth, clientAuth → serverAuth',
    '? servers/api  wait     validity: 7d → 6d at most',
  ]);
});

itNeeds(NEEDED, 'another root than that of the anchor is none', async () => {
  const copy = copyOf(project);
  const other = await Pebble.start(7 * DAY);
  writeFileSync(
    copy.path('servers/api/cert.pem'),
    await other.order(copy.path('servers/api/key.pem'), NAMES),
  );
  const plan = await copy.pki(['plan']);
  expect(plan.stdout).toContain('servers/api  wait     leads to no root in the file of authorities/web');
  expect((await copy.pki(['apply', '--skip-verify'])).code).toBe(1);
});
