/** What waits for a key that is elsewhere, and what the certificate of a bridge takes from its authority. */
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { partAwaited, waitingFor } from '../../src/plan/awaited.ts';
import { asPlanned, lenderOf, lenderReasons, lentIdentity } from '../../src/plan/bridge.ts';
import type { Wait } from '../../src/plan/change.ts';
import { NOTHING } from '../../src/plan/observation.ts';
import type { Outlook } from '../../src/plan/outlook.ts';
import { encodedNameDer, nameDer } from '../../src/x509/name.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
  remove,
  type World,
} from '../helpers/entities.ts';
import { API, api, planOf, ROOT, root, SERVICES, services, settled } from './settled.ts';

const OFFLINE = { ...ROOT, keyPlace: { kind: 'offline' }, outputs: ['cert', 'ca'] } as const;
const ALL = anInventory(OFFLINE, SERVICES, API);

function away(): World {
  const world = settled(anInventory(ROOT, SERVICES, API));
  remove(world.of(root), 'key');
  return world;
}

const waits = (world: World, id: string, days: number) => {
  const change = planOf(world, ALL, { now: NOW + days * DAY }).changes.find((one) => one.id === id);
  return (change as unknown as Wait | undefined)?.waiting;
};

describe('what the awaited key is asked for', () => {
  it('is the certificate that it signs itself, of the key that is there', () => {
    const notBefore = NOW + 900 * DAY - SERVICES.backdate;
    expect(waits(away(), services, 900)?.wish).toEqual({
      newKey: false,
      issuance: expect.objectContaining({ notBefore }),
    });
  });

  it('is one of a new key where that one is gone', () => {
    const world = away();
    remove(world.of(services), 'key');
    expect(waits(world, services, 0)?.wish).toMatchObject({ newKey: true });
  });

  it('is nothing of what stands below another that waits, and nothing of the authority itself', () => {
    expect(waits(away(), api, 1200)).toMatchObject({ on: root, wish: null });
    const own = waits(away(), root, 3600);
    expect(own).toMatchObject({ on: root, wish: null });
    expect(own?.places).toEqual({
      cert: 'authorities/root/cert.pem',
      key: 'authorities/root/key.pem',
    });
    expect(waits(away(), services, 900)).not.toHaveProperty('places');
  });

  it.each<[string, (world: World) => void]>([
    ['has no certificate', (world) => remove(world.of(root), 'cert')],
    [
      'has one that does not identify its key',
      (world) => world.changeCert(root, { extensions: { subjectKeyIdentifier: undefined } }),
    ],
  ])('is nothing while its authority %s', (_, damage) => {
    const world = away();
    damage(world);
    expect(waits(world, services, 900)).toMatchObject({ on: root, wish: null });
  });
});

it('what serves until then is a certificate that has not ended, unless another was asked for by name', () => {
  const cert = certificateFor(
    API,
    keyFacts('k'),
    { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null },
    null,
    '7',
  );
  const there = observed({ cert: present(cert) });
  const missing = [{ kind: 'missing', artifact: 'cert' }] as const;
  const serves = (files: typeof there, reasons: Parameters<typeof waitingFor>[2], now: number) =>
    waitingFor(root, files, reasons, now).serves;
  expect(serves(there, [], NOW + DAY)).toBe(true);
  expect(serves(there, [], NOW + DAY + 1)).toBe(false);
  expect(serves(observed(), missing, NOW)).toBe(false);
  expect(serves(there, [...missing, { kind: 'requested' }], NOW)).toBe(false);
  expect(waitingFor(root, there, missing, NOW)).toEqual({
    on: root,
    reasons: missing,
    serves: true,
    wish: null,
  });
});

