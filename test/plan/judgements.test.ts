/** What is strange, misplaced or defective: conditions of a few values each. */
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId } from '../../src/pki/entity.ts';
import { defectsOf } from '../../src/plan/defects.ts';
import { newlyKnown, strangeIn, strangeReasons } from '../../src/plan/known.ts';
import { misplacedKeys } from '../../src/plan/misplaced.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { remarksOf } from '../../src/plan/remark.ts';
import { keyOutlookOf } from '../../src/plan/routes.ts';
import { nameDer } from '../../src/x509/name.ts';
import {
  aClient,
  anAuthority,
  aPeer,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
  uncritical,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id] });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const made = (entity: Entity, key: string) => certificateFor(entity, keyFacts(key), ISSUANCE, null, key);
const id = (name: string) => keyFacts(name).keyId;
const keys = (...names: readonly string[]) => new Set(names.map(id));
const pair = (entity: Entity, key: string, ofCert = key): Partial<EntityObservation> => ({
  key: present(keyFacts(key)),
  cert: present(made(entity, ofCert)),
});

describe('the key of an authority', () => {
  const known = (root: readonly string[], sub: readonly string[]) =>
    new Map([
      [ROOT.id, { keys: keys(...root), certificates: new Set<string>() }],
      [SUB.id, { keys: keys(...sub), certificates: new Set<string>() }],
    ]);
  const strange = (files: Partial<EntityObservation>, entity: Entity, of?: ReturnType<typeof known>) =>
    strangeIn(entity, observed(files), of).key;
  const other = { ...SUB, subject: [{ type: 'CN', value: 'Other' }] } as Entity;
  const byRoot = { ...pair(SUB, 'new'), signedBy: id('root') };
  it.each<[string, string | null, string | null]>([
    ['is not strange where nothing is known', strange(pair(ROOT, 'new'), ROOT), null],
    ['is not strange where it is known', strange(pair(ROOT, 'root'), ROOT, known(['root'], [])), null],
    ['is strange where another is', strange(pair(ROOT, 'new'), ROOT, known(['root'], [])), id('new')],
    [
      'is the one of the file before that of the certificate',
      strange(pair(ROOT, 'a', 'b'), ROOT, known(['root'], [])),
      id('a'),
    ],
    [
      'may be that of the certificate alone',
      strange(pair(ROOT, 'root', 'b'), ROOT, known(['root'], [])),
      id('b'),
    ],
    [
      'of an intermediate is vouched for by the issuer’s',
      strange(byRoot, SUB, known(['root'], ['sub'])),
      null,
    ],
    [
      'not by a key that is no key of the issuer',
      strange({ ...byRoot, signedBy: id('x') }, SUB, known(['root'], ['sub'])),
      id('new'),
    ],
    ['not by none', strange({ ...byRoot, signedBy: null }, SUB, known(['root'], ['sub'])), id('new')],
    ['not in the name of another', strange(byRoot, other, known(['root'], ['sub'])), id('new')],
    [
      'of a root is vouched for by none',
      strange({ ...pair(ROOT, 'new'), signedBy: id('root') }, ROOT, known(['root'], [])),
      id('new'),
    ],
    ['of a server is never strange', strange(pair(aServer(), 'new'), aServer(), known(['root'], [])), null],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  it('is a reason together with the earlier roots that stay trusted', () => {
    const cert = { ...made(ROOT, 'old'), signedBy: id('old') };
    const gone = { ...cert, fingerprint: 'gone' };
    expect(strangeReasons({ key: 'k', roots: [cert, gone] }, [cert.fingerprint])).toEqual([
      { kind: 'unknown-key', keyId: 'k' },
      { kind: 'unknown-trust', subject: 'CN=root CA', fingerprint: cert.fingerprint },
    ]);
    expect(strangeReasons({ key: null, roots: [gone] }, [])).toEqual([]);
  });

  it('is remembered where it is not known yet, and is its own', () => {
    const news = (
      files: Partial<EntityObservation>,
      of?: ReturnType<typeof known>,
      entities: readonly Entity[] = [ROOT],
    ) =>
      [
        ...newlyKnown(entities, {
          entities: new Map([[ROOT.id, observed(files)]]),
          ...(of ? { known: of } : {}),
        }),
      ].map(([entity, { keys: found, certificates }]) => [entity, [...found], certificates.size]);
    expect(news(pair(ROOT, 'root'))).toEqual([[ROOT.id, [id('root')], 0]]);
    expect(news(pair(ROOT, 'root'), known(['root'], []))).toEqual([]);
    expect(news(pair(ROOT, 'a', 'b'), known(['a'], []))).toEqual([[ROOT.id, [id('b')], 0]]);
    expect(news({})).toEqual([]);
    expect(news(pair(aServer(), 'k'), undefined, [aServer()])).toEqual([]);
  });
});

describe('keys in the places of others', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((name) => aServer({ name })) as [Entity, Entity, Entity];
  const found = (...seen: readonly (readonly [Entity, string | null, string | null])[]) =>
    misplacedKeys(
      seen.map(([entity, key, cert]) => [
        entity,
        observed({
          ...(key === null ? {} : { key: present(keyFacts(key)) }),
          ...(cert === null ? {} : { cert: present(made(entity, cert)) }),
        }),
      ]),
    ).map(({ keys: all, isCircle }) => [isCircle, ...all.map(({ entity, path }) => `${entity} in ${path}`)]);
  const at = (entity: EntityId, holder: EntityId) => `${entity} in ${holder}/key.pem`;
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['none where each has its own', found([A, 'a', 'a'], [B, 'b', 'b']), []],
    ['two in a circle', found([A, 'b', 'a'], [B, 'a', 'b']), [[true, at(A.id, B.id), at(B.id, A.id)]]],
    [
      'three in a circle',
      found([A, 'b', 'a'], [B, 'c', 'b'], [C, 'a', 'c']),
      [[true, at(A.id, C.id), at(C.id, B.id), at(B.id, A.id)]],
    ],
    ['a row, of which the last is lost', found([A, null, 'a'], [B, 'a', 'b']), [[false, at(A.id, B.id)]]],
    [
      'a row of three',
      found([B, 'a', 'b'], [A, null, 'a'], [C, 'b', 'c']),
      [[false, at(A.id, B.id), at(B.id, C.id)]],
    ],
    ['a copy is no misplaced key', found([A, 'a', 'a'], [B, 'a', 'b']), []],
    [
      'that two certificates are for is of the first',
      found([A, null, 'k'], [B, null, 'k'], [C, 'k', 'c']),
      [[false, at(A.id, C.id)]],
    ],
    [
      'in two places is in the first',
      found([A, null, 'a'], [B, 'a', 'b'], [C, 'a', 'c']),
      [[false, at(A.id, B.id)]],
    ],
    ['of no certificate', found([A, null, null], [B, 'a', 'b']), []],
  ])('%s', (_, all, expected) => expect(all).toEqual(expected));

  it('are none of an entity whose key is no file, nor of one with the name of another', () => {
    const offline = { ...A, keyPlace: { kind: 'offline' } } as unknown as Entity;
    const token = { ...A, token: { pkcs11: 'x' } } as unknown as Entity;
    const other = { ...A, subject: [{ type: 'CN', value: 'Other' }] } as Entity;
    for (const entity of [offline, token])
      expect([found([entity, null, 'a'], [B, 'a', 'b']), found([entity, 'b', 'a'], [B, null, 'b'])]).toEqual([
        [],
        [],
      ]);
    const cert = { cert: present(made(A, 'a')) };
    expect(
      misplacedKeys([
        [other, observed(cert)],
        [B, observed(pair(B, 'a', 'b'))],
      ]),
    ).toEqual([]);
  });
});

