/** A manifest's entries → the entities that are wanted, with nothing left open; mistakes of meaning are reported. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import type { Authority, EndEntity, Entity, EntityId, Inventory } from '../pki/entity.ts';
import type { San } from '../pki/san.ts';
import { type AuthorityDraft, type Draft, type Drafts, draftsOf, type LeafDraft } from './draft.ts';
import { type Hierarchy, hierarchyOf, type Position } from './hierarchy.ts';
import { checkSubjects, sansOf } from './identity.ts';
import { checkBrokenEntries } from './issuer-name.ts';
import { checkLayouts } from './layout.ts';
import { issuingAuthorities, leafIssuer } from './leaf-issuer.ts';
import { checkLifetimes, checkRenewal } from './lifetime.ts';
import { checkPathLengths } from './path-length.ts';
import { checkPresented } from './presented.ts';
import { trustOf } from './trust.ts';

function baseOf(draft: Draft, san: readonly San[], trust: readonly EntityId[]) {
  const { id, name, subject, key, validity, outputs, renewBefore, rotateKey, backdate, layout } = draft;
  const base = { id, name, subject, san, key, validity, trust, outputs, renewBefore, rotateKey, backdate };
  return {
    ...base,
    ...(layout === undefined ? {} : { layout }),
    ...(draft.publish === 'symlinks' ? { publish: draft.publish } : {}),
  };
}

interface Context {
  readonly parsed: ParsedManifest;
  readonly hierarchy: Hierarchy;
  readonly report: Report;
}

/** Every authority is looked at, also one without a position: all mistakes are told at once. */
function authorityOf(draft: AuthorityDraft, { parsed, hierarchy, report }: Context): Authority {
  const position = hierarchy.positions.get(draft.name);
  // An authority meets nobody in TLS: its bundle is for those who want to trust it.
  const trust = [position?.root.id ?? draft.id];
  checkRenewal(draft, parsed, report);
  const pathLength = draft.written.pathLength ?? null;
  return { kind: 'authority', ...baseOf(draft, [], trust), issuer: position?.issuer?.id ?? null, pathLength };
}

function leafOf(draft: LeafDraft, position: Position | undefined, context: Context): EndEntity {
  const { parsed, hierarchy, report } = context;
  const san = sansOf(draft, parsed, report);
  const trust = trustOf(draft, position, hierarchy, parsed, report);
  checkRenewal(draft, parsed, report);
  // without a position an error is reported, and nobody sees this entity
  return { kind: draft.kind, ...baseOf(draft, san, trust), issuer: position?.authority.id ?? '' };
}

function authoritiesOf({ authorities }: Drafts, context: Context): Entity[] {
  const rank = new Map(context.hierarchy.order.map(({ authority }, index) => [authority, index]));
  return authorities
    .toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    .map((authority) => authorityOf(authority, context));
}

/** Pairs of what is signed and what signs it. */
function signedPairs(hierarchy: Hierarchy, leaves: readonly (readonly [LeafDraft, Position | undefined])[]) {
  const pairs: (readonly [Draft, AuthorityDraft])[] = [];
  for (const { authority, issuer } of hierarchy.order) if (issuer) pairs.push([authority, issuer]);
  for (const [leaf, position] of leaves) if (position) pairs.push([leaf, position.authority]);
  return pairs;
}

/** The inventory of a manifest; of use only when the report has no error afterwards. */
export function resolve(parsed: ParsedManifest, report: Report): Inventory {
  const drafts = draftsOf(parsed);
  const hierarchy = hierarchyOf(drafts, parsed, report);
  const context = { parsed, hierarchy, report };
  const candidates = issuingAuthorities(hierarchy);
  const leaves = drafts.leaves.map(
    (leaf) => [leaf, leafIssuer(leaf, hierarchy, candidates, parsed, report)] as const,
  );
  checkBrokenEntries(parsed, report);
  checkPathLengths(hierarchy, parsed, report);
  checkSubjects([...drafts.authorities, ...drafts.leaves], parsed, report);
  checkLayouts([...drafts.authorities, ...drafts.leaves], parsed, report);
  checkPresented(leaves, parsed, report);
  checkLifetimes(signedPairs(hierarchy, leaves), parsed, report);
  const entities = [
    ...authoritiesOf(drafts, context),
    ...leaves.map(([leaf, position]) => leafOf(leaf, position, context)),
  ];
  const keep = parsed.manifest.archive?.keep;
  const inventory = { output: parsed.manifest.output ?? 'pki', entities };
  return keep === undefined ? inventory : { ...inventory, archiveFor: keep };
}
