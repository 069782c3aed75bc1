/** What was made is accepted as it was asked, and never otherwise: not what a plan would change, and not what it lets be. */
import { describe, expect, it } from 'vitest';
import { answerObjections, crossObjections, objections } from '../../src/plan/accept.ts';
import type { Issuance } from '../../src/plan/change.ts';
import { SLACK } from '../../src/plan/contract.ts';
import { diffCertificate } from '../../src/plan/diff.ts';
import { issuedBy, wantedCertificate } from '../../src/plan/wanted.ts';
import { objectionText } from '../../src/words/objection.ts';
import { type CertificateFacts, keyIdentifierOf, sanOf } from '../../src/x509/facts.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  dns,
  keyFacts,
  NOW,
  signedWith,
  uncritical,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY - 1, cappedBy: null, subjectKeyId: null };
const SERIAL = `7${'1'.repeat(39)}`;
const [ROOT, API] = [anAuthority(), aServer({ name: 'api', san: [dns('a.test'), dns('b.test')] })];
const [ROOT_KEY, KEY] = [keyFacts('root'), keyFacts('api')];
const ISSUER = certificateFor(ROOT, ROOT_KEY, ISSUANCE, null, SERIAL);
const GOOD = certificateFor(API, KEY, ISSUANCE, ISSUER, SERIAL);

function objectionsTo(cert: CertificateFacts): readonly string[] {
  const csr = { keyId: KEY.keyId, subject: API.subject, san: sanOf(GOOD), signatureFits: true };
  const found = objections(
    { key: KEY, csr, cert, signedBy: ROOT_KEY.keyId },
    { entity: API, issuance: ISSUANCE, issuer: ISSUER },
  );
  return found.map(objectionText);
}

function rootObjections(cert: CertificateFacts, issuance: Issuance = ISSUANCE): readonly string[] {
  const csr = { keyId: ROOT_KEY.keyId, subject: ROOT.subject, san: [], signatureFits: true };
  const found = objections(
    { key: ROOT_KEY, csr, cert, signedBy: ROOT_KEY.keyId },
    { entity: ROOT, issuance, issuer: null },
  );
  return found.map(objectionText);
}

const planned = (cert: CertificateFacts) =>
  diffCertificate(cert, wantedCertificate(API, issuedBy(ISSUER), keyIdentifierOf(cert)));

it('what was asked', () => {
  expect(objectionsTo(GOOD)).toEqual([]);
  expect(planned(GOOD)).toEqual([]);
  expect(rootObjections(ISSUER)).toEqual([]);
});

type Extensions = NonNullable<Changes['extensions']>;
const NO_CA = { ca: false, pathLength: null };

describe('what the plan lets be, but was not asked for', () => {
  it.each<[string, Extensions]>([
    ['a key usage that is not critical', { keyUsage: uncritical(['digitalSignature'] as const) }],
    ['no key usage', { keyUsage: undefined }],
    ['a critical purpose', { extendedKeyUsage: critical(['serverAuth']) }],
    ['critical names', { subjectAltName: critical(sanOf(GOOD)) }],
    ['no basic constraints', { basicConstraints: undefined }],
    ['basic constraints that are not critical', { basicConstraints: uncritical(NO_CA) }],
    ['no SKI', { subjectKeyIdentifier: undefined }],
    [
      'an AKI that names a certificate, too',
      {
        authorityKeyIdentifier: signedWith(keyIdentifierOf(ISSUER) ?? '', ISSUER.serial),
      },
    ],
    ['names in another order', { subjectAltName: uncritical([...sanOf(GOOD)].reverse()) }],
  ])('%s', (_, extensions) => {
    const cert = changed(GOOD, { extensions });
    expect(objectionsTo(cert)).toEqual([expect.stringContaining('the extensions are not as asked: ')]);
  });

  it('an unknown extension', () => {
    const unknown = [{ oid: '1.2.3', critical: false, hex: '0500' }];
    expect(planned(changed(GOOD, { unknown }))).toEqual([]);
    expect(objectionsTo(changed(GOOD, { unknown }))).toEqual([
      'the extensions are not as asked: 1.2.3 0500 was not asked for',
    ]);
  });
  it('the value of one extension does not stand for that of another', () => {
    const bare = changed(GOOD, { extensions: { subjectKeyIdentifier: undefined } });
    const hex = `0414${KEY.keyIdentifier}`;
    const cert = changed(bare, { unknown: [{ oid: '1.2.3', critical: false, hex }] });
    expect(objectionsTo(cert)).toEqual([
      expect.stringMatching(
        /1\.2\.3 0414[0-9a-f]+ was not asked for.*subjectKeyIdentifier|subjectKeyIdentifier.*1\.2\.3/,
      ),
    ]);
  });
  it('the SKI of another key', () => {
    const cert = changed(GOOD, { extensions: { subjectKeyIdentifier: uncritical('ab') } });
    expect(planned(cert)).toEqual([]);
    expect(objectionsTo(cert)).toContain(
      `the certificate differs, subjectKeyIdentifier is ab, not ${KEY.keyIdentifier}`,
    );
  });
});

