/** Why one leaf of a manifest is not in an export. */
import type { Authority } from '../pki/entity.ts';
import { isOffline } from '../pki/key-place.ts';
import type { LeafPolicy } from './leaf.ts';
import type { Omission, OmissionCause } from './omission.ts';

type Question = (leaf: LeafPolicy) => readonly OmissionCause[];

/** Asks one question after the other: the first cause counts. Of every engine: what is revoked is issued no more. */
export function omissionOf(leaf: LeafPolicy, ...questions: readonly Question[]): readonly Omission[] {
  for (const ask of [revokedHere, ...questions]) {
    const [cause] = ask(leaf);
    if (cause !== undefined) return [{ entity: leaf.entity.id, cause }];
  }
  return [];
}

function revokedHere({ entity }: LeafPolicy): readonly OmissionCause[] {
  return entity.revoked === undefined ? [] : [{ kind: 'revoked' }];
}

/** Another engine issues it already. */
export function issuedElsewhere({ entity, issuer }: LeafPolicy): readonly OmissionCause[] {
  return entity.elsewhere ? [{ kind: 'elsewhere', issuer: issuer.id }] : [];
}

/** The engine would sign with a key that is in no file here, or not open in it. */
export function signedElsewhere({ issuer }: LeafPolicy): readonly OmissionCause[] {
  if (issuer.token !== undefined) return [{ kind: 'token', of: issuer.id }];
  if (issuer.passphrase !== undefined) return [{ kind: 'passphrase', of: issuer.id }];
  return isOffline(issuer) ? [{ kind: 'offline', issuer: issuer.id }] : [];
}

/** Whether the private key of an authority is in a file of the output folder. */
export function hasKeyFile(authority: Authority): boolean {
  return authority.token === undefined && !isOffline(authority);
}
