/** The real openssl, run to the end, with nothing of the system's configuration. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type RunOptions, runProgram } from './cli.ts';

const QUIET = {
  OPENSSL_CONF: '/dev/null',
  SSL_CERT_FILE: '/dev/null',
  SSL_CERT_DIR: '/dev/null',
  LC_ALL: 'C',
} as const;

/** Standard output. Rejects with openssl's own words. */
export async function openssl(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const run = await runProgram('openssl', args, { ...options, env: { ...QUIET, ...options.env } });
  if (run.code !== 0) throw new Error(`openssl ${args.join(' ')}: exit ${run.code}\n${run.stderr}`);
  return run.stdout;
}

/**
 * The same while nothing else happens. An openssl that ends before its input is written is judged by how it ended: Node
 * reports such a pipe as an error (EPIPE) of the whole call.
 */
export function opensslSync(args: readonly string[], cwd: string, input?: string): string {
  const env = { ...process.env, ...QUIET };
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const run = spawnSync('openssl', args, {
    cwd,
    ...(input === undefined ? {} : { input }),
    env,
    encoding: 'utf8',
    stdio: [stdin, 'pipe', 'pipe'],
  });
  if (run.status !== 0) throw run.error ?? new Error(`openssl ${args.join(' ')}\n${run.stderr}`);
  return run.stdout;
}

/** Every openssl to test with: the first in `PATH`, and those that `PKI_OPENSSL_MATRIX` lists, with colons between. */
export const OPENSSL_MATRIX: readonly string[] = [
  'openssl',
  ...(process.env['PKI_OPENSSL_MATRIX'] ?? '')
    .split(':')
    .flatMap((path) => (path === '' ? [] : [resolve(path)])),
];

/** The DER inside a PEM file. */
export function derOf(folder: string, file: string): Uint8Array {
  const body = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(readFileSync(join(folder, file), 'latin1'))?.[1];
  if (body === undefined) throw new Error(`${file} holds no PEM`);
  return Buffer.from(body, 'base64');
}

/** A P-256 key and a root for it, as PEM. @param subject `/CN=Root`. */
export function selfSigned(subject: string): { readonly key: string; readonly cert: string } {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-'];
  const root = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'subjectKeyIdentifier=hash'];
  const text = opensslSync(['req', '-x509', ...curve, ...root, '-days', '3650', '-subj', subject], '/');
  const [key = '', rest = ''] = text.split('-----BEGIN CERTIFICATE-----');
  return { key, cert: `-----BEGIN CERTIFICATE-----${rest}` };
}

/** A certification request, as PEM, for a P-256 key that is thrown away. */
export function aRequest(): Promise<string> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null'];
  return openssl(['req', '-new', ...curve, '-subj', '/CN=elsewhere']);
}
