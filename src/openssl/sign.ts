/**
 * `openssl ca`: a request becomes a certificate (openssl-ca(1)). `ca` and not `x509 -req`, because on OpenSSL 3.0–3.3
 * it alone takes exact dates, also in the past; its database is thrown away after every run.
 */
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { crossPath, type Place, SCRATCH_FOLDER, stagedPath } from '../pki/paths.ts';
import type { Crossing, Issuance } from '../plan/change.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { policySection } from './distinguished-name.ts';
import { certificateExtensions } from './extensions.ts';

/** @param signer the issuing authority, or the entity itself for a root. */
export function signCommand(
  entity: Entity,
  signer: Entity,
  issuance: Issuance,
  newKey: boolean,
  place?: Place,
): Command {
  const run = place?.run;
  const selfSigned = signer.id === entity.id;
  const key = selfSigned && newKey ? stagedPath(entity.id, 'key', run) : filePath(signer, 'key');
  const by = selfSigned ? ['-selfsign'] : ['-cert', filePath(signer, 'cert')];
  return {
    args: [
      ...['ca', '-batch', '-notext', '-config', '-', ...by, '-keyfile', key],
      ...['-startdate', opensslTime(issuance.notBefore), '-enddate', opensslTime(issuance.notAfter)],
      ...['-in', stagedPath(entity.id, 'csr', run), '-out', stagedPath(entity.id, 'cert', run)],
    ],
    input: signConfig(entity, keySpecText(signer.key), issuance, place),
  };
}

/**
 * A root's request signed by the key and in the name that the root still has in its place: whoever trusts only those
 * finds a way to what hangs from the new ones (RFC 4210 §4.4.1, "new with old").
 */
export function crossCommand(entity: Entity, { issuance, signedWith }: Crossing, place?: Place): Command {
  const run = place?.run;
  return {
    args: [
      ...['ca', '-batch', '-notext', '-config', '-'],
      ...['-cert', filePath(entity, 'cert'), '-keyfile', filePath(entity, 'key')],
      ...['-startdate', opensslTime(issuance.notBefore), '-enddate', opensslTime(issuance.notAfter)],
      ...['-in', stagedPath(entity.id, 'csr', run), '-out', crossPath(entity.id, run)],
    ],
    input: signConfig(crossed(entity), signedWith, issuance, place),
  };
}

/** A root as its cross-certificate shows it: with an issuer. */
function crossed(entity: Entity): Entity {
  return { ...entity, issuer: entity.id };
}

function signConfig(
  entity: Entity,
  signerKey: string,
  { subjectKeyId, name }: Issuance,
  place: Place | undefined,
): string {
  // Without a place, calls are made one at a time.
  const database = place?.database ?? SCRATCH_FOLDER;
  return configText([
    { name: 'ca', entries: [['default_ca', 'issue']] },
    {
      name: 'issue',
      entries: [
        ['database', `${database}/index.txt`],
        ['new_certs_dir', database],
        // One request per call: of several, only the first would get a random serial (159 bits, RFC 5280 §4.1.2.2).
        ['rand_serial', 'yes'],
        ['default_md', digestFor(signerKey)],
        ['policy', 'policy'],
        ['preserve', 'yes'],
        ['string_mask', 'utf8only'],
        ['unique_subject', 'no'],
        // With anything but `none` the request could ask for CA:TRUE and get it.
        ['copy_extensions', 'none'],
        ['x509_extensions', 'extensions'],
      ],
    },
    policySection(name?.subject ?? []),
    ...certificateExtensions(entity, subjectKeyId),
  ]);
}

/** As strong as the key that signs (RFC 5480 §4); Ed25519 and Ed448 bring their own and ignore this. */
function digestFor(key: string): string {
  return { 'ecdsa-p384': 'sha384', 'ecdsa-p521': 'sha512' }[key] ?? 'sha256';
}

/** Four-digit years: with two, openssl means 1951 by `51` (openssl quirk); it picks UTCTime or GeneralizedTime itself. */
export function opensslTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
}
