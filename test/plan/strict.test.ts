/**
 * What other tools made, against a judge that we did not write: a certificate stays exactly as long as openssl verifies
 * it strictly, whatever is critical in it and whatever it lacks.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { diffCertificate } from '../../src/plan/diff.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { issuedBy, wantedCertificate } from '../../src/plan/wanted.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { encode } from '../../src/x509/der-write.ts';
import { type CertificateFacts, keyIdentifierOf } from '../../src/x509/facts.ts';
import { nameDer } from '../../src/x509/name.ts';
import { anAuthority, aServer, dns } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const [MAJOR = 0] = (/OpenSSL (\d+)/.exec(opensslSync(['version'], folder)) ?? []).slice(1).map(Number);

const ROOT = anAuthority({ subject: [{ type: 'CN', value: 'Root' }] });
const LEAF = aServer({ subject: [{ type: 'CN', value: 'leaf.test' }], san: [dns('leaf.test')] });
const NAMELESS = aServer({ subject: [], san: [dns('leaf.test')] });

const SKI = '11'.repeat(20);

/** Lines of a section, each of which a case can replace or leave out. */
type Lines = Readonly<Record<string, string | null>>;

const ROOT_LINES: Lines = {
  basicConstraints: 'critical,CA:TRUE',
  keyUsage: 'critical,keyCertSign,cRLSign',
  subjectKeyIdentifier: SKI,
};
const LEAF_LINES: Lines = {
  basicConstraints: 'critical,CA:FALSE',
  keyUsage: 'critical,digitalSignature',
  extendedKeyUsage: 'serverAuth',
  subjectAltName: 'DNS:leaf.test',
  subjectKeyIdentifier: 'hash',
  authorityKeyIdentifier: 'keyid:always',
};

