/** SANs of another tool that no manifest can state: which stay until the renewal, and which are a reason to issue at once. */
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import { csr } from '../../src/plan/artifacts/csr.ts';
import { critical, dns, keyFacts, uncritical } from '../helpers/entities.ts';
import {
  API,
  api,
  billing,
  decided,
  differs,
  expectPlan,
  planOf,
  root,
  services,
  settled,
  withChanged,
} from './settled.ts';

const OWN = ['dns:api.example.test', 'ip:127.0.0.1', 'ip:::1'] as const;
const ownText = OWN.join(', ');

/** The plan for a server that has more names than it should. */
function planWith(names: readonly string[], given: { readonly isCritical?: true } = {}) {
  const world = settled();
  const value = [...OWN, ...names];
  world.changeCert(api, {
    extensions: { subjectAltName: given.isCritical === true ? critical(value) : uncritical(value) },
  });
  return planOf(world);
}

describe('what no manifest can state stays', () => {
  it.each([
    ['an address among the DNS names', ['dns:10.0.0.1']],
    ['a dot at the end', ['dns:api.example.test.']],
    ['a port', ['dns:api.example.test:8443']],
    ['a URL', ['dns:https://api.example.test/']],
    ['a space within', ['dns:api server']],
    ['a label that is too long', [`dns:${'a'.repeat(64)}.test`]],
    ['a mailbox without a host', ['email:api']],
    ['a mailbox with the name of a person', ['email:Api <api@example.test>']],
    ['spaces at the ends of a directory name', ['dirName:CN=\\ api\\ ']],
    ['its own name in other letters', ['dns:API.example.test', 'dns:Api.Example.Test']],
    ['several of them', ['dns:10.0.0.1', 'dns:API.example.test', 'email:api']],
  ])('%s', (_, names) => {
    const plan = planWith(names);
    expect(decided(plan)).toEqual({});
    const reason = differs('san', [...OWN, ...names].join(', '), ownText);
    expect(plan.remarks).toEqual([{ kind: 'differs', entities: [api], reason }]);
    expect(decided(planWith(names, { isCritical: true }))).toEqual({});
  });

  it('where they are all that there is', () => {
    const world = settled();
    world.changeCert(billing, { extensions: { subjectAltName: uncritical(['email:billing']) } });
    const plan = planOf(world);
    expect(decided(plan)).toEqual({});
    const reason = differs('san', 'email:billing', 'none');
    expect(plan.remarks).toEqual([{ kind: 'differs', entities: [billing], reason }]);
  });
});

describe('a reason to issue at once is', () => {
  it.each([
    ['a name that a manifest could state', ['dns:other.test']],
    ['that beside one that it could not', ['dns:10.0.0.1', 'dns:other.test']],
    ['other letters in a name that is none of its own', ['dns:Other.test']],
    ['a wildcard, which is good for many names', ['dns:*']],
    ['one within a label', ['dns:a*.example.test']],
    ['one of a mailbox', ['email:*@b c']],
    ['nothing as a name', ['dns:']],
    ['a space alone', ['dns: ']],
    ['a control character', ['dns:api\u0007.test']],
    ['a letter beyond ASCII', ['dns:\u00e5pi.test']],
    ['an end of a line', ['dns:api.test\n']],
    ['a URI that is none', ['uri:%%%']],
    ['a kind without a row', ['x400Address:#3000']],
    ['a directory name that cannot be read', ['dirName:#00ff']],
  ])('%s', (_, names) => {
    const reason = differs('san', [...OWN, ...names].join(', '), ownText);
    expectPlan(planWith(names), { [api]: { action: 'issue', reasons: [reason] } });
  });

  it('one of its own that is not there, with all that go at the same time', () => {
    const world = settled();
    const inventory = withChanged(api, { san: [dns('api.example.test'), dns('new.test')] });
    const found = ['dns:api.example.test', 'dns:10.0.0.1'];
    world.changeCert(api, { extensions: { subjectAltName: uncritical(found) } });
    const reason = differs('san', found.join(', '), 'dns:api.example.test, dns:new.test');
    expectPlan(planOf(world, inventory), { [api]: { action: 'issue', reasons: [reason] } });
  });

  it('its own in other letters alone', () => {
    const world = settled();
    const found = ['dns:API.example.test', 'ip:127.0.0.1', 'ip:::1'];
    world.changeCert(api, { extensions: { subjectAltName: uncritical(found) } });
    const reason = differs('san', found.join(', '), ownText);
    expectPlan(planOf(world), { [api]: { action: 'issue', reasons: [reason] } });
  });

  it('any, where the manifest narrows names that no certificate narrows yet', () => {
    const world = settled();
    const terms = { permitted: ['dns:example.test', 'ip:127.0.0.0/8', 'ip:::1/128'], excluded: [] };
    const found = [...OWN, 'dns:10.0.0.1'];
    world.changeCert(api, { extensions: { subjectAltName: uncritical(found) } });
    const plan = planOf(world, withChanged(services, { nameConstraints: terms }));
    const actions = Object.fromEntries(plan.changes.map(({ id, action }) => [id, action]));
    expect(actions).toMatchObject({ [services]: 'issue', [api]: 'issue' });
    expect(plan.remarks).toEqual([]);
  });

  it.each([
    ['the authority that issued it', services],
    ['the root above', root],
  ])('any, where %s narrows names', (_, authority) => {
    const world = settled();
    const terms = { permitted: ['dns:example.test', 'ip:127.0.0.0/8', 'ip:::1/128'], excluded: [] };
    const inventory = withChanged(authority, { nameConstraints: terms });
    world.changeCert(authority, { extensions: { nameConstraints: critical(terms) } });
    const found = [...OWN, 'dns:10.0.0.1'];
    world.changeCert(api, { extensions: { subjectAltName: uncritical(found) } });
    const reason = differs('san', found.join(', '), ownText);
    const change = planOf(world, inventory).changes.find(({ id }) => id === api);
    expect(change).toMatchObject({ action: 'issue', reasons: expect.arrayContaining([reason]) });
  });
});

