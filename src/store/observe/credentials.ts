/** What a TLS server or client loads of an entity's files. */

import type { Artifact } from '../../pki/artifact.ts';
import { type Entity, unreachable } from '../../pki/entity.ts';
import { type ById, byIdOf } from '../../pki/issuers.ts';
import { RULES } from '../../plan/artifacts/rules.ts';
import { chainParts, type Part, trustParts } from '../../plan/parts.ts';
import { listText } from '../../x509/crl.ts';
import { type CertificateFacts, fingerprintsOf } from '../../x509/facts.ts';
import { certificateBlocks, certificatesText, parseCertificates } from '../../x509/parse.ts';
import { pemText } from '../../x509/pem.ts';
import { sha256 } from '../../x509/public-key.ts';
import { parseEarlier, type Rollover, rolloverOf } from '../../x509/rollover.ts';
import { Keyring } from '../keyring.ts';
import { readPublished } from '../symlinks/read.ts';
import { readArchived } from './archived.ts';
import { readEarlierRoots } from './trusted-roots.ts';

/** PEM texts: the private key, the leaf with the authorities between it and the root, and the roots that it trusts. */
export interface CredentialFiles {
  readonly key: string;
  readonly fullchain: string;
  readonly ca: string;
  /** The revocation lists that it is given; absent: none. */
  readonly crl?: string;
}

/**
 * `undefined` where a file is missing or unreadable: then there is nothing to load. Bundles that `outputs` leaves out
 * are put together from the certificates that they would hold, as a deployment has to do.
 */
export function readCredentials(
  root: string,
  entity: Entity,
  byId: ById,
  keyring = new Keyring(),
): CredentialFiles | undefined {
  const load = (artifact: 'fullchain' | 'ca'): string | undefined =>
    entity.outputs.includes(artifact)
      ? readText(root, entity, artifact)
      : joined(RULES[artifact].parts(entity, byId).map((part) => partText(root, part, byId)));
  const key = keyText(root, entity, keyring);
  const fullchain = load('fullchain');
  const ca = load('ca');
  if (key === undefined || ca === undefined || fullchain === undefined) return undefined;
  return { key, fullchain, ca, ...listsOf(root, entity) };
}

/** Of the file that its programs read. */
function listsOf(root: string, entity: Entity): Pick<CredentialFiles, 'crl'> {
  const file = LIST_FILES.find((one) => entity.outputs.includes(one));
  const text = file === undefined ? undefined : readText(root, entity, file);
  return text === undefined ? {} : { crl: listText(Buffer.from(text, 'latin1')) };
}

/**
 * The same of an entity that is revoked: its key and its certificate are in the archive, and the rest in its place.
 * `undefined` where either is not there.
 */
export function archivedCredentials(
  root: string,
  entity: Entity,
  byId: ById,
  keyring: Keyring,
): CredentialFiles | undefined {
  const key = readArchived(root, entity.id, 'key');
  const cert = readArchived(root, entity.id, 'cert');
  const join = (parts: readonly Part[]): string | undefined =>
    joined(parts.map((part) => partText(root, part, byId)));
  const [chain, ca] = [join(chainParts(entity, byId)), join(trustParts(entity))];
  if (key === undefined || cert === undefined || chain === undefined || ca === undefined) return undefined;
  const text = keyring.plain(entity, key).toString('latin1');
  return { key: text, fullchain: `${cert.toString('latin1')}${chain}`, ca };
}

/** Lists without certificates first. */
const LIST_FILES = ['crls', 'ca-crls'] as const satisfies readonly Artifact[];

/** Plain where it can be opened: in memory alone. */
function keyText(root: string, entity: Entity, keyring: Keyring): string | undefined {
  const text = readText(root, entity, 'key');
  return text === undefined
    ? undefined
    : keyring.plain(entity, Buffer.from(text, 'latin1')).toString('latin1');
}

/** Whether there is a private key in its place, whatever it is. */
export function hasKey(root: string, entity: Entity): boolean {
  return readPublished(root, entity, 'key').state !== 'missing';
}

/** Whether there is a key that no passphrase which is to be had opens. */
export function hasClosedKey(root: string, entity: Entity, keyring: Keyring): boolean {
  const text = entity.passphrase === undefined ? undefined : readText(root, entity, 'key');
  return text !== undefined && keyring.open(entity, Buffer.from(text, 'latin1')).state === 'closed';
}

/** The roots among these that are there, with what a rollover still trusts; PEM, one certificate each. */
export function readRoots(root: string, entities: readonly Entity[]): readonly string[] {
  const roots = entities.filter(({ kind, issuer }) => kind === 'authority' && issuer === null);
  const byId = byIdOf(entities);
  const parts = trustParts({ trust: roots.map(({ id }) => id) });
  const texts = parts.map((part) => partText(root, part, byId) ?? '');
  return certificateBlocks(Buffer.from(texts.join(''))).map((der) => pemText('CERTIFICATE', der));
}

function partText(root: string, part: Part, byId: ById): string | undefined {
  const entity = byId.get(part.of);
  if (entity === undefined) return undefined;
  switch (part.kind) {
    case 'key':
      return readText(root, entity, 'key');
    case 'certificate':
      return entity.elsewhere ? presentedText(root, entity, 0, 1) : readText(root, entity, 'cert');
    case 'presented':
      return presentedText(root, entity, 1);
    case 'joint':
      // Who deploys files may show either; the plan knows which of them chains have.
      return joined([readText(root, entity, 'cert'), partText(root, { kind: 'cross', of: part.root }, byId)]);
    case 'routes':
      return rolloverText(root, entity, ({ routes }) => routes);
    case 'earlier':
      return rolloverText(root, entity, () => readEarlierRoots(root, entity));
    case 'cross':
      return rolloverText(root, entity, ({ cross }) => cross);
    case 'list':
      return readText(root, entity, 'crl');
    case 'former-lists':
      return readText(root, entity, 'former-crls') ?? '';
    default:
      return unreachable(part);
  }
}

/** Some of the certificates of its file, which is that of another hand. */
function presentedText(root: string, entity: Entity, from: number, to?: number): string | undefined {
  const file = readPublished(root, entity, 'cert');
  if (file.state !== 'present') return undefined;
  return certificatesText(certificateBlocks(file.facts).slice(from, to));
}

/** Most roots have no such file. */
function rolloverText(
  root: string,
  entity: Entity,
  which: (rollover: Rollover) => readonly CertificateFacts[],
): string {
  const file = readPublished(root, entity, 'previous');
  if (file.state !== 'present') return '';
  const cert = readPublished(root, entity, 'cert');
  const [own] = cert.state === 'present' ? readable(parseCertificates, cert.facts) : [];
  const rollover = rolloverOf(readable(parseEarlier, file.facts), own?.keyId ?? null);
  const wanted = new Set(fingerprintsOf(which(rollover)));
  return certificatesText(certificateBlocks(file.facts).filter((der) => wanted.has(sha256(der))));
}

/** A damaged file adds no trust; the plan reports it. */
function readable<Facts>(parse: (bytes: Buffer) => readonly Facts[], bytes: Buffer): readonly Facts[] {
  try {
    return parse(bytes);
  } catch {
    return [];
  }
}

function readText(root: string, entity: Entity, artifact: Artifact): string | undefined {
  const bytes = readPublished(root, entity, artifact);
  return bytes.state === 'present' ? bytes.facts.toString('latin1') : undefined;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('');
}
