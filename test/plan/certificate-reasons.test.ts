/** Why a certificate is issued again because of who signed it: each state of the file, and of what stands above it. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { withAffected } from '../../src/plan/affected.ts';
import { certificateReasons } from '../../src/plan/certificate-reasons.ts';
import { diffCertificate, diffName, diffSubject, wrongCertificate } from '../../src/plan/diff.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { Outlook } from '../../src/plan/outlook.ts';
import { wantedCertificate } from '../../src/plan/wanted.ts';
import { nameDer } from '../../src/x509/name.ts';
import {
  aChange,
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
  signedWith,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const LIFE = { notBefore: NOW, cappedBy: null, subjectKeyId: null };
const rootCert = certificateFor(
  ROOT,
  keyFacts('root'),
  { ...LIFE, notAfter: NOW + 3650 * DAY - 1 },
  null,
  '01',
);
const cert = certificateFor(API, keyFacts('api'), { ...LIFE, notAfter: NOW + 90 * DAY - 1 }, rootCert, '02');

/** The authority as its certificate, which stays, describes it. */
const above = (given: Partial<Outlook> = {}): Outlook =>
  ({
    id: ROOT.id,
    subject: ROOT.subject,
    subjectDer: rootCert.subjectDer,
    issuerDer: rootCert.issuerDer,
    subjectKeyId: keyFacts('root').keyIdentifier,
    serial: rootCert.serial,
    keyId: rootCert.keyId,
    notAfter: rootCert.notAfter,
    ...given,
  }) as Outlook;

const FILES = { cert: present(cert), key: present(keyFacts('api')), signedBy: rootCert.keyId };
const why = (files: Partial<EntityObservation>, issuer: Outlook = above()) =>
  certificateReasons(API, observed({ ...FILES, ...files }), issuer, NOW);
const of = (changes: Changes) => ({ cert: present(changed(cert, changes)) });

it.each<[string, Partial<EntityObservation>, readonly object[]]>([
  ['there', {}, []],
  ['not there', { cert: { state: 'missing' } }, [{ kind: 'missing', artifact: 'cert' }]],
  [
    'unreadable',
    { cert: { state: 'garbage', detail: 'x' } },
    [{ kind: 'unreadable', artifact: 'cert', detail: 'x' }],
  ],
  ['behind a folder', { cert: { state: 'blocked', cause: { kind: 'directory' } } } as never, []],
])('a certificate that is %s', (_, files, reasons) => expect(why(files)).toEqual(reasons));

describe('a certificate that another key signed', () => {
  const ODD = { extensions: { authorityKeyIdentifier: signedWith('0a0b') } };
  const foreign = { kind: 'foreign-issuer', issuer: ROOT.id };
  it('says so of the authority, and compares no identifier', () => {
    expect(why({ ...of(ODD), signedBy: 'other' })).toEqual([foreign]);
    expect(why({ ...of(ODD), signedBy: null })).toEqual([foreign]);
  });

  it('says so by name where that is another, or where no signature can be checked', () => {
    const named = { issuer: [{ type: 'CN', value: 'Other' }] } as const;
    const differs = [{ kind: 'differs', field: 'issuer', before: 'CN=Other', after: 'CN=root CA' }];
    expect(why({ ...of(named), signedBy: 'other' })).toEqual(differs);
    const unchecked = why({ ...of({ flaws: ['unsupported-signature'] }), signedBy: null });
    expect(unchecked.filter(({ kind }) => kind === 'foreign-issuer')).toEqual([]);
  });

  it('follows a key that is still to be made, whatever it names', () => {
    const changes = { kind: 'issuer-changes', issuer: ROOT.id };
    expect(
      why({ ...of(ODD), signedBy: null }, above({ keyId: null, subjectKeyId: null, serial: null })),
    ).toEqual([changes]);
  });

  it('is compared where the right key made the signature', () => {
    expect(why(of(ODD))).toEqual([
      {
        kind: 'differs',
        field: 'authorityKeyIdentifier',
        before: '0a0b',
        after: keyFacts('root').keyIdentifier,
      },
    ]);
  });
});

