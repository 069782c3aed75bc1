/** Which files of a folder are an entity's, and which certificates are cross-certificates: each condition by itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findArtifacts } from '../../src/adopt/artifacts.ts';
import { bridgesOf } from '../../src/adopt/bridges.ts';
import type { EntryDraft } from '../../src/adopt/draft.ts';
import type { FoundFile } from '../../src/adopt/found.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import { bridgeName, type Entity } from '../../src/pki/entity.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

/** A certificate that signed itself: as that of all of them, it makes every signature a good one. */
const DER = certificateDer(
  readFileSync(join(import.meta.dirname, '../fixtures/0.1.0/everything/pki/authorities/root/cert.pem')),
);
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };

const found = (facts: CertificateFacts) => ({ facts, der: DER });

/** An entry, with its files in a folder of its own. */
function draft(entity: Entity, issuer: EntryDraft | null = null, changes: Changes = {}): EntryDraft {
  const { name, id } = entity;
  const key = keyFacts(name);
  const own = certificateFor(entity, key, ISSUANCE, issuer?.pair.cert.facts ?? null, name);
  const pair: PlacedPair = {
    cert: found(changed(own, changes)),
    certPath: `${name}/cert.pem`,
    key,
    keyPath: `${name}/key.pem`,
    section: entity.kind === 'authority' ? 'authorities' : 'servers',
    issuer: issuer?.pair ?? null,
    notes: [],
  };
  return { pair, name, id, entry: {}, notes: [] };
}

const limit = (pathLength: number): Changes => ({
  extensions: { basicConstraints: critical({ ca: true, pathLength }) },
});
const within = (...permitted: readonly string[]): Changes => ({
  extensions: { nameConstraints: critical({ permitted, excluded: [] }) },
});
const named = (...names: readonly string[]): Changes => ({
  extensions: { subjectAltName: uncritical(names) },
});

const authority = (name: string, issuer: EntryDraft | null = null, changes: Changes = {}): EntryDraft =>
  draft(anAuthority({ name, ...(issuer === null ? {} : { issuer: issuer.id }) }), issuer, changes);
const server = (name: string, issuer: EntryDraft, changes: Changes = {}): EntryDraft =>
  draft(aServer({ name, issuer: issuer.id }), issuer, changes);

