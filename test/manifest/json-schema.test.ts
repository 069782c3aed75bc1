import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseBackdate, parseRenewBefore, parseValidity } from '../../src/manifest/duration.ts';
import { manifestJsonSchema, manifestJsonSchemaText } from '../../src/manifest/json-schema.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { filesBeside } from '../../src/store/beside.ts';

// the same cases at every run: a failure must be one's own
fc.configureGlobal({ seed: 20_261_123 });

const ROOT = join(import.meta.dirname, '../..');
const validate = new Ajv({ strict: true, allErrors: true }).compile(manifestJsonSchema());

/** As a YAML editor does it: each document by itself, merge keys merged. */
function accepts(text: string): boolean {
  const documents = parseAllDocuments(text, { merge: true });
  return [...documents].every((document) => validate(document.toJS()));
}

const MANIFEST = (line: string): string =>
  `version: 1\nauthorities: { root: { commonName: Root CA } }\n${line}\n`;
const CLIENT = (fields: string): string =>
  MANIFEST(`clients: { billing: { commonName: billing, ${fields} } }`);

describe('schemas/pki.schema.json', () => {
  it('is what `npm run schema` writes', () => {
    expect(readFileSync(join(ROOT, 'schemas/pki.schema.json'), 'utf8')).toBe(manifestJsonSchemaText());
  });

  it('says what every field means', () => {
    const text = manifestJsonSchemaText();
    expect(text).toContain('"$schema": "http://json-schema.org/draft-07/schema#"');
    const definition = manifestJsonSchema() as { properties: Record<string, { description?: string }> };
    for (const [name, { description }] of Object.entries(definition.properties)) {
      expect(description, name).toMatch(/\.$/);
    }
  });
});

function yamlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries
    .filter((entry) => /\.ya?ml$/.test(entry) && !/(^|\/)(node_modules|pki)\//.test(entry))
    .map((entry) => join(folder, entry));
}

// other tools' YAML (Compose, Kubernetes) may stand beside a manifest
const EXAMPLES = [join(ROOT, 'pki.example.yaml'), ...yamlFiles(join(ROOT, 'examples'))].filter(
  (file) => existsSync(file) && /^version: 1$/m.test(readFileSync(file, 'utf8')),
);

describe('examples', () => {
  it.each(EXAMPLES.map((file) => [file.slice(ROOT.length + 1), readFileSync(file, 'utf8')]))(
    '%s loads, without a warning, and fits the schema',
    (file, text) => {
      expect(loadManifest(text, file, filesBeside(join(ROOT, dirname(file))))).toMatchObject({
        ok: true,
        warnings: [],
      });
      expect(accepts(text)).toBe(true);
    },
  );
});

