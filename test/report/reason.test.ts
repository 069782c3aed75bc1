import { expect, it } from 'vitest';
import type { Reason } from '../../src/plan/reason.ts';
import { alterationText, reasonJson, reasonText, recordedText } from '../../src/report/reason.ts';
import type { Fingerprint, KeyId } from '../../src/x509/facts.ts';
import { DAY, NOW } from '../helpers/entities.ts';

const AT = '2026-11-23T12:00:00Z';
const HASH = '0123456789abcdef'.repeat(4) as Fingerprint & KeyId;
const OTHER = 'fedcba9876543210'.repeat(4) as Fingerprint;
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
  [{ kind: 'publish', before: 'symlinks', after: 'files', findings: [] }, 'publish: symlinks → files'],
  [{ kind: 'unrooted', issuer: 'authorities/corp' }, 'leads to no root in the file of authorities/corp'],
  [
    { kind: 'owner', of: 'group', files: ['key', 'folder'], before: 'root', after: 'nginx' },
    'group of key.pem, the folder: root → nginx',
  ],
  [
    { kind: 'owner', of: 'owner', files: ['cert'], before: '1000', after: 'nginx' },
    'owner of cert.pem: 1000 → nginx',
  ],
  [{ kind: 'defect', defect: 'negative-serial', what: '-01' }, 'the serial number -01 is negative'],
  [{ kind: 'passphrase', change: 'encrypt' }, 'key.pem is not encrypted'],
  [{ kind: 'passphrase', change: 'change' }, 'key.pem has its previous passphrase'],
  [{ kind: 'passphrase', change: 'decrypt' }, 'key.pem is encrypted'],
  [{ kind: 'password', artifact: 'pkcs12' }, 'identity.p12 has another password'],
  [{ kind: 'trusts', root: 'authorities/root', fingerprints: [], extent: 'all' }, 'trusts authorities/root'],
  [
    { kind: 'trusts', root: 'authorities/root', fingerprints: [HASH, OTHER], extent: 'some' },
    'trusts 2 more of the certificates of authorities/root',
  ],
  [
    { kind: 'distrusts', root: 'authorities/root', fingerprints: [HASH], extent: 'all' },
    'no longer trusts authorities/root',
  ],
  [
    { kind: 'distrusts', root: 'authorities/root', fingerprints: [HASH], extent: 'some' },
    'no longer trusts 1 of the certificates of authorities/root',
  ],
  [
    { kind: 'distrusts', root: null, fingerprints: [HASH, OTHER], extent: 'all' },
    'no longer trusts what the manifest does not name: SHA-256 0123456789abcdef…, fedcba9876543210…',
  ],
  [
    { kind: 'distrusts', root: null, fingerprints: Array<string>(140).fill(OTHER), extent: 'all' },
    `no longer trusts what the manifest does not name: SHA-256 ${'fedcba9876543210…, '.repeat(5).slice(0, -2)} and 135 more`,
  ],
  [
    { kind: 'keeps-trust', notAfter: NOW, signsNew: true },
    `the current certificate stays trusted until ${AT}, or until "pki retire", and signs the new one`,
  ],
  [
    { kind: 'drops-trust', notAfter: NOW, why: 'expired' },
    `a previous certificate is no longer trusted: expired (${AT})`,
  ],
  [
    { kind: 'new-trust', subject: 'CN=Old', fingerprint: HASH },
    'previous.pem names a root that ca.pem does not hold, and every peer is to trust it: CN=Old',
  ],
  [
    { kind: 'unknown-trust', subject: 'CN=Old', fingerprint: HASH },
    'previous.pem names a root that was neither made nor taken over here, and everyone is to trust it: CN=Old (SHA-256 0123456789abcdef…)',
  ],
  [
    { kind: 'unproven', subject: 'CN=Old', fingerprint: HASH },
    'previous.pem holds a certificate that none of the roots in it has signed, and no chain shows it: CN=Old (SHA-256 0123456789abcdef…)',
  ],
  [
    { kind: 'unknown-key', keyId: HASH },
    'has a key that it never had before, made by another hand (SHA-256 of the public key: 0123456789abcdef…)',
  ],
  [
    { kind: 'lost-trust', count: 1 },
    'ca.pem holds 1 earlier root that previous.pem no longer names: they are no longer trusted',
  ],
  [
    { kind: 'lost-trust', count: 2 },
    'ca.pem holds 2 earlier roots that previous.pem no longer names: they are no longer trusted',
  ],
  [{ kind: 'moved', from: 'a', to: 'b' }, 'place: a → b (the old files stay)'],
  [{ kind: 'foreign-list' }, 'crl.pem is not of its current key and name'],
  [{ kind: 'revokes', of: null, serials: ['4f'] }, 'revokes serial 4f'],
  [{ kind: 'revokes', of: 'servers/a', serials: ['4f', '50'] }, 'revokes 2 certificates of servers/a'],
  [
    { kind: 'list-expires', nextUpdate: NOW, seconds: 3600, window: 2 * DAY },
    `crl.pem ends in 1h (${AT}); the next is due 2d before the end`,
  ],
  [
    { kind: 'list-expired', nextUpdate: NOW },
    `crl.pem ended ${AT}: what checks it refuses every certificate`,
  ],
  [{ kind: 'list-changes', of: 'authorities/root' }, 'authorities/root makes its next revocation list'],
  [{ kind: 'revoked', reason: null }, 'revoked'],
  [{ kind: 'revoked', reason: 'superseded' }, 'revoked: superseded'],
  [
    { kind: 'listed', issuer: 'authorities/root', serial: '4f' },
    'its certificate is on the revocation list of authorities/root (serial 4f)',
  ],
  [{ kind: 'requested' }, 'requested'],
  [{ kind: 'not-in-manifest' }, 'no longer in the manifest'],
  [
    { kind: 'not-in-manifest', notAfter: Date.UTC(2027, 0, 2) / 1000 },
    'no longer in the manifest; its certificate is valid until 2027-01-02T00:00:00Z',
  ],
];

it.each(TEXTS)('%j', (reason, text) => expect(reasonText(reason)).toBe(text));

it('a reason that another version wrote down is called what it is', () => {
  expect(recordedText({ kind: 'healed\u001b[2J' })).toBe('healed␛[2J');
  expect(recordedText({ kind: 'key-mismatch' })).toBe('the certificate does not match the private key');
});

it('as JSON it has its text beside it', () => {
  expect(reasonJson({ kind: 'expired', notAfter: NOW })).toEqual({
    kind: 'expired',
    notAfter: NOW,
    text: `expired ${AT}`,
  });
});

it.each<[Parameters<typeof alterationText>[0], string]>([
  [{ kind: 'alters', field: 'keyUsage', before: 'a', after: '' }, 'keyUsage: a → (none)'],
  [{ kind: 'alters', field: 'subject', before: '', after: 'CN=a' }, 'subject: (none) → CN=a'],
  [{ kind: 'loses', extension: '1.2.3', oid: '1.2.3', critical: true, value: null }, 'loses critical 1.2.3'],
  [{ kind: 'loses', extension: '1.2.3', oid: '1.2.3', critical: false, value: 'x' }, 'loses 1.2.3: x'],
])('what a new certificate changes: %j', (alteration, text) => expect(alterationText(alteration)).toBe(text));

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
