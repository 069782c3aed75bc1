// The contract: which certificates of other engines may serve, field by field, and what of them is refused.
import { describe, expect, it } from 'vitest';
import { breachesOf, CONTRACT, judgementsOf } from '../../src/plan/contract.ts';
import { isElsewhere, waitingElsewhere } from '../../src/plan/elsewhere.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { AN_ISSUER, wantedCertificate } from '../../src/plan/wanted.ts';
import { EXTENSIONS } from '../../src/x509/extensions.ts';
import { type CertificateFacts, keyIdentifierOf } from '../../src/x509/facts.ts';
import {
  aClient,
  anAuthority,
  aServer,
  certificateFor,
  DAY,
  dns,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const CORP = anAuthority({ name: 'corp' });
const SUBJECT = [
  { type: 'O', value: 'Example Org' },
  { type: 'CN', value: 'api.example.test' },
] as const;
const API = aServer({
  name: 'api',
  issuer: CORP.id,
  elsewhere: true,
  subject: SUBJECT,
  san: [dns('api.example.test'), dns('api.local.test')],
});
const LIFE = { notBefore: NOW - 300, notAfter: NOW - 300 + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };
const [root, own] = [keyFacts('corp'), keyFacts('api')];
const ANCHOR = certificateFor(CORP, root, { ...LIFE, notAfter: NOW + 3000 * DAY }, null, '01'.repeat(16));
const GOOD = certificateFor(API, own, LIFE, ANCHOR, '02'.repeat(16));

type Change = Partial<CertificateFacts>;
type Extensions = CertificateFacts['extensions'];

const withExtension = (given: Extensions): Change => ({ extensions: { ...GOOD.extensions, ...given } });
const without = (...names: readonly (keyof Extensions)[]): Change => ({
  extensions: Object.fromEntries(
    Object.entries(GOOD.extensions).filter(([name]) => !names.some((one) => one === name)),
  ),
});
const unknown = (critical: boolean): Change => ({
  unknown: [{ oid: '1.3.6.1.4.1.37476.9000.64.1', critical, hex: '0500' }],
});

function breaches(change: Change, keyId: string | null = own.keyId): readonly string[] {
  const facts = { ...GOOD, ...change };
  const wanted = wantedCertificate(API, AN_ISSUER, keyIdentifierOf(facts));
  return breachesOf(facts, { wanted, keyId, longest: API.validity }).map((reason) =>
    'field' in reason ? reason.field : reason.kind,
  );
}

describe('what may differ', () => {
  it.each<readonly [string, Change]>([
    ['nothing', {}],
    ['the string types of its names', { subjectDer: '3000' }],
    ['the order of its subject', { subject: SUBJECT.toReversed() }],
    [
      'the order of its names',
      withExtension({
        subjectAltName: { critical: false, value: ['dns:api.local.test', 'dns:api.example.test'] },
      }),
    ],
    ['a shorter life', { notAfter: NOW + DAY }],
    ['five minutes more', { notBefore: LIFE.notBefore - 300 }],
    // RFC 5280 §4.2.1.3: only authorities need one.
    ['no usage', without('keyUsage')],
    ['no subject key identifier', without('subjectKeyIdentifier')],
    ['no authority key identifier', without('authorityKeyIdentifier')],
    ['no basic constraints', without('basicConstraints')],
    [
      'basic constraints that are not critical',
      withExtension({ basicConstraints: { critical: false, value: { ca: false, pathLength: null } } }),
    ],
    [
      'where its issuer has a revocation list',
      withExtension({
        crlDistributionPoints: { critical: false, value: [['uri:http://crl.example.test/a']] },
      }),
    ],
    ['a further extension', unknown(false)],
    ['a stronger signature', { signature: 'sha512WithRSAEncryption' }],
  ])('%s', (_, change) => {
    expect(breaches(change)).toEqual([]);
  });

  it('the key, where none is here to compare it with', () => {
    expect(breaches({ keyId: 'another' }, null)).toEqual([]);
  });
});

describe('what is refused', () => {
  const usage = (value: Extensions['keyUsage']): Change =>
    withExtension(value === undefined ? {} : { keyUsage: value });
  it.each<readonly [string, Change, readonly string[]]>([
    [
      'a name too many',
      withExtension({
        subjectAltName: {
          critical: false,
          value: ['dns:api.example.test', 'dns:api.local.test', 'dns:billing'],
        },
      }),
      ['san'],
    ],
    [
      'a name too few',
      withExtension({ subjectAltName: { critical: false, value: ['dns:api.example.test'] } }),
      ['san'],
    ],
    ['no names', without('subjectAltName'), ['san']],
    [
      'the CA bit',
      withExtension({ basicConstraints: { critical: true, value: { ca: true, pathLength: null } } }),
      ['basicConstraints'],
    ],
    ['another key', { keyId: keyFacts('other').keyId }, ['key-mismatch']],
    ['a key of another kind', { keySpec: 'rsa-2048' }, ['key']],
    [
      'a purpose too many',
      withExtension({ extendedKeyUsage: { critical: false, value: ['serverAuth', 'clientAuth'] } }),
      ['extendedKeyUsage'],
    ],
    ['no purpose', without('extendedKeyUsage'), ['extendedKeyUsage']],
    [
      'a usage too many',
      usage({ critical: true, value: ['digitalSignature', 'keyEncipherment'] }),
      ['keyUsage'],
    ],
    ['another organization', { subject: [{ type: 'CN', value: 'api.example.test' }] }, ['subject']],
    ['a day more', { notAfter: LIFE.notAfter + DAY }, ['validity']],
    ['SHA-1', { signature: 'sha1WithRSAEncryption' }, ['weak']],
    ['an unknown extension that is critical', unknown(true), ['defect']],
    ['a certificate of version 1', { version: 1 }, ['version']],
  ])('%s', (_, change, expected) => {
    expect(breaches(change)).toEqual(expected);
  });
});

it('every extension has a row, and each row a relation', () => {
  const fields = CONTRACT.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(EXTENSIONS.map(({ name }) => name)));
  expect(new Set(fields).size).toBe(fields.length);
});

