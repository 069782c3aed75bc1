// What a check of a running server says: each problem and remark, and the whole result as text and as JSON.
// After a deliberate change of wording: `npx vitest run test/report/check -u`, and read the difference.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer, Served } from '../../src/live/attempt.ts';
import type { Shown } from '../../src/live/chain.ts';
import type { Problem, Remark } from '../../src/live/findings.ts';
import { checkJson, checkText } from '../../src/report/check.ts';
import {
  checkRemarkText,
  codeText,
  noAddresses,
  noEndpoint,
  problemAdvice,
  shownText,
  whichServer,
} from '../../src/report/check-words.ts';
import { PLAIN } from '../../src/report/style.ts';
import type { CheckResult } from '../../src/run/check.ts';
import { DAY, NOW } from '../helpers/entities.ts';
import { paragraphs, type Samples, valuesOf } from '../words/samples.ts';

const expected = (name: string) => join(import.meta.dirname, `expected/${name}.txt`);
const API: Shown = {
  fingerprint: 'aa',
  subject: 'CN=api',
  issuer: 'CN=services',
  serial: '4f',
  notBefore: NOW,
  notAfter: NOW + 90 * DAY,
  names: 'DNS:api.test',
};
const OLD: Shown = { ...API, serial: '3e', notBefore: NOW - DAY };
const ROOT: Shown = { ...API, subject: '', issuer: '', serial: '01', names: '' };

const PROBLEMS: Samples<Problem> = {
  unreachable: [{ code: 'ECONNREFUSED' }, { code: 'EX\u001b' }],
  'timed-out': [{ connected: true }, { connected: false }],
  'no-starttls': [{ said: '' }, { said: '502 no\u0007' }],
  'no-tls': [{ code: 'ECONNRESET' }],
  'other-certificate': [
    { server: 'servers/api', served: OLD, disk: API },
    { server: 'servers/api', served: { ...API, serial: '50' }, disk: API },
    { server: 'servers/api', served: API, disk: OLD },
    { server: 'servers/api', served: { ...OLD, subject: 'CN=other' }, disk: API },
  ],
  expired: [{ certificate: OLD }],
  'not-yet-valid': [{ certificate: API }],
  'wrong-name': [
    { name: 'a\u001b', names: '' },
    { name: 'a.test', names: 'DNS:api.test' },
  ],
  'missing-issuer': [{ of: API }],
  'unknown-root': [{ root: ROOT }],
  'client-refused': [{ client: 'clients/app', code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }],
  'anyone-let-in': [{ asks: true }, { asks: false }, { asks: null }],
  'foreign-let-in': [{}],
  'no-files': [{ server: 'servers/api' }],
};
const REMARKS: Samples<Remark> = {
  'decided-above': [{}],
  'old-versions': [{}],
  'root-sent': [{ root: ROOT }],
  surplus: [{ certificates: [API, OLD] }],
  'long-chain': [{ count: 9 }],
};

