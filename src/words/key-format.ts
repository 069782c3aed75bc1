/** The format of a private key that this program cannot use, as a clause after the file's name, and what to do. */
import { unreachable } from '../pki/entity.ts';
import type { KeyFormat } from '../x509/key-format.ts';

const PEM_ONLY = 'and only PEM can be used';
const NOT_HERE = 'which this version cannot use';

/** Completes `"servers/api/key.pem" …`. */
export function keyFormatText(format: KeyFormat): string {
  switch (format.kind) {
    case 'der':
      return `is a private key in DER, ${PEM_ONLY}`;
    case 'pkcs12':
      return `is a PKCS#12 file, ${PEM_ONLY}`;
    case 'java-keystore':
      return `is a Java key store, ${PEM_ONLY}`;
    case 'tpm':
      return `is a key in a TPM, ${NOT_HERE}`;
    case 'pkcs11':
      return 'names a key in a PKCS#11 token, of which the manifest says nothing';
    case 'uri':
      return `names a key by a URI (${format.scheme}:), ${NOT_HERE}`;
    case 'openssh':
      return `is a private key in the format of OpenSSH, ${NOT_HERE}`;
    case 'putty':
      return `is a private key in the format of PuTTY, ${NOT_HERE}`;
    case 'jwk':
      return `is a JSON Web Key, ${PEM_ONLY}`;
    case 'windows-blob':
      return `is a private key in a format of Windows, ${PEM_ONLY}`;
    case 'wrapped':
      return `is kept by ${format.tool}, and may be a private key`;
    case 'label':
      return `has the PEM label "${format.label}", and may be a key for another program`;
    case 'algorithm':
      return `is a private key of a kind that this version cannot use (${format.name})`;
    case 'pkcs8-v2':
      return 'is a private key in PKCS#8 of version 2, which OpenSSL 3.0 cannot read';
    case 'explicit-curve':
      return 'gives its elliptic curve by parameters, and RFC 5480 §2.1.1 has it named';
    case 'flawed-pem':
      return format.flaw;
    case 'several-keys':
      return `holds ${format.count} private keys, and programs differ in which they take`;
    case 'utf16':
      return 'is text in UTF-16, and may be a private key';
    case 'base64':
      return 'is base64 without a PEM boundary, and may be a private key';
    case 'base64-pem':
      return 'holds PEM in base64, and may be a private key';
    case 'hex':
      return 'is DER written as hex digits, and may be a private key';
    case 'numbers':
      return `has the numbers of a private key as text, ${PEM_ONLY}`;
    case 'binary':
      return 'is a binary file, and may be a key for another program';
    default:
      return unreachable(format);
  }
}

const OTHERWISE = 'or move it away to have a new key made';

/** What the owner of the file can do; `KEY` stands for it, `PEM` for the one to put in its place. */
export function keyFormatHint(format: KeyFormat): string {
  const conversion = conversionOf(format);
  if (conversion !== null) return `convert it with "${conversion}", ${OTHERWISE}`;
  if (format.kind === 'several-keys') return 'leave the one in it that belongs to the certificate';
  if (format.kind === 'wrapped')
    return `put the key itself in its place, as ${format.tool} gives it back, ${OTHERWISE}`;
  if (format.kind === 'pkcs11')
    return `give the token in the manifest ("key: { pkcs11: URI, kind: KIND }") and move the file away, or put the key itself in its place as PKCS#8 in PEM`;
  return `put the key in its place as PKCS#8 in PEM, ${OTHERWISE}`;
}

/** A command that converts it to what this program reads, where there is one. */
export function conversionOf(format: KeyFormat): string | null {
  switch (format.kind) {
    case 'der':
      return 'openssl pkey -inform DER -in KEY -out PEM';
    case 'pkcs12':
      return 'openssl pkcs12 -nocerts -noenc -in KEY -out PEM';
    case 'java-keystore':
      return 'keytool -importkeystore -srckeystore KEY -destkeystore KEY.p12 -deststoretype pkcs12 && openssl pkcs12 -nocerts -noenc -in KEY.p12 -out PEM';
    case 'openssh':
      return "ssh-keygen -p -N '' -m PKCS8 -f KEY";
    case 'putty':
      return "puttygen KEY -O private-openssh -o PEM && ssh-keygen -p -N '' -m PKCS8 -f PEM";
    case 'windows-blob':
      return `openssl rsa -inform ${format.form} -in KEY -out PEM`;
    case 'explicit-curve':
      return 'openssl ec -in KEY -param_enc named_curve -out PEM';
    case 'utf16':
      return 'iconv -f UTF-16 -t ASCII KEY >PEM';
    case 'base64':
      return 'base64 -d KEY | openssl pkey -inform DER -out PEM';
    case 'base64-pem':
      return format.isAlone ? 'base64 -d KEY >PEM' : null;
    case 'hex':
      return 'xxd -r -p KEY | openssl pkey -inform DER -out PEM';
    case 'tpm':
    case 'pkcs11':
    case 'uri':
    case 'jwk':
    case 'wrapped':
    case 'label':
    case 'algorithm':
    case 'pkcs8-v2':
    case 'flawed-pem':
    case 'several-keys':
    case 'numbers':
    case 'binary':
      return null;
    default:
      return unreachable(format);
  }
}
