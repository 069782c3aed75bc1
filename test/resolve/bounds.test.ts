/** Small manifests that ask for much: refused with the limit and the place, and read in time that grows with their size. */
import { describe, expect, it } from 'vitest';
import { parseLayoutFile, parseLayoutPath, parseOutput } from '../../src/manifest/folder.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { cpuSecondsOf } from '../helpers/patience.ts';

const ROOT = 'version: 1\nauthorities: { root: { commonName: Root } }\n';

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

/** Code, line and message of everything that is wrong. */
function mistakes(text: string): readonly string[] {
  const loaded = loadManifest(text, 'pki.yaml');
  return loaded.ok ? [] : loaded.diagnostics.map(({ code, line, message }) => `${code} ${line}: ${message}`);
}

describe('a path', () => {
  const folders = (count: number): string => Array.from({ length: count }, () => 'a').join('/');

  it.each([
    ['folder', parseLayoutPath],
    ['files', parseLayoutFile],
    ['output', parseOutput],
  ])('of %s has at most 1024 characters and 32 folders', (_, parse) => {
    for (const text of [folders(32), 'x'.repeat(1024)]) expect(parse(text)).toMatchObject({ ok: true });
    expect(parse(folders(33))).toMatchObject({
      problem: { message: expect.stringMatching(/leads through more than 32 folders$/) },
    });
    for (const text of ['x'.repeat(1025), 'a/'.repeat(2_000_000)])
      expect(parse(text)).toMatchObject({
        problem: { message: expect.stringMatching(/is longer than 1024 characters$/) },
      });
  });

  it('is measured again with the name of the entry in it', () => {
    const name = 'n'.repeat(60);
    const folder = Array(20).fill('{name}').join('/');
    expect(
      mistakes(`${ROOT}clients: { ${name}: { folder: "${folder}", files: { key: k, cert: c } } }`),
    ).toEqual([
      expect.stringMatching(/^layout 3: client "n{60}" would write .*, a path of more than 1024 octets$/),
    ]);
  });
});

it('a path is measured in octets, the whole of it and each of its names', () => {
  const of = (folder: string, key: string): readonly string[] =>
    mistakes(
      `${ROOT}clients: { c: { folder: "${folder}", outputs: [key, cert], files: { key: "${key}", cert: c } } }`,
    );
  // Each of these letters takes two octets.
  const [name, folders] = ['ü'.repeat(127), Array(3).fill('ü'.repeat(127)).join('/')];
  expect([of('a', `x${name}`), of('a', `${name}ü`)]).toEqual([
    [],
    [expect.stringMatching(/, a name of more than 255 octets$/)],
  ]);
  const rest = 1024 - Buffer.byteLength(`${folders}//`) - 254;
  expect([
    of(`${folders}/${name}`, 'k'.repeat(rest)),
    of(`${folders}/${name}`, 'k'.repeat(rest + 1)),
  ]).toEqual([[], [expect.stringMatching(/, a path of more than 1024 octets$/)]]);
});

it('"split" has files for eight roots, and for four authorities between', () => {
  const roots = (count: number): readonly string[] => {
    const names = Array.from({ length: count }, (_, i) => `r${i}`);
    const all = names.map((name) => `  ${name}: { commonName: ${name} }\n`).join('');
    const leaf = `clients: { c: { issuer: r0, trust: [${names.join()}], outputs: [default, split] } }`;
    return mistakes(`version: 1\nauthorities:\n${all}${leaf}`);
  };
  expect([roots(8), roots(9)]).toEqual([
    [],
    [expect.stringMatching(/trusts 9 roots, and "split" has 8 files/)],
  ]);
  const between = (count: number): readonly string[] => {
    const all = lines(
      count,
      (i) => `  a${i}: { commonName: A${i}, issuer: ${i === 0 ? 'root' : `a${i - 1}`} }`,
    );
    const leaf = `clients: { c: { issuer: a${count - 1}, outputs: [default, split] } }`;
    return mistakes(`version: 1\nauthorities:\n  root: { commonName: Root }\n${all}${leaf}`);
  };
  expect([between(4), between(5)]).toEqual([
    [],
    [expect.stringMatching(/has 5 authorities between .* has 4 files/)],
  ]);
});

describe('a line of authorities', () => {
  const chain = (count: number): string =>
    `version: 1\nauthorities:\n  a0: { commonName: A0 }\n${lines(count - 1, (i) => `  a${i + 1}: { commonName: A${i + 1}, issuer: a${i} }`)}`;

  it('has at most 32 of them', () => {
    expect(mistakes(chain(32))).toEqual([]);
    expect(mistakes(chain(33))).toEqual([
      'path-length 35: authority "a32" has 32 authorities above it, and fewer are allowed',
    ]);
  });

  it('that is far longer is one mistake, and what is wrong beside it is found', () => {
    const text = `${chain(3000)}clients: { c: { issuer: a2999, validity: 1x }, d: { issuer: nobody } }\n`;
    expect(mistakes(text)).toEqual([
      expect.stringMatching(/^path-length 35: /),
      'duration 3003: "1x" is not a length of time',
      'issuer 3003: unknown issuer "nobody"',
    ]);
  });

  it('is counted in every branch', () => {
    const branches = lines(3, (i) => `  b${i}: { commonName: B${i}, issuer: a31 }`);
    expect(mistakes(`${chain(32)}${branches}`)).toHaveLength(3);
    const many = lines(40, (i) => `  b${i}: { commonName: B${i}, issuer: a31 }`);
    expect(mistakes(`${chain(32)}${many}`)).toEqual([
      'path-length 35: authority "b0" (and 39 more) has 32 authorities above it, and fewer are allowed',
    ]);
  });
});

