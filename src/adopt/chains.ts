/** The chains by which an entity can be shown: its own line, and for an end entity one through each cross-certificate above it. */
import type { Fingerprint } from '../x509/facts.ts';
import type { Bridge } from './bridges.ts';
import type { Earlier } from './earlier.ts';
import type { PlacedPair } from './hierarchy.ts';

/** One of them. */
export interface Chain {
  /** The certificates above, nearest first, without the root. */
  readonly chain: readonly Fingerprint[];
  /** The authority whose cross-certificate it leads through. Absent: the own line. */
  readonly preferredChain?: string;
}

/** The own line first, and as it is while a root is rolled over. */
export function chainsOf(
  pair: PlacedPair,
  bridges: readonly Bridge[],
  earlier?: Earlier,
): readonly [Chain, ...Chain[]] {
  const line = { chain: chainOf(pair) };
  const own: readonly [Chain, ...Chain[]] = [line, ...formerOf(pair, earlier)];
  if (pair.section === 'authorities') return own;
  const others = lineAbove(pair).flatMap((at, place, line): readonly Chain[] =>
    bridges
      .filter(({ of }) => of.pair === at)
      .map(({ by, cert }) => {
        const below = line.slice(0, place).map(fingerprintOf);
        const above = by.pair.issuer === null ? [] : [fingerprintOf(by.pair), ...chainOf(by.pair)];
        return { chain: [...below, cert.facts.fingerprint, ...above], preferredChain: by.name };
      }),
  );
  // Of two by one authority, its name means the one nearer to the entity (resolve/bridges.ts).
  const named = others.filter(
    (way, place) => others.findIndex(({ preferredChain }) => preferredChain === way.preferredChain) === place,
  );
  return [...own, ...named];
}

/** To a former key of the root: by what an intermediate had from it, or by what it signed for the current one. */
function formerOf(pair: PlacedPair, earlier: Earlier | undefined): readonly Chain[] {
  if (pair.issuer === null || earlier === undefined) return [];
  const line = lineAbove(pair).slice(0, -1);
  const routes = earlier.routes.filter(({ keyId }) => keyId === line.at(-1)?.cert.facts.keyId);
  return [
    ...routes.map((route) => ({ chain: [...line.slice(0, -1).map(fingerprintOf), route.fingerprint] })),
    ...earlier.cross.map((cross) => ({ chain: [...line.map(fingerprintOf), cross.fingerprint] })),
  ];
}

/** The first that files show; the own line where none does. */
export function shownChain(
  chains: readonly [Chain, ...Chain[]],
  isShown: (chain: readonly Fingerprint[]) => boolean,
): Chain {
  return chains.find(({ chain }) => isShown(chain)) ?? chains[0];
}

/** The authorities above, nearest first, the root among them. */
function lineAbove({ issuer }: PlacedPair): readonly PlacedPair[] {
  return issuer === null ? [] : [issuer, ...lineAbove(issuer)];
}

function chainOf(pair: PlacedPair): readonly Fingerprint[] {
  return lineAbove(pair).slice(0, -1).map(fingerprintOf);
}

function fingerprintOf({ cert }: PlacedPair): Fingerprint {
  return cert.facts.fingerprint;
}
