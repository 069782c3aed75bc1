/** Objections to something that was made, in words: the end of an error, never all of it. */
import type { EncodedExtension, Objection } from '../plan/objection.ts';
import type { Reason } from '../plan/reason.ts';
import { isoTime } from '../plan/validity.ts';
import { type Words, worded } from './table.ts';

const WORDS: Words<Objection> = {
  key: ({ before, after }) => `the key is ${before}, not ${after}`,
  'request-key': () => 'the request is for another key',
  'request-signature': () => 'the signature of the request does not match its key',
  request: ({ reason }) => `the request differs, ${differenceText(reason)}`,
  certificate: ({ reason }) => `the certificate differs, ${differenceText(reason)}`,
  'certificate-key': () => 'the certificate is for another key',
  'certificate-signature': () => 'the certificate is not signed by its issuer',
  'issuer-name': () => 'the certificate names another issuer',
  'subject-octets': () => 'the subject is encoded in another way than asked',
  'not-before': ({ found }) => `notBefore is ${isoTime(found)}`,
  'not-after': ({ found }) => `notAfter is ${isoTime(found)}`,
  serial: ({ serial }) => `the serial number ${serial} is not 12 to 20 random octets`,
  extensions: ({ surplus, missing }) =>
    `the extensions are not as asked: ${[
      ...surplus.map((one) => `${extensionText(one)} was not asked for`),
      ...missing.map((one) => `${extensionText(one)} is missing`),
    ].join(', ')}`,
};

/** A clause about the file that was made. */
export function objectionText(objection: Objection): string {
  return worded(WORDS, objection);
}

function differenceText(reason: Reason): string {
  if (reason.kind === 'defect')
    return [reason.defect, ...(reason.what === null ? [] : [reason.what])].join(' ');
  if (reason.kind === 'differs') return `${reason.field} is ${reason.before}, not ${reason.after}`;
  return reason.kind === 'weak' ? reason.what : reason.kind;
}

/** `critical keyUsage 03020780`. */
function extensionText({ name, critical, value }: EncodedExtension): string {
  return `${critical ? 'critical ' : ''}${name} ${value}`;
}
