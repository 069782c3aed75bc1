/** Certificates and the clock: to the second, because a renewal that comes a day late is an outage. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { renewWindow } from '../../src/pki/renewal.ts';
import { isoTime, lengthText } from '../../src/plan/validity.ts';
import { anAuthority, anInventory, aServer, DAY, flatPlan, NOW, World } from '../helpers/entities.ts';

const LEAF_START = NOW - 300;
const LEAF_END = LEAF_START + 90 * DAY - 1;

function inventoryOf(
  root: Parameters<typeof anAuthority>[0] = {},
  leaf: Parameters<typeof aServer>[0] = {},
): Inventory {
  return anInventory(anAuthority(root), aServer(leaf));
}

/** Made at NOW, looked at later. */
function changesAt(now: number, inventory = inventoryOf(), later = inventory) {
  const world = new World();
  world.carryOut(flatPlan(inventory, world.observation(inventory), { now: NOW }), inventory);
  return flatPlan(later, world.observation(later), { now }).changes;
}

describe('renewal', () => {
  const window = 30 * DAY;
  it.each([
    ['the last second before the window', LEAF_END - window - 1, 'keep'],
    ['the first second of the window', LEAF_END - window, 'issue'],
    ['the last valid second', LEAF_END, 'issue'],
    ['the first second after', LEAF_END + 1, 'issue'],
  ])('a third of the lifetime by default: %s', (_, now, action) => {
    expect(changesAt(now)[1]?.action).toBe(action);
  });

  it.each([
    [LEAF_END - window, { kind: 'expires', notAfter: LEAF_END, seconds: window, window }],
    [LEAF_END, { kind: 'expires', notAfter: LEAF_END, seconds: 0, window }],
    [LEAF_END + 1, { kind: 'expired', notAfter: LEAF_END }],
  ])('says how long is left at %d', (now, reason) => {
    expect(changesAt(now)[1]).toMatchObject({ reasons: [reason], newKey: false, consent: null });
  });

  it('a fixed time before the end', () => {
    const inventory = inventoryOf({}, { renewBefore: { kind: 'seconds', seconds: 7 * DAY } });
    expect(changesAt(LEAF_END - 7 * DAY - 1, inventory)[1]?.action).toBe('keep');
    expect(changesAt(LEAF_END - 7 * DAY, inventory)[1]?.action).toBe('issue');
  });

  it('a share is of the certificate’s own lifetime, rounded down', () => {
    expect(renewWindow({ kind: 'share', share: 1 / 3 }, 100)).toBe(33);
    expect(renewWindow({ kind: 'seconds', seconds: 5 }, 100)).toBe(5);
  });

  it('gives a whole new lifetime from now', () => {
    const now = LEAF_END - 100;
    expect(changesAt(now)[1]?.issuance).toMatchObject({
      notBefore: now - 300,
      notAfter: now - 300 + 90 * DAY - 1,
    });
  });

  it('re-keys where the manifest says so, and only then', () => {
    const inventory = inventoryOf({}, { rotateKey: true });
    expect(changesAt(LEAF_END - window, inventory)[1]).toMatchObject({
      action: 'rekey',
      newKey: true,
      consent: null,
    });
    expect(changesAt(LEAF_END + 1, inventory)[1]).toMatchObject({ action: 'rekey', newKey: true });
    expect(changesAt(LEAF_END - window - 1, inventory)[1]?.action).toBe('keep');
    const changed = inventoryOf({}, { rotateKey: true, validity: 30 * DAY });
    expect(changesAt(NOW, inventory, changed)[1]).toMatchObject({ action: 'issue', newKey: false });
  });

  it('re-keying an authority by age needs a yes too', () => {
    const inventory = inventoryOf({ rotateKey: true, validity: 90 * DAY }, { validity: 30 * DAY });
    expect(changesAt(LEAF_END, inventory)[0]).toMatchObject({ action: 'rekey', consent: 'rekey-ca' });
  });

  it('of an authority keeps its key, and the leaf', () => {
    const inventory = inventoryOf({ validity: 300 * DAY });
    const now = LEAF_START + 55 * DAY;
    const world = new World();
    world.carryOut(flatPlan(inventory, world.observation(inventory), { now: NOW }), inventory);
    const [root, leaf] = flatPlan(inventory, world.observation(inventory), {
      now: now + 146 * DAY,
    }).changes;
    expect(root).toMatchObject({ action: 'issue', newKey: false, reasons: [{ kind: 'expires' }] });
    expect(leaf).toMatchObject({ action: 'issue', reasons: [{ kind: 'expired' }] });
  });
});

describe('not yet valid', () => {
  it('to the second', () => {
    expect(changesAt(LEAF_START)[1]?.action).toBe('keep');
    expect(changesAt(LEAF_START - 1)[1]).toMatchObject({
      action: 'issue',
      reasons: [{ kind: 'not-yet-valid', notBefore: LEAF_START }],
    });
  });
});

