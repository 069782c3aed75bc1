// What a proof says of certificates, bundles, lists and staples, as whole texts and as JSON; and of a sample of others.
// After a deliberate change of wording: `npx vitest run test/report/verification -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleJson, sampleMessages, sampleText } from '../../src/report/sample.ts';
import { noPlace, noSource, noToken, noUrl, oneSource } from '../../src/report/sample-words.ts';
import { PLAIN } from '../../src/report/style.ts';
import {
  certificatesText,
  endingListMessages,
  revokedText,
  staplesText,
  touchedText,
  trustText,
  verificationJson,
} from '../../src/report/verification.ts';
import type { SampleResult } from '../../src/run/sample/judge.ts';
import type { Verification } from '../../src/run/verify.ts';
import type { CertificateCheck } from '../../src/run/verify-certificates.ts';
import type { RevokedCheck } from '../../src/run/verify-revoked.ts';
import type { StapleCheck } from '../../src/run/verify-staples.ts';
import type { TrustProblem } from '../../src/run/verify-trust.ts';
import { DAY, NOW } from '../helpers/entities.ts';

const expected = (name: string) => join(import.meta.dirname, `expected/${name}.txt`);
const BRIEF = { style: PLAIN, verbose: false };
const VERBOSE = { style: PLAIN, verbose: true };

type Problem = NonNullable<CertificateCheck['problem']>;
const check = (entity: string, problem: Problem | null = null): CertificateCheck => ({
  entity,
  purpose: 'sslserver',
  problem,
});
const rejected = (complaint: string): Problem => ({ kind: 'rejected', complaint });

const CHECKS: Readonly<Record<string, readonly CertificateCheck[]>> = {
  'nothing at all': [],
  'all is well': [check('servers/a'), { ...check('servers/a'), through: 'authorities/root@other' }],
  'all of several are well': [check('servers/a'), check('servers/b'), check('servers/b')],
  'one is refused': [check('servers/a', rejected('error 10: has expired')), check('servers/b')],
  'an authority is refused': [check('authorities/a', rejected('x')), check('servers/b', rejected('y'))],
  'many are refused': ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => check(`servers/${name}`, rejected('x'))),
  'five are refused': ['a', 'b', 'c', 'd', 'e'].map((name) => check(`servers/${name}`, rejected('x'))),
  'a list is not valid': [check('servers/a', rejected('error 12: CRL has expired'))],
  'something is missing': [
    check('servers/a', { kind: 'missing', of: 'servers/a' }),
    check('servers/b', { kind: 'missing', of: 'authorities/c' }),
  ],
  'something is not in the manifest': [
    check('servers/a', {
      kind: 'contract',
      reasons: [{ kind: 'key-mismatch' }, { kind: 'differs', field: 'san', before: '', after: 'dns:a' }],
    }),
  ],
  'a file is blocked': [
    check('servers/a', { kind: 'blocked', path: 'servers/a/cert.pem', cause: { kind: 'directory' } }),
  ],
};
const TRUST: readonly TrustProblem[] = [
  { entity: 'servers/a', artifact: 'ca', strangers: [], unreadable: 'holds no certificate' },
  {
    entity: 'servers/b',
    artifact: 'ca',
    strangers: [
      { subject: 'CN=x\u001b', fingerprint: 'aa' },
      { subject: null, fingerprint: 'bb' },
    ],
    unreadable: null,
  },
];
const MANY: TrustProblem = {
  entity: 'servers/c',
  artifact: 'ca',
  strangers: [...'abcdefg'].map((name) => ({ subject: `CN=${name}`, fingerprint: name })),
  unreadable: null,
};
const REVOKED: readonly RevokedCheck[] = [
  { entity: 'servers/a', serial: '0a', problem: null },
  { entity: 'servers/b', serial: '0b', problem: 'openssl takes it' },
];
const STAPLES: readonly StapleCheck[] = [
  { entity: 'servers/a', outcome: { kind: 'taken', signer: 'certificates/r' } },
  { entity: 'servers/b', outcome: { kind: 'refused', problem: 'no\u001b' } },
  { entity: 'servers/c', outcome: { kind: 'unsigned', fault: { kind: 'closed', signer: 'authorities/a' } } },
];
const ENDING = [
  { entity: 'authorities/a', nextUpdate: NOW + 2 * DAY, secondsLeft: 2 * DAY },
  { entity: 'authorities/b', nextUpdate: NOW, secondsLeft: 0 },
  { entity: 'authorities/c', nextUpdate: NOW - 1, secondsLeft: -1 },
];
const [taken, refused, unsigned] = STAPLES as readonly [StapleCheck, StapleCheck, StapleCheck];

