// The built program, ended by kill -9 or by its disk: nothing is lost by it, and the next apply puts everything right.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Consent } from '../../src/index.ts';
import { CLI, plainEnvironment, type Run, snapshot } from '../helpers/cli.ts';
import { ENGINE, withEngine } from '../helpers/engine.ts';
import { EVERYTHING, LONGER, THINNER } from '../helpers/everything.ts';
import { inPairs } from '../helpers/pairs.ts';
import { copyOf, Project } from './project.ts';
import {
  brokenPromises,
  filesBelow,
  imperfections,
  keysAnywhere,
  randomFrom,
  withFault,
} from './wholeness.ts';

// Everything takes hours.
if (EVERYTHING) vi.setConfig({ testTimeout: 6 * 3_600_000 });

const MANIFEST = `
version: 1
defaults: { key: ecdsa-p256, validity: 90d }
authorities:
  root: { commonName: Root, validity: 10y }
  sub: { commonName: Sub, issuer: root, validity: 5y }
servers:
  web: { commonName: web.example.test, issuer: sub }
  api: { commonName: api.example.test, issuer: sub }
clients: { app: { commonName: app, issuer: sub } }
peers: { bus: { commonName: bus.example.test, issuer: root } }
`;

const LINKED = MANIFEST.replace('validity: 90d }', 'validity: 90d, publish: symlinks }');

interface Scenario {
  readonly name: string;
  /** The manifest that the folder is made with, or nothing for an empty one. */
  readonly before: string | null;
  readonly after: string;
  readonly allow: readonly Consent[];
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'create', before: null, after: MANIFEST, allow: [] },
  {
    name: 'edits: names of three, the key of one, one more',
    before: MANIFEST,
    after: MANIFEST.replace(
      'web.example.test,',
      'web.example.test, san: [web.example.test, www.example.test],',
    )
      .replace('api.example.test,', 'api.example.test, san: [api.example.test, 127.0.0.1],')
      .replace('commonName: app,', 'commonName: app, san: ["uri:spiffe://example.test/app"],')
      .replace('commonName: bus.example.test,', 'commonName: bus.example.test, key: ed25519,')
      .concat('  more: { commonName: more.example.test, issuer: sub }\n')
      .replace('peers: { bus: {', 'peers:\n  bus: {')
      .replace('issuer: root } }\n  more', 'issuer: root }\n  more'),
    allow: [],
  },
  {
    name: 'new keys for both authorities',
    before: MANIFEST,
    after: MANIFEST.replace('commonName: Root,', 'commonName: Root, key: ecdsa-p384,').replace(
      'commonName: Sub,',
      'commonName: Sub, key: ecdsa-p384,',
    ),
    allow: ['rekey-ca'],
  },
  {
    name: 'removal of three, refresh of the others',
    before: MANIFEST,
    after: MANIFEST.split('\n')
      .filter((line) => !/^(clients|peers)|^ {2}api/.test(line))
      .join('\n')
      .replace('validity: 90d }', 'validity: 90d, outputs: [key, cert, fullchain, chain, ca, public] }'),
    allow: ['remove'],
  },
  {
    name: 'other places for an authority and a server, and names for one',
    before: MANIFEST,
    after: MANIFEST.replace('commonName: Sub,', 'commonName: Sub, folder: authorities/sub-2,')
      .replace('web.example.test,', 'web.example.test, folder: servers/web-2,')
      .replace(
        'commonName: app,',
        'commonName: app, san: ["uri:spiffe://example.test/app"], folder: clients/app-2,',
      ),
    allow: [],
  },
  {
    name: 'behind links: names of one, the key of another',
    before: LINKED,
    after: LINKED.replace(
      'web.example.test,',
      'web.example.test, san: [web.example.test, www.example.test],',
    ).replace('commonName: app,', 'commonName: app, key: ed25519,'),
    allow: [],
  },
];

interface Prepared {
  readonly scenario: Scenario;
  readonly base: Project;
  readonly keysBefore: ReadonlySet<string>;
  /** How many file operations an undisturbed run takes, and how long. */
  readonly operations: number;
  readonly milliseconds: number;
}

const prepared: Prepared[] = [];

