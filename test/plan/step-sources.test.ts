/** Steps by where the key is and what a change has: each source of a key, each list, each part of a file. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { PublicKey } from '../../src/plan/make.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import { aChange, aClient, anAuthority, anInventory, aPlan, aServer, DAY, NOW } from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const ONE = anAuthority({ name: 'one', issuer: ROOT.id, trust: [ROOT.id] });
const TWO = anAuthority({ name: 'two', issuer: ONE.id, trust: [ROOT.id] });
const API = aServer({ name: 'api', issuer: TWO.id });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
type Given = Parameters<typeof aChange>[0];

const issue = (of: Entity, given: Partial<Given> = {}) =>
  aChange({ id: of.id, action: 'issue', issuance: ISSUANCE, writes: ['cert', 'fullchain'], ...given });
const refresh = (of: Entity, given: Partial<Given>) => aChange({ id: of.id, action: 'refresh', ...given });
const steps = (entities: readonly Entity[], ...changes: readonly ReturnType<typeof aChange>[]) =>
  stepsOf(aPlan(changes), anInventory(...entities));
const shapes = (...args: Parameters<typeof steps>) => steps(...args).map(({ id, needs }) => [id, ...needs]);
const ALL = [ROOT, ONE, TWO, API];

it('a bundle waits for the issuer and for the root above, and not for what those wait for', () => {
  const found = shapes(ALL, ...ALL.map((entity) => issue(entity)));
  expect(found.at(-1)).toEqual([
    'publish servers/api',
    'request servers/api',
    'sign servers/api',
    'publish authorities/two',
    'publish authorities/root',
  ]);
});

it('a leaf whose chain leads through a bridge waits for that and for the root behind it', () => {
  const other = anAuthority({ name: 'other' });
  const keyPlace = { kind: 'bridge', of: ROOT.id } as const;
  const bridge = anAuthority({ name: 'root@other', issuer: other.id, keyPlace });
  const leaf = { ...API, issuer: ROOT.id, through: bridge.id };
  const [last] = shapes([ROOT, other, bridge, leaf], issue(other), issue(bridge), issue(leaf)).slice(-1);
  expect(last).toEqual([
    'publish servers/api',
    'request servers/api',
    'sign servers/api',
    `publish ${bridge.id}`,
    'publish authorities/other',
  ]);
});

it('a file with the lists of authorities waits for those, where it is written', () => {
  const crl = { url: [], list: { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } as const } };
  const lister = { ...ONE, crl };
  const leaf = aServer({ name: 'api', issuer: TWO.id, outputs: ['key', 'cert', 'crls', 'ca-crls'] });
  const all = [ROOT, lister, TWO, leaf];
  const published = (...writes: NonNullable<Given['writes']>) =>
    shapes(all, refresh(lister, { writes: ['csr'] }), refresh(leaf, { writes })).at(-1);
  expect(published('crls')).toEqual(['publish servers/api', 'publish authorities/one']);
  expect(published('ca-crls')).toEqual(['publish servers/api', 'publish authorities/one']);
  expect(published('fullchain')).toEqual(['publish servers/api']);
});

describe('a key that is not here', () => {
  const key = { keyId: 'k', keyIdentifier: 'i', spki: '3059' };
  const given = aClient({
    name: 'given',
    keyPlace: { kind: 'request', path: 'x.csr', pem: '', key, ignored: [] },
  });
  const bridge = anAuthority({
    name: 'one@root',
    issuer: ROOT.id,
    keyPlace: { kind: 'bridge', of: ONE.id, shown: true },
  });
  const makes = (...args: Parameters<typeof steps>) =>
    steps(...args).flatMap((step) => ('make' in step ? [step.make] : []));
  it.each<[string, Entity, PublicKey]>([
    ['of a request is in what is signed', given, { kind: 'given', spki: '3059' }],
    ['that a certificate shows is taken from that', bridge, { kind: 'shown', of: ONE.id }],
  ])('%s, and nothing is requested', (_, entity, source) => {
    const all = [ROOT, ONE, entity];
    expect(makes(all, issue(entity))).toEqual([
      {
        op: 'sign',
        of: entity.id,
        by: { kind: 'authority', id: ROOT.id, key: { kind: 'file', of: ROOT.id, isNew: false } },
        key: source,
        issuance: ISSUANCE,
        to: 'cert',
      },
    ]);
    expect(makes(all, issue(entity, { answered: true } as object))).toEqual([
      { op: 'take', of: entity.id, files: ['cert'] },
    ]);
  });

  it('of a bridge waits for its authority', () => {
    const lent = { ...bridge, keyPlace: { kind: 'bridge', of: ONE.id } } as const;
    const found = shapes([ROOT, ONE, lent], issue(ROOT), issue(ONE), issue(lent));
    expect(found.find(([id]) => id === `request ${lent.id}`)).toEqual([
      `request ${lent.id}`,
      `publish ${ONE.id}`,
    ]);
    expect(shapes([ROOT, ONE, bridge], issue(ROOT), issue(ONE), issue(bridge)).at(-2)).toEqual([
      `sign ${bridge.id}`,
      `publish ${ROOT.id}`,
      `publish ${ONE.id}`,
    ]);
  });

  it('is of no root', () => {
    const strange = { ...given, issuer: null } as unknown as Entity;
    expect(() => steps([ROOT, strange], issue(strange))).toThrow(
      'Internal error: clients/given signs itself with a key that is elsewhere',
    );
  });

  it('is on a token, which signs', () => {
    const token = { pkcs11: 'pkcs11:token=a;object=b', pin: { kind: 'prompt', label: null } };
    const root = { ...ROOT, token } as unknown as Entity;
    const [sign] = makes([root, ONE], issue(ONE)).slice(-1);
    expect(sign).toMatchObject({ by: { key: { kind: 'token', of: ROOT.id, isNew: false } } });
  });

  it('signed elsewhere, is taken with its request, and the key where that is new', () => {
    const answered = { answered: true } as object;
    const taken = (action: 'issue' | 'rekey') =>
      steps([ROOT, ONE], issue(ONE, { action, ...answered })).map((step) => [
        step.id,
        'make' in step ? step.make : [],
        ...step.needs,
      ]);
    const take = (...files: readonly string[]) => ({ op: 'take', of: ONE.id, files });
    const rest = (request: string) => [
      ['sign authorities/one', take('cert'), request],
      ['publish authorities/one', [], request, 'sign authorities/one'],
    ];
    const request = 'request authorities/one';
    expect(taken('rekey')).toEqual([[request, take('key', 'csr')], ...rest(request)]);
    expect(taken('issue')).toEqual([[request, take('csr')], ...rest(request)]);
  });
});

it('a name that stays in other octets is asked for, and else none is', () => {
  const name = { subject: API.subject, strings: 'printable' } as const;
  const request = (issuance: typeof ISSUANCE | (typeof ISSUANCE & { name: typeof name })) =>
    steps(ALL, issue(API, { issuance }))[0];
  const make = { op: 'request', of: API.id, key: { kind: 'file', of: API.id, isNew: false } };
  expect(request(ISSUANCE)).toMatchObject({ make, weight: 1 });
  expect(request(ISSUANCE)).not.toHaveProperty('make.name');
  expect(request({ ...ISSUANCE, name })).toMatchObject({ make: { ...make, name } });
});

it('a new key takes the longer the more primes cost, relative to those that are there', () => {
  const weight = (key: Entity['key'], action: 'issue' | 'rekey' = 'rekey') => {
    const [step] = steps([{ ...ROOT, key }], issue(ROOT, { action }));
    return step !== undefined && 'weight' in step ? step.weight : undefined;
  };
  expect(weight({ algorithm: 'ed25519' })).toBe(2);
  expect([2048, 3072, 4096].map((size) => weight({ algorithm: 'rsa', size }))).toEqual([64, 144, 256]);
  expect(weight({ algorithm: 'rsa', size: 4096 }, 'issue')).toBe(1);
});

it('the last list of a former key is signed by what is there, or by what the archive has', () => {
  const list = { number: '2', thisUpdate: NOW, nextUpdate: NOW + DAY, entries: [] };
  const former = (last: object | null) =>
    steps([ROOT], issue(ROOT, { formerLists: { last, keep: [] }, list } as object)).flatMap((step) =>
      'make' in step && step.make.op === 'crl' ? [[step.id, step.make, step.needs]] : [],
    );
  const own = { op: 'crl', of: ROOT.id, key: { kind: 'file', of: ROOT.id, isNew: false } };
  const next = ['crl authorities/root', { ...own, isNewCertificate: true, list, to: 'crl' }];
  const needs = ['request authorities/root', 'sign authorities/root'];
  const last = { list, signedWith: 'ecdsa-p256' };
  const made = (given: object) => ({ ...own, ...last, ...given, isNewCertificate: false, to: 'former-crl' });
  expect(former(null)).toEqual([[...next, needs]]);
  expect(former(last)).toEqual([
    ['crl authorities/root former-crl', made({}), []],
    [...next, needs],
  ]);
  expect(former({ ...last, archived: 'set' })[0]).toEqual([
    'crl authorities/root former-crl',
    made({ archived: 'set' }),
    [],
  ]);
});

it('a list of a key on a token is signed there, and one of a former key by the file that the archive has', () => {
  const token = { pkcs11: 'pkcs11:token=a;object=b', pin: { kind: 'prompt', label: null } };
  const root = { ...ROOT, token } as unknown as Entity;
  const list = { number: '2', thisUpdate: NOW, nextUpdate: NOW + DAY, entries: [] };
  const keys = (last: object) =>
    steps([root], refresh(root, { formerLists: { last, keep: [] }, list } as object)).flatMap((step) =>
      'make' in step && step.make.op === 'crl' ? [step.make.key.kind] : [],
    );
  expect(keys({ list, signedWith: 'x' })).toEqual(['token', 'token']);
  expect(keys({ list, signedWith: 'x', archived: 'set' })).toEqual(['file', 'token']);
});

it('a file in another form waits for what is new in it: its own parts, those of others, and their root', () => {
  const leaf = aServer({ name: 'api', issuer: TWO.id, outputs: ['key', 'cert', 'pkcs7', 'pkcs8-der'] });
  const convert = (...changes: readonly ReturnType<typeof aChange>[]) =>
    steps([ROOT, ONE, TWO, leaf], ...changes).flatMap((step) =>
      step.kind === 'convert' && step.entity === leaf.id ? [[step.id, ...step.needs]] : [],
    );
  const writes = ['pkcs7', 'pkcs8-der'] as const;
  expect(convert(issue(ROOT), issue(ONE), issue(TWO), issue(leaf, { action: 'rekey', writes }))).toEqual([
    [
      'convert servers/api pkcs7',
      'sign servers/api',
      'publish authorities/two',
      'publish authorities/one',
      'publish authorities/root',
    ],
    ['convert servers/api pkcs8-der', 'request servers/api'],
  ]);
  expect(convert(refresh(leaf, { writes }))).toEqual([
    ['convert servers/api pkcs7'],
    ['convert servers/api pkcs8-der'],
  ]);
});
