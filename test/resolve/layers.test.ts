// Where a setting's value comes from: the nearest layer that says it; maps merge, lists replace.
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { reportOn } from '../../src/manifest/report.ts';
import type { Values } from '../../src/manifest/setting-values.ts';
import type { Setting } from '../../src/manifest/settings.ts';
import { sourceOf } from '../../src/manifest/source.ts';
import type { MapTree } from '../../src/manifest/tree.ts';
import type { Draft } from '../../src/resolve/draft.ts';
import { draftsOf } from '../../src/resolve/drafts.ts';
import {
  BUILT_IN,
  inherits,
  isGiven,
  isKnown,
  type Layer,
  layerOver,
  says,
} from '../../src/resolve/layers.ts';
import { loadManifest } from '../../src/resolve/load.ts';

function rsa(size: number) {
  return { algorithm: 'rsa', size };
}

function cn(value: string) {
  return { type: 'CN', value };
}

const MAP: MapTree = { kind: 'map', entries: new Map(), span: { start: 0, end: 0 }, size: 1 };

/** `undefined` for a map that is not there; settings that are written wrongly are named in `spoiled`. */
interface Written {
  readonly own?: Values;
  readonly spoiled?: readonly Setting[];
}

/** An entry over its profile, over `defaults`, over what a leaf has built in. */
function stack(entry: Written, profile: Written = {}, defaults: Written = {}): Layer {
  return [defaults, profile, entry].reduce<Layer>(
    (below, { own = {}, spoiled = [] }) => layerOver(below, { own, spoiled: new Set(spoiled), map: MAP }),
    BUILT_IN.leaf,
  );
}

const ED25519 = { algorithm: 'ed25519' } as const;
const ED448 = { algorithm: 'ed448' } as const;
const P256 = { algorithm: 'ecdsa', curve: 'P-256' } as const;

describe('the value of a setting', () => {
  it.each<[what: string, layers: readonly [Written, Written?, Written?], setting: Setting, value: unknown]>([
    ['is built in where nothing is said', [{}], 'key', P256],
    ['is that of defaults', [{}, {}, { own: { key: ED25519 } }], 'key', ED25519],
    [
      'is that of a profile before defaults',
      [{}, { own: { key: ED448 } }, { own: { key: ED25519 } }],
      'key',
      ED448,
    ],
    [
      'is that of the entry before all',
      [{ own: { key: ED25519 } }, { own: { key: ED448 } }, {}],
      'key',
      ED25519,
    ],
    ['may be false', [{ own: { rotateKey: false } }, {}, { own: { rotateKey: true } }], 'rotateKey', false],
    ['may be 0', [{ own: { backdate: 0 } }, {}, { own: { backdate: 60 } }], 'backdate', 0],
    ['is nothing where nothing is built in', [{}], 'trust', undefined],
    ['is a list as a whole', [{ own: { trust: ['a'] } }, {}, { own: { trust: ['b', 'c'] } }], 'trust', ['a']],
    [
      'is one map of all: the nearest attribute counts',
      [
        { own: { subject: { country: 'SE' } } },
        { own: { subject: { country: 'NO', state: 'Oslo' } } },
        { own: { subject: { country: 'DK', state: 'Jylland', organization: 'Org' } } },
      ],
      'subject',
      { country: 'SE', state: 'Oslo', organization: 'Org' },
    ],
    [
      'is one map of file names, too',
      [{ own: { files: { key: 'a.key' } } }, {}, { own: { files: { key: 'b.key', cert: 'b.crt' } } }],
      'files',
      { key: 'a.key', cert: 'b.crt' },
    ],
    ['is an empty map where no layer has one', [{}], 'subject', {}],
    [
      'is that of the next layer where the nearest is a mistake',
      [{ spoiled: ['key'] }, {}, { own: { key: ED25519 } }],
      'key',
      ED25519,
    ],
  ])('%s', (_, layers, setting, value) => {
    expect(stack(...layers).values[setting]).toEqual(value);
  });

  it('is not changed by what lies on top of its layer', () => {
    const defaults = stack({}, {}, { own: { subject: { country: 'SE' } } });
    const [one, other] = [{ locality: 'Uppsala' }, { state: 'Uppland' }].map((subject) =>
      layerOver(defaults, { own: { subject }, spoiled: new Set(), map: MAP }),
    );
    expect(one?.values.subject).toEqual({ country: 'SE', locality: 'Uppsala' });
    expect(other?.values.subject).toEqual({ country: 'SE', state: 'Uppland' });
    expect(defaults.values.subject).toEqual({ country: 'SE' });
  });

  it.each([
    ['leaf', P256, 90],
    ['intermediate', { algorithm: 'ecdsa', curve: 'P-384' }, 5 * 365],
    ['root', { algorithm: 'ecdsa', curve: 'P-384' }, 10 * 365],
  ] as const)('is built in by rank: %s', (rank, key, days) => {
    expect(BUILT_IN[rank].values).toMatchObject({ key, validity: days * 86_400 });
  });
});

