import { describe, expect, test } from 'vitest';
import type { HandshakePlan } from '../../src/handshake/case.ts';
import { handshakeCases } from '../../src/handshake/cases.ts';
import { authorityEntity, dns, ip, leafEntity } from './pki.ts';

const ROOT = authorityEntity('root');
const OTHER = authorityEntity('other');
const INNER = authorityEntity('inner', 'authorities/root');
const DEEP = authorityEntity('deep', 'authorities/inner');

const api = leafEntity('server', 'api', 'root', { san: [dns('api.test')] });
const billing = leafEntity('client', 'billing', 'root');
const stranger = leafEntity('client', 'stranger', 'other');

/** One line per case: the id without the version, who refuses, the name. */
function lines(plan: HandshakePlan, version = 'TLSv1.3'): readonly string[] {
  return plan.cases
    .filter((tried) => tried.version === version)
    .map((tried) => {
      const verdict = tried.expect === 'accept' ? 'accept' : `refuse by ${tried.by.join('+')}`;
      return `${tried.server} ${tried.client} ${tried.check}: ${verdict} (${tried.serverName})`;
    });
}

describe('handshakeCases', () => {
  test('one server, one client: a pair and four refusals, in both versions', () => {
    const plan = handshakeCases([ROOT, api, billing]);
    const expected = [
      'servers/api clients/billing pair: accept (api.test)',
      'servers/api clients/billing no-client-certificate: refuse by server (api.test)',
      'servers/api clients/billing foreign-client: refuse by server (api.test)',
      'servers/api clients/billing wrong-name: refuse by client (wrong-name.invalid)',
      'servers/api clients/billing other-root: refuse by client (api.test)',
    ];
    expect(lines(plan, 'TLSv1.2')).toEqual(expected);
    expect(lines(plan, 'TLSv1.3')).toEqual(expected);
    expect(plan.skipped).toEqual([]);
  });

  test('only the versions asked for', () => {
    const plan = handshakeCases([ROOT, api, billing], { versions: ['TLSv1.2'] });
    expect(new Set(plan.cases.map(({ version }) => version))).toEqual(new Set(['TLSv1.2']));
  });

  test('ids are unique', () => {
    const san = ['a.test', 'b.test', 'c.test', 'd.test'].map(dns);
    const many = leafEntity('server', 'many', 'root', { san });
    const ids = handshakeCases([ROOT, OTHER, api, many, billing, stranger]).cases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    [['root'], ['root'], 'accept'],
    [['root'], ['other'], 'refuse by client'],
    [['other'], ['root'], 'refuse by server'],
    [['other'], ['other'], 'refuse by server+client'],
    [['root', 'other'], ['root', 'other'], 'accept'],
  ])('server trusting %j meets client trusting %j of one root: %s', (server, client, verdict) => {
    const entities = [
      ROOT,
      OTHER,
      leafEntity('server', 's', 'root', { trust: server, san: [dns('s.test')] }),
      leafEntity('client', 'c', 'root', { trust: client }),
    ];
    expect(lines(handshakeCases(entities))[0]).toBe(`servers/s clients/c pair: ${verdict} (s.test)`);
  });

  test('a root is found through any number of intermediates', () => {
    const server = leafEntity('server', 's', 'deep', { trust: ['root'], san: [dns('s.test')] });
    const client = leafEntity('client', 'c', 'inner', { trust: ['root'] });
    expect(lines(handshakeCases([ROOT, INNER, DEEP, server, client]))[0]).toMatch(/accept/);
  });

  test('trusting an intermediate is not trusting its root', () => {
    const server = leafEntity('server', 's', 'deep', { trust: ['inner'], san: [dns('s.test')] });
    const client = leafEntity('client', 'c', 'inner', { trust: ['inner'] });
    expect(lines(handshakeCases([ROOT, INNER, DEEP, server, client]))[0]).toMatch(/refuse by server\+client/);
  });

  test('peers are servers and clients, but never their own', () => {
    const peer = (name: string) => leafEntity('peer', name, 'root', { san: [dns(`${name}.test`)] });
    const entities = [ROOT, api, billing, peer('one'), peer('two')];
    const pairs = handshakeCases(entities).cases.filter(
      ({ check, version }) => check === 'pair' && version === 'TLSv1.2',
    );
    expect(pairs.map(({ server, client }) => `${server} ${client}`)).toEqual([
      'servers/api clients/billing',
      'servers/api peers/one',
      'servers/api peers/two',
      'peers/one clients/billing',
      'peers/one peers/two',
      'peers/two clients/billing',
      'peers/two peers/one',
    ]);
  });
});

