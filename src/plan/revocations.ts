/** What each authority has to list: what the manifest revokes, and what was listed before. Pure. */
import type { Authority, Entity, EntityId, Inventory } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { type Revocation, type Revoked, writtenEntry } from '../pki/revocation.ts';
import type { CrlEntry } from '../x509/crl.ts';
import type { KnownList } from './list-witness.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';

/** What the manifest revokes: a certificate of an entity, or one by its number alone. */
export interface AskedRevocation extends Revocation {
  readonly serial: string;
  /** `null`: the authority names the number. */
  readonly of: EntityId | null;
}

/** All that the next list of an authority follows from. */
export interface Listing {
  readonly asked: readonly AskedRevocation[];
  /** Listed before, by serial number. */
  readonly listed: ReadonlyMap<string, Revoked>;
  /** The highest number that a list had, and the latest moment of one; 0 and `null`: there was none. */
  readonly number: bigint;
  readonly thisUpdate: number | null;
  /** Ends of certificates, as far as the ledger knows them. */
  readonly ends: ReadonlyMap<string, number>;
  /** Serial numbers of what its key of today signed, by the ledger. */
  readonly ofKey: ReadonlySet<string>;
}

/** Of every authority that makes a list. */
export type Listings = ReadonlyMap<EntityId, Listing>;

/** @param pinned entities that stay as they are: what was not agreed to is not listed. */
export function listingsOf(
  inventory: Inventory,
  observation: Observation,
  pinned: ReadonlySet<EntityId>,
  now: number,
): Listings {
  const makers = inventory.entities.filter((one): one is Authority => makesList(one));
  if (makers.length === 0) return new Map();
  const issued = groupBy(observation.certificates ?? [], ({ issuer }) => issuer);
  const revoked = inventory.entities.filter((one) => one.revoked !== undefined && !pinned.has(one.id));
  return new Map(
    makers.map((authority) => {
      const certificates = issued.get(authority.id) ?? [];
      const before = listedBefore(
        observation.entities.get(authority.id) ?? NOTHING,
        observation.lists?.get(authority.id),
      );
      const ends = new Map(certificates.map(({ serial, notAfter }) => [serial, notAfter]));
      const asked = [
        ...(pinned.has(authority.id) ? [] : (authority.revokes ?? []).map((one) => ({ ...one, of: null }))),
        ...revoked.flatMap((entity) => askedOf(entity, authority, observation, now)),
      ];
      return [
        authority.id,
        { asked: eachOnce(asked), ends, ofKey: signedNow(authority, observation), ...before },
      ] as const;
    }),
  );
}

/** A new key is in the ledger before anything that it signs, so that the order of lines says which key signed what. */
function signedNow({ id }: Authority, { entities, certificates = [] }: Observation): ReadonlySet<string> {
  const cert = entities.get(id)?.cert;
  if (cert?.state !== 'present') return new Set();
  const { keyId } = cert.facts;
  const since = certificates.findIndex((one) => one.entity === id && one.keyId === keyId);
  const own = since === -1 ? [] : certificates.slice(since).filter(({ issuer }) => issuer === id);
  return new Set(own.map(({ serial }) => serial));
}

/** Every certificate of the entity that this authority signed and that has not ended. */
function askedOf(
  entity: Entity,
  authority: Authority,
  { entities, certificates = [] }: Observation,
  now: number,
): readonly AskedRevocation[] {
  const { revoked } = entity;
  if (revoked === undefined) return [];
  const own = certificates.filter(
    (one) => one.entity === entity.id && one.issuer === authority.id && one.notAfter >= now,
  );
  const observed = entities.get(entity.id) ?? NOTHING;
  const placed = entity.issuer === authority.id ? serialOf(observed) : [];
  const serials = new Set([...own.map(({ serial }) => serial), ...placed]);
  return [...serials].map((serial) => ({ ...revoked, serial, of: entity.id }));
}

/** One that the issuer signed: another's number would revoke a stranger. */
function serialOf({ cert, signedBy }: EntityObservation): readonly string[] {
  return cert.state === 'present' && signedBy !== null ? [cert.facts.serial] : [];
}

function eachOnce(asked: readonly AskedRevocation[]): readonly AskedRevocation[] {
  return [...new Map(asked.map((one) => [one.serial, one])).values()];
}

/** A list on the disk counts where the authority's key signed it: any other could name whatever it likes. */
function listedBefore(
  { crl, listSignedBy }: EntityObservation,
  known: KnownList | undefined,
): Pick<Listing, 'listed' | 'number' | 'thisUpdate'> {
  const placed = crl.state === 'present' && listSignedBy != null ? crl.facts : undefined;
  const own = (placed?.entries ?? []).filter(
    ({ issuerDer, reason }) => issuerDer === placed?.issuerDer && reason !== 'removeFromCRL',
  );
  const entries = [
    ...own.map(listedEntry),
    // What was recorded here goes before what a file says.
    ...(known?.entries ?? []),
  ];
  const numbers = [known?.number ?? 0n, BigInt(placed?.number ?? 0)];
  const times = [known?.thisUpdate, placed?.thisUpdate].filter((time) => time !== undefined);
  return {
    listed: new Map(entries.map((entry) => [entry.serial, entry])),
    number: numbers.reduce((a, b) => (a > b ? a : b)),
    thisUpdate: times.length === 0 ? null : Math.max(...times),
  };
}

/** What files and records together say of the list of each of these authorities that has one. */
export function listsIn(
  entities: readonly Entity[],
  { entities: seen, lists }: Observation,
): ReadonlyMap<EntityId, KnownList> {
  return new Map(
    entities.filter(makesList).flatMap(({ id }) => {
      const { listed, number, thisUpdate } = listedBefore(seen.get(id) ?? NOTHING, lists?.get(id));
      return thisUpdate === null
        ? []
        : [[id, { number, thisUpdate, entries: [...listed.values()] }] as const];
    }),
  );
}

/** An entry of a list, as the next one has it. */
export function listedEntry({ serial, date, reason, invalidityDate }: CrlEntry): Revoked {
  const since = invalidityDate === null ? {} : { invalidityDate };
  return writtenEntry({ serial, date, reason, ...since });
}

/** Whether a certificate is on the list, or will be: its owner needs another. */
export function isListed(listing: Listing | undefined, serial: string): boolean {
  if (listing === undefined) return false;
  return listing.listed.has(serial) || listing.asked.some((one) => one.serial === serial);
}
