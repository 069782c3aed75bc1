/**
 * Whom a rollover of a root does not reach, reported while it is still a plan: files that nothing carries, and
 * verifiers that reject what it makes.
 */
import { holdsTrust, presentsChain } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { type ById, byIdOf, issuersAbove } from '../pki/issuers.ts';
import { type CertificateFacts, pathLengthOf } from '../x509/facts.ts';
import { type Change, crossingOf, keptTrustOf, reasonsOf } from './change.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import { earlierOf } from './previous.ts';
import type { RolloverRemark } from './remark.ts';

/** A root whose certificate is replaced by one for another key or name. */
interface Rolling {
  readonly root: Entity;
  readonly change: Change;
  /** What it had, newest first, as far as it stays trusted. */
  readonly former: readonly CertificateFacts[];
  /** Whether the new certificate has the name of the newest of those. */
  readonly keepsName: boolean;
}

/** Of all roots, in their order. */
export function rolloverRemarks(
  entities: readonly Entity[],
  { entities: observed }: Observation,
  changes: readonly Change[],
  outlooks: ReadonlyMap<EntityId, Outlook>,
): readonly RolloverRemark[] {
  const byId = byIdOf(entities);
  const byChange = new Map(changes.map((change) => [change.id, change]));
  return entities.flatMap((root): readonly RolloverRemark[] => {
    const change = byChange.get(root.id);
    if (root.issuer !== null || change === undefined) return [];
    const seen = observed.get(root.id) ?? NOTHING;
    const kinds = reasonsOf(change).map((reason) =>
      reason.kind === 'drops-trust' ? reason.why : reason.kind,
    );
    const former = formerOf(seen, change);
    if (!kinds.includes('keeps-trust')) {
      if (kinds.includes('retired')) return retired(root, seen, observed, byId);
      const routed = routedBelow(root, seen, observed, byId);
      const lost = routed.filter((leaf) => isChanged(leaf, byChange) && isCrossed(leaf, byId, byChange));
      return tightWay(root, former, lost, byId);
    }
    const keepsName = outlooks.get(root.id)?.subjectDer === former[0]?.subjectDer;
    const rolling: Rolling = { root, change, former, keepsName };
    return [
      ...unbrought(rolling, entities, byId),
      ...sameName(rolling, entities),
      ...noWay(rolling, entities, byId, byChange),
    ];
  });
}

function formerOf(seen: EntityObservation, change: Change): readonly CertificateFacts[] {
  const { previous } = keptTrustOf(change);
  const known = [...(seen.cert.state === 'present' ? [seen.cert.facts] : []), ...earlierOf(seen).roots];
  return known.filter(({ fingerprint }) => previous.includes(fingerprint));
}

/** Where files were laid out by another tool, there may be none for an earlier root or for what it vouches for. */
function unbrought({ root }: Rolling, entities: readonly Entity[], byId: ById): readonly RolloverRemark[] {
  const leaves = entities.filter(({ kind }) => kind !== 'authority');
  const trusting = leaves.filter(({ trust, outputs }) => trust.includes(root.id) && !holdsTrust(outputs));
  const below = leavesBelow(root, entities, byId).filter(({ outputs }) => !presentsChain(outputs));
  if (trusting.length + below.length === 0) return [];
  const path = filePath(root, 'previous');
  return [{ kind: 'unbrought', entity: root.id, path, trusting: idsOf(trusting), presented: idsOf(below) }];
}

/** openvpn --tls-server builds its list of acceptable names from the file, and takes each only once. */
function sameName({ root, keepsName }: Rolling, entities: readonly Entity[]): readonly RolloverRemark[] {
  const isLoaded = entities.some(
    ({ kind, trust, outputs }) =>
      (kind === 'server' || kind === 'peer') && trust.includes(root.id) && outputs.includes('ca'),
  );
  return keepsName && isLoaded ? [{ kind: 'same-name', entity: root.id }] : [];
}

/** Whether the chains of a leaf lead through cross-certificates: what it has above it comes by no other way from a former root. */
function isCrossed(leaf: Entity, byId: ById, byChange: ReadonlyMap<EntityId, Change>): boolean {
  const top = issuersAbove(leaf, byId).at(-2);
  const own = top === undefined ? undefined : byChange.get(top.id);
  return own === undefined || keptTrustOf(own).route === null;
}

