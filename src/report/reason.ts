/** A reason in words: the current state, and the wanted one. */

import { ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Alteration } from '../plan/alteration.ts';
import type { Reason } from '../plan/reason.ts';
import { isoTime, lengthText } from '../plan/validity.ts';
import { defectText } from '../words/defect.ts';
import { few } from '../words/few.ts';
import { isKnownReason, type RecordedReason, recordedReason } from '../words/recorded.ts';
import { listChange } from './list-change.ts';

/** Free of control characters: a certificate on disk may hold anything, and terminals obey control characters. */
export function reasonText(reason: Reason | RecordedReason): string {
  return visible(wordsOf('findings' in reason ? recordedReason(reason) : reason));
}

/** The same of a line of the ledger: of a reason that only a later version knows, its kind. */
export function recordedText(reason: { readonly kind: string }): string {
  return isKnownReason(reason) ? reasonText(reason) : visible(reason.kind);
}

/** One of `reasons` in docs/json.md. */
export function reasonJson(reason: Reason): RecordedReason & { readonly text: string } {
  return { ...recordedReason(reason), text: reasonText(reason) };
}

/** What a new certificate drops or changes. */
export function alterationText(alteration: Alteration): string {
  if (alteration.kind === 'alters') return visible(changeText(alteration));
  const { extension, critical, value } = alteration;
  return visible(`loses ${critical ? 'critical ' : ''}${extension}${value === null ? '' : `: ${value}`}`);
}

/** One of `alterations` in docs/json.md. */
export function alterationJson(alteration: Alteration): Alteration & { readonly text: string } {
  return { ...alteration, text: alterationText(alteration) };
}

/** Names and usages are lists, of which only a part may change. */
const LISTS: readonly string[] = ['san', 'keyUsage', 'extendedKeyUsage', 'nameConstraints'];

function changeText({ field, before, after }: Record<'field' | 'before' | 'after', string>): string {
  const list = LISTS.includes(field) ? listChange(before, after) : null;
  // A name without attributes has no text.
  return `${field}: ${list ?? `${before || '(none)'} → ${after || '(none)'}`}`;
}

const PASSPHRASE = {
  encrypt: 'key.pem is not encrypted',
  change: 'key.pem has its previous passphrase',
  decrypt: 'key.pem is encrypted',
} as const;

