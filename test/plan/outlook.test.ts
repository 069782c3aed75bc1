/** How an authority stands once the plan is carried out: what stands below it is compared with that. */
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { outlookOf } from '../../src/plan/outlook.ts';
import { signerIdentifierOf } from '../../src/x509/facts.ts';
import {
  aChange,
  anAuthority,
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
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id] });
const DATES = { notBefore: NOW, notAfter: NOW + 900 * DAY, cappedBy: null, subjectKeyId: null };
const cert = certificateFor(ROOT, keyFacts('now'), DATES, null, '01');
const old = certificateFor(ROOT, keyFacts('old'), DATES, null, '02');
const route = certificateFor(SUB, keyFacts('sub'), DATES, old, '03');
const cross = certificateFor(ROOT, keyFacts('now'), DATES, old, '04');
const child = certificateFor(SUB, keyFacts('sub'), DATES, cert, '05');
const by = (facts: typeof cert, signer: string) => ({ ...facts, signedBy: keyFacts(signer).keyId });
const FILES = {
  cert: present(cert),
  key: present(keyFacts('now'), 0o600),
  previous: present([by(old, 'old'), by(route, 'old'), by(cross, 'old')]),
};
const KEPT = {
  previous: [old.fingerprint],
  routes: [route.fingerprint],
  route: null,
  cross: [cross.fingerprint],
};
const CHILDREN = [{ id: SUB.id, observed: observed({ cert: present(child) }) }];

function outlook(change: object = {}, files: Partial<EntityObservation> = FILES, entity: Authority = ROOT) {
  return outlookOf(
    entity,
    observed(files),
    aChange({ id: entity.id, action: 'keep', ...KEPT, ...change }),
    CHILDREN,
    NOW,
  );
}

it('one that stays is as its certificate says', () => {
  expect(outlook()).toEqual({
    id: ROOT.id,
    subject: ROOT.subject,
    awaits: null,
    keyId: cert.keyId,
    subjectDer: cert.subjectDer,
    issuerDer: cert.issuerDer,
    subjectKeyId: keyFacts('now').keyIdentifier,
    serial: '01',
    notAfter: cert.notAfter,
    fingerprint: cert.fingerprint,
    certificate: cert,
    ...KEPT,
    previousChanges: false,
    crossChanges: false,
    routeFacts: [by(route, 'old')],
  });
  expect(signerIdentifierOf(child)).toBe(keyFacts('now').keyIdentifier);
});

describe('one that is issued', () => {
  const issuance = { ...DATES, notAfter: NOW + 100 * DAY };
  it.each<[string, ReturnType<typeof outlook>, object]>([
    [
      'with its key',
      outlook({ action: 'issue', issuance }),
      { keyId: cert.keyId, subjectKeyId: keyFacts('now').keyIdentifier },
    ],
    ['with another', outlook({ action: 'rekey', issuance }), { keyId: null, subjectKeyId: null }],
    ['for the first time', outlook({ action: 'create', issuance }, {}), { keyId: null, subjectKeyId: null }],
  ])('%s is known as far as it is decided', (_, found, key) => {
    expect(found).toMatchObject({
      ...key,
      subjectDer: cert.subjectDer,
      issuerDer: null,
      certificate: null,
      serial: null,
      fingerprint: null,
      notAfter: issuance.notAfter,
    });
  });

  it('signs below it with the identifier that it keeps', () => {
    const own = { ...issuance, subjectKeyId: '0a0b' };
    expect(outlook({ action: 'issue', issuance: own }).subjectKeyId).toBe('0a0b');
  });
});

it('one that is refused without a certificate shortens nothing below it', () => {
  expect(outlook({ action: 'refuse' }, {})).toMatchObject({
    fingerprint: null,
    notAfter: Number.MAX_SAFE_INTEGER,
  });
});

describe('what it had before', () => {
  const changes = (change: object, files?: Partial<EntityObservation>) => {
    const { previousChanges, crossChanges } = outlook(change, files);
    return [previousChanges, crossChanges];
  };
  it.each<[string, readonly boolean[], readonly boolean[]]>([
    ['stays', changes({}), [false, false]],
    ['loses a root', changes({ previous: [] }), [true, false]],
    ['gains one', changes({ previous: [cert.fingerprint, old.fingerprint] }), [true, false]],
    ['loses what vouches for it', changes({ cross: [] }), [false, true]],
    ['is nothing', changes({ previous: [], routes: [], cross: [] }, { cert: FILES.cert }), [false, false]],
    [
      'stays as it is where it is refused',
      changes({ action: 'refuse', previous: [], cross: [] }),
      [false, false],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('gains what is made to vouch for the next', () => {
    const crossing = { issuance: DATES, signedWith: 'ecdsa-p256' };
    const found = outlook({ action: 'rekey', issuance: DATES, crossing });
    expect(found).toMatchObject({ cross: [null, cross.fingerprint], crossChanges: true });
  });

  it('leads to those below by what they had, and have', () => {
    const routes = [child.fingerprint, route.fingerprint, 'gone'];
    expect(outlook({ routes }).routeFacts.map(({ fingerprint }) => fingerprint)).toEqual(routes.slice(0, 2));
  });

  it('does not lead on by what another key signed', () => {
    const odd = changed(route, { extensions: { authorityKeyIdentifier: signedWith('00') } });
    const files = { ...FILES, previous: present([by(old, 'old'), by(odd, 'old')]) };
    expect(outlook({}, files).routeFacts).toEqual([]);
  });
});
