// `pki ocsp`: answers about every certificate, signed by who may, kept as long as they are good, and read by other programs.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { REPOSITORY, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { startHttp, stopAll } from './daemon.ts';
import { copyOf, itNeeds, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, key: rsa-2048, signature: rsa-pss, ocsp: true }
  issuing:
    commonName: Issuing
    issuer: root
    crl: true
    ocsp: { url: "http://ocsp.example.test/issuing", validity: 4d }
servers:
  api: { commonName: api.example.test, issuer: issuing }
clients:
  alice: { issuer: issuing }
certificates:
  responder: { commonName: Responder, profile: ocsp-responder, issuer: issuing, validity: 30d }
`;
const REVOKED = MANIFEST.replace('alice: {', 'alice: { revoked: { reason: keyCompromise, at: 2026-01-02 },');
const LOCKED = MANIFEST.replace('responder: {', 'responder: { passphrase: "env:RESPONDER",');

let made: Project;
let alice: string;
let revoked: Project;
beforeAll(async () => {
  made = new Project(MANIFEST);
  await made.apply();
  alice = await serialOf(made, 'clients/alice');
  revoked = copyOf(made);
  revoked.write(REVOKED);
  await revoked.applyByCommand('--allow', 'revoke');
  await ocsp(revoked);
});

/** By the built library, which the command is a shell around. */
async function ocsp(project: Project, to?: string) {
  const library: typeof import('../../src/index.ts') = await import(
    pathToFileURL(join(REPOSITORY, 'dist/index.js')).href
  );
  const opened = await library.openProject(join(project.folder, 'pki.yaml'));
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  return library.writeOcsp(opened.project, to === undefined ? {} : { to });
}

async function serialOf(project: Project, id: string): Promise<string> {
  const text = await openssl(['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-serial']);
  return text.trim().replace('serial=', '').toLowerCase();
}

/** What openssl makes of a response about a certificate below `issuing`, by any signer. */
async function verdictOf(project: Project, response: string, serial: string): Promise<string> {
  const run = await runProgram('openssl', [
    ...['ocsp', '-respin', project.path('ocsp', response), '-no_nonce'],
    ...['-issuer', project.path('authorities/issuing/cert.pem'), '-serial', `0x${serial}`],
    ...['-CAfile', project.path('authorities/root/cert.pem')],
    ...['-verify_other', project.path('authorities/issuing/cert.pem')],
  ]);
  return `${run.stderr}${run.stdout}`.replace(/\t(?:This|Next) Update.*\n/g, '').trim();
}

describe('files for a web server', () => {
  it('answer about every certificate, by its number and by its entity', async () => {
    const api = await serialOf(made, 'servers/api');
    expect(await verdictOf(revoked, `authorities/issuing/${api}.der`, api)).toMatch(
      /^Response verify OK\n.*: good$/s,
    );
    expect(await verdictOf(revoked, 'servers/api.der', api)).toMatch(/^Response verify OK\n.*: good$/s);
    const text = await verdictOf(revoked, `authorities/issuing/${alice}.der`, alice);
    expect(text).toMatch(/^Response verify OK\n.*: revoked\n/s);
    expect(text).toMatch(/Reason: keyCompromise\n\tRevocation Time: Jan {2}2 00:00:00 2026 GMT$/);
    // Her files went, and with them what could be stapled.
    expect(readdirSync(revoked.path('ocsp/authorities/issuing'))).toHaveLength(3);
    expect(readdirSync(revoked.path('ocsp')).sort()).toEqual([
      ...['.pki-export.json', 'authorities', 'certificates', 'requests.map', 'servers'],
    ]);
  });

  it('are signed by the responder, and by an authority without one itself', async () => {
    const text = async (response: string): Promise<string> =>
      (await runProgram('openssl', ['ocsp', '-respin', revoked.path('ocsp', response), '-noverify', '-text']))
        .stdout;
    expect(await text('servers/api.der')).toContain('Subject: CN=Responder');
    const own = await text('authorities/issuing.der');
    expect(own).not.toContain('Certificate:');
    expect(own).toMatch(/Signature Algorithm: rsassaPss\s.*Hash Algorithm: sha256\s.*Salt Length: 0x20/s);
    const issuing = await serialOf(revoked, 'authorities/issuing');
    const run = await runProgram('openssl', [
      ...['ocsp', '-respin', revoked.path('ocsp/authorities/issuing.der'), '-no_nonce'],
      ...['-issuer', revoked.path('authorities/root/cert.pem'), '-serial', `0x${issuing}`],
      ...['-VAfile', revoked.path('authorities/root/cert.pem')],
    ]);
    expect(run.stderr + run.stdout).toMatch(/^Response verify OK\n.*: good\n/);
  });

  it('stay to the byte while they are good', async () => {
    const before = stateOf(revoked.out);
    const run = await revoked.pki(['ocsp']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(
      run.stdout.replace(/\d{4}-[\d:T-]+Z/g, 'TIME'),
    ).toBe(`authorities/root: 1 response up to date; good until TIME, signed by itself