it.each<[string, readonly string[], boolean]>([
  ['the names that are wanted', OWN, false],
  ['one that no manifest can state beside them', [...OWN, 'dns:10.0.0.1'], false],
  ['one of them in other letters as well', [...OWN, 'dns:API.example.test'], false],
  ['one that it could', [...OWN, 'dns:other.test'], true],
  ['one less', OWN.slice(1), true],
])('a request for %s', (_, san, isStale) => {
  const key = keyFacts('api');
  const facts = { subject: API.subject, san, keyId: key.keyId, signatureFits: true };
  expect(csr.isStale(facts as never, { entity: API, key } as never)).toBe(isStale);
  expect(csr.isStale({ ...facts, signatureFits: false } as never, { entity: API, key } as never)).toBe(true);
  expect(csr.isStale(facts as never, { entity: API, key: null } as never)).toBe(false);
});

it('what waits for a key elsewhere because of its names has no note about them', () => {
  const world = settled();
  const terms = { permitted: ['dns:example.test', 'ip:127.0.0.0/8', 'ip:::1/128'], excluded: [] };
  const inventory = withChanged(services, { nameConstraints: terms, keyPlace: { kind: 'offline' } });
  world.changeCert(services, { extensions: { nameConstraints: critical(terms) } });
  world.changeCert(api, { extensions: { subjectAltName: uncritical([...OWN, 'dns:10.0.0.1']) } });
  const plan = planOf(world, inventory);
  const reason = differs('san', [...OWN, 'dns:10.0.0.1'].join(', '), ownText);
  expect(plan.changes.find(({ id }) => id === api)).toMatchObject({
    waiting: { on: services, reasons: [reason] },
  });
  expect(plan.remarks.filter(({ kind }) => kind === 'differs')).toEqual([]);
});

it.each<[string, EntityId, readonly EntityId[]]>([
  ['of what it signs', services, [api]],
  ['of nothing further below', root, []],
])('an offline key is away for the renewal %s', (_, authority, away) => {
  const world = settled();
  world.changeCert(api, { extensions: { subjectAltName: uncritical([...OWN, 'dns:10.0.0.1']) } });
  const plan = planOf(world, withChanged(authority, { keyPlace: { kind: 'offline' } }));
  const notes = plan.remarks.filter((remark) => remark.kind === 'differs');
  expect(notes.map(({ entities }) => entities)).toEqual([[api]]);
  expect(notes.flatMap(({ entities, isAway }) => (isAway ? entities : []))).toEqual(away);
});

it('the renewal says which names the next certificate does not have', () => {
  const world = settled();
  const found = [...OWN, 'dns:10.0.0.1'];
  world.changeCert(api, { extensions: { subjectAltName: uncritical(found) } });
  const change = planOf(world, undefined, { rekey: [api] }).changes.find(({ id }) => id === api);
  expect(change).toMatchObject({
    action: 'rekey',
    alterations: [{ kind: 'alters', field: 'san', before: found.join(', '), after: ownText }],
  });
});
