// `pki plan`: what it promises about the disk, its exit codes, its JSON, and its shell script.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, plainEnvironment, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import {
  changedPaths,
  copyOf,
  has,
  itWhen,
  mode,
  type PlanJson,
  Project,
  pathOf,
  put,
  stateOf,
} from './project.ts';

const SMALL = `
version: 1
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers: { a: { commonName: a.example.test }, b: { commonName: b.example.test } }
clients: { c: { commonName: c } }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(SMALL);
  await applied.apply();
});

describe('a plan writes nothing', () => {
  const MODES = [[], ['--json'], ['--commands'], ['--detailed-exitcode'], ['--verbose']];

  it('where there is no output folder yet', async () => {
    const project = new Project(SMALL);
    const before = stateOf(project.folder);
    for (const flags of MODES) await project.pki(['plan', ...flags]);
    expect(changedPaths(before, stateOf(project.folder))).toEqual([]);
    expect(existsSync(project.out)).toBe(false);
  });

  it('where everything is due, in a folder that is there', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/a/key.pem'));
    put(project.path('authorities/sub/cert.pem'), 'garbage');
    chmodSync(project.path('clients/c/key.pem'), 0o644);
    const before = stateOf(project.folder);
    for (const flags of MODES) await project.pki(['plan', ...flags]);
    expect(changedPaths(before, stateOf(project.folder))).toEqual([]);
  });

  const setpriv = process.getuid?.() === 0 && has('setpriv');
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  itWhen(
    process.getuid?.() !== 0 || setpriv,
    'root may write anywhere, and there is no setpriv to be somebody else',
    'where it may not write: up to date from what it may read, absent folders included',
    async () => {
      const project = copyOf(applied);
      for (const path of [project.folder, project.out]) chmodSync(path, 0o555);
      const command = [process.execPath, CLI, 'plan', '--json'];
      const run = setpriv
        ? await runProgram('setpriv', [...nobody, ...command], { cwd: project.folder })
        : await runProgram(process.execPath, command.slice(1), { cwd: project.folder });
      // Another user may not read the private keys: that is said, and nothing is planned over them.
      const plan = JSON.parse(run.stdout) as PlanJson & { readonly remarks: readonly { text: string }[] };
      expect(new Set(plan.changes.map(({ action }) => action))).toEqual(new Set(['keep']));
      expect(plan.remarks.some(({ text }) => text.includes('may not be read by this user'))).toBe(setpriv);
      const fresh = new Project(SMALL);
      chmodSync(fresh.folder, 0o555);
      const first = setpriv
        ? await runProgram('setpriv', [...nobody, ...command], { cwd: fresh.folder })
        : await runProgram(process.execPath, command.slice(1), { cwd: fresh.folder });
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(first.stdout)).toMatchObject({ summary: { create: 5 } });
      for (const path of [project.folder, project.out, fresh.folder]) chmodSync(path, 0o755);
    },
  );

  itWhen(
    process.getuid?.() !== 0 || setpriv,
    'root may look everywhere, and there is no setpriv to be somebody else',
    'where it may not look into an entity’s folder: nothing is planned for it, and that is said',
    async () => {
      const project = copyOf(applied);
      const [program = '', ...args] = [
        ...(setpriv ? ['setpriv', ...nobody] : []),
        ...[process.execPath, CLI, 'plan', '--json'],
      ];
      if (setpriv) await runProgram('chown', ['-R', '65534:65534', project.folder]);
      chmodSync(project.path('servers/a'), 0o000);
      const run = await runProgram(program, args, { cwd: project.folder });
      chmodSync(project.path('servers/a'), 0o755);
      const { changes } = JSON.parse(run.stdout) as PlanJson;
      expect(new Set(changes.map(({ action }) => action))).toEqual(new Set(['keep']));
      expect(run.stderr).toMatch(/^pki: warning: .*servers\/a .*may not be read by this user/m);
      expect(run.stderr).not.toContain('servers/b');
    },
  );

  it('where openssl is missing: planning needs none', async () => {
    const env = { PKI_OPENSSL: '/nonexistent/openssl' };
    expect(await applied.pki(['plan'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(await applied.pki(['plan', '--commands'], { env })).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the exit code', () => {
  it('is 0 with or without changes, and 1 for a manifest that is wrong', async () => {
    expect((await new Project(SMALL).pki(['plan'])).code).toBe(0);
    expect((await applied.pki(['plan'])).code).toBe(0);
    expect((await new Project('version: 2\n').pki(['plan'])).code).toBe(1);
  });

  it('tells changes apart with --detailed-exitcode: 0 none, 2 some, 1 error', async () => {
    expect((await applied.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    expect((await new Project(SMALL).pki(['plan', '--detailed-exitcode'])).code).toBe(2);
    expect((await new Project('version: 2\n').pki(['plan', '--detailed-exitcode'])).code).toBe(1);
    const refused = copyOf(applied);
    rmSync(refused.path('servers/a/key.pem'));
    mkdirSync(refused.path('servers/a/key.pem'));
    const run = await refused.pki(['plan', '--detailed-exitcode']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('"servers/a/key.pem" is a directory');
  });

  it('is the same with --json and with --commands', async () => {
    for (const flag of ['--json', '--commands']) {
      expect((await applied.pki(['plan', flag, '--detailed-exitcode'])).code).toBe(0);
      expect((await new Project(SMALL).pki(['plan', flag, '--detailed-exitcode'])).code).toBe(2);
    }
  });
});

describe('the text', () => {
  it('lists what would be made, and sums up', async () => {
    const { stdout, stderr } = await new Project(SMALL).pki(['plan', '--now', '2027-01-01T00:05:00Z']);
    expect(stdout).toBe(`+ authorities/root  create   valid for 10y, until 2036-12-28T23:59:59Z
                             CN=Root
                             ecdsa-p384, self-signed; keyCertSign, cRLSign
