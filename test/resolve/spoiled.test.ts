/** What is wrong in one place is said once: nothing is concluded from a value that is not known. */
import { expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

const said = (text: string) => {
  const loaded = loadManifest(`version: 1\n${text}\n`, 'pki.yaml');
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ message }) => message);
};

const ALICE = 'clients: { alice: { commonName: alice, revoked: true } }';

it.each<[name: string, found: readonly string[], expected: readonly RegExp[]]>([
  ['no list', said(`authorities: { root: { commonName: Root } }\n${ALICE}`), [/makes no revocation list$/]],
  [
    'a list that cannot be read',
    said(`authorities: { root: { commonName: Root, crl: 5 } }\n${ALICE}`),
    [/^"crl" /],
  ],
  [
    'a reason that cannot be read',
    said(
      'authorities: { root: { commonName: Root } }\nclients: { alice: { commonName: alice, revoked: bored } }',
    ),
    [/bored/],
  ],
  [
    'authorities that cannot be read',
    said('authorities: 5\nservers: { a: { commonName: a.test, issuer: x } }'),
    [/^"authorities" must be a map/],
  ],
  [
    'an authority that is not there',
    said('authorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.test, issuer: x } }'),
    [/^unknown issuer "x"$/],
  ],
  [
    'an authority that is wrong in itself',
    said(
      'authorities: { root: { commonName: Root }, x: { commonName: 5 } }\nservers: { a: { commonName: a.test, issuer: x } }',
    ),
    [/^"commonName" must be /],
  ],
  [
    'an entry of another section as the issuer',
    said(
      'authorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.test, issuer: c } }\nclients: { c: { commonName: c } }',
    ),
    [/^issuer "c" is a client, not an authority$/],
  ],
  [
    'itself',
    said('authorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.test, issuer: a } }'),
    [/^server "a" names itself as its issuer$/],
  ],
])('%s', (_, found, expected) => {
  expect(found).toEqual(expected.map((one) => expect.stringMatching(one)));
});

it.each<[name: string, leaf: string, expected: readonly RegExp[]]>([
  ['a policy that is demanded', 'policies: ["1.2.3"]', []],
  ['none', 'key: ecdsa-p256', [/^client "app" has no policy, and authority "sub" demands one$/]],
  [
    'another',
    'policies: ["1.2.4"]',
    [/^no policy of client "app" is one that all authorities above it have/],
  ],
  ['one that cannot be read', 'policies: ["x"]', [/^(?!.*demands)/]],
])('below an authority that demands policies: %s', (_, leaf, expected) => {
  const sub =
    'sub: { commonName: Sub, issuer: root, policies: ["1.2.3"], policyConstraints: { requireExplicitPolicy: 0 } }';
  const found = said(
    `authorities: { root: { commonName: Root }, ${sub} }\nclients: { app: { commonName: app, issuer: sub, ${leaf} } }`,
  );
  expect(found).toEqual(expected.map((one) => expect.stringMatching(one)));
});

it.each([
  'san',
  'key',
  'passphrase',
  'previousPassphrase',
  'request',
  'validity',
  'renewBefore',
  'rotateKey',
  'backdate',
  'trust',
  'preferredChain',
  'publish',
  'onChange',
  'address',
  'deliver',
  'owner',
  'group',
  'mode',
  'keyUsage',
  'extendedKeyUsage',
  'policies',
  'mustStaple',
  'ocspNoCheck',
  'extensions',
])('a bad "%s" hides nothing of what else is wrong in its entry', (setting) => {
  const found = said(
    `authorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.test, revoked: true, ${setting}: [[]] } }`,
  );
  expect(found).toHaveLength(2);
  expect(found).toContainEqual(expect.stringMatching(/makes no revocation list$/));
});

