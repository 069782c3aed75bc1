// Nothing of a file is shown before it is known to be a manifest.
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { isRecognized } from '../../src/manifest/recognize.ts';
import { loadManifest } from '../../src/resolve/load.ts';

/** Each with "hunter2" in it, near its beginning and near whatever is wrong with it. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['a private key', '-----BEGIN PRIVATE KEY-----\nhunter2MC4CAQAwBQYDK2VwBCIE\n-----END PRIVATE KEY-----\n'],
  ['one line', 'hunter2'],
  ['comments alone', '# hunter2\n# more\n'],
  ['a list', '- hunter2\n- [\n'],
  ['accounts of a system', 'hunter2:*:19000:0:99999:7:::\nroot:$6$hunter2:19000:0:99999:7:::\n'],
  ['an environment', 'hunter2=1\nDB_PASSWORD=hunter2\n'],
  ['settings of a program', 'db:\n  user: u\npassword: hunter2\ntoken: hunter2\n'],
  [
    'a file for containers',
    'version: "3.8"\nservices:\n  db: { environment: { PASSWORD: hunter2 } }\nsecrets: hunter2\n',
  ],
  ['logging in Python', 'version: 1\nhandlers:\n  mail: { credentials: [u, hunter2] }\nroot: hunter2\n'],
  ['our version and text', 'version: 1\nhunter2\n'],
  ['our version and a key', 'version: 1\nhunter2: 1\n'],
  ['our version, deeper', 'network:\n  version: 1\nwifi: hunter2\n'],
  ['an alias', 'a: *hunter2\n'],
  ['a tag', 'a: !hunter2 x\n'],
  ['twice the same key', 'hunter2: a\nhunter2: b\n'],
  ['an open quote', 'password: "hunter2\n'],
  ['JSON', '{ "version": "2", "password": "hunter2" }'],
  ['JSON in lines', '{\n  "private_key": "hunter2",\n  "version": 1\n}\n'],
  ['NUL', 'hunter2\0hunter2'],
  ['brackets', `${'['.repeat(200)}hunter2`],
  ['megabytes', `hunter2 ${'x'.repeat(6_000_000)}`],
];

describe('of another file', () => {
  it.each(OTHERS)('nothing is shown: %s', (_, text) => {
    for (const form of [text, `\ufeff${text}`, text.replaceAll('\n', '\r\n')]) {
      const loaded = loadManifest(form, 'pki.yaml');
      if (loaded.ok) throw new Error('it is a manifest');
      expect(loaded.diagnostics).toHaveLength(1);
      expect(JSON.stringify(loaded.diagnostics)).not.toContain('hunter2');
      expect(formatDiagnostics(loaded.diagnostics)).toMatch(
        /^pki: error: pki\.yaml:\d+:\d+: [\s\S]+\npki: hint: /,
      );
    }
  });
});

describe('a manifest with mistakes is shown', () => {
  it.each([
    'authorities: { root: { comonName: R } }',
    '# ours\n---\nauthorities:\n  root: { commonName: "R }\n',
    'version: 2\nclients: { a: }\n',
    '"version": 1\n"servers": 7\n',
    'version: 1\nserver: { a: }\n',
    'version: 1\nauthorites: { a: }\nx-more: 1\n',
    'version: "1"\noutput: /pki\n',
    'version: 1\ndefaults: &d\n  validity: never\n<<: *d\n',
    '{"version":1,"authorities":{"root":{}}}',
    '{\n  "version": 1,\n  "server": {}\n}\n',
    'version: 1\r\nclients:\r\n\ta: {}\r\n',
    'authorities:\n\troot: { commonName: R }\n',
    'authorities: # --- ours ---\n  root: { comonName: R }\n',
    'authorities: # and ...\n  root: { comonName: R }\n',
    '---\nversion: 1\nserver: { a: }\n...\n',
  ])('%j', (text) => {
    expect(isRecognized(text)).toBe(true);
    const loaded = loadManifest(text, 'pki.yaml');
    if (loaded.ok) throw new Error('it has no mistake');
    expect(loaded.diagnostics.some(({ sourceLine }) => sourceLine !== '')).toBe(true);
  });
});
