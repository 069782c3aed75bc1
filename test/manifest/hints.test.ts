/** What is said about a key where it has no place, and about a value of another type: each branch once, as whole texts. */
import { describe, expect, it } from 'vitest';
import { unknownKeyHint } from '../../src/manifest/known-keys.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import type { Issue } from '../../src/manifest/problem.ts';
import { reportOn } from '../../src/manifest/report.ts';
import { sourceOf } from '../../src/manifest/source.ts';
import { spoiledBy, withoutSpoiled } from '../../src/manifest/spoiled.ts';
import type { MapTree, Tree } from '../../src/manifest/tree.ts';
import { typeHint } from '../../src/manifest/type-hints.ts';

const span = { start: 0, end: 0 };
type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** A tree as YAML of the same values has it. */
function tree(value: Value): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(tree), span, size: 1 };
  if (value === null || typeof value !== 'object')
    return { kind: 'scalar', value, text: value === null ? '' : String(value), span };
  return mapOf(value as { readonly [key: string]: Value });
}

function mapOf(values: { readonly [key: string]: Value }): MapTree {
  const pairs = Object.entries(values).map(([key, one]) => [key, { key: span, value: tree(one) }] as const);
  return { kind: 'map', entries: new Map(pairs), span, size: 1 };
}

/** Long lists are those of the schema, and shortened. */
const short = (hint: string): string => (hint.length > 90 ? `${hint.slice(0, 40)}…` : hint);

