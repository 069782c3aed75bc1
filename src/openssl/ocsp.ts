/**
 * `openssl ocsp`: a response from an index that is written for this one call (openssl-ocsp(1)); nothing listens, and nothing
 * is left of the index afterwards.
 */
import type { CertificateStatus } from '../pki/certificate-status.ts';
import type { Signing } from '../x509/signature-write.ts';
import type { Command } from './command.ts';
import { PSS } from './request.ts';
import { opensslTime } from './sign.ts';

/** The files of one call, relative to the folder in which it runs; a certificate of the responder is one of them. */
export const OCSP_FILES = {
  index: 'index.txt',
  ca: 'ca.pem',
  signer: 'signer.pem',
  key: 'signer.key',
} as const;

/** What is answered, into which file, and how. */
export interface OcspCall {
  readonly index: string;
  readonly request: string;
  readonly response: string;
  /** How long the response is good for. */
  readonly minutes: number;
  /** The authority signs itself: clients have its certificate. */
  readonly isOwn: boolean;
  /** What opens its key; `null`: it is not closed. */
  readonly passphrase: string | null;
  readonly signing: Signing;
}

/** Signs the response to a request. */
export function ocspCommand({
  index,
  request,
  response,
  minutes,
  isOwn,
  passphrase,
  signing,
}: OcspCall): Command {
  const { ca, signer, key } = OCSP_FILES;
  return {
    args: [
      ...['ocsp', '-index', index, '-CA', ca, '-rsigner', signer, '-rkey', key],
      ...(passphrase === null ? [] : ['-passin', 'stdin']),
      // By name, not by key (`-resp_key_id`): GnuTLS looks for a key by the identifier in its certificate, which is another.
      ...(isOwn ? ['-resp_no_certs'] : []),
      ...signatureOptions(signing),
      ...['-nmin', String(minutes), '-reqin', request, '-respout', response],
    ],
    input: passphrase === null ? null : `${passphrase}\n`,
  };
}

/** EdDSA and ML-DSA bring their own digest, and then `-rmd` is an error. */
function signatureOptions({ key, digest, isPss }: Signing): readonly string[] {
  const takesDigest = key.startsWith('rsa-') || key.startsWith('ecdsa-');
  return [
    ...(takesDigest ? ['-rmd', digest] : []),
    ...(isPss ? PSS.map((word) => word.replace('-sigopt', '-rsigopt')) : []),
  ];
}

/** The index, as `openssl ca` keeps it: certificates that are not in it are unknown. */
export function ocspIndex(statuses: Iterable<readonly [serial: string, status: CertificateStatus]>): string {
  return [...statuses].map(([serial, status]) => lineOf(serial, status)).join('');
}

/** The end of a certificate has to be some time, and openssl does not look at it: statuses are those that are asked for. */
const SOME_END = '491231235959Z';

function lineOf(serial: string, status: CertificateStatus): string {
  const rest = [numberText(serial), 'unknown', '/CN=certificate'];
  switch (status.kind) {
    case 'good':
      return `${['V', SOME_END, '', ...rest].join('\t')}\n`;
    case 'revoked': {
      const reason = status.reason === null ? '' : `,${status.reason}`;
      return `${['R', SOME_END, `${opensslTime(status.date).slice(2)}${reason}`, ...rest].join('\t')}\n`;
    }
    case 'unknown':
      return '';
  }
}

/** As openssl prints a serial number: it is looked up as a text. */
function numberText(serial: string): string {
  return serial.toUpperCase();
}

/** The files by which a response is judged, relative to the folder in which openssl runs. */
export const STAPLE_FILES = {
  response: 'response.der',
  issuer: 'issuer.pem',
  between: 'between.pem',
  root: 'root.pem',
} as const;

/** As a client judges a response that it was shown: with the root alone as what it trusts. */
export function judgeCommand(serial: string): Command {
  const { response, issuer, between, root } = STAPLE_FILES;
  return {
    args: [
      ...['ocsp', '-respin', response, '-no_nonce', '-issuer', issuer, '-serial', `0x${serial}`],
      ...['-CAfile', root, '-verify_other', between],
    ],
    input: null,
  };
}

/** What is wrong by the words of openssl, which ends with 0 for what is revoked, too (openssl quirk); `null`: nothing. */
export function judgement(stdout: string): string | null {
  const [first = ''] = stdout.split('\n');
  const status = /: (.*)$/.exec(first)?.[1] ?? first;
  return status === 'good' ? null : `openssl says "${status}"`;
}
