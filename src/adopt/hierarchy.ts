/** Who signed whom, by signatures alone: names and key identifiers can agree where the keys differ. */
import type { Section } from '../pki/entity.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { type CertificateFacts, isAuthority, pathLengthOf } from '../x509/facts.ts';
import { namesOutside } from '../x509/name-constraints.ts';
import { isCheckable, signedBy } from '../x509/signature.ts';
import { publicKeyObject, type VerificationKey } from '../x509/verification-key.ts';
import { constraintsOf } from './constraints.ts';
import type { FoundCertificate } from './found.ts';
import { keyText } from './key-text.ts';
import type { Keyless } from './keyless.ts';
import { kindOf } from './kind.ts';
import type { LeftOut, LeftOutWhy, Note } from './left-out.ts';
import { issuerText, nameText, type Occurrence, type Pair, pathsOf } from './pair.ts';
import type { Pairing } from './pairs.ts';
import { pathFault } from './paths.ts';
import { bundleOf } from './unpaired.ts';

/** A pair with its place in the hierarchy. */
export interface PlacedPair extends Pair {
  readonly section: Section;
  /** `null` for a root. */
  readonly issuer: PlacedPair | null;
  readonly notes: readonly Note[];
}

/** The hierarchy of a folder, and the pairs that have no place in it. */
export interface Hierarchy {
  /** Authorities before what they sign. */
  readonly pairs: readonly PlacedPair[];
  readonly leftOut: readonly LeftOut[];
}

type Placement = { readonly placed: PlacedPair } | { readonly why: LeftOutWhy };

/** Finds issuers by their signatures. @param refused what validation says of a certificate, by its file. */
export function hierarchyOf(pairing: Pairing, refused: ReadonlyMap<string, string> = new Map()): Hierarchy {
  const signers = signersOf(pairing.occurrences);
  const keyless = pairing.keyless.map(({ pair }) => pair);
  const authorities = [...pairing.pairs, ...keyless].filter(({ cert }) => isAuthority(cert.facts));
  const leaves = pairing.pairs.filter(({ cert }) => !isAuthority(cert.facts));
  const { occurrences, unpaired } = pairing;
  const search = new IssuerSearch({ authorities, signers, occurrences, unpaired, refused });
  const results = [...authorities, ...leaves].map((pair) => [pair, search.place(pair)] as const);
  const placed = results.flatMap(([, result]) => ('placed' in result ? [result.placed] : []));
  const needed = new Set(placed.filter(({ keyPath }) => keyPath !== null).flatMap(lineOf));
  const pairs = placed.filter((pair) => needed.has(pair));
  const leftOut = results.flatMap(([pair, result]) =>
    'why' in result && pair.keyPath !== null ? [leftOutOf(pair, result.why)] : [],
  );
  return {
    pairs: pairs.sort((a, b) => depthOf(a) - depthOf(b)),
    leftOut: [...leftOut, ...idleOf(pairing.keyless, pairs, search)],
  };
}

/** Authorities without their keys, below which nothing has its own. */
function idleOf(
  keyless: readonly Keyless[],
  pairs: readonly PlacedPair[],
  search: IssuerSearch,
): readonly LeftOut[] {
  const used = new Set(pairs.map(({ cert }) => cert));
  return keyless
    .filter(({ pair }) => !used.has(pair.cert))
    .map(({ pair, leftOut }) => ({ ...leftOut, why: ownFault(search.place(pair)) ?? leftOut.why }));
}

/** What is wrong with a certificate itself: with its key beside it, it would be left out as well. */
function ownFault(placement: Placement): LeftOutWhy | null {
  if (!('why' in placement)) return null;
  return ['path', 'key-kind', 'refused'].includes(placement.why.kind) ? placement.why : null;
}

/** It, and the authorities above it. */
export function lineOf(pair: PlacedPair): readonly PlacedPair[] {
  return pair.issuer === null ? [pair] : [pair, ...lineOf(pair.issuer)];
}

/** 0 for a root, one more per authority in between; a leaf is deeper than any authority, and so sorts last. */
export function depthOf({ section, issuer }: PlacedPair): number {
  if (section !== 'authorities') return Number.MAX_SAFE_INTEGER;
  return issuer === null ? 0 : depthOf(issuer) + 1;
}

/** A pair with both of its files, under the name that people know it by. */
export function leftOutOf(pair: Pair, why: LeftOutWhy): LeftOut {
  return { paths: pathsOf(pair), subject: nameText(pair.cert.facts), why };
}

interface Signer {
  readonly cert: FoundCertificate;
  readonly key: VerificationKey;
}

/** Everything that could have signed something; signatures of a key that node cannot use cannot be checked. */
function signersOf(occurrences: readonly Occurrence[]): readonly Signer[] {
  return occurrences.flatMap(({ cert }) => {
    const { facts } = cert;
    const isSelfIssued = facts.subjectDer === facts.issuerDer;
    if (!isAuthority(facts) && !isSelfIssued) return [];
    try {
      return [{ cert, key: publicKeyObject(certificateSpki(cert.der)) }];
    } catch {
      return [];
    }
  });
}

interface Known {
  readonly authorities: readonly Pair[];
  readonly signers: readonly Signer[];
  readonly occurrences: readonly Occurrence[];
  readonly unpaired: Pairing['unpaired'];
  readonly refused: ReadonlyMap<string, string>;
}

/** Places every pair once, its issuer first. */
class IssuerSearch {
  readonly #known: Known;
  readonly #placements = new Map<Pair, Placement>();

  constructor(known: Known) {
    this.#known = known;
  }

