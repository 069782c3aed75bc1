/** Which handshakes with what is revoked are tried, and who has to refuse them. */
import { describe, expect, it } from 'vitest';
import { TLS_VERSIONS, type TlsVersion } from '../../src/handshake/case.ts';
import { parties } from '../../src/handshake/party.ts';
import { type Revocation, revokedCases } from '../../src/handshake/revoked-cases.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { aClient, anAuthority, aPeer, aServer, dns } from '../helpers/entities.ts';

const [ROOT, OTHER] = [anAuthority({ name: 'root' }), anAuthority({ name: 'other' })];
const REVOKED = { revoked: { reason: null } } as const;
const FOREIGN = { issuer: OTHER.id, trust: [OTHER.id] } as const;
const API = aServer({ name: 'api' });
const WEB = aServer({ name: 'web' });
const FAR = aServer({ name: 'far', ...FOREIGN });
const [APP, BLIND] = [aClient({ name: 'app' }), aClient({ name: 'blind' })];
const NODE = aPeer({ name: 'node', san: [dns('node.test')] });
const GONE = aClient({ name: 'gone', ...REVOKED });
const OUT = aServer({ name: 'out', san: [dns('out.test'), dns('more.test')], ...REVOKED });
const LEFT = aPeer({ name: 'left', san: [dns('left.test')], ...REVOKED });
const LIVE = [API, WEB, FAR, APP, BLIND, NODE];
const READERS = new Set([API, FAR, APP, NODE].map(({ id }) => id));

function cases(
  revoked: readonly Entity[],
  given: Partial<Revocation> = {},
  versions: readonly TlsVersion[] = TLS_VERSIONS,
) {
  const all = [ROOT, OTHER, ...LIVE, ...revoked];
  const [servers, clients] = [parties(LIVE, 'server', all), parties(LIVE, 'client', all)];
  return revokedCases(servers, clients, { revoked, all, readers: READERS, ...given }, versions);
}
const pairs = (...args: Parameters<typeof cases>) =>
  cases(...args).cases.map(({ server, client, version, ...one }) => {
    expect(one).toMatchObject({ check: 'revoked', expect: 'refuse' });
    return [server, client, 'by' in one && one.by.join(), version, one.serverName].join(' ');
  });
const both = (line: string, name: string) => TLS_VERSIONS.map((version) => `${line} ${version} ${name}`);

describe('what is revoked', () => {
  it('as a client is refused by servers that read lists, and trust its root', () => {
    expect(pairs([GONE]).sort()).toEqual(
      [
        ...both('peers/node clients/gone server', 'node.test'),
        ...both('servers/api clients/gone server', 'api.example.test'),
      ].sort(),
    );
  });

  it('as a server is refused by clients that read lists, by its first name', () => {
    expect(pairs([OUT]).sort()).toEqual(
      [
        ...both('servers/out clients/app client', 'out.test'),
        ...both('servers/out peers/node client', 'out.test'),
      ].sort(),
    );
  });

  it('as a peer is refused as either', () => {
    expect(pairs([LEFT])).toHaveLength(8);
    expect(pairs([LEFT], {}, ['TLSv1.3']).sort()).toEqual([
      'peers/left clients/app client TLSv1.3 left.test',
      'peers/left peers/node client TLSv1.3 left.test',
      'peers/node peers/left server TLSv1.3 node.test',
      'servers/api peers/left server TLSv1.3 api.example.test',
    ]);
  });

  it('meets no one where none reads lists, and nothing meets any', () => {
    expect(cases([GONE, OUT, LEFT], { readers: new Set() })).toEqual({ cases: [], skipped: [] });
    expect(cases([])).toEqual({ cases: [], skipped: [] });
    expect(revokedCases([], [], undefined, TLS_VERSIONS)).toEqual({ cases: [], skipped: [] });
  });

  it('is left to openssl where it is too many', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => aClient({ name: `g${i}`, ...REVOKED }));
    const readers = new Set([API.id]);
    const most = cases(many(500), { readers });
    expect([most.cases.length, most.skipped]).toEqual([500 * TLS_VERSIONS.length, []]);
    const { cases: none, skipped } = cases(many(501), { readers });
    expect([none, skipped.length]).toEqual([[], 501]);
    expect(skipped[500]).toEqual({ server: 'clients/g500', check: 'revoked', cause: { kind: 'too-many' } });
  });
});
