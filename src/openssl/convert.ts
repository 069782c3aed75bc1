/** Conversions of PEM: which openssl call turns it into each form. */
import { type Place, partsPath, stagedPath } from '../pki/paths.ts';
import type { Format, Make } from '../plan/make.ts';
import type { Command } from './command.ts';

/** Arguments without the files. @see openssl-x509(1), openssl-crl(1), openssl-crl2pkcs7(1), openssl-pkcs8(1), openssl-pkey(1) */
const CALLS: Readonly<Record<Format, (parts: string) => readonly string[]>> = {
  'certificate-der': (parts) => ['x509', '-in', parts, '-outform', 'DER'],
  'list-der': (parts) => ['crl', '-in', parts, '-outform', 'DER'],
  pkcs7: (parts) => ['crl2pkcs7', '-nocrl', '-certfile', parts],
  'pkcs8-der': (parts) => ['pkcs8', '-topk8', '-nocrypt', '-in', parts, '-outform', 'DER'],
  traditional: (parts) => ['pkey', '-in', parts, '-traditional'],
};

/** From the staged parts to the staged file. */
export function convertCommand(
  { of, format, to }: Extract<Make, { op: 'convert' }>,
  { run }: Pick<Place, 'run'>,
): Command {
  return { args: [...CALLS[format](partsPath(of, to, run)), '-out', stagedPath(of, to, run)], input: null };
}