const CODES = [
  ...['CLOSED', 'ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['TLSV13_ALERT_CERTIFICATE_REQUIRED', 'SSLV3_ALERT_HANDSHAKE_FAILURE', 'TLSV1_ALERT_UNKNOWN_CA'],
  ...['SSLV3_ALERT_BAD_CERTIFICATE', 'SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'SSLV3_ALERT_CERTIFICATE_EXPIRED'],
  ...['SSLV3_ALERT_CERTIFICATE_REVOKED', 'SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'TLSV1_ALERT_ACCESS_DENIED'],
  ...['TLSV1_ALERT_DECRYPT_ERROR', 'TLSV1_ALERT_PROTOCOL_VERSION', 'TLSV1_UNRECOGNIZED_NAME'],
  ...['WRONG_VERSION_NUMBER', 'PACKET_LENGTH_TOO_LONG', 'HTTP_REQUEST'],
  ...['HTTP_400', 'HTTP_401', 'HTTP_403', 'EOTHER'],
].map((code) => (/^(SSLV|TLSV|WRONG|PACKET|HTTP_R)/.test(code) ? `ERR_SSL_${code}` : code));
const advices = () => [noEndpoint('a\u001b'), whichServer(true), whichServer(false), noAddresses()];

it.each<readonly [string, () => string]>([
  ['check-problems', () => paragraphs(PROBLEMS, (one) => problemAdvice(one, 'api.test:443'))],
  ['check-remarks', () => paragraphs(REMARKS, checkRemarkText)],
  ['check-codes', () => CODES.map((code) => `${codeText(code)}\n`).join('')],
  [
    'check-questions',
    () =>
      advices()
        .map(({ problem, hint }) => `${problem}\n  ${hint}\n`)
        .join(''),
  ],
])('everything that is said: %s', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(expected(name));
});

it('a certificate is shown on one line, even without a subject', () => {
  expect([API, ROOT].map(shownText)).toEqual([
    'CN=api, serial 4f, 2026-11-23 to 2027-02-21',
    '(no subject), serial 01, 2026-11-23 to 2027-02-21',
  ]);
});

const SERVED: Served = { chain: [], asks: true } as unknown as Served;
const LET_IN: Answer = { kind: 'let-in', served: SERVED };
const REFUSED: Answer = { kind: 'refused', code: 'CLOSED', served: null };

function result(given: Partial<CheckResult> = {}): CheckResult {
  return {
    endpoint: { host: 'api.test', port: 443 },
    name: 'api.test',
    server: 'servers/api',
    client: 'clients/app',
    trust: 'manifest',
    survey: {
      versions: { 'TLS 1.3': LET_IN, 'TLS 1.2': LET_IN, 'TLS 1.0 or 1.1': REFUSED },
      callers: { anonymous: REFUSED, known: LET_IN, foreign: { kind: 'silent', served: SERVED } },
    },
    leaf: API,
    path: { steps: [API, ROOT], end: 'trusted' },
    versions: ['TLS 1.3', 'TLS 1.2'],
    problems: [],
    remarks: [],
    ok: true,
    ...given,
  };
}

const unspoken: Answer = { kind: 'timed-out', connected: true };
const RESULTS: Readonly<Record<string, CheckResult>> = {
  'all is well': result(),
  'all is wrong': result({ ok: false, problems: valuesOf(PROBLEMS), remarks: valuesOf(REMARKS) }),
  'one problem, by another name, of no entry': result({
    ok: false,
    problems: [{ kind: 'foreign-let-in' }],
    name: 'other.test',
    server: null,
    trust: 'public',
    path: { steps: [ROOT], end: 'unknown-root' },
    leaf: ROOT,
  }),
  'no client was tried': result({
    client: null,
    survey: {
      versions: { 'TLS 1.3': LET_IN, 'TLS 1.2': LET_IN, 'TLS 1.0 or 1.1': REFUSED },
      callers: { anonymous: LET_IN, known: null, foreign: null },
    },
  }),
  'no client was tried, and none is asked for': result({
    client: null,
    survey: {
      versions: {
        'TLS 1.3': LET_IN,
        'TLS 1.2': { kind: 'let-in', served: { ...SERVED, asks: false } },
        'TLS 1.0 or 1.1': REFUSED,
      },
      callers: { anonymous: LET_IN, known: null, foreign: null },
    },
  }),
  'it came to no certificate': result({
    ok: false,
    leaf: null,
    path: null,
    versions: [],
    problems: [{ kind: 'timed-out', connected: true }],
    survey: {
      versions: { 'TLS 1.3': unspoken, 'TLS 1.2': unspoken, 'TLS 1.0 or 1.1': unspoken },
      callers: { anonymous: unspoken, known: null, foreign: null },
    },
  }),
  'refused before a certificate': result({
    survey: {
      versions: { 'TLS 1.3': REFUSED, 'TLS 1.2': REFUSED, 'TLS 1.0 or 1.1': REFUSED },
      callers: { anonymous: unspoken, known: null, foreign: null },
    },
  }),
};

describe('the result of a check', () => {
  it('is this text', async () => {
    const texts = Object.entries(RESULTS).map(
      ([title, one]) => `=== ${title}\n${checkText(one, { style: PLAIN })}`,
    );
    await expect(texts.join('')).toMatchFileSnapshot(expected('check'));
  });

  it('is this JSON', async () => {
    const json = JSON.stringify(checkJson(Object.values(RESULTS)), null, 2);
    await expect(`${json}\n`).toMatchFileSnapshot(expected('check-json'));
    const one = (ok: boolean) => checkJson([result(), result({ ok })]);
    expect([one(true), one(false)]).toMatchObject([{ ok: true }, { ok: false }]);
  });
});
