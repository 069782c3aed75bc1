/** A manifest's entries → the entities that are wanted, with nothing left open; mistakes of meaning are reported. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import type { Place } from '../manifest/setting.ts';
import { type Setting, type SettingOf, settingsOf } from '../manifest/settings.ts';
import type { Output } from '../pki/artifact.ts';
import type { Authority, EndEntity, Entity, Inventory } from '../pki/entity.ts';
import { requestOf } from '../pki/key-place.ts';
import type { Locations } from '../pki/locations.ts';
import { compact, pick } from '../pki/record.ts';
import { NO_SIDE_FILES, type SideFiles } from '../pki/side-file.ts';
import type { RequestContent } from '../x509/request.ts';
import { checkAddresses } from './addresses.ts';
import { checkAnchoredIssuers, isAnchor } from './anchor.ts';
import { bridgeDraft, bridgeEntity } from './bridge-entity.ts';
import { checkBridgeLengths } from './bridge-limits.ts';
import { type Bridge, type BridgeOf, bridgesIn, throughsIn } from './bridges.ts';
import { checkBundles } from './bundles.ts';
import { checkConstrainedNames } from './constrained.ts';
import { checkCritical } from './critical.ts';
import { checkDeliveries } from './deliveries.ts';
import { checkDoubts } from './doubts.ts';
import type { AuthorityDraft, Draft } from './draft.ts';
import { draftsOf } from './drafts.ts';
import { checkElsewhere, isIssuedElsewhere, outputsElsewhere } from './elsewhere.ts';
import { checkHandshakeSizes } from './handshake-size.ts';
import { type Hierarchy, hierarchyOf } from './hierarchy.ts';
import { sansOf } from './host-name.ts';
import { checkIdentities, checkSubjects } from './identity.ts';
import { checkBrokenEntries } from './issuer-name.ts';
import { checkKeyForms, outputsWith } from './key-forms.ts';
import { checkKeySupport } from './key-support.ts';
import { checkLayouts } from './layout.ts';
import { type SignedLeaf, signedLeaves } from './leaf-issuer.ts';
import { checkLifetimes, checkRenewal } from './lifetime.ts';
import { checkLists } from './lists.ts';
import { checkObjects } from './objects.ts';
import { checkOwners, hostSettings, ownershipOf } from './ownership.ts';
import { checkPassphrases } from './passphrases.ts';
import { checkPathLengths } from './path-length.ts';
import { checkPolicies } from './policies.ts';
import { checkPresented } from './presented.ts';
import { checkPresets } from './presets.ts';
import { excessOf } from './request-excess.ts';
import { checkRevocations, revocationOf, revokesOf } from './revocations.ts';
import { checkSigning, signingOf } from './signing.ts';
import { checkSlots } from './slots.ts';
import { checkStaples } from './staple.ts';
import { checkTokens } from './tokens.ts';
import { type Trusts, trustsIn } from './trust.ts';
import { checkUsages } from './usages.ts';

interface Context {
  readonly hierarchy: Hierarchy;
  readonly trusts: Trusts;
  readonly throughs: BridgeOf;
  readonly bridges: readonly Bridge[];
  readonly report: Report;
}

/** Settings that an entity does not have as they are written, and the field that each becomes, or becomes a part of. */
const BECOMES = {
  commonName: 'subject',
  san: 'san',
  issuer: 'issuer',
  subject: 'subject',
  key: 'key',
  certificate: 'keyPlace',
  folder: 'layout',
  files: 'layout',
  outputs: 'outputs',
  publish: 'publish',
  owner: 'ownership',
  group: 'ownership',
  mode: 'ownership',
  revoked: 'revoked',
  trust: 'trust',
  request: 'keyPlace',
  crossSignedBy: 'issuer',
  preferredChain: 'through',
} as const satisfies Partial<Record<Setting, keyof Authority | keyof EndEntity>>;

