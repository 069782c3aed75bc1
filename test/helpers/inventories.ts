/** Any inventory: what property tests draw from. */
import fc from 'fast-check';
import { OUTPUTS, type Output, onlyFor } from '../../src/pki/artifact.ts';
import type { Authority, EntityId, Inventory } from '../../src/pki/entity.ts';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { OUTPUT_WORDS, wordFor } from '../../src/pki/output-word.ts';
import { isSealed, type Seal, type Seals } from '../../src/pki/seal.ts';
import { aClient, anAuthority, anInventory, aPeer, aServer, DAY, dns } from './entities.ts';

const KEY: fc.Arbitrary<KeySpec> = fc.constantFrom<KeySpec>(
  { algorithm: 'rsa', size: 2048 },
  { algorithm: 'ecdsa', curve: 'P-256' },
  { algorithm: 'ed25519' },
);
const VALIDITY = fc.constantFrom(30 * DAY, 90 * DAY, 3650 * DAY);
const SOME_OUTPUTS = fc
  .subarray(OUTPUT_WORDS.filter((word) => word !== 'key' && word !== 'cert'))
  .map((some): readonly Output[] =>
    OUTPUTS.filter((all) => all === 'key' || all === 'cert' || some.some((word) => word === wordFor(all))),
  );
const TRAITS = fc
  .record({ key: KEY, validity: VALIDITY, outputs: SOME_OUTPUTS, rotateKey: fc.boolean() })
  .map(withPossibleOutputs);

const SEAL: Seal = { password: { kind: 'env', name: 'PASSWORD' }, encryption: 'modern' };

/** The same, without forms that its key does not have: the manifest would refuse them. */
export function withPossibleOutputs<T extends { readonly key: KeySpec; readonly outputs: readonly Output[] }>(
  of: T,
): T & { readonly seals?: Seals } {
  const outputs = of.outputs.filter((output) => [null, of.key.algorithm].includes(onlyFor(output)));
  const seals: Seals = Object.fromEntries(outputs.filter(isSealed).map((output) => [output, SEAL]));
  return { ...of, outputs, ...(Object.keys(seals).length === 0 ? {} : { seals }) };
}

/** Two roots at least, any hierarchy below them, leaves anywhere that trust any of the roots. */
export const INVENTORY: fc.Arbitrary<Inventory> = fc
  .record({
    authorities: fc.array(fc.tuple(TRAITS, fc.nat({ max: 5 })), { minLength: 2, maxLength: 5 }),
    leaves: fc.array(fc.tuple(TRAITS, fc.nat({ max: 9 }), fc.constantFrom(aServer, aClient, aPeer)), {
      maxLength: 5,
    }),
    trust: fc.array(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 2 }), {
      minLength: 10,
      maxLength: 10,
    }),
  })
  .map(({ authorities, leaves, trust }) => {
    const above: Authority[] = [];
    for (const [i, [traits, pick]] of authorities.entries()) {
      const issuer = i < 2 ? null : (above[pick % (i + 1)]?.id ?? null);
      const own = above.find(({ id }) => id === issuer)?.trust;
      above.push(
        anAuthority({ name: `ca${i}`, issuer, ...(own === undefined ? {} : { trust: own }), ...traits }),
      );
    }
    const roots = above.filter(({ issuer }) => issuer === null).map(({ id }) => id);
    const trusting = (at: number): readonly EntityId[] => [
      ...new Set((trust[at] ?? []).map((pick) => roots[pick % roots.length] ?? '')),
    ];
    const ends = leaves.map(([traits, pick, make], i) => {
      const issuer = above[pick % above.length]?.id ?? '';
      return make({ name: `leaf${i}`, issuer, san: [dns(`leaf${i}.example`)], ...traits });
    });
    return anInventory(...above, ...ends.map((end, i) => ({ ...end, trust: trusting(i) })));
  });