authorities/issuing: 3 responses up to date, 1 revoked; good until TIME, signed by certificates/responder
pki/ocsp: nothing to do
`);
    const json = JSON.parse((await revoked.pki(['ocsp', '--json'])).stdout);
    expect(json).toMatchObject({
      format: 'pki-ocsp',
      version: 1,
      written: 0,
      authorities: [{ authority: 'authorities/root' }, { signed: 0, kept: 3, revoked: 1, unlisted: [] }],
    });
    expect(stateOf(revoked.out)).toEqual(before);
    expect(await revoked.actions()).toEqual({});
  });

  it('say good until apply has listed what is revoked, and that they do', async () => {
    const project = copyOf(made);
    project.write(REVOKED);
    const run = await project.pki(['ocsp']);
    expect(run.code).toBe(0);
    expect(
      run.stderr,
    ).toBe(`pki: warning: 1 certificate of "authorities/issuing" that the manifest revokes is answered with "good" until apply has listed it
pki: hint: run "pki apply --allow revoke", then this again
`);
    expect(await verdictOf(project, 'clients/alice.der', alice)).toMatch(/: good$/);
    await project.applyByCommand('--allow', 'revoke');
    const after = await ocsp(project);
    // Of what is answered about alice, one file says it now, and the other went with her.
    expect(after).toMatchObject({
      written: 1,
      removed: 1,
      authorities: [{ signed: 0 }, { signed: 1, kept: 2 }],
    });
    expect(await verdictOf(project, `authorities/issuing/${alice}.der`, alice)).toMatch(/: revoked\n/);
  });

  it('are signed again for another length, by another signer, and where they were damaged', async () => {
    const project = copyOf(revoked);
    project.write(REVOKED.replace('validity: 4d', 'validity: 5d'));
    expect(await ocsp(project)).toMatchObject({ authorities: [{ signed: 0 }, { signed: 3 }] });
    await project.pki(['rotate', 'certificates/responder', '--skip-verify']);
    const again = await ocsp(project);
    // The former certificate of the responder is answered for until its end.
    expect(again).toMatchObject({ authorities: [{ signed: 0 }, { signed: 4, kept: 0 }] });
    writeFileSync(project.path('ocsp/servers/api.der'), '');
    expect(await ocsp(project)).toMatchObject({ written: 1, authorities: [{ signed: 0 }, { signed: 0 }] });
  });

  it('are in the status, and due where `pki ocsp` would sign one', async () => {
    const project = copyOf(made);
    const status = async (...args: readonly string[]) => {
      const run = await project.pki(['status', '--json', ...args]);
      return { code: run.code, responses: JSON.parse(run.stdout).responses };
    };
    expect(await status()).toEqual({ code: 0, responses: [] });
    await ocsp(project);
    const fine = { state: 'ok', due: 0, revoked: 0 };
    expect(await status()).toMatchObject({
      code: 0,
      responses: [
        { ...fine, authority: 'authorities/root', responses: 1 },
        { ...fine, authority: 'authorities/issuing', responses: 3 },
      ],
    });
    project.write(REVOKED);
    await project.applyByCommand('--allow', 'revoke');
    expect(await status()).toMatchObject({
      code: 2,
      responses: [fine, { state: 'due', due: 1, revoked: 0 }],
    });
    expect((await project.pki(['status'])).stdout).toMatch(
      /authorities\/issuing +3 +0 .* due: "pki ocsp" would sign 1\n[\s\S]*; responses: 1 ok, 1 due; /,
    );
    const other = join(temporaryFolder(), 'www');
    await ocsp(project, other);
    expect(await status('--ocsp', other)).toMatchObject({
      code: 0,
      responses: [fine, { ...fine, revoked: 1 }],
    });
    const later = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    expect(await status('--ocsp', other, '--now', later(3))).toMatchObject({
      responses: [fine, { state: 'due', due: 3 }],
    });
    expect(await status('--ocsp', other, '--now', later(5))).toMatchObject({
      responses: [{ state: 'due' }, { state: 'ended' }],
    });
  });

  it('take no place of others, and go where they should', async () => {
    const [project, other] = [copyOf(revoked), join(temporaryFolder(), 'www')];
    expect(await ocsp(project, other)).toMatchObject({ folder: other, written: 8 });
    mkdirSync(project.path('ocsp/servers'), { recursive: true });
    writeFileSync(project.path('ocsp/servers/api.der'), 'mine');
    await expect(ocsp(project)).rejects.toThrow(/"servers\/api\.der", which no export left there/);
    expect(project.read('ocsp/servers/api.der')).toBe('mine');
  });

  it('leave no key behind, and none in the words of openssl', async () => {
    const project = new Project(LOCKED);
    const TMPDIR = temporaryFolder();
    vi.stubEnv('RESPONDER', 'correct horse');
    vi.stubEnv('TMPDIR', TMPDIR);
    await project.apply();
    const opened = await ocsp(project);
    vi.unstubAllEnvs();
    expect(opened).toMatchObject({
      failures: [],
      authorities: [{ signed: 1 }, { signer: 'certificates/responder', signed: 3 }],
    });
    const closed = await project.pki(['ocsp'], { env: { TMPDIR } });
    expect(closed.code).toBe(1);
    expect(closed.stderr).toContain(
      '"certificates/responder" is under a passphrase that is not to be had here',
    );
    // What is there stays, and clients go on with it.
    expect(closed.stdout).toContain('nothing to do');
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('are none without a signer, and the other authorities go on', async () => {
    const project = copyOf(made);
    rmSync(project.path('certificates/responder/key.pem'));
    const run = await project.pki(['ocsp']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'pki: error: "certificates/responder" has no private key here that can be read',
    );
    expect(run.stdout).toContain('authorities/root: 1 response signed');
    const none = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    expect(await none.pki(['ocsp'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pki: error: no authority of the manifest has "ocsp"'),
    });
    expect(readdirSync(none.folder)).toEqual(['pki.yaml']);
  });
});

describe('other programs', () => {
  itNeeds(['ocsptool'], 'GnuTLS takes the responses', async () => {
    const verify = async (response: string, trust: string): Promise<string> => {
      const run = await runProgram('ocsptool', [
        ...['--verify-response', '--load-response', revoked.path('ocsp', response)],
        ...['--load-trust', revoked.path(trust, 'cert.pem')],
      ]);
      return run.stdout + run.stderr;
    };
    expect(await verify('servers/api.der', 'authorities/issuing')).toContain(
      'Verifying OCSP Response: Success',
    );
    expect(await verify('authorities/issuing.der', 'authorities/root')).toContain('OCSP Response: Success');
    expect(await verify('authorities/issuing.der', 'authorities/issuing')).not.toContain(
      'OCSP Response: Success',
    );
  });

  itNeeds(['lint_ocsp_response'], 'pkilint finds nothing wrong with any of them', async () => {
    for (const response of [`authorities/issuing/${alice}.der`, 'authorities/issuing.der']) {
      const path = revoked.path('ocsp', response);
      const run = await runProgram('lint_ocsp_response', ['lint', '-s', 'NOTICE', path]);
      expect([response, run.code, run.stdout.trim()]).toEqual([response, 0, '']);
    }
  });

  itNeeds(['gnutls-cli'], 'GnuTLS lets in a server that must staple with the response alone', async () => {
    const project = new Project(MANIFEST.replace('api.example.test,', 'api.example.test, mustStaple: true,'));
    await project.apply();
    await ocsp(project);
    const staple = readFileSync(project.path('ocsp/servers/api.der'));
    const server = createServer({
      key: project.read('servers/api/key.pem'),
      cert: project.read('servers/api/fullchain.pem'),
    });
    let shown: Buffer | null = null;
    server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, shown));
    const port = await new Promise<number>((done) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    const visit = async (response: Buffer | null): Promise<string> => {
      shown = response;
      const trust = [`--x509cafile=${project.path('authorities/root/cert.pem')}`];
      const args = [...trust, '--verify-hostname=api.example.test', '-p', `${port}`, '127.0.0.1'];
      const run = await runProgram('gnutls-cli', args);
      return /Status: (.*)/.exec(run.stdout)?.[1] ?? run.stdout;
    };
    expect(await visit(null)).toMatch(/NOT trusted.*status|NOT trusted.*OCSP/i);
    expect(await visit(staple)).toBe('The certificate is trusted. ');
    expect(await visit(readFileSync(project.path('ocsp/certificates/responder.der')))).toContain(
      'NOT trusted',
    );
    server.close();
  });

  itNeeds(['nginx'], 'nginx finds the response by the map', async () => {
    // In base64 it ends with six slashes, of which nginx makes one.
    const serial = '7f'.padEnd(40, 'f');
    const project = copyOf(revoked);
    project.write(REVOKED.replace('ocsp: { url', `revoked: [{ serial: "${serial}" }]\n    ocsp: { url`));
    await project.applyByCommand('--allow', 'revoke');
    await ocsp(project);
    const port = await startHttp(
      (at) => `map_hash_bucket_size 256;
  map $uri $ocsp_file { include ${project.path('ocsp/requests.map')}; }
  server {
    listen 127.0.0.1:${at};
    root ${project.path('ocsp')};
    types { application/ocsp-response der; }
    location / { try_files $ocsp_file =404; }
  }`,
    );
    try {
      const get = (path: string) => fetch(`http://127.0.0.1:${port}/issuing/${path}`);
      for (const asked of [alice, serial]) {
        const request = join(temporaryFolder(), 'request');
        await openssl([
          ...['ocsp', '-issuer', project.path('authorities/issuing/cert.pem'), '-serial', `0x${asked}`],
          ...['-no_nonce', '-reqout', request],
        ]);
        const text = readFileSync(request).toString('base64');
        for (const path of [encodeURIComponent(text), text]) {
          const answer = await get(path);
          expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
          const found = Buffer.from(await answer.arrayBuffer());
          expect(found.equals(readFileSync(project.path(`ocsp/authorities/issuing/${asked}.der`)))).toBe(
            true,
          );
        }
      }
      expect((await get('MFUw')).status).toBe(404);
    } finally {
      await stopAll();
    }
  });
});
