/** The database of `openssl ca`, which easy-rsa and many scripts call index.txt: which certificates are revoked. */
import type { CertificateFacts } from '../x509/facts.ts';
import { withoutMark } from '../x509/pem.ts';

/** A revoked certificate: a line that says `R`. */
export interface DatabaseRecord {
  /** As in `CertificateFacts`. */
  readonly serial: string;
  /** Seconds since 1970; `null` where it cannot be read. */
  readonly date: number | null;
  /** As openssl writes it: `keyCompromise`, `CACompromise`. */
  readonly reason: string | null;
  /** `/C=SE/CN=api`, as X509_NAME_oneline() writes names. */
  readonly subject: string;
  /** When the certificate ends, in seconds since 1970; `null` where it cannot be read. */
  readonly notAfter: number | null;
}

/** Status, expiry, revocation with its reason, serial number, file, subject. */
const LINE = /^([VRE])\t(\d{12,14}Z)?\t([^\t]*)\t([0-9A-Fa-f]+)\t[^\t]*\t([^\t]*)$/;

/**
 * The revoked certificates; `null` for a file that is not a database. Other lines do not bring them back: openssl skips comments,
 * and nothing else has lines like these.
 */
export function revokedRecords(text: string): readonly DatabaseRecord[] | null {
  const lines = withoutMark(text).split(/\r?\n/);
  const records = lines.map((line) => LINE.exec(line)).filter((match) => match !== null);
  if (records.length === 0) return null;
  return records.flatMap(([, status, end = '', revoked = '', serial = '', subject = '']) => {
    return status === 'R' ? [{ ...recordOf(revoked, serial, subject), notAfter: dateOf(end) }] : [];
  });
}

function recordOf(revoked: string, serial: string, subject: string): Omit<DatabaseRecord, 'notAfter'> {
  const [date = '', reason = null] = revoked.split(',');
  return {
    serial: serial
      .toLowerCase()
      .replace(/^0+(?=..)/, '')
      .replace(/^(?=(..)*.$)/, '0'),
    date: dateOf(date),
    reason,
    subject,
  };
}

/** `260131120000Z` or `20260131120000Z`; two-digit years from 50 on are 19xx (RFC 5280 §4.1.2.5.1). */
function dateOf(text: string): number | null {
  const full = text.length === 13 ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  if (year === undefined) return null;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time / 1000;
}

/** Serial numbers of this many hex digits are random, and so belong to one certificate only. */
const UNIQUE = 16;

/** A database does not name its authority: a short serial number has to come with the subject. */
export function isOnRecord({ serial, subject }: DatabaseRecord, facts: CertificateFacts): boolean {
  return serial === facts.serial && (serial.length >= UNIQUE || decoded(subject) === oneline(facts));
}

function oneline({ subject }: CertificateFacts): string {
  return subject.map(({ type, value }) => `/${type}=${value}`).join('');
}

/** Anything but printable ASCII is written as `\xC3`. */
function decoded(text: string): string {
  const octets = text.replaceAll(/\\x([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(octets, 'latin1').toString('utf8');
}