  place(pair: Pair): Placement {
    const known = this.#placements.get(pair);
    if (known !== undefined) return known;
    // Authorities that signed each other in a circle have no root: the search ends where it began.
    this.#placements.set(pair, { why: { kind: 'circle' } });
    const placement = this.#placementOf(pair);
    this.#placements.set(pair, placement);
    return placement;
  }

  #placementOf(pair: Pair): Placement {
    const problem = this.#known.refused.get(pair.certPath);
    const why = problem === undefined ? faultOf(pair) : ({ kind: 'refused', problem } as const);
    if (why !== null) return { why };
    const kind = kindOf(pair.cert.facts);
    if ('why' in kind) return kind;
    const signer = this.#signerOf(pair.cert);
    if (signer === undefined) return { why: this.#withoutSigner(pair.cert) };
    if (signer.cert.facts.keyId === pair.key.keyId) return this.#selfSigned(pair, signer, kind);
    return this.#signed(pair, signer, kind.section, kind.notes);
  }

  #selfSigned(
    pair: Pair,
    signer: Signer,
    { section, notes }: Pick<PlacedPair, 'section' | 'notes'>,
  ): Placement {
    if (section !== 'authorities') {
      const { facts } = signer.cert;
      const why: LeftOutWhy = isAuthority(facts)
        ? { kind: 'authority-key', authority: nameText(facts) }
        : { kind: 'self-signed' };
      return { why };
    }
    return { placed: { ...pair, section, issuer: null, notes } };
  }

  #signed(pair: Pair, signer: Signer, section: Section, notes: readonly Note[]): Placement {
    const { facts } = signer.cert;
    const issuer = nameText(facts);
    if (!isAuthority(facts)) return { why: { kind: 'no-authority', issuer } };
    const parent = this.#pairOf(signer);
    if (parent === undefined)
      return { why: { kind: 'issuer-left-out', issuer, because: this.#whyUnpaired(signer) } };
    const above = this.place(parent);
    if ('why' in above) return { why: { kind: 'issuer-left-out', issuer, because: firstCause(above.why) } };
    const limiter = limiterAbove(above.placed);
    if (section === 'authorities' && limiter !== null)
      return { why: { kind: 'path-length', limiter: nameText(limiter.cert.facts) } };
    const outside = outsideOf(pair.cert.facts, above.placed);
    if (outside !== null) return { why: outside };
    return { placed: { ...pair, section, issuer: above.placed, notes } };
  }

  /** The signer: authorities with the issuer's name are tried first, because it is nearly always one of them. */
  #signerOf({ facts, der }: FoundCertificate): Signer | undefined {
    const isNamed = ({ cert }: Signer): boolean => cert.facts.subjectDer === facts.issuerDer;
    const signed = ({ key }: Signer): boolean => signedBy(der, key);
    const named = this.#known.signers.filter(isNamed);
    return (
      named.find(signed) ??
      this.#known.signers.find((other) => !isNamed(other) && isAuthority(other.cert.facts) && signed(other))
    );
  }

  #withoutSigner({ facts, der }: FoundCertificate): LeftOutWhy {
    if (!isCheckable(der)) return { kind: 'unknown-signature', algorithm: facts.signature };
    const isHere = this.#known.signers.some(({ cert }) => cert.facts.subjectDer === facts.issuerDer);
    return { kind: isHere ? 'other-key' : 'unknown-issuer', issuer: issuerText(facts) };
  }

  /** An authority whose key is elsewhere lacks only a file of its own. */
  #whyUnpaired({ cert }: Signer): LeftOutWhy {
    const why = this.#known.unpaired.get(cert.facts.fingerprint) ?? { kind: 'no-key' };
    const found = this.#known.occurrences.find((one) => one.cert === cert);
    return (why.kind === 'no-key' && found !== undefined ? bundleOf(found, '') : null) ?? why;
  }

  #pairOf({ cert }: Signer): Pair | undefined {
    const sameKey = this.#known.authorities.filter(({ key }) => key.keyId === cert.facts.keyId);
    return sameKey.find((pair) => pair.cert.facts.subjectDer === cert.facts.subjectDer) ?? sameKey[0];
  }
}

/** What keeps a pair out by itself. */
function faultOf(pair: Pair): LeftOutWhy | null {
  for (const path of pathsOf(pair)) {
    const fault = pathFault(path);
    if (fault !== null) return { kind: 'path', fault };
  }
  const { spec } = pair.key;
  return keyText(spec) === undefined ? { kind: 'key-kind', spec } : null;
}

function firstCause(why: LeftOutWhy): LeftOutWhy {
  return why.kind === 'issuer-left-out' ? why.because : why;
}

/** The nearest authority at or above this one that allows no authority below it (RFC 5280 §4.2.1.9). */
function limiterAbove(pair: PlacedPair): PlacedPair | null {
  let below = 0;
  for (let at: PlacedPair | null = pair; at !== null; at = at.issuer) {
    const limit = pathLengthOf(at.cert.facts);
    if (limit !== null && limit <= below) return at;
    below++;
  }
  return null;
}

/** Names that an authority above does not allow: verifiers refuse the certificate, and so would a manifest. */
function outsideOf(facts: CertificateFacts, issuer: PlacedPair): LeftOutWhy | null {
  const san = facts.extensions.subjectAltName?.value ?? [];
  for (let at: PlacedPair | null = issuer; at !== null; at = at.issuer) {
    const above = at.cert.facts;
    const constraints = above.extensions.nameConstraints?.value;
    if (constraints === undefined || constraintsOf(above) === undefined) continue;
    const [name] = namesOutside(constraints, { subject: facts.subject, subjectDer: facts.subjectDer, san });
    if (name !== undefined) return { kind: 'constrained', name, limiter: nameText(above) };
  }
  return null;
}
