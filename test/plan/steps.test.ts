/** Plan → steps: what is run, and what waits for what. */
import { expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { outputsOf } from '../../src/plan/make.ts';
import { planInventory } from '../../src/plan/plan.ts';
import type { Step } from '../../src/plan/step.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import {
  aChange,
  aClient,
  anAuthority,
  anInventory,
  aPlan,
  aServer,
  DAY,
  NOW,
  remove,
  World,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root', key: { algorithm: 'rsa', size: 4096 } });
const SERVICES = anAuthority({ name: 'services', issuer: ROOT.id, trust: [ROOT.id] });
const API = aServer({ name: 'api', issuer: SERVICES.id });
const BILLING = aClient({ name: 'billing', outputs: ['key', 'cert', 'public'] });
const ALL = anInventory(ROOT, SERVICES, API, BILLING);

function stepsAfter(damage: (world: World) => void, inventory: Inventory = ALL): readonly Step[] {
  const world = new World();
  world.carryOut(planInventory(inventory, world.observation(inventory), { now: NOW }), inventory);
  damage(world);
  return stepsOf(planInventory(inventory, world.observation(inventory), { now: NOW }), inventory);
}

function fromNothing(inventory: Inventory = ALL): readonly Step[] {
  return stepsOf(planInventory(inventory, new World().observation(inventory), { now: NOW }), inventory);
}

const shapes = (steps: readonly Step[]) =>
  Object.fromEntries(steps.map(({ id, needs }) => [id, [...needs].sort()]));

it('from nothing: a certificate waits for its issuer, a bundle for all that is in it', () => {
  expect(shapes(fromNothing())).toEqual({
    'request authorities/root': [],
    'sign authorities/root': ['request authorities/root'],
    'publish authorities/root': ['request authorities/root', 'sign authorities/root'],
    'request authorities/services': [],
    'sign authorities/services': ['publish authorities/root', 'request authorities/services'],
    'publish authorities/services': expect.arrayContaining([
      'publish authorities/root',
      'sign authorities/services',
    ]),
    'request servers/api': [],
    'sign servers/api': ['publish authorities/services', 'request servers/api'],
    'publish servers/api': expect.arrayContaining(['publish authorities/services', 'sign servers/api']),
    'request clients/billing': [],
    'sign clients/billing': ['publish authorities/root', 'request clients/billing'],
    'public clients/billing': ['request clients/billing'],
    'publish clients/billing': expect.arrayContaining(['public clients/billing', 'sign clients/billing']),
  });
});

it('a file in another form waits for what it is made of, where that is new', () => {
  const forms = aServer({
    name: 'forms',
    issuer: SERVICES.id,
    outputs: ['key', 'cert', 'der', 'pkcs7', 'pkcs8-der'],
  });
  const inventory = anInventory(ROOT, SERVICES, forms);
  const needs = (steps: readonly Step[]) =>
    Object.fromEntries(
      steps.flatMap((step) =>
        'make' in step && step.make.op === 'convert' ? [[step.make.to, [...step.needs].sort()]] : [],
      ),
    );
  expect(needs(fromNothing(inventory))).toEqual({
    der: ['sign servers/forms'],
    pkcs7: ['publish authorities/root', 'publish authorities/services', 'sign servers/forms'],
    'pkcs8-der': ['request servers/forms'],
  });
  const again = stepsAfter((world) => {
    for (const artifact of ['der', 'pkcs7', 'pkcs8-der'] as const) remove(world.of(forms.id), artifact);
  }, inventory);
  expect(needs(again)).toEqual({ der: [], pkcs7: [], 'pkcs8-der': [] });
});

it('a list in another form waits for the list, where that is new', () => {
  const list = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const root = anAuthority({ name: 'root', outputs: ['key', 'cert', 'crl-der'], crl: { url: [], list } });
  const inventory = anInventory(root);
  const plan = planInventory(inventory, new World().observation(inventory), { now: NOW });
  const withList = (given: object) => {
    const changes = plan.changes.map((change) => ({ ...change, ...given }));
    return stepsOf({ ...plan, changes }, inventory).flatMap((step) =>
      'make' in step && step.make.op === 'convert' ? [[step.make.to, step.needs]] : [],
    );
  };
  expect(withList({})).toEqual([['crl-der', ['crl authorities/root']]]);
  expect(withList({ list: undefined })).toEqual([['crl-der', []]]);
});

it('nothing to do: no steps', () => expect(stepsAfter(() => {})).toEqual([]));

it('what is not done by this plan is not waited for', () => {
  const steps = stepsAfter((world) => remove(world.of(API.id), 'cert'));
  expect(shapes(steps)).toEqual({
    'request servers/api': [],
    'sign servers/api': ['request servers/api'],
    'publish servers/api': ['request servers/api', 'sign servers/api'],
  });
});

it('a bundle alone takes no openssl', () => {
  const steps = stepsAfter((world) => remove(world.of(API.id), 'chain'));
  expect(steps.map(({ id }) => id)).toEqual(['publish servers/api']);
});

it('a request alone, and a public key alone, for the key that is there', () => {
  const steps = stepsAfter((world) => {
    remove(world.of(API.id), 'csr');
    remove(world.of(BILLING.id), 'public');
  });
  expect(shapes(steps)).toEqual({
    'request servers/api': [],
    'publish servers/api': ['request servers/api'],
    'public clients/billing': [],
    'publish clients/billing': ['public clients/billing'],
  });
  expect(steps.filter((step) => 'make' in step && outputsOf(step.make).includes('key'))).toEqual([]);
});

it('what is refused takes no step', () => {
  const steps = stepsAfter((world) => {
    world.of(API.id).key = { state: 'encrypted', why: { kind: 'unstated' } };
    remove(world.of(BILLING.id), 'cert');
  });
  expect(new Set(steps.map(({ entity }) => entity))).toEqual(new Set([BILLING.id]));
});

it('a signature knows its dates, its signer, and where the key is', () => {
  const makes = fromNothing().flatMap((step) => ('make' in step ? [step.make] : []));
  const sign = makes.filter((make) => make.op === 'sign');
  const kept = (of: string) => ({ kind: 'authority', id: of, key: { kind: 'file', of, isNew: false } });
  expect(sign.map(({ by }) => by)).toEqual([
    { kind: 'self', key: { kind: 'file', of: ROOT.id, isNew: true } },
    kept(ROOT.id),
    kept(SERVICES.id),
    kept(ROOT.id),
  ]);
  expect(sign[0]?.issuance.notBefore).toBe(NOW - 300);
});

it('what is made says which files it leaves', () => {
  const makes = fromNothing().flatMap((step) => ('make' in step ? [[step.id, outputsOf(step.make)]] : []));
  expect(Object.fromEntries(makes)).toMatchObject({
    'request servers/api': ['key', 'csr'],
    'sign servers/api': ['cert'],
    'public clients/billing': ['public'],
  });
  const [kept] = stepsAfter((world) => remove(world.of(API.id), 'csr'));
  expect(kept && 'make' in kept && outputsOf(kept.make)).toEqual(['csr']);
});

it('an RSA key weighs more the longer it is, and any more than an EC key or a kept one', () => {
  const weigh = (size: number | null): number => {
    const key = size === null ? ({ algorithm: 'ed25519' } as const) : ({ algorithm: 'rsa', size } as const);
    const [step] = fromNothing(anInventory(anAuthority({ key })));
    return step?.kind === 'request' ? step.weight : 0;
  };
  expect(weigh(4096)).toBeGreaterThan(weigh(3072));
  expect(weigh(2048)).toBeGreaterThan(weigh(null));
  const [kept] = stepsAfter((world) => remove(world.of(ROOT.id), 'csr'));
  expect(kept).toMatchObject({ kind: 'request', weight: 1 });
});

it('a leaf that trusts another root waits for that as well, where it writes a bundle', () => {
  const other = anAuthority({ name: 'other' });
  const trusting = aServer({ name: 'trusting', trust: [ROOT.id, other.id] });
  const needs = shapes(fromNothing(anInventory(ROOT, other, trusting)))[`publish ${trusting.id}`];
  expect(needs).toContain('publish authorities/other');
});

it('the files of what is revoked go once its issuer has listed it, where that is done by this plan', () => {
  const revoke = aChange({ id: API.id, action: 'revoke', deletes: ['key', 'cert'] });
  const issuer = (action: 'refresh' | 'keep') => aChange({ id: SERVICES.id, action, writes: ['ca'] });
  const removal = (...changes: readonly ReturnType<typeof aChange>[]) =>
    stepsOf(aPlan(changes), ALL).filter(({ kind }) => kind === 'remove');
  const step = { kind: 'remove', id: 'remove servers/api', entity: API.id };
  expect(removal(issuer('refresh'), revoke)).toEqual([{ ...step, needs: ['publish authorities/services'] }]);
  expect(removal(issuer('keep'), revoke)).toEqual([{ ...step, needs: [] }]);
  expect(removal(revoke)).toEqual([{ ...step, needs: [] }]);
  expect(removal(issuer('refresh'), { ...revoke, deletes: [] })).toEqual([]);
  // What left the manifest, and has no issuer to name, waits for nothing.
  expect(removal(issuer('refresh'), { ...revoke, id: 'servers/gone' })).toEqual([
    { ...step, id: 'remove servers/gone', entity: 'servers/gone', needs: [] },
  ]);
});

it('a list in another form waits for the list, where that is made', () => {
  const terms = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const lister = anAuthority({
    name: 'lister',
    crl: { url: [], list: terms },
    outputs: ['key', 'cert', 'crl-der'],
  });
  const convert = (steps: readonly Step[]) =>
    steps.flatMap((step) => ('make' in step && step.make.op === 'convert' ? [step.needs] : []));
  const inventory = anInventory(lister);
  expect(convert(fromNothing(inventory))).toEqual([['crl authorities/lister']]);
  const stays = aChange({ id: lister.id, action: 'refresh', writes: ['crl-der'] });
  expect(convert(stepsOf(aPlan([stays]), inventory))).toEqual([[]]);
});