describe('names', () => {
  const names = [dns('a.test'), ip('127.0.0.1'), ip('::1'), dns('*.w.test')];

  test('dealt over the pairs that connect, both versions', () => {
    const server = leafEntity('server', 's', 'root', { san: names });
    const clients = ['x', 'y'].map((name) => leafEntity('client', name, 'root'));
    const asked = handshakeCases([ROOT, OTHER, server, stranger, ...clients]).cases.filter(
      ({ expect }) => expect === 'accept',
    );
    expect(asked.map(({ serverName }) => serverName)).toEqual(['a.test', '127.0.0.1', '::1', 'probe.w.test']);
  });

  test('names that no pair is left for get cases of their own', () => {
    const server = leafEntity('server', 's', 'root', { san: names });
    const asked = handshakeCases([ROOT, server, billing]).cases.filter(({ expect }) => expect === 'accept');
    expect(asked.map(({ check, serverName }) => `${check} ${serverName}`)).toEqual([
      'pair a.test',
      'pair 127.0.0.1',
      'name ::1',
      'name probe.w.test',
    ]);
  });

  test('a server that has no host name is known by its URIs, and the proof says so', () => {
    const san = ['spiffe://test/s', 'spiffe://wrong-name.invalid'].map(
      (value) => ({ kind: 'uri', value }) as const,
    );
    const plan = handshakeCases([ROOT, leafEntity('server', 's', 'root', { san }), billing]);
    expect(plan.cases[0]).toMatchObject({ check: 'pair', expect: 'accept', serverName: 'spiffe://test/s' });
    expect(plan.cases.find(({ check }) => check === 'wrong-name')).toMatchObject({
      serverName: 'spiffe://wrong-name.invalid/wrong-name',
    });
    expect(plan.skipped).toEqual([{ server: 'servers/s', check: 'name', cause: { kind: 'uri-alone' } }]);
  });

  test('e-mail names are no server names, and a server without names says so', () => {
    const san = [{ kind: 'email', value: 's@s.test' } as const];
    const plan = handshakeCases([ROOT, leafEntity('server', 's', 'root', { san }), billing]);
    expect(plan.cases[0]).toMatchObject({ check: 'pair', expect: 'accept', serverName: null });
    expect(plan.skipped).toEqual([{ server: 'servers/s', check: 'name', cause: { kind: 'no-name' } }]);
  });

  test.each([
    [['api.test'], 'wrong-name.invalid'],
    [['*.invalid'], 'wrong-name.wrong-name.invalid'],
    [['WRONG-NAME.invalid', '*.wrong-name.invalid'], 'wrong-name.wrong-name.wrong-name.invalid'],
  ])('the wrong name for %j is %s', (values, wrong) => {
    const server = leafEntity('server', 's', 'root', { san: values.map(dns) });
    const tried = handshakeCases([ROOT, server, billing]).cases.find(({ check }) => check === 'wrong-name');
    expect(tried?.serverName).toBe(wrong);
  });

  test('the wrong name is not the common name either, which Node falls back on', () => {
    const server = leafEntity('server', 's', 'root', { commonName: 'wrong-name.invalid' });
    const tried = handshakeCases([ROOT, server, billing]).cases.find(({ check }) => check === 'wrong-name');
    expect(tried?.serverName).toBe('wrong-name.wrong-name.invalid');
  });
});

describe('what cannot be tested', () => {
  test('no client at all: a stand-in tries the server, and the rest is skipped with a reason', () => {
    const plan = handshakeCases([ROOT, api]);
    expect(lines(plan)).toEqual([
      'servers/api null no-client-certificate: refuse by server (api.test)',
      'servers/api null foreign-client: refuse by server (api.test)',
    ]);
    expect(plan.skipped.map(({ check }) => check)).toEqual(['wrong-name', 'other-root']);
  });

  test('no client at all: a stand-in without a certificate asks for every name, and judges it before it is refused', () => {
    const server = leafEntity('server', 's', 'root', { san: [dns('s.test'), dns('t.test'), dns('u.test')] });
    const { cases } = handshakeCases([ROOT, server]);
    expect(cases.map(({ check, serverName, version }) => [check, serverName, version])).toEqual([
      ['no-client-certificate', 's.test', 'TLSv1.2'],
      ['no-client-certificate', 's.test', 'TLSv1.3'],
      ['no-client-certificate', 't.test', 'TLSv1.3'],
      ['no-client-certificate', 'u.test', 'TLSv1.3'],
      ['foreign-client', 's.test', 'TLSv1.2'],
      ['foreign-client', 's.test', 'TLSv1.3'],
    ]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test('no client connects: the pair is still tried', () => {
    const plan = handshakeCases([ROOT, OTHER, api, stranger]);
    expect(lines(plan)[0]).toBe('servers/api clients/stranger pair: refuse by server+client (api.test)');
    expect(lines(plan)).toHaveLength(3);
  });

  test('a server that does not trust its own root has no stand-in', () => {
    const server = leafEntity('server', 's', 'root', { trust: ['other'], san: [dns('s.test')] });
    const plan = handshakeCases([ROOT, OTHER, server]);
    expect(plan.cases).toEqual([]);
    expect(plan.skipped).toHaveLength(5);
    expect(plan.skipped[0]?.cause).toEqual({ kind: 'no-asker', names: ['s.test'] });
  });

  test('no servers: nothing to try', () => {
    expect(handshakeCases([ROOT, billing])).toEqual({ cases: [], skipped: [] });
  });
});