it.each([
  ['defaults: { authorities: { validity: 1y } }', 'defaults.authorities'],
  ['defaults: { validity: 1y }', 'defaults'],
  ['profiles: { short: { validity: 1y } }\ndefaults: { authorities: { profile: short } }', 'profile "short"'],
])('%s is called %s', (text, source) => {
  const SERVER = 'servers: { a: { commonName: a.test, validity: 1y } }';
  expect(said(`authorities: { root: { commonName: Root } }\n${text}\n${SERVER}`)).toEqual([
    `authority "root" inherits validity 1y from ${source}, no longer than that of server "a"`,
  ]);
});

it('Go refuses everything below a directory name that the further certificate of an authority constrains', () => {
  const two = (constraints: string) =>
    said(
      `authorities: { one: { commonName: One }, two: { commonName: Two, crossSignedBy: [{ issuer: one, nameConstraints: { ${constraints} } }] } }`,
    );
  expect(two('permitted: [b.test]')).toEqual([]);
  expect(two('permitted: [b.test], excluded: ["dirName:O=X"]')).toEqual([
    expect.stringMatching(/^Go refuses everything/),
  ]);
});

it.each([
  ['names that a program does not check', 'san: ["ip:10.0.0.1"]', [/^freeradius: /]],
  ['names that cannot be read', 'san: ["ip:10.0.0.1", [[]]]', [/^"/]],
])('a server of a program with %s', (_, san, expected) => {
  const found = said(
    `authorities: { root: { commonName: Root } }\nservers: { a: { profile: freeradius, subject: { organization: Org }, ${san} } }`,
  );
  expect(found).toEqual(expected.map((one) => expect.stringMatching(one)));
});

it.each<[what: string, layers: string, expected: readonly RegExp[]]>([
  ['nothing, so that what is built in counts', 'defaults: {}', [/^renewBefore of 50y is not shorter /]],
  ['defaults', 'defaults: { validity: 1x }', [/"1x"/]],
  ['defaults that are no map', 'defaults: 5', [/^"defaults" must be /]],
  ['defaults of its section', 'defaults: { servers: { validity: 1x } }', [/"1x"/]],
  ['those that are no map', 'defaults: { servers: 5 }', [/^"servers" must be /]],
  [
    'defaults of another section',
    'defaults: { clients: { validity: 1x } }',
    [/"1x"/, /^renewBefore of 50y is not shorter /],
  ],
  ['a profile', 'profiles: { web: { validity: 1x } }\ndefaults: { profile: web }', [/"1x"/]],
  ['a profile that is no map', 'profiles: { web: 5 }\ndefaults: { profile: web }', [/^"web" must be /]],
  ['profiles that are no map', 'profiles: 5\ndefaults: { profile: web }', [/^"profiles" must be /]],
  [
    'a profile that is extended',
    'profiles: { web: { extends: base }, base: { validity: 1x } }\ndefaults: { profile: web }',
    [/"1x"/],
  ],
  [
    'which profile is extended',
    'profiles: { web: { extends: 5 } }\ndefaults: { profile: web }',
    [/^"extends" must be /],
  ],
  ['a profile that is not there', 'defaults: { profile: nope }', [/^unknown profile "nope"$/]],
  [
    'another setting of a profile',
    'profiles: { web: { key: zzz } }\ndefaults: { profile: web }',
    [/^unknown kind of key "zzz"$/, /^renewBefore of 50y is not shorter /],
  ],
  [
    'a profile that no entry has',
    'profiles: { web: { validity: 1x } }',
    [/"1x"/, /^renewBefore of 50y is not shorter /],
  ],
  [
    'a profile below one that says it rightly',
    'profiles: { web: { extends: base, validity: 2y }, base: { validity: 1x } }\ndefaults: { profile: web }',
    [/"1x"/, /^renewBefore of 50y is not shorter than the validity of server "a", 2y$/],
  ],
])('a mistake in %s hides what an entry inherits, and only there', (_, layers, expected) => {
  const entry = 'servers: { a: { commonName: a.test, renewBefore: 50y } }';
  const found = said(`${layers}\nauthorities: { root: { commonName: Root } }\n${entry}`);
  expect(found).toEqual(expected.map((one) => expect.stringMatching(one)));
});
