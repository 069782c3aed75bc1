/** Authorities whose keys are not in the folder: something that is there was signed with them elsewhere. */
import { compare } from '../pki/compare.ts';
import { groupBy } from '../pki/group.ts';
import { isAuthority } from '../x509/facts.ts';
import type { LeftOut } from './left-out.ts';
import { keyOfCertificate, type Occurrence, type Pair } from './pair.ts';
import { byRank, type Ranking } from './ranking.ts';

/** One of them, and how it is reported where nothing needs it. */
export interface Keyless {
  readonly pair: Pair;
  readonly leftOut: LeftOut;
}

/** Of an authority's certificates in files of their own the one that a pair would have: valid, a root's, the newest. */
export function keylessIn(
  unpaired: readonly (readonly [Occurrence, LeftOut])[],
  { now, standing }: Ranking,
): readonly Keyless[] {
  const found = unpaired.flatMap(([{ cert, alone }, leftOut]) => {
    const [certPath] = alone.toSorted((a, b) => a.length - b.length || compare(a, b));
    if (certPath === undefined || leftOut.why.kind !== 'no-key' || !isAuthority(cert.facts)) return [];
    const isOver = cert.facts.notAfter < now;
    return [{ cert, certPath, leftOut, score: 0, standing: standing(cert), isOver }];
  });
  return [...groupBy(found, ({ cert }) => cert.facts.keyId).values()].flatMap((group) => {
    const [best] = group.toSorted(byRank);
    if (best === undefined) return [];
    const { cert, certPath, leftOut } = best;
    return [{ pair: { cert, certPath, key: keyOfCertificate(cert), keyPath: null }, leftOut }];
  });
}
