/** The files of an entity, as a TLS library takes them. */
import type { Entity } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { Keyring } from '../store/keyring.ts';
import { readCredentials } from '../store/observe/credentials.ts';
import { Secrets } from '../store/secrets.ts';
import { UserError } from '../words/user-error.ts';
import type { Project } from './project.ts';

/** Ready for `tls.createServer`, `tls.connect`, `https.Agent` and what takes the same names: PEM, one text each. */
export interface Credentials {
  /** The private key. */
  readonly key: string;
  /** The certificate, and the authorities between it and the root. */
  readonly cert: string;
  /** The roots that it trusts. */
  readonly ca: string;
}

/**
 * What a server, client or peer of the manifest loads, wherever its files are.
 * @param name `servers/api`, or `api` where only one has that name.
 * @throws UserError where there is none of that name, or it has no files to load yet.
 */
export async function credentials(project: Project, name: string): Promise<Credentials> {
  return credentialsNow(project, name);
}

/** The same at once. */
export function credentialsNow({ root, inventory }: Project, name: string): Credentials {
  const entity = leafCalled(name, inventory.entities);
  const keyring = new Keyring(new Secrets(root, inventory));
  const files = readCredentials(root, entity, byIdOf(inventory.entities), keyring);
  if (files === undefined) throw new UserError({ kind: 'no-credentials', entity: entity.id });
  return { key: files.key, cert: files.fullchain, ca: files.ca };
}

function leafCalled(name: string, entities: readonly Entity[]): Entity {
  const leaves = entities.filter(({ kind }) => kind !== 'authority');
  const found = leaves.filter((entity) => entity.id === name || entity.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new UserError({ kind: 'no-such-leaf', name, ids: found.map(({ id }) => id) });
  return only;
}
