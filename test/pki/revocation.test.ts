/** Entries of revocation lists (RFC 5280 §5.3), as `openssl ca` writes them too. */
import { describe, expect, it } from 'vitest';
import { statusText } from '../../src/pki/certificate-status.ts';
import { CRL_REASONS, type CrlReason, writtenEntry } from '../../src/pki/revocation.ts';

it('reasons have the numbers of RFC 5280 §5.3.1', () => {
  expect(CRL_REASONS).toEqual([
    'unspecified',
    'keyCompromise',
    'cACompromise',
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
    undefined,
    'removeFromCRL',
    'privilegeWithdrawn',
    'aACompromise',
  ]);
});

describe('an entry that is written', () => {
  it.each<[CrlReason | null, CrlReason | null, boolean]>([
    [null, null, false],
    // RFC 5280 §5.3.1: rather absent than "unspecified".
    ['unspecified', null, false],
    ['keyCompromise', 'keyCompromise', true],
    ['cACompromise', 'cACompromise', true],
    ['affiliationChanged', 'affiliationChanged', false],
    ['superseded', 'superseded', false],
    ['cessationOfOperation', 'cessationOfOperation', false],
    ['certificateHold', 'certificateHold', false],
    ['privilegeWithdrawn', null, false],
    ['aACompromise', null, false],
  ])('for %s', (reason, written, isDated) => {
    const entry = { serial: '01', date: 7, reason };
    expect(writtenEntry(entry)).toEqual({ serial: '01', date: 7, reason: written });
    expect(writtenEntry({ ...entry, invalidityDate: 5 })).toEqual({
      serial: '01',
      date: 7,
      reason: written,
      ...(isDated ? { invalidityDate: 5 } : {}),
    });
  });
});

it('the status of a certificate is one text, and another for another', () => {
  const texts = [
    statusText({ kind: 'good' }),
    statusText({ kind: 'unknown' }),
    statusText({ kind: 'revoked', date: 7, reason: null }),
    statusText({ kind: 'revoked', date: 8, reason: null }),
    statusText({ kind: 'revoked', date: 7, reason: 'superseded' }),
    statusText({ kind: 'revoked', date: 7, reason: 'keyCompromise' }),
  ];
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts[4]).toBe(statusText({ kind: 'revoked', date: 7, reason: 'superseded' }));
});
