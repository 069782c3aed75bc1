/** What verifiers refuse, what a renewal takes away and what is worth knowing: each kind in words. */
import { describe, expect, it } from 'vitest';
import type { Alteration } from '../../src/plan/alteration.ts';
import type { VouchingFault } from '../../src/plan/blockage.ts';
import type { DefectKind } from '../../src/plan/reason.ts';
import type { Remark } from '../../src/plan/remark.ts';
import { alterationText, reasonText } from '../../src/report/reason.ts';
import { defectText } from '../../src/words/defect.ts';
import { refusalText } from '../../src/words/refusal.ts';
import { remarkText } from '../../src/words/remark.ts';

const DEFECTS: readonly (readonly [DefectKind, string | null, string])[] = [
  ['unsupported-signature', 'ML-DSA-65', 'signed with ML-DSA-65, which openssl cannot check'],
  [
    'two-signature-algorithms',
    null,
    'names one signature algorithm in what is signed, and another beside the signature',
  ],
  ['unique-identifier', null, 'has a unique identifier beside a name, which RFC 5280 forbids'],
  ['late-dates', null, 'writes a date before 2050 with four digits for the year, which RFC 5280 forbids'],
  ['unreadable-name', null, 'openssl cannot read the strings of its subject'],
  ['oversized', null, 'is larger than the 100 KiB that OpenSSL takes in a handshake'],
  ['negative-serial', '-05', 'the serial number -05 is negative'],
  ['zero-serial', null, 'the serial number is zero'],
  ['long-serial', 'ab', 'the serial number ab is longer than 20 octets'],
  ['duplicate-serial', 'servers/a', 'its issuer gave the same serial number to servers/a'],
  ['unknown-critical', '1.2.3', 'the extension 1.2.3 is critical, and verifiers do not know it'],
  ['unusable', 'proxyCertInfo', 'the extension proxyCertInfo makes it unusable for TLS'],
  ['misplaced', 'nameConstraints', 'the extension nameConstraints is for authorities alone'],
  ['malformed', 'nsCertType', 'the extension nsCertType is malformed'],
  ['netscape-type', 'nsCertType', 'nsCertType does not allow what it is for'],
  ['must-staple', 'mustStaple', 'mustStaple demands an OCSP response, and no responder is named'],
  ['staple-below', 'mustStaple', 'mustStaple of an authority demands it of everything below, which has none'],
  ['explicit-policy', 'policyConstraints', 'policyConstraints demand a certificate policy, and it has none'],
];

it.each(DEFECTS)('%s of %s', (defect, what, text) => {
  expect(defectText(defect, what)).toBe(text);
  expect(reasonText({ kind: 'defect', defect, what })).toBe(text);
});

it.each<[Alteration, string]>([
  [
    {
      kind: 'loses',
      extension: 'nameConstraints',
      oid: '2.5.29.30',
      critical: true,
      value: 'permitted dns:a',
    },
    'loses critical nameConstraints: permitted dns:a',
  ],
  [{ kind: 'loses', extension: '1.2.3', oid: '1.2.3', critical: false, value: null }, 'loses 1.2.3'],
  [
    { kind: 'alters', field: 'signature', before: 'rsassaPss-sha256', after: 'sha256WithRSAEncryption' },
    'signature: rsassaPss-sha256 → sha256WithRSAEncryption',
  ],
  [{ kind: 'loses', extension: 'x', oid: '1.2', critical: false, value: '\u001b[2J' }, 'loses x: ␛[2J'],
])('%j', (alteration, text) => expect(alterationText(alteration)).toBe(text));

