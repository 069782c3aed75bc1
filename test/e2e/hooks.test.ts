// Hooks: a command once all files of an entity are in place, by consent, again until it succeeds, and seen to have worked.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer, type SecureContext, type Server, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, THINNER } from '../helpers/everything.ts';
import { openssl } from '../helpers/openssl.ts';
import { inPairs } from '../helpers/pairs.ts';
import { copyOf, Project } from './project.ts';
import { withFault } from './wholeness.ts';

/** Leaves a line for each call: who, and the serial number that the entity has then; fails while `broken` is there. */
const RELOAD = `[ ! -e broken ] && echo "$PKI_ENTITY $PKI_SERIAL $(openssl x509 -in "$PKI_FOLDER/cert.pem" -noout -serial)" >>ran && env >environment && echo reloaded && echo "$PKI_CHANGED" >changed`;
const HOOK = `{ run: [sh, -c, '${RELOAD}'] }`;
const MANIFEST = `version: 1
authorities:
  sub: { commonName: Sub, issuer: root, onChange: ${HOOK} }
  root: { commonName: Root }
defaults:
  issuer: sub
  onChange: ${HOOK}
servers:
  api: { commonName: api.example.test, publish: symlinks, passphrase: env:API_PASSPHRASE }
  web: { commonName: web.example.test }
clients:
  app: { onChange: null }
`;
const ENV = { API_PASSPHRASE: 'hush-hush-0e7c', OTHER: 'not-passed-on' };
const ALL = ['authorities/sub', 'servers/api', 'servers/web'];

const apply = (project: Project, ...args: readonly string[]) =>
  project.pki(['apply', '--skip-verify', ...args], { env: ENV });

/** Entities whose hook ran, in order; each saw the serial number that its certificate had by then. */
function ran(project: Project): readonly string[] {
  const path = join(project.folder, 'ran');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [entity = '', serial = '', seen = ''] = line.split(' ');
      expect(seen.toLowerCase()).toBe(`serial=${serial}`);
      return entity;
    });
}

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  const first = await apply(applied);
  // Files come to their places without consent; what runs afterwards does not.
  expect(first.code).toBe(1);
  expect(first.stdout).toContain('applied: 5 created');
  expect(first.stderr.match(/was never run here, and needs consent\n/g)).toHaveLength(3);
  expect(ran(applied)).toEqual([]);
});

describe('a hook', () => {
  it('waits for consent, and the plan says why it is due', async () => {
    const plan = await applied.pki(['plan', '--detailed-exitcode'], { env: ENV });
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain(`did not succeed: ${ALL.join(', ')}\n`);
    expect(plan.stdout).toContain('(never run here)');
    expect(await applied.plan()).toMatchObject({ hooks: ALL.map((entity) => ({ entity, why: 'pending' })) });
  });

  it('runs once for each entity, authorities first, and then no more', async () => {
    const project = copyOf(applied);
    const run = await apply(project, '--allow', 'run');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain('pki: hook of servers/api: reloaded\n');
    expect(ran(project)).toEqual(ALL);
    const quiet = await apply(project, '--quiet');
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(ran(project)).toEqual(ALL);
    const again = await project.pki(['rotate', 'servers/web', '--skip-verify', '--json'], { env: ENV });
    expect(JSON.parse(again.stdout)).toMatchObject({
      hooks: [{ entity: 'servers/web', output: 'reloaded\n', fault: null }],
    });
    expect(ran(project)).toEqual([...ALL, 'servers/web']);
    expect(readFileSync(join(project.folder, 'changed'), 'utf8').split('\n')).toContain(
      project.path('servers/web/key.pem'),
    );
    const environment = readFileSync(join(project.folder, 'environment'), 'utf8');
    expect(environment).toContain(`PKI_FOLDER=${project.path('servers/web')}\n`);
    expect(environment).not.toMatch(/API_PASSPHRASE|hush|OTHER/);
  });

  it('that fails is run again by the next apply, until it succeeds', async () => {
    const project = copyOf(applied);
    writeFileSync(join(project.folder, 'broken'), '');
    for (const _ of ['once', 'twice']) {
      const run = await apply(project, '--allow', 'run', '--quiet');
      expect(run.code).toBe(1);
      expect(run.stderr).toContain('pki: error: the hook of servers/web (sh -c ');
      expect(run.stderr).toContain(') exited with 1\npki: hint: fix the cause;');
    }
    rmSync(join(project.folder, 'broken'));
    expect(await apply(project)).toMatchObject({ code: 0 });
    expect(ran(project)).toEqual(ALL);
    expect((await project.pki(['plan'], { env: ENV })).stdout).toContain('nothing to do');
  });

  it('is left for later by --skip-hooks', async () => {
    const project = copyOf(applied);
    expect(await apply(project, '--skip-hooks')).toMatchObject({ code: 0 });
    expect(ran(project)).toEqual([]);
    expect(await apply(project, '--allow', 'run')).toMatchObject({ code: 0 });
    expect(ran(project)).toEqual(ALL);
  });
});

