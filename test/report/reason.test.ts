import { expect, it } from 'vitest';
import type { Reason } from '../../src/plan/reason.ts';
import { reasonText } from '../../src/report/reason.ts';
import { DAY, NOW } from '../helpers/entities.ts';

const AT = '2026-11-23T12:00:00Z';
const TEXTS: readonly (readonly [Reason, string])[] = [
  [{ kind: 'missing', artifact: 'fullchain' }, 'fullchain.pem is missing'],
  [
    { kind: 'unreadable', artifact: 'key', detail: 'holds no readable private key' },
    'key.pem holds no readable private key',
  ],
  [{ kind: 'differs', field: 'san', before: 'none', after: 'dns:a' }, 'san: none → dns:a'],
  [{ kind: 'differs', field: 'subject', before: '', after: 'CN=a' }, 'subject: (none) → CN=a'],
  [{ kind: 'differs', field: 'subject', before: 'CN=a', after: '' }, 'subject: CN=a → (none)'],
  [{ kind: 'key-mismatch' }, 'the certificate does not match the private key'],
  [{ kind: 'shared-key', other: 'servers/b' }, 'the private key is that of servers/b'],
  [
    { kind: 'foreign-issuer', issuer: 'authorities/root' },
    'not signed by the current key of authorities/root',
  ],
  [{ kind: 'issuer-changes', issuer: 'authorities/root' }, 'authorities/root changes'],
  [
    { kind: 'expires', notAfter: NOW, seconds: DAY + 3600, window: 30 * DAY },
    `expires in 1d 1h (${AT}); renewal is due 30d before the end`,
  ],
  [
    { kind: 'expires', notAfter: NOW, seconds: 0, window: 30 * DAY },
    `expires in 0s (${AT}); renewal is due 30d before the end`,
  ],
  [{ kind: 'expired', notAfter: NOW }, `expired ${AT}`],
  [{ kind: 'not-yet-valid', notBefore: NOW }, `not valid before ${AT}`],
  [{ kind: 'mode', artifact: 'key', before: 0o644, after: 0o600 }, 'key.pem has mode 0644, not 0600'],
  [{ kind: 'mode', artifact: 'ca', before: 0o4666, after: 0o644 }, 'ca.pem has mode 4666, not 0644'],
  [
    { kind: 'weak', what: 'signature sha1WithRSAEncryption' },
    'signature sha1WithRSAEncryption is weaker than libraries accept',
  ],
  [{ kind: 'stale', artifact: 'ca' }, 'ca.pem is out of date'],
  [{ kind: 'unwanted', artifact: 'csr' }, 'csr.pem is no longer needed'],
  [
    { kind: 'keeps-trust', notAfter: NOW, signsNew: false },
    `the current certificate stays trusted until ${AT}, or until "pki retire"`,
  ],
  [
    { kind: 'drops-trust', notAfter: NOW, why: 'retired' },
    `a previous certificate is no longer trusted: retired (${AT})`,
  ],
  [{ kind: 'publish', before: 'files', after: 'symlinks', findings: [] }, 'publish: files → symlinks'],
  [
    { kind: 'publish', before: 'mixed', after: 'symlinks', findings: [{ name: '..data', is: 'missing' }] },
    'publish: mixed → symlinks ("..data" is missing)',
  ],
  [{ kind: 'requested' }, 'requested'],
  [{ kind: 'not-in-manifest' }, 'no longer in the manifest'],
  [
    { kind: 'not-in-manifest', notAfter: Date.UTC(2027, 0, 2) / 1000 },
    'no longer in the manifest; its certificate is valid until 2027-01-02T00:00:00Z',
  ],
];

it.each(TEXTS)('%j', (reason, text) => expect(reasonText(reason)).toBe(text));

it('what a certificate holds cannot command a terminal', () => {
  const words = reasonText({
    kind: 'differs',
    field: 'subject',
    before: 'CN=\u001b[2J\nx\u202e',
    after: 'CN=a',
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect(words).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
});
