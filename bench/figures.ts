/**
 * The last figures, from what the benches have left in bench/results: bench/chart.svg, and the tables of bench/README.md.
 *
 *     node scripts/run.mjs bench/figures.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart, machineText } from './chart.ts';
import { type Machine, REPOSITORY, readResults, type Timing } from './measure.ts';
import type { Candidate, PeerResult } from './peer.ts';
import type { PlanResult } from './plan.ts';

interface Measured {
  readonly machine: Machine;
}

interface Peer extends Measured {
  readonly startUp: Timing;
  readonly results: readonly PeerResult[];
}

interface Plans extends Measured {
  readonly startUp: Timing;
  readonly results: readonly PlanResult[];
}

interface Handshakes extends Measured {
  readonly count: number;
  readonly rates: readonly number[];
}

const [peer, plans, handshakes] = [
  needed<Peer>('peer'),
  needed<Plans>('plan'),
  needed<Handshakes>('handshakes'),
];

function needed<T>(name: string): T {
  const found = readResults<T>(name);
  if (found === undefined)
    throw new Error(`run bench/${name}.ts first: there is no bench/results/${name}.json`);
  return found;
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? (milliseconds / 1000).toFixed(3) : (milliseconds / 1000).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function peerRow({ leaves, key, where, times }: PeerResult): readonly string[] {
  const cell = (candidate: Candidate): string => {
    const timing = times[candidate];
    return timing === undefined ? '' : `${seconds(timing.median)} (${seconds(timing.cpu ?? 0)})`;
  };
  const ratio = times.node && times.go ? (times.node.median / times.go.median).toFixed(1) : '';
  return [`${leaves} ${key}, ${where}`, cell('openssl'), cell('node'), cell('go'), ratio];
}

/** What Node needs at least, for each work that has been measured so, in times of the Go peer's. */
function floorTexts(results: readonly PeerResult[]): readonly string[] {
  return results
    .filter(({ times }) => times.bare !== undefined && times.go !== undefined)
    .map(({ leaves, where, times }) => {
      const of = (candidate: Candidate): string => {
        const ratios = (['median', 'cpu'] as const).map((field) =>
          ((times[candidate]?.[field] ?? 0) / (times.go?.[field] ?? 1)).toFixed(1),
        );
        return `${ratios.join(' and ')} times`;
      };
      const place = where === 'disk' ? 'on disk' : 'in memory';
      const careful =
        times.careful === undefined
          ? ''
          : `, ${of('careful')} where signatures are checked and files staged, synced and read back (\`careful\`)`;
      return `Of ${leaves} leaves ${place}, Node alone needs ${of('bare')} what the Go peer does, by the clock and of processors, to make keys, signatures and files (\`floor.mjs bare\`)${careful}, and the node engine ${of('node')}.`;
    });
}

function planRow({ leaves, cold, warm, apply, edit }: PlanResult): readonly string[] {
  const times = [cold, warm, apply, edit].map((run) => run.seconds.toFixed(2));
  const most = Math.max(...[cold, warm, apply, edit].map(({ memory }) => memory));
  return [String(leaves), ...times, `${most.toFixed(0)} MB`];
}

const figures = [
  `Cold applies without the proof: seconds by the clock, in brackets those of processors, medians. ${machineText(peer.machine)}.`,
  table(['leaves', 'openssl', 'node', 'Go peer', 'node : Go'], peer.results.map(peerRow)),
  ...floorTexts(peer.results),
  '![Time of a cold apply against the number of leaves](chart.svg)',
  `Nothing to do: seconds, the best of a few, where \`node -e 0\` takes ${seconds(plans.startUp.median)}. ${machineText(plans.machine)}.`,
  table(
    ['leaves', 'plan, no cache', 'plan', 'apply', 'apply, one name more', 'memory'],
    plans.results.map(planRow),
  ),
  `The proof of ${handshakes.count} × ${handshakes.count} pairs: ${handshakes.rates.map((rate) => rate.toFixed(0)).join(', ')} handshakes a second. ${machineText(handshakes.machine)}.`,
].join('\n\n');

const README = join(REPOSITORY, 'bench', 'README.md');
const [START, END] = ['<!-- figures -->', '<!-- end of figures -->'];
const [above = '', rest = ''] = readFileSync(README, 'utf8').split(START);
const below = rest.split(END)[1] ?? '';
writeFileSync(README, `${above}${START}\n\n${figures}\n\n${END}${below}`);
writeFileSync(join(REPOSITORY, 'bench', 'chart.svg'), chart(peer.machine, peer.results));
