/**
 * What files that are put together are made of. The same list is compared by the plan, written by apply, printed by the
 * script and loaded by the proof, so they cannot disagree.
 */
import { type Entity, type EntityId, unreachable } from '../pki/entity.ts';
import { type ById, issuersAbove } from '../pki/issuers.ts';
import type { Fingerprint, KeyId } from '../x509/facts.ts';
import { keyPiece } from '../x509/parse.ts';

/** One piece of a file, of some entity. */
export type Part =
  /** The private key. */
  | { readonly kind: 'key'; readonly of: EntityId }
  /** The certificate that the entity has once the plan is carried out. */
  | { readonly kind: 'certificate'; readonly of: EntityId }
  /** Certificates that a root had before and that are still trusted, newest first. */
  | { readonly kind: 'earlier'; readonly of: EntityId }
  /** Cross-certificates of a root, newest first. */
  | { readonly kind: 'cross'; readonly of: EntityId };

/** Leaf excluded, no root (RFC 8446 §4.4.2); cross-certificates stand where the root would. */
export function chainParts(entity: Entity, byId: ById): readonly Part[] {
  const above = issuersAbove(entity, byId);
  const root = above.at(-1);
  return [
    ...above.slice(0, -1).map(({ id }): Part => ({ kind: 'certificate', of: id })),
    ...(root === undefined ? [] : [{ kind: 'cross', of: root.id } as const]),
  ];
}

/** What a TLS server presents: its certificate and the chain. */
export function fullchainParts(entity: Entity, byId: ById): readonly Part[] {
  return [{ kind: 'certificate', of: entity.id }, ...chainParts(entity, byId)];
}

/** The roots that an entity trusts, each with its earlier certificates behind it. */
export function trustParts({ trust }: Entity): readonly Part[] {
  return trust.flatMap((of): readonly Part[] => [
    { kind: 'certificate', of },
    { kind: 'earlier', of },
  ]);
}

/** What a root keeps of its former keys. */
export function previousParts({ id }: Entity): readonly Part[] {
  return [
    { kind: 'earlier', of: id },
    { kind: 'cross', of: id },
  ];
}

/** What an entity contributes to files, once the plan is carried out. */
export interface Member {
  readonly id: EntityId;
  /** `null`: a certificate that is not issued yet. */
  readonly fingerprint: Fingerprint | null;
  /** `null`: a key that is not made yet, or cannot be read. */
  readonly keyId: KeyId | null;
  /** A root's earlier certificates that are still trusted. */
  readonly previous: readonly Fingerprint[];
  /** Whether this plan adds to those or takes from them. */
  readonly previousChanges: boolean;
  /** A root's cross-certificates; `null`: one that is not made yet. */
  readonly cross: readonly (Fingerprint | null)[];
  /** Whether this plan adds to those or takes from them. */
  readonly crossChanges: boolean;
}

/** Members by id; those that a plan does not know contribute nothing. */
export type Members = (id: EntityId) => Member | undefined;

/** What a file of these parts holds, piece by piece; `null` for what is not made yet. */
export function contentOf(parts: readonly Part[], members: Members): readonly (string | null)[] {
  return parts.flatMap((part) => {
    const member = members(part.of);
    return member === undefined ? [] : pieces(part, member);
  });
}

function pieces({ kind }: Part, member: Member): readonly (string | null)[] {
  switch (kind) {
    case 'key':
      return [member.keyId === null ? null : keyPiece(member.keyId)];
    case 'certificate':
      return [member.fingerprint];
    case 'earlier':
      return member.previous;
    case 'cross':
      return member.cross;
    default:
      return unreachable(kind);
  }
}

/** Entities of which a part changes in this plan, each once. @param own is not named: its own reasons say so. */
export function changingParts(
  parts: readonly Part[],
  members: Members,
  own: EntityId,
): ReadonlySet<EntityId> {
  const changing = parts.filter((part) => {
    const member = part.of === own ? undefined : members(part.of);
    return member !== undefined && changes(part, member);
  });
  return new Set(changing.map(({ of }) => of));
}

function changes({ kind }: Part, member: Member): boolean {
  switch (kind) {
    case 'key':
      return member.keyId === null;
    case 'certificate':
      return member.fingerprint === null;
    case 'earlier':
      return member.previousChanges;
    case 'cross':
      return member.crossChanges;
    default:
      return unreachable(kind);
  }
}
