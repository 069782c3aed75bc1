/** What a new certificate changes of the one before, and what has to be agreed to: each condition by itself. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { alterationsFrom, widensTrust } from '../../src/plan/alterations.ts';
import { carriedOver, consentsFor } from '../../src/plan/decision.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { wantedCertificate } from '../../src/plan/wanted.ts';
import { type CertificateFacts, keyIdentifierOf } from '../../src/x509/facts.ts';
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
  observed,
  present,
  signedWith,
  uncritical,
} from '../helpers/entities.ts';

const CA = anAuthority({ name: 'ca' });
const API = aServer({ name: 'api', issuer: CA.id });
const made = (entity: Entity, key = 'k') =>
  certificateFor(
    entity,
    keyFacts(key),
    { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null },
    null,
    key,
  );
const ca = made(CA);

describe('trust grows', () => {
  const loses = (extension: string, oid: string, isCritical: boolean) =>
    widensTrust(ca, [{ kind: 'loses', extension, oid, critical: isCritical, value: null }]);
  const purposes = (isCritical: boolean) =>
    widensTrust(
      changed(ca, { extensions: { extendedKeyUsage: { critical: isCritical, value: ['serverAuth'] } } }),
      [],
    );
  it.each<[string, boolean, boolean]>([
    ['without what narrows it', loses('nameConstraints', '2.5.29.30', false), true],
    [
      'without a critical extension that verifiers know',
      loses('ocspNoCheck', '1.3.6.1.5.5.7.48.1.5', true),
      true,
    ],
    ['without one that is not critical', loses('ocspNoCheck', '1.3.6.1.5.5.7.48.1.5', false), false],
    ['without a critical one that none knows', loses('x', '1.3.6.1.4.1.99999.1', true), false],
    ['without critical purposes', purposes(true), true],
    ['without other purposes', purposes(false), false],
    [
      'by another value',
      widensTrust(ca, [{ kind: 'alters', field: 'signature', before: 'a', after: 'b' }]),
      false,
    ],
    ['by nothing', widensTrust(ca, []), false],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});

describe('a new certificate', () => {
  const facts = made(API);
  const of = (
    changes: Changes,
    reasons: readonly object[] = [],
    signature: string = facts.signature,
    entity: Entity = API,
  ) =>
    alterationsFrom(
      changed(facts, changes),
      wantedCertificate(entity, null, keyIdentifierOf(facts)),
      signature,
      reasons as never,
    ).map((one) => `${one.kind} ${one.kind === 'loses' ? one.extension : one.field}`);
  const OID = '1.3.6.1.4.1.99999.1';
  const private_ = { unknown: [{ oid: OID, critical: false, hex: '0500' }] };
  const narrowed = { extensions: { inhibitAnyPolicy: critical(0) } };
  it.each<[string, readonly string[], readonly string[]]>([
    ['changes nothing of its own kind', of({}), []],
    ['loses what no setting states', of(narrowed), ['loses inhibitAnyPolicy']],
    [
      'loses what it must not have',
      of({ extensions: { ocspNoCheck: uncritical(true) } } as Changes),
      ['loses ocspNoCheck'],
    ],
    [
      'keeps what openssl may write',
      of({ extensions: { authorityKeyIdentifier: signedWith(keyFacts('k').keyIdentifier) } }),
      [],
    ],
    [
      'loses what the manifest excludes, as far as no reason says so',
      of({ extensions: { ocspNoCheck: uncritical(true) } } as Changes, [], facts.signature, {
        ...API,
        ocspNoCheck: false,
      }),
      ['loses ocspNoCheck'],
    ],
    [
      'changes nothing where the same bits are listed in another order',
      of(
        { extensions: { keyUsage: critical(['digitalSignature', 'keyAgreement']) } } as Changes,
        [],
        facts.signature,
        { ...API, keyUsage: ['keyAgreement', 'digitalSignature'] },
      ),
      [],
    ],
    ['loses what has no name', of(private_), [`loses ${OID}`]],
    [
      'loses nothing that it has again, in a form that can be read',
      of({ unknown: [{ oid: '2.5.29.15', critical: true, hex: '0500' }] }),
      [],
    ],
    ['is signed in another way', of({}, [], 'other'), ['alters signature']],
    ['which is said already', of({}, [{ kind: 'weak', what: 'x' }], 'other'), []],
    ['which a difference says', of({}, [{ kind: 'differs', field: 'signature' }], 'other'), []],
    [
      'of which another difference says nothing',
      of({}, [{ kind: 'differs', field: 'subject' }], 'other'),
      ['alters signature'],
    ],
    [
      'loses what a difference says by its field',
      of({ extensions: { crlDistributionPoints: uncritical([['uri:http://crl.test/a']]) } }, [
        { kind: 'differs', field: 'crl' },
      ]),
      [],
    ],
    [
      'loses what a difference of another field does not say',
      of({ extensions: { crlDistributionPoints: uncritical([['uri:http://crl.test/a']]) } }, [
        { kind: 'differs', field: 'ocsp' },
      ]),
      ['loses crlDistributionPoints'],
    ],
    ['loses what was a defect', of(narrowed, [{ kind: 'defect', what: 'inhibitAnyPolicy' }]), []],
    [
      'loses what another defect is not about',
      of(narrowed, [{ kind: 'defect', what: null }]),
      ['loses inhibitAnyPolicy'],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

it('what is lost is named with its value, as far as that can be read', () => {
  const lost = (changes: Changes) =>
    alterationsFrom(
      changed(made(API), changes),
      wantedCertificate(API, null, null),
      'ecdsa-with-SHA256',
      [],
    ).filter(({ kind }) => kind === 'loses');
  const access = [
    { method: 'ocsp', name: 'uri:http://o.test' },
    { method: 'caIssuers', name: 'uri:http://c.test' },
  ];
  expect(lost({ extensions: { authorityInfoAccess: uncritical(access) } })).toEqual([
    {
      kind: 'loses',
      extension: 'authorityInfoAccess',
      oid: '1.3.6.1.5.5.7.1.1',
      critical: false,
      value: 'http://o.test, http://c.test',
    },
  ]);
  expect(lost({ unknown: [{ oid: '1.2.3', critical: true, hex: '0500' }] })).toEqual([
    { kind: 'loses', extension: '1.2.3', oid: '1.2.3', critical: true, value: null },
  ]);
});

it('what a certificate has that another one says otherwise is altered, with both values', () => {
  const altered = (facts: CertificateFacts, entity: Entity, reasons: readonly object[] = []) =>
    alterationsFrom(
      facts,
      wantedCertificate(entity, null, keyIdentifierOf(facts)),
      'ecdsa-with-SHA256',
      reasons as never,
    ).filter(({ kind }) => kind === 'alters');
  const extensions = { keyUsage: critical(['keyCertSign']) } as Changes['extensions'];
  const usage = { kind: 'alters', field: 'keyUsage', before: 'critical, keyCertSign' };
  expect(altered(changed(ca, { ...(extensions && { extensions }) }), CA)).toMatchObject([usage]);
  expect(
    altered(changed(ca, { ...(extensions && { extensions }) }), CA, [{ kind: 'differs', field: 'keyUsage' }]),
  ).toEqual([]);
  // One that narrows is an alteration where there was none, any other is more than there was.
  const without = (name: string) => changed(ca, { extensions: { [name]: undefined } });
  expect(altered(without('keyUsage'), CA)).toMatchObject([{ field: 'keyUsage', before: 'none' }]);
  expect(altered(without('basicConstraints'), CA)).toEqual([]);
  const lax = changed(ca, { extensions: { basicConstraints: uncritical({ ca: true, pathLength: null }) } });
  expect(altered(lax, CA).map((one) => 'field' in one && one.field)).toEqual(['basicConstraints']);
  expect(altered(ca, CA)).toEqual([]);
});

describe('it takes consent', () => {
  const consents = (
    given: object = {},
    files: Partial<EntityObservation> = {},
    { strange = [] as readonly string[], issued = false, entity = CA as Entity } = {},
  ) =>
    consentsFor(
      entity,
      observed(files),
      { newKey: false, issuance: null, reasons: [], alterations: [], ...given },
      strange.map((kind) => ({ kind })) as never,
      { hasIssued: () => issued } as never,
    ).join();
  const cert = { cert: present(ca) };
  const key = { key: present(keyFacts('k')) };
  const newKey = { newKey: true };
  const lost = {
    alterations: [
      { kind: 'loses', extension: 'nameConstraints', oid: '2.5.29.30', critical: true, value: null },
    ],
  };
  const bridge = { ...CA, keyPlace: { kind: 'bridge', of: 'authorities/x' } } as never as Entity;
  it.each<[string, string, string]>([
    ['for nothing', consents({}, { ...cert, ...key }), ''],
    ['for a first key', consents(newKey), ''],
    ['for a key in the place of one', consents(newKey, key), 'rekey-ca'],
    ['for a key where a certificate is', consents(newKey, cert), 'rekey-ca'],
    ['for a key where the first has signed', consents(newKey, {}, { issued: true }), 'rekey-ca'],
    ['for the same key that has signed', consents({}, {}, { issued: true }), ''],
    ['for a key of another certificate', consents({ reasons: [{ kind: 'key-mismatch' }] }), 'rekey-ca'],
    ['for a key that nothing explains', consents({}, {}, { strange: ['unknown-key'] }), 'rekey-ca'],
    ['for a root that nothing explains', consents({}, {}, { strange: ['unknown-trust'] }), 'trust'],
    ['for more trust', consents(lost, cert), 'trust'],
    ['for more trust than nothing', consents(lost), ''],
    ['for both', consents({ ...newKey, ...lost }, { ...cert, ...key }), 'rekey-ca,trust'],
    ['for no leaf', consents({ ...newKey, ...lost }, { ...cert, ...key }, { entity: API }), ''],
    [
      'for the trust alone of a further certificate',
      consents({ ...newKey, ...lost }, { ...cert, ...key }, { entity: bridge }),
      'trust',
    ],
    ['and for its key not', consents(newKey, { ...cert, ...key }, { entity: bridge }), ''],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});

it('what identifies a key goes on with it, of an authority always, of a leaf where it is not the usual one', () => {
  const over = (entity: Entity, identifier: string | null, newKey = false, key = 'k') => {
    const found = changed(made(entity), {
      extensions: {
        subjectKeyIdentifier: identifier === null ? undefined : uncritical(identifier),
      },
    });
    return carriedOver(entity, { cert: present(found), key: present(keyFacts(key)) }, newKey).subjectKeyId;
  };
  const usual = keyFacts('k').keyIdentifier;
  expect([over(CA, usual), over(CA, 'ab'), over(API, usual), over(API, 'ab')]).toEqual([
    usual,
    'ab',
    null,
    'ab',
  ]);
  expect([over(CA, 'ab', true), over(CA, 'ab', false, 'other'), over(CA, null)]).toEqual([null, null, null]);
  expect(carriedOver(CA, observed({ key: present(keyFacts('k')) }), false)).toEqual({ subjectKeyId: null });
});