beforeAll(() => {
  for (const name of ['root', 'leaf'])
    opensslSync(
      ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`],
      folder,
    );
});

function make(name: string, subject: string, lines: Lines, args: readonly string[]): CertificateFacts {
  const extensions = Object.entries(lines).flatMap(([key, value]) =>
    value === null ? [] : `${key} = ${value}`,
  );
  const config = `[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = name\n[name]\n${subject}\n[extensions]\n${extensions.join('\n')}\n`;
  const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-extensions', 'extensions'];
  opensslSync([...call, '-key', `${name}.key`, '-out', `${name}.pem`, ...args], folder, config);
  return certificateFacts(derOf(folder, `${name}.pem`));
}

interface Verdict {
  readonly isVerified: boolean;
  readonly reasons: readonly Reason[];
}

function judge(root: Lines, leaf: Lines, nameless: boolean): Verdict {
  const issuer = make('root', 'CN = Root', { ...ROOT_LINES, ...root }, ['-set_serial', '1']);
  const subject = nameless ? '' : 'CN = leaf.test';
  const by = ['-CA', 'root.pem', '-CAkey', 'root.key'];
  const cert = nameless
    ? withoutSubject({ ...LEAF_LINES, ...leaf })
    : make('leaf', subject, { ...LEAF_LINES, ...leaf }, by);
  return {
    isVerified: isVerified(),
    reasons: [
      ...diffCertificate(issuer, wantedCertificate(ROOT, null, keyIdentifierOf(issuer))),
      ...diffCertificate(
        cert,
        wantedCertificate(nameless ? NAMELESS : LEAF, issuedBy(issuer), keyIdentifierOf(cert)),
      ),
    ],
  };
}

/** `req` makes none without a subject; `x509` takes one from the command line. */
function withoutSubject(lines: Lines): CertificateFacts {
  const extensions = Object.entries(lines).flatMap(([key, value]) =>
    value === null ? [] : `${key} = ${value}`,
  );
  opensslSync(['pkey', '-in', 'leaf.key', '-pubout', '-out', 'leaf.pub'], folder);
  opensslSync(
    [
      ...['x509', '-new', '-subj', '/', '-force_pubkey', 'leaf.pub', '-CA', 'root.pem', '-CAkey', 'root.key'],
      ...['-extfile', '-', '-extensions', 'extensions', '-out', 'leaf.pem'],
    ],
    folder,
    `[extensions]\n${extensions.join('\n')}\n`,
  );
  return certificateFacts(derOf(folder, 'leaf.pem'));
}

function isVerified(): boolean {
  try {
    opensslSync(
      ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'root.pem', 'leaf.pem'],
      folder,
    );
    return true;
  } catch {
    return false;
  }
}

const der = (bytes: Buffer): string => `DER:${bytes.toString('hex')}`;
const akiOf = (keyId: string): string => der(encode(0x30, encode(0x80, Buffer.from(keyId, 'hex'))));
const rootByName = encode(0xa1, encode(0xa4, Buffer.from(nameDer(ROOT.subject), 'hex')));
const BY_SERIAL = der(encode(0x30, rootByName, encode(0x82, Buffer.of(1))));

describe('stays, and is verified', () => {
  it.each<[string, Lines, Lines]>([
    ['as we write it', {}, {}],
    ['a root whose key usage is not critical', { keyUsage: 'keyCertSign,cRLSign' }, {}],
    ['a root with an AKI', { '2.5.29.35': akiOf(SKI) }, {}],
    ['a root with an AKI by serial number', { '2.5.29.35': BY_SERIAL }, {}],
    ['a leaf whose key usage is not critical', {}, { keyUsage: 'digitalSignature' }],
    ['a leaf with a critical purpose', {}, { extendedKeyUsage: 'critical,serverAuth' }],
    ['a leaf with its purpose twice', {}, { extendedKeyUsage: 'serverAuth,1.3.6.1.5.5.7.3.1' }],
    ['a leaf with critical names', {}, { subjectAltName: 'critical,DNS:leaf.test' }],
    ['a leaf without basic constraints', {}, { basicConstraints: null }],
    ['a leaf whose basic constraints are not critical', {}, { basicConstraints: 'CA:FALSE' }],
    ['a leaf without key usage', {}, { keyUsage: null }],
    ['a leaf without SKI', {}, { subjectKeyIdentifier: 'none' }],
    [
      'a leaf with an AKI by serial number, too',
      {},
      { authorityKeyIdentifier: 'keyid:always,issuer:always' },
    ],
    ['a leaf with an extension more', {}, { nsComment: 'hello' }],
  ])('%s', (_, root, leaf) => {
    expect(judge(root, leaf, false)).toEqual({ isVerified: true, reasons: [] });
  });
  it('a leaf without subject whose names are critical', () => {
    const leaf = { subjectAltName: 'critical,DNS:leaf.test' };
    expect(judge({}, leaf, true)).toEqual({ isVerified: true, reasons: [] });
  });
});

/** @returns its reasons, with the judge agreeing that there must be some; OpenSSL 4 is less strict in three of them. */
function refused(root: Lines, leaf: Lines, { nameless = false, until = Number.POSITIVE_INFINITY } = {}) {
  const { isVerified, reasons } = judge(root, leaf, nameless);
  expect(isVerified).toBe(MAJOR >= until);
  return reasons.map((reason) =>
    reason.kind === 'differs' ? `${reason.field} ${reason.before}` : reason.kind,
  );
}

describe('is issued again, and is not verified', () => {
  it.each<[string, Lines, Lines, readonly string[]]>([
    [
      'a root with a critical SKI',
      { subjectKeyIdentifier: `critical,${SKI}` },
      {},
      [`subjectKeyIdentifier critical, ${SKI}`],
    ],
    [
      'a root with a critical AKI',
      { '2.5.29.35': `critical,${akiOf(SKI)}` },
      {},
      [`authorityKeyIdentifier critical, ${SKI}`],
    ],
    [
      'a root with the AKI of another key',
      { '2.5.29.35': akiOf('22'.repeat(20)) },
      {},
      [`authorityKeyIdentifier ${'22'.repeat(20)}`],
    ],
    [
      'a leaf with a critical SKI',
      {},
      { subjectKeyIdentifier: `critical,${SKI}` },
      [`subjectKeyIdentifier critical, ${SKI}`],
    ],
    [
      'a leaf with a critical AKI',
      {},
      { authorityKeyIdentifier: 'critical,keyid:always' },
      [`authorityKeyIdentifier critical, ${SKI}`],
    ],
    [
      'a leaf with the AKI of another key',
      {},
      { authorityKeyIdentifier: null, '2.5.29.35': akiOf('22'.repeat(20)) },
      [`authorityKeyIdentifier ${'22'.repeat(20)}`],
    ],
    ['a leaf with a path length', {}, { basicConstraints: 'critical,CA:FALSE,pathlen:1' }, ['pathLength 1']],
    [
      'a leaf without key identifiers of its issuer',
      {},
      { authorityKeyIdentifier: 'none' },
      ['authorityKeyIdentifier none'],
    ],
    [
      'a leaf whose list of names is empty',
      {},
      { subjectAltName: null, '2.5.29.17': 'DER:3000' },
      ['san empty'],
    ],
  ])('%s', (_, root, leaf, reasons) => expect(refused(root, leaf)).toEqual(reasons));

  it('a leaf that names its issuer by serial number alone, and OpenSSL 4', () => {
    const leaf = { authorityKeyIdentifier: null, '2.5.29.35': BY_SERIAL };
    expect(refused({}, leaf, { until: 4 })).toEqual(['authorityKeyIdentifier empty']);
  });
  it('a root whose basic constraints are not critical', () => {
    expect(refused({ basicConstraints: 'CA:TRUE' }, {}, { until: 4 })).toEqual(['basicConstraints CA:TRUE']);
  });
  it('a leaf that names its issuer by serial number alone', () => {
    const leaf = { authorityKeyIdentifier: null, '2.5.29.35': BY_SERIAL };
    expect(refused({}, leaf, { until: 4 })).toEqual(['authorityKeyIdentifier empty']);
  });
  it('a leaf without subject whose names are not critical', () => {
    expect(refused({}, {}, { nameless: true, until: 4 })).toEqual(['san dns:leaf.test']);
  });
});
