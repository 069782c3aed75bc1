import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Credentials } from '../../src/handshake/credentials.ts';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { shake } from '../../src/handshake/shake.ts';
import type { Entity, EntityId } from '../../src/pki/entity.ts';
import { outcomeText } from '../../src/report/handshakes-words.ts';
import { authorityEntity, dns, ip, leafEntity, Pki, type Signer, type TestKey } from './pki.ts';

let pki: Pki;
let root: Signer;
let inner: Signer;
let other: Signer;

beforeAll(async () => {
  pki = await Pki.open();
  root = await pki.authority('root', { key: 'rsa:2048' });
  inner = await pki.authority('inner', { issuer: root });
  other = await pki.authority('other');
});
afterAll(() => pki.remove());

const SAN = [
  dns('s.test'),
  ip('127.0.0.1'),
  ip('::1'),
  ip('2001:db8::17'),
  dns('*.w.test'),
  dns('under_score.test'),
];
const AUTHORITIES = [
  authorityEntity('root'),
  authorityEntity('other'),
  authorityEntity('inner', 'authorities/root'),
];

function prove(entities: readonly Entity[], files: Readonly<Record<EntityId, Credentials>>) {
  const { cases } = handshakeCases([...AUTHORITIES, ...entities]);
  return shake(cases, new Map(Object.entries(files)), pki.foreign);
}

/** What went wrong, readable in a test report. */
function wrong(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.filter(({ ok }) => !ok).map((outcome) => `${outcome.case.id}: ${outcomeText(outcome)}`);
}

const KEYS: readonly TestKey[] = ['rsa:2048', 'P-256', 'P-384', 'P-521', 'ed25519', 'ed448'];

describe('good certificates pass everything', () => {
  test.each(KEYS)('%s below an intermediate, every name, both versions', async (key) => {
    const outcomes = await prove(
      [
        leafEntity('server', 's', 'inner', { trust: ['root'], san: SAN }),
        leafEntity('client', 'c', 'inner', { trust: ['root'] }),
      ],
      {
        'servers/s': await pki.credentials({ name: 's', issuer: inner, san: SAN, usage: 'serverAuth', key }),
        'clients/c': await pki.credentials({ name: 'c', issuer: inner, usage: 'clientAuth', key }),
      },
    );
    expect(wrong(outcomes)).toEqual([]);
    const met = outcomes.filter(({ connected }) => connected);
    expect(new Set(met.map((outcome) => outcome.case.serverName))).toEqual(
      new Set(['s.test', '127.0.0.1', '::1', '2001:db8::17', 'probe.w.test', 'under_score.test']),
    );
    expect(outcomes.filter(({ connected }) => !connected)).toHaveLength(8);
    expect(new Set(met.map(({ transcript }) => transcript?.protocol))).toEqual(
      new Set(['TLSv1.2', 'TLSv1.3']),
    );
  });

  test('below the root, peers in both roles, and roots that do not trust each other', async () => {
    const recipe = (name: string, issuer: Signer) =>
      pki.credentials({ name, issuer, san: [dns(`${name}.test`)] });
    const peer = (name: string, issuer: string) =>
      leafEntity('peer', name, issuer, { san: [dns(`${name}.test`)] });
    const outcomes = await prove([peer('a', 'root'), peer('b', 'root'), peer('x', 'other')], {
      'peers/a': await recipe('a', root),
      'peers/b': await recipe('b', root),
      'peers/x': await recipe('x', other),
    });
    expect(wrong(outcomes)).toEqual([]);
    const pairs = outcomes.filter((outcome) => outcome.case.check === 'pair');
    expect(pairs.filter(({ connected }) => connected)).toHaveLength(4);
    expect(pairs.filter(({ connected }) => !connected)).toHaveLength(8);
  });

  test('one side that trusts both roots is refused by the other side alone', async () => {
    const outcomes = await prove(
      [
        leafEntity('server', 's', 'root', { trust: ['root'], san: [dns('s.test')] }),
        leafEntity('client', 'c', 'other', { trust: ['other', 'root'] }),
      ],
      {
        'servers/s': await pki.credentials({ name: 's', issuer: root, san: [dns('s.test')] }),
        'clients/c': await pki.credentials({ name: 'c', issuer: other, trust: [other, root] }),
      },
    );
    expect(wrong(outcomes)).toEqual([]);
    expect(outcomes.slice(0, 1).map(outcomeText)[0]).toMatch(
      /^the server refused: the client's certificate .* \([A-Z_]+\)$/,
    );
    expect(outcomes[0]?.transcript?.client).toEqual({ kind: 'accepted' });
  });

  test('a server with only a URI name meets its clients without a name', async () => {
    const san = [{ kind: 'uri', value: 'spiffe://test/s' } as const];
    const outcomes = await prove(
      [leafEntity('server', 's', 'root', { san }), leafEntity('client', 'c', 'root')],
      {
        'servers/s': await pki.credentials({ name: 's', issuer: root, san }),
        'clients/c': await pki.credentials({ name: 'c', issuer: root }),
      },
    );
    expect(wrong(outcomes)).toEqual([]);
  });
});
