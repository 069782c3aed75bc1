// `pki ocsp --serve`: a responder that clients ask by POST and GET, that follows the folder, and that no one brings down.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { encodeCertId, encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import { CLI, plainEnvironment, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, ocsp: { url: "http://ocsp.example.test/root/" } }
  issuing: { commonName: Issuing, issuer: root, crl: true, ocsp: true }
  silent: { commonName: Silent, issuer: root }
servers:
  api: { commonName: api.example.test, issuer: issuing }
clients:
  alice: { issuer: issuing }
certificates:
  responder: { commonName: Responder, profile: ocsp-responder, issuer: issuing, validity: 30d }
`;

/** What runs until a signal comes. */
class Responder {
  readonly child: ChildProcess;
  readonly temporary = temporaryFolder();
  said = '';
  complained = '';
  port = 0;

  constructor(project: Project, args: readonly string[]) {
    this.child = spawn(process.execPath, [CLI, 'ocsp', ...args], {
      cwd: project.folder,
      env: { ...plainEnvironment(), TMPDIR: this.temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complained += text;
    });
  }

  static async of(project: Project): Promise<Responder> {
    const responder = new Responder(project, ['--serve', '127.0.0.1:0']);
    await new Promise<void>((resolve, reject) => {
      responder.child.once('exit', () => reject(new Error(responder.complained)));
      responder.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        responder.said += text;
        if (responder.said.includes('\n')) resolve();
      });
    });
    responder.port = Number(/:(\d+)\//.exec(responder.said)?.[1]);
    return responder;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    return ended;
  }

  url(path = ''): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async post(body: Uint8Array): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await fetch(this.url('/'), { method: 'POST', body });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()).toString('hex') };
  }
}

let project: Project;
let responder: Responder;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
  responder = await Responder.of(project);
});
afterAll(() => {
  responder.child.kill('SIGKILL');
});

function authority(name: string): string {
  return project.path('authorities', name, 'cert.pem');
}

/** As a client asks it, with a nonce, and with the root alone as what it trusts. */
async function ask(
  issuer: string,
  certificate: readonly string[],
  more: readonly string[] = [],
): Promise<string> {
  const run = await runProgram('openssl', [
    ...['ocsp', '-url', responder.url(), ...more, '-issuer', authority(issuer), ...certificate],
    ...['-CAfile', authority('root'), '-verify_other', authority('issuing')],
  ]);
  return `${run.stderr}${run.stdout}`.replace(/\t(?:This|Next) Update.*\n/g, '').trim();
}

/** A request in DER, which is that of openssl (test/x509/ocsp.test.ts). */
function requestFor(name: string, serial = '05'): Buffer {
  const der = certificateDer(readFileSync(authority(name)));
  const issuer = { subjectDer: certificateFacts(der).subjectDer, spki: certificateSpki(der) };
  return encodeOcspRequest(encodeCertId(issuer, serial));
}

const MALFORMED = '30030a0101';
const UNAUTHORIZED = '30030a0106';

describe('a responder', () => {
  it('says where it listens', () => {
    expect(responder.said).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/: answers for authorities\/root, authorities\/issuing\n$/,
    );
    expect(responder.complained).toBe('');
  });

  it.each<[string, string, string, string]>([
    ['a server', 'issuing', 'servers/api', 'good'],
    ['an authority', 'root', 'authorities/issuing', 'good'],
  ])('answers about %s', async (_, issuer, id, status) => {
    const certificate = project.path(id, 'cert.pem');
    const expected = `Response verify OK\n${certificate}: ${status}`;
    expect(await ask(issuer, ['-cert', certificate])).toBe(expected);
    expect(await ask(issuer, ['-sha256', '-cert', certificate])).toBe(expected);
  });

  it('knows nothing of other numbers, and is no responder of others', async () => {
    expect(await ask('issuing', ['-serial', '0x5'])).toBe('Response verify OK\n0x5: unknown');
    expect((await responder.post(requestFor('silent'))).body).toBe(UNAUTHORIZED);
  });

  it('answers by GET, with and without the path of a URL', async () => {
    const request = requestFor('issuing').toString('base64');
    for (const path of [
      `/${encodeURIComponent(request)}`,
      `/${request}`,
      `/root/${request}`,
      `/root//${request}`,
    ]) {
      const answer = await fetch(responder.url(path));
      expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
      const file = join(temporaryFolder(), 'response');
      writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      const text = await openssl(['ocsp', '-respin', file, '-noverify', '-resp_text']);
      expect(text, path).toContain('Cert Status: unknown');
    }
  });

  it.each<[string, (request: Buffer) => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['noise', () => Buffer.from('hello')],
    ['half a request', (request) => request.subarray(0, 30)],
    ['one and more', (request) => Buffer.concat([request, Buffer.of(0)])],
    ['a request about nothing', () => Buffer.from('300430023000', 'hex')],
  ])('refuses %s', async (_, spoil) => {
    expect(await responder.post(spoil(requestFor('issuing')))).toEqual({
      status: 200,
      body: MALFORMED,
    });
  });

  it('refuses what is too long, and what is no question', async () => {
    expect((await responder.post(Buffer.alloc(64 * 1024 + 1))).status).toBe(413);
    expect((await fetch(responder.url('/'), { method: 'PUT', body: 'x' })).status).toBe(405);
    expect(Buffer.from(await (await fetch(responder.url('/%zz'))).arrayBuffer()).toString('hex')).toBe(
      MALFORMED,
    );
    // Who is connected and says nothing keeps no one else waiting.
    const idle = connect(responder.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    expect(await ask('issuing', ['-serial', '0x5'])).toContain('Response verify OK');
    idle.destroy();
  });

  it('answers many at once, each its own', async () => {
    const serials = Array.from({ length: 24 }, (_, i) => (i + 16).toString(16));
    const answers = await Promise.all(serials.map((serial) => responder.post(requestFor('issuing', serial))));
    const found = answers.map(({ body }) => serials.filter((serial) => body.includes(`0201${serial}8200`)));
    expect(found).toEqual(serials.map((serial) => [serial]));
  });

  itNeeds(['ocsptool'], 'GnuTLS asks it and takes the answer', async () => {
    const run = await runProgram('ocsptool', [
      ...[`--ask=${responder.url('/')}`, '--load-issuer', authority('issuing')],
      ...['--load-cert', project.path('servers/api/cert.pem'), '--load-trust', authority('issuing')],
    ]);
    expect(run.stdout + run.stderr).toContain('OCSP Response: Success');
  });

  it('follows what apply does', async () => {
    const certificate = ['-cert', join(temporaryFolder(), 'alice.pem')] as const;
    writeFileSync(certificate[1], project.read('clients/alice/cert.pem'));
    expect(await ask('issuing', certificate)).toContain('alice.pem: good');
    project.write(MANIFEST.replace('alice: {', 'alice: { revoked: superseded,'));
    await project.applyByCommand('--allow', 'revoke');
    expect(await ask('issuing', certificate)).toMatch(
      /^Response verify OK\n.*alice\.pem: revoked\n\tReason: superseded\n/,
    );
    await project.pki(['rotate', 'certificates/responder', '--skip-verify']);
    expect(await ask('issuing', certificate)).toContain('Response verify OK');
    rmSync(project.path('certificates/responder/key.pem'));
    // What was read goes on, and that it is no longer there is said once.
    expect(await ask('issuing', certificate)).toContain('Response verify OK');
    expect(await ask('issuing', certificate)).toContain('Response verify OK');
    expect(responder.complained.match(/has no private key here that can be read/g)).toHaveLength(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with %s, and leaves nothing behind', async (signal) => {
    const fresh = new Project(MANIFEST.replace(/servers:[\s\S]*/, ''));
    await fresh.apply();
    const other = await Responder.of(fresh);
    expect(await other.end(signal)).toBe(0);
    expect(other.complained).toBe('');
    expect(await runProgram('ls', ['-A', other.temporary])).toMatchObject({ stdout: '' });
  });
});

