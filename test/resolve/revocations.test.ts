/** What can be revoked, why, and where it has to be listed. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const DAY = 86400;

function load(root: object, client: object, issuing?: object) {
  const authorities = {
    root: { commonName: 'Root', ...root },
    ...(issuing === undefined ? {} : { issuing: { commonName: 'Issuing', issuer: 'root', ...issuing } }),
  };
  const issuer = issuing === undefined ? 'root' : 'issuing';
  const text = JSON.stringify({ version: 1, authorities, clients: { alice: { issuer, ...client } } });
  return loadManifest(text, 'pki.yaml');
}

function entitiesOf(...of: Parameters<typeof load>): Inventory['entities'] {
  const loaded = load(...of);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.inventory.entities;
}

function mistakesIn(...of: Parameters<typeof load>): readonly string[] {
  const loaded = load(...of);
  return loaded.ok ? [] : loaded.diagnostics.map(({ message }) => message);
}

describe('crl', () => {
  const usual = { validity: 30 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } };
  const url = 'http://pki.example.test/ca.crl';
  it.each([
    [true, { url: [], list: usual }],
    [{}, { url: [], list: usual }],
    [{ url }, { url: [url] }],
    [
      { url, validity: '30d' },
      { url: [url], list: usual },
    ],
    [
      { validity: '7d', renewBefore: '2d' },
      { url: [], list: { validity: 7 * DAY, renewBefore: { kind: 'seconds', seconds: 2 * DAY } } },
    ],
  ])('%j', (crl, expected) => {
    expect(entitiesOf({ crl }, {})[0]).toMatchObject({ crl: expected });
    expect(entitiesOf({ crl }, {})[0]).toHaveProperty('crl', expected);
  });

  it.each([
    [false, /must be true, or a map/],
    [{ renewBefore: '30d' }, /renewBefore is not shorter than the validity of the list, 30d/],
    [{ validity: '1d', renewBefore: '24h' }, /not shorter/],
    [{ days: 30 }, /unknown/],
  ])('%j is refused', (crl, message) => {
    expect(mistakesIn({ crl }, {}).join('\n')).toMatch(message);
  });
});

describe('revoked', () => {
  it.each([
    [true, { reason: null }],
    ['unspecified', { reason: null }],
    ['keycompromise', { reason: 'keyCompromise' }],
    [{ at: '2026-11-01' }, { reason: null, at: Date.UTC(2026, 10, 1) / 1000 }],
    [
      { reason: 'superseded', at: '2026-11-01T10:00:00Z' },
      { reason: 'superseded', at: Date.UTC(2026, 10, 1, 10) / 1000 },
    ],
  ])('%j', (revoked, expected) => {
    expect(entitiesOf({ crl: true }, { revoked })[1]).toHaveProperty('revoked', expected);
  });

  it.each([
    ['certificateHold', /nothing is revoked for "certificateHold"/],
    ['removeFromCRL', /nothing is revoked for "removeFromCRL"/],
    ['aACompromise', /nothing is revoked for "aACompromise"/],
    ['stolen', /"stolen" is no reason/],
    [{ at: '2026-02-30' }, /"2026-02-30" is no time/],
    [{ at: 'yesterday' }, /"yesterday" is no time/],
    [{ when: 'now' }, /unknown/],
  ])('%j is refused', (revoked, message) => {
    expect(mistakesIn({ crl: true }, { revoked }).join('\n')).toMatch(message);
  });

  it.each([
    ['4F:01', '4f01'],
    ['0x004f01', '4f01'],
    ['00', '00'],
  ])('serial number %s', (serial, expected) => {
    const [root] = entitiesOf({ crl: true, revoked: [{ serial }] }, {});
    expect(root).toHaveProperty('revokes', [{ serial: expected, reason: null }]);
    expect(root).not.toHaveProperty('revoked');
  });

  it.each([
    [[], /list is empty/],
    [[{ serial: 'xyz' }], /"xyz" is no serial number/],
    [[{ serial: '4f0' }], /is no serial number/],
    [[{ serial: '4f01' }, { serial: '4F:01' }], /listed twice/],
    [[{ reason: 'superseded' }], /serial/],
  ])('%j is refused', (revoked, message) => {
    expect(mistakesIn({ crl: true, revoked }, {}).join('\n')).toMatch(message);
  });

  it('has to be listed, and is no root, and signs nothing more', () => {
    expect(mistakesIn({}, { revoked: true })).toEqual([
      'client "alice" is revoked, and its issuer "root" makes no revocation list',
    ]);
    expect(mistakesIn({ crl: { url: 'http://pki.example.test/a.crl' } }, { revoked: true })).toHaveLength(1);
    expect(mistakesIn({ revoked: [{ serial: '01' }] }, {})).toEqual([
      'authority "root" makes no revocation list',
    ]);
    expect(mistakesIn({ crl: true, revoked: true }, {})[0]).toContain('is a root, and no list revokes one');
    expect(mistakesIn({ crl: true }, {}, { revoked: true })).toEqual([
      'client "alice" is signed by "issuing", which is revoked',
    ]);
    expect(mistakesIn({ crl: true }, { revoked: true }, { revoked: true })).toEqual([]);
  });

  it('is advised where the key is that signs the list', () => {
    const adviceIn = (...of: Parameters<typeof load>) => {
      const loaded = load(...of);
      return loaded.ok ? [] : loaded.diagnostics.map(({ hint }) => hint);
    };
    expect(adviceIn({}, { revoked: true })).toEqual([
      'add "crl: true" to "root", and give the list to what should refuse the certificate',
    ]);
    const there = 'in the manifest of the machine that has the key of "root"';
    for (const crl of [{}, { crl: { url: 'http://pki.example.test/a.crl' } }])
      expect(adviceIn({ key: 'offline', ...crl }, { revoked: true })).toEqual([
        `write its serial number ("pki history clients/alice") into "revoked" of that authority ${there}, beside "crl: true", and take the entry out here`,
      ]);
    expect(adviceIn({ key: 'offline', revoked: [{ serial: '01' }] }, {})).toEqual([
      `state "revoked" ${there}, beside "crl: true", and leave it out here`,
    ]);
  });
});