describe('what a server serves afterwards', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  /** Reads its files again once its hook has left a mark; until then it serves what it had. */
  async function serving(project: Project): Promise<number> {
    const context = (): SecureContext =>
      createSecureContext({
        key: project.read('servers/web/key.pem'),
        cert: project.read('servers/web/fullchain.pem'),
      });
    let current = context();
    const server = createServer({
      SNICallback(_, done) {
        if (existsSync(join(project.folder, 'ran'))) current = context();
        done(null, current);
      },
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  const verified = (port: number, run: string, timeout: string) => `version: 1
authorities: { root: { commonName: Root } }
servers:
  web:
    commonName: web.example.test
    onChange: { run: [sh, -c, '${run}'], timeout: ${timeout}, verify: "127.0.0.1:${port}" }
`;

  it('is the new certificate, or the reload did nothing', async () => {
    const project = new Project(verified(1, 'true', '1s'));
    await apply(project, '--skip-hooks');
    const port = await serving(project);
    project.write(verified(port, 'true', '1s'));
    const rotate = ['rotate', 'servers/web', '--skip-verify', '--allow', 'run'];
    const idle = await project.pki(rotate);
    expect(idle.code).toBe(1);
    expect(idle.stderr).toContain(
      `ended well, but 127.0.0.1:${port} still serves another certificate after 1 s\npki: hint: it may need a restart`,
    );
    project.write(verified(port, 'touch ran', '5m'));
    expect(await apply(project, '--allow', 'run')).toMatchObject({ code: 0 });
    servers.pop()?.close();
    project.write(verified(1, 'true', '1s'));
    const gone = await project.pki(rotate);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('127.0.0.1:1 serves no certificate after 1 s (ECONNREFUSED)');
  });
});

/** Mail servers begin in the clear. */
it('is seen to be served behind STARTTLS', async () => {
  const mail = (verify: string, timeout: string): string => `version: 1
authorities: { root: { commonName: Root } }
servers:
  mail:
    commonName: mail.example.test
    onChange: { run: ['true'], timeout: ${timeout}, verify: ${verify} }
`;
  const project = new Project(mail('"127.0.0.1:1"', '2s'));
  await apply(project, '--skip-hooks');
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => project.read('servers/mail', file));
  const secureContext = createSecureContext({ key, cert });
  const server = createPlainServer((socket) => {
    socket.on('error', () => undefined).write('220 mail.example.test\r\n');
    const talk = (data: Buffer): void => {
      if (data.toString().startsWith('EHLO')) socket.write('250 STARTTLS\r\n');
      if (!data.toString().startsWith('STARTTLS')) return;
      socket.off('data', talk).write('220 go on\r\n');
      new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined).resume();
    };
    socket.on('data', talk);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  project.write(mail(`{ endpoint: "127.0.0.1:${port}", starttls: smtp }`, '5m'));
  expect(await apply(project, '--allow', 'run')).toMatchObject({ code: 0 });
  project.write(mail(`{ endpoint: "127.0.0.1:${port}", starttls: imap }`, '2s'));
  const rotated = await project.pki(['rotate', 'mail', '--skip-verify', '--allow', 'run'], { env: ENV });
  expect(rotated.code).toBe(1);
  expect(rotated.stderr).toContain(`127.0.0.1:${port} serves no certificate`);
  server.close();
});

describe('a hook that failed', () => {
  const failing = (end: string): string => `version: 1
authorities: { root: { commonName: Root } }
servers:
  web: { commonName: web.example.test, onChange: { run: [sh, -c, '${end}'] } }
`;

  it('keeps nothing from being proven: both are reported, and apply ends with 1', async () => {
    const project = new Project(failing('exit 3'));
    const run = await project.pki(['apply', '--allow', 'run'], { env: ENV });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('the hook of servers/web');
    expect(run.stdout).toContain('certificates: 2 verified by openssl');
    expect(run.stdout).toContain('handshakes accepted, 4 refused, as expected');
    const json = JSON.parse((await project.pki(['apply', '--json'], { env: ENV })).stdout);
    expect(json).toMatchObject({
      hooks: [{ entity: 'servers/web', fault: expect.anything() }],
      verification: { ok: true },
    });
  });
});

describe('a run that is killed', () => {
  const KILLED = `version: 1
authorities: { root: { commonName: Root } }
servers:
  web: { commonName: web.example.test, onChange: { run: [sh, -c, 'echo "$PKI_SERIAL" >>ran'] } }
`;

  const served = async (project: Project): Promise<void> => {
    expect(await apply(project)).toMatchObject({ code: 0 });
    const seen = readFileSync(join(project.folder, 'ran'), 'utf8').trim().split('\n').at(-1);
    const serial = await openssl(['x509', '-in', project.path('servers/web/cert.pem'), '-noout', '-serial']);
    expect(`serial=${seen}`).toBe(serial.trim().toLowerCase());
    expect((await project.pki(['plan'], { env: ENV })).stdout).toContain('nothing to do');
  };

  it('around the record of what is due leaves no change without its hook', async () => {
    const base = new Project(KILLED);
    expect(await apply(base, '--allow', 'run')).toMatchObject({ code: 0 });
    base.write(KILLED.replace('web.example.test,', 'web.example.test, validity: 60d,'));
    const trial = copyOf(base);
    const log = join(trial.folder, 'operations');
    const env = { ...ENV, ...withFault({ LOG: log }) };
    expect(await trial.pki(['apply', '--skip-verify'], { env })).toMatchObject({ code: 0 });
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const at = (pattern: RegExp): readonly number[] =>
      lines.flatMap((line) => (pattern.test(line) ? [Number(line.split(' ')[0])] : []));
    const records = at(/hooks\.json/);
    const around = at(/hooks\.json|hook\.log|\.pki\/commit|servers\/web/).filter(
      (n) => n >= Math.min(...records),
    );
    // Before the files come to their places there is a record of it.
    expect(Math.min(...records)).toBeLessThan(
      Math.min(...at(/rename .*servers\/web\/cert\.pem|\.pki\/commit\/servers/)),
    );
    const thin = [around[0], records[2], ...around.filter((_, i) => i % (9 * THINNER) === 5), around.at(-1)];
    const points = EVERYTHING ? around : thin.filter((n) => n !== undefined);
    await inPairs(points, async (n) => {
      const project = copyOf(base);
      const killed = await project.pki(['apply', '--skip-verify'], {
        env: { ...ENV, ...withFault({ AT: n }) },
      });
      expect(killed.code, `operation ${n}`).not.toBe(0);
      await served(project);
    });
  });
});
