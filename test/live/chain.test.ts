/** What is made of certificates that a server shows: for whom they are, and whether they lead to a root. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isFor, pathOf, shown } from '../../src/live/chain.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

const ROOT = smallCertificate('root');
const MIDDLE = smallCertificate('middle', { issuer: ROOT });
const LEAF = smallCertificate('leaf', { issuer: MIDDLE, isAuthority: false });
const OTHER = smallCertificate('other');
const [root, middle, leaf, other] = [ROOT, MIDDLE, LEAF, OTHER].map(
  ({ der }) => new X509Certificate(der),
) as [X509Certificate, X509Certificate, X509Certificate, X509Certificate];

describe('a path', () => {
  it.each<[string, X509Certificate[], X509Certificate[], X509Certificate[], string]>([
    ['to a root that was not sent', [leaf, middle], [root], [leaf, middle, root], 'trusted'],
    ['to a root that was sent, too', [leaf, middle, root], [root], [leaf, middle, root], 'trusted'],
    ['in whatever order', [leaf, root, other, middle], [other, root], [leaf, middle, root], 'trusted'],
    ['to an authority between that is trusted', [leaf, middle], [middle], [leaf, middle], 'trusted'],
    ['of what is trusted itself', [leaf], [leaf], [leaf], 'trusted'],
    ['to a root that is not trusted', [leaf, middle, root], [other], [leaf, middle, root], 'unknown-root'],
    ['of a root alone', [root], [], [root], 'unknown-root'],
    ['without what is between', [leaf, root], [root], [leaf], 'missing-issuer'],
    ['without a root', [leaf, middle], [other], [leaf, middle], 'missing-issuer'],
    ['of nothing', [], [root], [], 'missing-issuer'],
  ])('%s', (_, sent, roots, steps, end) => {
    const found = pathOf(sent, roots);
    expect([found.steps.map((one) => one.subject), found.end]).toEqual([
      steps.map((one) => one.subject),
      end,
    ]);
  });
});

describe('a certificate', () => {
  const names = 'DNS:a.test,DNS:*.b.test,IP:10.0.0.1,IP:2001:db8::1';
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-'];
  const rest = ['-subj', '/CN=common.test', '-addext', `subjectAltName=${names}`];
  const named = new X509Certificate(
    opensslSync(['req', '-x509', ...key, ...rest], '/').replace(/^[\s\S]*(?=-----BEGIN CERTIFICATE)/, ''),
  );

  it.each([
    ['a.test', true],
    ['A.TEST', true],
    ['x.b.test', true],
    ['b.test', false],
    ['x.y.b.test', false],
    ['10.0.0.1', true],
    ['10.0.0.2', false],
    ['2001:db8::1', true],
    ['2001:db8:0::1', true],
    ['2001:db8::2', false],
    // RFC 9525 §2.
    ['common.test', false],
  ])('is for %s: %s', (name, isOne) => expect(isFor(named, name)).toBe(isOne));

  it('without names is for none', () => expect(isFor(leaf, 'leaf')).toBe(false));

  it('is shown by what people compare', () => {
    expect(shown(named)).toEqual({
      fingerprint: named.fingerprint256.toLowerCase().replaceAll(':', ''),
      subject: 'CN=common.test',
      issuer: 'CN=common.test',
      serial: named.serialNumber.toLowerCase(),
      notBefore: Date.parse(named.validFrom) / 1000,
      notAfter: Date.parse(named.validTo) / 1000,
      names: 'DNS:a.test, DNS:*.b.test, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1',
    });
    expect(shown(leaf).names).toBe('');
    expect(shown(named).fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});
