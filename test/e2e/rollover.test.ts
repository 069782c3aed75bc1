// New keys and names for authorities, proven between the generations by real handshakes. What is expected comes from
// openssl, which is shown the PEM files of both sides, and never from our code.
import type { X509Certificate } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, datesOf, Project } from './project.ts';
import { brokenPromises, certificatesOf, imperfections, keysAnywhere, withFault } from './wholeness.ts';

const MANIFEST = `
version: 1
defaults: { key: ecdsa-p256, validity: 90d }
authorities:
  root: { commonName: Root, validity: 10y }
  sub: { commonName: Sub, issuer: root, validity: 5y }
servers:
  api: { commonName: api.example.test, issuer: sub }
clients:
  app: { commonName: app, issuer: sub }
`;
const ALLOW = ['--allow', 'rekey-ca', '--skip-verify'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

async function must(project: Project, ...args: readonly string[]): Promise<void> {
  const run = await project.pki(args);
  expect(run.code, `pki ${args.join(' ')}\n${run.stdout}${run.stderr}`).toBe(0);
}

/** The files as they are now, kept aside: what a machine has that nobody has brought the next ones to. */
function generation(project: Project): string {
  const folder = temporaryFolder();
  cpSync(project.out, folder, { recursive: true });
  return folder;
}

// --- Handshakes ------------------------------------------------------------------------------------------------------

interface Identity {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  readonly folder: string;
}

function identity(generationFolder: string, id: string): Identity {
  const folder = join(generationFolder, id);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { key: read('key.pem'), cert: read('fullchain.pem'), ca: read('ca.pem'), folder };
}

/** Who looks at the other's certificate. */
type Judges = 'both' | 'server' | 'client';
type Version = 'TLSv1.2' | 'TLSv1.3';

/** Whether data went both ways, as the server tells it: a TLS 1.3 client is done before it has been judged. */
function shakes(server: Identity, client: Identity, version: Version, judges: Judges): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const versions = { minVersion: version, maxVersion: version } as const;
    const asks = judges !== 'client';
    let answered = false;
    const listener = createServer({ ...server, ...versions, requestCert: asks, rejectUnauthorized: asks });
    const end = (): void => {
      listener.close();
      resolve(answered);
    };
    listener.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        // The second message says that the client has got the first answer.
        if (data.toString() === 'got pong') answered = true;
        else socket.write('pong');
        if (answered) socket.end();
      });
      socket.on('close', end);
    });
    listener.on('tlsClientError', end);
    listener.on('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const socket = connect({
        ...client,
        ...versions,
        host: '127.0.0.1',
        port,
        servername: 'api.example.test',
        rejectUnauthorized: judges !== 'server',
      });
      socket.on('secureConnect', () => socket.write('ping'));
      socket.on('data', () => socket.write('got pong'));
      // A client that refuses closes the connection: the server's side then ends by itself.
      socket.on('error', () => socket.destroy());
    });
  });
}

/** Whether openssl, given the bundle of the one and the chain of the other, accepts the other. */
async function accepts(judge: Identity, presented: Identity, purpose: string): Promise<boolean> {
  const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(judge.folder, 'ca.pem')];
  const chain = ['-untrusted', join(presented.folder, 'fullchain.pem'), join(presented.folder, 'cert.pem')];
  return (await runProgram('openssl', [...args, ...chain])).code === 0;
}

/** `old client, new server: yes no` → what openssl allows, and what every handshake of them does. */
async function meetings(
  generations: Readonly<Record<string, string>>,
): Promise<{ readonly expected: Record<string, boolean>; readonly found: Record<string, boolean> }> {
  const expected: Record<string, boolean> = {};
  const found: Record<string, boolean> = {};
  for (const [serverName, serverFolder] of Object.entries(generations)) {
    for (const [clientName, clientFolder] of Object.entries(generations)) {
      const [server, client] = [identity(serverFolder, 'servers/api'), identity(clientFolder, 'clients/app')];
      const byServer = await accepts(server, client, 'sslclient');
      const byClient = await accepts(client, server, 'sslserver');
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        for (const judges of ['both', 'server', 'client'] as const) {
          const name = `${clientName} client, ${serverName} server, ${version}, ${judges} judging`;
          expected[name] = (judges === 'client' || byServer) && (judges === 'server' || byClient);
          found[name] = await shakes(server, client, version, judges);
        }
      }
    }
  }
  return { expected, found };
}

