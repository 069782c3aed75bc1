/** Cost against size, for both engines and the Go peer, as SVG. */
import type { Machine } from './measure.ts';
import type { Candidate, PeerResult } from './peer.ts';

interface Point {
  readonly leaves: number;
  readonly seconds: number;
}

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

/** A logarithmic axis: its powers of ten, and where a value stands. */
interface Axis {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

const TITLE = 'Cold apply without the proof: time against leaves (P-256, on disk)';
const SIZE = { width: 720, height: 440 } as const;
const PLOT = { left: 64, right: 560, top: 48, bottom: 392 } as const;
const LINES: readonly (readonly [Candidate, label: string, colour: string])[] = [
  ['openssl', 'engine: openssl', '#b45309'],
  ['node', 'engine: node', '#1d4ed8'],
  ['go', 'Go peer (syncs nothing)', '#6b7280'],
];

/** @throws Error where no figures are there to be drawn. */
export function chart(machine: Machine, results: readonly PeerResult[]): string {
  const lines = LINES.map(([candidate, label, colour]) => {
    return { label, colour, points: pointsOf(results, candidate) };
  }).filter(({ points }) => points.length > 0);
  const all = lines.flatMap(({ points }) => points);
  if (all.length === 0) throw new Error('there are no figures of P-256 on a disk');
  const x = axisOf(
    all.map(({ leaves }) => leaves),
    [PLOT.left, PLOT.right],
  );
  const y = axisOf(
    all.map(({ seconds }) => seconds),
    [PLOT.bottom, PLOT.top],
  );
  return svg([
    text(PLOT.left, 24, TITLE, 'font-size="15"'),
    ...gridOf(x, y),
    ...lines.flatMap((line) => curveOf(line, x, y)),
    text(PLOT.left, SIZE.height - 10, machineText(machine), 'font-size="10" fill="#6b7280"'),
  ]);
}

/** The machine of figures, in a line. */
export function machineText({ processor, cores, node, openssl, date, load }: Machine): string {
  return `${processor}, ${cores} cores, load ${load} at the start; Node ${node} (OpenSSL ${openssl.inside}), ${openssl.program}; ${date}`;
}

function pointsOf(results: readonly PeerResult[], candidate: Candidate): readonly Point[] {
  return results.flatMap(({ key, where, leaves, times }) => {
    const timing = times[candidate];
    const isDrawn = key === 'ecdsa-p256' && where === 'disk' && timing !== undefined;
    return isDrawn ? [{ leaves, seconds: timing.median / 1000 }] : [];
  });
}

/** Powers of ten around all values. */
function axisOf(values: readonly number[], [from, to]: readonly [number, number]): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  };
}

function gridOf(x: Axis, y: Axis): readonly string[] {
  return [
    ...x.ticks.flatMap((tick) => [
      rule(x.at(tick), PLOT.top, x.at(tick), PLOT.bottom),
      text(x.at(tick), PLOT.bottom + 18, tick.toLocaleString('en'), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      rule(PLOT.left, y.at(tick), PLOT.right, y.at(tick)),
      text(PLOT.left - 8, y.at(tick) + 4, `${Number(tick.toPrecision(1))} s`, 'text-anchor="end"'),
    ]),
  ];
}

function curveOf({ label, colour, points }: Line, x: Axis, y: Axis): readonly string[] {
  const places = points.map(({ leaves, seconds }) => ({ x: x.at(leaves), y: y.at(seconds) }));
  const end = places.at(-1) ?? { x: 0, y: 0 };
  const path = places.map((place) => `${place.x.toFixed(1)},${place.y.toFixed(1)}`).join(' ');
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`,
    ...places.map(
      (place) => `<circle cx="${place.x.toFixed(1)}" cy="${place.y.toFixed(1)}" r="3" fill="${colour}"/>`,
    ),
    text(end.x + 8, end.y + 4, label, `fill="${colour}"`),
  ];
}

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped}</text>`;
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#d1d5db"/>`;
}

function svg(content: readonly string[]): string {
  const { width, height } = SIZE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#374151">`,
    `<title>${TITLE}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...content,
    '</svg>\n',
  ].join('\n');
}
