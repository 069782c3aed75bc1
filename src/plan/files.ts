/** The files of an entity: those that `outputs` can ask for, and one that only roots have. */
import { ARTIFACTS, type Artifact } from '../model/entity.ts';

/** `previous`: certificates that a root had before and that are still trusted, newest first. */
export type ManagedFile = Artifact | 'previous';

export const MANAGED_FILES = [...ARTIFACTS, 'previous'] as const satisfies readonly ManagedFile[];

/** Names below an entity's folder. */
export const FILE_NAMES = {
  key: 'key.pem',
  csr: 'csr.pem',
  cert: 'cert.pem',
  chain: 'chain.pem',
  fullchain: 'fullchain.pem',
  ca: 'ca.pem',
  public: 'public.pem',
  previous: 'previous.pem',
} as const satisfies Record<ManagedFile, string>;