/** All others: a setting that is neither in that list nor a field of the entity does not compile where it is kept. */
type Kept<P extends Place> = Exclude<SettingOf<P>, keyof typeof BECOMES>;

function keptIn<P extends Place>(place: P): readonly Kept<P>[] {
  return settingsOf(place).filter((name): name is Kept<P> => !Object.hasOwn(BECOMES, name));
}

const OF_AUTHORITY = keptIn('authority');
const OF_LEAF = keptIn('leaf');

/** What there is of an anchor: its certificate, and what its peers trust. */
const ANCHOR_OUTPUTS: readonly Output[] = ['cert', 'ca'];

/** What every entity has that is not a setting as it is written. */
function baseOf(draft: Draft) {
  const { id, name, subject, earlierSubject, exactSubject, key, keyPlace, token, layout, settings } = draft;
  const ownership = ownershipOf(draft);
  return {
    id,
    name,
    subject,
    key,
    ...compact({ keyPlace, token, earlierSubject, exactSubject, layout }),
    ...(settings.publish === 'symlinks' ? { publish: settings.publish } : {}),
    outputs: keyPlace?.kind === 'anchor' ? ANCHOR_OUTPUTS : outputsWith(draft),
    ...(Object.keys(settings.outputs.seals).length === 0 ? {} : { seals: settings.outputs.seals }),
    ...(Object.keys(settings.outputs.objects).length === 0 ? {} : { objects: settings.outputs.objects }),
    ...compact({ ownership }),
  };
}

/** What the issuer publishes; a certificate that signs itself points to nothing. */
function locationsOf(issuer: AuthorityDraft | null | undefined): { readonly locations?: Locations } {
  const { crl, ocsp, caIssuers } = issuer?.settings ?? {};
  if ((crl ?? ocsp ?? caIssuers) === undefined) return {};
  return {
    locations: { crl: crl?.url ?? [], ocsp: ocsp?.url ?? [], caIssuers: caIssuers?.url ?? [] },
  };
}

/** Every authority is looked at, even one without a position: all mistakes are reported at once. */
function authorityOf(draft: AuthorityDraft, { hierarchy, report }: Context): Authority {
  const position = hierarchy.positions.get(draft.name);
  checkRenewal(draft, report);
  const kept: Pick<Authority, Kept<'authority'>> = pick(draft.settings, OF_AUTHORITY);
  return {
    kind: 'authority',
    ...baseOf(draft),
    san: draft.settings.san ?? [],
    issuer: position?.issuer?.id ?? null,
    // An authority takes no part in TLS: its bundle is for those who want to trust it.
    trust: [position?.root.id ?? draft.id],
    ...revocationOf(draft),
    ...revokesOf(draft),
    ...locationsOf(position?.issuer),
    ...signingOf(position?.issuer ?? draft),
    ...kept,
  };
}

function leafOf(signed: SignedLeaf, { trusts, throughs, report }: Context): EndEntity {
  const { leaf, issuer } = signed;
  checkRenewal(leaf, report);
  const kept: Pick<EndEntity, Kept<'leaf'>> = pick(leaf.settings, OF_LEAF);
  const isElsewhere = isIssuedElsewhere(signed);
  const entity: EndEntity = {
    kind: leaf.kind,
    ...baseOf(leaf),
    san: sansOf(leaf, report),
    // without a position an error is reported, and this entity is never used
    issuer: issuer?.authority.id ?? '',
    ...(isElsewhere ? { elsewhere: true, outputs: outputsElsewhere(leaf) } : {}),
    trust: trusts(signed),
    ...throughs(signed),
    ...revocationOf(leaf),
    ...locationsOf(issuer?.authority),
    ...signingOf(issuer?.authority),
    ...kept,
  };
  return withIgnored(entity, leaf.given);
}

/** The same, with what its request asks for in vain. */
function withIgnored(entity: EndEntity, given: RequestContent | undefined): EndEntity {
  const request = requestOf(entity);
  if (given === undefined || request === undefined) return entity;
  return { ...entity, keyPlace: { ...request, ignored: excessOf(given, entity) } };
}

