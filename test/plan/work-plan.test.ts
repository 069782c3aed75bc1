/** What it takes to put one entity in order: a right, a secret, a token, a consent, each where something needs it. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { secretSourceText } from '../../src/pki/secret-source.ts';
import type { Observation } from '../../src/plan/observation.ts';
import {
  anAuthority,
  anInventory,
  DAY,
  flatPlan,
  keyFacts,
  NOW,
  present,
  remove,
  type World,
} from '../helpers/entities.ts';
import { API, api, SERVICES, services, settled, withChanged } from './settled.ts';

const PASSPHRASE = { kind: 'command', argv: ['/usr/bin/pass', 'api'] } as const;
const TOKEN = { uri: 'pkcs11:token=hsm', pin: { kind: 'env', name: 'PIN' } } as const;
const OTHERS = { uid: 33, gid: 33 };
const ACCOUNTS: NonNullable<Observation['accounts']> = {
  users: new Map([['web', 33]]),
  groups: new Map([['ssl', 70]]),
  own: { uid: 500, gid: 500 },
  memberOf: new Set([500]),
  mayGive: false,
};
/** Of the passphrase it is known that it is not to be had. */
const UNSET: NonNullable<Observation['secrets']> = new Map([
  [secretSourceText(PASSPHRASE), { kind: 'unset' }],
]);
const gone = (world: World): void => remove(world.of(api), 'ca');
const goneCert = (world: World): void => remove(world.of(api), 'cert');

/** What is decided of a server of which more is stated, after something has happened to its files. */
function change(stated: Partial<Entity>, given: Partial<Observation> = {}, damage = gone) {
  const inventory = {
    ...withChanged(api, stated as object),
    written: new Map([[`${api} passphrase`, 'defaults']]),
  };
  const world = settled();
  damage(world);
  const observation = { ...world.observation(inventory), ...given };
  const found = flatPlan(inventory, observation, { now: NOW }).changes.find(({ id }) => id === api);
  if (found === undefined) throw new Error('it is not planned');
  return found;
}

describe('what cannot be had refuses the work', () => {
  const owned = { ownership: { owner: 'web' } };
  const closed = { passphrase: PASSPHRASE };
  const onToken = { token: TOKEN };
  const given = {
    accounts: ACCOUNTS,
    tokens: new Map([[api, { kind: 'no-key' }]]) as never,
  };
  const noRight = { kind: 'no-right', of: 'owner', name: 'web', at: api };

  it.each<[string, Partial<Entity>, (world: World) => void, object]>([
    ['a right', owned, gone, noRight],
    ['a token', onToken, goneCert, { kind: 'token', entity: api, fault: { kind: 'no-key' } }],
    ['the first of both', { ...owned, ...onToken }, goneCert, noRight],
  ])('%s', (_, stated, damage, refusal) => {
    expect(change(stated, given, damage)).toMatchObject({ action: 'refuse', refusal });
  });

  it('a secret, at the setting that states it, and before a token', () => {
    const wanted = { action: 'refuse', refusal: { kind: 'no-secret', entity: api, at: 'defaults' } };
    const secrets = UNSET;
    expect(change(closed, { secrets }, goneCert)).toMatchObject(wanted);
    expect(change({ ...closed, ...owned }, { ...given, secrets }, goneCert).refusal).toEqual(noRight);
  });

  it('and nothing does where it is there, or nothing takes it', () => {
    expect(change(closed, {}, goneCert).action).toBe('issue');
    const locked = (world: World): void => {
      gone(world);
      world.of(api).key = { ...present(world.key(api), 0o600), lock: 'stated' };
    };
    expect(change(closed, { secrets: UNSET }, locked)).toMatchObject({ action: 'refresh', writes: ['ca'] });
    expect(change(onToken, {}, goneCert).action).toBe('create');
    expect(change(onToken, given).action).toBe('refresh');
    expect(change(owned, { accounts: { ...ACCOUNTS, mayGive: true } }).action).toBe('refresh');
  });

  it('a right to give what a new mode alone needs is none', () => {
    const open = (world: World): void => {
      world.of(api).key = present(world.key(api), 0o644);
    };
    expect(change(owned, given, open)).toMatchObject({ action: 'refresh', writes: [], chmods: ['key'] });
  });

  it('a token’s key of another kind than is stated', () => {
    const other = (world: World): void => {
      world.of(api).key = present(keyFacts('other', 'rsa-2048'), 0o600);
    };
    expect(change(onToken, {}, other)).toMatchObject({
      action: 'refuse',
      refusal: { kind: 'token-kind', entity: api, wanted: 'ecdsa-p256', found: 'rsa-2048' },
    });
  });
});

