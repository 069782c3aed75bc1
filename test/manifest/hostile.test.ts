// Manifests made to hurt: each ends in an error, soon.
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { someOf } from '../helpers/everything.ts';
import { cpuSecondsOf } from '../helpers/patience.ts';

const MEGABYTE = 1024 * 1024;

/** As often as fits into five megabytes, just under the limit. */
function fill(unit: string): string {
  return unit.repeat(Math.floor((5 * MEGABYTE - 100) / unit.length));
}

function codesOf(text: string): string[] {
  const loaded = loadManifest(text, 'pki.yaml');
  return loaded.ok ? [] : [...new Set(loaded.diagnostics.map(({ code }) => code))];
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

const DEEP_BLOCKS = lines(3000, (index) => `${' '.repeat(index)}a:`);
const BOMB = `version: 1\nx-0: &a0 [1,1,1,1,1,1,1,1,1,1]\n${lines(11, (i) => {
  const alias = `*a${i}`;
  return `x-${i + 1}: &a${i + 1} [${Array(10).fill(alias).join(',')}]`;
})}\n`;
const MERGES = `version: 1\nx-0: &a0 { k: 1 }\n${lines(5000, (i) => `x-${i + 1}: &a${i + 1} { <<: *a${i}, k${i}: 1 }`)}\n`;
const ALIASES = `version: 1\nx-0: &a0 [1]\n${lines(5000, (i) => `x-${i + 1}: &a${i + 1} [*a${i}]`)}\n`;

/** A test that ends soon: most take a tenth of this on the machine they were written on. */
const soon = (test: () => void) => (): void => {
  expect(cpuSecondsOf(test)).toBeLessThan(20);
};

describe('hostile manifests', () => {
  const hostile = [
    ['ten megabytes', 'too-large', 'x'.repeat(10 * MEGABYTE)],
    ['brackets', 'too-deep', fill('[')],
    ['braces', 'too-deep', fill('{a: ')],
    ['dashes', 'too-deep', fill('- ')],
    ['question marks', 'too-deep', fill('? ')],
    ['pairs in pairs', 'too-deep', fill('a: ')],
    ['deep blocks', 'too-deep', DEEP_BLOCKS],
    ['both kinds of bracket', 'too-deep', fill('[{')],
    ['an alias bomb', 'too-many-nodes', BOMB],
    ['a chain of merges', 'too-many-nodes', MERGES],
    ['a chain of aliases', 'too-many-nodes', ALIASES],
    ['blank lines', 'too-large', fill('\n')],
    ['documents', 'too-large', fill('---\n')],
    ['one key again and again', 'too-large', fill('a: 1\n')],
    ['anchors', 'too-large', fill('&a ')],
    ['directives', 'too-large', fill('%a\n')],
    ['a long list', 'too-large', `version: 1\nservers: [${fill('1,')}]`],
    ['a scalar in many lines', 'missing', `a:\n${fill('  x\n')}`],
    ['an open quote', 'syntax', `a: "${fill('x')}`],
    ['exclamation marks', 'syntax', fill('!')],
    ['UTF-16', 'encoding', 'v\0e\0r\0s\0i\0o\0n\0'],
  ] as const;

  it.each(someOf(hostile))('%s: %s', (_, code, text) => {
    soon(() => expect(codesOf(text)).toContain(code))();
  });

  it(
    'does not look long at one value',
    soon(() => {
      const text = ':'.repeat(MEGABYTE);
      const authorities = { root: { commonName: 'Root' } };
      const manifest = (value: object): string =>
        JSON.stringify({ version: 1, authorities, clients: { c: value } });
      expect(codesOf(manifest({ commonName: text }))).toEqual(['text']);
      expect(codesOf(manifest({ commonName: 'c', san: [text] }))).toEqual(['san']);
      expect(codesOf(manifest({ commonName: 'c', validity: text }))).toEqual(['duration']);
      expect(codesOf(manifest({ commonName: 'c', key: text }))).toEqual(['key']);
      expect(codesOf(manifest({ commonName: 'c', [text]: 1 }))).toEqual(['unknown-key']);
      expect(codesOf(JSON.stringify({ version: 1, output: `/${text}` }))).toEqual(['output']);
    }),
  );

  it(
    'keeps a thousand mistakes, prints a hundred, and counts the rest',
    soon(() => {
      const names = lines(20_000, (i) => `  c${i}: { commonName: c${i}, issuer: q${i}xyzzy }`);
      const roots = lines(2_000, (i) => `  r${i}: { commonName: R ${i} }`);
      const loaded = loadManifest(`version: 1\nauthorities:\n${roots}\nclients:\n${names}`, 'pki.yaml');
      const diagnostics = loaded.ok ? [] : loaded.diagnostics;
      expect(diagnostics).toHaveLength(1001);
      expect(diagnostics.at(-1)).toMatchObject({ code: 'too-many', message: '19000 more mistakes' });
      expect(formatDiagnostics(diagnostics)).toMatch(/\npki: note: 901 more not shown$/);
    }),
  );

  it(
    'is not frightened by honest size: one anchor used 10,000 times',
    soon(() => {
      const text = `version: 1
x-k: &k { validity: 30d, subject: { organization: Example Org }, outputs: [key, cert] }
authorities: { root: { commonName: Root CA } }
clients:
${lines(10_000, (i) => `  c${i}: { <<: *k, commonName: c${i} }`)}`;
      const loaded = loadManifest(text, 'pki.yaml');
      expect(loaded.ok && loaded.inventory.entities.length).toBe(10_001);
    }),
  );

  it(
    'or depth: a chain of 5,000 authorities',
    soon(() => {
      const text = `version: 1\nauthorities:\n  r0: { commonName: R }\n${lines(5000, (i) => `  r${i + 1}: { commonName: R ${i}, issuer: r${i}, validity: 1y }`)}`;
      expect(codesOf(text)).toEqual(['path-length']);
    }),
  );
});

it.each([
  ['an address in brackets', 'servers: { a: { san: ["ip:[\\e[2J]"] } }', '"\\u001b[2J"'],
  ['a text that was to be a key', 'servers: { a: "commonName:\\e[2J" }', '"commonName: \\u001b[2J"'],
  ['an alias of nothing', 'servers: *a\u202e', '"&a\\u202e"'],
])('a hint shows what is invisible: %s', (_, yaml, shown) => {
  const loaded = loadManifest(`version: 1\n${yaml}\n`, 'pki.yaml');
  const hints = loaded.ok ? [] : loaded.diagnostics.map(({ hint = '' }) => hint);
  expect(hints.join('\n')).toContain(shown);
  expect(hints.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
