/** Private keys as they are found: plain, opened, or taken for that of the certificate beside them. */
import { modeOf } from '../../pki/artifact.ts';
import type { Entity } from '../../pki/entity.ts';
import { messageOf } from '../../pki/errors.ts';
import type { KeyClosure } from '../../plan/blockage.ts';
import type { EntityObservation, FileState, KeyLock, KeyState, Sight } from '../../plan/observation.ts';
import { certificateSpki } from '../../x509/certificate.ts';
import type { CertificateFacts, KeyFacts } from '../../x509/facts.ts';
import { certificateDer } from '../../x509/parse.ts';
import { EncryptedKeyError, ForeignKeyError } from '../../x509/parse-key.ts';
import { keyIdentifier } from '../../x509/public-key.ts';
import type { Opened } from '../keyring.ts';
import { blockedBy } from './read.ts';
import type { Reader } from './reader.ts';

/** A key file, and what is in it once it is open; `null` where there is no plain file. */
export interface FoundKey {
  readonly file: FileState<Buffer>;
  readonly opened: Opened | null;
}

/** Opens it, where it is under a passphrase that is to be had. */
export function openedKeyFile(entity: Entity, file: FileState<Buffer>, reader: Reader): FoundKey {
  const keyring = reader.keyringFor(entity.id);
  return { file, opened: file.state === 'present' ? keyring.open(entity, file.facts) : null };
}

/** The same as a file in plain text, for readers that know nothing of passphrases. */
export function plainFile({ file, opened }: FoundKey): FileState<Buffer> {
  if (file.state !== 'present' || opened === null || opened.state === 'closed') return file;
  return { ...file, facts: opened.pem };
}

/** @param cert beside it, and its file. */
export function observeKey(
  entity: Entity,
  found: FoundKey,
  cert: FileState<CertificateFacts>,
  certFile: FileState<Buffer>,
  reader: Reader,
  sight: Sight,
): KeyState {
  const file = plainFile(found);
  if (file.state === 'unknown') return supposedKey(entity, cert, certFile) ?? file;
  if (file.state !== 'present') return file;
  if (found.opened?.state === 'closed') return closedState(found.opened.why, file, cert, certFile, sight);
  const lock = found.opened?.state === 'opened' ? { lock: found.opened.by } : {};
  try {
    return { ...file, facts: reader.read('key', file.facts), ...lock };
  } catch (error) {
    if (error instanceof EncryptedKeyError) return { state: 'encrypted', why: { kind: 'unstated' } };
    if (error instanceof ForeignKeyError) return blockedBy({ kind: 'foreign-key', format: error.format });
    return { state: 'garbage', detail: messageOf(error) };
  }
}

/** Out of sight: that of the certificate, unless its place is elsewhere, where a file here would be one too many. */
function supposedKey(
  { keyPlace }: Entity,
  cert: FileState<CertificateFacts>,
  certFile: FileState<Buffer>,
): KeyState | undefined {
  return keyPlace === undefined ? keyOf({ mode: modeOf('key') }, cert, certFile, 'unseen') : undefined;
}

/** On a token: as that showed it, or else the one of the certificate. Whatever file is in its place is not it. */
export function observeTokenKey(
  { id }: Entity,
  cert: FileState<CertificateFacts>,
  certFile: FileState<Buffer>,
  { tokens }: Reader,
): KeyState {
  const rights = { mode: modeOf('key') };
  const shown = tokens.of(id);
  if (shown !== undefined) return { ...rights, state: 'present', facts: shown.facts };
  return keyOf(rights, cert, certFile, 'on-token') ?? { state: 'missing' };
}

/** The key that is in a file of an entity which has its own on a token. */
export function leftKeyOf(
  { token }: Entity,
  found: FoundKey,
  reader: Reader,
): Pick<EntityObservation, 'leftKey'> {
  const file = plainFile(found);
  if (token === undefined || file.state !== 'present') return {};
  try {
    return { leftKey: reader.read('key', file.facts).keyId };
  } catch {
    // Whatever it is, it is in the place of a key.
    return { leftKey: null };
  }
}

/** Nothing says that it is another key than that of the certificate, and the next run that needs it opens it. */
function closedState(
  why: KeyClosure,
  file: Extract<FileState<Buffer>, { readonly state: 'present' }>,
  cert: FileState<CertificateFacts>,
  certFile: FileState<Buffer>,
  sight: Sight,
): KeyState {
  if (why.kind !== 'no-secret') return { state: 'encrypted', why };
  const state = sight === 'all' ? 'encrypted' : 'unknown';
  return keyOf(file, cert, certFile, 'assumed') ?? { state, why };
}

/** The key of the certificate beside it; `undefined` where there is none to read. */
function keyOf(
  rights: { readonly mode: number },
  cert: FileState<CertificateFacts>,
  certFile: FileState<Buffer>,
  lock: Exclude<KeyLock, 'stated' | 'previous'>,
): KeyState | undefined {
  if (cert.state !== 'present' || certFile.state !== 'present') return undefined;
  const { keyId, keySpec: spec } = cert.facts;
  const identifier = keyIdentifier(certificateSpki(certificateDer(certFile.facts)));
  const facts: KeyFacts = { keyId, spec, keyIdentifier: identifier };
  return { ...rights, state: 'present', facts, lock };
}