describe('an authority that is issued again with the key that it has', () => {
  const AGAIN = { serial: null, certificate: null };
  const changes = [{ kind: 'issuer-changes', issuer: ROOT.id }];
  const naming = (serial: string | null) =>
    of({ extensions: { authorityKeyIdentifier: signedWith(keyFacts('root').keyIdentifier, serial) } });
  it.each<[string, readonly object[], readonly object[]]>([
    ['leaves alone what names its key', why({}, above(AGAIN)), []],
    ['changes what names its certificate', why(naming('01'), above(AGAIN)), changes],
    ['changes what has its name in other octets', why({}, above({ ...AGAIN, subjectDer: '3000' })), changes],
    ['leaves alone what names the certificate that stays', why(naming('01')), []],
    [
      'changes what names another one',
      why(naming('09')),
      [
        {
          kind: 'differs',
          field: 'authorityKeyIdentifier',
          before: `${keyFacts('root').keyIdentifier}, certificate 09`,
          after: keyFacts('root').keyIdentifier,
        },
      ],
    ],
    [
      'changes what has other octets of its name',
      why(of({ issuerDer: nameDer([{ type: 'CN', value: 'Other' }]) })),
      [{ kind: 'differs', field: 'issuer', before: 'CN=Other', after: 'CN=root CA' }],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('the certificate of a root', () => {
  const OFFLINE = { ...ROOT, keyPlace: { kind: 'offline' } } as Entity;
  const own = { cert: present(rootCert), key: present(keyFacts('root')), signedBy: rootCert.keyId };
  const ofRoot = (files: object, entity: Entity = ROOT) =>
    certificateReasons(entity, observed({ ...own, ...files }), null, NOW);
  const foreign = [{ kind: 'foreign-issuer', issuer: ROOT.id }];
  const gone = { key: { state: 'missing' } };
  it.each<[string, readonly object[], readonly object[]]>([
    ['signed by itself', ofRoot({}), []],
    ['signed by another key', ofRoot({ signedBy: 'other' }), foreign],
    ['of which nothing can be said without its key', ofRoot({ ...gone, signedBy: null }), []],
    ['whose key is elsewhere', ofRoot(gone, OFFLINE), []],
    ['whose key is elsewhere, signed by another', ofRoot({ ...gone, signedBy: 'other' }, OFFLINE), foreign],
    [
      'whose issuer has another name',
      ofRoot({ cert: present(changed(rootCert, { issuer: [{ type: 'CN', value: 'Other' }] })) }),
      [{ kind: 'differs', field: 'issuer', before: 'CN=Other', after: 'CN=root CA' }],
    ],
    [
      'of which nothing can be said without its key, whatever it names',
      ofRoot({
        ...gone,
        signedBy: null,
        cert: present(changed(rootCert, { issuer: [{ type: 'CN', value: 'Other' }] })),
      }),
      [],
    ],
    [
      'that names another key as its signer',
      ofRoot({
        cert: present(changed(rootCert, { extensions: { authorityKeyIdentifier: signedWith('0a0b') } })),
      }),
      [
        {
          kind: 'differs',
          field: 'authorityKeyIdentifier',
          before: '0a0b',
          after: keyFacts('root').keyIdentifier,
        },
      ],
    ],
    [
      'that names another key, and was signed by one',
      ofRoot({
        cert: present(changed(rootCert, { extensions: { authorityKeyIdentifier: signedWith('0a0b') } })),
        signedBy: null,
      }),
      foreign,
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('the key of a certificate', () => {
  const other = { key: present(keyFacts('other')) };
  const REQUEST = {
    keyPlace: {
      kind: 'request',
      path: 'api.csr',
      pem: '',
      key: { keyId: cert.keyId, keyIdentifier: '00', spki: '3000' },
      ignored: [],
    },
  } as never;
  const whyOf = (stated: object, files: Partial<EntityObservation> = {}) =>
    certificateReasons({ ...API, ...stated } as Entity, observed({ ...FILES, ...files }), above(), NOW);
  const given = (keyId: string) => {
    const { keyPlace } = REQUEST as { readonly keyPlace: { readonly key: object } };
    return { keyPlace: { ...keyPlace, key: { ...keyPlace.key, keyId } } };
  };

  it.each<[string, readonly object[], readonly object[]]>([
    ['is the one that is there', whyOf({}), []],
    ['is another than that', whyOf({}, other), [{ kind: 'key-mismatch' }]],
    ['is compared with nothing where none is there', whyOf({}, { key: { state: 'missing' } }), []],
    ['is that of a request, whatever is there', whyOf(REQUEST, other), []],
    [
      'is another than that of a request',
      whyOf(given('ff'.repeat(32))),
      [
        {
          kind: 'differs',
          field: 'key',
          before: `ecdsa-p256 ${cert.keyId.slice(0, 16)}`,
          after: `ecdsa-p256 ${'f'.repeat(16)}`,
        },
      ],
    ],
    [
      'of a bridge is whatever its authority has',
      whyOf({ keyPlace: { kind: 'bridge', of: ROOT.id } }, other),
      [],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('a name', () => {
  const [O, CN] = [
    { type: 'O', value: 'Acme' },
    { type: 'CN', value: 'api' },
  ] as const;
  const JOINED = { ...CN, joined: true } as const;
  const exact = { exactSubject: true } as const;
  it.each<[string, readonly object[], boolean]>([
    ['in another order is the same', diffSubject([CN, O], { subject: [O, CN] }), true],
    ['of another attribute is not', diffSubject([O], { subject: [O, CN] }), false],
    ['as it was written before is the same', diffSubject([O], { subject: [CN], earlierSubject: [O] }), true],
    [
      'that is to be exactly so is not in another order',
      diffSubject([CN, O], { subject: [O, CN], ...exact }),
      false,
    ],
    ['of the same order is', diffSubject([O, CN], { subject: [O, CN], ...exact }), true],
    ['of one part is not one of two', diffSubject([O, JOINED], { subject: [O, CN], ...exact }), false],
    [
      'has no order within a part',
      diffSubject([CN, { ...O, joined: true }], { subject: [O, JOINED], ...exact }),
      true,
    ],
  ])('%s', (_, found, same) => expect(found.length === 0).toBe(same));

  it('of a certificate is compared with that of its entity', () => {
    const wanted = wantedCertificate({ ...API, subject: [CN] }, null, cert.keyId);
    expect(diffCertificate(cert, wanted)).toContainEqual({
      kind: 'differs',
      field: 'subject',
      before: 'CN=api.example.test',
      after: 'CN=api',
    });
    expect(diffName('issuer', [O], [CN])).toEqual([
      { kind: 'differs', field: 'issuer', before: 'O=Acme', after: 'CN=api' },
    ]);
  });
});

it('a certificate that is named by its issuer alone is described as that', () => {
  const issuer = 'a4023000';
  const aki = { critical: false, value: { keyId: null, issuer, serial: null } };
  const [reason] = wrongCertificate(changed(cert, { extensions: { authorityKeyIdentifier: aki } }), rootCert);
  expect(reason).toMatchObject({ before: 'certificate of another issuer' });
  expect(
    wrongCertificate(changed(cert, { extensions: { authorityKeyIdentifier: undefined } }), rootCert),
  ).toEqual([]);
});

describe('whom a change affects', () => {
  const change = (id: string, ...reasons: readonly object[]) =>
    aChange({ id, action: 'issue', reasons: reasons as never });
  const changes = (issuer: string) => ({ kind: 'issuer-changes', issuer });
  const foreign = (issuer: string) => ({ kind: 'foreign-issuer', issuer });
  const affected = (...all: Parameters<typeof withAffected>[0]) =>
    withAffected(all).map(({ affects }) => affects);
  it.each<[string, readonly (readonly string[])[], readonly (readonly string[])[]]>([
    [
      'those that follow it, in order',
      affected(change('a'), change('b', changes('a')), change('c', changes('a'))),
      [['b', 'c'], [], []],
    ],
    ['each once', affected(change('a'), change('b', changes('a'), changes('a'))), [['b'], []]],
    ['none that another hand signed', affected(change('a'), change('b', foreign('a'))), [[], []]],
    [
      'those whose authority has another key already',
      affected(change('a', { kind: 'expired' }, { kind: 'unknown-key' }), change('b', foreign('a'))),
      [['b'], []],
    ],
    [
      'not those of another authority then',
      affected(change('a', { kind: 'unknown-key' }), change('b', foreign('c')), change('c')),
      [[], [], []],
    ],
    [
      'none by another reason',
      affected(change('a', { kind: 'unknown-key' }), change('b', { kind: 'expired' })),
      [[], []],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});
