// Whatever a manifest says, either exactly that is loaded or a located error tells why not. Nothing throws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { commonName } from '../../src/pki/subject.ts';
import { type Loaded, loadManifest } from '../../src/resolve/load.ts';
import { fewer } from '../helpers/everything.ts';

// the same cases at every run: a failure must be one's own
fc.configureGlobal({ seed: 20_261_123 });

const AUTHORITIES = { root: { commonName: 'Example Root CA', validity: '10y' } };

/** The forms that text takes on its way into a manifest: JSON escapes, and JSON is YAML. */
function load(manifest: object): Loaded {
  return loadManifest(JSON.stringify({ version: 1, authorities: AUTHORITIES, ...manifest }), 'pki.yaml');
}

function last(loaded: Loaded): Entity | undefined {
  if (loaded.ok) return loaded.inventory.entities.at(-1);
  for (const { line, col, message, sourceLine, sourceCol } of loaded.diagnostics) {
    expect(line).toBe(1);
    expect(col).toBeGreaterThan(0);
    expect(sourceCol).toBeLessThanOrEqual(sourceLine.length + 1);
    expect(`${message}${sourceLine}`).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u);
  }
  expect(loaded.diagnostics).not.toEqual([]);
  return undefined;
}

const nasty = fc.constantFrom(
  '\n',
  '\r\n',
  '\0',
  '$ENV::HOME',
  '$HOME',
  '[section]',
  ',',
  '=',
  '/',
  '+',
  '"',
  "'",
  '%',
  '#',
  '\\',
  ';',
  ':',
  '@',
  '*.',
  '..',
  ' ',
  'DNS:',
  'critical',
  '\u202e',
  '\u2028',
  '\ud800',
  '🔑',
  'é',
  '名',
  'x'.repeat(300),
  '::',
  '127.0.0.1',
  '.test',
  'a',
  '-',
  '_',
  '!',
  '&',
  '|',
  '<<',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join('')),
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl(),
  fc.emailAddress(),
);

describe('any text', () => {
  it('as a common name', () => {
    fc.assert(
      fc.property(text, (name) => {
        const entity = last(load({ clients: { c: { commonName: name } } }));
        if (entity) expect(commonName(entity.subject)).toBe(name);
      }),
      { numRuns: fewer(500) },
    );
  });

  it('as an organization, of an authority too', () => {
    fc.assert(
      fc.property(text, (organization) => {
        const authorities = { root: { commonName: 'Root', subject: { organization } } };
        const entity = last(load({ authorities }));
        if (entity) expect(entity.subject[0]).toEqual({ type: 'O', value: organization });
      }),
    );
  });

  it('as a SAN', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('', 'dns:', 'ip:', 'uri:', 'email:'), (name, prefix) => {
        const entity = last(load({ clients: { c: { commonName: 'c', san: [prefix + name] } } }));
        const san = entity?.san[0];
        if (san && san.kind !== 'ip') expect([name, prefix + name]).toContain(`${san.value}`);
        if (san && san.kind !== 'ip') expect(san.value).toMatch(/^[!-~]+$/);
      }),
      { numRuns: fewer(1000) },
    );
  });

  it('as the name of a server', () => {
    fc.assert(
      fc.property(text, (name) => {
        const entity = last(load({ servers: { s: { commonName: name } } }));
        if (entity) expect(entity.san).toHaveLength(1);
      }),
    );
  });

  it('as the name of an entry', () => {
    fc.assert(
      fc.property(text, (name) => {
        const clients = Object.fromEntries([[name, { commonName: 'c' }]]);
        const entity = last(load({ clients }));
        if (entity) expect(entity).toMatchObject({ name, id: `clients/${name}` });
        if (entity) expect(name).toMatch(/^[\w.@+-]{1,64}$/);
      }),
    );
  });

  it('as the output folder', () => {
    fc.assert(
      fc.property(text, (output) => {
        const loaded = load({ output });
        last(loaded);
        if (loaded.ok) expect(loaded.inventory.output).toBe(output);
        if (loaded.ok) expect(output.split('/')).not.toContain('..');
      }),
    );
  });

  it('as a manifest', () => {
    fc.assert(
      fc.property(text, (manifest) => {
        const loaded = loadManifest(manifest, 'pki.yaml');
        if (!loaded.ok) expect(loaded.diagnostics).not.toEqual([]);
      }),
      { numRuns: fewer(500) },
    );
  });
});

describe('any value', () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), text);
  const fields = [
    'commonName',
    'san',
    'issuer',
    'key',
    'validity',
    'subject',
    'renewBefore',
    'rotateKey',
    'backdate',
    'outputs',
    'trust',
    'pathLength',
  ];

  it('in any field of any entry is loaded or located', () => {
    const entry = fc.oneof(value, fc.dictionary(fc.constantFrom(...fields), value));
    const section = fc.constantFrom(
      'authorities',
      'servers',
      'clients',
      'peers',
      'defaults',
      'version',
      'x-any',
      'foo',
    );
    fc.assert(
      fc.property(fc.dictionary(section, fc.oneof(value, entry, fc.dictionary(text, entry))), (manifest) => {
        last(load(manifest));
      }),
      { numRuns: fewer(300) },
    );
  });

  it('in YAML with its own signs', () => {
    const sign = fc.constantFrom(
      'version: 1\n',
      'authorities:\n',
      '  root:\n',
      '    commonName: x\n',
      'servers:\n',
      '  a: ',
      '{',
      '}',
      '[',
      ']',
      ',',
      ': ',
      '- ',
      '? ',
      '&a ',
      '*a ',
      '<<: ',
      '!t ',
      '|\n',
      '>\n',
      '"',
      "'",
      '#',
      '---\n',
      '...\n',
      '\t',
      '  ',
      '\n',
      '%YAML 1.2\n',
      'x',
      '1',
      'null',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 25 }), (signs) => {
        const loaded = loadManifest(signs.join(''), 'pki.yaml');
        if (!loaded.ok) expect(loaded.diagnostics).not.toEqual([]);
      }),
      { numRuns: fewer(2000) },
    );
  });
});

describe('any forest of authorities', () => {
  it('comes out with every issuer before what it signs, or with a circle named', () => {
    const size = 8;
    const issuers = fc.array(fc.option(fc.nat(size - 1)), { minLength: size, maxLength: size });
    fc.assert(
      fc.property(issuers, (parents) => {
        const names = parents.map((parent, i) => [
          `a${i}`,
          { commonName: `A ${i}`, validity: '1y', ...(parent === null ? {} : { issuer: `a${parent}` }) },
        ]);
        const loaded = load({ authorities: Object.fromEntries(names) });
        if (!loaded.ok) {
          expect(loaded.diagnostics.map(({ code }) => code)).toContain('cycle');
          return;
        }
        const seen = new Set<string | null>([null]);
        for (const { id, issuer } of loaded.inventory.entities) {
          expect(seen).toContain(issuer);
          seen.add(id);
        }
        expect(seen.size).toBe(size + 1);
      }),
      { numRuns: fewer(300) },
    );
  });
});
