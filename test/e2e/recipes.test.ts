// What docs/recipes.md says of programs, with the files of examples/: each is run with the lines that stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { REPOSITORY, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { NO_TOKEN, Token } from '../helpers/softhsm.ts';
import { start, stopAll } from './daemon.ts';
import { freePort, itNeeds, Project, pathOf, put } from './project.ts';

const SECRETS = {
  STORE_PASSWORD: 'store-pass-91',
  PHONE_PASSWORD: 'phone-pass-17',
  ROOT_PASSPHRASE: 'root-pass-3b',
  ISSUING_PASSPHRASE: 'issuing-pass-c2',
};

/** An example, applied in a folder of its own. */
async function applied(name: string, env: Readonly<Record<string, string>> = SECRETS): Promise<Project> {
  const project = new Project(readFileSync(join(REPOSITORY, 'examples', `${name}.yaml`), 'utf8'), {
    output: `pki/${name}`,
  });
  Object.assign(process.env, env);
  await project.apply();
  return project;
}

/** A file of configuration. */
function configured(text: string): string {
  const path = join(temporaryFolder(), 'server.conf');
  put(path, text);
  return path;
}

afterEach(stopAll);

describe('HAProxy', () => {
  let project: Project;
  beforeAll(async () => {
    project = await applied('haproxy');
  });

  itNeeds(['haproxy', 'curl'], 'lets in clients of its root, and trusts the backend by name', async () => {
    const [edge, backend] = [await freePort(), await freePort()];
    const file = (id: string, name: string): string => project.path(id, `${name}.pem`);
    const pem = (id: string): string =>
      `crt ${file(id, 'combined')} ca-file ${file(id, 'ca')} verify required`;
    const configuration = configured(`defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend edge
  bind 127.0.0.1:${edge} ssl ${pem('servers/edge')}
  http-request set-header X-Client %[ssl_c_s_dn(cn)]
  default_backend backend
backend backend
  server one 127.0.0.1:${backend} ssl ${pem('clients/edge')} sni str(backend.example.test) verifyhost backend.example.test
frontend behind
  bind 127.0.0.1:${backend} ssl ${pem('servers/backend')}
  http-request return status 200 content-type text/plain lf-string "%[req.hdr(X-Client)] by %[ssl_c_s_dn(cn)]"
`);
    expect(await runProgram(pathOf('haproxy') ?? '', ['-c', '-f', configuration])).toMatchObject({ code: 0 });
    await start('haproxy', ['-db', '-f', configuration], edge);
    const curl = (...args: readonly string[]): Promise<Run> =>
      runProgram('curl', [
        ...['-sS', '--resolve', `www.example.test:${edge}:127.0.0.1`],
        ...['--cacert', file('clients/app', 'ca'), ...args, `https://www.example.test:${edge}/`],
      ]);
    const own = ['--cert', file('clients/app', 'fullchain'), '--key', file('clients/app', 'key')];
    expect(await curl(...own)).toMatchObject({ code: 0, stdout: 'app by edge' });
    const without = await curl();
    expect(without.code).not.toBe(0);
    expect(without.stderr).toContain('certificate required');
  });
});

/** MQTT 3.1.1 §3.1: a session without user name, which the broker takes from the certificate. */
const CONNECT = Buffer.from('100c00044d515454040200050000', 'hex');

/** The broker's answer to it; `refused` where the handshake or the session ends before one. */
function connack(project: Project, port: number, client: string | null): Promise<string> {
  const read = (name: string): Buffer => readFileSync(project.path(`clients/${client}`, `${name}.pem`));
  return new Promise((done) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername: 'mqtt.example.test' },
      ca: readFileSync(project.path('clients/sensor-1/ca.pem')),
      ...(client === null ? {} : { cert: read('fullchain'), key: read('key') }),
    });
    socket.on('secureConnect', () => socket.write(CONNECT));
    socket.on('data', (answer) => {
      done(answer.toString('hex'));
      socket.destroy();
    });
    for (const end of ['error', 'close']) socket.on(end, () => done('refused'));
  });
}

