/** Certificates with a number that their authority had given before: the later one is at fault, and says whose it was. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { duplicateSerials } from '../../src/plan/duplicates.ts';
import type { EntityObservation, IssuedBefore } from '../../src/plan/observation.ts';
import { signerIdentifierOf } from '../../src/x509/facts.ts';
import {
  anAuthority,
  aServer,
  certificateFor,
  changed,
  keyFacts,
  NOW,
  observed,
  present,
  signedWith,
} from '../helpers/entities.ts';

const [ROOT, OTHER] = [anAuthority({ name: 'root' }), anAuthority({ name: 'other' })];
const [API, WEB] = [aServer({ name: 'api' }), aServer({ name: 'web' })];
const DATES = { notBefore: NOW, notAfter: NOW + 9, cappedBy: null, subjectKeyId: null };
const made = (entity: Entity, serial: string, fingerprint: string, issuer: Entity = ROOT) => {
  const above = entity === issuer ? null : certificateFor(issuer, keyFacts(issuer.id), DATES, null, 'aa');
  return { ...certificateFor(entity, keyFacts(entity.id), DATES, above, serial), fingerprint };
};
type Files = Partial<EntityObservation>;
const cert = (...args: Parameters<typeof made>): Files => ({ cert: present(made(...args)) });
const line = (entity: Entity, serial: string, fingerprint: string, issuer: Entity = ROOT): IssuedBefore => ({
  entity: entity.id,
  issuer: issuer.id,
  serial,
  fingerprint,
});

/** Whose number each certificate at fault has. */
function found(files: Readonly<Record<string, Files>>, issued?: readonly IssuedBefore[]) {
  const entities = new Map(Object.entries(files).map(([id, given]) => [id, observed(given)] as const));
  const all = duplicateSerials([ROOT, OTHER, API, WEB], { entities, ...(issued && { issued }) });
  return Object.fromEntries([...all].map(([id, { defect, what }]) => [id, `${defect} ${what}`]));
}

const both = (web: Files): Readonly<Record<string, Files>> => ({
  [API.id]: cert(API, '01', 'f-api'),
  [WEB.id]: web,
});
const shared = { [WEB.id]: `duplicate-serial ${API.id}` };

it.each<[string, ReturnType<typeof found>, object]>([
  ['none where each has its own', found(both(cert(WEB, '02', 'f-web'))), {}],
  ['the second of two on the disk', found(both(cert(WEB, '01', 'f-web'))), shared],
  ['none that is a copy of the first', found(both(cert(WEB, '01', 'f-api'))), {}],
  ['none of another authority', found(both(cert(WEB, '01', 'f-web', OTHER))), {}],
  ['none that is not there', found(both({})), {}],
])('on the disk: %s', (_, actual, expected) => expect(actual).toEqual(expected));

const onDisk = { [WEB.id]: cert(WEB, '01', 'f-web') };
it.each<[string, readonly IssuedBefore[], object]>([
  ['one of a number that was given to another', [line(API, '01', 'f-api')], shared],
  [
    'one of a number that it had itself before',
    [line(WEB, '01', 'f-old')],
    {
      [WEB.id]: `duplicate-serial ${WEB.id}`,
    },
  ],
  ['the first that had it is named', [line(API, '01', 'f-api'), line(ROOT, '01', 'f-x')], shared],
  ['none that is on record itself', [line(WEB, '01', 'f-web')], {}],
  ['none of another number', [line(API, '02', 'f-api')], {}],
  ['none of another authority', [line(API, '01', 'f-api', OTHER)], {}],
])('on record: %s', (_, issued, expected) => expect(found(onDisk, issued)).toEqual(expected));

it('a root is the authority of its own number', () => {
  const files = { [ROOT.id]: cert(ROOT, '01', 'f-root') };
  const expected = { [ROOT.id]: `duplicate-serial ${API.id}` };
  expect(found(files, [line(API, '01', 'f-api')])).toEqual(expected);
  expect(found(files, [line(API, '01', 'f-api', OTHER)])).toEqual({});
});

it('what a root had before, and what led from that, has had its numbers', () => {
  const old = { ...made(ROOT, '01', 'f-old'), keyId: keyFacts('old').keyId };
  const signer = { ...old, signedBy: old.keyId };
  const route = changed(made(anAuthority({ name: 'sub', issuer: ROOT.id }), '02', 'f-route'), {
    issuerDer: old.subjectDer,
    extensions: {
      authorityKeyIdentifier: signedWith(signerIdentifierOf(old) ?? keyFacts(ROOT.id).keyIdentifier),
    },
  });
  const previous: EntityObservation['previous'] = present([signer, { ...route, signedBy: old.keyId }]);
  const withOld = (serial: string, earlier = previous) =>
    found({
      [ROOT.id]: { ...cert(ROOT, '09', 'f-root'), previous: earlier },
      [API.id]: cert(API, serial, 'f-api'),
    });
  const expected = { [API.id]: `duplicate-serial ${ROOT.id}` };
  expect(withOld('01')).toEqual(expected);
  expect(withOld('02')).toEqual(expected);
  expect(withOld('03')).toEqual({});
  // One that its own key did not sign may be anyone's.
  expect(withOld('01', present([{ ...signer, signedBy: null }]))).toEqual({});
});
