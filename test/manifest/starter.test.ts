/** The manifest of `pki init`: valid as it stands, and with each of the settings that it only shows. */
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestJsonSchema } from '../../src/manifest/json-schema.ts';
import { starterManifest } from '../../src/manifest/starter.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const TEXT = starterManifest(null);
const accepts = new Ajv({ strict: true }).compile(manifestJsonSchema());

/** What is wrong or doubtful, by the program and by an editor that has the schema. */
function complaints(text: string): readonly string[] {
  const loaded = loadManifest(text, 'pki.yaml');
  const found = loaded.ok ? loaded.warnings : loaded.diagnostics;
  const bySchema = accepts(parse(text)) ? [] : [JSON.stringify(accepts.errors)];
  return [...found.map(({ message }) => message), ...bySchema];
}

/** `  # key: value` → `  key: value`, and all that follows it in the same comment (`#   name: …`). */
const SHOWN = [...TEXT.matchAll(/^( *)# ([\w-]+:.*\n(?: *# {3}.*\n)*)/gm)];

describe('the starter', () => {
  it('is valid, and there is nothing to say about it', () => expect(complaints(TEXT)).toEqual([]));

  it('has one of each of authority, server and client', () => {
    const loaded = loadManifest(TEXT, 'pki.yaml');
    expect(loaded.ok && loaded.inventory.entities.map(({ id }) => id)).toEqual([
      'authorities/root',
      'servers/api',
      'clients/app',
    ]);
  });

  it('shows more settings', () => expect(SHOWN.length).toBeGreaterThanOrEqual(4));

  it.each(SHOWN.map(([whole]) => [whole.trim(), whole]))('%s is valid as well', (_, whole) => {
    const text = TEXT.replace(whole, whole.replaceAll(/^( *)# /gm, '$1'));
    expect(text).not.toBe(TEXT);
    expect(parse(text)).not.toEqual(parse(TEXT));
    expect(complaints(text)).toEqual([]);
  });

  it('fits a terminal', () => {
    expect(TEXT.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('names the schema in its first line, where there is one', () => {
    const [first, ...rest] = starterManifest('./a/b.json').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./a/b.json');
    expect(rest.join('\n')).toBe(TEXT);
  });
});