beforeAll(async () => {
  for (const scenario of SCENARIOS) {
    const base = new Project(scenario.before ?? scenario.after);
    if (scenario.before !== null) await base.apply();
    base.write(scenario.after);
    const trial = copyOf(base);
    const log = join(trial.folder, 'log');
    const run = await trial.pki(argsOf(scenario), { env: withFault({ LOG: log }) });
    expect(run).toMatchObject({ code: 0 });
    expect(await imperfections(trial)).toEqual([]);
    const operations = readFileSync(log, 'utf8').trim().split('\n').length;
    const timed = copyOf(base);
    const start = performance.now();
    await timed.pki(argsOf(scenario));
    const milliseconds = performance.now() - start;
    prepared.push({ scenario, base, keysBefore: keysAnywhere(base.out), operations, milliseconds });
  }
});

function argsOf({ allow }: Scenario): readonly string[] {
  return withEngine(['apply', '--skip-verify', ...allow.flatMap((consent) => ['--allow', consent])]);
}

/** What is wrong after a run that ended badly, and after the next one. */
async function problemsOf(project: Project, { scenario, keysBefore }: Prepared): Promise<readonly string[]> {
  const during = existsSync(project.out) ? brokenPromises(project.out, keysBefore) : [];
  const keys = keysInPlace(project.out);
  const complaint = await complaintOf(project.apply(...scenario.allow));
  const kept = keysAnywhere(project.out);
  const lost = [...keys, ...keysBefore].filter((id) => !kept.has(id)).map((id) => `lost by the next: ${id}`);
  return [...during, ...complaint, ...lost, ...(await imperfections(project))];
}

async function complaintOf(applied: Promise<void>): Promise<readonly string[]> {
  return applied.then(
    () => [],
    (error: unknown) => [`the next apply: ${String(error)}`],
  );
}

/** Keys that somebody may have loaded, and those that a commit has promised; what was only staged may go. */
function keysInPlace(out: string): ReadonlySet<string> {
  return keysAnywhere(out, (path) => !/^\.pki\/(?!commit\/|archive\/)/.test(path));
}

/** Every so-many-th operation, another first one for each scenario; more of them, or all, with PKI_TEST_ALL=1. */
function chosen(operations: number, offset: number, [usual, thorough]: readonly [number, number]) {
  const stride = EVERYTHING ? thorough : usual * THINNER;
  const all = Array.from({ length: operations }, (_, i) => i + 1);
  return all.filter((n) => n % stride === offset % stride);
}

const KILLS = [127, 1] as const;
const FAULTS = [311, 5] as const;

async function withProject(base: Project, run: (project: Project) => Promise<void>): Promise<void> {
  const project = copyOf(base);
  await run(project);
  if (!process.env['KEEP']) rmSync(project.folder, { recursive: true, force: true });
}

function report(found: readonly string[]): void {
  expect(found.slice(0, 10).join('\n---\n')).toBe('');
}

describe('kill -9 at a file operation', () => {
  it.each(SCENARIOS.map(({ name }, i) => [name, i] as const))('%s', async (_, i) => {
    const one = prepared[i] as Prepared;
    const failures: string[] = [];
    await inPairs(chosen(one.operations, i * 7, KILLS), async (at) => {
      failures.push(...(await killedAt(at, one)));
    });
    report(failures);
  });
});

/**
 * Kills a run at the operation, and says what is wrong then. No two runs take exactly as many, for entities that finish
 * together share a write to the ledger and its sync: a run that got to its end before is tried again a little earlier.
 */
async function killedAt(at: number, one: Prepared): Promise<readonly string[]> {
  if (at < 1) return ['there is no operation at which it can be killed'];
  const place = `operation ${at} of ${one.operations}`;
  let code = 0;
  const failures: string[] = [];
  await withProject(one.base, async (project) => {
    const run = await project.pki(argsOf(one.scenario), { env: withFault({ AT: at }) });
    code = run.code;
    if (code !== 0 && code !== 137) failures.push(`${place}: exit ${code}, not killed\n${run.stderr}`);
    failures.push(...(await problemsOf(project, one)).map((problem) => `${place}: ${problem}`));
  });
  return code === 0 ? [...failures, ...(await killedAt(at - 5, one))] : failures;
}

