/**
 * Authorities that others sign as well (`crossSignedBy`): each such certificate is an entity of its own, a bridge, which
 * has the key and the name of the one and the issuer of the other.
 */
import type { CrossSigner } from '../manifest/cross-signed.ts';
import type { Finding, Report } from '../manifest/report.ts';
import { didYouMean } from '../manifest/suggest.ts';
import { bridgeName, type EntityId, entityId } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { isAnchor } from './anchor.ts';
import { type AuthorityDraft, draftText, type LeafDraft } from './draft.ts';
import { type Hierarchy, lineOf, type Position } from './hierarchy.ts';
import { authorityNames } from './issuer-name.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** An authority, and the place of another one that signs it as well. */
export interface Bridge {
  readonly authority: AuthorityDraft;
  readonly by: Position;
  /** What the manifest says of it, and where in the list of `crossSignedBy`. */
  readonly said: CrossSigner;
  readonly item: number;
}

/** Those without a mistake, in the order of the hierarchy. */
export function bridgesIn(hierarchy: Hierarchy, report: Report): readonly Bridge[] {
  return hierarchy.order.flatMap(({ authority }) => {
    const { crossSignedBy = [] } = authority.settings;
    return crossSignedBy.flatMap((said, item): readonly Bridge[] => {
      const { issuer: name } = said;
      const by = hierarchy.positions.get(name);
      const mistake = mistakeIn(authority, name, by, hierarchy);
      if (mistake !== undefined)
        report.error({ code: 'issuer', at: authority.at('crossSignedBy', item), ...mistake });
      return mistake === undefined && by !== undefined ? [{ authority, by, said, item }] : [];
    });
  });
}

type Mistake = Pick<Finding, 'message' | 'hint'>;

function mistakeIn(
  authority: AuthorityDraft,
  name: string,
  by: Position | undefined,
  hierarchy: Hierarchy,
): Mistake | undefined {
  const about = draftText(authority);
  if (by === undefined) return unknownMistake(name, hierarchy);
  if (by.authority === authority)
    return {
      message: `${about} names itself in "crossSignedBy"`,
      hint: 'name an authority of another root: what it signs is then accepted below that as well',
    };
  if (isAnchor(by.authority))
    return {
      message: `${about} cannot be signed by ${quote(name)}, of which only the certificate is here`,
      hint:
        authority.keyPlace === undefined
          ? `ask the owner of ${quote(name)} to sign its request, "authorities/${authority.name}/csr.pem"; or name an authority that signs here`
          : 'name an authority that signs here',
    };
  if (authority.keyPlace !== undefined && by.authority.keyPlace !== undefined)
    return {
      message: `${about} cannot be signed by ${quote(name)}: neither key is here, and one of them has to sign the request`,
      hint: `have it signed where the key of ${quote(name)} is, or name an authority that signs here`,
    };
  if (authority.issuer === name)
    return {
      message: `${about} is signed by ${quote(name)} in any case: that is its issuer`,
      hint: 'name an authority of another root, or leave "crossSignedBy" out',
    };
  if (lineOf(by, hierarchy).includes(authority))
    return {
      message: `${about} cannot be signed by ${quote(name)}, which stands below it`,
      hint: 'name an authority of another root: a chain that goes in a circle leads nowhere',
    };
  return nameMistake(authority, name, hierarchy);
}

function unknownMistake(name: string, { drafts }: Hierarchy): Mistake | undefined {
  const { entries, isReadable } = drafts.sections.authorities;
  // A mistake of its own, reported where it is.
  if (entries.has(name) || !isReadable) return undefined;
  const hint = didYouMean(name, authorityNames(drafts));
  return {
    message: `unknown authority ${quote(name)} in "crossSignedBy"`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function nameMistake({ name }: AuthorityDraft, by: string, { drafts }: Hierarchy): Mistake | undefined {
  const bridge = bridgeName(name, by);
  const isTaken = [...drafts.sections.authorities.entries.keys()].some(
    (one) => one.toLowerCase() === bridge.toLowerCase(),
  );
  if (!isTaken) return undefined;
  return {
    message: `the certificate of ${quote(name)} by ${quote(by)} would be called ${quote(bridge)}, as another authority is`,
    hint: `rename authority ${quote(bridge)}`,
  };
}

/** The id of a bridge. */
export function bridgeId({ authority, by }: Bridge): EntityId {
  return entityId('authorities', bridgeName(authority.name, by.authority.name));
}

/** Through which bridge the chain of each leaf leads, where it prefers one. */
export type BridgeOf = (leaf: SignedLeaf) => { readonly through?: EntityId };

/** What is inherited counts where there is such a chain; what the entry itself states has to be one. */
export function throughsIn(bridges: readonly Bridge[], hierarchy: Hierarchy, report: Report): BridgeOf {
  return ({ leaf, issuer }) => {
    const { preferredChain: name } = leaf.settings;
    if (name === undefined || issuer === undefined || !leaf.isKnown('preferredChain')) return {};
    const line = lineOf(issuer, hierarchy);
    const found = line.flatMap((one) =>
      bridges.filter(({ authority, by }) => authority === one && by.authority.name === name),
    )[0];
    if (found !== undefined) return { through: bridgeId(found) };
    const isKnownName = hierarchy.drafts.sections.authorities.entries.has(name);
    if (leaf.says('preferredChain') || !isKnownName) reportNoChain(leaf, name, line, bridges, report);
    return {};
  };
}

function reportNoChain(
  leaf: LeafDraft,
  name: string,
  line: readonly AuthorityDraft[],
  bridges: readonly Bridge[],
  report: Report,
): void {
  const others = bridges.filter(({ authority }) => line.includes(authority));
  const [first] = others;
  const [nearest] = line;
  report.error({
    code: 'issuer',
    at: leaf.at('preferredChain'),
    about: draftText(leaf),
    message: `no authority above ${draftText(leaf)} is signed by ${quote(name)} as well`,
    hint:
      first === undefined
        ? `write "crossSignedBy: [${name}]" in authority ${quote(nearest?.name ?? '')}, or leave "preferredChain" out`
        : `write "preferredChain: ${first.by.authority.name}", or leave it out`,
  });
}