+ authorities/sub   create   valid for 5y, until 2031-12-30T23:59:59Z
                             CN=Sub
                             ecdsa-p384, issued by authorities/root; keyCertSign, cRLSign
+ servers/a         create   valid for 90d, until 2027-03-31T23:59:59Z
                             CN=a.example.test; dns:a.example.test
                             ecdsa-p256, issued by authorities/sub; digitalSignature, serverAuth
+ servers/b         create   valid for 90d, until 2027-03-31T23:59:59Z
                             CN=b.example.test; dns:b.example.test
                             ecdsa-p256, issued by authorities/sub; digitalSignature, serverAuth
+ clients/c         create   valid for 90d, until 2027-03-31T23:59:59Z
                             CN=c
                             ecdsa-p256, issued by authorities/sub; digitalSignature, clientAuth

plan: 5 to create
`);
    expect(stderr).toBe('');
  });

  it('has every field of a certificate to come for machines', async () => {
    const project = new Project(
      SMALL.replace(
        '{ commonName: c }',
        '{ commonName: c, key: rsa-3072, san: [c.example.test], validity: 20d }',
      ),
    );
    const { changes } = (await project.plan()) as unknown as { changes: { id: string; wanted: unknown }[] };
    expect(changes.find(({ id }) => id === 'clients/c')?.wanted).toEqual({
      subject: 'CN=c',
      san: ['dns:c.example.test'],
      key: 'rsa-3072',
      issuer: 'authorities/sub',
      usages: expect.arrayContaining(['digitalSignature', 'clientAuth']),
      lifetime: 20 * 86_400,
      profile: null,
      extensions: [{ name: 'basicConstraints', critical: true, items: ['CA:FALSE'] }],
    });
    const kept = (await applied.plan()) as unknown as { changes: { wanted: unknown }[] };
    expect(kept.changes.map(({ wanted }) => wanted)).toEqual([null, null, null, null, null]);
  });

  it('has what an authority allows below it, and the profile that says it', async () => {
    const project = new Project(
      `version: 1
