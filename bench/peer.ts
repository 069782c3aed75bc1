/**
 * Cold applies of both engines, without the proof, against bench/peer: the same keys, certificates and files made as the
 * tools written in Go make them, in one process and without a sync. Every candidate once per round, each in a folder of
 * its own: ext4 looks for room beyond inodes just freed, which makes new files slow.
 *
 *     node scripts/run.mjs bench/peer.ts [--quick] [--large]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cpuOf,
  firstLine,
  inTemporaryFolder,
  MEMORY,
  machine,
  node,
  PKI,
  REPOSITORY,
  race,
  report,
  saveResults,
  type Timing,
} from './measure.ts';

const OUTPUTS = ['key', 'csr', 'cert', 'fullchain', 'ca'];

/** `bare` and `careful`: the least that Node needs (floor.mjs). */
export type Candidate = 'node' | 'openssl' | 'go' | 'bare' | 'careful';

interface Work {
  readonly leaves: number;
  readonly key: 'ecdsa-p256' | 'rsa-2048';
  readonly where: 'disk' | 'memory';
  readonly rounds: number;
  readonly candidates: readonly Candidate[];
}

/** One line of bench/results/peer.json; times in milliseconds. */
export interface PeerResult extends Omit<Work, 'candidates'> {
  readonly times: Readonly<Partial<Record<Candidate, Timing>>>;
}

const isQuick = process.argv.includes('--quick');
const BOTH = ['node', 'openssl', 'go'] as const;
const FLOOR = [...BOTH, 'bare', 'careful'] as const;

const FLOOR_PROGRAM = join(REPOSITORY, 'bench', 'floor.mjs');

function works(): readonly Work[] {
  const rounds = (many: number): number => (isQuick ? 3 : many);
  const p256 = (
    leaves: number,
    where: Work['where'],
    many: number,
    candidates: readonly Candidate[] = BOTH,
  ) => ({ leaves, key: 'ecdsa-p256', where, rounds: rounds(many), candidates }) as const;
  return [
    ...[1, 5, 10, 20, 50].map((leaves) => p256(leaves, 'disk', 11)),
    p256(100, 'disk', 9),
    p256(200, 'disk', 5),
    p256(500, 'disk', 5),
    // A sync for each file, as `careful` does, would take twenty times as long as all the rest.
    p256(1000, 'disk', 5, [...BOTH, 'bare']),
    p256(100, 'memory', 9),
    p256(1000, 'memory', 5, FLOOR),
    { leaves: 100, key: 'rsa-2048', where: 'disk', rounds: rounds(5), candidates: BOTH },
    ...(process.argv.includes('--large') ? [p256(10_000, 'disk', 3, ['node', 'go'])] : []),
  ];
}

function manifest({ leaves, key }: Work): string {
  const servers = Array.from({ length: leaves }, (_, i) => `  s${i}: { commonName: s${i}.example.test }`);
  return [
    `version: 1\ndefaults: { key: ${key}, outputs: [${OUTPUTS.join(', ')}] }`,
    'authorities:\n  root: { commonName: Root, key: ecdsa-p256, validity: 10y }\nservers:',
    ...servers,
    '',
  ].join('\n');
}

/** The program of bench/peer, built here; a reason where it cannot be. */
function buildPeer(folder: string): { readonly path: string } | { readonly reason: string } {
  const go = ['go', '/usr/local/go/bin/go'].find((program) => firstLine(program, ['version']) !== '');
  if (go === undefined) return { reason: 'there is no Go here' };
  const path = join(folder, 'peer');
  const built = spawnSync(go, ['build', '-o', path, '.'], {
    cwd: join(REPOSITORY, 'bench', 'peer'),
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
  });
  return built.status === 0 ? { path } : { reason: `it cannot be built: ${built.stderr.trim()}` };
}

/** @returns the time that processors were busy with it. */
function run(candidate: Candidate, work: Work, peer: string, folder: string): number {
  if (candidate === 'go')
    return cpuOf(peer, [join(folder, 'pki'), String(work.leaves), work.key, OUTPUTS.join()], folder);
  const [program, cli] = PKI;
  if (candidate === 'bare' || candidate === 'careful')
    return cpuOf(program, [FLOOR_PROGRAM, join(folder, 'pki'), String(work.leaves), candidate], folder);
  return cpuOf(program, [cli ?? '', 'apply', '--skip-verify', '--engine', candidate], folder);
}

async function measure(work: Work, peer: string | undefined): Promise<PeerResult> {
  const { candidates, ...rest } = work;
  const there = candidates.filter((candidate) => candidate !== 'go' || peer !== undefined);
  let times: PeerResult['times'] = {};
  await inTemporaryFolder(
    async (folder) => {
      const fresh = (): string => {
        const made = mkdtempSync(join(folder, 'round-'));
        writeFileSync(join(made, 'pki.yaml'), manifest(work));
        return made;
      };
      times = await race(
        work.rounds,
        Object.fromEntries(
          there.map((candidate) => [candidate, () => run(candidate, work, peer ?? '', fresh())]),
        ),
      );
    },
    work.where === 'memory' ? MEMORY : tmpdir(),
  );
  report(
    `cold apply, ${work.leaves} leaves ${work.key}, ${work.where === 'disk' ? 'on disk' : 'in memory'}, ${work.rounds} rounds`,
    there.map((candidate) => lineOf(candidate, times)),
  );
  return { ...rest, times };
}

function lineOf(candidate: Candidate, times: PeerResult['times']): string {
  const [{ min, median, cpu }, go] = [times[candidate] ?? { min: 0, median: 0, cpu: 0 }, times.go];
  const ratios =
    go === undefined || candidate === 'go'
      ? ''
      : `; ${(median / go.median).toFixed(2)} × go, ${((cpu ?? 0) / (go.cpu ?? 1)).toFixed(2)} × its CPU`;
  const numbers = `median ${median.toFixed(0)} ms, min ${min.toFixed(0)} ms, CPU ${(cpu ?? 0).toFixed(0)} ms`;
  return `${candidate.padEnd(8)} ${numbers}${ratios}`;
}

/** What every process of ours pays before it does anything. */
async function startUp(): Promise<Timing> {
  const { empty } = await race(11, { empty: () => void node(['-e', '0'], tmpdir()) });
  return empty;
}

await inTemporaryFolder(async (folder) => {
  const peer = buildPeer(folder);
  if ('reason' in peer) report('without the peer', [peer.reason]);
  const before = machine();
  const results: PeerResult[] = [];
  for (const work of works()) {
    if (work.where === 'memory' && !existsSync(MEMORY)) continue;
    results.push(await measure(work, 'path' in peer ? peer.path : undefined));
  }
  saveResults('peer', { machine: { ...before, go: goVersion() }, startUp: await startUp(), results });
});

function goVersion(): string {
  return firstLine('go', ['version']) || firstLine('/usr/local/go/bin/go', ['version']);
}
