/** Keys that many libraries refuse: a warning where nobody chose them for the entry, and the same libraries in the docs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSED_BY } from '../../src/resolve/key-support.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { REPOSITORY } from '../helpers/cli.ts';

function warnings(defaults: string, entries: string) {
  const text = `version: 1\n${defaults}\nauthorities: { root: { commonName: Root, key: ecdsa-p384 } }\n${entries}\n`;
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.warnings.map(({ code, message, hint }) => ({ code, message, hint }));
}

const SERVERS = 'servers: { a: { commonName: a.test }, b: { commonName: b.test } }';

describe('inherited', () => {
  it.each(Object.keys(REFUSED_BY))('%s is warned of, with who refuses it', (key) => {
    const [warning, ...others] = warnings(`defaults: { key: ${key} }`, SERVERS);
    expect(others).toEqual([]);
    expect(warning?.code).toBe('key');
    const libraries = REFUSED_BY[key]?.join(', ');
    expect(warning?.message).toBe(
      `server "a" (and 1 more) inherits the key "${key}", which many TLS libraries refuse: ${libraries}`,
    );
  });
  it('by an authority as well', () => {
    const text =
      'version: 1\ndefaults: { key: ed448, validity: 2y }\nauthorities: { root: { commonName: Root } }\n';
    const loaded = loadManifest(text, 'pki.yaml');
    expect(loaded.ok && loaded.warnings[0]?.message).toContain('authority "root" inherits the key "ed448"');
  });
  it.each(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-4096'])('%s is for everybody', (key) => {
    expect(warnings(`defaults: { key: ${key} }`, SERVERS)).toEqual([]);
  });
});

describe('stated in the entry', () => {
  it.each(Object.keys(REFUSED_BY))('%s is a choice', (key) => {
    expect(warnings('', `servers: { a: { commonName: a.test, key: ${key} } }`)).toEqual([]);
  });
  it('it is a choice for that entry alone', () => {
    const [warning] = warnings(
      'defaults: { key: ed25519 }',
      'servers: { a: { commonName: a.test, key: ed25519 }, b: { commonName: b.test }, c: { commonName: c.test, key: rsa-2048 } }',
    );
    expect(warning?.message).toContain('server "b" inherits the key "ed25519"');
  });
  it('as an object, too', () => {
    expect(
      warnings('', 'clients: { c: { commonName: c, key: { algorithm: ecdsa, curve: P-521 } } }'),
    ).toEqual([]);
  });
});

it.each(Object.entries(REFUSED_BY))(
  'the table of docs/manifest.md names who refuses %s',
  (key, libraries) => {
    const page = readFileSync(join(REPOSITORY, 'docs/manifest.md'), 'utf8');
    const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\` `));
    expect(row?.split('|')[3]?.trim()).toBe(libraries.join(', '));
  },
);
