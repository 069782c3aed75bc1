/** By which key what is on the disk is signed: that of the private key, of the token, or of the certificate. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { Reader, type SignatureKey } from '../../../src/store/observe/reader.ts';
import { listSigner, readSigner, signerOf } from '../../../src/store/observe/signers.ts';
import { parseCertificate } from '../../../src/x509/parse.ts';
import { parseKey } from '../../../src/x509/parse-key.ts';
import { pemOf } from '../../helpers/certificate-der.ts';
import { anAuthority, present } from '../../helpers/entities.ts';
import { keyPem, smallCertificate, smallList } from '../../helpers/small-certificates.ts';

const CA = anAuthority({ name: 'ca', key: { algorithm: 'ed25519' } });
const AWAY = anAuthority({ name: 'ca', keyPlace: { kind: 'offline' } as never });
const [OURS, THEIRS] = [smallCertificate('ca'), smallCertificate('ca')];
const LEAF = smallCertificate('leaf', { issuer: OURS, isAuthority: false });

const cert = (one = OURS) => present(parseCertificate(Buffer.from(one.pem)));
const key = (one = OURS) => present(parseKey(Buffer.from(keyPem(one.key))));
const bytesOf = (text: string) => present(Buffer.from(text));
const MISSING = { state: 'missing' } as const;
const keyIdOf = (one = OURS) => cert(one).facts.keyId;

/** The key id, and whether it checks what our key signed. @param files states. @param bytes what is in them. */
function signerWith(files: object, bytes: object, entity: Entity = CA, reader = new Reader()) {
  const none = { key: MISSING, cert: MISSING };
  const found = readSigner(entity, { ...none, ...files } as never, { ...none, ...bytes } as never, reader);
  return found && { keyId: found.keyId, checks: reader.isSigned(Buffer.from(LEAF.pem), found) };
}

const BY_US = { keyId: keyIdOf(), checks: true };
const BY_OTHERS = { keyId: keyIdOf(THEIRS), checks: false };
const CERT = [{ cert: cert() }, { cert: bytesOf(OURS.pem) }] as const;
const both = (one: object, other: object) => ({ ...one, ...other });

describe('the key that checks signatures of an authority', () => {
  it('is that of the private key, and then that of the certificate', () => {
    expect(signerWith(...CERT)).toEqual(BY_US);
    const theirs = { key: key(THEIRS) };
    expect(signerWith(both(CERT[0], theirs), both(CERT[1], { key: bytesOf(keyPem(THEIRS.key)) }))).toEqual(
      BY_OTHERS,
    );
    expect(signerWith({}, {})).toBeUndefined();
    expect(signerWith({ cert: { state: 'garbage', detail: '' } }, CERT[1])).toBeUndefined();
  });

  it('is that of the certificate where the key is elsewhere, or only supposed', () => {
    const bytes = both(CERT[1], { key: bytesOf(keyPem(THEIRS.key)) });
    expect(signerWith(both(CERT[0], { key: key(THEIRS) }), bytes, AWAY)).toEqual(BY_US);
    const supposed = { key: { ...key(THEIRS), lock: 'unseen' } };
    expect(signerWith(both(CERT[0], supposed), bytes)).toEqual(BY_US);
  });

  it('is that of the token, before all others', () => {
    const reader = new Reader();
    reader.tokens.show(CA.id, { spki: THEIRS.key.spki, facts: key(THEIRS).facts });
    expect(signerWith(...CERT, CA, reader)).toEqual(BY_OTHERS);
    expect(signerWith({}, {}, CA, reader)).toEqual(BY_OTHERS);
  });

  it('is none where nothing here can use it', () => {
    expect(signerWith({ key: key() }, { key: bytesOf('none') })).toBeUndefined();
    expect(signerWith({ key: key() }, CERT[1])).toBeUndefined();
    expect(signerWith(CERT[0], { cert: MISSING })).toBeUndefined();
  });
});

const signature = (one = OURS): SignatureKey => {
  const found = readSigner(
    CA,
    { cert: cert(one), key: MISSING } as never,
    { cert: bytesOf(one.pem) } as never,
    new Reader(),
  );
  if (found === undefined) throw new Error('no signer');
  return found;
};

describe('who signed', () => {
  it('a certificate is said by the signature, not by the names', () => {
    const by = (
      issuer: SignatureKey | undefined,
      files: object = { cert: cert(LEAF) },
      bytes: object = { cert: bytesOf(LEAF.pem) },
    ) => signerOf(files as never, bytes as never, issuer, new Reader());
    expect(by(signature())).toBe(keyIdOf());
    expect(by(signature(THEIRS))).toBeNull();
    expect(by(undefined)).toBeNull();
    expect(by(signature(), { cert: MISSING })).toBeNull();
    expect(by(signature(), undefined, { cert: MISSING })).toBeNull();
  });

  it('a list is said by the signature of its own authority', () => {
    const list = bytesOf(pemOf(smallList(OURS), 'X509 CRL'));
    const by = (
      own: SignatureKey | undefined,
      files: object = { crl: present({}) },
      bytes: object = { crl: list },
    ) => listSigner(files as never, bytes as never, own);
    expect(by(signature())).toEqual({ listSignedBy: keyIdOf() });
    expect(by(signature(THEIRS))).toEqual({ listSignedBy: null });
    expect(by(undefined)).toEqual({ listSignedBy: null });
    expect(by(signature(), undefined, { crl: bytesOf('') })).toEqual({ listSignedBy: null });
    expect(by(signature(), { crl: MISSING })).toEqual({});
    expect(by(signature(), undefined, { crl: MISSING })).toEqual({});
  });
});
