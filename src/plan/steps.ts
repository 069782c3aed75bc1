/** The plan as a graph of steps: what is run, in which order, and what may run at the same time. Pure. */
import { type Entity, type EntityId, type Inventory, unreachable } from '../pki/entity.ts';
import { type ById, byIdOf, chainAbove } from '../pki/issuers.ts';
import { bridgedBy, requestOf, shownBy } from '../pki/key-place.ts';
import { type KeySpec, rsaSize } from '../pki/key-spec.ts';
import { ruleOf } from './artifacts/rules.ts';
import { type Issue, isIssue, isWork, makesKey, type Revoke, type Work } from './change.ts';
import { isPublicKey, type PublicKey, type SigningKey } from './make.ts';
import { listParts, type Part } from './parts.ts';
import type { Plan } from './plan.ts';
import { keyThere } from './signing-key.ts';
import { type MakeStep, makeStep, type Step, type StepId, stepId } from './step.ts';

/** In the order of the plan, with every step behind those that it needs. */
export function stepsOf(plan: Plan, { entities }: Inventory): readonly Step[] {
  const byId = byIdOf(entities);
  const works = new Set(plan.changes.filter(isWork).map(({ id }) => id));
  return plan.changes.flatMap((change) => {
    if (change.action === 'remove') return [removeStep(change.id, [])];
    const entity = byId.get(change.id);
    if (change.action === 'revoke') return revokeSteps(change, entity, works);
    return entity === undefined || !isWork(change) ? [] : entitySteps(change, entity, byId, works);
  });
}

function removeStep(id: EntityId, needs: readonly StepId[]): Step {
  return { kind: 'remove', id: stepId('remove', id), entity: id, needs };
}

/** The files go once the list is in its place: as long as they are there, the next run sees what it has to list. */
function revokeSteps(
  { id, deletes }: Revoke,
  entity: Entity | undefined,
  works: ReadonlySet<EntityId>,
): readonly Step[] {
  const issuer = entity?.issuer ?? null;
  const needs = issuer !== null && works.has(issuer) ? [stepId('publish', issuer)] : [];
  return deletes.length === 0 ? [] : [removeStep(id, needs)];
}

/** The steps by which some entities are in their places. */
type Published = (ids: readonly (EntityId | null)[]) => readonly StepId[];

function entitySteps(
  change: Work,
  entity: Entity,
  byId: ById,
  works: ReadonlySet<EntityId>,
): readonly Step[] {
  const published: Published = (ids) =>
    ids.flatMap((id) => (id !== null && id !== entity.id && works.has(id) ? [stepId('publish', id)] : []));
  const key = keySource(entity, change, byId);
  const issued = isIssue(change) ? issueSteps(change, entity, key, { published, byId }) : anchorSteps(change);
  const made = [
    ...issued,
    ...callSteps(change, entity, key),
    ...listSteps(change, key, issued, byId),
    ...conversionSteps(change, entity, byId, published),
  ];
  // Bundles hold the certificates of issuers and trusted roots, which must be the new ones by then, and what a root keeps.
  const shown = chainAbove(entity, byId).map(({ id }) => id);
  const bridge = entity.kind === 'authority' ? null : (entity.through ?? null);
  const others = [entity.issuer, ...entity.trust, bridge, ...shown.slice(-1)];
  const members = new Set([...others, ...listOwners(change, entity, byId)]);
  const needs = [...made.map(({ id }) => id), ...published([...members])];
  return [...made, { kind: 'publish', id: stepId('publish', entity.id), entity: entity.id, needs }];
}

/** Authorities of which a file that is put together holds the lists. */
function listOwners({ writes }: Work, entity: Entity, byId: ById): readonly EntityId[] {
  const holdsLists = writes.includes('crls') || writes.includes('ca-crls');
  return holdsLists ? listParts(entity, byId).map(({ of }) => of) : [];
}

function issueSteps(
  { issuance, crossing, answered }: Issue,
  entity: Entity,
  key: SigningKey | PublicKey,
  { published, byId }: { readonly published: Published; readonly byId: ById },
): readonly MakeStep[] {
  const { id } = entity;
  const authoritySigner = (of: EntityId) => ({ kind: 'authority', id: of, key: keyThere(of, byId) }) as const;
  const issuer = published([entity.issuer]);
  if (answered) return takeSteps(id, key);
  // The key of a bridge is its authority's, which may only now come to have it.
  const lent = published([bridgedBy(entity)]);
  if (isPublicKey(key)) return [givenStep(issuance, entity, key, { needs: [...issuer, ...lent], byId })];
  const name = issuance.name === undefined ? {} : { name: issuance.name };
  const request = makeStep({ op: 'request', of: id, key, ...name }, lent, keyWeight(entity.key, key));
  const by = entity.issuer === null ? ({ kind: 'self', key } as const) : authoritySigner(entity.issuer);
  const sign = makeStep({ op: 'sign', of: id, by, issuance, to: 'cert' }, [request.id, ...issuer]);
  if (crossing === null) return [request, sign];
  // By the key and in the name that the root still has in its place (RFC 4210 §4.4.1, "new with old").
  const cross = makeStep({ op: 'sign', of: id, by: authoritySigner(id), ...crossing, to: 'cross' }, [
    request.id,
  ]);
  return [request, sign, cross];
}

