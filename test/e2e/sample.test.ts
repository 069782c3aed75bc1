// `pki verify --sample`, `--against`: one name, one usage, one day more than the manifest says are each found, wherever they come from.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject, type SampleResult, type SampleSource, verifySample } from '../../src/index.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, Project } from './project.ts';

const MANIFEST = `version: 1
engine: node
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root }
servers:
  api: { commonName: api.example.test, issuer: services, validity: 30d, subject: { organization: Example } }
  web: { commonName: web.example.test, issuer: services }
clients:
  one: { commonName: one, issuer: services }
`;

let project: Project;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
});

/** Judged in this process. */
async function judged(source: SampleSource, of = project, only?: string): Promise<SampleResult> {
  const opened = await openProject(join(of.folder, 'pki.yaml'));
  if (!opened.ok) throw new Error('the manifest is wrong');
  const ids = opened.project.inventory.entities.map(({ id }) => id).filter((id) => id === only);
  return verifySample(opened.project, source, only === undefined ? {} : { only: new Set(ids) });
}

/** What an engine with other settings issues for servers/api: below the same authorities. */
async function issuedBy(changed: string): Promise<string> {
  const copy = copyOf(project);
  copy.write(changed);
  await copy.apply();
  return copy.read('servers/api/fullchain.pem');
}

/** Fields in which a certificate is not what the manifest says. */
function faultsIn({ judged: [one] }: SampleResult): readonly string[] {
  return (one?.judgements ?? []).flatMap(({ field, breaches }) => (breaches.length === 0 ? [] : [field]));
}

const API = /(api: \{.*) \}/;
const withMore = (text: string) => MANIFEST.replace(API, `$1, ${text} }`);
describe('what another engine issued', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['nothing that certificates say', withMore('renewBefore: 1d'), []],
    ['a name more', withMore('san: [api.example.test, evil.example.test]'), ['subjectAltName']],
    ['another name', MANIFEST.replace('Name: api.ex', 'Name: evil.ex'), ['subject', 'subjectAltName']],
    ['a usage more', withMore('extendedKeyUsage: [serverAuth, clientAuth]'), ['extendedKeyUsage']],
    ['a key usage more', withMore('keyUsage: [digitalSignature, keyAgreement]'), ['keyUsage']],
    ['a day more', MANIFEST.replace('30d', '31d'), ['validity']],
    ['a day less, which is fine', MANIFEST.replace('30d', '29d'), []],
    ['another subject', MANIFEST.replace('organization: Example', 'organization: Evil'), ['subject']],
    ['another kind of key', withMore('key: ed25519'), ['key']],
    [
      'must-staple, of which nothing is stated',
      withMore('mustStaple: true').replace('services: {', "services: { ocsp: { url: 'http://o.test/' },"),
      [],
    ],
    [
      'another issuer',
      MANIFEST.replace(
        'api: { commonName: api.example.test, issuer: services',
        'api: { commonName: api.example.test, issuer: root',
      ),
      ['issuer'],
    ],
  ])('%s', async (_, manifest, faults) => {
    const input = Buffer.from(await issuedBy(manifest));
    const result = await judged({ kind: 'files', path: 'x', input }, project, 'servers/api');
    expect(faultsIn(result)).toEqual(faults);
    expect(result.ok).toBe(faults.length === 0);
  });

  it('that is over, or for another authority of the same name', async () => {
    const other = new Project(MANIFEST);
    await other.apply();
    const result = await judged({ kind: 'files', path: other.path() });
    expect(result.judged.map(({ entity, ok }) => [entity, ok])).toEqual([
      ['clients/one', false],
      ['servers/api', false],
      ['servers/web', false],
    ]);
    expect(faultsIn(result)).toEqual(['issuer']);
  });
});

describe('the command', () => {
  it('takes a folder, a file and standard input, and finds out whose a certificate is', async () => {
    const all = await project.pki(['verify', '--sample', 'pki']);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toContain('ok  servers/api (servers/api/fullchain.pem)\n');
    expect(all.stdout).toContain('sample: 3 certificates, issued as the manifest says\n');
    const input = project.read('clients/one/cert.pem');
    const one = await project.pki(['verify', '--sample', '-', '--json'], { input });
    expect(JSON.parse(one.stdout)).toMatchObject({
      format: 'pki-sample',
      ok: true,
      certificates: [{ from: 'standard input', entity: 'clients/one', ok: true }],
      unsampled: ['servers/api', 'servers/web'],
    });
  });

  it('names what is wrong, with exit code 1', async () => {
    const file = join(project.folder, 'got.pem');
    writeFileSync(file, await issuedBy(withMore('extendedKeyUsage: [serverAuth, clientAuth]')));
    const run = await project.pki(['verify', '--sample', 'got.pem', '--only', 'api']);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe(
      '  bad servers/api (got.pem)\n' +
        '      extendedKeyUsage: serverAuth, clientAuth → serverAuth\n' +
        'sample: 1 of 1 certificate not issued as the manifest says\n',
    );
  });

  it.each([
    [['--sample', 'pki.yaml'], 'no certificate of a server, client or peer is in "pki.yaml"'],
    [['--sample', 'none'], 'no certificate of a server, client or peer is in "none"'],
    [['--at', 'x'], 'are about a sample'],
    [['--against', 'vault', '--sample', 'pki'], 'not from both'],
    [['--against', 'step-ca'], 'nothing says where "step-ca" is'],
    [['--against', 'vault', '--at', 'nowhere'], '"nowhere" is no address'],
    [
      ['--against', 'vault', '--at', 'https://localhost:1', '--token', 's.TOKEN'],
      '"--token" names no variable',
    ],
    [['--against', 'vault', '--at', 'https://localhost:1', '--token', 'env:NONE'], '"env:NONE" is not set'],
  ])('%j is an error with a hint', async (args, words) => {
    const run = await project.pki(['verify', ...args]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^pki: error: .*\npki: hint: .*\n$/);
    expect(run.stderr).toContain(words);
    expect(run.stderr).not.toContain('s.TOKEN');
  });
});