it.each<[Remark, string]>([
  [
    {
      kind: 'renamed',
      entity: 'clients/a',
      reason: { kind: 'differs', field: 'subject', before: 'CN=a (T61String)', after: 'CN=a' },
    },
    'clients/a: the next renewal changes its subject: CN=a (T61String) → CN=a',
  ],
  [
    { kind: 'zero-serial', entity: 'authorities/root' },
    'authorities/root: its serial number is zero, which RFC 5280 forbids and verifiers take in a root',
  ],
  [
    { kind: 'left-files', entity: 'servers/a', paths: ['tls/all.pem'] },
    'servers/a: "tls/all.pem" is not asked for any more, and stays: remove it once nothing reads it',
  ],
  [
    { kind: 'left-files', entity: 'servers/a', paths: ['tls/all.pem', 'tls/\u001b.crt'] },
    'servers/a: "tls/all.pem", "tls/␛.crt" are not asked for any more, and stay: remove them once nothing reads them',
  ],
  [
    { kind: 'shared-key', entities: ['servers/a', 'servers/b', 'clients/c'] },
    'one private key serves servers/a, servers/b, clients/c: "pki rotate servers/b clients/c" gives each its own',
  ],
  [
    { kind: 'same-name', entity: 'authorities/root' },
    'authorities/root: ca.pem holds two roots of one name until "pki retire", and an OpenVPN server does not start with that: give it another commonName together with its new key',
  ],
  [
    { kind: 'no-way', entity: 'authorities/root', refused: ['servers/a', 'clients/c'], by: 'all' },
    'authorities/root: servers/a, clients/c will be refused by all who trust only its former certificate, from which nothing leads to them: bring the new ca.pem to every peer before the new certificates',
  ],
  [
    { kind: 'no-way', entity: 'authorities/root', refused: ['servers/a'], by: 'strict' },
    'authorities/root: servers/a will be refused by Go, GnuTLS, mbed TLS and pyca where they trust only its former certificate, whose pathLength leaves no room for a cross-certificate: bring the new ca.pem to every peer before the new certificates',
  ],
  [
    { kind: 'early-end', entity: 'authorities/root', intermediates: ['authorities/a', 'authorities/b'] },
    'authorities/root: peers with the new ca.pem refuse earlier chains: "pki retire authorities/a authorities/b" first gives every peer chains that both accept',
  ],
  [
    {
      kind: 'unbrought',
      entity: 'authorities/ca',
      path: 'ca-previous.pem',
      trusting: ['servers/a', 'servers/b', 'servers/c', 'servers/d', 'servers/e', 'servers/f'],
      presented: ['servers/a'],
    },
    'authorities/ca: old and new files will refuse each other, because some have no "ca" for its former certificate (servers/a, servers/b, servers/c, servers/d, servers/e and 1 more), and no "fullchain" for what leads from the former certificate to theirs (servers/a): add these to "outputs" first, or bring "ca-previous.pem" along, to be trusted beside the certificate of the root and shown behind those below it',
  ],
  [
    {
      kind: 'unbrought',
      entity: 'authorities/ca',
      path: 'previous.pem',
      trusting: [],
      presented: ['servers/a'],
    },
    'authorities/ca: old and new files will refuse each other, because some have no "fullchain" for what leads from the former certificate to theirs (servers/a): add these to "outputs" first, or bring "previous.pem" along, to be trusted beside the certificate of the root and shown behind those below it',
  ],
])('%j', (remark, text) => expect(remarkText(remark)).toBe(text));

describe('an authority that cannot vouch', () => {
  const path = 'authorities/root/cert.pem';
  const again = `move "${path}" away to have it issued again, with the same key and`;
  const first = `first carry out what is planned for authorities/root, or ${again}`;
  it.each<[VouchingFault, problem: string, hint: string]>([
    [
      {
        kind: 'name-constraints',
        names: ['dns:a.test', 'ip:::1'],
        permitted: ['dns:b.test'],
        excluded: ['ip:::/0'],
      },
      'the name constraints of authorities/root exclude "dns:a.test", "ip:::1" of servers/a: permitted dns:b.test; excluded ip:::/0',
      `choose names that it allows, or ${again} without constraints`,
    ],
    [
      { kind: 'path-length', pathLength: 0 },
      'the certificate of authorities/root allows no authority below it, and servers/a is one more (path length)',
      `${first} its path length of the manifest`,
    ],
    [
      { kind: 'path-length', pathLength: 2 },
      'the certificate of authorities/root allows no more than 2 authorities in line below it, and servers/a is one more (path length)',
      `${first} its path length of the manifest`,
    ],
    [
      { kind: 'no-authority' },
      'the certificate of authorities/root may not sign certificates, such as that of servers/a',
      `${first} the usages of an authority`,
    ],
    [
      { kind: 'policy' },
      'the certificate of authorities/root demands a certificate policy of servers/a, and it would have none that all above it have',
      `state "policies" for it, or ${again} without that demand`,
    ],
  ])('%j', (fault, problem, hint) => {
    const refusal = {
      kind: 'unvouched',
      entity: 'servers/a',
      authority: 'authorities/root',
      path,
      fault,
    } as const;
    expect(refusalText(refusal)).toEqual({ problem, hint });
  });
});
