/** The roots of `ca.pem`: those that are listed, the entry's own first, however many share the list. */
import { expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';

function trustsOf(text: string): Readonly<Record<string, readonly string[]>> {
  const loaded = loadManifest(`version: 1\n${text}\n`, 'pki.yaml');
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.diagnostics));
  const leaves = loaded.inventory.entities.filter(({ kind }) => kind !== 'authority');
  return Object.fromEntries(
    leaves.map(({ name, trust }) => [name, trust.map((id) => id.split('/')[1] ?? '')]),
  );
}

const ROOTS =
  'authorities: { a: { commonName: A }, b: { commonName: B }, c: { commonName: C }, sub: { commonName: Sub, issuer: b } }';
const client = (name: string, issuer: string, more = ''): string =>
  `${name}: { commonName: ${name}, issuer: ${issuer}${more} }`;

it.each<[what: string, text: string, trusts: Readonly<Record<string, readonly string[]>>]>([
  [
    'its own, where nothing is said',
    `${ROOTS}\nclients: { ${client('x', 'a')}, ${client('y', 'sub')} }`,
    { x: ['a'], y: ['b'] },
  ],
  [
    'those that are listed, the own one first, the others in their order',
    `${ROOTS}\nclients: { ${client('x', 'b', ', trust: [c, b, a]')}, ${client('y', 'sub', ', trust: [a, c, b]')} }`,
    { x: ['b', 'c', 'a'], y: ['b', 'a', 'c'] },
  ],
  [
    'those that are listed, where the own one is not among them',
    `${ROOTS}\nclients: { ${client('x', 'a', ', trust: [c, b]')} }`,
    { x: ['c', 'b'] },
  ],
  [
    'of a list that many inherit, each with its own first',
    `defaults: { trust: [a, b, c] }\n${ROOTS}\nclients: { ${[
      client('p', 'a'),
      client('q', 'b'),
      client('r', 'sub'),
      client('s', 'c'),
      client('t', 'c'),
      client('u', 'a', ', trust: null'),
      client('v', 'b'),
    ].join(', ')} }`,
    {
      ...{ p: ['a', 'b', 'c'], q: ['b', 'a', 'c'], r: ['b', 'a', 'c'], s: ['c', 'a', 'b'] },
      ...{ t: ['c', 'a', 'b'], u: ['a'], v: ['b', 'a', 'c'] },
    },
  ],
])('%s', (_, text, trusts) => expect(trustsOf(text)).toEqual(trusts));