function wordsOf(reason: RecordedReason): string {
  switch (reason.kind) {
    case 'missing':
      return `${ARTIFACTS[reason.artifact].file} is missing`;
    case 'unreadable':
      return `${ARTIFACTS[reason.artifact].file} ${reason.detail}`;
    case 'differs':
      return changeText(reason);
    case 'key-mismatch':
      return 'the certificate does not match the private key';
    case 'shared-key':
      return `the private key is that of ${reason.other}`;
    case 'foreign-issuer':
      return `not signed by the current key of ${reason.issuer}`;
    case 'unrooted':
      return `leads to no root in the file of ${reason.issuer}`;
    case 'issuer-changes':
      return `${reason.issuer} changes`;
    case 'expires':
      return `expires in ${lengthText(reason.seconds)} (${isoTime(reason.notAfter)}); renewal is due ${lengthText(reason.window)} before the end`;
    case 'expired':
      return `expired ${isoTime(reason.notAfter)}`;
    case 'not-yet-valid':
      return `not valid before ${isoTime(reason.notBefore)}`;
    case 'mode':
      return `${ARTIFACTS[reason.artifact].file} has mode ${octal(reason.before)}, not ${octal(reason.after)}`;
    case 'owner':
      return `${reason.of} of ${few(reason.files.map(fileText))}: ${reason.before} → ${reason.after}`;
    case 'weak':
      return `${reason.what} is weaker than libraries accept`;
    case 'defect':
      return defectText(reason.defect, reason.what);
    case 'stale':
      return `${ARTIFACTS[reason.artifact].file} is out of date`;
    case 'passphrase':
      return PASSPHRASE[reason.change];
    case 'password':
      return `${ARTIFACTS[reason.artifact].file} has another password`;
    case 'trusts':
      return trustsText(reason);
    case 'distrusts':
      return `no longer ${distrustsText(reason)}`;
    case 'unwanted':
      return `${ARTIFACTS[reason.artifact].file} is no longer needed`;
    case 'keeps-trust':
      return `the current certificate stays trusted until ${isoTime(reason.notAfter)}, or until "pki retire"${reason.signsNew ? ', and signs the new one' : ''}`;
    case 'new-trust':
      return `previous.pem names a root that ca.pem does not hold, and every peer is to trust it: ${reason.subject}`;
    case 'unknown-trust':
      return `previous.pem names a root that was neither made nor taken over here, and everyone is to trust it: ${reason.subject} (SHA-256 ${short(reason.fingerprint)})`;
    case 'unproven':
      return `previous.pem holds a certificate that none of the roots in it has signed, and no chain shows it: ${reason.subject} (SHA-256 ${short(reason.fingerprint)})`;
    case 'unknown-key':
      return `has a key that it never had before, made by another hand (SHA-256 of the public key: ${short(reason.keyId)})`;
    case 'lost-trust':
      return `ca.pem holds ${reason.count} earlier ${reason.count === 1 ? 'root' : 'roots'} that previous.pem no longer names: they are no longer trusted`;
    case 'drops-trust':
      return `a previous certificate is no longer trusted: ${reason.why} (${isoTime(reason.notAfter)})`;
    case 'publish':
      return `publish: ${reason.before} → ${reason.after}${reason.detail === '' ? '' : ` (${reason.detail})`}`;
    case 'moved':
      return `place: ${reason.from} → ${reason.to} (the old files stay)`;
    case 'foreign-list':
      return 'crl.pem is not of its current key and name';
    case 'revokes':
      return revokesText(reason);
    case 'list-expires':
      return `crl.pem ends in ${lengthText(reason.seconds)} (${isoTime(reason.nextUpdate)}); the next is due ${lengthText(reason.window)} before the end`;
    case 'list-expired':
      return `crl.pem ended ${isoTime(reason.nextUpdate)}: what checks it refuses every certificate`;
    case 'list-changes':
      return `${reason.of} makes its next revocation list`;
    case 'revoked':
      return `revoked${reason.reason === null ? '' : `: ${reason.reason}`}`;
    case 'listed':
      return `its certificate is on the revocation list of ${reason.issuer} (serial ${reason.serial})`;
    case 'requested':
      return 'requested';
    case 'not-in-manifest':
      return reason.notAfter === undefined
        ? 'no longer in the manifest'
        : `no longer in the manifest; its certificate is valid until ${isoTime(reason.notAfter)}`;
    default:
      return unreachable(reason);
  }
}

function trustsText({ root, fingerprints, extent }: Extract<Reason, { kind: 'trusts' }>): string {
  return extent === 'all'
    ? `trusts ${root}`
    : `trusts ${fingerprints.length} more of the certificates of ${root}`;
}

function distrustsText({ root, fingerprints, extent }: Extract<Reason, { kind: 'distrusts' }>): string {
  if (root === null) return `trusts what the manifest does not name: SHA-256 ${few(fingerprints.map(short))}`;
  return extent === 'all' ? `trusts ${root}` : `trusts ${fingerprints.length} of the certificates of ${root}`;
}

function revokesText({ of, serials }: Extract<Reason, { kind: 'revokes' }>): string {
  const what = serials.length === 1 ? `serial ${serials[0]}` : `${serials.length} certificates`;
  return `revokes ${what}${of === null ? '' : ` of ${of}`}`;
}

/** Enough of a hash to find it by; JSON has all of it. */
function short(hash: string): string {
  return `${hash.slice(0, 16)}…`;
}

function fileText(file: Artifact | 'folder'): string {
  return file === 'folder' ? 'the folder' : ARTIFACTS[file].file;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
