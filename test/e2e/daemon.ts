/** Other people's servers, which run as long as a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { temporaryFolder } from '../helpers/folders.ts';
import { freePort, type Project, pathOf, put, until } from './project.ts';

const running: ChildProcess[] = [];

/** Ends every server that was started, the last one first: it may need the others. For `afterEach` and `afterAll`. */
export async function stopAll(): Promise<void> {
  for (const child of running.splice(0).reverse()) {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.kill('SIGTERM')) await ended;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => done(true)));
    socket.on('error', () => done(false));
  });
}

/** Starts a server and waits until it listens. @param more variables of its environment. */
export function start(
  program: string,
  args: readonly string[],
  port: number,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  return startUntil(program, args, () => accepts(port), undefined, more);
}

/**
 * The same for one that is ready otherwise.
 * @param isReady by all that it has written. @param uid whose process it is, where it refuses to be root's.
 * @param more variables of its environment.
 */
export async function startUntil(
  program: string,
  args: readonly string[],
  isReady: (said: string) => boolean | Promise<boolean>,
  uid?: number,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const as = { env: { ...process.env, ...more }, ...(uid === undefined ? {} : { uid, gid: uid }) };
  const child = spawn(pathOf(program) ?? program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...as });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += String(text);
    });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
    return isReady(said);
  }, `${program} is ready`);
}

/**
 * nginx with the files of a server, which asks for client certificates and shows their names.
 * @param more directives. @returns its port.
 */
export async function startNginx(project: Project, server: string, more = ''): Promise<number> {
  const file = (id: string, artifact: string): string => project.path(id, `${artifact}.pem`);
  return startHttp(
    (port) => `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${file(server, 'fullchain')};
    ssl_certificate_key ${file(server, 'key')};
    ssl_client_certificate ${file(server, 'ca')};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_verify_client on;
    ssl_verify_depth 3;
    ${more}
    location / { return 200 "hello $ssl_client_s_dn"; }
  }`,
  );
}

/** nginx by what stands in its block `http`. @returns its port. */
export async function startHttp(block: (port: number) => string): Promise<number> {
  const [prefix, port] = [temporaryFolder(), await freePort()];
  mkdirSync(`${prefix}/temp`);
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  put(
    `${prefix}/nginx.conf`,
    `daemon off;
master_process off;
pid ${prefix}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temps.map((name) => `${name}_temp_path ${prefix}/temp/${name};`).join('\n  ')}
  ${block(port)}
}
`,
  );
  await start('nginx', ['-p', prefix, '-c', `${prefix}/nginx.conf`, '-e', 'stderr'], port);
  return port;
}