describe('a leaf below an anchor', () => {
  const presented = { certificates: [], root: ANCHOR.fingerprint, notAfter: ANCHOR.notAfter };
  const files = (given: Partial<EntityObservation> = {}): EntityObservation =>
    observed({ key: present(own, 0o600), cert: present(GOOD), presented, ...given });
  const waits = (seen: EntityObservation, now = NOW, authorities = new Map<string, string>()) => {
    if (!isElsewhere(API)) throw new Error('it is not');
    const owners = { pairs: new Map(), authorities };
    const waiting = waitingElsewhere(API, seen, { owners, now, rekey: new Set() });
    return waiting && [waiting.serves, ...waiting.reasons.map(({ kind }) => kind)];
  };

  it('is as it should be, with its key here or away, until half of its window is over', () => {
    expect(waits(files())).toBeNull();
    expect(waits(files({ key: { state: 'missing' } }))).toBeNull();
    expect(waits(files(), NOW + 74 * DAY)).toBeNull();
  });

  it.each<readonly [string, Partial<EntityObservation>, number, readonly unknown[]]>([
    ['missing', { cert: { state: 'missing' } }, NOW, [false, 'missing']],
    ['no certificate', { cert: { state: 'garbage', detail: 'x' } }, NOW, [false, 'unreadable']],
    ['overdue', {}, NOW + 76 * DAY, [true, 'expires']],
    ['over', {}, NOW + 91 * DAY, [false, 'expired']],
    ['of another key', { key: present(keyFacts('other'), 0o600) }, NOW, [false, 'key-mismatch']],
    ['of no root that is known', { presented: { ...presented, root: null } }, NOW, [false, 'unrooted']],
    [
      'below something that ends',
      { presented: { ...presented, notAfter: NOW + DAY } },
      NOW,
      [true, 'expires'],
    ],
    ['not valid yet', {}, NOW - DAY, [false, 'not-yet-valid']],
  ])('is awaited where it is %s', (_, given, now, expected) => {
    expect(waits(files(given), now)).toEqual(expected);
  });

  it('is overdue by its own life, and not by a time that is meant for longer ones', () => {
    const entity = { ...API, renewBefore: { kind: 'seconds', seconds: 30 * DAY } } as const;
    const day = { ...GOOD, notBefore: NOW - 3600, notAfter: NOW + 23 * 3600 };
    const owners = { pairs: new Map(), authorities: new Map() };
    if (!isElsewhere(entity)) throw new Error('it is not');
    const at = (now: number) =>
      waitingElsewhere(entity, files({ cert: present(day) }), { owners, now, rekey: new Set() });
    expect(at(NOW)).toBeNull();
    expect(at(NOW + 18 * 3600)).toMatchObject({ serves: true });
  });

  it('must not have the key of an authority', () => {
    expect(waits(files(), NOW, new Map([[own.keyId, 'authorities/root']]))).toEqual([false, 'shared-key']);
  });

  it('is the same for a client', () => {
    const client = aClient({ name: 'app', issuer: CORP.id, elsewhere: true });
    expect(isElsewhere(client)).toBe(true);
  });
});