describe('what the plan would change', () => {
  it.each<[string, Changes]>([
    ['a version', { version: 1 }],
    ['a weak signature', { signature: 'sha1WithRSAEncryption' }],
    ['a subject', { subject: [] }],
    ['a CA', { extensions: { basicConstraints: critical({ ca: true, pathLength: null }) } }],
    ['a path length', { extensions: { basicConstraints: critical({ ca: false, pathLength: 0 }) } }],
    ['a usage', { extensions: { keyUsage: critical(['keyAgreement'] as const) } }],
    ['a purpose', { extensions: { extendedKeyUsage: uncritical(['clientAuth']) } }],
    ['a name', { extensions: { subjectAltName: uncritical(['dns:evil.test']) } }],
    ['a critical SKI', { extensions: { subjectKeyIdentifier: critical(KEY.keyIdentifier) } }],
    ['an AKI', { extensions: { authorityKeyIdentifier: signedWith('ab') } }],
    ['no AKI', { extensions: { authorityKeyIdentifier: undefined } }],
  ])('%s', (_, changes) => {
    const cert = changed(GOOD, changes);
    const reasons = planned(cert);
    expect(reasons).not.toEqual([]);
    expect(objectionsTo(cert).filter((one) => one.startsWith('the certificate differs'))).toHaveLength(
      reasons.length,
    );
  });
});

describe('a root', () => {
  it('may have an AKI that is its own', () => {
    const aki = (keyId: string) => ({ extensions: { authorityKeyIdentifier: signedWith(keyId) } });
    expect(rootObjections(changed(ISSUER, aki(ROOT_KEY.keyIdentifier)))).toEqual([]);
    expect(rootObjections(changed(ISSUER, aki('ab')))).toEqual([
      `the certificate differs, authorityKeyIdentifier is ab, not ${ROOT_KEY.keyIdentifier}`,
    ]);
  });
  it('gets the key identifier that is carried over, and no other', () => {
    const kept = { ...ISSUANCE, subjectKeyId: 'abcd' };
    const cert = certificateFor(ROOT, ROOT_KEY, kept, null, SERIAL);
    expect(rootObjections(cert, kept)).toEqual([]);
    expect(rootObjections(cert)).toContain(
      `the certificate differs, subjectKeyIdentifier is abcd, not ${ROOT_KEY.keyIdentifier}`,
    );
  });
});

it('a cross-certificate is the root’s, by an issuer: its earlier certificate', () => {
  const next = keyFacts('next');
  const asked = { entity: ROOT, issuance: ISSUANCE, issuer: ISSUER };
  const cert = certificateFor(ROOT, next, ISSUANCE, ISSUER, SERIAL);
  const made = { cert, key: next, signedBy: ROOT_KEY.keyId };
  expect(crossObjections(made, asked)).toEqual([]);
  const selfSigned = certificateFor(ROOT, next, ISSUANCE, null, SERIAL);
  const found = crossObjections({ ...made, cert: selfSigned, signedBy: next.keyId }, asked);
  expect(found.map(objectionText)).toEqual([
    `the certificate differs, authorityKeyIdentifier is none, not ${ROOT_KEY.keyIdentifier}`,
    'the certificate is not signed by its issuer',
    expect.stringContaining('the extensions are not as asked: authorityKeyIdentifier'),
  ]);
});

describe('what is asked for to the octet, or to the second', () => {
  const isTaken = (changes: Changes): boolean => objectionsTo(changed(GOOD, changes)).length === 0;
  it.each<[string, string, boolean]>([
    ['eleven octets', '7a'.repeat(11), false],
    ['twelve', '7a'.repeat(12), true],
    ['twenty', '7f'.repeat(20), true],
    ['twenty, and one more for the sign', '80'.repeat(20), false],
    ['twenty-one', '01'.repeat(21), false],
    ['nineteen that would take a sign', 'ff'.repeat(19), true],
  ])('a serial number of %s', (_, serial, expected) => expect(isTaken({ serial })).toBe(expected));

  it('beginning and end are exact where it was made here', () => {
    const { notBefore, notAfter } = ISSUANCE;
    const begins = (by: number): boolean => isTaken({ notBefore: notBefore + by });
    const ends = (by: number): boolean => isTaken({ notAfter: notAfter + by });
    expect([begins(-1), begins(0), begins(1)]).toEqual([false, true, false]);
    expect([ends(-1), ends(0), ends(1)]).toEqual([false, true, false]);
  });

  it('an answer of another machine may begin six minutes earlier, and end earlier', () => {
    const { notBefore, notAfter } = ISSUANCE;
    const csr = { keyId: KEY.keyId, subject: API.subject, san: sanOf(GOOD), signatureFits: true };
    const kinds = (changes: Changes): readonly string[] =>
      answerObjections(
        { key: KEY, csr, cert: changed(GOOD, changes), signedBy: ROOT_KEY.keyId },
        { entity: API, issuance: ISSUANCE, issuer: ISSUER },
      ).map(({ kind }) => kind);
    expect([-SLACK - 1, -SLACK, 60].map((by) => kinds({ notBefore: notBefore + by }))).toEqual([
      ['not-before'],
      [],
      [],
    ]);
    expect([-60, 0, 1].map((by) => kinds({ notAfter: notAfter + by }))).toEqual([[], [], ['not-after']]);
  });
});

