// YAML as its users expect it, and the positions of what is in it.
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

function load(text: string) {
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  return loaded.inventory;
}

const ids = (text: string): string[] => load(text).entities.map(({ id }) => id);
const leaf = (text: string) => load(text).entities.at(-1);

const ROOT = 'authorities: { root: { commonName: Root CA } }';

describe('anchors and merge keys', () => {
  it('merges a map, whose keys the entry overrides', () => {
    const text = `version: 1
x-short: &short { validity: 30d, rotateKey: true }
${ROOT}
clients:
  billing:
    validity: 10d
    <<: *short
    commonName: billing`;
    expect(leaf(text)).toMatchObject({ validity: 864_000, rotateKey: true });
  });

  it('prefers the earlier of several maps', () => {
    const text = `version: 1
x-a: &a { validity: 30d }
x-b: &b { validity: 60d, rotateKey: true }
${ROOT}
clients: { billing: { <<: [*a, *b], commonName: billing } }`;
    expect(leaf(text)).toMatchObject({ validity: 30 * 86_400, rotateKey: true });
  });

  it('merges what was merged', () => {
    const text = `version: 1
x-a: &a { validity: 30d }
x-b: &b { <<: *a, rotateKey: true }
${ROOT}
clients: { billing: { <<: *b, commonName: billing } }`;
    expect(leaf(text)).toMatchObject({ validity: 30 * 86_400, rotateKey: true });
  });

  it('takes an anchor that is set again', () => {
    const text = `version: 1
x-a: &v 30d
x-b: &v 60d
${ROOT}
clients: { billing: { commonName: billing, validity: *v } }`;
    expect(leaf(text)).toMatchObject({ validity: 60 * 86_400 });
  });

  it('takes aliases as keys and whole entries', () => {
    const text = `version: 1
${ROOT}
clients:
  &name billing: &entry { commonName: billing }
peers:
  *name : { commonName: broker.test }
servers: { a: { san: &names [a.test] }, b: { san: *names } }`;
    expect(
      ids(
        text
          .replace('{ san: &names', '{ commonName: a.test, san: &names')
          .replace('{ san: *', '{ commonName: a.test, san: *'),
      ),
    ).toEqual(['authorities/root', 'servers/a', 'servers/b', 'clients/billing', 'peers/billing']);
  });

  it('takes "<<" in quotes for an ordinary, unknown key', () => {
    const loaded = loadManifest(`version: 1\n"<<": { a: 1 }\n`, 'pki.yaml');
    expect(loaded).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'unknown-key', message: 'unknown key "<<"' }],
    });
  });

  it('points at the anchor for a mistake that ten thousand entries share, once', () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => `  c${i}: { <<: *k, commonName: c${i} }`);
    const text = `version: 1\nx-k: &k { key: rsa-1024 }\n${ROOT}\nclients:\n${entries.join('\n')}`;
    expect(loadManifest(text, 'pki.yaml')).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'key', line: 2, col: 16 }],
    });
  });
});

it('takes an alias as a key by what was written', () => {
  const text = `version: 1\nx-n: [&n 0x10, &q "b"]\n${ROOT}\nclients: { *n : { commonName: c }, *q : { commonName: d } }`;
  expect(ids(text)).toEqual(['authorities/root', 'clients/0x10', 'clients/b']);
});

describe('documents', () => {
  it('are parts of one manifest', () => {
    const text = `---
version: 1
defaults: { validity: 30d }
${ROOT.replace(' }', ', validity: 1y }')}
---
version: 1
servers: { api: { commonName: api.test } }
---
# nothing
---
servers: { web: { commonName: web.test } }
clients:
...
`;
    expect(ids(text)).toEqual(['authorities/root', 'servers/api', 'servers/web']);
    expect(leaf(text)).toMatchObject({ validity: 30 * 86_400 });
  });

  it('may leave a section empty that another fills', () => {
    expect(
      ids(`version: 1\nclients:\n---\n${ROOT}\nclients: { c: { commonName: c } }\n---\nclients:\n`),
    ).toEqual(['authorities/root', 'clients/c']);
  });

  it('keep their own places for anchors', () => {
    const text = `version: 1\nx-a: &a Root CA\nauthorities: { root: { commonName: *a } }\n---\nx-a: &a c\nclients: { c: { commonName: *a } }\n`;
    expect(leaf(text)?.subject).toEqual([{ type: 'CN', value: 'c' }]);
  });
});

describe('forms of the file', () => {
  const text = `version: 1\n${ROOT}\nclients:\n  c: { commonName: c }\n`;
  const expected = ids(text);

  it.each([
    [
      'JSON',
      JSON.stringify({
        version: 1,
        authorities: { root: { commonName: 'Root CA' } },
        clients: { c: { commonName: 'c' } },
      }),
    ],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${text}`],
    ['a directive of YAML 1.1', `%YAML 1.1\n---\n${text}`],
    ['no newline at the end', text.trimEnd()],
    ['comments', `# a\n${text.replaceAll('\n', ' # b\n')}# c`],
  ])('%s', (_, form) => expect(ids(form)).toEqual(expected));

  it('means the same under a directive of YAML 1.1: NO is Norway', () => {
    const norway = `%YAML 1.1\n---\n${text}  d: { commonName: yes, subject: { country: NO } }\n`;
    expect(leaf(norway)?.subject).toEqual([
      { type: 'C', value: 'NO' },
      { type: 'CN', value: 'yes' },
    ]);
  });

  it('takes numbers and booleans as names, in the order of the file', () => {
    const names = `version: 1\n${ROOT}\nclients: { 10: { commonName: a }, 9: { commonName: b }, true: { commonName: c }, 0x1F: { commonName: d } }`;
    expect(ids(names).slice(1)).toEqual(['clients/10', 'clients/9', 'clients/true', 'clients/0x1F']);
  });

  it('counts columns and lines after CRLF and a byte order mark as editors do', () => {
    const bad = `\ufeffversion: 1\r\n${ROOT}\r\nfoo: 1\r\n`;
    expect(loadManifest(bad, 'pki.yaml')).toMatchObject({
      ok: false,
      diagnostics: [{ line: 3, col: 1, sourceLine: 'foo: 1' }],
    });
    expect(loadManifest(`\ufefffoo: 1\n${ROOT}`, 'pki.yaml')).toMatchObject({
      ok: false,
      diagnostics: [{}, { line: 1, col: 1, sourceLine: 'foo: 1' }],
    });
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'])(
    'takes an entry called %s',
    (name) => {
      expect(ids(`version: 1\n${ROOT}\nclients: { ${name}: { commonName: x } }`)).toContain(
        `clients/${name}`,
      );
    },
  );
});
