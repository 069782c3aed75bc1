/** Whether a pair stays, what a new one carries over from the old, and which consents that takes: one condition per row. */
import { describe, expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Context } from '../../src/plan/context.ts';
import { carriedOver, consentsFor, type Decision, decide } from '../../src/plan/decision.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { sanOf } from '../../src/x509/facts.ts';
import { encodedNameDer } from '../../src/x509/name.ts';
import {
  anAuthority,
  aServer,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
  uncritical,
} from '../helpers/entities.ts';
import { listingOf } from '../helpers/seen.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const DATES = { notBefore: NOW, cappedBy: null, subjectKeyId: null };
const above = certificateFor(
  ROOT,
  keyFacts('root'),
  { ...DATES, notAfter: NOW + 3650 * DAY - 1 },
  null,
  '01',
);
const cert = certificateFor(API, keyFacts('api'), { ...DATES, notAfter: NOW + 90 * DAY - 1 }, above, '02');
const FILES = { cert: present(cert), key: present(keyFacts('api'), 0o600), signedBy: above.keyId };

const OUTLOOK = {
  id: ROOT.id,
  subject: ROOT.subject,
  subjectDer: above.subjectDer,
  issuerDer: above.issuerDer,
  subjectKeyId: keyFacts('root').keyIdentifier,
  serial: above.serial,
  keyId: above.keyId,
  certificate: above,
  notAfter: above.notAfter,
};
const context = (given: Partial<Context> = {}): Context =>
  ({
    byId: byIdOf([ROOT, API]),
    owners: { pairs: new Map(), authorities: new Map() },
    duplicates: new Map(),
    outlooks: new Map([[ROOT.id, OUTLOOK]]),
    anchors: new Map(),
    rekey: new Set(),
    retire: new Set(),
    listings: new Map(),
    now: NOW,
    ...given,
  }) as unknown as Context;

function decided(
  stated: Partial<Entity> = {},
  files: Partial<EntityObservation> = {},
  given: Partial<Context> = {},
) {
  const { newKey, issuance, reasons } = decide(
    { ...API, ...stated } as Entity,
    observed({ ...FILES, ...files }),
    context(given),
  );
  const why = reasons.map((reason) => ('field' in reason ? `${reason.kind} ${reason.field}` : reason.kind));
  return { newKey, isIssued: issuance !== null, why };
}

const STAYS = { newKey: false, isIssued: false, why: [] };
const issued = (newKey: boolean, ...why: readonly string[]) => ({ newKey, isIssued: true, why });
const due = { now: NOW + 89 * DAY };
const over = { now: NOW + 91 * DAY };
const locations = { locations: { crl: ['http://crl.test/root.crl'], ocsp: [], caIssuers: [] } };
const elsewhere = { keyPlace: { kind: 'offline' } as never };
const token = { token: { uri: 'pkcs11:x', pin: { kind: 'env', name: 'PIN' } } } as const;
const on = { listings: new Map([[ROOT.id, listingOf('02')]]) };

