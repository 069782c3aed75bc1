// OCSP requests and responses, held against those of the real openssl.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ocspCommand, ocspIndex } from '../../src/openssl/ocsp.ts';
import type { CertificateStatus } from '../../src/pki/certificate-status.ts';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { DerError, hex } from '../../src/x509/der.ts';
import {
  encodeCertId,
  encodeOcspRequest,
  isOfIssuer,
  type NamedIssuer,
  requestedIds,
} from '../../src/x509/ocsp-request.ts';
import { isOcspSignedBy, ocspError, ocspFacts } from '../../src/x509/ocsp-response.ts';
import { publicKeyObject, type VerificationKey } from '../../src/x509/verification-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl, opensslSync } from '../helpers/openssl.ts';

let folder: string;
let issuer: NamedIssuer;
let key: VerificationKey;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = temporaryFolder();
  opensslSync(
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=CA',
      ],
      ...['-keyout', 'signer.key', '-out', 'ca.pem'],
    ],
    folder,
  );
  writeFileSync(at('signer.pem'), readFileSync(at('ca.pem')));
  opensslSync(['x509', '-in', 'ca.pem', '-outform', 'DER', '-out', 'ca.der'], folder);
  const der = readFileSync(at('ca.der'));
  issuer = { subjectDer: certificateFacts(der).subjectDer, spki: certificateSpki(der) };
  key = publicKeyObject(issuer.spki);
});

/** One octet, with and without the highest bit, and twenty of them. */
const SERIALS = ['05', '80', 'ff00', `7f${'ab'.repeat(19)}`];

describe('a request', () => {
  it.each(SERIALS)('about %s has the octets of openssl', async (serial) => {
    const args = ['ocsp', '-issuer', 'ca.pem', '-serial', `0x${serial}`, '-no_nonce', '-reqout', 'request'];
    await openssl(args, { cwd: folder });
    expect(encodeOcspRequest(encodeCertId(issuer, serial)).equals(readFileSync(at('request')))).toBe(true);
  });
});

describe('a request that is read', () => {
  const idsOf = async (...args: readonly string[]) => {
    await openssl(['ocsp', ...args, '-reqout', 'request'], { cwd: folder });
    return requestedIds(readFileSync(at('request')));
  };

  it.each(['sha1', 'sha256', 'sha384'])('names certificates of an issuer by %s', async (digest) => {
    const more = [`-${digest}`, '-issuer', 'ca.pem', '-serial', '5', `-${digest}`, '-serial', '0x80'];
    const ids = await idsOf(...more, '-nonce');
    expect(ids.map((id) => [id.digest, id.serial])).toEqual([
      [digest, '05'],
      [digest, '80'],
    ]);
    expect(ids.every((id) => isOfIssuer(id, issuer))).toBe(true);
    expect(ids.some((id) => isOfIssuer(id, { ...issuer, subjectDer: '3000' }))).toBe(false);
    expect(ids.some((id) => isOfIssuer({ ...id, issuerKey: id.issuerName }, issuer))).toBe(false);
    expect(ids.some((id) => isOfIssuer({ ...id, digest: '1.2.3' }, issuer))).toBe(false);
  });

  it('may be signed, and say by whom', async () => {
    const ids = await idsOf(
      '-issuer',
      'ca.pem',
      '-serial',
      '5',
      '-signer',
      'signer.pem',
      '-signkey',
      'signer.key',
    );
    expect(ids.map((id) => id.serial)).toEqual(['05']);
  });
});

/** The response to a request about `05`, in DER. */
async function response(statuses: readonly (readonly [string, CertificateStatus])[], isOwn = true) {
  writeFileSync(at('index.txt'), ocspIndex(statuses));
  writeFileSync(at('request'), encodeOcspRequest(encodeCertId(issuer, '05')));
  const files = { index: 'index.txt', request: 'request', response: 'response' };
  const signing = { key: 'ecdsa-p256', digest: 'sha256', isPss: false } as const;
  await openssl(ocspCommand({ ...files, minutes: 90, isOwn, passphrase: null, signing }).args, {
    cwd: folder,
  });
  return readFileSync(at('response'));
}

describe('a response', () => {
  const revoked = (reason: 'keyCompromise' | 'superseded' | null): CertificateStatus => {
    return { kind: 'revoked', date: 1_790_000_000, reason };
  };

  it.each<[string, readonly (readonly [string, CertificateStatus])[], CertificateStatus]>([
    ['good', [['05', { kind: 'good' }]], { kind: 'good' }],
    ['revoked', [['05', revoked(null)]], revoked(null)],
    ['revoked, because its key leaked', [['05', revoked('keyCompromise')]], revoked('keyCompromise')],
    ['revoked, because there is another', [['05', revoked('superseded')]], revoked('superseded')],
    ['unknown', [['06', { kind: 'good' }]], { kind: 'unknown' }],
    ['unknown where nothing is known', [['05', { kind: 'unknown' }]], { kind: 'unknown' }],
  ])('says %s', async (_, statuses, status) => {
    const facts = ocspFacts(await response(statuses));
    expect(facts).toMatchObject({ status, certificates: [], certId: hex(encodeCertId(issuer, '05')) });
    expect((facts.nextUpdate ?? 0) - facts.thisUpdate).toBe(90 * 60);
  });

  it('brings the certificate of a responder along', async () => {
    const facts = ocspFacts(await response([['05', { kind: 'good' }]], false));
    expect(facts.certificates).toEqual([certificateFacts(readFileSync(at('ca.der'))).fingerprint]);
  });

  it('is signed by the key alone, and as it is alone', async () => {
    const der = await response([['05', { kind: 'good' }]]);
    expect(isOcspSignedBy(der, key)).toBe(true);
    const other = Buffer.from(der);
    // The last octet of the hash of the issuer's key, in front of the serial number.
    const place = other.indexOf(Buffer.from('020105', 'hex')) - 1;
    other[place] = (other[place] ?? 0) ^ 1;
    expect(ocspFacts(other).certId).not.toBe(ocspFacts(der).certId);
    expect(isOcspSignedBy(other, key)).toBe(false);
  });

  it.each<[string, (der: Buffer) => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['an error', () => ocspError('unauthorized')],
    ['half of one', (der) => der.subarray(0, der.length / 2)],
    ['one with something behind it', (der) => Buffer.concat([der, Buffer.of(0)])],
    ['a certificate', () => readFileSync(at('ca.der'))],
  ])('is not %s', async (_, spoil) => {
    const der = await response([['05', { kind: 'good' }]]);
    expect(() => ocspFacts(spoil(der))).toThrow(DerError);
  });
});

it.each([
  ['malformedRequest', '30030a0101'],
  ['internalError', '30030a0102'],
  ['tryLater', '30030a0103'],
  ['unauthorized', '30030a0106'],
] as const)('the error %s has the number of RFC 6960', (error, der) => {
  expect(ocspError(error).toString('hex')).toBe(der);
});