it('an unknown key is named with what is known there, or with where it belongs', () => {
  const row = (path: readonly (string | number)[], key: string, values = {}): string =>
    `${[...path, key].join('.')}: ${short(unknownKeyHint(mapOf(values), path, key))}`;
  expect(
    [
      row([], 'zzz'),
      row([], 'validity'),
      row([], 'san'),
      row([], 'pathLength'),
      row([], 'server'),
      row([], 'certificate'),
      row([], 'hosts'),
      row([], 'ca'),
      row(['servers', 'api'], 'ca'),
      row(['servers', 'api'], 'hosts'),
      row(['servers', 'api'], 'bits'),
      row(['servers', 'api'], 'curve'),
      row(['servers', 'api'], 'organisation'),
      row(['archive'], 'zzz'),
      row(['archive'], 'validity'),
      row(['defaults'], 'san'),
      row(['defaults'], 'zzz'),
      row(['defaults'], 'mustStaple'),
      row(['defaults', 'servers'], 'san'),
      row(['defaults', 'servers'], 'zzz'),
      row(['defaults', 'authorities'], 'mustStaple'),
      row(['profiles', 'web'], 'profile'),
      row(['profiles', 'web'], 'san'),
      row(['profiles', 'web'], 'pathLength'),
      row(['profiles', 'web'], 'policyConstraints'),
      row(['profiles', 'web'], 'crl'),
      row(['servers', 'api'], 'pathLength'),
      row(['servers', 'api'], 'crl'),
      row(['servers', 'api'], 'clients'),
      row(['servers', 'api', 'subject'], 'clients'),
      row(['servers', 'api', 'subject'], 'CN'),
      row(['servers', 'api', 'subject'], 'commonName'),
      row(['servers', 'api', 'subject'], 'organisation'),
      row(['servers', 'api'], 'O'),
      row(['servers', 'api'], 'organization'),
      row(['servers', 'api'], 'domain'),
      row(['servers', 'api'], 'san name'),
      row(['servers', 'api', 'key'], 'size', { servers: { api: { key: { algorithm: 'ecdsa' } } } }),
      row(['servers', 'api', 'key'], 'curve', { servers: { api: { key: { algorithm: 'rsa' } } } }),
      row(['servers', 'api', 'key'], 'x', { servers: { api: { key: { algorithm: 'ed25519' } } } }),
      row(['servers', 'api', 'key'], 'x', { servers: { api: { key: { pkcs11: 'pkcs11:token=a' } } } }),
      row(['servers', 'api', 'passphrase'], 'x'),
      row(['servers', 'api', 'outputs', 0], 'x'),
      row(['servers', 'api', 'outputs', 0, 'pkcs12'], 'x'),
      row(['servers', 'api', 'outputs', 0, 'secret'], 'x'),
      row(['servers', 'api', 'files'], 'x'),
      row(['authorities', 'a', 'crossSignedBy', 'files'], 'x'),
      row(['authorities', 'a'], 'mustStaple'),
      row(['authorities', 'a'], 'zzz'),
      row(['servers', 'api', 'subject'], 'Inc', { servers: { api: { subject: { Inc: null } } } }),
      row(['servers', 'api', 'subject'], 'Inc', { servers: { api: { subject: { Inc: 'x' } } } }),
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "zzz: known keys here are version, output, arc…
    validity: put it into an entry, or into "defaults"
    san: put it into an entry
    pathLength: put it into an entry
    server: did you mean "servers"?
    certificate: entries stand under "servers", "clients", "peers" or "certificates"
    hosts: entries stand under "servers", "clients", "peers" or "certificates"
    ca: those who sign stand under "authorities"
    servers.api.ca: did you mean "issuer"?
    servers.api.hosts: did you mean "san"?
    servers.api.bits: write "key: rsa-3072", "key: ecdsa-p256" or another kind of key
    servers.api.curve: write "key: rsa-3072", "key: ecdsa-p256" or another kind of key
    servers.api.organisation: put it under "subject": { organization: … }
    archive.zzz: the only key here is "keep"
    archive.validity: the only key here is "keep"
    defaults.san: "san" cannot be inherited: set it in each entry
    defaults.zzz: known keys here are profile, issuer, pre…
    defaults.mustStaple: put it under "servers", "clients", "peers" or "certificates"
    defaults.servers.san: "san" cannot be inherited: set it in each entry
    defaults.servers.zzz: known keys here are profile, issuer, pre…
    defaults.authorities.mustStaple: it is a setting of "servers", "clients", "peers" or "certificates"
    profiles.web.profile: a profile names another one by "extends"
    profiles.web.san: "san" cannot be inherited: set it in each entry
    profiles.web.pathLength: only an authority has a path length
    profiles.web.policyConstraints: it is a setting of "authorities"
    profiles.web.crl: it is a setting of "authorities"
    servers.api.pathLength: only an authority has a path length
    servers.api.crl: only an authority has "crl"
    servers.api.clients: indent it less: it is a top-level key
    servers.api.subject.clients: known keys here are organization, organi…
    servers.api.subject.CN: put "commonName" next to "subject", not inside it
    servers.api.subject.commonName: put "commonName" next to "subject", not inside it
    servers.api.subject.organisation: did you mean "organization"?
    servers.api.O: put it under "subject": { organization: … }
    servers.api.organization: put it under "subject": { organization: … }
    servers.api.domain: did you mean "san"?
    servers.api.san name: did you mean "san"?
    servers.api.key.size: known keys here are algorithm, curve
    servers.api.key.curve: known keys here are algorithm, size
    servers.api.key.x: the only key here is "algorithm"
    servers.api.key.x: known keys here are pkcs11, pin, kind
    servers.api.passphrase.x: the only key here is "command"
    servers.api.outputs.0.x: known keys here are pkcs12, keystore, truststore, secret, bundle
    servers.api.outputs.0.pkcs12.x: known keys here are password, name, encryption, format
    servers.api.outputs.0.secret.x: known keys here are name, namespace, labels, annotations
    servers.api.files.x: known keys here are key, csr, cert, chai…
    authorities.a.crossSignedBy.files.x: known keys here are cert, chain, fullchain, ca, der, pkcs7
    authorities.a.mustStaple: only the certificate of a server can demand a stapled response
    authorities.a.zzz: known keys here are profile, commonName,…
    servers.api.subject.Inc: text that contains a comma needs quotes inside { }
    servers.api.subject.Inc: known keys here are organization, organi…"
  `);
});

describe('a value of another type', () => {
  const typed = (expected: string): Issue =>
    ({ code: 'invalid_type', expected, path: [], message: '' }) as never;
  const words = (...values: readonly (string | number)[]): Issue =>
    ({ code: 'invalid_value', values, path: [], message: '' }) as never;
  const row = (issue: Issue, value: Value, key = 'x', general?: string): string | undefined =>
    typeHint(issue, [key], tree(value), general);

  it.each<[string, string | undefined, string | undefined]>([
    ['a number for text', row(typed('string'), 5), 'write it in quotes: "5"'],
    ['nothing for text', row(typed('string'), null), 'write a value, or leave the key out'],
    ['a pair for text', row(typed('string'), { dns: 'x' }), 'write it in quotes: "dns:x"'],
    ['two pairs for text', row(typed('string'), { dns: 'x', ip: 'y' }), undefined],
    ['a list for text', row(typed('string'), ['x']), undefined],
    ['a pair of more for text', row(typed('string'), { dns: ['x'] }), undefined],
    ['what the schema says to everyone', row(typed('string'), 5, 'x', 'in general'), 'in general'],
    ['text for a number', row(typed('number'), '5'), 'write 5 without quotes'],
    ['text for a whole number', row(typed('int'), '12'), 'write 12 without quotes'],
    ['words for a number', row(typed('number'), '5 days'), undefined],
    ['a number for a map', row(typed('object'), 5), undefined],
    ['a number in text for a map', row(typed('object'), '5'), undefined],
    [
      'a key without a space behind its colon',
      row(typed('object'), 'commonName:a.test'),
      'put a space behind the colon: "commonName: a.test"',
    ],
    ['yes for true', row(typed('boolean'), 'Yes'), 'write true'],
    ['off for false', row(typed('boolean'), 'off'), 'write false'],
    ['true in quotes', row(typed('boolean'), 'TRUE'), 'write true without quotes'],
    ['a word for true', row(typed('boolean'), 'maybe'), undefined],
    ['a number for true', row(typed('boolean'), 1), undefined],
    ['text for a list', row(typed('array'), 'a, b;c'), 'write it as a list: ["a", "b", "c"]'],
    ['nothing for a list', row(typed('array'), ' '), undefined],
    [
      'a map for a list',
      row(typed('array'), { dns: ['a', ''], IPs: 'b', x: 'c' }),
      'write it as a list: ["dns:a", "ip:b"]',
    ],
    ['a word that is near', row(words('ours', 'theirs'), 'our'), 'did you mean "ours"?'],
    ['a word that is far', row(words('ours'), 'zzzzz'), undefined],
    ['no word', row(words('ours'), ''), undefined],
    ['a map for a word', row(words('ours'), { our: 'x' }), undefined],
    ['a number in quotes', row(words(1, 2), '1'), 'write 1 without quotes'],
    ['another complaint', row({ code: 'too_small', path: [], message: '' } as never, 'our'), undefined],
    ['an algorithm', row(words('rsa'), 'EC', 'algorithm'), 'did you mean "ecdsa"?'],
    ['EdDSA', row(words('rsa'), 'EdDSA', 'algorithm'), 'did you mean "ed25519"?'],
    ['DSA, of which the schema says more', row(words('rsa'), 'dsa', 'algorithm', 'no'), 'no'],
    ['a list of algorithms', row(typed('string'), ['rsa'], 'algorithm'), undefined],
    [
      'SHA-1',
      row(words('sha256'), 'SHA-1', 'digest'),
      'TLS libraries refuse certificates that are signed with it: write "sha256", or leave "digest" out',
    ],
    ['a digest', row(words('sha256'), 'sha25', 'digest'), 'did you mean "sha256"?'],
    [
      'a space of another kind',
      row(typed('string'), 'a\u00a0b'),
      'it contains a no-break space (U+00A0): type an ordinary space',
    ],
    [
      'a space of another kind, whatever else there is to say',
      row(typed('array'), 'a,\u00a0b', 'digest', 'in general'),
      'it contains a no-break space (U+00A0): type an ordinary space',
    ],
    [
      'a space of another kind inside of a list',
      row(typed('string'), ['a\u00a0b'], 'x', 'in general'),
      'in general',
    ],
    [
      'what the value shows before what is said to everyone',
      row(typed('boolean'), 'no', 'x', 'in general'),
      'write false',
    ],
    ['a list of digests', row(typed('string'), ['md5'], 'digest', 'in general'), 'in general'],
    ['nothing of an algorithm', row(words('rsa'), 'zzzzzzz', 'algorithm', 'in general'), 'in general'],
    [
      'nothing for text, of which the schema says more',
      row(typed('string'), null, 'x', 'in general'),
      'in general',
    ],
    [
      'text for a number, of which the schema says more',
      row(typed('int'), '12', 'x', 'in general'),
      'write 12 without quotes',
    ],
    ['a number in quotes with a sign', row(typed('int'), '-12'), undefined],
    ['a digit for a word', row(typed('boolean'), '1'), undefined],
    [
      'a URL for a map',
      row(typed('object'), 'http://a.test'),
      'put a space behind the colon: "http: //a.test"',
    ],
    ['a colon at the end for a map', row(typed('object'), 'commonName:'), undefined],
    ['a large letter before a colon', row(typed('object'), 'Name:x'), undefined],
    ...['y', 'on', 'ON'].map(
      (text) => [text, row(typed('boolean'), text), 'write true'] as [string, string, string],
    ),
    ...['n', 'No', 'off'].map(
      (text) => [text, row(typed('boolean'), text), 'write false'] as [string, string, string],
    ),
    ['False', row(typed('boolean'), 'False'), 'write false without quotes'],
    ...['ec', 'ECC', 'ecdh'].map(
      (text) =>
        [text, row(words('rsa'), text, 'algorithm'), 'did you mean "ecdsa"?'] as [string, string, string],
    ),
    ['RSA', row(words('rsa'), 'RSA', 'algorithm'), 'did you mean "rsa"?'],
    ['rsapss', row(words('rsa'), 'rsapss', 'algorithm'), 'did you mean "rsa-pss"?'],
    ['ed449', row(words('rsa'), 'ed449', 'algorithm'), 'did you mean "ed448"?'],
    ...['md2', 'MD4', 'md5', 'sha1', 'sha-1'].map(
      (text) =>
        [
          text,
          row(words('sha256'), text, 'digest'),
          'TLS libraries refuse certificates that are signed with it: write "sha256", or leave "digest" out',
        ] as [string, string, string],
    ),
    ['md6', row(words('sha256'), 'md6', 'digest'), undefined],
    [
      'a list of lists for a list',
      row(typed('array'), { dns: [['a']], email: ['b', 'c'] }),
      'write it as a list: ["email:b", "email:c"]',
    ],
    ['a map of nothing for a list', row(typed('array'), { x: 'a' }), undefined],
  ])('%s', (_, hint, expected) => expect(hint).toBe(expected));
});

describe('what a mistake spoils', () => {
  const at = (...path: readonly (string | number)[]): Issue =>
    ({ code: 'custom', path, message: '' }) as never;
  const unknown = (keys: readonly string[], ...path: readonly string[]): Issue =>
    ({ code: 'unrecognized_keys', keys, path, message: '' }) as never;
  const VALUES = {
    output: 'pki',
    defaults: { validity: '1y', key: 'rsa', servers: { validity: '2y', san: ['a'] } },
    profiles: { web: { validity: '3y', key: 'rsa' } },
    servers: { a: { validity: '4y', outputs: [], san: ['a'] }, b: { san: ['b'] } },
  };
  const left = (issue: Issue): unknown => {
    const good = withoutSpoiled(VALUES, spoiledBy([issue], new Set()));
    return Object.fromEntries(
      Object.entries(VALUES).flatMap(([key, value]) => {
        const now = good[key];
        return JSON.stringify(now) === JSON.stringify(value)
          ? []
          : [[key, now === undefined ? 'gone' : JSON.parse(JSON.stringify(now))]];
      }),
    );
  };
  const { defaults, profiles, servers } = VALUES;

  it.each<[string, Issue, unknown]>([
    ['a top-level key', at('output'), { output: 'gone' }],
    ['a section as a whole', at('servers'), { servers: 'gone' }],
    ['an unknown top-level key', unknown(['output', 'x']), { output: 'gone' }],
    ['a default', at('defaults', 'key'), { defaults: { validity: '1y', servers: defaults.servers } }],
    [
      'an unknown default',
      unknown(['validity'], 'defaults'),
      { defaults: { key: 'rsa', servers: defaults.servers } },
    ],
    ['defaults of a section', at('defaults', 'servers'), { defaults: { validity: '1y', key: 'rsa' } }],
    [
      'one of them',
      at('defaults', 'servers', 'san', 0),
      { defaults: { ...defaults, servers: { validity: '2y' } } },
    ],
    [
      'an unknown one of them',
      unknown(['validity'], 'defaults', 'servers'),
      { defaults: { ...defaults, servers: { san: ['a'] } } },
    ],
    ['a profile', at('profiles', 'web'), { profiles: {} }],
    [
      'a setting of it',
      at('profiles', 'web', 'key', 'size'),
      { profiles: { web: { validity: profiles.web.validity } } },
    ],
    ['an entry', at('servers', 'a'), { servers: { b: servers.b } }],
    ['an entry by what it has', at('servers', 'a', 'outputs', 0), { servers: { b: servers.b } }],
    ['an entry by an unknown key', unknown(['zzz'], 'servers', 'a'), { servers: { b: servers.b } }],
    [
      'a lesser setting of it alone',
      at('servers', 'a', 'san', 0),
      { servers: { ...servers, a: { validity: '4y', outputs: [] } } },
    ],
  ])('%s', (_, issue, expected) => expect(left(issue)).toEqual(expected));
});

it('a manifest has up to 5 MiB', () => {
  const codes = (length: number): readonly string[] => {
    const source = sourceOf('version: 1 #'.padEnd(length, 'x'), 'pki.yaml');
    const report = reportOn(source);
    parseManifest(source, report);
    return report.diagnostics().map(({ code }) => code);
  };
  expect(codes(5 * 2 ** 20)).not.toContain('too-large');
  expect(codes(5 * 2 ** 20 + 1)).toEqual(['too-large']);
});
