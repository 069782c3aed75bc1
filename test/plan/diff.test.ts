/** What is a difference between an issued certificate and the wanted one, and what is none. */
import { describe, expect, it } from 'vitest';
import {
  diffGivenKey,
  diffIssuer,
  diffKeySpec,
  diffName,
  diffRequest,
  diffSignature,
  diffSubject,
  fieldText,
  isNamedAs,
  weakness,
} from '../../src/plan/diff.ts';
import { validityReasons } from '../../src/plan/validity.ts';
import { AN_ISSUER, wantedCertificate } from '../../src/plan/wanted.ts';
import { type AnyExtension, EXTENSIONS } from '../../src/x509/extensions.ts';
import { encodedNameDer, nameDer } from '../../src/x509/name.ts';
import { anAuthority, aServer, certificateFor, DAY, dns, keyFacts, NOW } from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };

describe('names', () => {
  const NAME = [
    { type: 'CN', value: 'api.example.test' },
    { type: 'O', value: 'Example' },
    { type: 'OU', value: 'One' },
    { type: 'OU', value: 'Two' },
  ] as const;
  const reversed = [...NAME].reverse();

  it.each(['subject', 'issuer'] as const)('%s: re-ordering is no change', (field) => {
    expect(diffName(field, NAME, NAME)).toEqual([]);
    expect(diffName(field, reversed, NAME)).toEqual([]);
    expect(diffName(field, NAME, reversed)).toEqual([]);
  });

  it.each<[string, readonly { type: string; value: string }[]]>([
    ['one less', NAME.slice(1)],
    ['one more', [...NAME, { type: 'OU', value: 'Two' }]],
    ['another value', [{ type: 'CN', value: 'API.example.test' }, ...NAME.slice(1)]],
    ['another type', [{ type: 'SN', value: 'api.example.test' }, ...NAME.slice(1)]],
    [
      'values that are swapped between two types',
      [{ type: 'CN', value: 'Example' }, { type: 'O', value: 'api.example.test' }, ...NAME.slice(2)],
    ],
    ['none', []],
  ])('%s is one', (_, name) => {
    const [difference, ...more] = diffName('subject', name as never, NAME as never);
    expect(more).toEqual([]);
    expect(difference).toMatchObject({ kind: 'differs', field: 'subject' });
    expect(difference?.after).toContain('api.example.test');
  });
});

describe('a lifetime that its issuer has cut short', () => {
  const entity = aServer({ validity: 90 * DAY, backdate: 0 });
  const end = NOW + 60 * DAY - 1;
  const ceiling = { id: 'authorities/root', notAfter: end };
  const facts = certificateFor(
    entity,
    keyFacts('k'),
    { notBefore: NOW, notAfter: end, cappedBy: ceiling.id, subjectKeyId: null },
    null,
    '7',
  );
  const reasons = (validity: number) =>
    validityReasons(facts, { ...entity, validity }, ceiling, NOW).map((reason) =>
      reason.kind === 'differs' ? `${reason.field}: ${reason.before} → ${reason.after}` : reason.kind,
    );

  it.each([
    [90, []],
    [61, []],
    [60, []],
    // It ends with its issuer, but not because of it.
    [59, ['validity: 60d → 59d']],
    [30, ['validity: 60d → 30d']],
  ])('of 60 days, where %d are wanted: %j', (days, expected) => {
    expect(reasons(days * DAY)).toEqual(expected);
  });
});

describe('a subject with more than a manifest can state', () => {
  const LONG = 'Ministry of Long Names '.repeat(3);
  const ours = [
    { type: 'O', value: 'Example' },
    { type: 'CN', value: 'api.example.test' },
  ] as const;

  it.each([
    ['an organization that is too long', { type: 'O', value: `${LONG}.` }],
    ['a space at the end', { type: 'OU', value: 'Platform ' }],
    ['a mark that is not seen', { type: 'L', value: 'Upp\u200bsala' }],
    ['a second common name that is too long', { type: 'CN', value: `${'a'.repeat(65)}` }],
  ])('%s: it is still named as the entity is', (_, more) => {
    expect(isNamedAs([more, ...ours], { subject: ours })).toBe(true);
    expect(isNamedAs([...ours, more], { subject: ours, exactSubject: true })).toBe(true);
    expect(diffSubject([more, ...ours], { subject: ours })).toHaveLength(1);
  });

  it.each([
    ['and one that it could state', [{ type: 'OU', value: 'Platform' }, ...ours]],
    ['but lacks one', ours.slice(1)],
    ['in place of another', [{ type: 'O', value: 'Example ' }, ...ours.slice(1)]],
    ['of 64 characters', [{ type: 'OU', value: 'a'.repeat(64) }, ...ours]],
  ])('%s: it is another', (_, subject) => {
    expect(isNamedAs([{ type: 'OU', value: `${LONG} ` }, ...subject], { subject: ours })).toBe(false);
  });
});

