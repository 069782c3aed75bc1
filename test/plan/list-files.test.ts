/** Files of revocation lists, as plans read them: one list, several of former keys, and one in DER. */
import { expect, it } from 'vitest';
import { crl } from '../../src/plan/artifacts/crl.ts';
import { crlDer } from '../../src/plan/artifacts/crl-der.ts';
import { formerCrls } from '../../src/plan/artifacts/former-crls.ts';
import { pemText } from '../../src/x509/pem.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { anAuthority, DAY, NOW } from '../helpers/entities.ts';
import { smallCertificate, smallList } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const [FIRST, SECOND] = [smallList(CA, [['0a'], ['0b']]), smallList(CA, [], null)];
const pem = (...lists: readonly Buffer[]) =>
  Buffer.from(lists.map((der) => pemText('X509 CRL', der)).join(''));
const listing = anAuthority({
  crl: { url: [], list: { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } },
});

it('the lists of former keys are read in their order, each with its numbers', () => {
  const facts = formerCrls.read(pem(FIRST, SECOND));
  const times = { thisUpdate: NOW, nextUpdate: NOW + DAY };
  expect(facts).toEqual([
    { ...times, fingerprint: sha256(FIRST), serials: ['0a', '0b'] },
    { ...times, fingerprint: sha256(SECOND), serials: [] },
  ]);
  expect(formerCrls.pieces(facts)).toEqual([`crl ${sha256(FIRST)}`, `crl ${sha256(SECOND)}`]);
  expect(formerCrls.parts(listing, new Map())).toEqual([{ kind: 'former-lists', of: listing.id }]);
  expect(() => formerCrls.read(Buffer.from('text'))).toThrow('holds no revocation list');
});

it('the list of an authority is one, with or without a number', () => {
  expect(crl.read(pem(FIRST))).toMatchObject({ number: '7', fingerprint: sha256(FIRST), thisUpdate: NOW });
  expect(crl.read(pem(SECOND))).toMatchObject({ number: null, entries: [] });
  expect(() => crl.read(Buffer.from('text'))).toThrow('holds no revocation list');
  expect(() => crl.read(pem(FIRST, SECOND))).toThrow('holds several revocation lists');
  const nothing = Buffer.from('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n');
  expect(() => crl.read(nothing)).toThrow(/^holds no readable revocation list: ./);
});

it('one in DER is that and no PEM, of an authority that makes one', () => {
  expect(crlDer.read(FIRST)).toEqual([`crl ${sha256(FIRST)}`]);
  expect(() => crlDer.read(pem(FIRST))).toThrow('holds no revocation list in DER');
  expect(crlDer.parts(listing, new Map())).toEqual([{ kind: 'list', of: listing.id }]);
  expect(crlDer.parts(anAuthority(), new Map())).toEqual([]);
});