it('what breaks the contract is said with what was agreed', () => {
  const said = (change: Change, keyId: string | null = own.keyId) => {
    const facts = { ...GOOD, ...change };
    const wanted = wantedCertificate(API, AN_ISSUER, keyIdentifierOf(facts));
    return breachesOf(facts, { wanted, keyId, longest: API.validity });
  };
  const differs = (field: string, before: string, after: string) => ({
    kind: 'differs',
    field,
    before,
    after,
  });
  expect(said({ notAfter: LIFE.notAfter + 10 * DAY })).toEqual([differs('validity', '100d', '90d at most')]);
  expect(said({ version: 1 })).toContainEqual(differs('version', 'v1', 'v3'));
  expect(said({}, 'another')).toEqual([{ kind: 'key-mismatch' }]);
  expect(said({ keySpec: 'rsa-2048' })).toEqual([differs('key', 'rsa-2048', 'ecdsa-p256')]);
});

describe('an extension that the manifest states by its octets', () => {
  const OID = '1.3.6.1.4.1.99999.5';
  const [UTF8, OTHER] = ['0c0131', '0c0132'];
  const stating = { ...API, extensions: [{ oid: OID, critical: false, der: UTF8 }] };
  const said = (unknown: CertificateFacts['unknown']) => {
    const facts = { ...GOOD, unknown };
    const wanted = wantedCertificate(stating, AN_ISSUER, keyIdentifierOf(facts));
    return breachesOf(facts, { wanted, keyId: own.keyId, longest: API.validity });
  };
  const differs = (before: string) => [
    { kind: 'differs', field: 'extensions', before, after: `${OID} utf8 1` },
  ];

  it.each([
    ['is there', said([{ oid: OID, critical: false, hex: UTF8 }]), []],
    ['is lacking', said([]), differs('none')],
    ['says something else', said([{ oid: OID, critical: false, hex: OTHER }]), differs(`${OID} utf8 2`)],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

it.each([
  ['to the second', 0, []],
  ['by what engines add', 360, []],
  ['by a second more', 361, ['validity']],
])('a certificate may be as long as was agreed %s', (_, seconds, expected) => {
  expect(breaches({ notAfter: LIFE.notAfter + seconds })).toEqual(expected);
});

it('is judged clause by clause, each by its name, and what nothing can break is left out', () => {
  const judged = (change: Change) => {
    const facts = { ...GOOD, ...change };
    const wanted = wantedCertificate(API, AN_ISSUER, keyIdentifierOf(facts));
    return judgementsOf(facts, { wanted, keyId: own.keyId, longest: API.validity });
  };
  const relations = Object.fromEntries(judged({}).map(({ field, relation }) => [field, relation]));
  expect(relations).toMatchObject({
    version: 'equal',
    key: 'equal',
    subject: 'meaning',
    validity: 'at-most',
    signature: 'sound',
    others: 'sound',
    subjectAltName: 'equal',
    subjectKeyIdentifier: 'sound',
    extensions: 'equal',
  });
  expect(relations).not.toHaveProperty('authorityKeyIdentifier');
  expect(judged({}).flatMap(({ breaches }) => breaches)).toEqual([]);
  const broken = judged({ version: 1, signature: 'sha1WithRSAEncryption' });
  expect(broken.flatMap(({ field, breaches }) => (breaches.length > 0 ? [field] : []))).toEqual([
    'version',
    'signature',
  ]);
});