/** The certificate of an anchor is taken as it is. */
function anchorSteps({ id, writes }: Work): readonly MakeStep[] {
  return writes.includes('cert') ? [makeStep({ op: 'take', of: id, files: ['cert'] }, [])] : [];
}

/** Made on another machine; the steps are those that it would take here. */
function takeSteps(of: EntityId, key: SigningKey | PublicKey): readonly MakeStep[] {
  if (isPublicKey(key)) return [makeStep({ op: 'take', of, files: ['cert'] }, [])];
  const { isNew } = key;
  const request = makeStep({ op: 'take', of, files: isNew ? ['key', 'csr'] : ['csr'] }, []);
  return [request, makeStep({ op: 'take', of, files: ['cert'] }, [request.id])];
}

function keySource(entity: Entity, change: Work, byId: ById): SigningKey | PublicKey {
  const [request, shown] = [requestOf(entity), shownBy(entity)];
  if (shown !== null) return { kind: 'shown', of: shown };
  if (request !== undefined) return { kind: 'given', spki: request.key.spki };
  const of = bridgedBy(entity) ?? entity.id;
  return makesKey(change) ? { kind: 'file', of, isNew: true } : keyThere(of, byId);
}

/** No request is made: the name is not asked for, but written. */
function givenStep(
  issuance: Issue['issuance'],
  { id, issuer: by }: Entity,
  key: PublicKey,
  { needs, byId }: { readonly needs: readonly StepId[]; readonly byId: ById },
): MakeStep {
  if (by === null) throw new Error(`Internal error: ${id} signs itself with a key that is elsewhere`);
  const signer = { kind: 'authority', id: by, key: keyThere(by, byId) } as const;
  return makeStep({ op: 'sign', of: id, by: signer, key, issuance, to: 'cert' }, needs);
}

/** Files that take a call of their own; the request of a new certificate is made already. */
function callSteps(change: Work, entity: Entity, key: SigningKey | PublicKey): readonly MakeStep[] {
  // A bridge has no file that a key makes.
  if (key.kind === 'shown') return [];
  const needs = key.kind === 'file' && key.isNew ? [stepId('request', entity.id)] : [];
  return change.writes.flatMap((artifact) => {
    const rule = ruleOf(artifact);
    if (rule.by !== 'call') return [];
    const make = rule.make(entity, key);
    return make.op === 'request' && isIssue(change) ? [] : [makeStep(make, needs)];
  });
}

/** By the certificate that the authority has afterwards; the last list of a former key by what is in its place. */
function listSteps(
  change: Work,
  key: SigningKey | PublicKey,
  issued: readonly MakeStep[],
  byId: ById,
): readonly MakeStep[] {
  if (isPublicKey(key)) return [];
  const { id, list, formerLists } = change;
  const op = 'crl';
  const last = formerLists?.last ?? null;
  const archived = { kind: 'file', of: id, isNew: false } as const;
  const former = last?.archived === undefined ? keyThere(id, byId) : archived;
  const needs = issued.map((step) => step.id);
  const isNewCertificate = isIssue(change);
  return [
    ...(last === null
      ? []
      : [makeStep({ op, of: id, key: former, isNewCertificate: false, ...last, to: 'former-crl' }, [])]),
    ...(list === undefined ? [] : [makeStep({ op, of: id, key, isNewCertificate, list, to: 'crl' }, needs)]),
  ];
}

/** Files in other forms than PEM, each made of parts that are there by then. */
function conversionSteps(
  change: Work,
  entity: Entity,
  byId: ById,
  published: Published,
): readonly MakeStep[] {
  return change.writes.flatMap((artifact) => {
    const rule = ruleOf(artifact);
    if (rule.by !== 'conversion') return [];
    const parts = rule.parts(entity, byId);
    const needs = parts.flatMap((part) => [
      ...(part.of === entity.id ? ownNeeds(part, change) : published([part.of])),
      ...(part.kind === 'joint' ? published([part.root]) : []),
    ]);
    const { format } = rule;
    return [makeStep({ op: 'convert', of: entity.id, parts, format, to: artifact }, [...new Set(needs)])];
  });
}

/** The step that makes a part of the entity itself, where it is new. */
function ownNeeds({ kind, of }: Part, change: Work): readonly StepId[] {
  switch (kind) {
    case 'key':
      return makesKey(change) ? [stepId('request', of)] : [];
    case 'certificate':
      return isIssue(change) ? [stepId('sign', of)] : [];
    case 'list':
      return change.list === undefined ? [] : [stepId('crl', of)];
    case 'cross':
    case 'former-lists':
    case 'earlier':
    case 'routes':
    case 'joint':
    case 'presented':
      return [];
    default:
      return unreachable(kind);
  }
}

/** How long making a key takes, relative to an EC key: RSA primes dominate everything, so they start first. */
function keyWeight(key: KeySpec, { isNew }: SigningKey): number {
  if (!isNew) return 1;
  const size = rsaSize(key);
  return size === null ? 2 : Math.round((size / 256) ** 2);
}