describe('a defect', () => {
  const leaf = (kind: string, changes: Changes, issuer: object | null = {}) => {
    const entity = kind === 'peer' ? aPeer() : kind === 'client' ? aClient() : aServer();
    const judged = { kind, issuer, extensions: [] } as unknown as Parameters<typeof defectsOf>[1];
    return defectsOf(changed(made(entity, 'k'), changes), judged).map(({ defect, what }) => [defect, what]);
  };
  const nsCertType = (bits: string): Changes => ({
    unknown: [{ oid: '2.16.840.1.113730.1.1', critical: false, hex: bits }],
  });
  const staple = (methods: readonly string[]): Changes =>
    ({
      extensions: {
        mustStaple: uncritical(true),
        authorityInfoAccess: uncritical(methods.map((method) => ({ method, location: 'http://a.test' }))),
      },
    }) as unknown as Changes;
  const mustStaple = [['must-staple', 'mustStaple']];
  const netscape = [['netscape-type', 'nsCertType']];
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['none', leaf('server', {}), []],
    ['a negative number', leaf('server', { serial: '-01' }), [['negative-serial', '-01']]],
    ['number zero, below an issuer', leaf('server', { serial: '00' }), [['zero-serial', null]]],
    ['number zero of a root is none', leaf('server', { serial: '00' }, null), []],
    ['a number of 20 octets is none', leaf('server', { serial: '7f'.repeat(20) }), []],
    ['a number of 21 is', leaf('server', { serial: '7f'.repeat(21) }), [['long-serial', '7f'.repeat(21)]]],
    [
      'a signature that is not known',
      leaf('server', { flaws: ['unsupported-signature'], signature: 'x' }),
      [['unsupported-signature', 'x']],
    ],
    ['a type of a client on a server', leaf('server', nsCertType('03020780')), netscape],
    ['a type of a server on a server is none', leaf('server', nsCertType('03020640')), []],
    ['a type of one of both on a peer', leaf('peer', nsCertType('03020640')), netscape],
    ['a type of both on a peer is none', leaf('peer', nsCertType('030206c0')), []],
    ['any type outside of TLS is none', leaf('certificate', nsCertType('03020204')), []],
    ['a staple without a responder', leaf('server', staple([])), mustStaple],
    ['a staple with another place alone', leaf('server', staple(['caIssuers'])), mustStaple],
    ['a staple with a responder is none', leaf('server', staple(['caIssuers', 'ocsp'])), []],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('a remark', () => {
  const of = (files: Partial<EntityObservation>, entity: Entity = aServer({ name: 'api' })) =>
    remarksOf([entity], { entities: new Map([[entity.id, observed(files)]]), orphans: [] });
  const key = { keyId: 'k', keyIdentifier: 'i', spki: '30' };
  const requested = (...ignored: readonly string[]) =>
    ({
      ...aClient({ name: 'x' }),
      keyPlace: { kind: 'request', path: 'x', pem: '', key, ignored },
    }) as Entity;
  it('names files that were left behind', () => {
    expect(of({ leftBehind: ['old/key.pem'] })).toEqual([
      { kind: 'left-files', entity: 'servers/api', paths: ['old/key.pem'] },
    ]);
    expect(of({})).toEqual([]);
  });
  it('names what a request asks for in vain', () => {
    expect(of({}, requested('san dns:y.test'))).toEqual([
      { kind: 'request-ignored', entity: 'clients/x', ignored: ['san dns:y.test'] },
    ]);
    expect(of({}, requested())).toEqual([]);
  });
});

it('how an authority will stand is known by its certificate, or else by its key and what is carried over', () => {
  const cert = made(ROOT, 'a');
  const files = observed({ cert: present(cert), key: present(keyFacts('b')) });
  const own = { subjectDer: nameDer(ROOT.subject) };
  const [a, b] = [keyFacts('a'), keyFacts('b')];
  expect(keyOutlookOf(ROOT, files, null, false)).toEqual({
    ...own,
    keyId: a.keyId,
    subjectKeyId: a.keyIdentifier,
  });
  expect(keyOutlookOf(ROOT, files, ISSUANCE, false)).toEqual({
    ...own,
    keyId: b.keyId,
    subjectKeyId: b.keyIdentifier,
  });
  expect(keyOutlookOf(ROOT, files, { ...ISSUANCE, subjectKeyId: '01' }, false)).toMatchObject({
    subjectKeyId: '01',
  });
  expect(keyOutlookOf(ROOT, files, ISSUANCE, true)).toEqual({ ...own, keyId: null, subjectKeyId: null });
  expect(keyOutlookOf(ROOT, observed(), null, false)).toEqual({ ...own, keyId: null, subjectKeyId: null });
});