/** Roots that every client trusts, each client signed by another one. */
function trusting(roots: number, clients: number, outputs = '[key, cert, ca]'): string {
  const names = Array.from({ length: roots }, (_, i) => `r${i}`).join(', ');
  return `version: 1
defaults: { outputs: ${outputs}, trust: [${names}] }
authorities:
${lines(roots, (i) => `  r${i}: { commonName: R${i}, outputs: [key, cert] }`)}clients:
${lines(clients, (i) => `  c${i}: { issuer: r${i % roots} }`)}`;
}

describe('roots times leaves', () => {
  it('are at most half a million certificates in bundles', () => {
    expect(mistakes(trusting(500, 1000))).toEqual([]);
    expect(mistakes(trusting(500, 1001))).toEqual([
      'trust 2: the bundles of all entries would hold 500,500 certificates; the limit is 500,000',
    ]);
  });

  it('count once for each file that holds them, and once where none does', () => {
    expect(mistakes(trusting(500, 501, '[key, cert, ca, ca-chain]'))[0]).toMatch(/hold 501,501 certificates/);
    expect(mistakes(trusting(500, 1001, '[key, cert]'))[0]).toMatch(/hold 500,500 certificates/);
  });

  it('are said where the longest list is', () => {
    const names = Array.from({ length: 700 }, (_, i) => `r${i}`).join(', ');
    const wide = lines(800, (i) => `  d${i}: { issuer: r0, trust: *all }`);
    const text = trusting(700, 3).replace('version: 1\n', `version: 1\nx-all: &all [${names}]\n`);
    expect(mistakes(text)).toEqual([]);
    expect(mistakes(`${text}${wide}`)).toEqual([
      'trust 3: the bundles of all entries would hold 562,100 certificates; the limit is 500,000',
    ]);
    const short = text.replace(/trust: \[.*?\]/, 'trust: [r0]');
    expect(mistakes(`${short}${wide}`)).toEqual([
      'trust 2: the bundles of all entries would hold 560,003 certificates; the limit is 500,000',
    ]);
  });

  it('share one list in memory, in the order of each root', () => {
    const loaded = loadManifest(trusting(50, 200), 'pki.yaml');
    if (!loaded.ok) throw new Error('not valid');
    const trusts = loaded.inventory.entities
      .filter(({ kind }) => kind === 'client')
      .map(({ trust }) => trust);
    expect(new Set(trusts).size).toBe(50);
    expect(trusts.map(([first]) => first)).toEqual(
      Array.from({ length: 200 }, (_, i) => `authorities/r${i % 50}`),
    );
    for (const trust of trusts) expect(new Set(trust).size).toBe(50);
  });

  it('a list with mistakes in it is read once, and each is reported', () => {
    const text = trusting(20, 5000).replace('trust: [r0, r1,', 'trust: [r0, x1, x2,');
    expect(mistakes(text)).toEqual([
      'trust 2: unknown authority "x1" in "trust"',
      'trust 2: unknown authority "x2" in "trust"',
    ]);
  });
});

describe('work grows with the manifest', () => {
  it.each([
    [
      'roots and leaves without an issuer',
      `version: 1\nauthorities:\n${lines(12_000, (i) => `  r${i}: { commonName: R${i} }`)}clients:\n${lines(12_000, (i) => `  c${i}:`)}`,
    ],
    ['a thousand roots, six thousand leaves', trusting(1000, 6000)],
    [
      'URLs among the names',
      `${ROOT}servers:\n${lines(50, (i) => `  s${i}: { commonName: s${i}.test, san: [s${i}.test, ${Array.from({ length: 900 }, (_, j) => `"https://h${j}.test/"`).join(', ')}] }`)}`,
    ],
    ['entries with one subject', `${ROOT}clients:\n${lines(5000, (i) => `  c${i}: { commonName: same }`)}`],
    ['unknown keys', `${ROOT}clients:\n${lines(5000, (i) => `  c${i}: { x${i}: 1 }`)}`],
    ['unknown issuers', `${ROOT}clients:\n${lines(5000, (i) => `  c${i}: { issuer: x${i} }`)}`],
  ])('%s', (_, text) => {
    let count = 0;
    const seconds = cpuSecondsOf(() => {
      const loaded = loadManifest(text, 'pki.yaml');
      count = loaded.ok ? loaded.warnings.length : loaded.diagnostics.length;
    });
    expect(count).toBeLessThanOrEqual(1001);
    // What is quadratic takes minutes; most take a second.
    expect(seconds).toBeLessThan(20);
  });
});
