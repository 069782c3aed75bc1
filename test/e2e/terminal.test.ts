// What files and programs say reaches a terminal as text; and limits of the system end in words.
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, type Run, runProgram } from '../helpers/cli.ts';
import { copyOf, Project } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test } }
`;
const HOSTILE = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202egnp\u200b\u001b[35mX';
const APPLY = ['apply', '--skip-verify'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** Every way to be hostile, and what is run then. */
const CASES: readonly (readonly [
  string,
  (project: Project) => Record<string, string>,
  readonly string[][],
])[] = [
  [
    'the ledger',
    (project) => {
      const line = JSON.parse(project.read('.pki/ledger.jsonl').split('\n')[0] ?? '');
      const fields = { serial: HOSTILE, entity: `servers/${HOSTILE}`, reasons: [{ kind: HOSTILE }] };
      appendFileSync(project.path('.pki/ledger.jsonl'), `${JSON.stringify({ ...line, ...fields })}\n`);
      return {};
    },
    [['history'], ['history', '--json'], ['plan']],
  ],
  [
    'the lock',
    (project) => {
      const holder = { host: HOSTILE, pid: 1, started: null, nonce: 'ab', since: HOSTILE };
      writeFileSync(project.path('.pki/lock'), JSON.stringify(holder));
      return {};
    },
    [APPLY, ['recover']],
  ],
  [
    'a commit folder',
    (project) => {
      const folder = project.path('.pki/commit', `servers.${HOSTILE}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'order.json'), '1');
      return {};
    },
    [['plan'], ['status'], ['plan', '--json'], ['recover'], APPLY],
  ],
  [
    'an openssl',
    (project) => {
      const path = join(project.folder, 'openssl');
      writeFileSync(path, `#!/bin/sh\nprintf '%s 3.9.0\\n' '${HOSTILE}'\n`);
      chmodSync(path, 0o755);
      return { PKI_OPENSSL: path };
    },
    [APPLY],
  ],
  [
    'a folder of the manifest',
    (project) => {
      project.write(MANIFEST.replace('a.example.test', `a.example.test, folder: "x\\u202ea b\\u200b"`));
      mkdirSync(project.path('x\u202ea b\u200b'), { mode: 0o777 });
      chmodSync(project.path('x\u202ea b\u200b'), 0o777);
      writeFileSync(project.path('x\u202ea b\u200b/ca.pem'), 'no certificate');
      return {};
    },
    [['plan'], ['plan', '--json'], ['validate'], APPLY],
  ],
];

describe('a terminal obeys nothing of', () => {
  it.each(CASES)('%s', async (_, prepare, commands) => {
    const project = copyOf(applied);
    const env = prepare(project);
    for (const command of commands) {
      for (const colours of [undefined, '1']) {
        const { stdout, stderr } = await project.pki(command, { env: { ...env, FORCE_COLOR: colours } });
        const said = colours === undefined ? stdout + stderr : withoutColours(stdout + stderr);
        expect(said).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
        expect(said).not.toMatch(/defect of pki|Internal error|^ {4}at /m);
        expect(said.length).toBeGreaterThan(0);
      }
    }
  });

  it.each(['validate', 'verify', 'apply'])(
    'two wishes for colours, which it warns of nowhere: %s',
    async (command) => {
      const project = copyOf(applied);
      await project.apply();
      const run = await project.pki([command], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(run.stdout).not.toContain('\u001b');
    },
  );

  it('the command of a hint works, whatever the folder is called', async () => {
    const project = copyOf(applied);
    const [, prepare] = CASES.at(-1) ?? [];
    prepare?.(project);
    const { stderr } = await project.pki(['plan']);
    const command = /run "(chmod go-w .*)"\n/.exec(stderr)?.[1] ?? '';
    expect(await runProgram('sh', ['-c', command])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await project.pki(['plan'])).stderr).not.toContain('chmod');
  });
});

function withoutColours(text: string): string {
  const codes = ['1', '2', '22', '31', '32', '33', '39'].map((code) => `\u001b[${code}m`);
  return codes.reduce((rest, code) => rest.replaceAll(code, ''), text);
}

describe('a limit of the system ends in words', () => {
  const limited = (project: Project, limit: string, ...args: readonly string[]): Promise<Run> =>
    runProgram('sh', ['-c', `ulimit ${limit} && exec "$@"`, 'sh', process.execPath, CLI, ...args], {
      cwd: project.folder,
    });
  const expectWords = ({ code, stderr }: Run): void => {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pki: error: .*(EMFILE|EFBIG|too large|too many)/m);
    expect(stderr).not.toMatch(/^ {4}at |defect of pki|Internal error/m);
  };

  /** Node 22 and 24 take more files before any of ours is read. */
  const least = Number.parseInt(process.versions.node, 10) < 22 ? 20 : 22;

  it.each([least, 24, 26, 28, 30, 34, 38])('%i open files', async (count) => {
    const project = new Project(MANIFEST);
    const run = await limited(project, `-n ${count}`, ...APPLY);
    if (run.code !== 0 || count < 24) expectWords(run);
    // What was begun is gone on with.
    await project.apply();
    expect(await project.actions()).toEqual({});
  });

  it('the size of files', async () => {
    const project = copyOf(applied);
    const run = await limited(project, '-f 1', 'rotate', 'servers/a', '--skip-verify');
    expectWords(run);
    await project.apply();
    expect(readFileSync(project.path('servers/a/cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(await project.actions()).toEqual({});
  });
});
