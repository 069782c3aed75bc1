/**
 * Plans in which nothing is to be done and nothing to be said, and until when that holds while no file changes. Pure.
 */
import type { Authority, EndEntity, Entity, EntityId, Inventory } from '../pki/entity.ts';
import { renewWindow } from '../pki/renewal.ts';
import type { Change } from './change.ts';
import { engineFor } from './engine.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import { lifetime } from './validity.ts';

/**
 * What the plan of an entity that says this depends on beside the manifest and the moment: its own files, its issuer's and the
 * records below `.pki`, or more than these: the environment, accounts, tokens, other folders, links, or what is due by lists.
 */
const DEPENDENCE: Readonly<Record<keyof Authority | keyof EndEntity, 'files' | 'more'>> = {
  id: 'files',
  name: 'files',
  kind: 'files',
  subject: 'files',
  earlierSubject: 'files',
  exactSubject: 'files',
  profile: 'files',
  san: 'files',
  key: 'files',
  keyPlace: 'more',
  token: 'more',
  passphrase: 'more',
  previousPassphrase: 'more',
  validity: 'files',
  issuer: 'files',
  elsewhere: 'more',
  trust: 'files',
  outputs: 'files',
  seals: 'more',
  objects: 'files',
  renewBefore: 'files',
  rotateKey: 'files',
  backdate: 'files',
  keyUsage: 'files',
  extendedKeyUsage: 'files',
  policies: 'files',
  extensions: 'files',
  locations: 'files',
  signing: 'files',
  layout: 'more',
  publish: 'more',
  onChange: 'more',
  address: 'files',
  ownership: 'more',
  revoked: 'more',
  pathLength: 'files',
  nameConstraints: 'files',
  policyConstraints: 'files',
  inhibitAnyPolicy: 'files',
  digest: 'files',
  signature: 'files',
  crl: 'more',
  revokes: 'more',
  ocsp: 'more',
  caIssuers: 'files',
  through: 'more',
  mustStaple: 'files',
  ocspNoCheck: 'files',
  deliver: 'files',
};

/** Whether a plan of it depends on nothing but the manifest, the moment and files in their usual places. */
export function isSelfContained({ entities, archiveFor }: Inventory): boolean {
  return archiveFor === undefined && entities.every(dependsOnFiles);
}

function dependsOnFiles(entity: Entity): boolean {
  const fields: Readonly<Record<string, 'files' | 'more'>> = DEPENDENCE;
  return Object.entries(entity).every(([field, value]) => value === undefined || fields[field] === 'files');
}

/**
 * The first moment at which something is due by itself, in seconds since 1970; `null` where something is due, or said.
 * @param done entities that this plan changes, which are left out.
 */
export function idleUntil(
  { entities }: Inventory,
  observation: Pick<Observation, 'entities'>,
  plan: Plan,
  done: ReadonlySet<EntityId> = new Set(),
): number | null {
  if (!isSilent(plan) || !plan.changes.every((change) => done.has(change.id) || isPlain(change))) return null;
  let until = Number.POSITIVE_INFINITY;
  for (const entity of entities) {
    if (done.has(entity.id)) continue;
    const cert = observation.entities.get(entity.id)?.cert;
    if (cert?.state !== 'present') return null;
    until = Math.min(until, cert.facts.notAfter - renewWindow(entity.renewBefore, lifetime(cert.facts)));
  }
  return until;
}

/** Beside its changes it says nothing. */
function isSilent({ pending, exposed, remarks, pinned, doubt, prunes, hooks, left }: Plan): boolean {
  const said = [...pending, ...exposed, ...remarks, ...pinned, ...prunes, ...hooks, ...left];
  return said.length === 0 && doubt === null;
}

/** What is kept of former keys ends by itself, each piece at its time. */
function isPlain(change: Change): boolean {
  if (change.action !== 'keep') return false;
  const { affects, previous, routes, route, cross } = change;
  return route === null && [...affects, ...previous, ...routes, ...cross].length === 0;
}

/** The plan of an inventory in which nothing is due. @param now seconds since 1970. */
export function idlePlan({ output, entities, engine }: Inventory, now: number): Plan {
  const changes = entities.map(({ id, kind }): Change => {
    return { id, kind, affects: [], action: 'keep', previous: [], routes: [], route: null, cross: [] };
  });
  return {
    now,
    output,
    changes,
    pending: [],
    exposed: [],
    remarks: [],
    pinned: new Set(),
    doubt: null,
    prunes: [],
    hooks: [],
    left: [],
    engine: engineFor(changes, engine ?? 'auto'),
    wanted: new Map(),
  };
}