/** Which meetings of two generations succeed with both sides judging, as `client→server`. */
function mutual(found: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(found)
    .filter(([name, yes]) => yes && name.endsWith('TLSv1.3, both judging'))
    .map(([name]) => name.replace(/ client, (\w+) server.*/, '→$1'));
}

// --- Bundles ---------------------------------------------------------------------------------------------------------

function fingerprints(project: Project, ...path: readonly string[]): readonly string[] {
  const file = project.path(...path);
  if (!existsSync(file)) return [];
  return certificatesOf(readFileSync(file, 'latin1')).map(({ fingerprint256 }) => fingerprint256);
}

function rootOf(project: Project): string {
  return fingerprints(project, 'authorities/root/cert.pem')[0] ?? 'none';
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
}

interface Earlier {
  readonly roots: readonly string[];
  /** Certificates that the intermediate had from them. */
  readonly routes: readonly X509Certificate[];
  /** Those by which they vouch for their successors. */
  readonly cross: readonly X509Certificate[];
}

/** What a root has of its former keys, each newest first. */
function earlier(project: Project): Earlier {
  const path = project.path('authorities/root/previous.pem');
  const all = existsSync(path) ? certificatesOf(readFileSync(path, 'latin1')) : [];
  const roots = all.filter(isSelfSigned);
  const isRoute = ({ subject }: X509Certificate): boolean => subject === 'CN=Sub';
  return {
    roots: roots.map(({ fingerprint256 }) => fingerprint256),
    routes: all.filter(isRoute),
    cross: all.filter((one) => !isSelfSigned(one) && !isRoute(one)),
  };
}

/**
 * The roots are trusted, newest first, by everybody; each but the oldest is vouched for by the one before it, and chains go
 * by the certificate that the intermediate had from the oldest.
 */
async function expectTrusted(project: Project, roots: readonly string[]): Promise<void> {
  expectBundles(project, roots);
  expect(await imperfections(project)).toEqual([]);
}

function expectBundles(project: Project, roots: readonly string[]): void {
  expect(rootOf(project)).toBe(roots[0]);
  const { roots: found, routes, cross } = earlier(project);
  expect(found).toEqual(roots.slice(1));
  expect(cross).toHaveLength(roots.length - 1);
  expect(routes).toHaveLength(roots.length - 1);
  const trusted = certificatesOf(readFileSync(project.path('authorities/root/ca.pem'), 'latin1'));
  for (const [i, certificate] of cross.entries()) {
    const [successor, signer] = trusted.slice(i, i + 2) as [X509Certificate, X509Certificate];
    expect(certificate.subject).toBe(successor.subject);
    expect(certificate.publicKey.equals(successor.publicKey)).toBe(true);
    expect(certificate.checkIssued(signer) && certificate.verify(signer.publicKey)).toBe(true);
  }
  const own = certificatesOf(readFileSync(project.path('authorities/sub/cert.pem'), 'latin1'));
  const sub = [...own, ...routes].at(-1);
  expect(sub?.publicKey.equals(own[0]?.publicKey as X509Certificate['publicKey'])).toBe(true);
  expect(sub?.verify(trusted.at(-1)?.publicKey as X509Certificate['publicKey'])).toBe(true);
  for (const id of ['servers/api', 'clients/app'])
    expect(fingerprints(project, id, 'chain.pem')).toEqual([sub?.fingerprint256]);
  const ends = cross.map(({ fingerprint256 }) => fingerprint256);
  expect(fingerprints(project, 'authorities/sub/chain.pem')).toEqual(ends);
  for (const id of ['authorities/root', 'authorities/sub', 'servers/api', 'clients/app'])
    expect(fingerprints(project, id, 'ca.pem')).toEqual(roots);
}

