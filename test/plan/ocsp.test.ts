// What authorities answer about their certificates, and when an answer is due: tables of values.
import { describe, expect, it } from 'vitest';
import type { CertificateStatus } from '../../src/pki/certificate-status.ts';
import type { ListTerms } from '../../src/pki/revocation.ts';
import type { SigningTerms } from '../../src/pki/signing.ts';
import {
  isResponseDue,
  isWantedResponse,
  responseMinutes,
  type WantedResponse,
} from '../../src/plan/ocsp.ts';
import type { OcspFacts } from '../../src/x509/ocsp-response.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;
const TERMS: ListTerms = { validity: 7 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } };
const GOOD: CertificateStatus = { kind: 'good' };
const REVOKED: CertificateStatus = { kind: 'revoked', date: NOW - DAY, reason: 'keyCompromise' };

const FOUND: OcspFacts = {
  certId: '30',
  status: GOOD,
  thisUpdate: NOW,
  nextUpdate: NOW + 7 * DAY,
  certificates: ['aa'],
  signature: 'sha256WithRSAEncryption',
};
const SIGNING: SigningTerms = { digest: null, padding: null };
const WANTED: WantedResponse = {
  certId: '30',
  status: GOOD,
  certificates: ['aa'],
  end: NOW + 90 * DAY,
  signing: SIGNING,
};

describe('a response that is there', () => {
  it.each<[string, Partial<OcspFacts>, Partial<WantedResponse>, boolean]>([
    ['says all that it has to', {}, {}, true],
    ['is a minute shorter, and openssl was slow', { nextUpdate: NOW + 7 * DAY - 60 }, {}, true],
    ['is about another certificate', { certId: '31' }, {}, false],
    ['says good of what is revoked', {}, { status: REVOKED }, false],
    ['says revoked of what is good', { status: REVOKED }, {}, false],
    ['says when and why', { status: REVOKED }, { status: REVOKED }, true],
    ['says another day', { status: REVOKED }, { status: { ...REVOKED, date: NOW } }, false],
    ['says another reason', { status: REVOKED }, { status: { ...REVOKED, reason: null } }, false],
    ['brings the former certificate of its signer', {}, { certificates: ['bb'] }, false],
    ['brings one where the authority signs', {}, { certificates: [] }, false],
    ['is good for longer than it is to be', { nextUpdate: NOW + 8 * DAY }, {}, false],
    ['is good for less', { nextUpdate: NOW + 6 * DAY }, {}, false],
    ['is signed as it has to be', {}, { signing: { digest: 'sha256', padding: 'pkcs1' } }, true],
    ['is signed in another way', {}, { signing: { digest: null, padding: 'rsa-pss' } }, false],
    ['is signed with another digest', {}, { signing: { digest: 'sha384', padding: null } }, false],
    ['never ends', { nextUpdate: null }, {}, false],
    ['goes on after the end of its signer', {}, { end: NOW + 3 * DAY }, false],
    ['ends with its signer', { nextUpdate: NOW + 3 * DAY - 59 }, { end: NOW + 3 * DAY }, true],
  ])('%s', (_, found, wanted, isWanted) => {
    expect(isWantedResponse({ ...FOUND, ...found }, { ...WANTED, ...wanted }, TERMS)).toBe(isWanted);
  });
});

describe('the next response', () => {
  const third = Math.floor((7 * DAY) / 3);

  it.each<[string, number, Partial<WantedResponse>, Partial<ListTerms>, boolean]>([
    ['waits at first', 0, {}, {}, false],
    ['waits until a third of it is left', 7 * DAY - third - 1, {}, {}, false],
    ['is due from then on', 7 * DAY - third, {}, {}, true],
    ['is due once the last has ended', 8 * DAY, {}, {}, true],
    [
      'comes as early as the manifest says',
      DAY,
      {},
      { renewBefore: { kind: 'seconds', seconds: 6 * DAY } },
      true,
    ],
    // Else every run would sign it again until the responder has another certificate.
    ['waits where it would end no later', 6 * DAY, { end: NOW + 7 * DAY }, {}, false],
    ['comes where it would end later', 6 * DAY, { end: NOW + 7 * DAY + 600 }, {}, true],
  ])('%s', (_, passed, wanted, terms, isDue) => {
    expect(isResponseDue(FOUND, { ...WANTED, ...wanted }, { ...TERMS, ...terms }, NOW + passed)).toBe(isDue);
  });

  it('is good for whole minutes, and no longer than its signer', () => {
    expect(responseMinutes(TERMS, NOW + 90 * DAY, NOW)).toBe(7 * 24 * 60);
    expect(responseMinutes(TERMS, NOW + 3 * DAY - 1, NOW)).toBe(3 * 24 * 60 - 1);
  });
});
