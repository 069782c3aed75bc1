// Signatures by every algorithm that OpenSSL makes: whose they are is found out, and what cannot be checked has a name.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { isCheckable } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { signedBothWays } from '../helpers/signature.ts';

const folder = temporaryFolder();

function key(name: string, ...options: readonly string[]): void {
  opensslSync(['genpkey', ...options, '-out', `${name}.key`], folder);
}
key('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
key('pss', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048');
key('ec', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');

/** A self-signed certificate. */
function certificate(by: string, ...options: readonly string[]): Uint8Array {
  const args = ['req', '-x509', '-key', `${by}.key`, '-subj', '/CN=x', '-out', 'x.pem', ...options];
  opensslSync(args, folder);
  return derOf(folder, 'x.pem');
}

const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt'];

describe('whose signature it is', () => {
  it.each([
    ['rsa', 'sha224WithRSAEncryption', ['-sha224']],
    ['rsa', 'sha256WithRSAEncryption', ['-sha256']],
    ['rsa', 'RSA-SHA3-256', ['-sha3-256']],
    ['rsa', 'RSA-SHA3-512', ['-sha3-512']],
    ['rsa', 'rsassaPss-sha256', ['-sha256', ...PSS, 'rsa_pss_saltlen:32']],
    ['rsa', 'rsassaPss-sha384', ['-sha384', ...PSS, 'rsa_pss_saltlen:0']],
    ['rsa', 'rsassaPss-sha512', ['-sha512', ...PSS, 'rsa_pss_saltlen:max']],
    ['rsa', 'rsassaPss-sha256', ['-sha256', ...PSS, 'rsa_mgf1_md:sha1']],
    ['rsa', 'rsassaPss-sha1', ['-sha1', ...PSS, 'rsa_pss_saltlen:20']],
    ['pss', 'rsassaPss-sha256', ['-sha256']],
    ['ec', 'ecdsa-with-SHA224', ['-sha224']],
    ['ec', 'ecdsa_with_SHA3-256', ['-sha3-256']],
  ])('of %s by %s', async (by, name, options) => {
    const der = certificate(by, ...options);
    expect(certificateFacts(der).signature).toBe(name);
    const own = publicKeyObject(certificateSpki(der));
    expect([isCheckable(der), await signedBothWays(der, own)]).toEqual([true, true]);
    // OpenSSL 3.0 makes ECDSA with SHA-3, and does not verify it.
    if (name !== 'ecdsa_with_SHA3-256')
      opensslSync(['verify', '-check_ss_sig', '-CAfile', 'x.pem', 'x.pem'], folder);
    for (const other of ['rsa', 'ec', 'pss'].filter((name) => name !== by))
      expect(await signedBothWays(der, publicKeyObject(certificateSpki(certificate(other))))).toBe(false);
    const broken = Uint8Array.from(der);
    broken[broken.length - 3] = (broken[broken.length - 3] ?? 0) ^ 1;
    expect(await signedBothWays(broken, own)).toBe(false);
  });

  it('is not known where the algorithm is unknown, which is named by its number', async () => {
    const text = Buffer.from(certificate('rsa')).toString('hex');
    const der = Buffer.from(text.replaceAll('2a864886f70d01010b', '2a864886f70d01017b'), 'hex');
    expect(certificateFacts(der).signature).toBe('1.2.840.113549.1.1.123');
    expect(isCheckable(der)).toBe(false);
    expect(await signedBothWays(der, publicKeyObject(certificateSpki(der)))).toBe(false);
  });
});

describe('a name', () => {
  /** The certificate with the CN in another string type. */
  function withName(tag: number, octets: Buffer): Uint8Array {
    const utf8 = Buffer.concat([Buffer.of(0x0c, octets.length), Buffer.alloc(octets.length, 'x')]);
    const wanted = Buffer.concat([Buffer.of(tag, octets.length), octets]);
    opensslSync(
      [
        'req',
        '-x509',
        '-utf8',
        '-key',
        'ec.key',
        '-subj',
        `/CN=${'x'.repeat(octets.length)}`,
        '-out',
        'n.pem',
      ],
      folder,
    );
    const der = Buffer.from(derOf(folder, 'n.pem')).toString('hex');
    return Buffer.from(der.replaceAll(utf8.toString('hex'), wanted.toString('hex')), 'hex');
  }
  const utf16 = Buffer.from('Zürich 日', 'utf16le').swap16();
  const utf32 = Buffer.from([...'Zü'].flatMap((character) => [0, 0, 0, character.codePointAt(0) ?? 0]));
  it.each([
    ['TeletexString', 0x14, Buffer.from('Zürich', 'latin1'), 'Zürich'],
    ['UTF8String', 0x0c, Buffer.from('Zürich'), 'Zürich'],
    ['BMPString', 0x1e, utf16, 'Zürich 日'],
    ['UniversalString', 0x1c, utf32, 'Zü'],
  ])('in a %s is read as OpenSSL reads it', (_, tag, octets, text) => {
    const der = withName(tag, octets);
    expect(certificateFacts(der).subject).toEqual([{ type: 'CN', value: text }]);
    writeFileSync(join(folder, 'n.der'), der);
    const print = [
      'x509',
      '-inform',
      'DER',
      '-in',
      'n.der',
      '-noout',
      '-subject',
      '-nameopt',
      'utf8,-esc_msb',
    ];
    expect(opensslSync(print, folder).trim()).toMatch(new RegExp(`^subject=CN ?= ?${text}$`));
    expect(readFileSync(join(folder, 'n.der')).length).toBe(der.length);
  });
});
