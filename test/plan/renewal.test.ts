/** What others wrote into a certificate stays until it is renewed, and what a renewal would change is announced with it. */
import { describe, expect, it } from 'vitest';
import type { Alteration } from '../../src/plan/alteration.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { encodedNameDer } from '../../src/x509/name.ts';
import { type Changes, critical, DAY, NOW, uncritical } from '../helpers/entities.ts';
import {
  ALL,
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

const LATER = NOW + 70 * DAY;
/** The authorities are to be renewed, and everything below them with its end. */
const MUCH_LATER = NOW + 3000 * DAY;

const SUBJECT = [
  { type: 'O', value: 'Org' },
  { type: 'CN', value: 'api.example.test' },
] as const;
const NAMED = withChanged(api, { subject: SUBJECT });

const loses = (
  extension: string,
  oid: string,
  isCritical = false,
  value: string | null = null,
): Alteration => ({
  kind: 'loses',
  extension,
  oid,
  critical: isCritical,
  value,
});
const unknown = (oid: string, isCritical = false) => ({ oid, critical: isCritical, hex: '3000' });

describe('a name in another order, in other pieces or of other strings', () => {
  const reversed = { subject: [...SUBJECT].reverse(), strings: 'printable' } as const;
  const kept = { subject: reversed.subject, subjectDer: encodedNameDer(reversed) };

  it('is no reason, and comes again in every certificate', () => {
    const world = settled(NAMED);
    world.changeCert(api, kept);
    expect(decided(planOf(world, NAMED))).toEqual({});
    expectPlan(planOf(world, NAMED, { now: LATER, rekey: [api] }), {
      [api]: { action: 'rekey', issuance: expect.objectContaining({ name: reversed }) },
      [billing]: { action: 'issue' },
    });
    world.carryOut(planInventory(NAMED, world.observation(NAMED), { now: LATER }), NAMED);
    expect(world.cert(api).subjectDer).toBe(kept.subjectDer);
    expectPlan(planOf(world, NAMED, { now: LATER }), {});
  });

  it('is a reason at the renewal where nobody can be asked for it', () => {
    const world = settled(NAMED);
    // C=…: UTF8String before PrintableString is in no choice that openssl has.
    const utf8 = encodedNameDer({ subject: SUBJECT, strings: 'utf8' });
    const subjectDer = utf8.replace('0c106170692e', '13106170692e');
    world.changeCert(api, { subjectDer });
    const plan = planOf(world, NAMED);
    expect(decided(plan)).toEqual({});
    const change = differs(
      'subject',
      'O=Org, CN=api.example.test (PrintableString)',
      'O=Org, CN=api.example.test',
    );
    expect(plan.remarks).toEqual([{ kind: 'renamed', entity: api, reason: change }]);
    expect(planOf(world, NAMED, { now: LATER }).changes[2]?.reasons).toEqual([
      expect.objectContaining({ kind: 'expires' }),
      change,
    ]);
  });

  it('is a reason at the renewal where only the strings of a country are not ours', () => {
    const subject = [{ type: 'C', value: 'SE' }, ...SUBJECT] as const;
    const inventory = withChanged(api, { subject });
    const world = settled(inventory);
    const subjectDer = encodedNameDer({ subject, strings: 'utf8' }).replace('13025345', '0c025345');
    world.changeCert(api, { subjectDer });
    const change = differs(
      'subject',
      'C=SE (UTF8String), O=Org, CN=api.example.test',
      'C=SE, O=Org, CN=api.example.test',
    );
    expect(planOf(world, inventory).remarks).toEqual([{ kind: 'renamed', entity: api, reason: change }]);
    expect(planOf(world, inventory, { now: LATER }).changes.flatMap(({ reasons }) => reasons)).toContainEqual(
      change,
    );
  });

  it('is another name where an attribute is', () => {
    const world = settled(NAMED);
    world.changeCert(api, { subject: SUBJECT.slice(1) });
    expect(planOf(world, NAMED).changes[2]?.reasons).toEqual([
      differs('subject', 'CN=api.example.test', 'O=Org, CN=api.example.test'),
    ]);
  });
});

describe('a subject that an earlier version wrote', () => {
  const earlier = [{ type: 'O', value: 'Org' }] as const;
  const inventory = withChanged(billing, {
    subject: [...earlier, { type: 'CN', value: 'billing' }],
    earlierSubject: earlier,
  });
  const change = differs('subject', 'O=Org', 'O=Org, CN=billing');

  it('stays until the renewal, with a remark that announces the new one', () => {
    const world = settled(withChanged(billing, { subject: earlier }));
    const plan = planOf(world, inventory);
    expect(decided(plan)).toEqual({});
    expect(plan.remarks).toEqual([{ kind: 'renamed', entity: billing, reason: change }]);
    world.carryOut(planInventory(inventory, world.observation(inventory), { now: LATER }), inventory);
    expect(world.cert(billing).subject).toEqual([...earlier, { type: 'CN', value: 'billing' }]);
    expect(planOf(world, inventory, { now: LATER }).remarks).toEqual([]);
  });

  it('is named by the plan that renews it', () => {
    const world = settled(withChanged(billing, { subject: earlier }));
    expect(planOf(world, inventory, { now: LATER }).changes[3]?.reasons).toEqual([
      expect.objectContaining({ kind: 'expires' }),
      change,
    ]);
  });

  it.each([[[]], [[{ type: 'O', value: 'Other' }]], [[{ type: 'CN', value: 'Billing' }]]] as const)(
    '%j is another one',
    (subject) => {
      const world = settled(withChanged(billing, { subject }));
      expect(decided(planOf(world, inventory))).toEqual({ [billing]: 'issue' });
    },
  );
});

it('what another hand put behind a certificate is named when that is renewed, and stays till then', () => {
  const world = settled();
  Object.assign(world.of(api), { behind: ['1', '2'].map((fingerprint) => ({ fingerprint, anchor: null })) });
  expect(decided(planOf(world))).toEqual({});
  const alone = {
    kind: 'alters',
    field: 'cert.pem',
    before: '3 certificates',
    after: 'the first alone',
  } as const;
  expectPlan(planOf(world, ALL, { now: LATER }), {
    [api]: { action: 'issue', alterations: [alone] },
    [billing]: { action: 'issue', alterations: [] },
  });
});

describe('an extension that we do not write', () => {
  const changes: Changes = {
    extensions: {
      certificatePolicies: uncritical([{ oid: '1.2.3', qualifiers: [{ kind: 'cps', text: 'http://x' }] }]),
      authorityInfoAccess: uncritical([{ method: 'ocsp', name: 'uri:http://ocsp.test' }]),
    },
    // Of one list among several, say: it is kept and not read.
    unknown: [unknown('2.5.29.31', true), unknown('1.3.6.1.4.1.99999.1')],
  };
  it('stays, and is named when the certificate is renewed', () => {
    const world = settled();
    world.changeCert(api, changes);
    expect(decided(planOf(world))).toEqual({});
    expectPlan(planOf(world, ALL, { now: LATER }), {
      [api]: {
        action: 'issue',
        consents: [],
        alterations: [
          loses('certificatePolicies', '2.5.29.32', false, '1.2.3, 1.2.3 cps http://x'),
          loses('authorityInfoAccess', '1.3.6.1.5.5.7.1.1', false, 'http://ocsp.test'),
          loses('crlDistributionPoints', '2.5.29.31', true),
          loses('1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.99999.1'),
        ],
      },
      [billing]: { action: 'issue', alterations: [] },
    });
  });
});

describe('an extension that we write otherwise', () => {
  it('is named with before and after, unless a reason names it', () => {
    const world = settled();
    world.changeCert(api, {
      signature: 'rsassaPss-sha256',
      extensions: {
        keyUsage: uncritical(['digitalSignature', 'nonRepudiation']),
        extendedKeyUsage: critical(['clientAuth']),
        basicConstraints: undefined,
      },
    });
    expectPlan(planOf(world), {
      [api]: {
        reasons: [differs('extendedKeyUsage', 'clientAuth', 'serverAuth')],
        alterations: [
          {
            kind: 'alters',
            field: 'keyUsage',
            before: 'digitalSignature, nonRepudiation',
            after: 'critical, digitalSignature',
          },
          { kind: 'alters', field: 'signature', before: 'rsassaPss-sha256', after: 'ecdsa-with-SHA256' },
        ],
      },
    });
  });
  it('is named where there was none, which allowed everything, and issues nothing by itself', () => {
    const world = settled();
    world.changeCert(api, { extensions: { keyUsage: undefined, basicConstraints: undefined } });
    expect(decided(planOf(world))).toEqual({});
    expect(planOf(world, ALL, { now: LATER }).changes[2]).toMatchObject({
      alterations: [
        { kind: 'alters', field: 'keyUsage', before: 'none', after: 'critical, digitalSignature' },
      ],
    });
  });
  it('is not lost as well where a reason says that its names go', () => {
    const world = settled();
    world.changeCert(billing, { extensions: { subjectAltName: uncritical(['dns:other.test']) } });
    expect(planOf(world).changes[3]).toMatchObject({
      reasons: [differs('san', 'dns:other.test', 'none')],
      alterations: [],
    });
  });
  it('stays with the key that it identifies', () => {
    const world = settled();
    world.changeCert(api, { extensions: { subjectKeyIdentifier: uncritical('abcd') } });
    const plan = planOf(world, ALL, { now: LATER });
    expect(plan.changes[2]).toMatchObject({ issuance: { subjectKeyId: 'abcd' }, alterations: [] });
    expect(planOf(world, ALL, { rekey: [api] }).changes[2]).toMatchObject({
      issuance: { subjectKeyId: null },
    });
  });
});

const CONSTRAINTS = { permitted: ['dns:example.test', 'ip:127.0.0.0/8', 'ip:::1/128'], excluded: [] };

const POLICIES = [{ oid: '1.2.3', qualifiers: [] }];

describe('an authority that is renewed', () => {
  it.each<[string, Changes, readonly string[]]>([
    ['name constraints', { extensions: { nameConstraints: critical(CONSTRAINTS) } }, ['trust']],
    [
      'name constraints, critical or not',
      { extensions: { nameConstraints: uncritical(CONSTRAINTS) } },
      ['trust'],
    ],
    ['name constraints that cannot be read', { unknown: [unknown('2.5.29.30', true)] }, ['trust']],
    ['inhibitAnyPolicy', { extensions: { inhibitAnyPolicy: uncritical(0) } }, ['trust']],
    ['critical policies', { extensions: { certificatePolicies: critical(POLICIES) } }, ['trust']],
    ['policies', { extensions: { certificatePolicies: uncritical(POLICIES) } }, []],
    ['a distribution point', { unknown: [unknown('2.5.29.31')] }, []],
    ['a private extension', { unknown: [unknown('1.3.6.1.4.1.99999.1')] }, []],
    // Nobody could use the certificate.
    ['a private extension that is critical', { unknown: [unknown('1.3.6.1.4.1.99999.1', true)] }, []],
    [
      'critical purposes',
      { extensions: { extendedKeyUsage: critical(['serverAuth', 'clientAuth']) } },
      ['trust'],
    ],
    ['purposes', { extensions: { extendedKeyUsage: uncritical(['serverAuth', 'clientAuth']) } }, []],
  ])('and loses %s', (_, changes, consents) => {
    const world = settled();
    world.changeCert(services, changes);
    const [, change] = planOf(world, ALL, { now: MUCH_LATER }).changes;
    expect(change).toMatchObject({ id: services, action: 'issue', consents, consent: consents[0] ?? null });
  });

  it('and gets a new key besides takes a yes for each', () => {
    const world = settled();
    world.changeCert(services, { extensions: { nameConstraints: critical(CONSTRAINTS) } });
    const [, change] = planOf(world, ALL, { rekey: [services] }).changes;
    expect(change).toMatchObject({ action: 'rekey', consents: ['rekey-ca', 'trust'], consent: 'rekey-ca' });
    expect(change?.alterations).toEqual([
      loses(
        'nameConstraints',
        '2.5.29.30',
        true,
        'permitted dns:example.test, permitted ip:127.0.0.0/8, permitted ip:::1/128',
      ),
    ]);
  });

  it('and writes the usages of a CRL signer where there was none', () => {
    const world = settled();
    world.changeCert(root, { extensions: { keyUsage: critical(['digitalSignature', 'keyCertSign']) } });
    expect(decided(planOf(world))).toEqual({});
    expect(planOf(world, ALL, { now: MUCH_LATER }).changes[0]).toMatchObject({
      alterations: [
        {
          field: 'keyUsage',
          before: 'critical, digitalSignature, keyCertSign',
          after: 'critical, keyCertSign, cRLSign',
        },
      ],
    });
  });
});