describe('a lifetime beyond what a manifest can ask for', () => {
  const LONGEST = 100 * 365 * DAY;
  const lives = (seconds: number, validity: number) => {
    const entity = aServer({ validity, backdate: 0 });
    const issuance = { notBefore: NOW, notAfter: NOW + seconds - 1, cappedBy: null, subjectKeyId: null };
    return validityReasons(certificateFor(entity, keyFacts('k'), issuance, null, '7'), entity, null, NOW);
  };
  const endless = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 - NOW + 1;

  it.each([endless, LONGEST + 60])('of %i seconds is as good as the longest', (seconds) => {
    expect(lives(seconds, LONGEST)).toEqual([]);
  });

  it('is a difference where a shorter one is asked for, and a shorter one is where the longest is', () => {
    expect([lives(endless, LONGEST - DAY), lives(LONGEST - DAY, LONGEST)].map(([one]) => one)).toMatchObject([
      { kind: 'differs', field: 'validity', after: '99y 364d' },
      { kind: 'differs', field: 'validity', after: '100y' },
    ]);
  });
});

describe('the octets of a name', () => {
  const subject = [{ type: 'CN', value: 'api' }] as const;
  const utf8 = nameDer(subject);
  const printable = encodedNameDer({ subject, strings: 'printable' });

  it('that is the same are no difference', () => expect(diffIssuer(utf8, utf8)).toEqual([]));

  it('are said by their strings where the text is the same, and by the text where that differs', () => {
    expect(diffIssuer(printable, utf8)).toEqual([
      { kind: 'differs', field: 'issuer', before: 'CN=api (PrintableString)', after: 'CN=api' },
    ]);
    expect(diffIssuer(utf8, printable)).toEqual([
      { kind: 'differs', field: 'issuer', before: 'CN=api', after: 'CN=api (PrintableString)' },
    ]);
    const other = nameDer([{ type: 'CN', value: 'web' }]);
    expect(diffIssuer(printable, other)).toEqual([
      { kind: 'differs', field: 'issuer', before: 'CN=api', after: 'CN=web' },
    ]);
  });
});

describe('a key', () => {
  const before = { keyId: `aabbccddeeff0011${'2'.repeat(48)}`, keySpec: 'ecdsa-p256' };

  it('that was given is compared by kind and id, of which the beginning is enough to tell two apart', () => {
    expect(diffGivenKey(before, { keyId: before.keyId, spec: 'ecdsa-p256' })).toEqual([]);
    expect(diffGivenKey(before, { keyId: `ffbbccddeeff0011${'2'.repeat(48)}`, spec: 'rsa-2048' })).toEqual([
      {
        kind: 'differs',
        field: 'key',
        before: 'ecdsa-p256 aabbccddeeff0011',
        after: 'rsa-2048 ffbbccddeeff0011',
      },
    ]);
  });

  it('of another kind than is asked for is a difference', () => {
    const key = { algorithm: 'rsa', size: 3072 } as const;
    expect(diffKeySpec('rsa-3072', { key })).toEqual([]);
    expect(diffKeySpec('ecdsa-p256', { key })).toEqual([
      { kind: 'differs', field: 'key', before: 'ecdsa-p256', after: 'rsa-3072' },
    ]);
  });
});

