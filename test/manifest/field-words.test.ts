/** What is said of a value of another type, and of lists that are empty, repeated or too long: each as a whole. */
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import * as fields from '../../src/manifest/fields.ts';
import { RESERVED_EXTENSIONS } from '../../src/manifest/reserved-extensions.ts';

/** `[path] message -> hint (first)`. */
function said(schema: z.ZodType, value: unknown): readonly string[] {
  return (schema.safeParse(value).error?.issues ?? []).map((issue) => {
    const problem = issue.code === 'custom' ? issue.params?.['problem'] : undefined;
    const [what = '', ownHint] = issue.message.split('\n');
    const hint: string | undefined = problem?.hint ?? ownHint;
    const first = problem?.first === undefined ? '' : ` (${problem.first})`;
    const path = issue.path.length === 0 ? '' : `[${issue.path.join('.')}] `;
    return `${path}${what}${hint === undefined ? '' : ` -> ${hint}`}${first}`;
  });
}

const AUTHORITY = 'the name of an authority';

it.each<[name: keyof typeof fields, schema: z.ZodType, words: string]>([
  [
    'validity',
    fields.validity,
    'a length of time such as "90d" -> write a number and a unit: m (minutes), h, d, w or y (365 days)',
  ],
  [
    'renewBefore',
    fields.renewBefore,
    'a length of time such as "30d", or a share such as "33%" -> write a number and a unit',
  ],
  ['backdate', fields.backdate, 'a length of time such as "5m" -> write "0m" for none'],
  ['rotateKey', fields.rotateKey, 'true or false'],
  ['mustStaple', fields.mustStaple, 'true or false'],
  ['ocspNoCheck', fields.ocspNoCheck, 'true or false'],
  ['digest', fields.digest, 'one of sha256, sha384, sha512'],
  ['signature', fields.signature, 'one of pkcs1, rsa-pss'],
  ['reference', fields.reference, AUTHORITY],
  ['issuer', fields.issuer, AUTHORITY],
  ['preferredChain', fields.preferredChain, AUTHORITY],
  ['profile', fields.profile, 'the name of a profile'],
  ['trust', fields.trust, 'a list of root authorities'],
  ['pathLength', fields.pathLength, 'a whole number from 0 to 100 -> leave it out for no limit'],
  ['san', fields.san, 'a list of names'],
])('%s', (_, schema, words) => {
  expect(said(schema, { no: 'such type' })).toEqual([words]);
});

describe('lists', () => {
  it('of roots are not empty, and name each once', () => {
    expect(fields.trust.safeParse(['a', 'b']).data).toEqual(['a', 'b']);
    expect(said(fields.trust, [])).toEqual([
      'trust is empty -> name a root authority, or leave "trust" out to trust the root of the entry itself',
    ]);
    expect(said(fields.trust, ['b', 'a', 'c', 'a', 'b', 'a'])).toEqual([
      '[3] authority "a" is listed twice -> remove one (1)',
      '[4] authority "b" is listed twice -> remove one (0)',
      '[5] authority "a" is listed twice -> remove one (1)',
    ]);
    expect(said(fields.trust, ['a', 5])).toEqual([`[1] ${AUTHORITY}`]);
  });

  it('of names hold as many as there may be, and each once, whatever its case', () => {
    const names = (count: number): readonly string[] =>
      Array.from({ length: count }, (__, i) => `a${i}.test`);
    expect(said(fields.san, names(1000))).toEqual([]);
    expect(said(fields.san, names(1001))).toEqual(['san has 1001 names; the limit is 1000']);
    expect(said(fields.san, ['a.test', 'b.test', 'A.Test'])).toEqual([
      '[2] SAN "dns:a.test" is listed twice -> remove one (0)',
    ]);
    expect(said(fields.san, ['a.test', 5])).toEqual([
      '[1] a name such as "api.example.test", "10.0.0.1" or "uri:spiffe://example.test/api"',
    ]);
  });

  it('that are empty are named as it is said, or by their code', () => {
    const own = fields.notEmpty('san', 'add one', 'the list');
    const issues: unknown[] = [];
    own([], { addIssue: (issue: unknown) => issues.push(issue) } as never);
    own([1], { addIssue: (issue: unknown) => issues.push(issue) } as never);
    expect(issues).toMatchObject([{ message: 'the list is empty', path: [], input: [] }]);
  });
});

it.each([
  [-1, false],
  [0, true],
  [100, true],
  [101, false],
  [1.5, false],
  ['1', false],
])('a path length of %j: %j', (value, isGood) => {
  expect(said(fields.pathLength, value)).toEqual(
    isGood ? [] : ['a whole number from 0 to 100 -> leave it out for no limit'],
  );
});

it('every extension that has a field of its own is named with it', () => {
  const lines = Object.entries(RESERVED_EXTENSIONS).map(([oid, { name, hint }]) => `${oid} ${name}: ${hint}`);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "2.5.29.14 subjectKeyIdentifier: it follows from the key
    2.5.29.15 keyUsage: write "keyUsage"
    2.5.29.17 subjectAltName: write "san"
    2.5.29.19 basicConstraints: they follow from the section, and from "pathLength" of an authority
    2.5.29.30 nameConstraints: write "nameConstraints" of an authority
    2.5.29.31 crlDistributionPoints: write "crl": { url: … } in the authority that signs
    2.5.29.32 certificatePolicies: write "policies"
    2.5.29.33 policyMappings: let both authorities state the same policies
    2.5.29.35 authorityKeyIdentifier: it follows from the key of the issuer
    2.5.29.36 policyConstraints: write "policyConstraints" of an authority
    2.5.29.37 extendedKeyUsage: write "extendedKeyUsage"
    2.5.29.54 inhibitAnyPolicy: write "inhibitAnyPolicy" of an authority
    1.3.6.1.5.5.7.1.1 authorityInfoAccess: write "ocsp" or "caIssuers": { url: … } in the authority that signs
    1.3.6.1.5.5.7.1.14 proxyCertInfo: OpenSSL refuses certificates that have it
    1.3.6.1.5.5.7.1.24 TLS feature: write "mustStaple: true"
    1.3.6.1.5.5.7.48.1.5 ocspNoCheck: write "ocspNoCheck: true"
    1.3.6.1.4.1.11129.2.4.2 signedCertificateTimestamps: only logs of Certificate Transparency make it
    1.3.6.1.4.1.11129.2.4.3 precertificatePoison: no verifier accepts a certificate that has it
    2.16.840.1.113730.1.1 nsCertType: write "extendedKeyUsage": OpenSSL and Java still enforce both"
  `);
});