describe('generations meet', () => {
  it('a root with a new key: everybody accepts everybody, until the old root is retired', async () => {
    const project = copyOf(applied);
    const old = generation(project);
    const first = rootOf(project);
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    await expectTrusted(project, [rootOf(project), first]);
    const { expected, found } = await meetings({ old, new: generation(project) });
    expect(found).toEqual(expected);
    expect(mutual(found)).toEqual(['old→old', 'new→old', 'old→new', 'new→new']);
    await must(project, 'retire', 'root', '--skip-verify');
    await expectTrusted(project, [rootOf(project)]);
    const after = await meetings({ old, retired: generation(project) });
    expect(after.found).toEqual(after.expected);
    expect(after.found['old client, retired server, TLSv1.3, server judging']).toBe(false);
    expect(after.found['old client, retired server, TLSv1.2, server judging']).toBe(false);
    expect(mutual(after.found)).toEqual(['old→old', 'retired→retired']);
    expect(existsSync(project.path('authorities/sub/chain.pem'))).toBe(false);
  });

  it('an intermediate with a new key: everybody accepts everybody', async () => {
    const project = copyOf(applied);
    const old = generation(project);
    await must(project, 'rotate', 'sub', ...ALLOW, '-m', 'pki.yaml');
    await expectTrusted(project, [rootOf(project)]);
    const { expected, found } = await meetings({ old, new: generation(project) });
    expect(found).toEqual(expected);
    expect(mutual(found)).toEqual(['old→old', 'new→old', 'old→new', 'new→new']);
  });

  it('a root of another name with the same key: as with a new key, and no leaf key changes', async () => {
    const project = copyOf(applied);
    const old = generation(project);
    const first = rootOf(project);
    const keys = keysAnywhere(project.out);
    project.write(MANIFEST.replace('commonName: Root,', 'commonName: Root G2,'));
    await must(project, 'apply', '--skip-verify');
    expect(keysAnywhere(project.out)).toEqual(keys);
    await expectTrusted(project, [rootOf(project), first]);
    const { expected, found } = await meetings({ old, new: generation(project) });
    expect(found).toEqual(expected);
    expect(mutual(found)).toHaveLength(4);
  });

  it('a root of another name with a new key: no bundle holds two roots of one name', async () => {
    const project = copyOf(applied);
    const old = generation(project);
    const first = rootOf(project);
    project.write(MANIFEST.replace('commonName: Root,', 'commonName: Root G2,'));
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    await expectTrusted(project, [rootOf(project), first]);
    const trusted = certificatesOf(readFileSync(project.path('servers/api/ca.pem'), 'latin1'));
    expect(trusted.map(({ subject }) => subject)).toEqual(['CN=Root G2', 'CN=Root']);
    const { expected, found } = await meetings({ old, new: generation(project) });
    expect(found).toEqual(expected);
    expect(mutual(found)).toEqual(['old→old', 'new→old', 'old→new', 'new→new']);
  });

  it('by the script of the commands: the next plan has nothing to do after any of them', async () => {
    const project = copyOf(applied);
    const roots = [rootOf(project)];
    const run = async (...args: readonly string[]): Promise<void> => {
      const { stdout } = await project.pki(['plan', '--commands', ...args]);
      expect(await runProgram('sh', [], { input: stdout, cwd: project.folder })).toMatchObject({ code: 0 });
      // A script writes no ledger, so its new key of an authority would be another hand's.
      rmSync(project.path('.pki'), { recursive: true });
      expect((await project.plan()).due).toBe(false);
    };
    for (const _ of ['second', 'third']) {
      await run('--rotate', 'root');
      roots.unshift(rootOf(project));
      expectBundles(project, roots);
    }
    await run('--retire', 'sub');
    const { cross } = earlier(project);
    const way = [fingerprints(project, 'authorities/sub/cert.pem'), cross.map((one) => one.fingerprint256)];
    expect(fingerprints(project, 'servers/api/chain.pem')).toEqual(way.flat());
    await run('--retire', 'root');
    expectBundles(project, roots.slice(0, 1));
  });

  it('a bundle that is gone is made by the script as apply had made it, whatever trust it carries', async () => {
    const project = copyOf(applied);
    const bundles = ['authorities/sub', 'servers/api', 'clients/app'].flatMap((id) =>
      ['chain.pem', 'fullchain.pem', 'ca.pem'].map((name) => `${id}/${name}`),
    );
    for (const rotated of ['root', 'root', 'sub']) {
      await must(project, 'rotate', rotated, ...ALLOW, '-m', 'pki.yaml');
      const there = bundles.filter((path) => existsSync(project.path(path)));
      const before = there.map((path) => [path, project.read(path)]);
      expect(there).toContain('servers/api/fullchain.pem');
      for (const path of there) rmSync(project.path(path));
      const { stdout } = await project.pki(['plan', '--commands']);
      expect(await runProgram('sh', [], { input: stdout, cwd: project.folder })).toMatchObject({ code: 0 });
      expect(there.map((path) => [path, project.read(path)])).toEqual(before);
    }
  });

  it('an old root that is retired in two steps: everybody accepts everybody in each of them', async () => {
    const project = copyOf(applied);
    const before = generation(project);
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    const rotated = generation(project);
    const direct = copyOf(project);
    const warned = await direct.pki(['retire', 'root', '--skip-verify']);
    expect(warned.stderr).toContain('"pki retire authorities/sub" first');
    await must(project, 'retire', 'sub', '--skip-verify');
    const rerouted = generation(project);
    const half = await meetings({ before, rerouted });
    expect(mutual(half.found)).toHaveLength(4);
    const last = await project.pki(['retire', 'root', '--skip-verify']);
    expect(last.stderr).not.toContain('first');
    const retired = generation(project);
    const { expected, found } = await meetings({ rotated, rerouted, retired });
    expect(found).toEqual(expected);
    // From the first to the last there is a step between.
    const pairs = mutual(found).filter((pair) => !/rotated→retired|retired→rotated/.test(pair));
    expect(pairs).toHaveLength(7);
  });

  it('a root renewed with its key: everybody accepts everybody', async () => {
    const project = copyOf(applied);
    const old = generation(project);
    const keys = keysAnywhere(project.out);
    project.write(MANIFEST.replace('validity: 10y', 'validity: 12y'));
    await must(project, 'apply', '--skip-verify');
    await expectTrusted(project, [rootOf(project)]);
    expect(keysAnywhere(project.out)).toEqual(keys);
    const { expected, found } = await meetings({ old, new: generation(project) });
    expect(found).toEqual(expected);
    expect(mutual(found)).toHaveLength(4);
  });

  it('two new keys in a row: both earlier roots stay trusted, and three generations accept each other', async () => {
    const project = copyOf(applied);
    const generations: Record<string, string> = { first: generation(project) };
    const roots = [rootOf(project)];
    for (const name of ['second', 'third']) {
      await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
      roots.unshift(rootOf(project));
      await expectTrusted(project, roots);
      generations[name] = generation(project);
    }
    expect(new Set(roots).size).toBe(3);
    const { expected, found } = await meetings(generations);
    expect(found).toEqual(expected);
    expect(mutual(found)).toHaveLength(9);
    await must(project, 'retire', 'root', '--skip-verify');
    await expectTrusted(project, roots.slice(0, 1));
  });
});

