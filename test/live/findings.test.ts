/** What a survey means, by answers that are put together: every problem and every remark, alone. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Answer, Served } from '../../src/live/attempt.ts';
import { pathOf } from '../../src/live/chain.ts';
import { type Expectation, judged } from '../../src/live/findings.ts';
import type { Survey } from '../../src/live/survey.ts';
import { Tap } from '../../src/live/tap.ts';
import { encode } from '../../src/x509/der-write.ts';
import {
  CN,
  certificate,
  extension,
  integer,
  name,
  pemOf,
  SHA256_ECDSA,
  sequence,
  type TestKey,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';

const [START, END] = [1_790_000_000, 1_800_000_000];
const key = (): TestKey =>
  testKey(
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    }),
  );
const made = (of: string, own: TestKey, by: string, signer: TestKey, serial = '01'): Buffer =>
  certificate(
    {
      version: VERSION_3,
      serial: integer(serial),
      algorithm: SHA256_ECDSA,
      issuer: name([CN, by]),
      validity: sequence(utcTime(START), utcTime(END)),
      subject: name([CN, of]),
      spki: own.spki,
      between: Buffer.of(),
      extensions: [extension('2.5.29.17', sequence(encode(0x82, Buffer.from('a.test'))))],
    },
    signer,
  );
const [ROOT_KEY, CA_KEY, LEAF_KEY, OTHER_KEY] = [key(), key(), key(), key()] as const;
const ROOT = made('root', ROOT_KEY, 'root', ROOT_KEY);
const CA = made('ca', CA_KEY, 'root', ROOT_KEY);
const LEAF = made('leaf', LEAF_KEY, 'ca', CA_KEY);
const OTHER = made('root', OTHER_KEY, 'root', OTHER_KEY);

const served = (chain: readonly Buffer[], asks: boolean | null): Served => ({
  protocol: 'TLSv1.3',
  chain,
  asks,
});
const letIn = (chain: readonly Buffer[], asks: boolean | null = false): Answer => {
  return { kind: 'let-in', served: served(chain, asks) };
};
const refused = (code: string, chain?: readonly Buffer[]): Answer => {
  return { kind: 'refused', code, served: chain === undefined ? null : served(chain, true) };
};
const EXPECTED: Expectation = {
  serverName: 'a.test',
  server: { id: 'servers/a', cert: pemOf(LEAF) },
  client: null,
  roots: [pemOf(ROOT)],
  decidesAbove: false,
  now: START,
};
const surveyOf = (
  answer: Answer,
  callers: Partial<Survey['callers']> = {},
  versions: Partial<Survey['versions']> = {},
): Survey => ({
  versions: { 'TLS 1.3': answer, 'TLS 1.2': answer, 'TLS 1.0 or 1.1': refused('OLD'), ...versions },
  callers: { anonymous: answer, known: null, foreign: null, ...callers },
});
const found = (survey: Survey, expectation: Partial<Expectation> = {}) => {
  const { problems, remarks, ok, leaf, path, versions } = judged(survey, { ...EXPECTED, ...expectation });
  expect(ok).toBe(problems.length === 0);
  return {
    problems: problems.map(({ kind }) => kind),
    remarks: remarks.map(({ kind }) => kind),
    leaf: leaf?.subject ?? null,
    end: path?.end ?? null,
    versions,
  };
};
const GOOD = { problems: [], remarks: [], leaf: 'CN=leaf', end: 'trusted', versions: ['TLS 1.3', 'TLS 1.2'] };

describe('a server', () => {
  it('is well from the first second of its certificates to the last', () => {
    const survey = surveyOf(letIn([LEAF, CA]));
    expect([START, END].map((now) => found(survey, { now }))).toEqual([GOOD, GOOD]);
    expect(found(survey, { now: START - 1 }).problems).toEqual([
      'not-yet-valid',
      'not-yet-valid',
      'not-yet-valid',
    ]);
    expect(found(survey, { now: END + 1 }).problems).toEqual(['expired', 'expired', 'expired']);
  });

  it.each<[string, readonly Buffer[], Partial<Expectation>, object]>([
    [
      'without what signs its certificate',
      [LEAF],
      {},
      { problems: ['missing-issuer'], end: 'missing-issuer' },
    ],
    [
      'of another root',
      [LEAF, CA, ROOT],
      { roots: [pemOf(OTHER)] },
      { problems: ['unknown-root'], remarks: ['root-sent'], end: 'unknown-root' },
    ],
    ['that sends its root', [LEAF, CA, ROOT], {}, { remarks: ['root-sent'] }],
    ['that sends something else', [LEAF, CA, OTHER], {}, { remarks: ['surplus'] }],
    [
      'that sends more than eight',
      [LEAF, CA, ...Array.from({ length: 7 }, () => OTHER)],
      {},
      { remarks: ['surplus', 'long-chain'] },
    ],
    ['that sends eight', [LEAF, CA, ...Array.from({ length: 6 }, () => OTHER)], {}, { remarks: ['surplus'] }],
    [
      'with the certificate of another',
      [LEAF, CA],
      { server: { id: 'servers/b', cert: pemOf(CA) } },
      { problems: ['other-certificate'] },
    ],
    ['of which nothing is known', [LEAF, CA], { server: null }, {}],
    ['under another name', [LEAF, CA], { serverName: 'b.test' }, { problems: ['wrong-name'] }],
    ['under an address', [LEAF, CA], { serverName: '127.0.0.1' }, { problems: ['wrong-name'] }],
    ['whose certificate is itself trusted', [LEAF], { roots: [pemOf(LEAF)] }, {}],
  ])('%s', (_, chain, expectation, differing) => {
    expect(found(surveyOf(letIn(chain)), expectation)).toEqual({ ...GOOD, ...differing });
  });

  it('speaks old versions', () => {
    const answer = letIn([LEAF, CA]);
    const versions = { 'TLS 1.0 or 1.1': answer };
    expect(found(surveyOf(answer, {}, versions))).toEqual({
      ...GOOD,
      remarks: ['old-versions'],
      versions: [...GOOD.versions, 'TLS 1.0 or 1.1'],
    });
  });

  it('shows its certificate to whom it lets in, where it does to no one else', () => {
    const known = letIn([LEAF, CA], true);
    expect(found(surveyOf(refused('X'), { known }), { client: 'clients/c' })).toMatchObject({
      problems: [],
      leaf: 'CN=leaf',
    });
    expect(found(surveyOf(refused('X', [LEAF, CA]), { known }), { client: 'clients/c' }).problems).toEqual(
      [],
    );
  });
});

describe('clients', () => {
  const answer = refused('CLOSED', [LEAF, CA]);
  const [yes, asked] = [letIn([LEAF, CA]), letIn([LEAF, CA], true)];
  it.each<
    [string, Answer, Answer, Answer | null, Partial<Expectation>, readonly string[], readonly string[]]
  >([
    ['one is let in, and no one else', answer, asked, refused('NO'), {}, [], []],
    ['ours is refused', answer, refused('NO'), refused('NO'), {}, ['client-refused'], []],
    ['anyone is let in', yes, asked, asked, {}, ['anyone-let-in'], []],
    ['anyone, and ours is refused', yes, refused('NO'), null, {}, ['client-refused', 'anyone-let-in'], []],
    ['of any authority', answer, asked, asked, {}, ['foreign-let-in'], []],
    ['it is decided above', asked, asked, refused('NO'), { decidesAbove: true }, [], ['decided-above']],
    [
      'it is decided above, and of any authority',
      asked,
      asked,
      asked,
      { decidesAbove: true },
      ['foreign-let-in'],
      ['decided-above'],
    ],
    ['everyone is asked, and let in', asked, asked, refused('NO'), {}, ['anyone-let-in'], []],
    ['it is not asked for above', yes, asked, refused('NO'), { decidesAbove: true }, ['anyone-let-in'], []],
    ['nothing is known of ours', asked, asked, asked, { client: null, decidesAbove: true }, [], []],
  ])('%s', (_, anonymous, known, foreign, expectation, problems, remarks) => {
    const survey = surveyOf(anonymous, { known, foreign });
    expect(found(survey, { client: 'clients/c', ...expectation })).toMatchObject({ problems, remarks });
  });
});

it.each<[string, Answer, Answer, unknown]>([
  [
    'no one',
    { kind: 'unreachable', code: 'ECONNREFUSED' },
    refused('X'),
    { kind: 'unreachable', code: 'ECONNREFUSED' },
  ],
  ['silence', { kind: 'timed-out', connected: true }, refused('X'), { kind: 'timed-out', connected: true }],
  [
    'another protocol',
    { kind: 'no-starttls', said: 'hi' },
    refused('X'),
    { kind: 'no-starttls', said: 'hi' },
  ],
  ['two refusals', refused('A'), refused('B'), { kind: 'no-tls', code: 'B' }],
  ['one refusal', refused('A'), { kind: 'timed-out', connected: true }, { kind: 'no-tls', code: 'A' }],
  ['an empty chain', letIn([]), letIn([]), { kind: 'no-tls', code: '' }],
])('where it comes to no certificate: %s', (_, first, second, problem) => {
  const survey = surveyOf(first, {}, { 'TLS 1.2': second });
  const { problems, leaf, path, ok } = judged(survey, EXPECTED);
  expect({ problems, leaf, path, ok }).toEqual({ problems: [problem], leaf: null, path: null, ok: false });
});

it('a path uses each certificate once, and takes a root as soon as there is one', () => {
  const of = (sent: readonly Buffer[], roots: readonly Buffer[]) => {
    const [chain, trusted] = [sent, roots].map((all) => all.map((der) => new X509Certificate(der)));
    const { steps, end } = pathOf(chain ?? [], trusted ?? []);
    return [end, ...steps.map(({ subject }) => subject)];
  };
  expect(of([], [ROOT])).toEqual(['missing-issuer']);
  expect(of([LEAF, ROOT, CA], [ROOT])).toEqual(['trusted', 'CN=leaf', 'CN=ca', 'CN=root']);
  expect(of([LEAF, CA, ROOT], [CA])).toEqual(['trusted', 'CN=leaf', 'CN=ca']);
  const [one, two] = [made('one', CA_KEY, 'two', LEAF_KEY), made('two', LEAF_KEY, 'one', CA_KEY)];
  expect(of([one, two], [ROOT])).toEqual(['missing-issuer', 'CN=one', 'CN=two']);
});

it('a tap keeps what came in until 256 KiB are full', () => {
  const socket = new Socket();
  const tap = new Tap(socket);
  const kept = [2 ** 18 - 1, 1, 1].map((size) => {
    socket.emit('data', Buffer.alloc(size));
    return tap.received.length;
  });
  expect(kept).toEqual([2 ** 18 - 1, 2 ** 18, 2 ** 18]);
  tap.destroy();
});
