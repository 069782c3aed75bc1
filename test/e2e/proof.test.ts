/** The proof of a folder that takes a while: not repeated for nothing, made up for where it was cut short. */
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { CLI, plainEnvironment } from '../helpers/cli.ts';
import { LONGER } from '../helpers/everything.ts';
import { aRequest } from '../helpers/openssl.ts';
import { copyOf, Project, put } from './project.ts';

/** @param rest what is said of all clients but the first ten. */
const manifestOf = (rest = ''): string => `version: 1
defaults: { outputs: [key, cert, ca, fullchain] }
authorities: { harbour: { commonName: Harbour Root } }
servers: { crane: { commonName: crane.harbour.test } }
clients:
${Array.from({ length: 55 }, (_, i) => `  buoy${i}: { commonName: buoy ${i}${i < 10 ? '' : rest} }`).join('\n')}
`;
const MANIFEST = manifestOf();
/** As many certificates, and handshakes for the first ten clients alone: the keys of the others are elsewhere. */
const ELSEWHERE = manifestOf(', request: elsewhere.csr, outputs: [cert, ca, fullchain]');
const NOTHING = 'pki: nothing changed since it was proven';
const PROVEN = 'certificates: 57 verified';

let applied: Project;
let quick: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
  quick = new Project(ELSEWHERE);
  put(join(quick.folder, 'elsewhere.csr'), await aRequest());
  await quick.apply();
});

/** Ends as soon as everything is made, while it is proven. */
function interrupted(project: Project): Promise<number | null> {
  const child = spawn(process.execPath, [CLI, 'apply'], { cwd: project.folder, env: plainEnvironment() });
  child.stdout.on('data', (part: Buffer) => {
    if (part.includes('applied:')) child.kill('SIGINT');
  });
  return new Promise((ended) => child.on('close', ended));
}

it('is made up for after an interruption, and then not repeated until it is asked for', async () => {
  const project = copyOf(applied);
  expect(await interrupted(project)).toBe(130);
  expect(existsSync(project.path('.pki/proof.json'))).toBe(false);
  const first = await project.pki(['apply']);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(PROVEN) });

  const again = await project.pki(['apply']);
  expect(again.code).toBe(0);
  expect(again.stdout).toBe('applied: nothing to do, everything matches the manifest\n');
  expect(again.stderr).toContain(NOTHING);
  const json = JSON.parse((await project.pki(['apply', '--json'])).stdout);
  expect(json.verification).toMatchObject({ ok: true, scope: 'touched', certificates: [] });

  const all = await project.pki(['apply', '--verify', 'all']);
  expect(all.stdout).toContain(PROVEN);
  expect((await project.pki(['verify'])).stdout).toContain(PROVEN);
});

it.runIf(LONGER)('is made again for what somebody changed, and until it is well', async () => {
  const project = copyOf(quick);
  await project.pki(['apply']);
  // What only the plan minds.
  copyFileSync(project.path('clients/buoy7/ca.pem'), project.path('clients/buoy7/public.pem'));
  appendFileSync(project.path('servers/crane/ca.pem'), '# harmless\n');
  expect((await project.pki(['apply'])).code).toBe(0);
  project.write(ELSEWHERE.replace('crane.harbour.test }', 'crane.harbour.test, validity: 60d }'));
  const changed = await project.pki(['apply']);
  expect(changed).toMatchObject({ code: 0, stdout: expect.stringContaining(PROVEN) });
  expect((await project.pki(['apply'])).stderr).toContain(NOTHING);
});

it.runIf(LONGER)('changes no byte where nothing changed', async () => {
  const project = copyOf(quick);
  await project.pki(['apply']);
  const { ino, mtimeMs } = statSync(project.path('.pki/proof.json'));
  for (const args of [['apply'], ['apply', '--verify', 'all'], ['verify'], ['plan']]) await project.pki(args);
  expect(statSync(project.path('.pki/proof.json'))).toMatchObject({ ino, mtimeMs });
});

it('of a small folder takes no time, is always made, and leaves no record', async () => {
  const project = new Project(
    MANIFEST.replace(/clients:\n[\s\S]*$/, 'clients: { pilot: { commonName: pilot } }\n'),
  );
  for (const _ of [1, 2]) {
    const run = await project.pki(['apply']);
    expect(run.stdout).toContain('certificates: 3 verified');
  }
  expect(existsSync(project.path('.pki/proof.json'))).toBe(false);
});

it.each<[signs: string, env: Readonly<Record<string, string | undefined>>]>([
  ['✓', { LC_ALL: 'C.UTF-8' }],
  ['✓', { LANG: undefined }],
  ['+', { LC_ALL: 'C' }],
  ['+', { LC_CTYPE: 'POSIX', LANG: 'de_AT.UTF-8' }],
  ['+', { LANG: 'de_AT.UTF-8', TERM: 'linux' }],
])('a console that promises no more than ASCII gets no more: %s with %j', async (sign, given) => {
  const project = new Project(
    'version: 1\nauthorities: { pier: { commonName: Pier Root } }\nservers: { hut: { commonName: hut.harbour.test } }\n',
  );
  await project.apply();
  const env = { LC_ALL: undefined, LC_CTYPE: undefined, LANG: undefined, TERM: 'xterm', ...given };
  const { code, stdout } = await project.pki(['verify'], { env });
  expect(code).toBe(0);
  expect(stdout).toContain(`${sign} as expected`);
  expect(stdout.includes('✓')).toBe(sign === '✓');
});