/** What stays as it is has lost its route in an earlier run, which said so. */
function isChanged({ id }: Entity, byChange: ReadonlyMap<EntityId, Change>): boolean {
  return byChange.get(id)?.action !== 'keep';
}

/** Leaves whose chains have a route until now, which an intermediate gives up with its key, or where it is retired. */
function routedBelow(
  root: Entity,
  seen: EntityObservation,
  observed: Observation['entities'],
  byId: ById,
): readonly Entity[] {
  const keys = new Set(earlierOf(seen).routes.map(({ keyId }) => keyId));
  return leavesBelow(root, [...byId.values()], byId).filter((leaf) => {
    const top = issuersAbove(leaf, byId).at(-2);
    const cert = top && observed.get(top.id)?.cert;
    return cert?.state === 'present' && keys.has(cert.facts.keyId);
  });
}

/**
 * RFC 5280 §4.2.1.9 does not count what an authority issues to itself in its own name; Go, GnuTLS, mbed TLS and pyca count
 * cross-certificates like every other. From the newest former root, there is one; from the one before, one more.
 */
function tightWay(
  root: Entity,
  former: readonly CertificateFacts[],
  crossed: readonly Entity[],
  byId: ById,
): readonly RolloverRemark[] {
  const isTight = (leaf: Entity): boolean =>
    former.some((one, i) => between(leaf, byId) + i + 1 > (pathLengthOf(one) ?? Number.POSITIVE_INFINITY));
  const tight = crossed.filter(isTight);
  return tight.length === 0 ? [] : [{ kind: 'no-way', entity: root.id, refused: idsOf(tight), by: 'strict' }];
}

/** Another name counts in every program, and without a cross-certificate there is no way at all. */
function noWay(
  { root, change, former, keepsName }: Rolling,
  entities: readonly Entity[],
  byId: ById,
  byChange: ReadonlyMap<EntityId, Change>,
): readonly RolloverRemark[] {
  const crossed = leavesBelow(root, entities, byId).filter((leaf) => isCrossed(leaf, byId, byChange));
  const isLost = (leaf: Entity): boolean => {
    const limit = former[0] === undefined ? null : pathLengthOf(former[0]);
    const counted = between(leaf, byId) + (keepsName ? 0 : 1);
    return crossingOf(change) === null || (limit !== null && counted > limit);
  };
  const lost = crossed.filter(isLost);
  const others = crossed.filter((leaf) => !isLost(leaf));
  return [
    ...(lost.length === 0
      ? []
      : [{ kind: 'no-way', entity: root.id, refused: idsOf(lost), by: 'all' } as const]),
    ...tightWay(root, former, others, byId),
  ];
}

/** Chains by a root that new bundles do not hold any more: those that are brought out later are refused until then. */
function retired(
  root: Entity,
  seen: EntityObservation,
  observed: Observation['entities'],
  byId: ById,
): readonly RolloverRemark[] {
  const keys = new Set(earlierOf(seen).routes.map(({ keyId }) => keyId));
  const routed = [...byId.values()].filter(({ id, issuer }) => {
    const cert = issuer === root.id ? observed.get(id)?.cert : undefined;
    return cert?.state === 'present' && keys.has(cert.facts.keyId);
  });
  return routed.length === 0
    ? []
    : [
        {
          kind: 'early-end',
          entity: root.id,
          intermediates: idsOf(routed.filter(({ kind }) => kind === 'authority')),
        },
      ];
}

function leavesBelow(root: Entity, entities: readonly Entity[], byId: ById): readonly Entity[] {
  return entities.filter(
    (entity) => entity.kind !== 'authority' && issuersAbove(entity, byId).at(-1)?.id === root.id,
  );
}

/** How many authorities stand between a leaf and its root. */
function between(leaf: Entity, byId: ById): number {
  return issuersAbove(leaf, byId).length - 1;
}

function idsOf(entities: readonly Entity[]): readonly EntityId[] {
  return entities.map(({ id }) => id);
}
