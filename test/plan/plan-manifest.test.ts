/** The manifest changes → what is done, why, and what follows from it. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { DAY, dns, NOW, signedWith, uncritical, uri } from '../helpers/entities.ts';
import {
  API,
  api,
  billing,
  changes,
  differs,
  type Expected,
  expectPlan,
  LEAF_FILES,
  missing,
  planOf,
  root,
  services,
  settled,
  UNCHAINED,
  withChanged,
} from './settled.ts';

describe('the manifest says otherwise', () => {
  const san = (...names: readonly string[]) =>
    withChanged(api, { san: names.map((name) => (name.includes(':') ? uri(name) : dns(name))) });
  const before = 'dns:api.example.test, ip:127.0.0.1, ip:::1';

  it.each<readonly [string, Inventory, Expected]>([
    [
      'a name more',
      withChanged(api, { san: [...API.san, dns('www.example.test')] }),
      {
        [api]: {
          action: 'issue',
          newKey: false,
          reasons: [differs('san', before, `${before}, dns:www.example.test`)],
          writes: LEAF_FILES,
          issuance: {
            notBefore: NOW - 300,
            notAfter: NOW - 300 + 90 * DAY - 1,
            cappedBy: null,
            subjectKeyId: null,
          },
        },
      },
    ],
    [
      'a name less',
      withChanged(api, { san: API.san.slice(0, 2) }),
      { [api]: { action: 'issue', reasons: [differs('san', before, 'dns:api.example.test, ip:127.0.0.1')] } },
    ],
    [
      'no names',
      withChanged(api, { san: [] }),
      { [api]: { action: 'issue', reasons: [differs('san', before, 'none')] } },
    ],
    [
      'a name of another kind',
      san('uri:x'),
      { [api]: { action: 'issue', reasons: [differs('san', before, 'uri:uri:x')] } },
    ],
    [
      'a name in other letters',
      withChanged(api, { san: [dns('API.example.test'), ...API.san.slice(1)] }),
      { [api]: { action: 'issue' } },
    ],
    ['the same names in another order', withChanged(api, { san: [...API.san].reverse() }), {}],
    [
      'another subject',
      withChanged(api, {
        subject: [
          { type: 'O', value: 'Example' },
          { type: 'CN', value: 'api.example.test' },
        ],
      }),
      {
        [api]: {
          action: 'issue',
          newKey: false,
          reasons: [differs('subject', 'CN=api.example.test', 'O=Example, CN=api.example.test')],
        },
      },
    ],
    [
      'a longer validity',
      withChanged(api, { validity: 365 * DAY }),
      { [api]: { action: 'issue', newKey: false, reasons: [differs('validity', '90d', '1y')] } },
    ],
    [
      'a shorter validity',
      withChanged(api, { validity: 30 * DAY + 3600 }),
      { [api]: { action: 'issue', reasons: [differs('validity', '90d', '30d 1h')] } },
    ],
    [
      'another key',
      withChanged(api, { key: { algorithm: 'rsa', size: 3072 } }),
      {
        [api]: {
          action: 'rekey',
          newKey: true,
          reasons: [
            differs('key', 'ecdsa-p256', 'rsa-3072'),
            differs('keyUsage', 'digitalSignature', 'digitalSignature, keyEncipherment'),
          ],
          writes: ['key', ...LEAF_FILES],
          consent: null,
        },
      },
    ],
    [
      'another key of the same kind',
      withChanged(api, { key: { algorithm: 'ecdsa', curve: 'P-384' } }),
      { [api]: { action: 'rekey', newKey: true, reasons: [differs('key', 'ecdsa-p256', 'ecdsa-p384')] } },
    ],
    [
      'another issuer',
      withChanged(billing, { issuer: services }),
      {
        [billing]: {
          action: 'issue',
          newKey: false,
          reasons: [{ kind: 'differs', field: 'issuer', before: 'CN=root CA', after: 'CN=services CA' }],
          writes: LEAF_FILES,
        },
      },
    ],
    [
      'a path length',
      withChanged(services, { pathLength: 0 }),
      {
        [services]: {
          action: 'issue',
          newKey: false,
          consent: null,
          reasons: [differs('pathLength', 'none', '0')],
          affects: [api],
        },
        [api]: { action: 'refresh', reasons: [changes(services)], writes: ['chain', 'fullchain'] },
      },
    ],
    [
      'another renewal window, or whether renewal re-keys',
      withChanged(api, { renewBefore: { kind: 'seconds', seconds: DAY }, rotateKey: true }),
      {},
    ],
    ['another backdate', withChanged(api, { backdate: 0 }), {}],
    [
      'other trust',
      withChanged(api, { trust: [services] }),
      {
        [api]: {
          action: 'refresh',
          reasons: [
            expect.objectContaining({ kind: 'trusts', root: services }),
            expect.objectContaining({ kind: 'distrusts', root }),
          ],
          writes: ['ca'],
        },
      },
    ],
    [
      'one output more',
      withChanged(api, { outputs: [...API.outputs, 'public'] }),
      { [api]: { action: 'refresh', reasons: [missing('public')], writes: ['public'] } },
    ],
    [
      'outputs less',
      withChanged(api, { outputs: ['key', 'cert', 'fullchain'] }),
      {
        [api]: {
          action: 'refresh',
          reasons: (['csr', 'chain', 'ca'] as const).map((artifact) => ({ kind: 'unwanted', artifact })),
          writes: [],
          deletes: ['csr', 'chain', 'ca'],
          issuance: null,
        },
      },
    ],
  ])('%s', (_, inventory, expected) => {
    expectPlan(planOf(settled(), inventory), expected);
  });

  it('an entity directly under the root wants no chain any more', () => {
    const inventory = withChanged(api, { issuer: root });
    expectPlan(planOf(settled(), inventory), {
      [api]: { action: 'issue', writes: UNCHAINED, deletes: ['chain'] },
    });
  });
});

describe('an authority changes', () => {
  it('signed anew with its key: leaves stay, bundles follow', () => {
    const plan = planOf(settled(), withChanged(root, { validity: 7300 * DAY }));
    expectPlan(plan, {
      [root]: { action: 'issue', newKey: false, consent: null, affects: [services, api, billing] },
      [services]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
      [api]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
      [billing]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
    });
  });

  it('keeps the key identifier that others refer to', () => {
    const world = settled();
    world.changeCert(services, { extensions: { subjectKeyIdentifier: uncritical('abcd') } });
    world.changeCert(api, { extensions: { authorityKeyIdentifier: signedWith('abcd') } });
    const inventory = withChanged(services, { pathLength: 0 });
    const plan = planOf(world, inventory);
    expect(plan.changes[1]).toMatchObject({ action: 'issue', issuance: { subjectKeyId: 'abcd' } });
    expect(plan.changes[2]).toMatchObject({ action: 'refresh', issuance: null });
  });

  it('re-keyed: everything directly below is issued again, with the keys it has', () => {
    const plan = planOf(settled(), withChanged(root, { key: { algorithm: 'rsa', size: 4096 } }));
    expectPlan(plan, {
      [root]: { action: 'rekey', newKey: true, consent: 'rekey-ca', affects: [services, api, billing] },
      [services]: {
        action: 'issue',
        newKey: false,
        consent: null,
        reasons: [changes(root)],
        writes: LEAF_FILES,
        affects: [],
      },
      // Its issuer keeps its key, and is shown by the certificate that it had: nothing changes but whom it trusts.
      [api]: {
        action: 'refresh',
        reasons: [changes(root)],
        writes: ['ca'],
      },
      [billing]: {
        action: 'issue',
        newKey: false,
        consent: null,
        reasons: [changes(root)],
        writes: LEAF_FILES,
      },
    });
  });

  it('renamed: what names it as issuer is issued again', () => {
    const plan = planOf(settled(), withChanged(services, { subject: [{ type: 'CN', value: 'Other CA' }] }));
    expectPlan(plan, {
      [services]: { action: 'issue', newKey: false, consent: null, affects: [api] },
      [api]: { action: 'issue', newKey: false, reasons: [changes(services)], writes: LEAF_FILES },
    });
  });
});