describe('a pair', () => {
  it.each<[string, ReturnType<typeof decided>, object]>([
    ['stays where all is as wanted', decided(), STAYS],
    ['is renewed with its key', decided({}, {}, due), issued(false, 'expires')],
    ['is renewed with its key once it has ended', decided({}, {}, over), issued(false, 'expired')],
    ['with another key where that is stated', decided({ rotateKey: true }, {}, due), issued(true, 'expires')],
    ['and once it has ended', decided({ rotateKey: true }, {}, over), issued(true, 'expired')],
    [
      'not with another key because of another reason',
      decided({ rotateKey: true, san: [] }),
      issued(false, 'differs san'),
    ],
    [
      'nor where its key is on a token',
      decided({ rotateKey: true, ...token }, {}, due),
      issued(false, 'expires'),
    ],
    [
      'nor where its key is elsewhere',
      decided({ rotateKey: true, ...elsewhere }, {}, due),
      issued(false, 'expires'),
    ],
    [
      'with another key also where more has changed',
      decided({ rotateKey: true, san: [] }, {}, due),
      issued(true, 'differs san', 'expires'),
    ],
    ['stays for what can wait', decided(locations), STAYS],
    [
      'and has that with the next certificate, whatever the reason',
      decided({ ...locations, san: [] }),
      issued(false, 'differs san', 'differs crl'),
    ],
    [
      'gets another key where that is asked for',
      decided({}, {}, { rekey: new Set([API.id]) }),
      issued(true, 'requested'),
    ],
    [
      'is asked for, and gets no key here where that is elsewhere',
      decided(elsewhere, {}, { rekey: new Set([API.id]) }),
      issued(false, 'requested'),
    ],
    ['gets another key where it is on a list', decided({}, {}, on), issued(true, 'listed')],
    [
      'not where another authority has listed the number',
      decided({}, { signedBy: null }, on),
      issued(false, 'foreign-issuer'),
    ],
    [
      'is issued again where its number is another’s',
      decided({}, {}, {
        duplicates: new Map([[API.id, { kind: 'defect', defect: 'duplicate-serial', what: ROOT.id }]]),
      } as never),
      issued(false, 'defect'),
    ],
    ['gets a key where there is none', decided({}, { key: { state: 'missing' } }), issued(true, 'missing')],
    [
      'gets no key that is elsewhere',
      decided(elsewhere, { key: { state: 'missing' }, cert: { state: 'missing' } }),
      issued(false, 'missing'),
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('with names that no manifest can state stays, and loses them when it is issued again', () => {
    const named = (name: string) => ({
      cert: present(changed(cert, { extensions: { subjectAltName: uncritical([...sanOf(cert), name]) } })),
    });
    expect(decided({}, named('dns:old host'))).toEqual(STAYS);
    expect(decided({}, named('dns:other.test'))).toEqual(issued(false, 'differs san'));
    expect(decided({}, named('dns:old host'), due)).toEqual(issued(false, 'expires'));
  });

  it('that changes its subject says so once', () => {
    const subject = [{ type: 'CN', value: 'next' }] as const;
    expect(decided({ subject })).toEqual(issued(false, 'differs subject'));
    expect(decided({ subject, san: [] })).toEqual(issued(false, 'differs subject', 'differs san'));
  });

  it('says that its name is written otherwise, where it cannot be kept to the octet', () => {
    const twice = { ...API, subject: [...API.subject, { type: 'O', value: 'A' }] as const };
    const odd = changed(cert, {
      subject: twice.subject,
      // An organization of a string type that this program does not write.
      subjectDer: encodedNameDer({ subject: twice.subject, strings: 'utf8' }).replace('0c0141', '140141'),
    });
    const files = { cert: present(odd) };
    expect(decided(twice, files)).toEqual(STAYS);
    expect(decided(twice, files, due)).toEqual(issued(false, 'expires', 'differs subject'));
    expect(decided({ ...twice, san: [] }, files)).toEqual(issued(false, 'differs san', 'differs subject'));
  });
});

describe('the next certificate alters', () => {
  const RSA = { ...ROOT, key: { algorithm: 'rsa', size: 3072 } } as const;
  const altered = (entity: Entity, files: Partial<EntityObservation>, authority: Authority = ROOT) =>
    decide(entity, observed({ ...FILES, ...files }), context({ ...due, byId: byIdOf([authority, API]) }))
      .alterations.map((one) => (one.kind === 'loses' ? one.extension : `${one.field}: ${one.after}`))
      .sort();
  const byRsa = { cert: present(changed(cert, { signature: 'sha256WithRSAEncryption' })) };
  const root = { cert: present(above), key: present(keyFacts('root'), 0o600) };
  const others = { behind: [{ fingerprint: 'f', keyId: 'k' }] } as never as Partial<EntityObservation>;

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', altered(API, {}), []],
    ['nothing of a root', altered({ ...ROOT, validity: 10_000 * DAY }, root), []],
    ['nothing where its authority signs by another algorithm than its own key', altered(API, byRsa, RSA), []],
    [
      'its signature, with the key of its authority',
      altered(API, {}, RSA),
      ['signature: sha256WithRSAEncryption'],
    ],
    ['what another hand put behind it', altered(API, others), ['cert.pem: the first alone']],
    ['both', altered(API, others, RSA), ['cert.pem: the first alone', 'signature: sha256WithRSAEncryption']],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('the next certificate carries over', () => {
  const usual = keyFacts('api').keyIdentifier;
  const odd = present(changed(cert, { extensions: { subjectKeyIdentifier: uncritical('0a0b') } }));
  const carried = (entity: Entity, files: Partial<EntityObservation>, newKey = false) =>
    carriedOver(entity, observed({ ...FILES, ...files }), newKey);
  const authority = { ...ROOT, subject: API.subject };

  it.each<[string, ReturnType<typeof carried>, object]>([
    ['nothing that would be written anyway', carried(API, {}), { subjectKeyId: null }],
    ['the identifier that another tool gave the key', carried(API, { cert: odd }), { subjectKeyId: '0a0b' }],
    ['none with a new key', carried(API, { cert: odd }, true), { subjectKeyId: null }],
    ['none of another key', carried(API, { cert: odd, key: present(keyFacts('x')) }), { subjectKeyId: null }],
    [
      'none where there is no certificate',
      carried(API, { cert: { state: 'missing' } }),
      { subjectKeyId: null },
    ],
    ['that of an authority in any case', carried(authority, {}), { subjectKeyId: usual }],
    ['none of an authority with a new key', carried(authority, {}, true), { subjectKeyId: null }],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('the strings of its name', () => {
    const name = { subject: API.subject, strings: 'printable' } as const;
    const files = { cert: present(changed(cert, { subjectDer: encodedNameDer(name) })) };
    expect(carried(API, files)).toEqual({ subjectKeyId: null, name });
    expect(carried(API, files, true)).toEqual({ subjectKeyId: null, name });
  });
});

describe('an authority takes consent', () => {
  const own = { key: present(keyFacts('root'), 0o600), cert: present(above) };
  const NEW_KEY: Decision = { newKey: true, issuance: null, reasons: [], alterations: [] };
  const SAME: Decision = { ...NEW_KEY, newKey: false };
  const BRIDGE: Authority = { ...ROOT, keyPlace: { kind: 'bridge', of: 'authorities/x' } };
  const widening: Decision = {
    ...SAME,
    alterations: [
      {
        kind: 'loses',
        extension: 'nameConstraints',
        oid: '2.5.29.30',
        critical: true,
        value: 'dns:example.test',
      },
    ],
  };
  const constrained = { ...own, cert: present(changed(above, { extensions: {} })) };
  const consents = (
    decision: Decision,
    {
      files = own,
      strange = [],
      entity = ROOT,
      hasIssued = false,
    }: { files?: object; strange?: readonly object[]; entity?: Entity; hasIssued?: boolean } = {},
  ) =>
    consentsFor(
      entity,
      observed(files),
      decision,
      strange as never,
      {
        hasIssued: () => hasIssued,
      } as never,
    ).join();
  const gone = { files: {} };
  const unknownKey = [{ kind: 'unknown-key', keyId: 'k' }];
  const unknownTrust = [{ kind: 'unknown-trust', subject: 'CN=x', fingerprint: 'f' }];
  const mismatch: Decision = { ...SAME, reasons: [{ kind: 'key-mismatch' }] };

  it.each<[string, string, string]>([
    ['none where its key stays', consents(SAME), ''],
    ['to replace its key', consents(NEW_KEY), 'rekey-ca'],
    ['to replace a key without certificate', consents(NEW_KEY, { files: { key: own.key } }), 'rekey-ca'],
    ['to replace a key that is gone', consents(NEW_KEY, { files: { cert: own.cert } }), 'rekey-ca'],
    ['none to begin', consents(NEW_KEY, gone), ''],
    [
      'to begin again, where something was issued',
      consents(NEW_KEY, { ...gone, hasIssued: true }),
      'rekey-ca',
    ],
    ['none for what was issued with the key that stays', consents(SAME, { hasIssued: true }), ''],
    ['to go on with the key of another pair', consents(mismatch), 'rekey-ca'],
    ['to go on with a key that it never had', consents(SAME, { strange: unknownKey }), 'rekey-ca'],
    ['to trust a root that it never was', consents(SAME, { strange: unknownTrust }), 'trust'],
    ['for both', consents(NEW_KEY, { strange: unknownTrust }), 'rekey-ca,trust'],
    ['to lose what narrows it', consents(widening, { files: constrained }), 'trust'],
    ['none to lose it where there is no certificate', consents(widening, { files: { key: own.key } }), ''],
    ['none for the key of a bridge', consents(NEW_KEY, { entity: BRIDGE, strange: unknownKey }), ''],
    ['for what narrows a bridge', consents(widening, { entity: BRIDGE, files: constrained }), 'trust'],
    ['none of a leaf', consents(NEW_KEY, { entity: API, strange: unknownKey }), ''],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});