/** An OpenBao that answers the same to every request. */
class Answering {
  readonly #server: Server;
  readonly asked: { path: string; token: unknown; body: Record<string, unknown> }[] = [];

  constructor(answer: RequestListener) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString());
        this.asked.push({ path: request.url ?? '', token: request.headers['x-vault-token'], body });
        answer(request, response);
      });
    });
  }

  async url(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  }

  stop(): void {
    this.#server.close();
  }
}

describe('an engine that answers', () => {
  const servers: Answering[] = [];
  afterAll(() => {
    for (const server of servers) server.stop();
  });

  async function asking(answer: RequestListener, only: string): Promise<[SampleResult, Answering]> {
    const server = new Answering(answer);
    servers.push(server);
    process.env['PKI_TEST_TOKEN'] = 's.TOKEN';
    const token = { kind: 'env', name: 'PKI_TEST_TOKEN' } as const;
    return [await judged({ kind: 'vault', url: await server.url(), token }, project, only), server];
  }

  it('is asked as its export has it; another key in its answer is found', async () => {
    const certificate = project.read('servers/api/cert.pem');
    const [result, { asked }] = await asking((_, response) => {
      response.end(JSON.stringify({ data: { certificate } }));
    }, 'servers/api');
    expect(asked).toMatchObject([
      {
        path: '/v1/pki-services/sign/servers-api',
        token: 's.TOKEN',
        body: { common_name: 'api.example.test', csr: expect.stringContaining('CERTIFICATE REQUEST') },
      },
    ]);
    expect(faultsIn(result)).toEqual(['key']);
  });

  it.each<readonly [string, number, string, string]>([
    ['no', 403, '{"errors":["1 error occurred:\\n","permission denied"]}', 'it answers with 403'],
    ['no JSON', 200, 'hello', 'it answers without a certificate'],
    ['no certificate', 200, '{"data":{"certificate":"-----BEGIN"}}', 'it answers without a certificate'],
    [
      'no sound one',
      200,
      JSON.stringify({
        data: { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
      }),
      'that cannot be read',
    ],
  ])('%s', async (_, status, body, words) => {
    const [result] = await asking((__, response) => {
      response.statusCode = status;
      response.end(body);
    }, 'servers/api');
    expect(result.ok).toBe(false);
    expect(result.missing.map(({ entity, detail }) => `${entity} ${detail}`).join()).toContain(words);
  });

  it('nowhere, or in the clear from elsewhere', async () => {
    const token = { kind: 'env', name: 'PKI_TEST_TOKEN' } as const;
    for (const [url, words] of [
      ['http://127.0.0.1:1', 'nothing listens there'],
      ['http://vault.example.test:8200', 'by HTTPS alone'],
    ] as const) {
      const { missing } = await judged({ kind: 'vault', url: new URL(url), token }, project, 'servers/api');
      expect(missing[0]?.detail).toContain(words);
    }
  });
});

it('a cluster gives the certificates in its Secrets, and no key', async () => {
  const folder = temporaryFolder();
  const [log, fullchain] = [join(folder, 'log'), join(folder, 'chain')];
  writeFileSync(fullchain, Buffer.from(project.read('servers/api/fullchain.pem')).toString('base64'));
  const lines = [
    '#!/bin/sh',
    `printf '%s\\n' "$*" >>'${log}'`,
    `case "$*" in *servers-api*) cat '${fullchain}' ;; *) echo 'Error: not found' >&2; exit 1 ;; esac`,
  ];
  writeFileSync(join(folder, 'kubectl'), `${lines.join('\n')}\n`, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const run = await project.pki(['verify', '--against', 'cert-manager', '--at', 'prod'], { env });
  expect(run.code).toBe(1);
  expect(run.stdout).toContain('ok  servers/api (servers-api)\n');
  expect(run.stdout).toContain('bad servers/web (servers-web): "kubectl" exited with 1: Error: not found\n');
  expect(readFileSync(log, 'utf8').split('\n')[0]).toBe(
    '--context=prod get secret servers-api --output=jsonpath={.data.tls\\.crt}',
  );
});
