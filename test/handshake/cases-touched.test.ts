/** Handshakes of what has changed: with all that stayed, and nothing between those that stayed. */
import { expect, it } from 'vitest';
import { handshakeCases, pairCount } from '../../src/handshake/cases.ts';
import type { Entity, EntityId } from '../../src/pki/entity.ts';
import { aClient, anAuthority, aPeer, aServer, dns } from '../helpers/entities.ts';

const peer = (name: string, more: Partial<Parameters<typeof aPeer>[0]> = {}) =>
  aPeer({ name, san: [dns(`${name}.test`)], ...more });
const [API, WEB] = [aServer({ name: 'api' }), aServer({ name: 'web' })];
const [ONE, TWO] = [aClient({ name: 'one' }), aClient({ name: 'two' })];
const [NODE, MATE] = [peer('node'), peer('mate')];
const LIVE = [API, WEB, ONE, TWO, NODE, MATE];

/** Which pairs of a server and a client meet. */
function pairs(touched: readonly EntityId[] | undefined, entities: readonly Entity[] = LIVE) {
  const options = touched === undefined ? {} : { touched: new Set(touched) };
  const { cases } = handshakeCases([anAuthority(), ...entities], options);
  const met = cases
    .filter(({ check }) => check === 'pair')
    .map(({ server, client }) => `${server} ${client}`);
  return [...new Set(met)].sort();
}
const names = (...all: readonly string[]) => [...all].sort();
const servers = [API.id, WEB.id, NODE.id, MATE.id];
const clients = [ONE.id, TWO.id, NODE.id, MATE.id];
const without = (all: readonly string[], one: string) => all.filter((id) => id !== one);

it('all of it, where nothing is said', () => {
  const all = servers.flatMap((server) => without(clients, server).map((client) => `${server} ${client}`));
  expect(pairs(undefined)).toEqual(names(...all));
  expect(pairCount(LIVE)).toBe(all.length);
});

it('nothing, where nothing has changed', () => {
  expect(pairs([])).toEqual([]);
  expect(handshakeCases([anAuthority(), ...LIVE], { touched: new Set() })).toEqual({
    cases: [],
    skipped: [],
  });
});

it('a client meets every server', () => {
  expect(pairs([ONE.id])).toEqual(names(...servers.map((server) => `${server} ${ONE.id}`)));
});

it('a server meets every client, and is tried with its refusals', () => {
  expect(pairs([API.id])).toEqual(names(...clients.map((client) => `${API.id} ${client}`)));
  const { cases } = handshakeCases([anAuthority(), ...LIVE], { touched: new Set([API.id]) });
  expect(new Set(cases.map(({ server }) => server))).toEqual(new Set([API.id]));
  expect(new Set(cases.map(({ check }) => check)).size).toBeGreaterThan(2);
  const client = handshakeCases([anAuthority(), ...LIVE], { touched: new Set([ONE.id]) });
  expect(new Set(client.cases.map(({ check }) => check))).toEqual(new Set(['pair']));
});

it('a peer meets all others as either, and never itself', () => {
  const own = [
    ...without(clients, NODE.id).map((client) => `${NODE.id} ${client}`),
    ...without(servers, NODE.id).map((server) => `${server} ${NODE.id}`),
  ];
  expect(pairs([NODE.id])).toEqual(names(...own));
});

it('one whose key is elsewhere is left out where it has changed', () => {
  const key = { keyId: 'aa', keyIdentifier: 'bb', spki: '3000' };
  const keyPlace = { kind: 'request', path: 'a.csr', pem: 'csr', key, ignored: [] } as const;
  const away = aServer({ name: 'away', keyPlace });
  const token = { uri: 'pkcs11:x', pin: { kind: 'prompt', label: null } } as const;
  const held = aClient({ name: 'held', token });
  const skipped = (...touched: readonly EntityId[]) =>
    handshakeCases([anAuthority(), API, away, held], { touched: new Set(touched) }).skipped.map(
      ({ server, cause }) => [server, cause.kind],
    );
  expect(skipped(away.id)).toEqual([[away.id, 'key-elsewhere']]);
  expect(skipped(held.id)).toEqual([[held.id, 'key-on-token']]);
  expect(skipped(ONE.id)).toEqual([]);
  const all = handshakeCases([anAuthority(), API, away, held]).skipped;
  expect(all.filter(({ check }) => check === 'pair')).toHaveLength(2);
  // What meets no one in any case is not left out.
  const others = [
    anAuthority({ token }),
    { ...aServer({ name: 'mail', keyPlace }), kind: 'certificate' } as Entity,
  ];
  expect(handshakeCases([...others, API]).skipped.filter(({ check }) => check === 'pair')).toEqual([]);
});

it('one with a key of ML-DSA meets others in TLS 1.3 alone, which is the first to know it', () => {
  const versions = (...entities: readonly Entity[]) => {
    const { cases } = handshakeCases([anAuthority(), ...entities]);
    return [...new Set(cases.filter(({ check }) => check === 'pair').map(({ version }) => version))];
  };
  const key = { algorithm: 'ml-dsa-65' } as const;
  expect(versions(API, ONE)).toEqual(['TLSv1.2', 'TLSv1.3']);
  expect(versions(aServer({ name: 'api', key }), ONE)).toEqual(['TLSv1.3']);
  expect(versions(API, aClient({ name: 'one', key }))).toEqual(['TLSv1.3']);
});