profiles: { team: { pathLength: 0, nameConstraints: { permitted: [a.test], excluded: [b.a.test] } } }
authorities: { root: { commonName: Root }, team: { commonName: Team, issuer: root, profile: team } }
`,
    );
    const { stdout } = await project.pki(['plan']);
    expect(stdout).toContain('keyCertSign, cRLSign (profile team)');
    expect(stdout).toContain('nameConstraints: permitted dns:a.test, excluded dns:b.a.test');
    const { changes } = (await project.plan()) as unknown as { changes: { wanted: unknown }[] };
    expect(changes[1]?.wanted).toMatchObject({
      profile: 'team',
      extensions: [
        { name: 'basicConstraints', critical: true, items: ['CA:TRUE', '0'] },
        {
          name: 'nameConstraints',
          critical: true,
          items: ['permitted dns:a.test', 'excluded dns:b.a.test'],
        },
      ],
    });
  });

  it('is one line where nothing is due, and names what stays with --verbose', async () => {
    expect((await applied.pki(['plan'])).stdout).toBe('plan: 5 unchanged, nothing to do\n');
    const verbose = (await applied.pki(['plan', '--verbose'])).stdout;
    expect(verbose.match(/^= .* keep$/gm)).toHaveLength(5);
  });
});

describe('--json', () => {
  it('is versioned, and says for each entity what would happen and when', async () => {
    const plan = await new Project(SMALL).plan('--now', '2027-01-01T00:05:00Z');
    expect(plan).toMatchObject({
      format: 'pki-plan',
      version: 1,
      manifest: 'pki.yaml',
      output: 'pki',
      now: '2027-01-01T00:05:00Z',
      due: true,
      summary: { create: 5, issue: 0, rekey: 0, refresh: 0, remove: 0, keep: 0, wait: 0, refuse: 0 },
    });
    expect(plan.changes.map(({ id }) => id)).toEqual([
      'authorities/root',
      'authorities/sub',
      'servers/a',
      'servers/b',
      'clients/c',
    ]);
    expect(plan.changes[2]).toMatchObject({
      kind: 'server',
      action: 'create',
      newKey: true,
      issuance: { notBefore: '2027-01-01T00:00:00Z', notAfter: '2027-03-31T23:59:59Z' },
      writes: ['key', 'csr', 'cert', 'chain', 'fullchain', 'ca'],
      consent: null,
      refusal: null,
    });
    for (const { reasons } of plan.changes) {
      expect(reasons.length).toBeGreaterThan(0);
      for (const { text } of reasons) expect(text).not.toBe('');
    }
  });

  it('says that nothing is due', async () => {
    expect(await applied.plan()).toMatchObject({ due: false, summary: { keep: 5 } });
  });

  it('plans renewal as of another time', async () => {
    const later = new Date(Date.now() + 80 * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');
    const plan = await applied.plan('--now', later);
    const renewed = plan.changes.filter(({ action }) => action === 'issue');
    expect(renewed.map(({ id }) => id)).toEqual(['servers/a', 'servers/b', 'clients/c']);
    expect(renewed.every(({ newKey }) => !newKey)).toBe(true);
    expect(renewed.flatMap(({ reasons }) => reasons.map(({ kind }) => kind))).toEqual(
      Array(3).fill('expires'),
    );
  });
});

/** An openssl that writes down what it was asked, and then does it. */
function recorder(): { folder: string; program: string; calls: () => readonly string[] } {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  mkdirSync(log);
  const program = join(folder, 'openssl');
  put(
    program,
    `#!/bin/sh
cat >"${log}/$$.in"
printf '%s\\n' "$@" >"${log}/$$.args"
exec ${pathOf('openssl')} "$@" <"${log}/$$.in"
`,
  );
  chmodSync(program, 0o755);
  const calls = () =>
    readdirSync(log)
      .filter((name) => name.endsWith('.args'))
      .map((name) => {
        const args = readFileSync(join(log, name), 'utf8');
        // Empty lines at the end fill a worker's file (run/workers.ts).
        return `${args}<<\n${readFileSync(join(log, name.replace('.args', '.in')), 'utf8').trimEnd()}`;
      })
      .filter((call) => !call.startsWith('version\n'))
      .map((call) => call.replace(/\b\d{14}Z\b/g, 'TIME'))
      // Runs have work folders of their own; the script, which makes one call at a time, has no such names in them.
      .map((call) => call.replace(/\bstage\/\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{6}\//g, 'stage/'))
      // A run reads copies that it has judged; a script, which is run by hand, the files themselves.
      .map((call) =>
        call.replace(/\.pki\/stage\/(?:current|former)\/(\w+)\.(\S+)\/(key|cert)\.pem/g, '$1/$2/$3.pem'),
      )
      .map((call) => call.replace(/\bscratch\/\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{6}\/database-\d+/g, 'scratch'))
      .sort();
  return { folder, program, calls };
}

/** Runs the script of `pki plan --commands` in dash where there is one; what it calls, recorded. */
async function runScript(project: Project): Promise<readonly string[]> {
  const { stdout } = await project.pki(['plan', '--commands']);
  const { folder, calls } = recorder();
  put(join(folder, 'script.sh'), stdout);
  const env = { PATH: `${folder}:${plainEnvironment()['PATH']}` };
  const shell = pathOf('dash') ?? '/bin/sh';
  const run = await runProgram(shell, [join(folder, 'script.sh')], { cwd: project.folder, env });
  if (run.code !== 0) throw new Error(`the script exits with ${run.code}: ${run.stderr}`);
  return calls();
}

async function runApply(project: Project, ...flags: string[]): Promise<readonly string[]> {
  const { program, calls } = recorder();
  const run = await project.pki(['apply', '--skip-verify', ...flags], { env: { PKI_OPENSSL: program } });
  if (run.code !== 0) throw new Error(`apply exits with ${run.code}: ${run.stderr}`);
  return calls();
}

/** The script in one copy and apply in another: the same calls, and nothing left to do in either. */
async function expectSame(project: Project, ...flags: string[]): Promise<Project> {
  const byHand = copyOf(project);
  const byApply = copyOf(project);
  const scripted = await runScript(byHand);
  expect(scripted).toEqual(await runApply(byApply, ...flags));
  expect(await byHand.actions()).toEqual({});
  expect(await byApply.actions()).toEqual({});
  // What others may look into, and what not, is the same, too.
  for (const path of ['.', '.gitignore', '.pki'])
    expect(mode(byHand.path(path))).toBe(mode(byApply.path(path)));
  return byHand;
}

describe('--commands', () => {
  it('is a script that makes what apply makes: every kind of key and name, five levels', async () => {
    const project = new Project(`