describe('the previous certificate', () => {
  it('is trusted to its last second, and then leaves with a plan that says so', async () => {
    const project = copyOf(applied);
    const { notAfter } = await datesOf(project.path('authorities/root/cert.pem'));
    // Longer lives for all, so that at the end of the old root nothing else is due.
    const long = MANIFEST.replace('validity: 10y', 'validity: 40y');
    project.write(long.replace('validity: 5y', 'validity: 35y').replace('validity: 90d', 'validity: 30y'));
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    const rootAt = async (seconds: number) => {
      const { changes } = await project.plan('--now', new Date(seconds * 1000).toISOString());
      return changes.find(({ id }) => id === 'authorities/root');
    };
    expect(await rootAt(notAfter)).toMatchObject({ action: 'keep' });
    const dropped = await rootAt(notAfter + 1);
    expect(dropped).toMatchObject({ action: 'refresh', consent: null, newKey: false });
    expect(dropped?.reasons.map(({ kind }) => kind)).toContain('drops-trust');
    expect(dropped?.affects).toEqual(['authorities/sub', 'servers/api', 'clients/app']);
  });

  it('that is retired is gone from all bundles, and retiring twice is no mistake', async () => {
    const project = copyOf(applied);
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    const second = rootOf(project);
    await must(project, 'retire', 'root', '--skip-verify');
    await expectTrusted(project, [second]);
    await must(project, 'retire', 'root', '--skip-verify');
    await expectTrusted(project, [second]);
  });

  it('is gone at once where its key was stolen, with those from before, and the proof holds', async () => {
    const project = copyOf(applied);
    await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
    const { stdout } = await project.pki(['plan', '--rotate', 'root', '--retire', 'root']);
    expect(stdout).toMatch(/no longer trusted|not trusted any more/);
    expect(stdout).not.toContain('stays trusted');
    const stolen = rootOf(project);
    const run = await project.pki(['rotate', 'root', '--retire', '--allow', 'rekey-ca', '-m', 'pki.yaml']);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('as expected') });
    expect(rootOf(project)).not.toBe(stolen);
    await expectTrusted(project, [rootOf(project)]);
    expect(await project.actions()).toEqual({});
    const leaf = await project.pki(['rotate', 'api', '--retire', '-m', 'pki.yaml']);
    expect(leaf).toMatchObject({ code: 1, stdout: '' });
    expect(leaf.stderr).toContain('"api"');
  });

  it('of an intermediate is not wanted, and retiring what has none changes nothing', async () => {
    const project = copyOf(applied);
    const run = await project.pki(['retire', 'sub', '--skip-verify']);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
  });
});

