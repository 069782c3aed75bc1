// What is said about a value that a manifest cannot have, with its hint, and what is made of one that it can: at the edges.
// After a deliberate change of wording: `npx vitest run test/manifest/refusals -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { badALabel } from '../../src/manifest/a-label.ts';
import { parseDns } from '../../src/manifest/dns.ts';
import {
  durationText,
  parseBackdate,
  parseRenewBefore,
  parseRetention,
  parseValidity,
} from '../../src/manifest/duration.ts';
import { isOid } from '../../src/manifest/oid.ts';
import type { Parsed } from '../../src/manifest/problem.ts';
import { parseCountry, parseText } from '../../src/manifest/text.ts';
import { parseUri } from '../../src/manifest/uri.ts';
import { quote } from '../../src/pki/printable.ts';

/** A value on a line, below it what is made of it, or why nothing is. */
function table<Value>(parse: (text: string) => Parsed<Value>, texts: readonly string[]): string {
  const lines = texts.map((text) => {
    const made = parse(text);
    const shown = text.length > 70 ? `${text.slice(0, 20)}… (${text.length})` : text;
    const short = (said: string) => said.replaceAll(text.length > 70 ? text : '\0', shown);
    const said = made.ok
      ? [`= ${short(JSON.stringify(made.value))}`]
      : [`${made.problem.code}: ${short(made.problem.message)}`, `hint: ${made.problem.hint}`];
    return [quote(shown), ...said.map((line) => `  ${line}`)].join('\n');
  });
  return `${lines.join('\n')}\n`;
}

const words = (text: string) => text.split(' ');
const UNITS = words(
  '1m 9m 10m 599s 1h 1d 1w 1y 100y 101y 36500d 36501d 0m 0d 01d -1d 1.5d 999999999m 1000000000m 1M 1D xd 90 090 0 00',
);
const SPELLED = [
  ...words('1min 2mins 1minute 3minutes 1hr 2hrs 5hour 5hours 1day 2days 1wk 2wks 1week 2weeks 1yr 2yrs 1a'),
  ...words('2year 2years 3mo 3mon 3month 3months 120s 121s 60sec 60secs 1second 90seconds 0s 09d 5x 1mx x1m'),
  ' 90 days ',
  '90 days ago',
];
const ISO = words(
  'P1Y P1M P1W P1D PT1H PT10M PT90S P1Y2M3W4DT5H6M7S P PT P0D p1d P12345Y P1DT xP1D P1Dx PT61S P30D P52W',
);
const GO = words('2160h0m0s 2160h30m 24h0m 24h0s 8760h0m0s 24h 24h0m30s x24h0m 24h0mx 24m0s');
const WHEN = words('1% 9% 10% 99% 0% 100% 01% 1.5% 33%% %33 30d 0d 1m');
const KEPT = words(
  '1m 0m 0d 1d for never always infinite unlimited none forever FOREVER xnever neverx 999999999y',
);

const LONG = `spiffe://a/${'b'.repeat(2048)}`;
const URIS = [
  ...words('spiffe://a/b urn:a:b a:b 1a:b a+b-c.1:x :x x x: x:// x://# x:# x:/ x://a#b x://a#b#c x://a?b#c'),
  ...words(
    'x://a/%41 x://a/%4 x://a/%4g x://a/[b] x://a/{b} x://a/^ x:a[b x:a"b x://u@a x://u@v@a x://u%4@a',
  ),
  ...words(
    'x://a:1 x://a:12345 x://a:123456 x://a: x://a:b x://[::1] x://[::1]:1 x://[::1 x://::1 x://[1.2.3.4]',
  ),
  ...words('x://1.2.3.4 x://1.2.3 x://*.a x://a_b x://-a x://A.b x://u[@a x://?x x:///x mailto:a@b'),
  'x://a b',
  'x:é',
  LONG.slice(0, 2048),
  LONG.slice(0, 2049),
];
const LABEL = 'a'.repeat(63);
const NAMES = [
  ...words(
    'a a.b A.b a. .a a..b *.a *.b.c a.*.b a* *a.b ** * -a a- a-b a_b 1.2.3.4 1.2.3 a.1 1a a:1 http://a',
  ),
  ...words('a/b a@b ::1 xn--mnchen-3ya xn--x münchen xn--MNCHEN-3ya localhost'),
  'a b',
  '',
  LABEL,
  `${LABEL}a`,
  [LABEL, LABEL, LABEL, 'a'.repeat(61)].join('.'),
  [LABEL, LABEL, LABEL, 'a'.repeat(62)].join('.'),
];
const TEXTS = [
  'a',
  '',
  ' a',
  'a ',
  '\u00a0a',
  'a\u0000',
  'a\u200b',
  'a\ufffd',
  'a\ud800',
  'a\nb',
  '12345',
  '123456',
  '😀😀😀😀😀',
  '😀😀😀😀😀😀',
];

it.each<readonly [string, () => string]>([
  ['validity', () => table(parseValidity, [...UNITS, ...SPELLED, ...ISO, ...GO])],
  ['backdate', () => table(parseBackdate, words('0m 0d 1m 30d 720h 721h 31d 43200m 43201m 5w x'))],
  ['renew-before', () => table(parseRenewBefore, WHEN)],
  ['retention', () => table(parseRetention, [...KEPT, 'for ever'])],
  ['uri', () => table(parseUri, URIS)],
  ['dns', () => table(parseDns, NAMES)],
  ['country', () => table(parseCountry, words('SE se Se S SEE S1 1S xSE SEx Sweden'))],
  ['text', () => table(parseText('name', 5), TEXTS) + table(parseText('name', 5, 'cut it'), ['123456'])],
])('each value of the kind "%s" is taken, or refused with a hint', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.txt`));
});

it('a length of time is written in the largest unit that says it exactly', () => {
  const [m, h, d] = [60, 3600, 86_400];
  const rows = [
    0,
    1,
    59,
    m,
    61,
    h,
    h + m,
    d,
    d + h,
    7 * d,
    8 * d,
    364 * d,
    365 * d,
    366 * d,
    730 * d,
    3650 * d,
  ];
  expect(rows.map(durationText).join(' ')).toBe('0m 1s 59s 1m 61s 1h 61m 1d 25h 7d 8d 364d 1y 366d 2y 10y');
});

it('an OID has at least two arcs, the first of them small, and none with a zero in front', () => {
  const long = `1.2${'.1'.repeat(62)}`;
  const good = ['0.0', '0.39', '1.39', '2.0', '2.40', '2.999', '1.2.3', '1.2.0', long, `${long}1`];
  const bad = [
    '',
    '1',
    '3.0',
    '0.40',
    '1.40',
    '1.02',
    '2.01',
    '1.2.',
    '.1.2',
    '1..2',
    '1.2.03',
    'x1.2',
    '1.2x',
  ];
  const large = `1.2.1${'0'.repeat(37)}`;
  expect(good.filter((text) => !isOid(text))).toEqual([]);
  expect(bad.filter(isOid)).toEqual([]);
  expect([isOid(large), isOid(`${large}0`)]).toEqual([true, false]);
  expect([long.length, `${long}1`.length, isOid(`${long}11`)]).toEqual([127, 128, false]);
});

it('of labels that begin like A-labels the first that is none is named, with what it should be', () => {
  expect(badALabel('xn--mnchen-3ya.test')).toBeUndefined();
  expect(badALabel('XN--MNCHEN-3YA')).toBeUndefined();
  expect(badALabel('axn--x.test')).toBeUndefined();
  expect(badALabel('a.xn--x.xn--y')).toEqual({ label: 'xn--x', instead: null });
});