describe('a cross-certificate', () => {
  /** A further certificate of one authority, by another. */
  const cross = (of: EntryDraft, by: EntryDraft, changes: Changes = {}): CertificateFacts => {
    const { subjectDer: issuerDer, subject: issuer } = by.pair.cert.facts;
    const serial = { fingerprint: `${of.name} by ${by.name}` };
    return changed(of.pair.cert.facts, { issuerDer, issuer, ...serial, ...changes });
  };
  const bridges = (
    drafts: readonly EntryDraft[],
    crosses: readonly (readonly [CertificateFacts, ...string[]])[],
    revoked: readonly string[] = [],
  ): readonly string[] =>
    bridgesOf(drafts, {
      occurrences: crosses.map(([facts, ...alone]) => ({ cert: found(facts), alone, together: [] })),
      revoked: new Map(revoked.map((fingerprint) => [fingerprint, true])),
    }).map(({ id, path }) => `${id} ${path}`);

  const one = authority('one');
  const two = authority('two');
  const low = authority('low', two);
  const ALL = [one, two, low];
  const FOUND = [`authorities/${bridgeName('two', 'one')} x.crt`];

  it.each<[string, readonly EntryDraft[], CertificateFacts, boolean]>([
    ['of one root by another', ALL, cross(two, one), true],
    [
      'of an authority of the folder itself',
      ALL,
      cross(two, one, { fingerprint: low.pair.cert.facts.fingerprint }),
      false,
    ],
    ['of what stands above its signer', ALL, cross(two, low), false],
    [
      'by its own issuer',
      [...ALL, authority('x', two, { issuerDer: 'aa' })],
      cross(authority('x', two, { issuerDer: 'aa' }), two),
      false,
    ],
    ['by none of the folder', ALL, cross(two, authority('three')), false],
    ['of a name that is taken', [...ALL, authority(bridgeName('TWO', 'one'))], cross(two, one), false],
    ['by one with room for two', [authority('one', null, limit(2)), two, low], cross(two, one), true],
    ['by one with room for one', [authority('one', null, limit(1)), two, low], cross(two, one), false],
    [
      'of one with none below, by one with room for one',
      [authority('one', null, limit(1)), two],
      cross(two, one),
      true,
    ],
    ['by one with room for none', [authority('one', null, limit(0)), two], cross(two, one), false],
    [
      'by one with constraints',
      [authority('one', null, within('dns:x.test')), two, low],
      cross(two, one),
      false,
    ],
  ])('%s: %#', (_, drafts, facts, expected) => {
    expect(bridges(drafts, [[facts, 'x.crt']]).length > 0).toBe(expected);
  });

  it('has room below all that is above its signer', () => {
    const at = (room: number): number => {
      const top = authority('top', null, limit(room));
      return bridges([top, authority('one', top), two, low], [[cross(two, one), 'x.crt']]).length;
    };
    expect([at(2), at(3)]).toEqual([0, 1]);
  });

  it('may be below constraints that its authority is below as well', () => {
    const top = authority('top', null, within('dns:x.test'));
    const [by, of] = [authority('by', top), authority('of', top)];
    const other = authority('of', authority('else'));
    expect(bridges([top, by, of], [[cross(of, by), 'x.crt']])).toHaveLength(1);
    expect(bridges([top, by, other], [[cross(other, by), 'x.crt']])).toHaveLength(0);
  });

  it.each<[string, readonly EntryDraft[], string, boolean]>([
    ['names within them', [server('s', low, named('dns:a.x.test'))], 'dns:x.test', true],
    [
      'a name outside of them',
      [server('s', low, named('dns:a.x.test')), server('t', two, named('dns:y.test'))],
      'dns:x.test',
      false,
    ],
    ['a name of what is not below', [server('t', one, named('dns:y.test'))], 'dns:x.test', true],
    ['constraints that a manifest cannot have', [], 'dns:.x.test', false],
  ])('with constraints: %s', (_, leaves, constraint, expected) => {
    const facts = cross(two, one, within(constraint));
    expect(bridges([...ALL, ...leaves], [[facts, 'x.crt']])).toEqual(expected ? FOUND : []);
  });

  it('the names of its authority itself are no names below it', () => {
    const own = authority('two', null, named('dns:y.test'));
    expect(bridges([one, own], [[cross(own, one, within('dns:x.test')), 'x.crt']])).toEqual(FOUND);
  });

  it('has a file of its own, the one with the shortest path, and is not revoked', () => {
    const of = (paths: readonly string[], ...revoked: readonly string[]) =>
      bridges(ALL, [[cross(two, one), ...paths]], revoked)[0]?.split(' ')[1];
    expect([of([]), of(['{x}.crt']), of(['long/x.crt', 'x.crt']), of(['b.crt', 'a.crt'])]).toEqual([
      undefined,
      undefined,
      'x.crt',
      'a.crt',
    ]);
    expect([of(['x.crt'], 'two by one'), of(['x.crt'], 'other')]).toEqual([undefined, 'x.crt']);
  });

  it('is the newest of several, and of those of one day the first by path', () => {
    const at = (notBefore: number, path: string): readonly [CertificateFacts, string] => [
      cross(two, one, { notBefore, fingerprint: path }),
      path,
    ];
    const chosen = (...crosses: readonly (readonly [CertificateFacts, string])[]) =>
      bridges(ALL, crosses).map((text) => text.split(' ')[1]);
    expect(chosen(at(NOW, 'a.crt'), at(NOW + 1, 'b.crt'))).toEqual(['b.crt']);
    expect(chosen(at(NOW + 1, 'b.crt'), at(NOW, 'a.crt'))).toEqual(['b.crt']);
    expect(chosen(at(NOW, 'a.crt'), at(NOW, 'b.crt'))).toEqual(['a.crt']);
    expect(chosen(at(NOW, 'b.crt'), at(NOW, 'a.crt'))).toEqual(['a.crt']);
  });
});