/** Bridges come last: each needs the certificates of both its authorities. */
function authoritiesOf(context: Context): Entity[] {
  const { drafts, order } = context.hierarchy;
  const rank = new Map(order.map(({ authority }, index) => [authority, index]));
  const authorities = drafts.authorities
    .toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    .map((authority) => authorityOf(authority, context));
  const bridges = context.bridges.flatMap((bridge) =>
    authorities
      .filter(({ id }) => id === bridge.authority.id)
      .map((entity) => bridgeEntity(bridge, entity, locationsOf(bridge.by.authority))),
  );
  return [...authorities, ...bridges];
}

/** Pairs of what is signed and what signs it. */
function signedPairs(hierarchy: Hierarchy, leaves: readonly SignedLeaf[]) {
  const pairs: (readonly [Draft, AuthorityDraft])[] = [];
  for (const { authority, issuer } of hierarchy.order) if (issuer) pairs.push([authority, issuer]);
  for (const { leaf, issuer } of leaves)
    if (issuer && !isAnchor(issuer.authority)) pairs.push([leaf, issuer.authority]);
  return pairs;
}

/** @param files those beside it that it names. The inventory of a manifest; of use only when the report has no error afterwards. */
export function resolve(parsed: ParsedManifest, report: Report, files: SideFiles = NO_SIDE_FILES): Inventory {
  const drafts = draftsOf(parsed, report, files);
  // Of an anchor, its certificates say all that there is to check.
  const all = [...drafts.authorities.filter((draft) => !isAnchor(draft)), ...drafts.leaves];
  const hierarchy = hierarchyOf(drafts, report);
  const bridges = bridgesIn(hierarchy, report);
  const throughs = throughsIn(bridges, hierarchy, report);
  const context = { hierarchy, trusts: trustsIn(hierarchy, report), throughs, bridges, report };
  const leaves = signedLeaves(hierarchy, report);
  checkBrokenEntries(drafts, report);
  checkAnchoredIssuers(drafts.authorities, report);
  checkPathLengths(hierarchy, report);
  checkBridgeLengths(bridges, hierarchy, report);
  checkSubjects(all, report);
  checkIdentities(leaves, report);
  const further = bridges.map(bridgeDraft);
  checkLayouts([...all, ...further], report);
  for (const draft of further.filter((_, at) => bridges[at]?.said.validity !== undefined))
    checkRenewal(draft, report);
  checkKeySupport(all, report);
  checkAddresses(all, report);
  checkDeliveries(all, report);
  checkDoubts(all, report);
  checkKeyForms(all, report);
  checkPassphrases(all, report);
  checkTokens(all, report);
  checkObjects(all, report);
  checkOwners(all, report);
  checkUsages(all, leaves, hierarchy, report);
  checkPolicies(leaves, hierarchy, report);
  checkStaples(leaves, report);
  checkPresets(leaves, report);
  checkCritical(all, report);
  checkRevocations(hierarchy, leaves, report);
  checkSigning(drafts.authorities, report);
  checkElsewhere(leaves, report);
  checkPresented(leaves, report);
  checkHandshakeSizes(leaves, hierarchy, report);
  checkBundles(leaves, report);
  checkSlots(leaves, hierarchy, report);
  checkLifetimes(signedPairs(hierarchy, leaves), report);
  const entities = [...authoritiesOf(context), ...leaves.map((leaf) => leafOf(leaf, context))];
  checkConstrainedNames(entities, leaves, hierarchy, bridges, report);
  if (!report.failed()) checkLists(entities, all, report);
  const written = hostSettings(all, report);
  const { output = 'pki', engine, archive } = parsed.manifest;
  return {
    output,
    ...(archive?.keep === undefined ? {} : { archiveFor: archive.keep }),
    ...(engine === undefined ? {} : { engine }),
    ...(written.size === 0 ? {} : { written }),
    entities,
  };
}