describe('a signature', () => {
  const [API, ROOT] = [aServer({ name: 'api' }), anAuthority()];
  const LEAF = wantedCertificate(API, AN_ISSUER, null);
  const signed = (signature: string) =>
    ({ ...certificateFor(API, keyFacts('k'), ISSUANCE, null, '7'), signature }) as const;

  it.each([
    ['ecdsa-with-SHA1', true],
    ['sha1WithRSAEncryption', true],
    ['md5WithRSAEncryption', true],
    ['md2WithRSAEncryption', true],
    ['ripemd160WithRSA', true],
    ['sha256WithRSAEncryption', false],
    ['ecdsa-with-SHA512', false],
    ['ED25519', false],
  ])('by %s is weak: %s, but never that of a root on itself', (signature, isWeak) => {
    const weak = [{ kind: 'weak', what: `signature ${signature}` }];
    expect(weakness(signed(signature), LEAF)).toEqual(isWeak ? weak : []);
    expect(weakness(signed(signature), wantedCertificate(ROOT, null, null))).toEqual([]);
  });

  it('is compared where the manifest says how to sign, below a root', () => {
    const signing = { digest: 'sha384', padding: null } as const;
    const found = signed('ecdsa-with-SHA256');
    expect(diffSignature(found, LEAF)).toEqual([]);
    expect(diffSignature(found, wantedCertificate({ ...ROOT, signing }, null, null))).toEqual([]);
    const stated = wantedCertificate({ ...API, signing }, AN_ISSUER, null);
    expect(diffSignature(signed('ecdsa-with-SHA384'), stated)).toEqual([]);
    expect(diffSignature(found, stated)).toEqual([
      { kind: 'differs', field: 'signature', before: 'ecdsa-with-SHA256', after: 'ecdsa-with-SHA384' },
    ]);
  });
});

describe('a request', () => {
  const entity = aServer({ name: 'api', san: [dns('api.example.test'), dns('b.test')] });
  const facts = { keyId: 'k', subject: entity.subject, signatureFits: true };
  const names = ['dns:b.test', 'dns:api.example.test'];

  it.each([
    ['asks for the same, in any order', { ...facts, san: names }, []],
    [
      'lacks a name',
      { ...facts, san: ['dns:b.test'] },
      [{ field: 'san', before: 'dns:b.test', after: 'dns:api.example.test, dns:b.test' }],
    ],
    [
      'has none',
      { ...facts, san: [] },
      [{ field: 'san', before: 'none', after: 'dns:api.example.test, dns:b.test' }],
    ],
    [
      'has a name that reads like two',
      { ...facts, san: ['dns:a, dns:b'] },
      [{ field: 'san', before: '"dns:a, dns:b"', after: 'dns:api.example.test, dns:b.test' }],
    ],
    [
      'is for another subject',
      { ...facts, san: names, subject: [{ type: 'CN', value: 'x' }] as const },
      [{ field: 'subject', before: 'CN=x', after: 'CN=api.example.test' }],
    ],
  ])('%s', (_, found, expected) => {
    expect(diffRequest(found, entity)).toEqual(expected.map((one) => ({ kind: 'differs', ...one })));
  });

  it('of one without names has none as well', () => {
    expect(diffRequest({ ...facts, san: ['dns:x'] }, { ...entity, san: [] })).toEqual([
      { kind: 'differs', field: 'san', before: 'dns:x', after: 'none' },
    ]);
  });
});

describe('a field of an extension', () => {
  const ruleOf = (name: string) => EXTENSIONS.find((rule) => rule.name === name) as AnyExtension;
  const [san, aia] = [ruleOf('subjectAltName'), ruleOf('authorityInfoAccess')];
  const found = (value: unknown, critical = true) => ({ critical, value });
  const ocsp = [{ method: 'ocsp', name: 'uri:http://o.test' }];

  it.each([
    ['of none', fieldText(san, 'san', undefined, true), 'none'],
    ['of an empty one', fieldText(san, 'san', found([]), false), 'empty'],
    ['of several values', fieldText(san, 'san', found(['dns:a', 'dns:b']), false), 'dns:a, dns:b'],
    ['that is critical where that decides', fieldText(san, 'san', found(['dns:a']), true), 'critical, dns:a'],
    ['that is not', fieldText(san, 'san', found(['dns:a'], false), true), 'dns:a'],
    ['the first of two', fieldText(aia, 'ocsp', found(ocsp), false), 'http://o.test'],
    ['the first of two, without a value', fieldText(aia, 'ocsp', found([]), false), 'none'],
    ['the second, without a value', fieldText(aia, 'caIssuers', found(ocsp), true), 'none'],
    [
      'the first says that all is critical',
      fieldText(aia, 'ocsp', found(ocsp), true),
      'critical, http://o.test',
    ],
  ])('%s', (_, text, expected) => expect(text).toBe(expected));
});
