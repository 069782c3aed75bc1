// What goes wrong at users' places, as they meet it: one clear error on stderr, nothing half done, no stack trace.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, plainEnvironment, type Run, runPki, runPkiMeasured, runProgram } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import {
  changedPaths,
  copyOf,
  has,
  itWhen,
  Project,
  pathOf,
  publicKeyOf,
  publishedState,
  put,
  stateOf,
  until,
} from './project.ts';

const isRoot = process.getuid?.() === 0;

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers: { a: { commonName: a.example.test }, b: { commonName: b.example.test } }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** Failed with an error in our voice, on stderr alone, with a hint, and without a stack trace. */
function expectError(run: Run, problem: string | RegExp): void {
  expect(run.stderr).toMatch(/^pki: error: /m);
  expect(run.stderr).toMatch(problem instanceof RegExp ? problem : literal(problem));
  expect(run.stderr).toMatch(/^pki: hint: /m);
  expect(run.stderr).not.toMatch(/^ {4}at |defect of pki|Internal error|undefined|\[object/m);
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: '' });
}

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

describe('a manifest', () => {
  const COMMANDS = ['validate', 'plan', 'apply', 'verify'];
  const inFolder = (prepare: (path: string) => void, name = 'pki.yaml'): string => {
    const folder = temporaryFolder();
    prepare(join(folder, name));
    return folder;
  };

  it.each(someOf(COMMANDS))('that is missing: %s', async (command) => {
    const cwd = temporaryFolder();
    expectError(await runPki([command], { cwd }), 'there is no manifest "pki.yaml"');
    expectError(await runPki([command, 'no/such.yaml'], { cwd }), 'there is no manifest "no/such.yaml"');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('that is a folder', async () => {
    expectError(
      await runPki(['plan'], { cwd: inFolder((path) => mkdirSync(path)) }),
      '"pki.yaml" is a folder',
    );
  });

  itWhen(
    !isRoot || has('setpriv'),
    'root may read everything, and there is no setpriv',
    'that may not be read',
    async () => {
      const cwd = inFolder((path) => put(path, MANIFEST));
      chmodSync(join(cwd, 'pki.yaml'), 0o000);
      chmodSync(cwd, 0o755);
      const command = [process.execPath, CLI, 'plan'];
      const [program = '', ...args] = isRoot
        ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command]
        : command;
      expectError(await runProgram(program, args, { cwd }), '"pki.yaml" cannot be read (EACCES)');
    },
  );

  it('behind a file instead of a folder', async () => {
    const cwd = inFolder((path) => put(path, MANIFEST));
    expectError(await runPki(['plan', 'pki.yaml/more.yaml'], { cwd }), '"pki.yaml/more.yaml"');
  });

  it('from a pipe is read', async () => {
    const cwd = inFolder((path) => put(path, MANIFEST));
    const env = { NODE: process.execPath, CLI };
    const run = await runProgram('/bin/sh', ['-c', 'cat pki.yaml | "$NODE" "$CLI" validate /dev/stdin'], {
      cwd,
      env,
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  it('from a pipe that brings too much is too large', async () => {
    const env = { NODE: process.execPath, CLI };
    const script = 'head -c 20000000 /dev/zero | tr "\\0" "#" | "$NODE" "$CLI" validate /dev/stdin';
    expectError(await runProgram('/bin/sh', ['-c', script], { env }), /holds \d+ MB or more/);
  });

  const bomb = (levels: number): string =>
    [
      'a0: &a0 [x,x,x,x,x,x,x,x,x]',
      ...Array.from(
        { length: levels },
        (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`,
      ),
    ].join('\n');
  const hostile: readonly [what: string, text: string | Buffer, problem: RegExp][] = [
    ['empty', '', /manifest is empty/],
    ['only comments', '# nothing\n---\n# here\n', /manifest is empty/],
    [
      'binary',
      Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 73 + 11) % 256)),
      /pki\.yaml:\d+:\d+: /,
    ],
    ['UTF-16', Buffer.from(`\ufeff${MANIFEST}`, 'utf16le'), /not UTF-8/],
    ['Latin-1', Buffer.from(MANIFEST.replace('Root', 'Rööt'), 'latin1'), /save the manifest as UTF-8/],
    [
      '10 MB of entries',
      `${MANIFEST}${Array.from({ length: 180_000 }, (_, i) => `  # ${i} ${'x'.repeat(48)}`).join('\n')}`,
      /holds \d+ MB/,
    ],
    ['4 MB on one line', `${MANIFEST}x: ${'x'.repeat(4_000_000)}\n`, /unknown key "x"/],
    ['4 MB of something else', `version: 1\nx: ${'x'.repeat(4_000_000)}\n`, /nothing of it is shown/],
    ['nested 100,000 deep, flow', `version: 1\nx: ${'['.repeat(100_000)}`, /nests more than 100 levels/],
    [
      'nested 3,000 deep, block',
      `version: 1\n${Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}x:`).join('\n')}`,
      /nests more than 100 levels/,
    ],
    ['an alias bomb', `${bomb(20)}\nversion: 1\n`, /pki\.yaml:\d+:\d+: /],
    ['an alias in itself', 'version: 1\nauthorities: &a { root: *a }\n', /pki\.yaml:\d+:\d+: /],
    ['a list', '- version: 1\n', /pki\.yaml:1:1: /],
    ['a word', 'hello\n', /pki\.yaml:1:1: /],
    ['100,000 colons', ': '.repeat(100_000), /pki\.yaml:\d+:\d+: /],
    [
      '__proto__',
      'version: 1\n__proto__: { x: 1 }\nauthorities: { __proto__: { commonName: x }, constructor: { commonName: y } }\n',
      /__proto__/,
    ],
  ];
  it.each(someOf(hostile))('that is hostile: %s', async (_, text, problem) => {
    const cwd = inFolder((path) => writeFileSync(path, text));
    const { cpuSeconds, ...run } = await runPkiMeasured(['plan'], { cwd });
    expect(cpuSeconds).toBeLessThan(5);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^pki: error: /);
    expect(run.stderr).toMatch(problem);
    expect(run.stderr).not.toMatch(/^ {4}at |defect of pki|Internal error/m);
    expect(run.stderr.length).toBeLessThan(500_000);
    expect(existsSync(join(cwd, 'pki'))).toBe(false);
  });

  it('with many mistakes: all at once, each with place, line and caret', async () => {
    const project = new Project(`version: 1
authorities:
  root: { commonNam: Root, key: rsa-1024 }
servers:
  a: { commonName: a.example.test, issuer: rooot, validity: 90 }
`);
    const run = await project.pki(['apply']);
    expectError(run, /pki\.yaml:3:11: /);
    for (const place of ['3:33', '5:44', '5:61'])
      expect(run.stderr).toContain(`pki: error: pki.yaml:${place}: `);
    expect(run.stderr).toContain('did you mean "commonName"?');
    expect(run.stderr.match(/^ +\| +\^+$/gm)?.length).toBeGreaterThanOrEqual(4);
    expect(existsSync(project.out)).toBe(false);
  });
});

describe('the command line', () => {
  it.each([
    [['plam'], /unknown command "plam"[\s\S]*plan/],
    [['plan', '--jsn'], /unknown option "--jsn"[\s\S]*--json/],
    [['apply', '--alow', 'rekey-ca'], /unknown option "--alow"[\s\S]*--allow/],
    [['plan', 'a.yaml', 'b.yaml'], /too many arguments/],
    [['plan', '--json', '--commands'], /cannot be used with/],
    [['plan', '--now', 'tomorrow'], /2027-03-01T00:00:00Z/],
    [['plan', '--now'], /argument missing/],
    [['apply', '--allow', 'remove-all'], /"remove-all"/],
    [['apply', '--allow', ''], /--allow/],
    [[], /Usage: pki|pki: error: /],
  ])('%j is an error in our voice', async (args, problem) => {
    const run = await runPki(args, { cwd: temporaryFolder() });
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(problem);
    if (args.length > 0) expect(run.stderr).toMatch(/^pki: error: /);
    expect(run.stderr).not.toMatch(/^ {4}at /m);
  });

  it('--help and --version go to stdout, and end well', async () => {
    for (const args of [['--help'], ['help', 'plan'], ['apply', '--help'], ['--version'], ['-V']]) {
      const run = await runPki(args);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).not.toBe('');
    }
  });

  it.each(['plan', 'plan --json', 'plan --commands', '--help', 'apply --skip-verify'])(
    '"pki %s | head -1" is no error',
    async (command) => {
      const project = new Project(
        `${MANIFEST}${Array.from({ length: 300 }, (_, i) => `  s${i}: { commonName: s${i}.example.test }`).join('\n')}`
          .replace('servers: {', 'clients: {')
          .replace('} }\n  s0', '} }\nservers:\n  s0'),
      );
      if (command.startsWith('apply')) project.write(MANIFEST);
      const script = `{ "$NODE" "$CLI" ${command}; echo "code $?" >&2; } | head -1`;
      const run = await runProgram('/bin/sh', ['-c', script], {
        cwd: project.folder,
        env: { NODE: process.execPath, CLI },
      });
      expect(run.stderr).toMatch(/(^|\n)code 0\n$/);
      expect(run.stderr).not.toMatch(/EPIPE|^ {4}at /m);
    },
  );

  it('goes on with the work where nobody reads stderr', async () => {
    const project = new Project(MANIFEST);
    const script = '{ "$NODE" "$CLI" apply --skip-verify 2>&1 >&3 | true; } 3>&1';
    await runProgram('/bin/sh', ['-c', script], {
      cwd: project.folder,
      env: { NODE: process.execPath, CLI },
    });
    expect(await project.actions()).toEqual({});
    expect(existsSync(project.path('.pki/lock'))).toBe(false);
  });

  it('goes on where stdout cannot be written: a full device is an error', async () => {
    const script = '"$NODE" "$CLI" plan >/dev/full; echo "code $?"';
    const run = await runProgram('/bin/sh', ['-c', script], {
      cwd: applied.folder,
      env: { NODE: process.execPath, CLI },
    });
    expect(run.stdout).toBe('code 1\n');
    expect(run.stderr).not.toMatch(/^ {4}at /m);
    expect(run.stderr).toMatch(/^pki: error: /);
  });
});

function fake(script: string): string {
  const path = join(temporaryFolder(), 'openssl');
  put(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An openssl that answers `version`, and otherwise does as the script says. */
function fakeAfterVersion(script: string): string {
  return fake(`[ "$1" = version ] && exec ${pathOf('openssl')} version\n${script}`);
}

describe('openssl', () => {
  const cases: readonly [what: string, env: () => Record<string, string>, problem: string | RegExp][] = [
    [
      'missing by name',
      () => ({ PKI_OPENSSL: '/nonexistent' }),
      '"/nonexistent" was not found or cannot be run',
    ],
    ['missing in PATH', () => ({ PATH: temporaryFolder() }), '"openssl" was not found or cannot be run'],
    [
      'not executable',
      () => ({ PKI_OPENSSL: '/etc/passwd' }),
      '"/etc/passwd" was not found or cannot be run',
    ],
    ['a folder', () => ({ PKI_OPENSSL: '/tmp' }), '"/tmp" was not found or cannot be run'],
    ['LibreSSL', () => ({ PKI_OPENSSL: fake('echo "LibreSSL 3.3.6"') }), 'LibreSSL 3.3.6 is not OpenSSL'],
    [
      '1.1.1',
      () => ({ PKI_OPENSSL: fake('echo "OpenSSL 1.1.1w  11 Sep 2023"') }),
      'OpenSSL 1.1.1w is too old',
    ],
    ['something else', () => ({ PKI_OPENSSL: '/bin/true' }), /names no version \(\/bin\/true\)/],
    [
      'broken',
      () => ({ PKI_OPENSSL: fake('echo "error while loading shared libraries: libssl.so.3" >&2; exit 127') }),
      /does not work: openssl exited with 127, saying "error while loading shared libraries: libssl\.so\.3"/,
    ],
  ];
  it.each(someOf(cases))(
    '%s: one error that says how to install it, and nothing written',
    async (_, env, problem) => {
      const project = new Project(MANIFEST);
      const run = await project.pki(['apply'], { env: env() });
      expectError(run, problem);
      expect(run.stderr).toContain('apt install openssl');
      expect(existsSync(project.out)).toBe(false);
      const again = copyOf(applied);
      const before = stateOf(again.out);
      expect((await again.pki(['verify'], { env: env() })).code).toBe(1);
      expect(changedPaths(before, stateOf(again.out))).toEqual([]);
    },
  );

  it('may be named by a path relative to the current folder', async () => {
    const project = new Project(MANIFEST);
    symlinkSync(pathOf('openssl') ?? '', join(project.folder, 'my-openssl'));
    const env = { PKI_OPENSSL: './my-openssl' };
    expect(await project.pki(['apply', '--skip-verify'], { env })).toMatchObject({ code: 0 });
  });

  it('that fails: its own words, the command, the entity; what is independent goes on', async () => {
    const project = new Project(MANIFEST);
    const bad = fakeAfterVersion(
      `case "$*" in *servers.a/csr.pem*) echo "40E7:error:0A:fake:no luck" >&2; exit 3;; esac\nexec ${pathOf('openssl')} "$@"`,
    );
    const run = await project.pki(['apply', '--skip-verify'], { env: { PKI_OPENSSL: bad } });
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('applied: 3 created in pki/\n');
    expect(run.stderr).toMatch(
      /pki: error: "servers\/a": could not make key and request: openssl exited with 3/,
    );
    expect(run.stderr).toMatch(/command: openssl req -new .*servers\.a/);
    expect(run.stderr).toContain('openssl: 40E7:error:0A:fake:no luck');
    expect(existsSync(project.path('servers/a'))).toBe(false);
    expect(await project.actions()).toEqual({ 'servers/a': 'create' });
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({
      code: 0,
      stdout: 'applied: 1 created in pki/\n',
    });
  });

  it('that fails at an authority: what hangs from it is not begun, and counted', async () => {
    const project = new Project(MANIFEST);
    const bad = fakeAfterVersion(
      `case "$*" in *authorities.sub/cert.pem*) exit 1;; esac\nexec ${pathOf('openssl')} "$@"`,
    );
    const run = await project.pki(['apply', '--skip-verify'], { env: { PKI_OPENSSL: bad } });
    expect(run).toMatchObject({ code: 1, stdout: 'applied: 1 created in pki/\n' });
    expect(run.stderr).toContain('2 entities were not finished because of that: servers/a, servers/b');
    await project.apply();
    expect(await project.actions()).toEqual({});
  });

  const liars: readonly [what: string, script: string][] = [
    ['writes nothing', 'cat >/dev/null; exit 0'],
    [
      'cuts its output short',
      `${pathOf('openssl')} "$@" || exit; [ "$1" = ca ] || exit 0; while [ $# -gt 1 ]; do [ "$1" = -out ] && truncate -s 100 "$2"; shift; done; true`,
    ],
    [
      'leaves its output empty',
      `${pathOf('openssl')} "$@" || exit; [ "$1" = ca ] || exit 0; while [ $# -gt 1 ]; do [ "$1" = -out ] && : >"$2"; shift; done; true`,
    ],
    ['adds a name', `sed 's/^DNS.1 = .*/&\\nDNS.99 = evil.example.test/' | ${pathOf('openssl')} "$@"`],
    ['makes leaves to authorities', `sed 's/CA:FALSE/CA:TRUE/' | ${pathOf('openssl')} "$@"`],
    ['adds a usage', `sed 's/^extendedKeyUsage = .*/&,codeSigning/' | ${pathOf('openssl')} "$@"`],
    ['adds an extension', `sed 's/^\\[extensions\\]/&\\nnsComment = x/' | ${pathOf('openssl')} "$@"`],
    [
      'makes a critical extension uncritical',
      `sed 's/^keyUsage = critical,/keyUsage = /' | ${pathOf('openssl')} "$@"`,
    ],
    [
      'makes an extension critical that must not be',
      `sed 's/^extendedKeyUsage = /&critical,/' | ${pathOf('openssl')} "$@"`,
    ],
    [
      'forgets the authority key identifier',
      `sed 's/^authorityKeyIdentifier = .*/authorityKeyIdentifier = none/' | ${pathOf('openssl')} "$@"`,
    ],
    [
      'takes another date',
      `in=$(cat); for a in "$@"; do shift; case $a in 20*Z) a=20300101000000Z;; esac; set -- "$@" "$a"; done; printf '%s\\n' "$in" | ${pathOf('openssl')} "$@"`,
    ],
  ];
  it.each(someOf(liars))('that exits 0 and %s: nothing of it is published', async (_, script) => {
    const project = new Project(MANIFEST);
    const run = await project.pki(['apply', '--skip-verify'], {
      env: { PKI_OPENSSL: fakeAfterVersion(script) },
    });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^pki: error: "(authorities\/root|authorities\/sub|servers\/[ab])": could not (make key and request|issue the certificate|publish): /m,
    );
    expect(run.stderr).not.toMatch(/^ {4}at /m);
    expect(existsSync(project.path('servers/a'))).toBe(false);
    expect(existsSync(project.path('.pki/stage'))).toBe(false);
    await project.apply();
    expect(await project.actions()).toEqual({});
  });
});

describe('small mistakes', () => {
  it('a manifest with the other ending is named', async () => {
    const project = new Project(MANIFEST);
    renameSync(join(project.folder, 'pki.yaml'), join(project.folder, 'pki.yml'));
    const run = await project.pki(['plan']);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pki: hint: there is "pki.yml": name that'),
    });
  });

  it('help for what is no command says so', async () => {
    const run = await runPki(['help', 'aply'], { cwd: temporaryFolder() });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^pki: error: unknown command "aply"\n.*did you mean "apply"\?/);
    expect(await runPki(['help', 'apply'], { cwd: temporaryFolder() })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('folders that anyone may write to are told, and left alone', async () => {
    const project = new Project(MANIFEST);
    await project.apply();
    expect((await project.pki(['plan'])).stderr).toBe('');
    for (const folder of [project.out, project.path('servers/a')]) chmodSync(folder, 0o777);
    chmodSync(project.path('servers/b'), 0o1777);
    const warnings = [project.out, project.path('servers/a')].map(
      (folder) =>
        `pki: warning: "${folder}" is writable by others, who could replace even private keys: run "chmod go-w ${folder}"\n`,
    );
    for (const command of ['plan', 'apply'])
      expect(await project.pki([command])).toMatchObject({ code: 0, stderr: warnings.join('') });
    expect((await project.plan()).exposed).toEqual(['.', 'servers/a']);
    expect(stateOf(project.out)['servers/a']).toMatch(/^40777 /);
  });

  it('a folder of private keys that somebody opened is closed again', async () => {
    const project = new Project(MANIFEST);
    await project.apply();
    chmodSync(project.path('.pki'), 0o755);
    await project.apply();
    expect(stateOf(project.out)['.pki']).toMatch(/700/);
  });
});

describe('an interruption', () => {
  for (const [signal, where] of [
    ['SIGINT', 'while openssl works'],
    ['SIGTERM', 'while openssl works'],
    ['SIGINT', 'while openssl is asked for its version'],
    ['SIGINT', 'in the proof'],
  ] as const) {
    it(`${signal} ${where}: ends at once with 130, no child, no staging, no lock`, async () => {
      const project = new Project(MANIFEST);
      const marks = temporaryFolder();
      const hang = `echo $$ >"${marks}/$$"; exec sleep 3600`;
      const proof = `[ "$1" = verify ] || exec ${pathOf('openssl')} "$@"; ${hang}`;
      const programs = {
        version: () => fake(hang),
        proof: () => fakeAfterVersion(proof),
        works: () => fakeAfterVersion(hang),
      };
      const program = programs[/version|proof|works/.exec(where)?.[0] as keyof typeof programs]();
      const child = spawn(process.execPath, [CLI, 'apply'], {
        cwd: project.folder,
        env: { ...plainEnvironment(), PKI_OPENSSL: program } as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += String(text);
      });
      const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
      const children = () => readdirSync(marks).map(Number);
      try {
        await until(() => children().length > 0, 'openssl runs');
        child.kill(signal);
        // What it waits for would take an hour.
        expect(await ended).toBe(130);
        expect(stderr).toContain('pki: error: interrupted');
        await until(() => children().every((pid) => !existsSync(`/proc/${pid}`)), 'children end');
        expect(existsSync(project.path('.pki/stage'))).toBe(false);
        expect(existsSync(project.path('.pki/scratch'))).toBe(false);
        expect(existsSync(project.path('.pki/lock'))).toBe(false);
      } finally {
        child.kill('SIGKILL');
        for (const pid of children()) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
      }
      await project.apply();
      expect(await project.actions()).toEqual({});
    });
  }

  it.each(['plan', 'apply'])('of %s that waits for its manifest from a pipe ends it', async (command) => {
    const project = new Project(MANIFEST);
    const pipe = join(project.folder, 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    const child = spawn(process.execPath, [CLI, command, pipe], { cwd: project.folder, stdio: 'ignore' });
    const ended = new Promise((done) => child.once('exit', (_, signal) => done(signal)));
    // There is somebody at the other end once this does not fail any more.
    const mode = constants.O_WRONLY | constants.O_NONBLOCK;
    let descriptor = -1;
    await until(() => {
      try {
        descriptor = openSync(pipe, mode);
      } catch {}
      return descriptor !== -1;
    }, 'the manifest is being read');
    try {
      child.kill('SIGINT');
      expect(await ended).toBe('SIGINT');
    } finally {
      child.kill('SIGKILL');
      closeSync(descriptor);
    }
  });

  it('SIGKILL at any moment: the next apply goes on, no key is lost, pairs fit', async () => {
    const project = new Project(
      MANIFEST.replace(
        'servers: {',
        `servers: { ${Array.from({ length: 12 }, (_, i) => `s${i}: { commonName: s${i}.example.test }`).join(', ')},`,
      ),
    );
    const published = (): string[] =>
      ['authorities', 'servers']
        .filter((section) => existsSync(project.path(section)))
        .flatMap((section) => readdirSync(project.path(section)).map((name) => `${section}/${name}/key.pem`))
        .filter((path) => existsSync(project.path(path)));
    const keys = new Map<string, string>();
    for (let round = 1; round <= 6; round++) {
      const child = spawn(process.execPath, [CLI, 'apply', '--skip-verify'], {
        cwd: project.folder,
        stdio: 'ignore',
      });
      const ended = new Promise((done) => child.once('exit', done));
      await until(() => child.exitCode !== null || published().length >= round * 2, 'some files');
      child.kill('SIGKILL');
      await ended;
      for (const [path, key] of keys) expect(`${path} ${project.read(path)}`).toBe(`${path} ${key}`);
      for (const path of published()) keys.set(path, project.read(path));
    }
    const run = await project.applyByCommand();
    expect(run.stderr).not.toContain('error');
    for (const [path, key] of keys) expect(`${path} ${project.read(path)}`).toBe(`${path} ${key}`);
    for (const path of published()) {
      const key = await publicKeyOf(project.path(path), 'key');
      expect(await publicKeyOf(project.path(path.replace('key.pem', 'cert.pem')), 'cert')).toBe(key);
    }
    expect(await project.actions()).toEqual({});
  });
});

describe('the output folder', () => {
  it('that is a file', async () => {
    const project = new Project(MANIFEST);
    writeFileSync(project.out, 'mine');
    expectError(await project.pki(['apply']), project.out);
    const plan = await project.pki(['plan']);
    expect(plan.stderr).not.toMatch(/^ {4}at |defect/m);
    expect(readFileSync(project.out, 'utf8')).toBe('mine');
  });

  it('below a file', async () => {
    const project = new Project(`output: pki.yaml/deep\n${MANIFEST}`);
    expectError(await project.pki(['apply']), /pki\.yaml/);
  });

  itWhen(
    !isRoot || has('setpriv'),
    'root may write anywhere, and there is no setpriv',
    'that is read-only',
    async () => {
      const project = new Project(MANIFEST);
      mkdirSync(project.out);
      for (const path of [project.folder, project.out]) chmodSync(path, 0o555);
      const command = [process.execPath, CLI, 'apply'];
      const [program = '', ...args] = isRoot
        ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command]
        : command;
      expectError(await runProgram(program, args, { cwd: project.folder }), /cannot mkdir ".*" \(EACCES\)/);
      for (const path of [project.folder, project.out]) chmodSync(path, 0o755);
      expect(readdirSync(project.out)).toEqual([]);
    },
  );

  it.each(['pki', 'way/pki'])(
    '%s, of which the first part is a symbolic link: all of it works, or nothing is touched',
    async (output) => {
      const outside = temporaryFolder();
      const project = new Project(`output: ${output}\n${MANIFEST}`, { output });
      symlinkSync(outside, join(project.folder, output.split('/')[0] ?? ''));
      const run = await project.pki(['apply']);
      if (run.code === 0) return expect(await project.actions()).toEqual({});
      expectError(run, /symbolic link/);
      expect(readdirSync(outside)).toEqual([]);
    },
  );

  it.each(['.pki', '.pki/commit', '.pki/stage', '.pki/archive', '.pki/scratch'])(
    'in which %s is a symbolic link that leads outside: nothing outside is touched',
    async (name) => {
      const project = copyOf(applied);
      const outside = temporaryFolder();
      put(join(outside, 'precious'), 'mine');
      rmSync(project.path(name), { recursive: true, force: true });
      symlinkSync(outside, project.path(name));
      project.write(
        MANIFEST.replace('a.example.test', 'new.example.test').replace(
          'b: { commonName: b',
          'b: { key: ed25519, commonName: b',
        ),
      );
      const run = await project.pki(['apply', '--skip-verify']);
      expect(run.stderr).not.toMatch(/^ {4}at |defect of pki/m);
      expect(readdirSync(outside)).toEqual(['precious']);
      expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('mine');
    },
  );

  it.each(['', '{}', '[', '\0'])(
    'in which an order of a commit is %j: said, and nothing is moved',
    async (content) => {
      const project = copyOf(applied);
      const order = project.path('.pki/commit/servers.a/order.json');
      put(order, content);
      put(project.path('.pki/commit/servers.a/key.pem'), 'a key that is nowhere else');
      const before = publishedState(project.out);
      expectError(await project.pki(['apply', '--skip-verify']), `"${order}" does not say where`);
      expect(publishedState(project.out)).toEqual(before);
      renameSync(join(order, '..'), join(project.folder, 'aside'));
      expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 0 });
      expect(readFileSync(join(project.folder, 'aside/key.pem'), 'utf8')).toBe('a key that is nowhere else');
    },
  );

  it.each([
    ['lock', ['apply']],
    ['ledger.jsonl', ['apply', 'history']],
  ])('in which .pki/%s is a folder: said by its name, and nothing is issued', async (name, commands) => {
    const project = copyOf(applied);
    rmSync(project.path('.pki', name), { force: true });
    mkdirSync(project.path('.pki', name));
    rmSync(project.path('servers/a/cert.pem'));
    const before = publishedState(project.out);
    for (const command of commands) {
      const run = await project.pki([command]);
      expectError(run, `"${project.path('.pki', name)}" is a directory`);
      expect(run.stderr).toContain('pki: hint: move it away: ');
    }
    expect(await project.actions()).toEqual({ 'servers/a': 'issue' });
    expect(publishedState(project.out)).toEqual(before);
  });

  it('in which .pki/ledger.jsonl is a symbolic link: what it leads to stays', async () => {
    const project = copyOf(applied);
    const precious = join(temporaryFolder(), 'precious');
    put(precious, 'mine');
    rmSync(project.path('.pki/ledger.jsonl'));
    symlinkSync(precious, project.path('.pki/ledger.jsonl'));
    project.write(MANIFEST.replace('a.example.test', 'new.example.test'));
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).not.toMatch(/^ {4}at |defect of pki/m);
    expect(readFileSync(precious, 'utf8')).toBe('mine');
    expect(await project.actions()).toEqual({ 'servers/a': 'issue' });
  });

  for (const artifact of ['key', 'cert', 'csr', 'ca']) {
    it(`in which ${artifact}.pem is a symbolic link, a folder or a FIFO: refused, and left alone`, async () => {
      const project = copyOf(applied);
      const file = project.path(`servers/a/${artifact}.pem`);
      const outside = join(temporaryFolder(), 'precious.pem');
      renameSync(file, outside);
      const content = readFileSync(outside, 'utf8');
      for (const make of [
        () => symlinkSync(outside, file),
        () => mkdirSync(file),
        () => execFileSync('mkfifo', [file]),
      ]) {
        make();
        const before = publishedState(project.out);
        const run = await project.pki(['apply', '--skip-verify']);
        expectError(run, `"servers/a/${artifact}.pem" is `);
        expect(changedPaths(before, publishedState(project.out))).toEqual([]);
        expect(readFileSync(outside, 'utf8')).toBe(content);
        rmSync(file, { recursive: true });
      }
    });
  }

  for (const folder of ['servers/a', 'servers', 'authorities/root']) {
    it(`in which ${folder} is a symbolic link that leads outside: refused, and nothing outside is touched`, async () => {
      const project = copyOf(applied);
      const outside = temporaryFolder();
      rmSync(project.path(folder), { recursive: true });
      symlinkSync(outside, project.path(folder));
      expectError(await project.pki(['apply', '--allow', 'rekey-ca']), /symbolic link/);
      expect(readdirSync(outside)).toEqual([]);
    });
  }

  it('in which .pki is a symbolic link, or a file: plan says what apply says', async () => {
    for (const make of [
      (path: string) => symlinkSync(temporaryFolder(), path),
      (path: string) => writeFileSync(path, ''),
    ]) {
      const project = copyOf(applied);
      rmSync(project.path('.pki'), { recursive: true });
      make(project.path('.pki'));
      for (const command of ['plan', 'status', 'apply']) {
        expectError(await project.pki([command]), /is a symbolic link|is not a folder/);
      }
    }
  });

  it('in which an entity is a file: refused', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/a'), { recursive: true });
    writeFileSync(project.path('servers/a'), 'mine');
    expectError(
      await project.pki(['apply']),
      '"servers/a/key.pem" lies below something that is not a folder',
    );
    expect(readFileSync(project.path('servers/a'), 'utf8')).toBe('mine');
  });
});

describe('a full disk', () => {
  const mounted = (folder: string, size: string): boolean => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const canMount =
    isRoot &&
    (() => {
      const folder = temporaryFolder();
      const can = mounted(folder, '64k');
      if (can) execFileSync('umount', [folder]);
      return can;
    })();

  itWhen(
    canMount,
    'a small file system needs root',
    'a clear error, nothing half replaced, and it goes on once there is space',
    async () => {
      const project = new Project(MANIFEST);
      mkdirSync(project.out);
      mounted(project.out, '512k');
      try {
        await project.apply();
        project.write(
          MANIFEST.replace(
            'servers: {',
            `servers: { ${Array.from({ length: 8 }, (_, i) => `s${i}: { commonName: s${i}.example.test }`).join(', ')},`,
          ).replace('a: { commonName: a.example.test }', 'a: { commonName: a.example.test, key: ed25519 }'),
        );
        const old = publishedState(project.path('servers/a'));
        // Full but for a few pages at first, then for none.
        for (const left of [60, 24, 8, 0]) {
          rmSync(project.path('ballast'), { force: true });
          const free = Number(
            execFileSync('df', ['--output=avail', '-k', project.out]).toString().trim().split('\n')[1],
          );
          execFileSync(
            'dd',
            ['if=/dev/zero', `of=${project.path('ballast')}`, 'bs=1k', `count=${Math.max(0, free - left)}`],
            { stdio: 'ignore' },
          );
          const run = await project.pki(['apply', '--skip-verify']);
          expect(run.code).toBe(1);
          expect(run.stderr).toMatch(/^pki: error: /m);
          expect(run.stderr).toMatch(/full|space|ENOSPC/i);
          expect(run.stderr).not.toMatch(/^ {4}at |defect of pki/m);
          // Whatever is published is whole.
          const plan = await project.plan();
          for (const change of plan.changes) {
            const made = existsSync(project.path(change.id, 'key.pem'));
            expect(`${change.id} ${change.action}`).toMatch(made ? / (keep|rekey)$/ : / create$/);
          }
          if (plan.changes.some(({ id, action }) => id === 'servers/a' && action !== 'keep')) {
            expect(changedPaths(old, publishedState(project.path('servers/a')))).toEqual([]);
          }
          expect(existsSync(project.path('.pki/lock'))).toBe(false);
        }
        rmSync(project.path('ballast'));
        expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
        expect(await project.actions()).toEqual({});
        expect(
          readdirSync(project.path('.pki')).filter((name) => /draft|claim|lock|stage/.test(name)),
        ).toEqual([]);
      } finally {
        execFileSync('umount', [project.out]);
      }
    },
  );
});