describe('work says what it takes', () => {
  it('nothing where nothing is stated', () => {
    const found = change({});
    for (const field of ['grant', 'secrets', 'relocks', 'errands', 'waiting', 'keyElsewhere', 'answered'])
      expect(found).not.toHaveProperty(field);
    expect(found).toMatchObject({ relinks: false, relocations: [], consents: [] });
  });

  it('whose files are to be', () => {
    const found = change(
      { ownership: { owner: 'web' } },
      { accounts: { ...ACCOUNTS, mayGive: true } },
      (world) => {
        gone(world);
        world.of(api).key = { ...present(world.key(api), 0o600), owner: { ...OTHERS, uid: 0 } };
      },
    );
    expect(found).toMatchObject({ grant: { uid: 33, gid: null, files: ['key'] } });
  });

  it('a secret, and the command that prints it: with consent, unless it has run here before', () => {
    const stated = { passphrase: PASSPHRASE };
    const found = change(stated, {}, goneCert);
    expect(found).toMatchObject({
      action: 'issue',
      secrets: [{ source: PASSPHRASE, of: api, artifact: 'key' }],
      errands: [{ argv: PASSPHRASE.argv, purpose: 'passphrase', isNew: true }],
      consents: ['run'],
    });
    const again = change(stated, { commands: new Set([JSON.stringify(PASSPHRASE.argv)]) }, goneCert);
    expect(again).toMatchObject({ errands: [{ isNew: false }], consents: [] });
  });

  it('that a key which stays is written in another form', () => {
    const plain = change({ passphrase: { kind: 'env', name: 'SECRET' } }, {}, () => {});
    expect(plain).toMatchObject({
      action: 'refresh',
      relocks: true,
      newKey: false,
      writes: ['key'],
      reasons: [{ kind: 'passphrase', change: 'encrypt' }],
      consents: [],
    });
    expect(plain).not.toHaveProperty('errands');
  });

  it.each<[string, Partial<Entity>, boolean]>([
    ['is made here', {}, false],
    ['is on a token', { token: TOKEN }, true],
    [
      'is that of a request',
      {
        keyPlace: {
          kind: 'request',
          path: 'api.csr',
          pem: '',
          key: { ...keyFacts('theirs'), spki: '3000' },
          ignored: [],
        },
        outputs: ['cert', 'chain', 'fullchain', 'ca'],
      } as never,
      true,
    ],
  ])('that the key %s', (_, stated, isElsewhere) => {
    const found = change(stated, {}, goneCert);
    expect(found.issuance).not.toBeNull();
    expect('keyElsewhere' in found).toBe(isElsewhere);
  });

  it('that the key of a further certificate is that of its authority', () => {
    const partner = anAuthority({ name: 'partner' });
    const bridge = anAuthority({
      name: 'services@partner',
      subject: SERVICES.subject,
      issuer: partner.id,
      trust: [partner.id],
      keyPlace: { kind: 'bridge', of: services },
      outputs: ['cert'],
    });
    const inventory = anInventory(partner, ...withChanged(api, {}).entities, bridge);
    const plan = flatPlan(inventory, settled().observation(inventory), { now: NOW });
    expect(plan.changes.find(({ id }) => id === bridge.id)).toMatchObject({
      keyElsewhere: true,
      newKey: false,
    });
  });

  it('which files of before it replaces, where an entity begins', () => {
    const fresh = change({}, {}, (world) => {
      goneCert(world);
      remove(world.of(api), 'key');
    });
    expect(fresh).toMatchObject({ action: 'create', alterations: [] });
    expect(fresh.replaces).toContain('servers/api/ca.pem');
    expect(change({}, {}, goneCert).replaces).toEqual([]);
  });
});

it('what an authority revokes by a number takes consent, and an empty list does not', () => {
  const list = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const consents = (more: object) => {
    const inventory = withChanged(services, { crl: { url: [], list }, ...more } as never);
    const plan = flatPlan(inventory, settled().observation(inventory), { now: NOW });
    return plan.changes.find(({ id, writes }) => id === services && writes.includes('crl'))?.consents;
  };
  expect(consents({})).toEqual([]);
  expect(consents({ revokes: [{ serial: '7a', reason: null }] })).toEqual(['revoke']);
});

describe('while a key that is elsewhere has not signed', () => {
  const PARTNER = anAuthority({ name: 'partner', keyPlace: { kind: 'offline' }, outputs: ['cert', 'ca'] });
  const trusting = { trust: [...API.trust, PARTNER.id] };
  /** What is planned of a server that comes to trust the partner, with these files. */
  const planned = (outputs: Entity['outputs'], damage: (world: World) => void) => {
    const world = settled(withChanged(api, { outputs }));
    damage(world);
    const inventory = anInventory(PARTNER, ...withChanged(api, { outputs, ...trusting }).entities);
    const plan = flatPlan(inventory, world.observation(inventory), { now: NOW });
    return plan.changes.find(({ id }) => id === api);
  };

  it('files wait for the certificates that they are made of', () => {
    expect(planned(API.outputs, gone)).toMatchObject({ action: 'wait', waiting: { on: PARTNER.id } });
  });

  it('a mode does not', () => {
    const open = (world: World): void => {
      world.of(api).key = present(world.key(api), 0o644);
    };
    const found = planned(['key', 'cert'], open);
    expect(found).toMatchObject({ action: 'refresh', chmods: ['key'], writes: [] });
  });
});
