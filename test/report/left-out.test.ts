// Everything that is said of what a manifest does not describe, what can be done, and what JSON has: as whole texts.
// After a deliberate change of wording: `npx vitest run test/report/left-out -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReadFault } from '../../src/adopt/found.ts';
import type { LeftOutWhy, Note } from '../../src/adopt/left-out.ts';
import type { PathFault } from '../../src/adopt/paths.ts';
import { noteText } from '../../src/report/entry-note.ts';
import { failureAdvice } from '../../src/report/failure.ts';
import { formatHint } from '../../src/report/format-hints.ts';
import { leftOutHint, leftOutJson, leftOutText } from '../../src/report/left-out.ts';
import { COMMANDS_TRIED, OPTIONS_TRIED } from '../../src/report/typed.ts';
import type { PemFlawKind } from '../../src/x509/pem.ts';
import { NOW } from '../helpers/entities.ts';
import { paragraphs, type Samples, valuesOf } from '../words/samples.ts';

const FLAWS: Readonly<Record<PemFlawKind, number>> = {
  'byte-order-mark': 1,
  boundary: 2,
  unclosed: 3,
  header: 4,
  'empty-line': 5,
  base64: 6,
  nul: 7,
};
const FAULTS: Samples<ReadFault> = {
  blocked: [{ cause: { kind: 'directory' } }],
  gone: [{}],
  empty: [{}],
  'no-pem': [{}],
  'flawed-pem': Object.entries(FLAWS).map(([kind, line]) => ({
    flaw: { kind: kind as PemFlawKind, line },
  })) as unknown as Samples<ReadFault>['flawed-pem'],
  utf16: [{}],
  'several-keys': [{}],
  'foreign-key': [{ format: { kind: 'der' } }, { format: { kind: 'tpm' } }],
  'rare-label': [{ label: 'X509 CERTIFICATE' }],
  unusable: [{ detail: 'holds\u001bnothing' }],
};
const PATHS: Samples<PathFault> = {
  braces: [{}],
  'not-utf8': [{}],
  invalid: [{ message: 'leads out' }],
  'written-differently': [{}],
  'case-twin': [{}],
};
const faults = valuesOf(FAULTS).map((fault) => ({ fault }));
const paths = valuesOf(PATHS).map((fault) => ({ fault }));