describe('whose key the bundles of an entity wait for', () => {
  const partner = anAuthority({ name: 'partner' });
  const entity = { ...API, trust: [root, partner.id] };
  const byId = byIdOf([ROOT, SERVICES, partner, entity]);
  const HERE = { fingerprint: 'f', awaits: null };
  const MADE = { fingerprint: null, awaits: null };
  const KEPT = { fingerprint: 'f', awaits: root };
  const LACKING = { fingerprint: null, awaits: root };
  const of = (...ofEach: readonly object[]) =>
    partAwaited(entity, {
      byId,
      outlooks: new Map([services, root, partner.id].map((id, i) => [id, ofEach[i] as Outlook])),
    });
  it.each([
    ['no one’s, where all are there', of(HERE, HERE, HERE), null],
    ['no one’s, where they are made by this plan', of(MADE, MADE, MADE), null],
    ['no one’s, where those that cannot sign are there', of(KEPT, KEPT, KEPT), null],
    ['that of an authority above', of(LACKING, HERE, HERE), root],
    ['that of the root', of(HERE, LACKING, HERE), root],
    ['that of another that is trusted', of(HERE, HERE, { ...LACKING, awaits: 'x' }), 'x'],
    ['the first of two', of({ ...LACKING, awaits: 'y' }, HERE, { ...LACKING, awaits: 'x' }), 'y'],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});

const BRIDGE: Authority = anAuthority({
  name: 'root@partner',
  subject: ROOT.subject,
  issuer: 'authorities/partner',
  keyPlace: { kind: 'bridge', of: root },
});
const DATES = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const shown = certificateFor(ROOT, keyFacts('root'), DATES, null, '01');
const outlook = (given: Partial<Outlook> = {}): Outlook =>
  ({
    id: root,
    keyId: shown.keyId,
    subjectDer: shown.subjectDer,
    subjectKeyId: keyFacts('root').keyIdentifier,
    certificate: shown,
    ...given,
  }) as Outlook;

describe('the key of a bridge', () => {
  const key = present(keyFacts('root'), 0o600);
  const files = observed({
    cert: present(shown),
    key: present(keyFacts('own')),
    csr: { state: 'garbage', detail: '' },
  });
  const seen = (lender: object | undefined, given?: Outlook) =>
    asPlanned(
      BRIDGE,
      { entities: new Map([[BRIDGE.id, files], ...(lender ? [[root, observed(lender)] as const] : [])]) },
      ...(given === undefined ? [] : [new Map([[root, given]])]),
    );
  it.each([
    ['is that of its authority', seen({ key }), key],
    ['also where that stays by this plan', seen({ key }, outlook()), key],
    ['is none where that gets another', seen({ key }, outlook({ keyId: null })), NOTHING.key],
    ['is none where that cannot be read', seen({ key: { state: 'garbage', detail: 'x' } }), NOTHING.key],
    ['is none where that is nowhere', seen(undefined), NOTHING.key],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual({ ...files, key: expected, csr: NOTHING.csr });
  });

  it('of any other entity is its own, and none where it is offline', () => {
    const entities = new Map([[root, observed({ key })]]);
    expect(asPlanned(ROOT, { entities }).key).toEqual(key);
    expect(asPlanned(OFFLINE, { entities }).key).toEqual(NOTHING.key);
    expect(asPlanned(SERVICES, { entities })).toEqual(NOTHING);
  });

  it('is of an authority that is planned before it', () => {
    expect(lenderOf(ROOT, { outlooks: new Map() })).toBeNull();
    expect(lenderOf(BRIDGE, { outlooks: new Map([[root, outlook()]]) })).toMatchObject({ id: root });
    expect(() => lenderOf(BRIDGE, { outlooks: new Map() })).toThrow(
      'Internal error: authorities/root@partner is planned before authorities/root',
    );
  });
});

describe('a bridge is made again', () => {
  const bridge = certificateFor(BRIDGE, keyFacts('root'), DATES, shown, '02');
  const why = (given: Partial<Outlook>, cert = bridge) =>
    lenderReasons(observed({ cert: present(cert) }), outlook(given)).map(({ kind }) => kind);
  const bare = changed(bridge, { extensions: { subjectKeyIdentifier: undefined } });
  const made = { certificate: null };
  it.each<[string, readonly string[], readonly string[]]>([
    ['not while all is the same', why({}), []],
    ['not while its authority is issued again', why(made), []],
    [
      'for another key in the certificate of its authority',
      why({ certificate: { ...shown, keyId: 'x' } }),
      ['differs'],
    ],
    ['for a new key', why({ ...made, keyId: null }), ['issuer-changes']],
    ['for another key', why({ ...made, keyId: 'x' }), ['issuer-changes']],
    ['for another name', why({ subjectDer: '3000' }), ['issuer-changes']],
    ['for another identifier', why({ subjectKeyId: '00' }), ['issuer-changes']],
    ['where it has none, and its authority does', why({}, bare), ['issuer-changes']],
    ['not for none in what its authority keeps', why({ subjectKeyId: null }), []],
    ['for one that is not known yet', why({ ...made, subjectKeyId: null }), ['issuer-changes']],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('for no reason of its authority where it is not there', () => {
    expect(lenderReasons(observed(), outlook({ keyId: 'x' }))).toEqual([]);
  });

  it('with the identifier and the octets of the name that its authority has', () => {
    const subjectKeyId = keyFacts('root').keyIdentifier;
    expect(lentIdentity(BRIDGE, outlook({ subjectDer: nameDer(ROOT.subject) }))).toEqual({ subjectKeyId });
    const name = { subject: ROOT.subject, strings: 'printable' } as const;
    const subjectDer = encodedNameDer(name);
    expect(lentIdentity(BRIDGE, outlook({ subjectDer, subjectKeyId: null }))).toEqual({
      subjectKeyId: null,
      name,
    });
  });
});

it('a server is no bridge, whatever it trusts', () => {
  const files = observed({ key: present(keyFacts('k')), cert: present(changed(shown, { serial: '9' })) });
  const server = aServer({ name: 'api' });
  expect(asPlanned(server, { entities: new Map([[server.id, files]]) })).toEqual(files);
});
