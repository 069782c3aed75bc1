/** Which entries of a described folder validation refuses, by the places of its errors. */
import { expect, it } from 'vitest';
import { refusedIn } from '../../src/adopt/refused.ts';
import type { Diagnostic, Severity } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const TEXT = `# a comment: with a colon
version: 1
defaults:
  key: rsa-2048
authorities:
  root:
    commonName: Root
servers:
  api:
    commonName: api.test
  "1":
    san: [one.test]
`;
const at = (line: number, message = 'no', severity: Severity = 'error'): Diagnostic =>
  ({ line, message, severity }) as Diagnostic;

it.each<[string, readonly Diagnostic[], readonly (readonly [string, string])[]]>([
  ['the entry around an error', [at(10)], [['servers/api', 'no']]],
  ['the entry itself', [at(9)], [['servers/api', 'no']]],
  ['a name in quotes', [at(12)], [['servers/1', 'no']]],
  ['an authority', [at(7)], [['authorities/root', 'no']]],
  ['the first error of an entry', [at(9, 'first'), at(10, 'second')], [['servers/api', 'first']]],
  [
    'several',
    [at(7), at(11)],
    [
      ['authorities/root', 'no'],
      ['servers/1', 'no'],
    ],
  ],
  ['no warning', [at(10, 'no', 'warning')], []],
  ['no defaults, which are for all', [at(4)], []],
  ['nothing before the first section', [at(2)], []],
])('%s', (_, diagnostics, found) => {
  expect([...refusedIn(TEXT, diagnostics)]).toEqual(found);
});

it('is found for what validation really says', () => {
  const text = TEXT.replace('one.test', '"a b"');
  const loaded = loadManifest(text, 'pki.yaml');
  expect([...refusedIn(text, loaded.ok ? [] : loaded.diagnostics).keys()]).toEqual(['servers/1']);
});