const WHYS: Samples<LeftOutWhy> = {
  unreadable: faults as unknown as Samples<LeftOutWhy>['unreadable'],
  link: [{}],
  'too-large': [{}],
  name: [{}],
  'too-deep': [{}],
  'too-many': [{}],
  format: [{ format: 'PKCS#7' }, { format: 'something' }],
  'encrypted-key': [{ keyPath: 'a b.key' }],
  'foreign-key': [{ keyPath: 'a.key', format: { kind: 'openssh' } }],
  'unread-key': [
    { keyPath: 'a.key', because: { kind: 'link' } },
    { keyPath: 'a.key', because: { kind: 'format', format: 'PKCS#12' } },
    { keyPath: 'a.key', because: { kind: 'unreadable', fault: { kind: 'gone' } } },
  ],
  // Omit<> of a union has only what all its parts have in common.
  revoked: [
    { by: 'folder' },
    { by: 'crl', path: 'a.crl', date: NOW, reason: 'keyCompromise' },
    { by: 'database', path: 'index.txt', date: null, reason: null },
  ] as unknown as Samples<LeftOutWhy>['revoked'],
  'no-key': [{}],
  'no-certificate': [
    { request: null, unread: null },
    { request: 'a.csr', unread: null },
    { request: null, unread: 'a.crt' },
  ],
  'key-kind': [{ spec: 'dsa-2048' }],
  usage: [{ usages: ['codeSigning', 'timeStamping'] }],
  'no-host': [{}],
  'self-signed': [{}],
  'authority-key': [{ authority: 'CN=a' }],
  'unknown-issuer': [{ issuer: 'CN=a' }],
  'other-key': [{ issuer: 'CN=a' }],
  circle: [{}],
  'unknown-signature': [{ algorithm: '1.2.3' }],
  'no-authority': [{ issuer: 'CN=a' }],
  'issuer-left-out': [
    { issuer: 'CN=a', because: { kind: 'no-key' } },
    { issuer: 'CN=a', because: { kind: 'foreign-key', keyPath: 'a.key', format: { kind: 'putty' } } },
  ],
  'same-subject': [{ other: '"b.pem"' }],
  'path-length': [{ limiter: 'authorities/a' }],
  constrained: [{ name: 'dns:a', limiter: 'authorities/a' }],
  refused: [{ problem: 'it is too long' }],
  path: paths as unknown as Samples<LeftOutWhy>['path'],
  bundle: [
    { path: 'all.pem', position: 1, count: 1 },
    { path: 'a b.pem', position: 1, count: 2 },
    { path: 'all.pem', position: 2, count: 2 },
    { path: 'all.pem', position: null, count: 2 },
  ],
  together: [{ path: '-a.pem' }],
  earlier: [{ of: 'a.pem' }],
  'key-taken': [{ by: 'a.pem' }],
  'cross-certificate': [{ of: 'a.pem', issuer: 'CN=b' }],
  copy: [{ of: 'a.pem' }],
  combined: [{}],
  'spare-key': [{}],
  certificates: [
    { count: 1, of: [] },
    { count: 2, of: [] },
    { count: 3, of: ['a.pem'] },
    { count: 3, of: ['a.pem', 'b.pem'] },
  ],
  'request-differs': [{ of: 'a.pem' }],
  'request-alone': [{}],
  'public-key': [{}],
  crl: [
    { issuer: 'CN=a', count: 1, nextUpdate: NOW, isTrusted: true },
    { issuer: 'CN=a', count: 0, nextUpdate: null, isTrusted: true },
    { issuer: 'CN=a', count: 2, nextUpdate: null, isTrusted: false },
  ],
  'ca-database': [
    { count: 1, taken: 0 },
    { count: 2, taken: 1 },
    { count: 2, taken: 2 },
  ],
  'other-pem': [{ labels: [] }, { labels: ['DH PARAMETERS', 'X'] }],
};

const NOTES: Samples<Note> = {
  'no-usage': [
    { section: 'servers', isAny: false },
    { section: 'peers', isAny: true },
  ],
  attribute: [{ attribute: 'DC=\u001b' }],
  names: [{ names: ['x400:a', 'ediParty:b'] }],
  'common-name': [
    { before: 'a', after: 'b' },
    { before: null, after: null },
  ],
  'common-name-added': [{ name: 'a.test' }],
  validity: [{ isReversed: false }, { isReversed: true }],
  extensions: [{ oids: ['2.5.29.16', '1.2.3'] }],
  offline: [{}],
  'idle-root': [{}],
};

const CODES = ['EACCES EPERM EROFS ENOSPC EDQUOT EFBIG EMFILE ENFILE ENOTDIR EEXIST ENOENT EIO'].flatMap(
  (all) => all.split(' '),
);

function failureText(code: string): string {
  const error = Object.assign(new Error(code), { code, syscall: 'open', path: '/a' });
  const { problem, hint } = failureAdvice(error);
  return `${problem}\n  hint: ${hint}\n`;
}

const FORMATS = [
  'a certificate in DER',
  'a request in DER',
  'a public key in DER',
  'PKCS#12',
  'PKCS#7',
  'a Java key store',
  'else',
];
const tried = (words: ReadonlyMap<string, string>): string =>
  [...words].map(([word, hint]) => `${word}\n  ${hint}\n`).join('');

it.each<readonly [string, () => string]>([
  [
    'left-out',
    () =>
      paragraphs(WHYS, (why) =>
        [leftOutText(why), `hint: ${leftOutHint(why)}`, JSON.stringify(leftOutJson(why))].join('\n  '),
      ),
  ],
  ['notes', () => paragraphs(NOTES, noteText)],
  ['formats', () => FORMATS.map((format) => `${format}\n  ${formatHint(format)}\n`).join('')],
  ['failures', () => CODES.map(failureText).join('')],
  ['tried', () => tried(COMMANDS_TRIED) + tried(OPTIONS_TRIED)],
])('everything that is said: %s', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.txt`));
});
