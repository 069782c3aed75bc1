/**
 * What files that are put together are made of. The same list is compared by the plan, written by apply, printed by the
 * script and loaded by the proof, so they cannot disagree.
 */
import { type Entity, type EntityId, unreachable } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { type ById, chainAbove } from '../pki/issuers.ts';
import { listSigners } from '../pki/list-signers.ts';
import type { Fingerprint, KeyId } from '../x509/facts.ts';
import { keyPiece, listPiece } from '../x509/parse.ts';

/** One piece of a file, of some entity. */
export type Part =
  /** The private key. */
  | { readonly kind: 'key'; readonly of: EntityId }
  /** The certificate that the entity has once the plan is carried out. */
  | { readonly kind: 'certificate'; readonly of: EntityId }
  /** The certificate by which an intermediate directly below its root is shown: its route, or its own and what vouches for it. */
  | { readonly kind: 'joint'; readonly of: EntityId; readonly root: EntityId }
  /** Certificates that a root had before and that are still trusted, newest first. */
  | { readonly kind: 'earlier'; readonly of: EntityId }
  /** Certificates that intermediates had from those, newest first. */
  | { readonly kind: 'routes'; readonly of: EntityId }
  /** Cross-certificates of a root, newest first. */
  | { readonly kind: 'cross'; readonly of: EntityId }
  /** The revocation list of an authority. */
  | { readonly kind: 'list'; readonly of: EntityId }
  /** The last lists of keys that an authority had before, newest first. */
  | { readonly kind: 'former-lists'; readonly of: EntityId }
  /** What stands behind the certificate of a leaf that is issued elsewhere, in the same file. */
  | { readonly kind: 'presented'; readonly of: EntityId };

/** Leaf excluded, no root (RFC 8446 §4.4.2); cross-certificates stand where the root would. */
export function chainParts(entity: Entity, byId: ById): readonly Part[] {
  if (entity.elsewhere) return [{ kind: 'presented', of: entity.id }];
  const above = chainAbove(entity, byId);
  const [top, root] = [above.at(-2), above.at(-1)];
  if (root === undefined) return [];
  if (top === undefined) return [{ kind: 'cross', of: root.id }];
  const between = above.slice(0, -2).map(({ id }): Part => ({ kind: 'certificate', of: id }));
  return [...between, { kind: 'joint', of: top.id, root: root.id }];
}

/** What a TLS server presents: its certificate and the chain. */
export function fullchainParts(entity: Entity, byId: ById): readonly Part[] {
  return [{ kind: 'certificate', of: entity.id }, ...chainParts(entity, byId)];
}

/** The roots that an entity trusts, each with its earlier certificates behind it. */
export function trustParts({ trust }: Pick<Entity, 'trust'>): readonly Part[] {
  return trust.flatMap((of): readonly Part[] => [
    { kind: 'certificate', of },
    { kind: 'earlier', of },
  ]);
}

/** What a root keeps of its former keys. */
export function previousParts({ id }: Entity): readonly Part[] {
  return [
    { kind: 'earlier', of: id },
    { kind: 'routes', of: id },
    { kind: 'cross', of: id },
  ];
}

/** The lists that an entity's peers, or its own chain, are checked with. */
export function listParts(entity: Entity, byId: ById): readonly Part[] {
  return listSigners(entity, byId)
    .filter(makesList)
    .flatMap(({ id }): readonly Part[] => [
      { kind: 'list', of: id },
      { kind: 'former-lists', of: id },
    ]);
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
  /** A root's routes: certificates that intermediates had from its earlier ones. */
  readonly routes: readonly Fingerprint[];
  /** That of an intermediate which chains show instead of its own, or `null`. */
  readonly route: Fingerprint | null;
  /** A root's cross-certificates; `null`: one that is not made yet. */
  readonly cross: readonly (Fingerprint | null)[];
  /** Whether this plan adds to those or takes from them. */
  readonly crossChanges: boolean;
  /** Its revocation list; `null`: one that is not made yet. Absent: there is none. */
  readonly list?: Fingerprint | null;
  /** Those of its former keys. Absent: there are none. */
  readonly formerLists?: readonly (Fingerprint | null)[];
  /** What stands behind the certificate of a leaf that is issued elsewhere. Absent: nothing. */
  readonly presented?: readonly Fingerprint[];
}

/** Members by id; those that a plan does not know contribute nothing. */
export type Members = (id: EntityId) => Member | undefined;

/** What a file of these parts holds, piece by piece; `null` for what is not made yet. */
export function contentOf(parts: readonly Part[], members: Members): readonly (string | null)[] {
  return parts.flatMap((part) => {
    const member = members(part.of);
    return member === undefined ? [] : pieces(part, member, members);
  });
}

function pieces(part: Part, member: Member, members: Members): readonly (string | null)[] {
  switch (part.kind) {
    case 'key':
      return [member.keyId === null ? null : keyPiece(member.keyId)];
    case 'certificate':
      return [member.fingerprint];
    case 'joint':
      return member.route === null
        ? [member.fingerprint, ...(members(part.root)?.cross ?? [])]
        : [member.route];
    case 'earlier':
      return member.previous;
    case 'routes':
      return member.routes;
    case 'cross':
      return member.cross;
    case 'list':
      return member.list === undefined ? [] : [member.list].map(listPieceOf);
    case 'former-lists':
      return (member.formerLists ?? []).map(listPieceOf);
    case 'presented':
      return member.presented ?? [];
    default:
      return unreachable(part);
  }
}

function listPieceOf(list: Fingerprint | null): string | null {
  return list === null ? null : listPiece(list);
}

/** Entities of which a part changes in this plan, each once. @param own is not named: its own reasons say so. */
export function changingParts(
  parts: readonly Part[],
  members: Members,
  own: EntityId,
): ReadonlySet<EntityId> {
  const changing = parts.flatMap(simpleParts(members)).filter((part) => {
    const member = part.of === own ? undefined : members(part.of);
    return member !== undefined && changes(part, member);
  });
  return new Set(changing.map(({ of }) => of));
}

type SimplePart = Exclude<Part, { kind: 'joint' }>;

/** A route never changes, it only comes and goes. */
function simpleParts(members: Members): (part: Part) => readonly SimplePart[] {
  return (part) => {
    if (part.kind !== 'joint') return [part];
    const { of, root } = part;
    if (members(of)?.route != null) return [];
    return [
      { kind: 'certificate', of },
      { kind: 'cross', of: root },
    ];
  };
}

function changes({ kind }: SimplePart, member: Member): boolean {
  switch (kind) {
    case 'key':
      return member.keyId === null;
    case 'certificate':
      return member.fingerprint === null;
    case 'earlier':
    case 'routes':
      return member.previousChanges;
    case 'cross':
      return member.crossChanges;
    case 'list':
      return member.list === null;
    case 'former-lists':
      return member.formerLists?.includes(null) ?? false;
    case 'presented':
      return false;
    default:
      return unreachable(kind);
  }
}