describe('what is known of a setting', () => {
  const facts = (layer: Layer, setting: Setting) => ({
    known: isKnown(layer, setting),
    says: says(layer, setting),
    inherits: inherits(layer, setting),
    given: isGiven(layer, setting),
  });

  it.each<
    [what: string, layers: readonly [Written, Written?, Written?], setting: Setting, is: readonly string[]]
  >([
    ['built in', [{}], 'key', ['known']],
    ['of defaults', [{}, {}, { own: { key: ED448 } }], 'key', ['known', 'inherits', 'given']],
    ['of a profile', [{}, { own: { key: ED448 } }], 'key', ['known', 'inherits', 'given']],
    [
      'of the entry',
      [{ own: { key: ED448 } }, {}, { own: { key: ED448 } }],
      'key',
      ['known', 'says', 'given'],
    ],
    ['of the entry, wrong', [{ spoiled: ['key'] }], 'key', ['says']],
    [
      'of the entry, wrong over good',
      [{ spoiled: ['key'] }, {}, { own: { key: ED448 } }],
      'key',
      ['says', 'given'],
    ],
    ['of defaults, wrong', [{}, {}, { spoiled: ['key'] }], 'key', ['inherits']],
    [
      'of the entry over wrong defaults',
      [{ own: { key: ED448 } }, {}, { spoiled: ['key'] }],
      'key',
      ['known', 'says', 'given'],
    ],
    ['another, wrong', [{ spoiled: ['san'] }, {}, { spoiled: ['validity'] }], 'key', ['known']],
    [
      'a map over a wrong one',
      [{ own: { subject: {} } }, {}, { spoiled: ['subject'] }],
      'subject',
      ['says', 'given'],
    ],
    ['nowhere', [{}], 'trust', ['known']],
  ])('%s', (_, layers, setting, is) => {
    const found = Object.entries(facts(stack(...layers), setting)).filter(([, holds]) => holds);
    expect(found.map(([name]) => name)).toEqual(is);
  });
});

const TEXT = `version: 1
defaults:
  validity: 30d
  subject: { organization: Org }
  trust: [root, other]
  backdate: soon
authorities:
  root: { commonName: Root, validity: 10y }
  other: { commonName: Other, key: rsa-1024 }
servers:
  api:
    commonName: api.test
    issuer: root
    trust: [other]
clients:
  app: { commonName: App, issuer: other, san: }
`;

const YAML = `version: 1
profiles:
  web: { extends: base, validity: 30d, subject: { organizationalUnit: Web } }
  base: { key: rsa-3072, backdate: 1m, subject: { organization: Base, country: null } }
defaults:
  issuer: sub
  key: rsa-4096
  publish: symlinks
  subject: { country: SE, organization: Org, state: Uppland }
  servers: { profile: web, key: rsa-2048, rotateKey: true, validity: 20d }
  authorities: { issuer: root, profile: ca, validity: 2y }
  peers: { subject: { state: null } }
authorities:
  root: { commonName: Root, issuer: null, validity: null }
  sub: { commonName: Sub, subject: null, profile: null }
servers:
  api: { commonName: a.test }
  plain: { commonName: b.test, profile: null, key: null, publish: null }
  other: { commonName: c.test, profile: base, issuer: root }
clients: { app: }
peers: { p: { commonName: p.test, files: { key: tls.key } } }
`;