describe('a rollover that is cut short', () => {
  /** The number of the first file operation of a rotation that a pattern finds. */
  async function operation(base: Project, pattern: RegExp): Promise<number> {
    const trial = copyOf(base);
    const log = join(trial.folder, 'log');
    await trial.pki(['rotate', 'root', ...ALLOW, '-m', 'pki.yaml'], { env: withFault({ LOG: log }) });
    const line = readFileSync(log, 'utf8')
      .split('\n')
      .find((text) => pattern.test(text));
    expect(line, `no operation is like ${pattern}`).toBeDefined();
    return Number.parseInt(line ?? '', 10);
  }

  const interruptions: readonly [when: string, operation: RegExp, times: number][] = [
    ['after the root is published', /rename .*stage\/[^/]+\/authorities\.sub$/, 1],
    ['after the intermediate is published', /rename .*stage\/[^/]+\/(servers\.api|clients\.app)$/, 1],
    ['while the root is being published', /rename .*commit\/authorities\.root\/cert\.pem$/, 1],
    ['after the root is published, for the second time', /rename .*stage\/[^/]+\/authorities\.sub$/, 2],
  ];

  it.each(someOf(interruptions))(
    '%s goes on with the next apply, and forgets no earlier root',
    async (_, pattern, times) => {
      const project = copyOf(applied);
      const roots = [rootOf(project)];
      for (let i = 1; i < times; i++) {
        await must(project, 'rotate', 'root', ...ALLOW, '-m', 'pki.yaml');
        roots.unshift(rootOf(project));
      }
      const old = generation(project);
      const keys = keysAnywhere(project.out);
      const at = await operation(project, pattern);
      const run = await project.pki(['rotate', 'root', ...ALLOW, '-m', 'pki.yaml'], {
        env: withFault({ AT: at }),
      });
      expect(run.code).toBe(137);
      expect(brokenPromises(project.out, keys)).toEqual([]);
      // Who still has the old files, and who has got half of the new ones, meet as their bundles say.
      const half = await meetings({ old, half: generation(project) });
      expect(half.found).toEqual(half.expected);
      await must(project, 'apply', '--skip-verify');
      expect(roots).not.toContain(rootOf(project));
      await expectTrusted(project, [rootOf(project), ...roots]);
      const done = await meetings({ old, new: generation(project) });
      expect(done.found).toEqual(done.expected);
      expect(done.found['old client, new server, TLSv1.3, server judging']).toBe(true);
    },
  );
});
