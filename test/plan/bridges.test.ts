// Further certificates of an authority whose key is elsewhere: the certificate that it has here shows all that they take.
import { describe, expect, it } from 'vitest';
import { planInventory } from '../../src/plan/plan.ts';
import { alterationText, reasonText } from '../../src/report/reason.ts';
import { keyIdentifierOf } from '../../src/x509/facts.ts';
import { nameDer } from '../../src/x509/name.ts';
import {
  anAuthority,
  anInventory,
  critical,
  DAY,
  keyFacts,
  NOW,
  remove,
  uncritical,
  type World,
} from '../helpers/entities.ts';
import { decided, planOf, ROOT, root, settled } from './settled.ts';

const AWAY = anAuthority({ name: 'root', keyPlace: { kind: 'offline' }, outputs: ['cert', 'ca'] });
const PARTNER = anAuthority({ name: 'partner' });
const BRIDGE = anAuthority({
  name: 'root@partner',
  subject: ROOT.subject,
  keyPlace: { kind: 'bridge', of: root, shown: true },
  issuer: PARTNER.id,
  trust: [PARTNER.id],
  outputs: ['cert'],
});
const INVENTORY = anInventory(AWAY, PARTNER, BRIDGE);

/** Everything is there, and the key of the root went away. */
function away(): World {
  const world = settled(anInventory(ROOT, PARTNER));
  world.of(BRIDGE.id).key = world.of(root).key;
  world.carryOut(planInventory(INVENTORY, world.observation(INVENTORY), { now: NOW }), INVENTORY);
  remove(world.of(root), 'key');
  remove(world.of(BRIDGE.id), 'key');
  return world;
}

const changeOf = (world: World, options: Parameters<typeof planOf>[2] = {}) =>
  planOf(world, INVENTORY, options).changes.find(({ id }) => id === BRIDGE.id);
const why = (world: World): readonly string[] => (changeOf(world)?.reasons ?? []).map(reasonText);

describe('a further certificate for a key that is elsewhere', () => {
  it('stays while all is as it was, and is renewed without the key', () => {
    expect(decided(planOf(away(), INVENTORY))).toEqual({});
    expect(decided(planOf(away(), INVENTORY, { now: NOW + 3000 * DAY }))).toMatchObject({
      [BRIDGE.id]: 'issue',
    });
  });

  const other = keyFacts('other', 'rsa-4096');
  it.each([
    [
      'another key',
      { keyId: other.keyId, keySpec: other.spec },
      /^key: ecdsa-p256 \w{16} → rsa-4096 \w{16}$/,
    ],
    [
      'another identifier of the key',
      { extensions: { subjectKeyIdentifier: uncritical('0102') } },
      /^authorities\/root changes$/,
    ],
    ['no identifier at all, any of which will do', { extensions: { subjectKeyIdentifier: undefined } }, null],
  ])('is made again for %s of its authority', (_, changes, text) => {
    const world = away();
    world.changeCert(root, changes, 'keyId' in changes ? changes.keyId : undefined);
    if (text === null) expect(why(world)).toEqual([]);
    else expect(why(world)).toEqual([expect.stringMatching(text)]);
  });

  it('gets no key of its own', () => {
    const refusal = changeOf(away(), { rekey: [BRIDGE.id] })?.refusal;
    expect(refusal).toMatchObject({ kind: 'bridge', of: root, isShown: true });
  });

  it('carries over the identifier, whatever it is', () => {
    const world = away();
    world.changeCert(root, { extensions: { subjectKeyIdentifier: uncritical('0102') } });
    expect(changeOf(world)?.issuance).toMatchObject({ subjectKeyId: '0102' });
    expect(keyIdentifierOf(world.cert(root))).toBe('0102');
  });
});

describe('name constraints that only a further certificate has', () => {
  const nameConstraints = critical({ permitted: ['dns:example.test'], excluded: [] });
  const constrained = (): World => {
    const world = away();
    world.changeCert(BRIDGE.id, { extensions: { nameConstraints } });
    return world;
  };

  it('stay as long as it does', () => {
    expect(decided(planOf(constrained(), INVENTORY))).toEqual({});
  });

  it('are named by the plan of its renewal, which takes consent', () => {
    const change = changeOf(constrained(), { now: NOW + 3000 * DAY });
    expect(change?.consents).toEqual(['trust']);
    expect((change?.alterations ?? []).map(alterationText)).toEqual([
      'loses critical nameConstraints: permitted dns:example.test',
    ]);
  });
});

describe('the name in the certificate of its authority', () => {
  const named = (subject: typeof ROOT.subject, subjectDer: string): World => {
    const world = away();
    world.changeCert(root, { subject, issuer: subject, subjectDer, issuerDer: subjectDer });
    return world;
  };

  it('that is not the one of the manifest is waited for', () => {
    const subject = [{ type: 'CN', value: 'Other' }] as const;
    const change = changeOf(named(subject, nameDer(subject)));
    expect(change).toMatchObject({ action: 'wait', waiting: { on: root, shows: true, serves: true } });
  });

  it('is refused where it cannot be written to the octet', () => {
    // Attributes of the manifest, in octets that no combination of string types gives.
    const der = `300f310d300b0603550403${'1e04'}00410042`;
    expect(changeOf(named(ROOT.subject, der))).toMatchObject({
      action: 'refuse',
      refusal: { kind: 'bridge-name', of: root },
    });
  });
});

describe('a part of the plan', () => {
  it('may hold it without its authority, whose certificate is there', () => {
    const world = away();
    remove(world.of(BRIDGE.id), 'cert');
    const pinned = new Set([root]);
    const plan = planInventory(INVENTORY, world.observation(INVENTORY), { now: NOW, pinned });
    expect(plan.pinned).toEqual(pinned);
    expect(plan.changes.find(({ id }) => id === BRIDGE.id)?.action).toBe('create');
  });

  it('leaves it where nothing shows the key', () => {
    const world = away();
    for (const id of [root, BRIDGE.id]) remove(world.of(id), 'cert');
    const pinned = new Set([root]);
    const plan = planInventory(INVENTORY, world.observation(INVENTORY), { now: NOW, pinned });
    expect(plan.pinned).toEqual(new Set([root, BRIDGE.id]));
  });
});
