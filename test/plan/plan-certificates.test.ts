/** A certificate is not what the manifest asks for → issued again for the same key; what does no harm stays. */
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { keyIdentifierOf, sanOf } from '../../src/x509/facts.ts';
import { nameDer } from '../../src/x509/name.ts';
import {
  type Changes,
  critical,
  dns,
  keyFacts,
  signedWith,
  uncritical,
  type World,
} from '../helpers/entities.ts';
import { api, differs, expectPlan, planOf, root, services, settled, stale, withChanged } from './settled.ts';

type Extensions = NonNullable<Changes['extensions']>;

const CA = { ca: true, pathLength: null } as const;
const NO_CA = { ca: false, pathLength: null } as const;
const SIGNS = ['digitalSignature'] as const;

describe('a certificate is another than the manifest’s', () => {
  it.each<readonly [string, EntityId, Extensions, Reason]>([
    [
      'a leaf that may sign',
      api,
      { basicConstraints: critical(CA) },
      differs('basicConstraints', 'CA:TRUE', 'CA:FALSE'),
    ],
    [
      'a leaf with a path length',
      api,
      { basicConstraints: critical({ ca: false, pathLength: 0 }) },
      differs('pathLength', '0', 'none'),
    ],
    [
      'a CA that may not',
      services,
      { basicConstraints: critical(NO_CA) },
      differs('basicConstraints', 'critical, CA:FALSE', 'critical, CA:TRUE'),
    ],
    [
      'a CA that says so without emphasis',
      services,
      { basicConstraints: uncritical(CA) },
      differs('basicConstraints', 'CA:TRUE', 'critical, CA:TRUE'),
    ],
    [
      'a CA that does not say so',
      services,
      { basicConstraints: undefined },
      differs('basicConstraints', 'none', 'critical, CA:TRUE'),
    ],
    [
      'a CA with a path length',
      services,
      { basicConstraints: critical({ ca: true, pathLength: 1 }) },
      differs('pathLength', '1', 'none'),
    ],
    [
      'a wider usage',
      api,
      { keyUsage: critical([...SIGNS, 'keyCertSign'] as const) },
      differs('keyUsage', 'digitalSignature, keyCertSign', 'digitalSignature'),
    ],
    ['no usage', root, { keyUsage: undefined }, differs('keyUsage', 'none', 'keyCertSign, cRLSign')],
    ['an empty usage', api, { keyUsage: critical([]) }, differs('keyUsage', 'empty', 'digitalSignature')],
    [
      'another purpose',
      api,
      { extendedKeyUsage: uncritical(['clientAuth']) },
      differs('extendedKeyUsage', 'clientAuth', 'serverAuth'),
    ],
    [
      'a CA with a purpose',
      services,
      { extendedKeyUsage: uncritical(['serverAuth']) },
      differs('extendedKeyUsage', 'serverAuth', 'none'),
    ],
    [
      'a CA with a name',
      services,
      { subjectAltName: uncritical(['dns:a.test']) },
      differs('san', 'dns:a.test', 'none'),
    ],
    [
      'one name that reads like two',
      api,
      { subjectAltName: uncritical(['dns:api.example.test, ip:127.0.0.1', 'ip:::1']) },
      differs(
        'san',
        '"dns:api.example.test, ip:127.0.0.1", ip:::1',
        'dns:api.example.test, ip:127.0.0.1, ip:::1',
      ),
    ],
    ['an empty list of names', services, { subjectAltName: uncritical([]) }, differs('san', 'empty', 'none')],
    [
      'a CA without SKI',
      services,
      { subjectKeyIdentifier: undefined },
      differs('subjectKeyIdentifier', 'none', 'present'),
    ],
    [
      'a critical SKI',
      api,
      { subjectKeyIdentifier: critical('ab') },
      differs('subjectKeyIdentifier', 'critical, ab', 'ab'),
    ],
    [
      'a critical SKI of a root',
      root,
      { subjectKeyIdentifier: critical('ab') },
      differs('subjectKeyIdentifier', 'critical, ab', 'ab'),
    ],
  ])('%s', (_, id, extensions, reason) => {
    const world = settled();
    world.changeCert(id, { extensions });
    const [change] = planOf(world).changes.filter((candidate) => candidate.id === id);
    expect(change).toMatchObject({ action: 'issue', newKey: false, reasons: [reason], consent: null });
  });

  it.each<readonly [string, Changes, Reason]>([
    ['version 1', { version: 1 }, differs('version', 'v1', 'v3')],
    [
      'a SHA-1 signature',
      { signature: 'sha1WithRSAEncryption' },
      { kind: 'weak', what: 'signature sha1WithRSAEncryption' },
    ],
    [
      'an MD5 signature',
      { signature: 'md5WithRSAEncryption' },
      { kind: 'weak', what: 'signature md5WithRSAEncryption' },
    ],
  ])('%s', (_, changes, reason) => {
    const world = settled();
    world.changeCert(api, changes);
    expect(planOf(world).changes[2]).toMatchObject({ action: 'issue', newKey: false, reasons: [reason] });
  });

  it('signed by a stranger of the same name', () => {
    const world = settled();
    world.changeCert(api, {}, keyFacts('stranger').keyId);
    expectPlan(planOf(world), {
      [api]: { action: 'issue', newKey: false, reasons: [{ kind: 'foreign-issuer', issuer: services }] },
    });
  });

  it('signed in a way that is not known, which does not say by whom, unless the name does', () => {
    const flaws = ['unsupported-signature'] as const;
    const reasonsOf = (changes: object): unknown => {
      const world = settled();
      world.changeCert(api, { flaws, ...changes }, keyFacts('stranger').keyId);
      const [, , change] = planOf(world).changes;
      return change !== undefined && 'reasons' in change ? change.reasons?.map(({ kind }) => kind) : [];
    };
    expect(reasonsOf({})).not.toContain('foreign-issuer');
    expect(reasonsOf({ issuer: [{ type: 'CN', value: 'Other' }] })).not.toContain('foreign-issuer');
  });

  it('a root that its own key did not sign', () => {
    const world = settled();
    world.changeCert(root, {}, keyFacts('stranger').keyId);
    const [change] = planOf(world).changes;
    expect(change).toMatchObject({
      action: 'issue',
      newKey: false,
      reasons: [{ kind: 'foreign-issuer', issuer: root }],
    });
  });

  it('a root that names another as its issuer', () => {
    const world = settled();
    const issuer = [{ type: 'CN', value: 'another' }];
    world.changeCert(root, { issuer, issuerDer: 'ab' });
    expect(planOf(world).changes[0]).toMatchObject({
      action: 'issue',
      reasons: [differs('issuer', 'CN=another', `CN=${world.cert(root).subject[0]?.value}`)],
    });
  });

  it.each<readonly [string, Extensions, before: string]>([
    ['an AKI that names another key', { authorityKeyIdentifier: signedWith('ab') }, 'ab'],
    ['no AKI', { authorityKeyIdentifier: undefined }, 'none'],
    [
      'an AKI that names no key',
      { authorityKeyIdentifier: uncritical({ keyId: null, issuer: '8200', serial: '01' }) },
      'empty',
    ],
    [
      'a critical AKI',
      { authorityKeyIdentifier: critical({ keyId: 'ab', issuer: null, serial: null }) },
      'critical, ab',
    ],
  ])('%s', (_, extensions, before) => {
    const world = settled();
    world.changeCert(api, { extensions });
    const after = keyIdentifierOf(world.cert(services)) ?? '';
    expect(planOf(world).changes[2]?.reasons).toContainEqual(
      differs('authorityKeyIdentifier', before, after),
    );
    expect(planOf(world).changes[2]).toMatchObject({ action: 'issue', newKey: false });
  });

  it('a root whose AKI names another key', () => {
    const world = settled();
    world.changeCert(root, { extensions: { authorityKeyIdentifier: signedWith('ab') } });
    const after = keyIdentifierOf(world.cert(root)) ?? '';
    expect(planOf(world).changes[0]?.reasons).toEqual([differs('authorityKeyIdentifier', 'ab', after)]);
  });

  it('names without emphasis and without a subject', () => {
    const world = settled();
    const nameless = withChanged(api, { subject: [], san: [dns('api.example.test')] });
    const names = ['dns:api.example.test'];
    world.changeCert(api, {
      subject: [],
      subjectDer: nameDer([]),
      extensions: { subjectAltName: uncritical(names) },
    });
    expect(planOf(world, nameless).changes[2]?.reasons).toEqual([
      differs('san', 'dns:api.example.test', 'critical, dns:api.example.test'),
    ]);
    world.changeCert(api, { extensions: { subjectAltName: critical(names) } });
    expect(planOf(world, nameless).changes[2]).toMatchObject({ action: 'refresh', issuance: null });
  });

  const namesIn = (w: World) => sanOf(w.cert(api));
  const extended = (extensions: Extensions) => (w: World) => w.changeCert(api, { extensions });
  it.each<readonly [string, (world: World) => void]>([
    ['one second longer', (w) => w.changeCert(api, { notAfter: w.cert(api).notAfter + 1 })],
    ['without SKI', extended({ subjectKeyIdentifier: undefined })],
    ['with an SKI of another kind', extended({ subjectKeyIdentifier: uncritical('abcd') })],
    ['with critical names', (w) => extended({ subjectAltName: critical(namesIn(w)) })(w)],
    [
      'with names in another order',
      (w) => extended({ subjectAltName: uncritical([...namesIn(w)].reverse()) })(w),
    ],
    ['with a key usage that is not critical', extended({ keyUsage: uncritical(SIGNS) })],
    ['with a critical purpose', extended({ extendedKeyUsage: critical(['serverAuth']) })],
    ['without basic constraints', extended({ basicConstraints: undefined })],
    ['with basic constraints that are not critical', extended({ basicConstraints: uncritical(NO_CA) })],
    [
      'with an extension more',
      (w) => w.changeCert(api, { unknown: [{ oid: '1.3.6.1.5.5.7.1.1', critical: false, hex: '3000' }] }),
    ],
    [
      'with a name in another order',
      (w) => w.changeCert(api, { subject: [...w.cert(api).subject].reverse() }),
    ],
    ['with another serial', (w) => w.changeCert(api, { serial: '01' })],
  ])('another tool’s, %s, stays; only bundles follow', (_, damage) => {
    const world = settled();
    damage(world);
    expectPlan(planOf(world), {
      [api]: { action: 'refresh', reasons: [stale('fullchain')], writes: ['fullchain'], issuance: null },
    });
  });
});
