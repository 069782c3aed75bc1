/** What a check found, in words: one paragraph for each cause, with the way out. */
import type { Shown } from '../live/chain.ts';
import type { Problem, Remark } from '../live/findings.ts';
import { visible } from '../pki/printable.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from '../words/advice.ts';
import { type Words, worded } from '../words/table.ts';

/** Alerts (RFC 8446 §6.2) and errors of the system, as they end a connection. */
const CODES: Readonly<Record<string, string>> = {
  CLOSED: 'it closed the connection without an alert',
  ECONNRESET: 'it broke the connection off',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name has no address',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no route leads there',
  ENETUNREACH: 'no route leads there',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'no agreement, or it wants a certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the root',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it finds the certificate bad',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not take the certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'it finds the certificate expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'it finds the certificate revoked',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'it finds the certificate made for another use',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'it denies access',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'it finds a signature wrong',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'no version of TLS in common',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'it knows no such name',
  HTTP_400: 'it answers 400 above TLS, as nginx does',
  HTTP_401: 'it answers 401 above TLS',
  HTTP_403: 'it answers 403 above TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what it answers is not TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what it answers is not TLS',
  ERR_SSL_HTTP_REQUEST: 'what it answers is not TLS',
};

/** `it wants a certificate (ERR_…)`. */
export function codeText(code: string): string {
  const says = CODES[code];
  return visible(says === undefined ? code : `${says} (${code})`);
}

/** `CN=api, serial 4f…, 2026-11-26 to 2027-02-24`. */
export function shownText({ subject, serial, notBefore, notAfter }: Shown): string {
  return visible(`${subject || '(no subject)'}, serial ${serial}, ${day(notBefore)} to ${day(notAfter)}`);
}

function day(seconds: number): string {
  return isoTime(seconds).slice(0, 10);
}

const RELOAD = 'let the server read its files again (a reload or restart of it), then check again';

const PROBLEMS = (place: string): Words<Problem, Advice> => ({
  unreachable: ({ code }) => ({
    problem: `no connection to ${place}: ${codeText(code)}`,
    hint: 'check host and port, and that the server runs',
  }),
  'timed-out': ({ connected }) => ({
    problem: connected
      ? `${place} takes connections, and then says nothing within the time`
      : `no connection to ${place} within the time`,
    hint: connected
      ? 'a server that speaks first, or that begins without TLS, needs --starttls'
      : 'a firewall may drop the packets; --timeout sets another limit',
  }),
  'no-starttls': ({ said }) => ({
    problem: `${place} does not begin TLS when asked: ${said === '' ? 'it ended the connection' : `it said "${visible(said)}"`}`,
    hint: 'switch TLS on in its configuration, or name another protocol with --starttls',
  }),
  'no-tls': ({ code }) => ({
    problem: `no handshake with ${place} gets as far as a certificate: ${codeText(code)}`,
    hint: 'does TLS begin right away on this port? Mail, LDAP and databases need --starttls',
  }),
  'other-certificate': ({ server, served, disk }) => ({
    problem: `it does not serve the certificate of ${server} on disk: it serves ${shownText(served)}; on disk is ${shownText(disk)}`,
    hint:
      served.subject === disk.subject && served.notBefore <= disk.notBefore
        ? RELOAD
        : `is this the server of ${server}? If it is, give it the files of that folder, and ${RELOAD}`,
  }),
  expired: ({ certificate }) => ({
    problem: `a certificate has expired: ${shownText(certificate)}`,
    hint: `"pki apply" renews what is due; then ${RELOAD}`,
  }),
  'not-yet-valid': ({ certificate }) => ({
    problem: `a certificate is not valid yet: ${shownText(certificate)}`,
    hint: 'compare the clock of this machine with that of the one that issued it',
  }),
  'wrong-name': ({ name, names }) => ({
    problem: `its certificate is not for "${visible(name)}", but for ${visible(names) || 'no name at all'}`,
    hint: 'add the name to "san" and apply, or ask for another one with --name',
  }),
  'missing-issuer': ({ of }) => ({
    problem: visible(
      `the issuer of "${of.subject}" is missing: the server does not send "${of.issuer}", and it is no trusted root`,
    ),
    hint: 'let the server load fullchain.pem (its certificate and those above it), not cert.pem',
  }),
  'unknown-root': ({ root }) => ({
    problem: `what it serves leads to a root that is not trusted: ${shownText(root)}`,
    hint: 'its files are of another PKI, or clients need this root: compare its fingerprint',
  }),
  'client-refused': ({ client, code }) => ({
    problem: `it refuses ${client}: ${codeText(code)}`,
    hint: `the server needs the root of ${client} in the file of CAs that it takes clients from (ca.pem)`,
  }),
  'anyone-let-in': ({ asks }) => ({
    problem:
      asks === true
        ? 'it asks for a client certificate, and lets in who has none'
        : 'it lets clients in that have no certificate',
    hint: 'switch the verification of clients on ("require", not "optional"), with ca.pem as what it trusts',
  }),
  'foreign-let-in': () => ({
    problem: 'it lets in a client of a CA that it cannot know',
    hint: 'let the server verify clients against ca.pem, and require it',
  }),
  'no-files': ({ server }) => ({
    problem: `${server} has no certificate here to compare with`,
    hint: '"pki apply" makes it',
  }),
});

/** What is wrong, and the way out. @param place host and port. */
export function problemAdvice(problem: Problem, place: string): Advice {
  return worded(PROBLEMS(place), problem);
}

const REMARKS: Words<Remark> = {
  'decided-above': () =>
    'TLS alone lets in who has no certificate, though the server asks for one: what comes after has to require it (clientcert of pg_hba.conf, REQUIRE X509)',
  'old-versions': () => 'it still speaks TLS 1.0 or 1.1, which RFC 8996 forbids',
  'root-sent': ({ root }) => `it sends its root as well, which clients do not need: ${shownText(root)}`,
  surplus: ({ certificates }) =>
    `it sends what does not belong to its chain: ${certificates.map(shownText).join('; ')}`,
  'long-chain': ({ count }) => `it sends ${count} certificates: mbed TLS and wolfSSL stop at about nine`,
};

/** A sentence. */
export function checkRemarkText(remark: Remark): string {
  return worded(REMARKS, remark);
}

/** Where a server is said to listen, and what is said cannot be read. */
export function noEndpoint(text: string): Advice {
  return {
    problem: `"${visible(text)}" is not a host and a port`,
    hint: 'write it as api.example.test:8443, 127.0.0.1:8443 or [::1]:8443',
  };
}

/** Which server is to be asked is not said, or said twice. */
export function whichServer(isTwice: boolean): Advice {
  return isTwice
    ? {
        problem: '"--all" asks every server of the manifest that has an address, and one was named as well',
        hint: 'leave one of the two out; "--as", "--name" and "--starttls" are for one server',
      }
    : { problem: 'no server was named', hint: 'write "pki check host:port", or "pki check --all"' };
}

/** No entry says where it listens. */
export function noAddresses(): Advice {
  return {
    problem: 'no server or peer of the manifest has an address',
    hint: 'add "address: host:port" to those that can be reached from here',
  };
}
