/**
 * Cost against size, for both engines and the Go peer, from what bench/peer.ts has measured: bench/chart.svg.
 *
 *     node scripts/run.mjs bench/chart.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, REPOSITORY, readResults } from './measure.ts';
import type { Candidate, PeerResult } from './peer.ts';

interface Results {
  readonly machine: Machine;
  readonly results: readonly PeerResult[];
}

interface Point {
  readonly leaves: number;
  readonly seconds: number;
}

const SIZE = { width: 720, height: 440 } as const;
const PLOT = { left: 64, right: 560, top: 48, bottom: 392 } as const;
const LINES: readonly (readonly [Candidate, label: string, colour: string])[] = [
  ['openssl', 'engine: openssl', '#b45309'],
  ['node', 'engine: node', '#1d4ed8'],
  ['go', 'Go peer (syncs nothing)', '#6b7280'],
];

function pointsOf(results: readonly PeerResult[], candidate: Candidate): readonly Point[] {
  return results.flatMap(({ key, where, leaves, times }) => {
    const timing = times[candidate];
    const isDrawn = key === 'ecdsa-p256' && where === 'disk' && timing !== undefined;
    return isDrawn ? [{ leaves, seconds: timing.median / 1000 }] : [];
  });
}

/** Powers of ten around all values, on a logarithmic axis from `from` to `to`. */
function axis(values: readonly number[], from: number, to: number) {
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const at = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { ticks, at };
}

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#d1d5db"/>`;
}

function chart({ machine, results }: Results): string {
  const drawn = LINES.map(([candidate, label, colour]) => ({
    label,
    colour,
    points: pointsOf(results, candidate),
  })).filter(({ points }) => points.length > 0);
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) throw new Error('bench/results/peer.json has no figures of P-256 on a disk');
  const x = axis(
    all.map(({ leaves }) => leaves),
    PLOT.left,
    PLOT.right,
  );
  const y = axis(
    all.map(({ seconds }) => seconds),
    PLOT.bottom,
    PLOT.top,
  );
  const grid = [
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), PLOT.top, x.at(tick), PLOT.bottom),
      text(x.at(tick), PLOT.bottom + 18, tick.toLocaleString('en'), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(PLOT.left, y.at(tick), PLOT.right, y.at(tick)),
      text(PLOT.left - 8, y.at(tick) + 4, `${Number(tick.toPrecision(1))} s`, 'text-anchor="end"'),
    ]),
  ];
  const curves = drawn.flatMap(({ label, colour, points }) => {
    const places = points.map(({ leaves, seconds }) => [x.at(leaves), y.at(seconds)] as const);
    const [endX, endY] = places.at(-1) ?? [0, 0];
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((p) => p.map((n) => n.toFixed(1)).join()).join(' ')}"/>`,
      ...places.map(
        ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`,
      ),
      text(endX + 8, endY + 4, label, `fill="${colour}"`),
    ];
  });
  const made = `${machine.processor}, ${machine.cores} cores; Node ${machine.node}, ${machine.openssl.program}; ${machine.date}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" font-family="sans-serif" font-size="12" fill="#374151">`,
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#ffffff"/>`,
    text(
      PLOT.left,
      24,
      'Cold apply without the proof: time against leaves (P-256, on disk)',
      'font-size="15"',
    ),
    ...grid,
    ...curves,
    text(PLOT.left, SIZE.height - 10, made, 'font-size="10" fill="#6b7280"'),
    '</svg>\n',
  ].join('\n');
}

const results = readResults<Results>('peer');
if (results === undefined) throw new Error('run bench/peer.ts first: there is no bench/results/peer.json');
writeFileSync(join(REPOSITORY, 'bench', 'chart.svg'), chart(results));
