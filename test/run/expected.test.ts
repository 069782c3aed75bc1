/** A run goes by the keys and certificates of its plan, and by those that it has put in their places since. */
import { describe, expect, it } from 'vitest';
import { Expected, type Replacement } from '../../src/run/expected.ts';
import { StepError } from '../../src/store/step-error.ts';
import { observed } from '../helpers/entities.ts';
import { ALL, api, billing, root, services, settled } from '../plan/settled.ts';

const PATH = 'servers/api/some.pem';
const CHANGED = { kind: 'changed', path: PATH };
const NONE: Replacement = { key: null, certificate: null, cross: null };

/** What is wrong, `null` where nothing is. */
function wrong(check: () => void): unknown {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return error.cause;
  }
}

function planned() {
  const world = settled();
  const expected = new Expected(world.observation(ALL));
  const key = (id: string, keyId: string) => wrong(() => expected.checkKey(id, keyId, PATH));
  const cert = (id: string, print: string) => wrong(() => expected.checkCertificate(id, print, PATH));
  return { world, expected, key, cert };
}

describe('what the plan was made from', () => {
  it('is used, and nothing else is', () => {
    const { world, key, cert } = planned();
    for (const id of [root, services, api, billing]) {
      expect(key(id, world.key(id).keyId)).toBeNull();
      expect(cert(id, world.cert(id).fingerprint)).toBeNull();
    }
    expect(key(api, world.key(billing).keyId)).toEqual(CHANGED);
    expect(cert(api, world.cert(billing).fingerprint)).toEqual(CHANGED);
    expect(key(api, world.cert(api).fingerprint)).toEqual(CHANGED);
  });

  it('is nothing where nothing was, or nothing that could be read', () => {
    const garbage = { state: 'garbage', detail: 'is empty' } as const;
    const entities = new Map([[api, observed({ key: garbage, cert: garbage })]]);
    const expected = new Expected({ entities });
    for (const id of [api, 'servers/unknown']) {
      expect(wrong(() => expected.checkKey(id, 'aa', PATH))).toEqual(CHANGED);
      expect(wrong(() => expected.checkCertificate(id, 'aa', PATH))).toEqual(CHANGED);
    }
  });
});

describe('what a run has put in its place', () => {
  it('counts from then on, and what was there before no longer', () => {
    const { world, expected, key, cert } = planned();
    const certificate = { ...world.cert(api), fingerprint: 'new' };
    const before = world.key(api).keyId;
    expected.replaced(api, { ...NONE, certificate });
    expect([cert(api, 'new'), cert(api, world.cert(api).fingerprint)]).toEqual([null, CHANGED]);
    expect(key(api, before)).toBeNull();
    expected.replaced(api, { ...NONE, key: 'kk' });
    expect([key(api, 'kk'), key(api, before), cert(api, 'new')]).toEqual([null, CHANGED, null]);
    expected.replaced(api, NONE);
    expect([key(api, 'kk'), cert(api, 'new')]).toEqual([null, null]);
    expect(key(billing, world.key(billing).keyId)).toBeNull();
  });

  it('has the cross-certificate of a root, and none of another', () => {
    const { world, expected, cert } = planned();
    expect(expected.crossOf(root)).toBeUndefined();
    expected.replaced(root, { ...NONE, cross: { ...world.cert(root), fingerprint: 'cross' } });
    expected.replaced(root, NONE);
    expect([expected.crossOf(root), expected.crossOf(services)]).toEqual(['cross', undefined]);
    expect(cert(root, 'cross')).toEqual(CHANGED);
  });
});
