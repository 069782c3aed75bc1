/** What is asked of another machine, and when what was asked before still stands. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { sanText } from '../../src/pki/san.ts';
import { asksTheSame, errandsIn } from '../../src/run/request.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aPlan,
  aServer,
  certificateFor,
  DAY,
  dns,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const API = aServer({ name: 'api' });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const WISH = { issuance: ISSUANCE, newKey: false };
const EARLIER = NOW - 10 * DAY;
const KEPT = {
  notBefore: EARLIER,
  notAfter: EARLIER + 90 * DAY,
  newKey: false,
  csr: Buffer.from('csr'),
  key: null,
};

/** Whether it does. @param kept what was asked for, as far as it differs. @param facts of the request. */
function same({
  kept = {},
  wish = {},
  facts = {},
  here = keyFacts('here'),
  entity = API,
}: {
  kept?: object;
  wish?: object;
  facts?: object;
  here?: ReturnType<typeof keyFacts> | null;
  entity?: Entity;
} = {}): boolean {
  const csr = { keyId: keyFacts('here').keyId, subject: API.subject, san: API.san.map(sanText), ...facts };
  const reader = {
    keyring: { plain: (_: unknown, file: Buffer) => Buffer.from(`plain ${file}`) },
    read: (artifact: string, file: Buffer) => (artifact === 'key' ? keyFacts(String(file)) : csr),
  };
  return asksTheSame({ ...KEPT, ...kept }, entity, { ...WISH, ...wish }, here ?? undefined, reader as never);
}

describe('what was asked before', () => {
  it('stands while it asks for the same, whenever that was', () => {
    expect(same()).toBe(true);
    expect(same({ kept: { notBefore: EARLIER + 1, notAfter: EARLIER + 90 * DAY + 1 } })).toBe(true);
  });

  it('does not stand once it has ended, or is for another time', () => {
    const until = (notAfter: number) => same({ kept: { notBefore: notAfter - 90 * DAY, notAfter } });
    expect([until(NOW - 1), until(NOW), until(NOW + 1)]).toEqual([false, false, true]);
    expect(same({ kept: { notAfter: KEPT.notAfter + 1 } })).toBe(false);
    expect(same({ wish: { issuance: { ...ISSUANCE, notAfter: NOW + 30 * DAY } } })).toBe(false);
  });

  it('is for the key that is wanted', () => {
    expect(same({ here: keyFacts('other') })).toBe(false);
    expect(same({ here: null })).toBe(false);
    expect(same({ wish: { newKey: true } })).toBe(false);
    const made = { newKey: true, key: Buffer.from('made') };
    const signed = { keyId: keyFacts('plain made').keyId };
    expect(same({ kept: made, wish: { newKey: true }, facts: signed, here: null })).toBe(true);
    expect(same({ kept: made, facts: signed })).toBe(false);
    expect(same({ kept: made, wish: { newKey: true } })).toBe(false);
    expect(same({ here: keyFacts('here', 'rsa-2048') })).toBe(false);
  });

  it('has the names that are wanted', () => {
    expect(same({ facts: { san: ['dns:other.test'] } })).toBe(false);
    expect(same({ facts: { subject: [{ type: 'CN', value: 'other' }] } })).toBe(false);
    expect(same({ entity: { ...API, san: [...API.san, dns('more.test')] } })).toBe(false);
  });

  it('is the request that came with the manifest, where one did', () => {
    const key = { keyId: 'aa', keyIdentifier: 'bb', spki: '3000' };
    const given = (pem: string) =>
      aServer({ name: 'api', keyPlace: { kind: 'request', path: 'a.csr', pem, key, ignored: [] } });
    const facts = { keyId: 'whichever', san: [] };
    expect(same({ entity: given('csr'), facts })).toBe(true);
    expect(same({ entity: given('other'), facts })).toBe(false);
    expect(same({ entity: given('csr'), wish: { newKey: true } })).toBe(false);
  });
});

describe('what is asked for', () => {
  const CA = anAuthority({ name: 'ca' });
  const ISSUER = certificateFor(CA, keyFacts('ca'), ISSUANCE, null, '01');
  const waiting = (given: object | null) =>
    aChange({ id: API.id, action: 'keep', ...{ waiting: given } } as never);
  const errands = (
    change: ReturnType<typeof waiting>,
    cert: object = present(ISSUER),
    entities: readonly Entity[] = [CA, API],
  ) =>
    errandsIn(aPlan([aChange({ id: CA.id, action: 'keep' }), change]), anInventory(...entities), {
      entities: new Map([[CA.id, observed({ cert: cert as never })]]),
    } as never);

  it('is what waits, of the authority that has the key', () => {
    expect(errands(waiting({ on: CA.id, wish: WISH, reasons: [] }))).toEqual([
      { entity: API, authority: CA.id, issuer: ISSUER, wish: WISH },
    ]);
  });

  it('is nothing that waits for no one, or for what cannot be asked', () => {
    expect(errands(waiting(null))).toEqual([]);
    expect(errands(waiting({ on: CA.id, wish: null, reasons: [] }))).toEqual([]);
    expect(errands(waiting({ on: CA.id, wish: WISH, reasons: [] }), { state: 'missing' })).toEqual([]);
    expect(errands(waiting({ on: 'authorities/none', wish: WISH, reasons: [] }))).toEqual([]);
    expect(errands(waiting({ on: CA.id, wish: WISH, reasons: [] }), present(ISSUER), [CA])).toEqual([]);
  });
});