describe('a file near an entity', () => {
  const root = authority('root');
  const other = authority('other');
  const sub = authority('sub', root);
  const web = server('web', sub);
  const near = server('near', root);
  const DRAFTS = [root, other, sub, web, near];
  const certs = (...drafts: readonly (EntryDraft | CertificateFacts)[]) => ({
    certificates: drafts.map((one) => found('pair' in one ? one.pair.cert.facts : one)),
  });
  const file = (path: string, given: Partial<FoundFile>): FoundFile => ({
    path,
    certificates: [],
    keys: [],
    requests: [],
    publicKeys: [],
    crls: [],
    revoked: [],
    others: [],
    ...given,
  });
  const KEYS = { keys: [{ state: 'encrypted' }] } as const;
  const { facts } = web.pair.cert;
  const REQUEST = {
    keyId: facts.keyId,
    subject: facts.subject,
    san: ['dns:web.example.test'],
    signatureFits: true,
  } as unknown as FoundFile['requests'][number];
  const earlier = (changes: Changes = {}) =>
    changed(root.pair.cert.facts, { fingerprint: 'earlier', keyId: 'earlier', ...changes });
  const crossed = () =>
    changed(root.pair.cert.facts, {
      fingerprint: 'crossed',
      extensions: {
        ...root.pair.cert.facts.extensions,
        subjectKeyIdentifier: { critical: false, value: '01' },
        authorityKeyIdentifier: { critical: false, value: { keyId: '02' } },
      } as never,
    });
  const KEPT = file('root/previous.pem', certs(earlier()));
  const route = () => changed(sub.pair.cert.facts, { fingerprint: 'route' });
  const KEPT_ROUTE = file('root/previous.pem', certs(earlier(), route()));
  const KEPT_CROSSED = file('root/previous.pem', certs(earlier(), crossed()));
  const asked = (...requests: readonly object[]) =>
    ({ requests: requests.map((one) => ({ ...REQUEST, ...one })) }) as Pick<FoundFile, 'requests'>;

  /** What a single file in the folder of an entity is taken for. */
  const taken = (
    of: EntryDraft,
    name: string,
    given: Partial<FoundFile>,
    ...beside: readonly FoundFile[]
  ): string | undefined => {
    const there = [file(`${of.name}/${name}`, given), ...beside];
    const { files, trust } = findArtifacts(DRAFTS, there, []).get(of.id) ?? { files: {} };
    const all = Object.keys(files).filter((one) => one !== 'key' && one !== 'cert');
    return all.length === 0 ? undefined : `${all.join()}${trust === undefined ? '' : ` of ${trust.join()}`}`;
  };

  it.each<[string, string | undefined, string | undefined]>([
    ['its chain', taken(web, 'chain.pem', certs(sub)), 'chain'],
    ['its chain under another name', taken(web, 'x.pem', certs(sub)), undefined],
    ['its chain beside a key', taken(web, 'chain.pem', { ...certs(sub), ...KEYS }), undefined],
    ['its chain beside a request', taken(web, 'chain.pem', { ...certs(sub), ...asked({}) }), undefined],
    ['its chain beside something else', taken(web, 'chain.pem', { ...certs(sub), others: ['X'] }), undefined],
    ['its chain with the root', taken(web, 'chain.pem', certs(sub, root)), undefined],
    ['no chain where there is none', taken(near, 'chain.pem', {}), undefined],
    ['its full chain', taken(web, 'x.pem', certs(web, sub)), 'fullchain'],
    ['its full chain, turned', taken(web, 'x.pem', certs(sub, web)), undefined],
    ['a full chain of one, called so', taken(near, 'full.pem', certs(near)), 'fullchain'],
    ['a copy', taken(near, 'copy.pem', certs(near)), undefined],
    ['its root', taken(web, 'ca.pem', certs(root)), 'ca'],
    ['its root under another name', taken(web, 'x.pem', certs(root)), undefined],
    ['two roots', taken(web, 'ca.pem', certs(root, other)), 'ca of root,other'],
    ['another root', taken(web, 'ca.pem', certs(other)), 'ca of other'],
    ['a root twice', taken(web, 'ca.pem', certs(root, root)), undefined],
    ['an authority that is no root', taken(web, 'ca.pem', certs(sub)), undefined],
    ['a root with what it had before', taken(web, 'ca.pem', certs(root, earlier()), KEPT), 'ca'],
    [
      'two roots, one with that',
      taken(web, 'ca.pem', certs(root, earlier(), other), KEPT),
      'ca of root,other',
    ],
    ['that, which no file keeps', taken(web, 'ca.pem', certs(root, earlier())), undefined],
    [
      'another that it had before',
      taken(web, 'ca.pem', certs(root, earlier({ fingerprint: 'x' })), KEPT),
      undefined,
    ],
    ['its authority by a former key', taken(web, 'chain.pem', certs(route()), KEPT_ROUTE), 'chain'],
    ['what another authority had', taken(near, 'chain.pem', certs(route()), KEPT_ROUTE), undefined],
    ['its root by a former key', taken(near, 'chain.pem', certs(crossed()), KEPT_CROSSED), 'chain'],
    ['a full chain with that', taken(web, 'x.pem', certs(web, sub, crossed()), KEPT_CROSSED), 'fullchain'],
    ['one of an authority', taken(sub, 'x.pem', certs(sub, crossed()), KEPT_CROSSED), 'fullchain'],
    [
      'what that of a former key signed for another',
      taken(near, 'chain.pem', certs(crossed()), KEPT),
      undefined,
    ],
    ['what another root had before', taken(web, 'ca.pem', certs(other, earlier()), KEPT), undefined],
    ['what it had before in front', taken(web, 'ca.pem', certs(earlier(), root), KEPT), undefined],
    ['the root of an authority', taken(sub, 'ca.pem', certs(root)), 'ca'],
    ['two roots of an authority', taken(sub, 'ca.pem', certs(root, other)), undefined],
    ['another root of an authority', taken(sub, 'ca.pem', certs(other)), undefined],
    ['the root of itself', taken(root, 'ca.pem', certs(root)), 'ca'],
    ['what a root had before', taken(root, 'previous.pem', certs(earlier())), 'previous'],
    ['with what that signed', taken(root, 'previous.pem', certs(earlier(), crossed())), 'previous'],
    ['with what an authority had', taken(root, 'previous.pem', certs(earlier(), route())), 'previous'],
    ['with what an end entity had', taken(root, 'previous.pem', certs(earlier(), near)), undefined],
    ['what that signed alone', taken(root, 'previous.pem', certs(crossed())), undefined],
    ['with its own certificate', taken(root, 'previous.pem', certs(earlier(), root)), undefined],
    ['that under another name', taken(root, 'x.pem', certs(earlier())), undefined],
    [
      'of its own key',
      taken(root, 'previous.pem', certs(earlier({ keyId: root.pair.key.keyId }))),
      undefined,
    ],
    [
      'of another name',
      taken(root, 'previous.pem', certs(earlier({ subjectDer: 'aa', issuerDer: 'aa' }))),
      undefined,
    ],
    ['by another', taken(root, 'previous.pem', certs(earlier({ issuerDer: 'aa' }))), undefined],
    ['among others', taken(root, 'previous.pem', certs(earlier(), other)), undefined],
    [
      'of an authority that is no root',
      taken(
        sub,
        'previous.pem',
        certs(changed(sub.pair.cert.facts, { keyId: 'x', issuerDer: sub.pair.cert.facts.subjectDer })),
      ),
      undefined,
    ],
    ['its request', taken(web, 'csr.pem', asked({})), 'csr'],
    ['two requests', taken(web, 'csr.pem', asked({}, {})), undefined],
    ['a request beside a key', taken(web, 'csr.pem', { ...asked({}), ...KEYS }), undefined],
    ['a request beside a certificate', taken(web, 'csr.pem', { ...asked({}), ...certs(other) }), undefined],
    [
      'a request beside a key and a certificate',
      taken(web, 'csr.pem', { ...asked({}), ...KEYS, ...certs(other) }),
      undefined,
    ],
    ['a request for another key', taken(web, 'csr.pem', asked({ keyId: 'x' })), undefined],
    ['a request for another subject', taken(web, 'csr.pem', asked({ subject: [] })), undefined],
    ['a request for other names', taken(web, 'csr.pem', asked({ san: [] })), undefined],
    ['a request that is not signed', taken(web, 'csr.pem', asked({ signatureFits: false })), undefined],
    ['its public key', taken(web, 'x.pem', { publicKeys: [web.pair.key.keyId] }), 'public'],
    ['another public key', taken(web, 'x.pem', { publicKeys: ['x'] }), undefined],
    ['two public keys', taken(web, 'x.pem', { publicKeys: [web.pair.key.keyId, 'x'] }), undefined],
    [
      'a public key beside a key',
      taken(web, 'x.pem', { publicKeys: [web.pair.key.keyId], ...KEYS }),
      undefined,
    ],
    [
      'a public key beside a certificate',
      taken(web, 'x.pem', { publicKeys: [web.pair.key.keyId], ...certs(other) }),
      undefined,
    ],
    [
      'a public key beside a request',
      taken(web, 'x.pem', { publicKeys: [web.pair.key.keyId], ...asked({ keyId: 'x' }) }),
      undefined,
    ],
    [
      'a path that a manifest cannot have',
      taken(web, '{x}.pem', { publicKeys: [web.pair.key.keyId] }),
      undefined,
    ],
  ])('%s', (_, is, expected) => expect(is).toBe(expected));

  it('is the one with the shortest path, and of those the first', () => {
    const chosen = (...paths: readonly string[]) =>
      findArtifacts(
        DRAFTS,
        paths.map((path) => file(path, certs(sub))),
        [],
      ).get(web.id)?.files.chain;
    expect(chosen('web/b-chain.pem', 'web/chain.pem', 'web/a-chain.pem')).toBe('web/chain.pem');
    expect(chosen('web/b-chain.pem', 'web/a-chain.pem')).toBe('web/a-chain.pem');
  });

  it('goes with the lists that the entity has already', () => {
    const list = { crl: 'root/crl.pem', 'crl-der': 'root/crl.der' };
    const all = findArtifacts([{ ...root, list }, web], [], []);
    expect(all.get(root.id)?.files).toEqual({ key: 'root/key.pem', cert: 'root/cert.pem', ...list });
    expect(all.get(web.id)?.files).toEqual({ key: 'web/key.pem', cert: 'web/cert.pem' });
  });

  it('is in a folder of this entity alone, or has its name', () => {
    const at = (folder: string, name: string, path: string) => {
      const pair = { ...web.pair, certPath: `${folder}/${name}.crt`, keyPath: `${folder}/${name}.key` };
      const beside = { ...near.pair, certPath: 'all/near.crt', keyPath: 'all/near.key' };
      const drafts = [root, sub, { ...near, pair: beside }, { ...web, pair }];
      return findArtifacts(drafts, [file(path, certs(sub))], []).get(web.id)?.files.chain;
    };
    expect(at('own', 'web', 'own/chain.pem')).toBe('own/chain.pem');
    expect(at('all', 'web', 'all/chain.pem')).toBeUndefined();
    for (const name of ['web-chain', 'web_chain', 'web.chain'])
      expect(at('all', 'web', `chains/${name}.pem`)).toBe(`chains/${name}.pem`);
    expect(at('all', 'web', 'chains/other-chain.pem')).toBeUndefined();
  });

  it('is taken once, whatever the case of its letters', () => {
    const twin = { ...web, id: 'servers/twin' as const, pair: { ...web.pair, certPath: 'WEB/chain.pem' } };
    const all = findArtifacts([root, sub, web, twin], [file('web/chain.pem', certs(sub))], []);
    expect(all.get(web.id)?.files.chain).toBeUndefined();
  });
});