describe('a responder that cannot be one', () => {
  it.each<[string, (broken: Project) => readonly string[], string]>([
    ['has no place', () => ['--serve', '8080'], '--serve takes an address and a port'],
    ['has a place that is taken', () => ['--serve', `127.0.0.1:${responder.port}`], '(EADDRINUSE)'],
    [
      'has no key',
      (broken) => {
        rmSync(broken.path('authorities/root/key.pem'));
        return ['--serve', '127.0.0.1:0'];
      },
      '"authorities/root" has no private key here',
    ],
  ])('%s', async (_, prepare, says) => {
    const broken = copyOf(project);
    broken.write(
      MANIFEST.replace('ocsp: true', 'crl: true').replace(', crl: true, crl: true', ', crl: true'),
    );
    const run = await broken.pki(['ocsp', ...prepare(broken)]);
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(says) });
  });

  it('has an openssl that fails', async () => {
    const folder = temporaryFolder();
    const real = (await runProgram('sh', ['-c', 'command -v openssl'])).stdout.trim();
    writeFileSync(
      join(folder, 'openssl'),
      `#!/bin/sh\nif [ "$1" = ocsp ]; then echo 'no such thing' >&2; exit 1; fi\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    const broken = copyOf(project);
    broken.write(MANIFEST.replace(', ocsp: true', ''));
    const run = await broken.pki(['ocsp', '--serve', '127.0.0.1:0'], {
      env: { PKI_OPENSSL: join(folder, 'openssl') },
    });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(
      'openssl signs no response for "authorities/root": openssl exited with 1: no such thing',
    );
  });
});