const both = (title: string, made: (options: typeof BRIEF) => string): string =>
  `=== ${title}\n${made(BRIEF)}--- verbose\n${made(VERBOSE)}`;

it('a proof is said by these texts', async () => {
  const texts = [
    ...Object.entries(CHECKS).map(([title, checks]) => both(title, (how) => certificatesText(checks, how))),
    both('no bundle', (how) => trustText([], how)),
    both('one bundle', (how) => trustText(TRUST.slice(0, 1), how)),
    both('bundles', (how) => trustText(TRUST, how)),
    both('a certificate with another', (how) => trustText([{ ...MANY, artifact: 'cert' }], how)),
    both('such a one and a bundle', (how) => trustText([{ ...MANY, artifact: 'cert' }, MANY], how)),
    both('a bundle with many', (how) => trustText([MANY], how)),
    both('none revoked', (how) => revokedText([], how)),
    both('one revoked', (how) => revokedText(REVOKED.slice(0, 1), how)),
    both('revoked', (how) => revokedText(REVOKED, how)),
    both('no staples', (how) => staplesText([], how)),
    both('a staple', (how) => staplesText([taken], how)),
    both('staples, taken or not signed', (how) => staplesText([taken, unsigned], how)),
    both('staples', (how) => staplesText(STAPLES, how)),
    both('a staple that is refused', (how) => staplesText([refused], how)),
    '=== lists that end\n',
    ...endingListMessages(ENDING).map(({ kind, text }) => `${kind}: ${text}\n`),
    `=== in part\n${touchedText(true)}\n${touchedText(false)}\n`,
  ];
  await expect(texts.join('')).toMatchFileSnapshot(expected('verification'));
});

it('a proof is this JSON', async () => {
  const verification: Verification = {
    certificates: Object.values(CHECKS).flat(),
    outcomes: [],
    skipped: [],
    trust: TRUST,
    revoked: REVOKED,
    staples: STAPLES,
    ending: ENDING,
    ok: false,
    scope: 'touched',
  };
  const json = JSON.stringify(verificationJson(verification), null, 2);
  await expect(`${json}\n`).toMatchFileSnapshot(expected('verification-json'));
});

const NO_SAMPLE: SampleResult = { judged: [], ambiguous: [], missing: [], unsampled: [], ok: true };
const GOOD = {
  from: 'a\u001b.pem',
  entity: 'servers/a',
  ok: true,
  judgements: [{ field: 'subject', relation: 'same', breaches: [] }],
} as const;
const BAD = {
  from: 'b.pem',
  entity: 'servers/b',
  ok: false,
  judgements: [
    { field: 'subject', relation: 'same', breaches: [] },
    {
      field: 'san',
      relation: 'same',
      breaches: [{ kind: 'differs', field: 'san', before: '', after: 'dns:b' }],
    },
    { field: 'validity', relation: 'same', breaches: [{ kind: 'expired', notAfter: NOW }] },
  ],
} as const;
const SAMPLES = {
  nothing: NO_SAMPLE,
  good: { ...NO_SAMPLE, judged: [GOOD], unsampled: ['servers/b'] },
  'one of two is good': { ...NO_SAMPLE, judged: [GOOD, BAD], ok: false },
  'ambiguous and missing': {
    ...NO_SAMPLE,
    judged: [GOOD],
    ambiguous: [{ from: 'c\u001b.pem', entities: ['servers/c', 'servers/d'] }],
    missing: [
      { from: 'e\u001b', entity: 'servers/e', detail: 'it answers 403\u001b' },
      { from: 'f', entity: null, detail: 'not there' },
    ],
    ok: false,
  },
} as unknown as Readonly<Record<string, SampleResult>>;

it('a sample is said by these texts', async () => {
  const texts = [
    ...Object.entries(SAMPLES).map(([title, one]) => {
      const messages = sampleMessages(one).map(({ kind, text }) => `${kind}: ${text}\n`);
      return both(title, (how) => sampleText(one, how)) + messages.join('');
    }),
    '=== how it was asked for\n',
    ...[noSource(), oneSource(), noPlace('vault', 'https://a'), noUrl('x"'), noToken()].map(
      ({ problem, hint }) => `${problem}\n  ${hint}\n`,
    ),
  ];
  await expect(texts.join('')).toMatchFileSnapshot(expected('samples'));
});

it('a sample is this JSON', async () => {
  const json = JSON.stringify(Object.values(SAMPLES).map(sampleJson), null, 2);
  await expect(`${json}\n`).toMatchFileSnapshot(expected('samples-json'));
});
