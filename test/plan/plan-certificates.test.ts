/** A certificate is not what the manifest asks for → issued anew for the same key; what does no harm stays. */
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { keyFacts, type World } from '../helpers/entities.ts';
import { api, differs, expectPlan, planOf, root, services, settled, stale } from './settled.ts';

describe('a certificate is another than the manifest’s', () => {
  it.each<readonly [string, EntityId, Parameters<World['changeCert']>[1], Reason]>([
    [
      'a leaf that may sign',
      api,
      { basicConstraints: { critical: true, ca: true, pathLength: null } },
      differs('basicConstraints', 'CA:TRUE', 'CA:FALSE'),
    ],
    [
      'a CA that may not',
      services,
      { basicConstraints: { critical: true, ca: false, pathLength: null } },
      differs('basicConstraints', 'critical, CA:FALSE', 'critical, CA:TRUE'),
    ],
    [
      'a CA that says so without emphasis',
      services,
      { basicConstraints: { critical: false, ca: true, pathLength: null } },
      differs('basicConstraints', 'CA:TRUE', 'critical, CA:TRUE'),
    ],
    [
      'a CA that does not say so',
      services,
      { basicConstraints: null },
      differs('basicConstraints', 'none', 'critical, CA:TRUE'),
    ],
    [
      'a CA with a path length',
      services,
      { basicConstraints: { critical: true, ca: true, pathLength: 1 } },
      differs('pathLength', '1', 'none'),
    ],
    [
      'a wider usage',
      api,
      { keyUsage: { critical: true, usages: ['digitalSignature', 'keyCertSign'] } },
      differs('keyUsage', 'digitalSignature, keyCertSign', 'digitalSignature'),
    ],
    ['no usage', api, { keyUsage: null }, differs('keyUsage', 'none', 'digitalSignature')],
    [
      'another purpose',
      api,
      { extendedKeyUsage: ['clientAuth'] },
      differs('extendedKeyUsage', 'clientAuth', 'serverAuth'),
    ],
    [
      'a CA without SKI',
      services,
      { subjectKeyId: null },
      differs('subjectKeyIdentifier', 'none', 'present'),
    ],
    [
      'a leaf without AKI',
      api,
      { authorityKeyId: null },
      differs('authorityKeyIdentifier', 'none', 'present'),
    ],
    ['version 1', api, { version: 1 }, differs('version', 'v1', 'v3')],
    [
      'a SHA-1 signature',
      api,
      { signature: 'sha1WithRSAEncryption' },
      { kind: 'weak', what: 'signature sha1WithRSAEncryption' },
    ],
    [
      'an MD5 signature',
      api,
      { signature: 'md5WithRSAEncryption' },
      { kind: 'weak', what: 'signature md5WithRSAEncryption' },
    ],
  ])('%s', (_, id, facts, reason) => {
    const world = settled();
    world.changeCert(id, facts);
    const [change] = planOf(world).changes.filter((candidate) => candidate.id === id);
    expect(change).toMatchObject({ action: 'issue', newKey: false, reasons: [reason], consent: null });
  });

  it('signed by a stranger of the same name', () => {
    const world = settled();
    world.changeCert(api, {}, keyFacts('stranger').keyId);
    expectPlan(planOf(world), {
      [api]: { action: 'issue', newKey: false, reasons: [{ kind: 'foreign-issuer', issuer: services }] },
    });
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

  it('an AKI that names another key', () => {
    const world = settled();
    world.changeCert(api, { authorityKeyId: 'ab' });
    const after = world.cert(services).subjectKeyId ?? '';
    expect(planOf(world).changes[2]).toMatchObject({
      action: 'issue',
      reasons: [differs('authorityKeyIdentifier', 'ab', after)],
    });
  });

  it.each<readonly [string, (world: World) => void]>([
    ['one second longer', (w) => w.changeCert(api, { notAfter: w.cert(api).notAfter + 1 })],
    ['without SKI', (w) => w.changeCert(api, { subjectKeyId: null })],
    [
      'with an emphasis more',
      (w) => w.changeCert(api, { san: { critical: true, names: w.cert(api).san?.names ?? [] } }),
    ],
    [
      'with an extension more',
      (w) => w.changeCert(api, { oids: [...w.cert(api).oids, '1.3.6.1.5.5.7.1.1'] }),
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
