// kill -9 while former keys get their lists: at a rotation, and when something of before is revoked afterwards. Nothing that
// was revoked is forgotten, no number is given twice, and old chains go on. All operations with PKI_TEST_ALL=1.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { withEngine } from '../helpers/engine.ts';
import { EVERYTHING } from '../helpers/everything.ts';
import { openssl } from '../helpers/openssl.ts';
import { inPairs } from '../helpers/pairs.ts';
import { copyOf, Project } from './project.ts';
import { withFault } from './wholeness.ts';

if (EVERYTHING) vi.setConfig({ testTimeout: 3_600_000 });

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities: { root: { commonName: Root, crl: true } }
servers: { api: { commonName: api.example.test, outputs: [default, crls] } }
clients: { alice: {}, bob: {}, carol: { revoked: superseded } }
`;
const REVOKED = MANIFEST.replace('alice: {}', 'alice: { revoked: keyCompromise }');
const ROTATE = withEngine(['rotate', 'root', '--allow', 'rekey-ca', '--skip-verify']);
const APPLY = withEngine(['apply', '--allow', 'revoke', '--skip-verify']);

/** As everything was before the root got another key. */
let before: Project;
beforeAll(async () => {
  before = new Project(MANIFEST.replace(', carol: { revoked: superseded }', ', carol: {}'));
  await before.apply();
  const revoking = copyOf(before);
  revoking.write(MANIFEST);
  expect(await revoking.pki(APPLY)).toMatchObject({ code: 0 });
  const rotated = copyOf(revoking);
  expect(await rotated.pki(ROTATE)).toMatchObject({ code: 0 });
  rotated.write(REVOKED);
  scenes.set('rotate', revoking).set('revoke', rotated);
});
const scenes = new Map<'rotate' | 'revoke', Project>();

/** What a peer says of a certificate of before, with the lists in their places, whichever it has of the two files. */
async function verdict(project: Project, name: string): Promise<string> {
  const path = (file: string): string => project.path('authorities/root', file);
  const lists = ['crl.pem', 'former-crls.pem'].map(path).filter((file) => existsSync(file));
  const run = await runProgram('openssl', [
    ...['verify', '-crl_check', ...lists.flatMap((file) => ['-CRLfile', file])],
    ...['-CAfile', before.path('authorities/root/cert.pem'), before.path('clients', name, 'cert.pem')],
  ]);
  return run.code === 0 ? 'accepted' : (/error (\d+)/.exec(run.stderr + run.stdout)?.[1] ?? run.stderr);
}

async function numbersOf(project: Project): Promise<readonly number[]> {
  const found = ['crl.pem', 'former-crls.pem'].map(async (file) => {
    const path = project.path('authorities/root', file);
    if (!existsSync(path)) return [];
    const text = await openssl(['crl', '-in', path, '-noout', '-crlnumber']);
    return [Number(/=(0x\w+)/.exec(text)?.[1] ?? 0)];
  });
  return (await Promise.all(found)).flat();
}

/** The operation by which the files of the root become pending, counted from 1, and how many there are. */
async function operationsOf(base: Project, command: readonly string[]) {
  const trial = copyOf(base);
  const log = join(trial.folder, 'log');
  expect(await trial.pki(command, { env: withFault({ LOG: log }) })).toMatchObject({ code: 0 });
  const all = readFileSync(log, 'utf8').trim().split('\n');
  const commit = all.findIndex((line) => / rename .*\/stage\/.*authorities\.root/.test(line)) + 1;
  expect(commit).toBeGreaterThan(0);
  return { commit, count: all.length };
}

it.each([
  ['rotate', ROTATE, 'accepted'],
  ['revoke', APPLY, '23'],
] as const)('during %s', async (name, command, alice) => {
  const base = scenes.get(name);
  if (base === undefined) throw new Error('nothing was prepared');
  const known = await numbersOf(base);
  const { commit, count } = await operationsOf(base, command);
  const points = EVERYTHING ? Array.from({ length: count }, (_, i) => i + 1) : [commit, commit + 3];
  await inPairs(points, async (at) => {
    const project = copyOf(base);
    const run = await project.pki(command, { env: withFault({ AT: at }) });
    // Of all operations, the last ones are not there in each run.
    if (!EVERYTHING || run.code !== 0) expect([at, run.code]).toEqual([at, 137]);
    expect([at, await verdict(project, 'carol')]).toEqual([at, '23']);
    expect([at, await verdict(project, 'bob')]).toEqual([at, 'accepted']);
    // The next run finishes what was begun, or does what was not.
    expect([at, (await project.pki(APPLY)).code]).toEqual([at, 0]);
    expect([at, await project.actions()]).toEqual([at, {}]);
    for (const [who, says] of [
      ['alice', alice],
      ['bob', 'accepted'],
      ['carol', '23'],
    ] as const)
      expect([at, who, await verdict(project, who)]).toEqual([at, who, says]);
    const numbers = await numbersOf(project);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBeGreaterThanOrEqual(Math.max(...known));
  });
});
