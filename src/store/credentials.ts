/** What a TLS server or client loads from an entity's folder. */
import { join } from 'node:path';
import type { Artifact, EntityId } from '../model/entity.ts';
import { publishedPath } from '../openssl/paths.ts';
import { readBytes } from './read.ts';

export interface CredentialFiles {
  readonly key: string;
  readonly fullchain: string;
  readonly ca: string;
}

/** `undefined` where a file is missing or unreadable: then there is nothing to load. */
export function readCredentials(root: string, id: EntityId): CredentialFiles | undefined {
  const key = text(root, id, 'key');
  const ca = text(root, id, 'ca');
  // Where `outputs` leaves fullchain out, the same is in its two parts.
  const fullchain = text(root, id, 'fullchain') ?? joined(text(root, id, 'cert'), text(root, id, 'chain'));
  return key === undefined || ca === undefined || fullchain === undefined
    ? undefined
    : { key, fullchain, ca };
}

function text(root: string, id: EntityId, artifact: Artifact): string | undefined {
  const file = readBytes(join(root, publishedPath(id, artifact)));
  return file.state === 'present' ? file.facts.toString('latin1') : undefined;
}

function joined(cert: string | undefined, chain: string | undefined): string | undefined {
  return cert === undefined ? undefined : cert + (chain ?? '');
}
