/** A list that was made is the one that was asked for, in every respect, before it takes the place of another. */
import { describe, expect, it } from 'vitest';
import type { ListFacts } from '../../src/plan/artifacts/crl.ts';
import { readFacts } from '../../src/plan/artifacts/rules.ts';
import type { Run } from '../../src/run/run.ts';
import { verifyLastList, verifyList } from '../../src/run/verify-list.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { StepError } from '../../src/store/step-error.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { aChange, anAuthority, aServer, DAY, NOW } from '../helpers/entities.ts';
import { type SmallCertificate, smallCertificate, smallList } from '../helpers/small-certificates.ts';

const CA = anAuthority({ name: 'ca', key: { algorithm: 'ed25519' } });
const OURS = smallCertificate('ca');
const OTHER = smallCertificate('ca');
const ENTRY = { serial: '0a', date: NOW, reason: null };
const LIST = { number: '7', thisUpdate: NOW, nextUpdate: NOW + DAY, entries: [ENTRY] };
const pem = (by: SmallCertificate): Buffer => Buffer.from(pemOf(smallList(by, [['0a']]), 'X509 CRL'));
const FACTS = readFacts('crl', pem(OURS));
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };

/** A run that has made `files`, by their names, of an authority whose certificate in its place is `placed`. */
function aRun(files: Readonly<Record<string, Buffer>>, placed: SmallCertificate = OURS): Run {
  const read = (_: string, file: string): Buffer => {
    const found = files[file];
    if (found === undefined) throw new Error(`no ${file}`);
    return found;
  };
  const facts = parseCertificate(Buffer.from(placed.pem));
  const key = publicKeyObject(certificateSpki(placed.der));
  return {
    reader: new Reader(),
    staging: { read, readCopy: read, makerOf: () => 'openssl' },
    published: {
      certificateBytes: () => Buffer.from(placed.pem),
      current: () => ({ facts, key, pem: placed.pem }),
    },
  } as never;
}

/** What is wrong with it, `null` where nothing is. */
function wrong(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return 'artifact' in error.cause ? `${error.cause.kind} ${error.cause.artifact}` : error.cause.kind;
  }
}

const refresh = (list: object | undefined) =>
  aChange({ id: CA.id, action: 'refresh', ...{ list } } as never) as never;
const BAD = 'made-other-content crl';

describe('a list is right', () => {
  const judged = (facts: Partial<ListFacts>, list: object = {}) =>
    wrong(() =>
      verifyList(aRun({ crl: pem(OURS) }), CA, refresh({ ...LIST, ...list }), { ...FACTS, ...facts }),
    );
  const [entry] = FACTS.entries;
  const dated = { ...ENTRY, invalidityDate: NOW - DAY };

  it.each<[string, Partial<ListFacts>, object, string | null]>([
    ['as it was asked', {}, {}, null],
    ['with another number', { number: '8' }, {}, BAD],
    ['without one', { number: null }, {}, BAD],
    ['from another moment on', { thisUpdate: NOW - 1 }, {}, BAD],
    ['until another moment', { nextUpdate: NOW + DAY + 1 }, {}, BAD],
    ['without end', { nextUpdate: null }, {}, BAD],
    ['with nothing on it', { entries: [] }, {}, BAD],
    ['with nothing asked for', {}, { entries: [] }, BAD],
    ['with another entry', {}, { entries: [{ ...ENTRY, serial: '0b' }] }, BAD],
    ['with another date of one', {}, { entries: [{ ...ENTRY, date: NOW - 1 }] }, BAD],
    ['with another reason of one', {}, { entries: [{ ...ENTRY, reason: 'superseded' }] }, BAD],
    ['without the moment that one has', {}, { entries: [dated] }, BAD],
    [
      'with the moment that one has',
      { entries: [{ ...entry, invalidityDate: NOW - DAY }] as never },
      { entries: [dated] },
      null,
    ],
    [
      'with entries in another order',
      { entries: [{ ...entry, serial: '0b' }, entry] as never },
      { entries: [ENTRY, { ...ENTRY, serial: '0b' }] },
      null,
    ],
    ['of another version', { version: 1 }, {}, BAD],
    ['for some reasons alone', { scope: { only: null, isPartial: true, isIndirect: false } }, {}, BAD],
    ['with something critical that is not known', { unknownCritical: ['1.2.3'] }, {}, BAD],
    ['in another name', { issuerDer: '3000' }, {}, BAD],
    ['that names another key', { authorityKeyId: 'ab' }, {}, BAD],
    ['signed by another algorithm', { signature: 'ecdsa-with-SHA256' }, {}, BAD],
  ])('%s', (_, facts, list, expected) => expect(judged(facts, list)).toBe(expected));
});

describe('a list is of the certificate that its authority will have', () => {
  const check = (files: Readonly<Record<string, Buffer>>, change: never, placed = OURS) =>
    wrong(() => verifyList(aRun(files, placed), CA, change, readFacts('crl', files['crl'] as Buffer)));

  it('of the one in its place, where that stays', () => {
    expect(check({ crl: pem(OURS) }, refresh(LIST))).toBeNull();
    expect(check({ crl: pem(OTHER) }, refresh(LIST))).toBe(BAD);
  });

  it('of the one that is made, where that is new', () => {
    const issue = aChange({
      id: CA.id,
      action: 'issue',
      issuance: ISSUANCE,
      ...{ list: LIST },
    } as never) as never;
    const cert = Buffer.from(OURS.pem);
    expect(check({ crl: pem(OURS), cert }, issue, OTHER)).toBeNull();
    expect(check({ crl: pem(OTHER), cert }, issue, OTHER)).toBe(BAD);
  });

  it('nothing is looked at where none is made, or no authority is', () => {
    expect(check({ crl: pem(OTHER) }, refresh(undefined))).toBeNull();
    expect(wrong(() => verifyList(aRun({}), aServer(), refresh(LIST), FACTS))).toBeNull();
  });
});

describe('the last list of a former key', () => {
  const last = (archived?: string) => ({
    list: LIST,
    signedWith: 'ed25519',
    ...(archived === undefined ? {} : { archived }),
  });
  const check = (files: Readonly<Record<string, Buffer>>, made: object | null, placed = OURS) => {
    const formerLists = { last: made, keep: [] };
    const change = aChange({ id: CA.id, action: 'refresh', ...{ formerLists } } as never) as never;
    return wrong(() => verifyLastList(aRun(files, placed), CA, change));
  };
  const WRONG = 'made-other-content former-crls';

  it('is of the key in its place, or of the one in the archive', () => {
    const cert = Buffer.from(OURS.pem);
    expect(check({ 'former-crl': pem(OURS) }, last())).toBeNull();
    expect(check({ 'former-crl': pem(OTHER) }, last())).toBe(WRONG);
    expect(check({ 'former-crl': pem(OURS), cert }, last('set'), OTHER)).toBeNull();
    expect(check({ 'former-crl': pem(OTHER), cert }, last('set'), OTHER)).toBe(WRONG);
  });

  it('is what was asked for, by the algorithm of that key', () => {
    expect(check({ 'former-crl': pem(OURS) }, { ...last(), list: { ...LIST, number: '8' } })).toBe(WRONG);
    expect(check({ 'former-crl': pem(OURS) }, { ...last(), signedWith: 'ecdsa-p256' })).toBe(WRONG);
    expect(check({}, null)).toBeNull();
  });
});