/** Only the program is killed, as an OOM killer does; an openssl that it had started may go on for a moment. */
function killAfter(
  project: Project,
  args: readonly string[],
  milliseconds: number,
): Promise<string | number> {
  return new Promise((done, reject) => {
    const env = plainEnvironment();
    const child = spawn(process.execPath, [CLI, ...args], { cwd: project.folder, env, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.on('error', reject).on('exit', (code, signal) => {
      clearTimeout(timer);
      done(signal ?? code ?? -1);
    });
  });
}

describe('kill -9 at any moment', () => {
  const TIMES = EVERYTHING ? 320 : LONGER ? 12 : 6;

  it(`${TIMES} times, and up to three times in a row in the same folder`, async () => {
    const random = randomFrom(20261123);
    const failures: string[] = [];
    const ends = new Map<string | number, number>();
    const fastest = new Map<Prepared, number>();
    const rounds = Array.from({ length: TIMES / 2 }, (_, round) => ({
      round,
      moments: Array.from({ length: (round % 3) + 1 }, random),
    }));
    await inPairs(rounds, async ({ round, moments }) => {
      const one = prepared[round % prepared.length] as Prepared;
      await withProject(one.base, async (project) => {
        for (const moment of moments) {
          const usual = fastest.get(one) ?? one.milliseconds;
          // The first tenth is spent on starting node, where there is nothing to break.
          const started = performance.now();
          const end = await killAfter(project, argsOf(one.scenario), usual * (0.1 + moment));
          ends.set(end, (ends.get(end) ?? 0) + 1);
          // It was quicker than the first time: the machine is less busy by now.
          if (end !== 'SIGKILL') fastest.set(one, Math.min(usual, performance.now() - started));
          if (existsSync(project.out))
            failures.push(...brokenPromises(project.out, one.keysBefore).map((text) => `${round}: ${text}`));
        }
        const problems = await problemsOf(project, one);
        failures.push(...problems.map((text) => `round ${round} (${one.scenario.name}): ${text}`));
      });
    });
    report(failures);
    if (EVERYTHING) process.stderr.write(`ended by: ${JSON.stringify([...ends])}\n`);
    expect(ends.get('SIGKILL')).toBeGreaterThan(TIMES / 4);
  });
});

const KINDS = ['ENOSPC', 'EIO', 'EROFS'] as const;

/** With openssl longer runs meet every kind of fault in each scenario; else, as with node, which writes by the same code, one by turns. */
function isTried(kind: (typeof KINDS)[number], scenario: number): boolean {
  return EVERYTHING || (LONGER && ENGINE !== 'node') || KINDS[scenario % KINDS.length] === kind;
}

describe.each(KINDS)('%s from a file operation on', (kind) => {
  const tried = SCENARIOS.map(({ name }, i) => [name, i] as const).filter(([, i]) => isTried(kind, i));
  it.each(tried)('%s', async (_, i) => {
    const one = prepared[i] as Prepared;
    const failures: string[] = [];
    await inPairs(chosen(one.operations, i * 23 + kind.length, FAULTS), (at) =>
      withProject(one.base, async (project) => {
        const run = await project.pki(argsOf(one.scenario), { env: withFault({ AT: at, KIND: kind }) });
        const problems = [...wordsWrong(run, kind), ...(await problemsOf(project, one))];
        failures.push(...problems.map((problem) => `operation ${at} of ${one.operations}: ${problem}`));
      }),
    );
    report(failures);
  });
});

/** Exit 1, what is wrong in plain words, no stack trace; a run that is only unlucky with its tidying may end well. */
function wordsWrong({ code, stderr }: Run, kind: string): readonly string[] {
  if (code === 0) return [];
  const problems: string[] = [];
  if (code !== 1) problems.push(`exit ${code}`);
  if (!stderr.includes('pki: error: ')) problems.push('no error is said');
  if (!stderr.includes('pki: hint: ')) problems.push('no hint is given');
  if (!stderr.includes(kind)) problems.push(`${kind} is not named`);
  if (/^ {4}at |defect of pki|undefined|Internal error/m.test(stderr)) problems.push('a defect is reported');
  return problems.map((problem) => `${problem}\n${stderr}`);
}

describe('a folder that cannot be written to from the start', () => {
  it.each(['ENOSPC', 'EIO', 'EROFS'])('%s at the first operation changes nothing', async (kind) => {
    const { base, scenario } = prepared[1] as Prepared;
    await withProject(base, async (project) => {
      const before = snapshot(project.out);
      const run = await project.pki(argsOf(scenario), { env: withFault({ AT: 1, KIND: kind }) });
      expect(run.code).toBe(1);
      expect(wordsWrong(run, kind)).toEqual([]);
      expect(snapshot(project.out)).toEqual(before);
      expect(filesBelow(project.out).filter((path) => path.endsWith('.draft'))).toEqual([]);
    });
  });
});
