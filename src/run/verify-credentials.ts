/** What each side of the proof loads: of entities their files, of those that are revoked what the archive has. */
import type { SkippedCheck } from '../handshake/case.ts';
import type { Credentials } from '../handshake/credentials.ts';
import type { Revocation } from '../handshake/revoked-cases.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { listSigners } from '../pki/list-signers.ts';
import type { Keyring } from '../store/keyring.ts';
import { archivedCredentials, readCredentials } from '../store/observe/credentials.ts';

/** All of them, and which checks cannot be made. */
export interface ProofCredentials {
  readonly credentials: ReadonlyMap<EntityId, Credentials>;
  readonly revocation: Revocation;
  readonly skipped: readonly SkippedCheck[];
}

interface Source {
  readonly root: string;
  readonly keyring: Keyring;
}

/** @param gone entities that are revoked. @param all of the inventory. */
export function credentialsOf(
  entities: readonly Entity[],
  gone: readonly Entity[],
  all: readonly Entity[],
  { root, keyring }: Source,
): ProofCredentials {
  const byId = byIdOf(all);
  const skipped: SkippedCheck[] = [];
  const credentials = new Map<EntityId, Credentials>();
  for (const entity of entities) {
    const found = entity.kind === 'authority' ? undefined : readCredentials(root, entity, byId, keyring);
    if (found === undefined) continue;
    const authorities = found.crl === undefined ? [] : unlisted(entity, byId);
    const { crl: _, ...without } = found;
    credentials.set(entity.id, authorities.length === 0 ? found : without);
    if (authorities.length > 0)
      skipped.push({ server: entity.id, check: 'revoked', cause: { kind: 'list-elsewhere', authorities } });
  }
  const readers = new Set([...credentials].flatMap(([id, { crl }]) => (crl === undefined ? [] : [id])));
  const leaves = readers.size === 0 ? [] : gone.filter(({ kind }) => kind !== 'authority');
  const revoked = leaves.filter((entity) => {
    const found = archivedCredentials(root, entity, byId, keyring);
    if (found !== undefined) credentials.set(entity.id, found);
    else skipped.push({ server: entity.id, check: 'revoked', cause: { kind: 'not-archived' } });
    return found !== undefined;
  });
  return { credentials, revocation: { revoked, all, readers }, skipped };
}

/**
 * Authorities without whose lists a program that checks all of them lets in nothing that they signed. For a bridge, the list of
 * the authority with the same key and name serves.
 */
function unlisted(entity: Entity, byId: ById): readonly EntityId[] {
  return listSigners(entity, byId)
    .filter((one) => !makesList(one) && bridgedBy(one) === null)
    .map(({ id }) => id);
}