describe('Mosquitto', () => {
  let project: Project;
  beforeAll(async () => {
    project = await applied('mosquitto');
  });

  itNeeds(
    ['mosquitto'],
    'takes the user name from the certificate, and refuses a device without one',
    async () => {
      const port = await freePort();
      const file = (name: string): string => project.path('servers/broker', `${name}.pem`);
      const user = process.getuid?.() === 0 ? 'user root\n' : '';
      const configuration = configured(`${user}listener ${port} 127.0.0.1
cafile ${file('ca')}
certfile ${file('fullchain')}
keyfile ${file('key')}
require_certificate true
use_identity_as_username true
`);
      await start('mosquitto', ['-c', configuration], port);
      expect(await connack(project, port, 'sensor-1')).toBe('20020000');
      expect(await connack(project, port, null)).toBe('refused');
    },
  );
});

describe('Java', () => {
  let project: Project;
  beforeAll(async () => {
    project = await applied('java');
  });

  itNeeds(['keytool'], 'lists the key with its chain, and the root as one that is trusted', async () => {
    const list = async (store: string): Promise<string> => {
      const args = [
        '-list',
        '-keystore',
        project.path('servers/api', store),
        '-storepass',
        SECRETS.STORE_PASSWORD,
      ];
      return (await runProgram('keytool', args)).stdout;
    };
    expect(await list('keystore.p12')).toMatch(/\n\S+, .*PrivateKeyEntry/);
    expect(await list('truststore.p12')).toMatch(/\n\S+, .*trustedCertEntry/);
  });
});

describe('a phone', () => {
  let project: Project;
  beforeAll(async () => {
    project = await applied('phone');
  });
  const file = (): string => project.path('clients/alice/identity.p12');

  itNeeds(['pk12util'], 'finds key, certificate and name in the file, as NSS and openssl do', async () => {
    const listed = await runProgram('pk12util', ['-l', file(), '-W', SECRETS.PHONE_PASSWORD]);
    expect(listed.code).toBe(0);
    for (const part of ['Key(shrouded)', 'Alice at Example', 'CN=Alice Example'])
      expect(listed.stdout).toContain(part);
    const pem = await openssl([
      'pkcs12',
      '-in',
      file(),
      '-passin',
      `pass:${SECRETS.PHONE_PASSWORD}`,
      '-noenc',
    ]);
    expect(pem).toContain('friendlyName: Alice at Example');
    expect(pem).toContain('BEGIN PRIVATE KEY');
  });
});

describe.skipIf(NO_TOKEN !== undefined)('a root on a token', () => {
  itNeeds(['openssl'], 'signs by SoftHSM, as the recipe has it', async () => {
    const token = new Token('71842');
    token.make('root', 'EC:secp384r1', '01');
    const project = await applied('hsm', { ...token.env, TOKEN_PIN: token.pin });
    const [root, chain] = [
      project.path('authorities/root/cert.pem'),
      project.path('authorities/issuing/cert.pem'),
    ];
    const leaf = project.path('servers/api/cert.pem');
    await openssl(['verify', '-x509_strict', '-CAfile', root, '-untrusted', chain, leaf]);
  });
});

describe('an encrypted authority', () => {
  let project: Project;
  beforeAll(async () => {
    project = await applied('encrypted-ca');
  });

  itNeeds(['openssl'], 'signs with its passphrase, and its key opens with nothing else', async () => {
    const key = project.path('authorities/issuing/key.pem');
    const open = (passphrase: string): Promise<Run> =>
      runProgram('openssl', ['pkey', '-in', key, '-passin', `pass:${passphrase}`, '-noout']);
    expect(await open(SECRETS.ISSUING_PASSPHRASE)).toMatchObject({ code: 0 });
    expect((await open('another')).code).not.toBe(0);
    const [root, chain] = [
      project.path('authorities/root/cert.pem'),
      project.path('authorities/issuing/cert.pem'),
    ];
    const leaf = project.path('servers/api/cert.pem');
    await openssl(['verify', '-x509_strict', '-CAfile', root, '-untrusted', chain, leaf]);
  });
});
