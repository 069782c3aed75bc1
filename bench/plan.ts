/** A plan with nothing to do, over fleets of growing size: time and memory, cold and with a warm cache. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFleet } from './fleet.ts';
import {
  cleanEnvironment,
  inTemporaryFolder,
  machine,
  node,
  pki,
  race,
  report,
  saveResults,
} from './measure.ts';

/** One line of bench/results/plan.json. */
export interface PlanResult {
  readonly leaves: number;
  readonly cold: Run;
  readonly warm: Run;
  readonly apply: Run;
  readonly edit: Run;
}

interface Run {
  readonly seconds: number;
  /** Peak resident set, in MB. */
  readonly memory: number;
}

/** GNU time is not everywhere; the process tells its own peak as it ends. */
const PEAK =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))';

function timed(args: readonly string[], folder: string): Run {
  const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
  const start = performance.now();
  const result = spawnSync(process.execPath, ['--import', PEAK, cli, ...args], {
    cwd: folder,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (result.status !== 0) throw new Error(`pki ${args.join(' ')}: ${result.stderr}`);
  if (args[0] === 'plan' && !/nothing to do/.test(result.stdout))
    throw new Error(`the fleet is not as planned: ${result.stdout.slice(0, 500)}`);
  return { seconds, memory: Number(/peak (\d+)/.exec(result.stderr)?.[1] ?? 0) / 1024 };
}

function best(rounds: number, run: () => Run): Run {
  const runs = Array.from({ length: rounds }, run);
  return runs.reduce((least, next) => (next.seconds < least.seconds ? next : least));
}

function text({ seconds, memory }: Run): string {
  return `${seconds.toFixed(2)} s, ${memory.toFixed(0)} MB`;
}

const before = machine();
const results: PlanResult[] = [];
const sizes = process.argv.slice(2).map(Number);
for (const leaves of sizes.length > 0 ? sizes : [100, 1000, 10000]) {
  await inTemporaryFolder((folder) => {
    makeFleet(folder, leaves);
    const cold = best(2, () => timed(['plan'], folder));
    // An apply with nothing to do is what fills the cache.
    pki(['apply', '--skip-verify'], folder);
    const manifest = join(folder, 'pki.yaml');
    const edited = readFileSync(manifest, 'utf8').replace(
      'commonName: server00001.example.test',
      'commonName: server00001.example.test, san: [server00001.example.test, more.example.test]',
    );
    writeFileSync(manifest, edited);
    const edit = timed(['apply', '--skip-verify'], folder);
    // After a run that changed something, as is usual.
    const warm = best(3, () => timed(['plan'], folder));
    const nothing = best(2, () => timed(['apply', '--skip-verify'], folder));
    rmSync(join(folder, 'pki', '.pki', 'cache.json'), { force: true });
    report(`plan of ${leaves} leaves, nothing to do`, [
      `cold                 ${text(cold)}`,
      `warm cache           ${text(warm)}`,
      `apply, nothing to do ${text(nothing)}`,
      `apply, one new SAN   ${text(edit)}`,
    ]);
    results.push({ leaves, cold, warm, apply: nothing, edit });
  });
}

await inTemporaryFolder(async (folder) => {
  const { startUp } = await race(11, { startUp: () => void node(['-e', '0'], folder) });
  saveResults('plan', { machine: before, startUp, results });
});
