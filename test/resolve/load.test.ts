import { describe, expect, it } from 'vitest';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import { subjectText } from '../../src/pki/subject.ts';
import { loadManifest } from '../../src/resolve/load.ts';

function load(text: string): Inventory {
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  return loaded.inventory;
}

function entity(text: string, id: string): Entity {
  const found = load(text).entities.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

const HEAD = 'version: 1\nauthorities: { root: { commonName: Root CA } }\n';
const client = (fields: string, head = HEAD): Entity =>
  entity(`${head}clients: { c: { commonName: c, ${fields} } }`, 'clients/c');

const DAY = 86_400;
const YEAR = 365 * DAY;

describe('loadManifest', () => {
  it('resolves everything', () => {
    const text = `
version: 1
output: build/pki
defaults:
  validity: 30d
  subject: { organization: Example Org, country: SE }
authorities:
  services: { commonName: Services CA, issuer: root, pathLength: 0, validity: 3y }
  root: { commonName: Root CA, key: { algorithm: rsa, size: 4096 }, validity: 10y }
peers:
  broker-1: { commonName: broker-1.example.test }
servers:
  api:
    commonName: api.example.test
    san: [api.example.test, "::1", "uri:spiffe://example.test/api"]
    subject: { organizationalUnit: Platform, country: "NO" }
`;
    const outputs = ['key', 'csr', 'cert', 'chain', 'fullchain', 'ca'];
    const shared = {
      trust: ['authorities/root'],
      outputs,
      renewBefore: { kind: 'share', share: 1 / 3 },
      rotateKey: false,
      backdate: 300,
    };
    const subject = (more: object[]): object[] => [
      { type: 'C', value: 'SE' },
      { type: 'O', value: 'Example Org' },
      ...more,
    ];
    expect(load(text)).toEqual({
      output: 'build/pki',
      entities: [
        {
          ...shared,
          kind: 'authority',
          id: 'authorities/root',
          name: 'root',
          subject: subject([{ type: 'CN', value: 'Root CA' }]),
          san: [],
          key: { algorithm: 'rsa', size: 4096 },
          validity: 10 * YEAR,
          issuer: null,
          pathLength: null,
        },
        {
          ...shared,
          kind: 'authority',
          id: 'authorities/services',
          name: 'services',
          subject: subject([{ type: 'CN', value: 'Services CA' }]),
          san: [],
          key: { algorithm: 'ecdsa', curve: 'P-384' },
          validity: 3 * YEAR,
          issuer: 'authorities/root',
          pathLength: 0,
        },
        {
          ...shared,
          kind: 'server',
          id: 'servers/api',
          name: 'api',
          subject: [
            { type: 'C', value: 'NO' },
            { type: 'O', value: 'Example Org' },
            { type: 'OU', value: 'Platform' },
            { type: 'CN', value: 'api.example.test' },
          ],
          san: [
            { kind: 'dns', value: 'api.example.test' },
            { kind: 'ip', value: '::1' },
            { kind: 'uri', value: 'spiffe://example.test/api' },
          ],
          key: { algorithm: 'ecdsa', curve: 'P-256' },
          validity: 30 * DAY,
          issuer: 'authorities/services',
        },
        {
          ...shared,
          kind: 'peer',
          id: 'peers/broker-1',
          name: 'broker-1',
          subject: subject([{ type: 'CN', value: 'broker-1.example.test' }]),
          san: [{ kind: 'dns', value: 'broker-1.example.test' }],
          key: { algorithm: 'ecdsa', curve: 'P-256' },
          validity: 30 * DAY,
          issuer: 'authorities/services',
        },
      ],
    });
  });

  it('has defaults for everything', () => {
    const text = `${HEAD.replace(' }\n', ', sub: { commonName: Sub CA, issuer: root } }\n')}clients: { c: { commonName: c } }`;
    expect(load(text).output).toBe('pki');
    expect(load(text).entities).toMatchObject([
      { name: 'root', validity: 10 * YEAR, key: { curve: 'P-384' }, pathLength: null },
      { name: 'sub', validity: 5 * YEAR, key: { curve: 'P-384' }, pathLength: null },
      { name: 'c', validity: 90 * DAY, key: { curve: 'P-256' }, issuer: 'authorities/sub' },
    ]);
  });

  it.each([
    ['key', 'key: ed25519', { key: { algorithm: 'ed25519' } }],
    ['validity', 'validity: 60d', { validity: 60 * DAY }],
    ['renewBefore', 'renewBefore: 10d', { renewBefore: { kind: 'seconds', seconds: 10 * DAY } }],
    ['rotateKey', 'rotateKey: true', { rotateKey: true }],
    ['backdate', 'backdate: 0m', { backdate: 0 }],
    ['outputs, in our order', 'outputs: [public, cert, key]', { outputs: ['key', 'cert', 'public'] }],
    ['trust', 'trust: [root]', { trust: ['authorities/root'] }],
    [
      'subject',
      'subject: { locality: Uppsala }',
      {
        subject: [
          { type: 'L', value: 'Uppsala' },
          { type: 'CN', value: 'c' },
        ],
      },
    ],
  ])('takes %s from the entry or from defaults', (_, field, expected) => {
    expect(client(field)).toMatchObject(expected);
    expect(client('', `${HEAD}defaults: { ${field} }\n`)).toMatchObject(expected);
  });

  it('lets an entry override each field, false and nothing included', () => {
    const defaults =
      'defaults: { rotateKey: true, backdate: 1h, key: rsa-3072, outputs: [key, cert, public], validity: 60d }\n';
    const fields =
      'rotateKey: false, backdate: 0m, key: { algorithm: ecdsa, curve: P-521 }, outputs: [key, cert], validity: 30d';
    expect(client(fields, HEAD + defaults)).toMatchObject({
      rotateKey: false,
      backdate: 0,
      key: { algorithm: 'ecdsa', curve: 'P-521' },
      outputs: ['key', 'cert'],
      validity: 30 * DAY,
    });
  });

  it('does not depend on the order of the file, sections and authorities included', () => {
    const a = `version: 1
servers: { s: { commonName: s.test } }
clients: { c: { commonName: c } }
authorities:
  leafs: { commonName: L, issuer: mid }
  mid: { commonName: M, issuer: root }
  root: { commonName: R }
`;
    const b = `authorities:
  root: { commonName: R }
  mid: { issuer: root, commonName: M }
  leafs: { issuer: mid, commonName: L }
clients: { c: { commonName: c } }
servers: { s: { commonName: s.test } }
version: 1
`;
    expect(load(a)).toEqual(load(b));
    expect(load(a).entities.map(({ name }) => name)).toEqual(['root', 'mid', 'leafs', 's', 'c']);
  });

  it('has several roots, and says nothing about entries of one name in several sections', () => {
    const text = `version: 1
authorities: { b: { commonName: B }, a: { commonName: A }, api: { commonName: C, issuer: b } }
servers: { api: { commonName: api.test, issuer: api } }
clients: { api: { commonName: api, issuer: a } }
`;
    expect(load(text).entities.map(({ id, issuer }) => [id, issuer])).toEqual([
      ['authorities/a', null],
      ['authorities/b', null],
      ['authorities/api', 'authorities/b'],
      ['servers/api', 'authorities/api'],
      ['clients/api', 'authorities/a'],
    ]);
  });

  it('trusts the own root first', () => {
    const head =
      'version: 1\nauthorities: { a: { commonName: A }, b: { commonName: B }, sub: { commonName: S, issuer: b } }\n';
    const trust = (fields: string) => client(`issuer: sub, ${fields}`, head).trust;
    expect(trust('')).toEqual(['authorities/b']);
    expect(trust('trust: [a, b]')).toEqual(['authorities/b', 'authorities/a']);
    expect(trust('trust: [a]')).toEqual(['authorities/a']);
  });

  it.each([
    [0, []],
    [1, ['a']],
    [2, ['a', 'b']],
  ])('lets %d authorities stand below a path length of as many', (pathLength, below) => {
    const chain = below.map(
      (name, i) => `${name}: { commonName: ${name}, issuer: ${below[i - 1] ?? 'root'} }`,
    );
    const text = `version: 1\nauthorities: { root: { commonName: R, pathLength: ${pathLength} }, ${chain.join(', ')} }`;
    expect(load(text).entities).toHaveLength(below.length + 1);
  });
});

describe('names of hosts', () => {
  const sans = (fields: string, section = 'servers'): unknown =>
    entity(
      `${HEAD}defaults: { subject: { organization: O } }\n${section}: { x: { ${fields} } }`,
      `${section}/x`,
    ).san;
  const dns = (value: string): object => ({ kind: 'dns', value });

  it.each([
    ['the common name, where san is left out', 'commonName: a.test', [dns('a.test')]],
    ['a wildcard', 'commonName: "*.a.test"', [dns('*.a.test')]],
    ['an address, canonical', 'commonName: "0:0::1"', [{ kind: 'ip', value: '::1' }]],
    [
      'an address among others',
      'commonName: "0:0::1", san: [a.test, "::1"]',
      [dns('a.test'), { kind: 'ip', value: '::1' }],
    ],
    [
      'another spelling of the name',
      'commonName: A.test, san: [b.test, a.TEST]',
      [dns('b.test'), dns('a.TEST')],
    ],
    ['no common name', 'san: [a.test]', [dns('a.test')]],
  ])('%s', (_, fields, expected) => {
    expect(sans(fields)).toEqual(expected);
    expect(sans(fields, 'peers')).toEqual(expected);
  });

  it('are not wanted of clients', () => {
    expect(sans('commonName: "Billing, Inc"', 'clients')).toEqual([]);
    expect(sans('commonName: a.test, san: [b.test]', 'clients')).toEqual([dns('b.test')]);
    expect(sans('', 'clients')).toEqual([]);
  });

  it('may be longer than a common name can be', () => {
    const name = `${'a'.repeat(60)}.example.test`;
    expect(sans(`san: [${name}]`)).toEqual([dns(name)]);
  });
});

it('has a subject in the order of X.500', () => {
  const fields = 'subject: { locality: L, state: ST, organization: O, organizationalUnit: OU, country: SE }';
  expect(subjectText(client(fields).subject)).toBe('C=SE, ST=ST, L=L, O=O, OU=OU, CN=c');
});
