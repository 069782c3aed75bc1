/** Remarks on files that stay as they are, in words. */
import { ARTIFACTS } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Remark } from '../plan/remark.ts';
import { isoTime } from '../plan/validity.ts';
import { few } from './few.ts';

const REFUSERS = {
  all: 'all who trust only its former certificate, from which nothing leads to them',
  strict:
    'Go, GnuTLS, mbed TLS and pyca where they trust only its former certificate, whose pathLength leaves no room for a cross-certificate',
} as const;

/** What is missing, what comes of it, and both ways out. */
function unbroughtText({
  entity,
  path,
  trusting,
  presented,
}: Extract<Remark, { kind: 'unbrought' }>): string {
  const lacks = [
    ...(trusting.length === 0 ? [] : [`no "ca" for its former certificate (${few(trusting)})`]),
    ...(presented.length === 0
      ? []
      : [`no "fullchain" for what leads from the former certificate to theirs (${few(presented)})`]),
  ];
  return visible(
    `${entity}: old and new files will refuse each other, because some have ${lacks.join(', and ')}: add these to "outputs" first, or bring "${path}" along, to be trusted beside the certificate of the root and shown behind those below it`,
  );
}

function unseenText({ what, asked, entities }: Extract<Remark, { kind: 'unseen' }>): string {
  const files = what === 'keys' ? 'private keys' : 'files';
  const why = asked && what === 'keys' ? 'were not looked at' : 'may not be read by this user';
  return `${files} of ${few(entities)} ${why}: nothing is planned because of them`;
}

/** A sentence of its own, free of control characters. */
export function remarkText(remark: Remark): string {
  switch (remark.kind) {
    case 'renamed': {
      const { before, after } = remark.reason;
      return visible(`${remark.entity}: the next renewal changes its subject: ${before} → ${after}`);
    }
    case 'differs': {
      const { field, before, after } = remark.reason;
      const [only = '', ...more] = remark.entities;
      const asked = more.length === 0 ? only : 'NAME';
      return visible(
        `${few(remark.entities)}: ${field} differs: ${before} → ${after} at the next renewal${remark.isAway ? '' : `, or by "pki rotate ${asked}"`}`,
      );
    }
    case 'unlisted': {
      const which = few(remark.serials.map((serial) => `certificate ${serial}`));
      const whom = remark.readers.length === 0 ? 'all that read lists' : few(remark.readers);
      return visible(
        `${remark.entity}: ${which} is revoked, and on no list of the former key that signed it, because that key signs no further list here: ${whom} will accept it with chains of before, until "pki retire ${remark.entity}"`,
      );
    }
    case 'left-list': {
      const end = remark.nextUpdate === null ? '' : ` on ${isoTime(remark.nextUpdate)}`;
      return visible(
        `${remark.entity}: "${remark.path}" is not made any more, and stays: what goes on reading it refuses everyone once it has ended${end}`,
      );
    }
    case 'zero-serial':
      return `${remark.entity}: its serial number is zero, which RFC 5280 forbids and verifiers take in a root`;
    case 'group-readable':
      return `${remark.entity}: its ${ARTIFACTS[remark.artifact].file} can also be read by the group that it was given to (number ${remark.group}), and stays so`;
    case 'request-ignored':
      return visible(
        `${remark.entity}: its request also asks for what the manifest does not say, which is ignored: ${remark.ignored.join('; ')}`,
      );
    case 'shared-key': {
      const [first, ...others] = remark.entities;
      return `one private key serves ${remark.entities.join(', ')}: "pki rotate ${others.join(' ') || first}" gives each its own`;
    }
    case 'misplaced-keys':
      return visible(misplacedText(remark));
    case 'offline-key':
      return visible(
        `${remark.entity}: its key is declared offline, and "${remark.path}" is there: move it to the machine where it belongs; nothing here signs with it`,
      );
    case 'left-key':
      return visible(leftKeyText(remark));
    case 'also-trusted':
      return visible(
        `${remark.entity}: "${remark.path}" also holds what the manifest does not name, and programs that are given the file trust it: take it out, and find out who put it there: SHA-256 ${few(remark.fingerprints)}`,
      );
    case 'left-files':
      return visible(leftFilesText(remark));
    case 'unknown':
      return `unknown whether files under a password are up to date, because the password is not to be had, and they stay: ${few(remark.entities)}`;
    case 'unseen':
      return unseenText(remark);
    case 'unbrought':
      return unbroughtText(remark);
    case 'same-name':
      return `${remark.entity}: ca.pem holds two roots of one name until "pki retire", and an OpenVPN server does not start with that: give it another commonName together with its new key`;
    case 'no-way':
      return `${remark.entity}: ${few(remark.refused)} will be refused by ${REFUSERS[remark.by]}: bring the new ca.pem to every peer before the new certificates`;
    case 'early-end':
      return `${remark.entity}: peers with the new ca.pem refuse earlier chains: "pki retire ${remark.intermediates.join(' ')}" first gives every peer chains that both accept`;
    default:
      return unreachable(remark);
  }
}

function leftFilesText({ entity, paths }: Extract<Remark, { kind: 'left-files' }>): string {
  const [are, them, read] = paths.length === 1 ? ['is', 'it', 'reads it'] : ['are', 'them', 'reads them'];
  const names = few(paths.map((path) => `"${path}"`));
  return `${entity}: ${names} ${are} not asked for any more, and ${paths.length === 1 ? 'stays' : 'stay'}: remove ${them} once nothing ${read}`;
}

function leftKeyText({ entity, path, isCertified }: Extract<Remark, { kind: 'left-key' }>): string {
  return isCertified
    ? `${entity}: its certificate is for the key in "${path}", though its key is on a token: unless the token has the same one, "pki rotate ${entity}" takes that of the token into use; then remove the file`
    : `${entity}: "${path}" is still there, though its key is on a token: nothing here uses it; remove it once no program does`;
}

/** As long as nothing is issued for the key that is there, moving the files back is all that it takes. */
function misplacedText({ keys, isCircle }: Extract<Remark, { kind: 'misplaced-keys' }>): string {
  const [first, second, ...more] = keys;
  if (first === undefined) return '';
  const all = few(keys.map(({ entity }) => entity));
  if (isCircle && second !== undefined && more.length === 0)
    return `the private keys of ${first.entity} and ${second.entity} are swapped: exchange "${first.place}" and "${first.path}" before you apply, and nothing is due because of them`;
  const moves = few(keys.map(({ path, place }) => `"${path}" to "${place}"`));
  const what = second === undefined ? `the private key of ${all} is` : `the private keys of ${all} are`;
  const away = isCircle ? '' : `; keep what is in "${first.place}", if anything is`;
  return `${what} in ${isCircle ? 'a circle, each in the place of another' : "another's place"}: move ${moves} before you apply${away}`;
}
