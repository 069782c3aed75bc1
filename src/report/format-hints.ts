/** Hints on files in other formats than PEM. */
import { conversionOf } from '../words/key-format.ts';
import type { KeyFormat } from '../x509/key-format.ts';

/** By what adopt calls them; FILE stands for the file itself. */
const COMMANDS: Readonly<Record<string, string>> = {
  'a certificate in DER': 'openssl x509 -inform DER -in FILE -out CERT',
  'a request in DER': 'openssl req -inform DER -in FILE -out CSR',
  'a public key in DER': 'openssl pkey -pubin -inform DER -in FILE -out PUBLIC',
  'PKCS#12': 'openssl pkcs12 -in FILE -noenc -out PEM',
  'PKCS#7': 'openssl pkcs7 -inform DER -in FILE -print_certs -out PEM',
  'a Java key store': 'keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12',
};

/** How hints of adopt end. */
export const AGAIN = 'and adopt again';

/** What to do about a file in such a format; nothing for one without a command. */
export function formatHint(format: string): string | undefined {
  return hint(COMMANDS[format]);
}

/** The same of a private key. */
export function keyFormatHint(format: KeyFormat): string | undefined {
  return hint(conversionOf(format) ?? undefined);
}

function hint(command: string | undefined): string | undefined {
  return command === undefined ? undefined : `convert it with "${command}", ${AGAIN}`;
}