describe('the issuer’s end', () => {
  const short = inventoryOf({ validity: 60 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } });
  const rootEnd = LEAF_START + 60 * DAY - 1;

  it('cuts a new certificate short, and says so', () => {
    const world = new World();
    const [, leaf] = flatPlan(short, world.observation(short), { now: NOW }).changes;
    expect(leaf?.issuance).toMatchObject({ notAfter: rootEnd, cappedBy: 'authorities/root' });
  });

  it('does not make it due again and again', () => {
    expect(changesAt(NOW, short)[1]).toMatchObject({ action: 'keep', reasons: [] });
    // Inside its own window, but a new one would end at the same second.
    expect(changesAt(rootEnd - 2 * DAY, short)[1]?.action).toBe('keep');
  });

  it('moves with the issuer, and then the leaf gets its full length', () => {
    const [root, leaf] = changesAt(rootEnd - DAY, short);
    expect(root).toMatchObject({ action: 'issue', reasons: [{ kind: 'expires' }] });
    expect(leaf).toMatchObject({ action: 'issue', issuance: { cappedBy: 'authorities/root' } });
    const longer = inventoryOf({ validity: 600 * DAY });
    expect(changesAt(NOW, short, longer)[1]).toMatchObject({
      action: 'issue',
      reasons: [{ kind: 'differs', field: 'validity', before: '60d', after: '90d' }],
      issuance: { cappedBy: null },
    });
  });

  it.each([
    [
      'ends with its issuer',
      30,
      365,
      isoTime(LEAF_START + 30 * DAY - 1),
      `${isoTime(rootEnd)}, the end of authorities/root`,
    ],
    ['is as long as it is to be', 30, 31, '30d', '31d'],
    ['is cut short', 50, 35, '50d', '35d, to the end of authorities/root at most'],
  ])('is what a plan of 27 days later shows: a certificate that %s', (_, before, after, from, to) => {
    const root = { validity: 60 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } as const;
    const of = (days: number) => inventoryOf(root, { validity: days * DAY });
    const [reason] = changesAt(NOW + 27 * DAY, of(before), of(after))[1]?.reasons ?? [];
    expect(reason).toEqual({ kind: 'differs', field: 'validity', before: from, after: to });
  });

  it.each([
    [-1, 'keep'],
    [59, 'keep'],
    [60, 'issue'],
  ])('a certificate that ends %d s before its issuer, and would again: %s', (seconds, action) => {
    const root = { validity: 60 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } as const;
    const was = inventoryOf(root, { validity: 60 * DAY - seconds });
    expect(changesAt(NOW, was, inventoryOf(root, { validity: 365 * DAY }))[1]?.action).toBe(action);
  });

  it('a leaf that would outlive its issuer is cut', () => {
    const longer = inventoryOf({ validity: 600 * DAY });
    const shorter = inventoryOf({ validity: 60 * DAY });
    const [root, leaf] = changesAt(NOW, longer, shorter);
    expect(root?.reasons).toEqual([{ kind: 'differs', field: 'validity', before: '1y 235d', after: '60d' }]);
    expect(leaf).toMatchObject({
      action: 'issue',
      reasons: [
        {
          field: 'validity',
          before: isoTime(LEAF_END),
          after: `${isoTime(rootEnd)}, the end of authorities/root`,
        },
      ],
    });
  });

  it.each([
    [359, 'refresh'],
    [360, 'issue'],
  ])(
    'a leaf that outlives an issuer of its own age by the backdate and a minute alone stays: %d s, %s',
    (seconds, action) => {
      const longer = inventoryOf({ validity: 600 * DAY });
      const [root, leaf] = changesAt(NOW, longer, inventoryOf({ validity: 90 * DAY - seconds }));
      expect([root?.action, leaf?.action]).toEqual(['issue', action]);
    },
  );
});

describe('lengths', () => {
  it.each([
    [90 * DAY, '90d'],
    [365 * DAY, '1y'],
    [3650 * DAY, '10y'],
    [DAY + 12 * 3600, '1d 12h'],
    [90 * DAY - 1, '90d'],
    [90, '2m'],
    [29, '29s'],
    [0, '0s'],
  ])('%d s are %s', (seconds, text) => expect(lengthText(seconds)).toBe(text));

  it.each([
    [1, 'keep'],
    [59, 'keep'],
    [60, 'issue'],
    [-59, 'keep'],
    [-60, 'issue'],
  ])('%d s more than wanted: %s', (seconds, action) => {
    const later = inventoryOf({}, { validity: 90 * DAY - seconds });
    expect(changesAt(NOW, inventoryOf(), later)[1]?.action).toBe(action);
  });

  it('times are in UTC, to the second', () => expect(isoTime(NOW)).toBe('2026-11-23T12:00:00Z'));
});