version: 1
defaults:
  outputs: [key, csr, cert, chain, fullchain, ca, public]
  subject: { organization: "O'Neil & $HOME \`id\` \\\\ \\"x\\" # %s", country: SE, locality: "Åre, 100%" }
authorities:
  root: { commonName: "Root $(id)" , key: ecdsa-p521 }
  one: { commonName: One, issuer: root, key: ed25519 }
  two: { commonName: Two, issuer: one, key: ed448 }
  three: { commonName: Three, issuer: two, key: rsa-2048 }
  four: { commonName: Four, issuer: three, pathLength: 0, key: ecdsa-p384 }
  other: { commonName: Other root }
servers:
  all.names+of_every-kind@x:
    issuer: four
    san: [a.example.test, "*.b.example.test", 127.0.0.1, "2001:db8::1", "uri:https://example.test/a?b=c,d#e$HOME", "email:o'neil+x@example.test"]
  short: { commonName: short.example.test, validity: 10m, issuer: root, key: ed25519, outputs: [key, cert] }
clients:
  quote: { commonName: "'; rm -rf / #", issuer: two, key: rsa-2048, trust: [root, other] }
peers:
  peer: { commonName: peer.example.test, issuer: other, key: ed448 }
`);
    const made = await expectSame(project);
    expect(await made.pki(['verify'])).toMatchObject({ code: 0 });
  });

  it.each([
    'with blank',
    "quo'te",
    'dollar$HOME',
    '`id`',
    '-x',
    '-x/-y',
    'ünïcode-\u4f60',
    'a/b/c',
    '..x',
    '!*?',
  ])('works in an output folder called %j', async (output) => {
    const project = new Project(
      `version: 1\noutput: ${JSON.stringify(output)}\nauthorities: { root: { commonName: Root } }\n`,
      { output },
    );
    await runScript(project);
    expect(await project.actions()).toEqual({});
    expect(existsSync(project.path('authorities/root/cert.pem'))).toBe(true);
  });

  it('is a script of what is left to do, where part is done', async () => {
    const project = copyOf(applied);
    project.write(
      SMALL.replace(
        'a: { commonName: a.example.test }',
        'a: { commonName: a.example.test, san: [a.example.test, new.example.test] }',
      ),
    );
    rmSync(project.path('servers/b/fullchain.pem'));
    rmSync(project.path('servers/b/csr.pem'));
    put(project.path('servers/b/chain.pem'), 'garbage');
    chmodSync(project.path('clients/c/key.pem'), 0o640);
    rmSync(project.path('authorities/sub/ca.pem'));
    expect(await project.actions()).toEqual({
      'authorities/sub': 'refresh',
      'servers/a': 'issue',
      'servers/b': 'refresh',
      'clients/c': 'refresh',
    });
    await expectSame(project);
  });

  it('is a script of a re-keying, and keeps the old key as apply does', async () => {
    const project = copyOf(applied);
    project.write(SMALL.replace('commonName: Sub,', 'commonName: Sub, key: ed25519,'));
    const old = project.read('authorities/sub/key.pem');
    const made = await expectSame(project, '--allow', 'rekey-ca');
    const archive = readdirSync(made.path('.pki/archive/authorities/sub'));
    expect(archive.map((name) => made.read('.pki/archive/authorities/sub', name, 'key.pem'))).toEqual([old]);
  });

  it('takes away what outputs no longer asks for', async () => {
    const project = copyOf(applied);
    project.write(`defaults: { outputs: [key, cert, public] }\n${SMALL}`);
    const made = await expectSame(project);
    expect(readdirSync(made.path('servers/a')).sort()).toEqual(['cert.pem', 'key.pem', 'public.pem']);
  });

  it('keeps private keys private, also where the umask is open', async () => {
    const project = new Project(SMALL);
    const { stdout } = await project.pki(['plan', '--commands']);
    put(join(project.folder, 'script.sh'), stdout);
    await runProgram('/bin/sh', ['-c', 'umask 0; sh script.sh'], { cwd: project.folder });
    const modes = await runProgram('find', [project.out, '-name', 'key.pem', '-perm', '/077']);
    expect(modes.stdout).toBe('');
    expect(await project.actions()).toEqual({});
  });

  it('does nothing where nothing is due', async () => {
    const project = copyOf(applied);
    expect(await runScript(project)).toEqual([]);
    expect(await project.actions()).toEqual({});
  });
});
