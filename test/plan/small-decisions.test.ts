/** Decisions of a few lines on which files of others depend: each by a table of all that it looks at. */
import { describe, expect, it } from 'vitest';
import { CHAIN_SLOTS, ROOT_SLOTS } from '../../src/pki/split.ts';
import { held } from '../../src/plan/artifacts/rule.ts';
import { ruleOf } from '../../src/plan/artifacts/rules.ts';
import { certificateReasons } from '../../src/plan/certificate-reasons.ts';
import { listAfter } from '../../src/plan/list-after.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { Outlook } from '../../src/plan/outlook.ts';
import { hasNewIdentity } from '../../src/plan/previous.ts';
import { issuedBy, wantedCertificate } from '../../src/plan/wanted.ts';
import {
  anAuthority,
  aServer,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };

it('a file of one certificate has the one of its number, and every other file has all', () => {
  const pieces = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
  const numbers = (slots: readonly Parameters<typeof ruleOf>[0][]) =>
    slots.map((slot) => held(ruleOf(slot), pieces).join());
  expect(numbers(ROOT_SLOTS)).toEqual(pieces.slice(0, 8));
  expect(numbers(CHAIN_SLOTS)).toEqual(pieces.slice(0, 4));
  expect(numbers(['ca', 'chain', 'pkcs7'])).toEqual(Array(3).fill(pieces.join()));
  expect(held(ruleOf('ca-3'), ['1', '2'])).toEqual([]);
});

describe('the list that files are compared with', () => {
  const list = { number: '2', thisUpdate: NOW, nextUpdate: NOW + DAY, entries: [] };
  const one = (fingerprint: string) => ({ fingerprint }) as never;
  const signed: Partial<EntityObservation> = { crl: present(one('f0')), listSignedBy: 'k' };
  const former: Partial<EntityObservation> = { 'former-crls': present([one('f1'), one('f2')]) as never };
  type Former = Parameters<typeof listAfter>[3];
  const last = { list } as never;

  it.each<[string, Partial<EntityObservation>, typeof list | null | undefined, Former, object]>([
    ['one that stays', signed, null, undefined, { list: 'f0' }],
    ['one of which nothing is decided', signed, undefined, undefined, { list: 'f0' }],
    ['one that is made', signed, list, undefined, { list: null }],
    ['none that another key signed', { ...signed, listSignedBy: null }, null, undefined, {}],
    ['none whose signer was not looked for', { crl: present(one('f0')) }, null, undefined, {}],
    ['none', {}, null, undefined, {}],
    ['lists of former keys, as they are', former, null, undefined, { formerLists: ['f1', 'f2'] }],
    ['both', { ...signed, ...former }, null, undefined, { list: 'f0', formerLists: ['f1', 'f2'] }],
    [
      'both, of which one is made',
      { ...signed, ...former },
      list,
      { last: null, keep: ['f2'] },
      { list: null, formerLists: ['f2'] },
    ],
    [
      'a last one that is made',
      former,
      list,
      { last, keep: ['f1'] },
      { list: null, formerLists: [null, 'f1'] },
    ],
    [
      'none of former keys, which go',
      { ...signed, ...former },
      null,
      { last: null, keep: [] },
      { list: 'f0' },
    ],
  ])('%s', (_, files, made, after, expected) => {
    expect(listAfter(ROOT, observed(files), made, after)).toEqual(expected);
  });

  it('is none where the authority makes none', () => {
    const files = observed({ ...signed, ...former });
    expect(listAfter(anAuthority({ name: 'root' }), files, list, undefined)).toEqual({});
  });
});

describe('whether a certificate is for another key or name', () => {
  const cert = certificateFor(ROOT, keyFacts('k'), ISSUANCE, null, '01');
  const pair = { key: present(keyFacts('k')), cert: present(cert) };
  it.each<[string, Partial<EntityObservation>, boolean, boolean]>([
    ['the same of both', pair, false, false],
    ['a new key', pair, true, true],
    ['another key in the file', { ...pair, key: present(keyFacts('other')) }, false, true],
    ['no key', { cert: pair.cert }, false, true],
    ['another name', { ...pair, cert: present(changed(cert, { subjectDer: '3000' })) }, false, true],
    ['no certificate before', { key: pair.key }, true, false],
  ])('%s', (_, files, newKey, expected) => {
    expect(hasNewIdentity(ROOT, observed(files), newKey)).toBe(expected);
  });
});

describe('the certificate that is wanted', () => {
  const named = [{ type: 'CN', value: 'before' }] as const;
  const signing = { digest: 'sha384' } as never;
  const issuer = issuedBy(certificateFor(ROOT, keyFacts('root'), ISSUANCE, null, '01'));

  it('is for all that an entity says of its subject, and how it signs', () => {
    const entity = { ...ROOT, earlierSubject: named, exactSubject: true, signing } as const;
    const { extensions, ...rest } = wantedCertificate(entity, issuer, null);
    expect(extensions.length).toBeGreaterThan(2);
    const { kind, subject, key } = ROOT;
    expect(rest).toEqual({ kind, subject, earlierSubject: named, exactSubject: true, signing, key, issuer });
  });

  it('has nothing of what an entity does not say', () => {
    const { kind, subject, key } = ROOT;
    const { extensions: _, ...rest } = wantedCertificate(ROOT, null, null);
    expect(rest).toEqual({ kind, subject, key, issuer: null });
  });
});

describe('a certificate below an authority that gets a new key', () => {
  const api = aServer({ name: 'api', validity: 90 * DAY });
  const cert = certificateFor(ROOT, keyFacts('root'), { ...ISSUANCE, notAfter: NOW + 999 * DAY }, null, '01');
  const long = { ...ISSUANCE, notAfter: NOW + 90 * DAY };
  const below = certificateFor(api, keyFacts('api'), long, cert, '02');
  const seen = observed({ cert: present(below), key: present(keyFacts('api')), signedBy: cert.keyId });
  const renewed = (subject: Outlook['subject']): Outlook =>
    ({
      id: ROOT.id,
      subject,
      subjectDer: cert.subjectDer,
      issuerDer: null,
      subjectKeyId: null,
      serial: null,
      keyId: null,
      certificate: null,
      notAfter: cert.notAfter,
    }) as unknown as Outlook;

  it('changes with it, and says so of a new name as well', () => {
    expect(certificateReasons(api, seen, renewed(ROOT.subject), NOW)).toEqual([
      { kind: 'issuer-changes', issuer: ROOT.id },
    ]);
    const subject = [{ type: 'CN', value: 'Next' }] as const;
    expect(certificateReasons(api, seen, renewed(subject), NOW)).toEqual([
      { kind: 'differs', field: 'issuer', before: 'CN=root CA', after: 'CN=Next' },
      { kind: 'issuer-changes', issuer: ROOT.id },
    ]);
  });
});