describe('the schema and the parser agree', () => {
  it.each([
    ['nothing else', 'version: 1'],
    ['sections left empty', 'version: 1\nservers:\nclients:\ndefaults:'],
    [
      'a leaf left empty',
      'version: 1\ndefaults: { subject: { organization: O } }\nauthorities: { r: { commonName: R } }\nclients: { c: }',
    ],
    ['a place for anchors', 'version: 1\nx-any: [1, { a: b }]'],
    [
      'every field of an authority',
      'version: 1\nauthorities: { r: { commonName: R, pathLength: 0, key: { algorithm: rsa, size: 3072 }, validity: 10y, renewBefore: 1y, backdate: 0m, rotateKey: true, outputs: [key, cert], subject: { country: SE, state: A, locality: B, organization: C, organizationalUnit: D } } }',
    ],
    [
      'every field of a leaf',
      CLIENT(
        'issuer: root, key: { algorithm: ecdsa, curve: P-521 }, san: [a.test], renewBefore: 50%, outputs: [cert, public, key]',
      ),
    ],
    [
      'profiles, defaults of sections, and null',
      'version: 1\nprofiles: { web: { extends: server, key: null, pathLength: 1, subject: { state: null } }, none: }\ndefaults: { key: ed25519, issuer: r, authorities: { validity: 20y }, servers: { profile: web }, peers: }\nauthorities: { r: { commonName: R, validity: null } }\nservers: { s: { commonName: s.test, profile: null, key: null } }',
    ],
    ['keys without parameters', CLIENT('key: { algorithm: ed448 }')],
    ['numbers as names', MANIFEST('clients: { 1: { commonName: one } }')],
  ])('on %s', (_, text) => {
    expect(loadManifest(text, 'pki.yaml')).toMatchObject({ ok: true });
    expect(accepts(text)).toBe(true);
  });

  it.each([
    ['no version', 'authorities: {}'],
    ['another version', 'version: 2'],
    ['an unknown key', MANIFEST('foo: 1')],
    ['an unknown key of an entry', CLIENT('foo: 1')],
    ['a common name in a profile', MANIFEST('profiles: { web: { commonName: x } }')],
    ['a profile of a profile', MANIFEST('profiles: { web: { profile: server } }')],
    ['null that is not the name of a profile', MANIFEST('profiles: { web: { extends: null } }')],
    ['null in defaults', MANIFEST('defaults: { key: null }')],
    ['a path length in defaults of servers', MANIFEST('defaults: { servers: { pathLength: 0 } }')],
    ['a path length of a leaf', CLIENT('pathLength: 0')],
    ['an authority left empty', 'version: 1\nauthorities: { r: }'],
    ['a folder above', MANIFEST('output: a/../../b')],
    ['an absolute folder', MANIFEST('output: /pki')],
    ['its own folder', MANIFEST('output: ././')],
    ['the folder of git', MANIFEST('output: a/.Git/b')],
    ['a file for git', CLIENT('files: { csr: .git/hooks/post-update }')],
    ['a folder for git', CLIENT('folder: .GIT')],
    ['a home folder', MANIFEST('output: ~/pki')],
    ['a name with a slash', MANIFEST('clients: { a/b: { commonName: x } }')],
    ['a name with a dot at its end', MANIFEST('clients: { a.: { commonName: x } }')],
    ['a weak key', CLIENT('key: rsa-1024')],
    ['a weak key as an object', CLIENT('key: { algorithm: rsa, size: 1024 }')],
    ['an RSA key of an odd size', CLIENT('key: { algorithm: rsa, size: 2049 }')],
    ['a curve for RSA', CLIENT('key: { algorithm: rsa, curve: P-256 }')],
    ['an unknown curve', CLIENT('key: { algorithm: ecdsa, curve: P-192 }')],
    ['a validity without a unit', CLIENT('validity: 90')],
    ['a long unit', CLIENT('validity: 90 days')],
    ['a share of 100 %', CLIENT('renewBefore: 100%')],
    ['outputs without a certificate', CLIENT('outputs: [key]')],
    ['a path of a request that leads out', CLIENT('request: a/../../x.csr')],
    ['outputs twice', CLIENT('outputs: [key, cert, key]')],
    ['an unknown output', CLIENT('outputs: [key, cert, p12]')],
    ['no trust at all', CLIENT('trust: []')],
    ['a country in small letters', CLIENT('subject: { country: se }')],
    ['a long common name', MANIFEST(`clients: { a: { commonName: ${'x'.repeat(65)} } }`)],
    ['a blank at the end', MANIFEST('clients: { a: { commonName: "x " } }')],
    ['a control character', MANIFEST('clients: { a: { commonName: "x\\ey" } }')],
    ['a number as a name', MANIFEST('clients: { a: { commonName: 1 } }')],
    ['a negative path length', 'version: 1\nauthorities: { r: { commonName: R, pathLength: -1 } }'],
    ['a list of authorities', 'version: 1\nauthorities: [root]'],
  ])('on %s', (_, text) => {
    expect(loadManifest(text, 'pki.yaml').ok).toBe(false);
    expect(accepts(text)).toBe(false);
  });

  const leaf = (value: object): object => ({ version: 1, clients: { c: { commonName: 'c', ...value } } });

  it('on every common name that can be', () => {
    const names = fc.oneof(fc.string({ unit: 'binary', maxLength: 70 }), fc.string({ maxLength: 70 }));
    fc.assert(
      fc.property(names, (commonName) => {
        fc.pre(!/\p{Cs}/u.test(commonName)); // no pattern of JSON Schema tells half a surrogate pair
        const authorities = { root: { commonName: 'Example Root CA' } };
        const manifest = { version: 1, authorities, clients: { c: { commonName } } };
        expect(validate(manifest)).toBe(loadManifest(JSON.stringify(manifest), 'pki.json').ok);
      }),
    );
  });

  it('on the form of every length of time', () => {
    const texts = fc.oneof(fc.string({ maxLength: 6 }), fc.stringMatching(/^[0-9]{1,3}[mhdwy%s ]?$/));
    fc.assert(
      fc.property(texts, (text) => {
        for (const [field, parse] of [
          ['validity', parseValidity],
          ['renewBefore', parseRenewBefore],
          ['backdate', parseBackdate],
        ] as const) {
          const result = parse(text);
          const outOfRange = !result.ok && result.problem.code === 'range' && !text.includes('%');
          if (!outOfRange) expect(validate(leaf({ [field]: text })), `${field} ${text}`).toBe(result.ok);
        }
      }),
    );
  });
});
