/** Every example does what it says: valid, planned, applied, proven, and then nothing is left to do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainEnvironment, REPOSITORY, type Run, runPki, runProgram, snapshot } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { NO_TOKEN, Token } from '../helpers/softhsm.ts';

/** Manifests below the repository: the README's, files in `examples/`, and folders there with a `pki.yaml`. */
const EXAMPLES = ['pki.example.yaml', ...examplesIn('examples')];

function examplesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(REPOSITORY, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return /\.ya?ml$/.test(entry.name) ? [path] : [];
    return existsSync(join(REPOSITORY, path, 'pki.yaml')) ? [join(path, 'pki.yaml')] : [];
  });
}

/** A copy of an example (of its whole folder, where it has one) without what was applied in place. */
function copyOf(example: string): { readonly folder: string; readonly manifest: string } {
  const folder = temporaryFolder();
  const manifest = basename(example);
  if (manifest === 'pki.yaml') {
    const isOurs = (path: string): boolean => basename(path) !== 'pki';
    cpSync(join(REPOSITORY, dirname(example)), folder, { recursive: true, filter: isOurs });
  } else cpSync(join(REPOSITORY, example), join(folder, manifest));
  return { folder, manifest };
}

it('finds the examples that the README speaks of', () => {
  expect(EXAMPLES).toEqual(
    expect.arrayContaining(['pki.example.yaml', 'examples/two-tier.yaml', 'examples/node-mtls/pki.yaml']),
  );
});

/** That of an HSM, which takes one. */
const ON_TOKEN = 'examples/hsm.yaml';
const SECRETS = {
  STORE_PASSWORD: 'changeit',
  PHONE_PASSWORD: 'phone-pass',
  ROOT_PASSPHRASE: 'root-pass',
  ISSUING_PASSPHRASE: 'issuing-pass',
  TOKEN_PIN: '71842',
};

const POSSIBLE = someOf(EXAMPLES).filter((example) => example !== ON_TOKEN || NO_TOKEN === undefined);
if (NO_TOKEN !== undefined) it.skip(`${ON_TOKEN} (skipped: ${NO_TOKEN} is not installed)`, () => {});

/** What the recipe says of SoftHSM. */
function tokenFor(example: string): Partial<Token['env']> {
  if (example !== ON_TOKEN) return {};
  const token = new Token(SECRETS.TOKEN_PIN);
  token.make('root', 'EC:secp384r1', '01');
  return token.env;
}

describe.each(POSSIBLE)('%s', (example) => {
  const { folder, manifest } = copyOf(example);
  const env = { ...SECRETS, ...tokenFor(example) };
  const pki = (...args: string[]): Promise<Run> => runPki([...args, manifest], { cwd: folder, env });
  let applied: Readonly<Record<string, string>>;

  it('is valid, without a warning', async () => {
    const run = await pki('validate');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/: valid, \d+ authorit/);
  });

  it('is planned, and nothing is written', async () => {
    const before = snapshot(folder);
    const run = await pki('plan', '--detailed-exitcode');
    expect(run).toMatchObject({ code: 2, stderr: '' });
    expect(run.stdout).toMatch(/\nplan: \d+ to create(; by the OpenSSL inside node \(--engine\))?\n$/);
    expect(snapshot(folder)).toEqual(before);
  });

  it('is applied and proven', async () => {
    const run = await pki('apply');
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^applied: \d+ created in [^\n]+\ncertificates: \d+ verified by openssl/);
    expect(run.stdout).toMatch(
      /\n\d+ handshakes accepted, \d+ refused, as expected(; 1 check could not be made)?\n$/,
    );
    applied = snapshot(folder);
  });

  it('has nothing left to do: no byte and no mode changes', async () => {
    const run = await pki('apply', '--skip-verify');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^applied: nothing to do/);
    expect(snapshot(folder)).toEqual(applied);
  });

  it('is up to date for plan', async () => {
    expect(await pki('plan', '--detailed-exitcode')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^plan: \d+ unchanged, nothing to do\n$/),
    });
    expect(snapshot(folder)).toEqual(applied);
  });

  it('leaves nothing that git would see', async () => {
    await runProgram('git', ['init', '--quiet'], { cwd: folder });
    cpSync(join(REPOSITORY, '.gitignore'), join(folder, '.gitignore'));
    const { stdout } = await runProgram('git', ['ls-files', '--others', '--exclude-standard'], {
      cwd: folder,
    });
    expect(stdout).not.toMatch(/\.pem|\.pki\//);
  });
});

describe('outputs of the examples', () => {
  it('never share a folder', async () => {
    const folders = await Promise.all(
      EXAMPLES.map(async (example) => {
        const { stdout } = await runPki(['plan', '--json', example]);
        const { output } = JSON.parse(stdout) as { output: string };
        return join(dirname(example), output);
      }),
    );
    expect(new Set(folders).size).toBe(folders.length);
    const ignored = await runProgram('git', [
      'check-ignore',
      '--no-index',
      ...folders.map((path) => `${path}/`),
    ]);
    expect(ignored.stdout.split('\n').filter(Boolean)).toEqual(folders.map((path) => `${path}/`));
  });
});

