/** What `pki sign` shows before it signs: everything that the signature would vouch for, and nothing twice. */
import { expect, it } from 'vitest';
import { askedText, requestMessages, signText } from '../../src/report/request.ts';
import type { AskedCertificate } from '../../src/run/sign.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  dns,
  ip,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };
const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api', issuer: ROOT.id, san: [dns('a.test'), ip('192.0.2.1')] });
const issuer = certificateFor(ROOT, keyFacts('root'), ISSUANCE, null, '01');
const LEAF = certificateFor(API, keyFacts('api'), ISSUANCE, issuer, '02');
const request = { entity: API.id, authority: ROOT.id } as AskedCertificate['request'];

function shown(changes: Changes, facts = LEAF): string {
  return askedText([{ request, facts: changed(facts, changes), issuer }]);
}

it.each<[name: string, text: string, line: string]>([
  ['names', shown({}), '  names         dns:a.test, ip:192.0.2.1'],
  ['that it is no authority', shown({}), '  authority     no'],
  ['that it is one, of any depth', shown({}, issuer), '  authority     yes, path length without limit'],
  [
    'how deep its line may be',
    shown({ extensions: { basicConstraints: critical({ ca: true, pathLength: 0 }) } }),
    '  authority     yes, path length 0',
  ],
  [
    'each usage of an extension, and that a verifier has to know it',
    shown({ extensions: { keyUsage: critical(['digitalSignature', 'keyAgreement']) } } as Changes),
    '  extension     keyUsage (critical): digitalSignature, keyAgreement',
  ],
  [
    'an extension that a verifier may pass over',
    shown({ extensions: { extendedKeyUsage: uncritical(['serverAuth', 'clientAuth']) } } as Changes),
    '  extension     extendedKeyUsage: serverAuth, clientAuth',
  ],
  [
    'an extension that no one knows',
    shown({ unknown: [{ oid: '1.2.3', critical: true, hex: '0500' }] } as never),
    '  extension     1.2.3 (critical): 0500',
  ],
  [
    'one that may be passed over',
    shown({ unknown: [{ oid: '1.2.3', critical: false, hex: '0500' }] } as never),
    '  extension     1.2.3: 0500',
  ],
])('it shows %s', (_, text, line) => {
  expect(text.split('\n')).toContain(line);
});

it('a certificate without names has no line for them', () => {
  expect(shown({ extensions: { subjectAltName: undefined } })).not.toContain('  names ');
});

it.each([
  [[], 'signed: nothing\n'],
  [
    [{ request, facts: LEAF }],
    `servers/api: serial 02, SHA-256 ${LEAF.fingerprint}\nsigned: 1 of 1 asked of this key\n`,
  ],
])('what was signed is named, and counted', (signed, text) => {
  expect(signText({ signed, others: [] })).toBe(text);
});

it('it shows all of it, in one order, and one certificate after the other', () => {
  const one = { request, facts: changed(LEAF, {}), issuer };
  const text = askedText([one]);
  expect(text.split('\n').map((line) => line.slice(0, 16).trim())).toEqual([
    'servers/api, sig',
    'subject',
    'names',
    'authority',
    'valid',
    'key',
    'signature',
    ...Array(text.match(/^ {2}extension /gm)?.length ?? 0).fill('extension'),
    'issuer',
    '',
    '',
  ]);
  expect(text).toContain(`\n  valid         2026-11-23T12:00:00Z to 2027-02-21T11:59:59Z, 90d\n`);
  expect(text).toContain(`\n  key           ${LEAF.keySpec}, SHA-256 ${LEAF.keyId}\n`);
  expect(text).toContain(`\n                certificate SHA-256 ${issuer.fingerprint}\n`);
  expect(text).toMatch(/^servers\/api, signed by authorities\/root\n {2}subject {7}CN=/);
  expect(askedText([one, one])).toBe(`${text}\n${text}`);
});

it('only what is asked for is warned of, where its key is gone', () => {
  const waits = (id: string, reasons: readonly object[], more: object = {}) => ({
    id,
    action: 'wait',
    waiting: { on: ROOT.id, reasons, serves: true, wish: null, ...more },
  });
  const gone = [{ kind: 'missing', artifact: 'key' }];
  const changes = [
    waits('servers/api', gone),
    waits('servers/b', gone),
    waits('servers/c', [{ kind: 'expired' }]),
  ];
  const requested = ['servers/api', 'servers/c'].map((id) => ({ entity: { id } }));
  const messages = requestMessages({ kind: 'written', plan: { changes }, requested } as never, 'stick');
  expect(messages.map(({ kind, text }) => `${kind} ${text.split(' ')[0]}`)).toEqual([
    'warning servers/api:',
    'hint take',
  ]);
});