const CSR = { keyId: KEY.keyId, subject: API.subject, san: sanOf(GOOD), signatureFits: true };
const MADE = { key: KEY, csr: CSR, cert: GOOD, signedBy: ROOT_KEY.keyId };
const ASKED = { entity: API, issuance: ISSUANCE, issuer: ISSUER };

describe('each kind of fault alone', () => {
  const OTHER = keyFacts('other').keyId;
  const AKI = ROOT_KEY.keyIdentifier;
  // What is wrong, and the objection to it: of what was made here, and of what another machine has answered.
  it.each<[string, Partial<typeof MADE>, readonly string[], readonly string[]]>([
    ['nothing', {}, [], []],
    ['a key of another kind', { key: { ...KEY, spec: 'rsa-2048' } }, ['key'], ['key']],
    ['a request for another key', { csr: { ...CSR, keyId: OTHER } }, ['request-key'], ['request-key']],
    [
      'a request whose signature does not fit',
      { csr: { ...CSR, signatureFits: false } },
      ['request-signature'],
      ['request-signature'],
    ],
    ['a request without its names', { csr: { ...CSR, san: [] } }, ['request'], ['request']],
    [
      'a certificate for another key',
      { cert: changed(GOOD, { keyId: OTHER }) },
      ['certificate-key'],
      ['certificate-key'],
    ],
    [
      'a signature that is not the issuer’s',
      { signedBy: OTHER },
      ['certificate-signature'],
      ['certificate-signature'],
    ],
    [
      'an issuer of another name',
      { cert: changed(GOOD, { issuerDer: '3000' }) },
      ['issuer-name'],
      ['issuer-name'],
    ],
    [
      'another certificate of the issuer that is named',
      { cert: changed(GOOD, { extensions: { authorityKeyIdentifier: signedWith(AKI, '02') } }) },
      ['issuer-name', 'extensions'],
      ['issuer-name'],
    ],
    [
      'another key of the issuer that is named',
      { cert: changed(GOOD, { extensions: { authorityKeyIdentifier: signedWith('ab') } }) },
      ['certificate', 'extensions'],
      ['certificate'],
    ],
    [
      'a purpose that was not asked for',
      { cert: changed(GOOD, { extensions: { extendedKeyUsage: uncritical(['clientAuth']) } }) },
      ['certificate', 'extensions'],
      ['certificate'],
    ],
    ['a subject in other octets', { cert: changed(GOOD, { subjectDer: '3000' }) }, ['subject-octets'], []],
  ])('%s', (_, wrong, here, answered) => {
    const kinds = (found: typeof objections) => found({ ...MADE, ...wrong }, ASKED).map(({ kind }) => kind);
    expect(kinds(objections)).toEqual(here);
    expect(kinds(answerObjections)).toEqual(answered);
  });

  it('a certificate that was not asked for, or not made, is not judged; the request is', () => {
    const csr = { ...CSR, signatureFits: false };
    const cert = changed(GOOD, { version: 1 });
    const kinds = (made: Partial<Parameters<typeof objections>[0]>, asked: object) =>
      objections({ ...MADE, csr, ...made }, { ...ASKED, ...asked }).map(({ kind }) => kind);
    expect(kinds({ cert }, { issuance: null })).toEqual(['request-signature']);
    expect(kinds({ cert: null }, {})).toEqual(['request-signature']);
    expect(kinds({ csr: null, cert }, {})).toEqual(['certificate']);
  });
});

it('of what came from elsewhere the request alone is judged where no certificate is asked for, or none came', () => {
  const csr = { ...CSR, signatureFits: false };
  const kinds = (made: object, asked: object) =>
    answerObjections({ ...MADE, csr, ...made }, { ...ASKED, ...asked }).map(({ kind }) => kind);
  expect(kinds({ cert: changed(GOOD, { version: 1 }) }, { issuance: null })).toEqual(['request-signature']);
  expect(kinds({ cert: null }, {})).toEqual(['request-signature']);
  expect(kinds({ cert: GOOD }, { issuer: null })).toContain('certificate-signature');
});

it('a self-signed certificate is to be its own issuer', () => {
  expect(rootObjections(changed(ISSUER, { issuerDer: '3000' }))).toEqual([
    objectionText({ kind: 'issuer-name' }),
  ]);
});