describe('examples/node-mtls', () => {
  const { folder } = copyOf('examples/node-mtls/pki.yaml');
  let server: Server;

  beforeAll(async () => {
    const run = await runPki(['apply', '--skip-verify'], { cwd: folder });
    expect(run.code, run.stderr).toBe(0);
    server = await start(folder, { PORT: '0' });
  });
  afterAll(() => server.stop());

  it('tells each client who it is', async () => {
    for (const name of ['alice', 'bob']) {
      const run = await runProgram(process.execPath, ['client.mjs', name], {
        cwd: folder,
        env: { PORT: server.port },
      });
      expect(run).toEqual({ code: 0, stdout: `hello, ${name}\n`, stderr: '' });
    }
  });

  it.each(['-tls1_2', '-tls1_3'])('satisfies openssl s_client %s', async (version) => {
    const run = await openssl(folder, server.port, version, ...identity('alice'));
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/Verify return code: 0 \(ok\)/);
    expect(run.stdout).toMatch(/^hello, alice$/m);
  });

  it.each(['-tls1_2', '-tls1_3'])('refuses a client without a certificate (%s)', async (version) => {
    const run = await openssl(folder, server.port, version);
    expect(run.stdout).not.toContain('hello');
    await server.says(/refused: peer did not return a certificate/);
  });

  it('refuses a client of another CA', async () => {
    await stranger(folder);
    const who = ['-cert', 'stranger.pem', '-key', 'stranger.key'];
    const run = await openssl(folder, server.port, '-tls1_3', ...who);
    expect(run.stdout).not.toContain('hello');
  });

  it('is not believed by a client that trusts another root', async () => {
    await stranger(folder);
    const run = await openssl(folder, server.port, '-CAfile', 'stranger.pem', ...identity('alice'));
    expect(run.code).not.toBe(0);
    expect(run.stdout).not.toContain('hello');
  });

  it('says what is wrong when nobody listens', async () => {
    const nobody = await start(folder, { PORT: '0' });
    await nobody.stop();
    const run = await runProgram(process.execPath, ['client.mjs'], {
      cwd: folder,
      env: { PORT: nobody.port },
    });
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no connection: ') });
  });

  it('listens on port 8000 by default', async (context) => {
    if (!(await isFree(8000))) return context.skip('port 8000 is taken on this machine');
    const standard = await start(folder, {});
    try {
      expect(standard.port).toBe('8000');
      const client = await runProgram(process.execPath, ['client.mjs'], { cwd: folder });
      expect(client).toEqual({ code: 0, stdout: 'hello, alice\n', stderr: '' });
      const run = await openssl(folder, '8000', ...identity('alice'));
      expect(run.stdout).toMatch(/Verify return code: 0 \(ok\)/);
    } finally {
      await standard.stop();
    }
  });
});

interface Server {
  readonly port: string;
  /** Resolves once the server has printed something like this. */
  says(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** Starts server.mjs as its README says, and waits until it listens. */
async function start(cwd: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd,
    env: { ...plainEnvironment(), PORT: undefined, ...env },
  });
  let printed = '';
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((done, reject) => {
      const look = (): void => {
        if (pattern.test(printed)) done();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', (code) => reject(new Error(`server.mjs ended with ${code}: ${printed}`)));
      look();
    });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      printed += bytes.toString();
    });
  }
  await says(/listening on 127\.0\.0\.1:\d+\n/);
  const port = /:(\d+)\n/.exec(printed)?.[1] ?? '';
  return { port, says, stop: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill();
  });
}

const identity = (name: string): readonly string[] => [
  '-cert',
  `pki/clients/${name}/cert.pem`,
  '-key',
  `pki/clients/${name}/key.pem`,
];

/** A request by `openssl s_client`, until the server closes. Of an option given twice the later one counts. */
function openssl(cwd: string, port: string, ...args: readonly string[]): Promise<Run> {
  const trust = ['-ign_eof', '-CAfile', 'pki/clients/alice/ca.pem', '-verify_return_error'];
  return runProgram('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...trust, ...args], {
    cwd,
    env: { SSL_CERT_FILE: '/dev/null', SSL_CERT_DIR: '/dev/null' },
    input: 'GET / HTTP/1.0\r\n\r\n',
  });
}

/** A self-signed certificate that nobody knows. */
async function stranger(cwd: string): Promise<void> {
  if (existsSync(join(cwd, 'stranger.pem'))) return;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'stranger.key'];
  const run = await runProgram(
    'openssl',
    ['req', '-x509', '-batch', ...key, '-subj', '/CN=stranger', '-days', '1', '-out', 'stranger.pem'],
    { cwd },
  );
  expect(run.code, run.stderr).toBe(0);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