describe('an entry over profile, defaults of its section, defaults and what is built in', () => {
  const loaded = loadManifest(YAML, 'pki.yaml');
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.diagnostics));
  const { entities } = loaded.inventory;
  const DAY = 86_400;

  it.each<[id: string, values: object]>([
    ['authorities/root', { issuer: null, validity: 3650 * DAY, key: rsa(4096) }],
    ['authorities/root', { keyUsage: ['keyCertSign', 'cRLSign'], publish: 'symlinks' }],
    ['authorities/sub', { issuer: 'authorities/root', validity: 730 * DAY, subject: [cn('Sub')] }],
    ['servers/api', { key: rsa(3072), validity: 30 * DAY, backdate: 60 }],
    ['servers/api', { rotateKey: true, issuer: 'authorities/sub', profile: 'web' }],
    [
      'servers/api',
      {
        subject: [
          { type: 'ST', value: 'Uppland' },
          { type: 'O', value: 'Base' },
          { type: 'OU', value: 'Web' },
          cn('a.test'),
        ],
      },
    ],
    ['servers/plain', { key: P256, validity: 20 * DAY, backdate: 300, rotateKey: true }],
    ['servers/other', { issuer: 'authorities/root', validity: 20 * DAY, key: rsa(3072) }],
    ['clients/app', { key: rsa(4096), validity: 90 * DAY, issuer: 'authorities/sub' }],
    ['peers/p', { layout: { folder: 'peers/p', files: { key: 'tls.key' } } }],
    ['peers/p', { subject: [{ type: 'C', value: 'SE' }, { type: 'O', value: 'Org' }, cn('p.test')] }],
  ])('%s is %j', (id, values) => {
    expect(entities.find((entity) => entity.id === id)).toMatchObject(values);
  });

  it('is without what null takes away', () => {
    const without = (id: string) => entities.find((entity) => entity.id === id);
    expect(without('authorities/sub')).not.toHaveProperty('profile');
    expect(without('authorities/sub')).not.toHaveProperty('keyUsage');
    expect(without('servers/plain')).not.toHaveProperty('publish');
    expect(without('servers/plain')).not.toHaveProperty('profile');
  });

  it('says nothing, though a profile is not used', () => {
    expect(loaded.warnings).toEqual([]);
  });
});

describe('a draft', () => {
  const source = sourceOf(TEXT, 'pki.yaml');
  const parsed = parseManifest(source, reportOn(source));
  if (parsed === undefined) throw new Error('the manifest cannot be read');
  const { authorities, leaves } = draftsOf(parsed, reportOn(source));
  const draft = (name: string): Draft => {
    const found = [...authorities, ...leaves].find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };

  it.each<[name: string, setting: Setting | undefined, item: number | undefined, text: string]>([
    ['api', undefined, undefined, 'api'],
    ['api', 'commonName', undefined, 'api.test'],
    ['api', 'trust', 0, 'other'],
    ['app', 'trust', 1, 'other'],
    ['app', 'trust', undefined, '[root, other]'],
    ['app', 'validity', undefined, '30d'],
    ['root', 'validity', undefined, '10y'],
    ['root', 'subject', undefined, '{ organization: Org }'],
    ['api', 'backdate', undefined, 'soon'],
    ['other', 'key', undefined, 'rsa-1024'],
    ['app', 'san', undefined, 'san'],
    ['app', 'publish', undefined, 'app'],
  ])('%s says where %s %s is written: %s', (name, setting, item, text) => {
    const { start, end } = draft(name).at(setting, item);
    expect(TEXT.slice(start, end)).toBe(text);
  });

  it.each<[name: string, setting: Setting, known: boolean]>([
    ['other', 'key', false],
    ['root', 'key', true],
    ['app', 'san', false],
    ['api', 'san', true],
    ['api', 'backdate', false],
    ['api', 'validity', true],
  ])('%s knows its %s: %s', (name, setting, known) => {
    expect(draft(name).isKnown(setting)).toBe(known);
    expect(draft(name).isKnown('issuer', setting)).toBe(known);
  });

  it('has settings and a subject of all layers', () => {
    expect(draft('api').settings).toMatchObject({
      commonName: 'api.test',
      validity: 30 * 86_400,
      backdate: 300,
    });
    expect(draft('root').subject).toEqual([
      { type: 'O', value: 'Org' },
      { type: 'CN', value: 'Root' },
    ]);
  });
});

describe('a mistyped setting in the defaults of a section', () => {
  const hintFor = (section: string, key: string): string | undefined => {
    const loaded = loadManifest(
      `version: 1\ndefaults: { ${section}: { ${key}: 1 } }\nauthorities: { root: { commonName: Root } }\n`,
      'pki.yaml',
    );
    return loaded.ok ? undefined : loaded.diagnostics.find(({ message }) => message.includes(key))?.hint;
  };

  it.each([
    ['authorities', 'pathLenght', 'did you mean "pathLength"?'],
    ['authorities', 'digst', 'did you mean "digest"?'],
    ['servers', 'trsut', 'did you mean "trust"?'],
    ['certificates', 'preferedChain', 'did you mean "preferredChain"?'],
  ])('%s: %s', (section, key, hint) => expect(hintFor(section, key)).toBe(hint));

  it.each([
    ['authorities', 'trsut'],
    ['servers', 'digst'],
  ])('%s have nothing like %s', (section, key) =>
    expect(hintFor(section, key)).toMatch(/^known keys here are /),
  );
});
