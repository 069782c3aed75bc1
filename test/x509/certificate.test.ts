/** Facts against what openssl and node read from the same certificates, which openssl made. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { children, context, DerError, readAll, TAG } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { type CertificateFacts, keyIdentifierOf, sanOf, signerIdentifierOf } from '../../src/x509/facts.ts';
import { keyIdentifier, sha256 } from '../../src/x509/public-key.ts';
import { requestFacts } from '../../src/x509/request.ts';
import { signedBy } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();

const KEYS = {
  rsa: ['RSA', 'rsa_keygen_bits:2048', 'rsa-2048'],
  p256: ['EC', 'ec_paramgen_curve:P-256', 'ecdsa-p256'],
  p384: ['EC', 'ec_paramgen_curve:P-384', 'ecdsa-p384'],
  p521: ['EC', 'ec_paramgen_curve:P-521', 'ecdsa-p521'],
  ed25519: ['ED25519', null, 'ed25519'],
  ed448: ['ED448', null, 'ed448'],
} as const;
type KeyName = keyof typeof KEYS;
const KEY_NAMES = Object.keys(KEYS) as KeyName[];

const NAME = 'C = SE\nO = Example Org\nCN = api.example.test\n';
const EXTENSIONS = 'subjectKeyIdentifier = hash\n';

interface Recipe {
  readonly key?: KeyName;
  readonly name?: string;
  readonly extensions?: string;
  readonly mask?: string;
  readonly args?: readonly string[];
}

/** A self-signed certificate, `<stem>.pem`. */
function make(
  stem: string,
  { key = 'p256', name = NAME, extensions = EXTENSIONS, mask = 'utf8only', args = [] }: Recipe,
) {
  const request = `[req]\nprompt = no\nutf8 = yes\nstring_mask = ${mask}\ndistinguished_name = name\n`;
  const config = `${request}[name]\n${name}[extensions]\n${extensions}`;
  const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-extensions', 'extensions'];
  opensslSync([...call, '-key', `${key}.key`, '-out', `${stem}.pem`, ...args], folder, config);
  return factsOf(stem);
}

function factsOf(stem: string): CertificateFacts {
  return certificateFacts(derOf(folder, `${stem}.pem`));
}

function nodeView(stem: string): X509Certificate {
  return new X509Certificate(readFileSync(join(folder, `${stem}.pem`)));
}

/** What openssl prints of a certificate, as `name=value` lines. */
function printed(stem: string, ...options: readonly string[]): string {
  return opensslSync(['x509', '-noout', '-in', `${stem}.pem`, ...options], folder).trim();
}

beforeAll(() => {
  for (const name of KEY_NAMES) {
    const [algorithm, option] = KEYS[name];
    const args = option === null ? [] : ['-pkeyopt', option];
    opensslSync(['genpkey', '-algorithm', algorithm, ...args, '-out', `${name}.key`], folder);
  }
});

describe.each(KEY_NAMES)('a certificate for %s', (key) => {
  let facts: CertificateFacts;
  beforeAll(() => {
    facts = make(key, { key });
  });

  it('has the serial, fingerprint and key that openssl reads', () => {
    expect(`serial=${facts.serial.toUpperCase()}`).toBe(printed(key, '-serial'));
    const fingerprint = printed(key, '-fingerprint', '-sha256').replace(/.*=|:/g, '').toLowerCase();
    expect(facts.fingerprint).toBe(fingerprint);
    const spki = nodeView(key).publicKey.export({ format: 'der', type: 'spki' });
    expect(facts.keyId).toBe(sha256(spki));
    expect(facts.keySpec).toBe(KEYS[key][2]);
    expect(Buffer.from(certificateSpki(derOf(folder, `${key}.pem`)))).toEqual(spki);
  });

  it('has the dates that openssl reads', () => {
    const dates = printed(key, '-dates', '-dateopt', 'iso_8601').split('\n');
    const seconds = dates.map((line) => Date.parse(line.replace(/.*=/, '').replace(' ', 'T')) / 1000);
    expect([facts.notBefore, facts.notAfter]).toEqual(seconds);
  });

  it('has the key identifier that openssl makes of it', () => {
    const ski = printed(key, '-ext', 'subjectKeyIdentifier')
      .split('\n')[1]
      ?.replace(/[ :]/g, '')
      .toLowerCase();
    expect(keyIdentifierOf(facts)).toBe(ski);
    expect(keyIdentifier(certificateSpki(derOf(folder, `${key}.pem`)))).toBe(ski);
  });

  it('names its signature as openssl does', () => {
    expect(printed(key, '-text').match(/Signature Algorithm: (.*)/)?.[1]).toBe(facts.signature);
  });

  it('is signed by its own key and by no other', () => {
    const signers = KEY_NAMES.filter((other) => signedBy(derOf(folder, `${key}.pem`), publicOf(other)));
    expect(signers).toEqual([key]);
  });

  it('is signed by nobody once a bit of it is another', () => {
    const bytes = Uint8Array.from(derOf(folder, `${key}.pem`));
    const inSubject = Buffer.from(bytes).lastIndexOf('api.example.test');
    bytes[inSubject] = 'A'.charCodeAt(0);
    expect(signedBy(bytes, publicOf(key))).toBe(false);
  });
});

function publicOf(key: KeyName) {
  opensslSync(['pkey', '-in', `${key}.key`, '-pubout', '-out', `${key}.pub`], folder);
  return publicKeyObject(derOf(folder, `${key}.pub`));
}

describe('names', () => {
  const subject = (stem: string, recipe: Recipe) => make(stem, recipe).subject;
  const attribute = (type: string, value: string) => ({ type, value });

  it('come in order, with the types of RFC 4519', () => {
    const name = 'C = SE\nST = Skåne\nL = Lund\nO = Example Org\nOU = Säkerhet\nCN = 東京\n';
    expect(subject('order', { name })).toEqual([
      attribute('C', 'SE'),
      attribute('ST', 'Skåne'),
      attribute('L', 'Lund'),
      attribute('O', 'Example Org'),
      attribute('OU', 'Säkerhet'),
      attribute('CN', '東京'),
    ]);
  });

  it('give every attribute of an RDN that has several', () => {
    const found = subject('multi', { name: 'O = Example\nOU = a\n+CN = b\n' });
    expect(found.map(({ type }) => type).sort()).toEqual(['CN', 'O', 'OU']);
    expect(printed('multi', '-subject')).toContain('+');
  });

  it.each([
    ['BMPString', 'MASK:0x0800', 'Zürich 東京'],
    ['PrintableString', 'MASK:0x0002', 'Example Org'],
    ['UTF8String', 'MASK:0x2000', 'Zürich 東京'],
    ['T61String', 'MASK:0x0004', 'Example Org'],
  ])('are read from %s', (type, mask, value) => {
    expect(subject(type, { name: `CN = ${value}\n`, mask })).toEqual([attribute('CN', value)]);
    expect(opensslSync(['asn1parse', '-in', `${type}.pem`], folder)).toMatch(
      type.replace('PrintableString', 'PRINTABLESTRING').toUpperCase(),
    );
  });

  it('show types that the manifest does not know', () => {
    expect(subject('rare', { name: 'x.1.2.3.4 = x\nemailAddress = a@b.example\nDC = example\n' })).toEqual([
      attribute('1.2.3.4', 'x'),
      attribute('emailAddress', 'a@b.example'),
      attribute('DC', 'example'),
    ]);
  });
});

describe('dates', () => {
  it.each([
    ['on this side of 2050', 1000],
    ['beyond 2050', 12000],
  ])('%s', (stem, days) => {
    const facts = make(`days-${days}`, { args: ['-days', String(days)] });
    const { validTo } = nodeView(`days-${days}`);
    expect(facts.notAfter).toBe(Date.parse(validTo) / 1000);
    const time = opensslSync(['asn1parse', '-in', `days-${days}.pem`], folder).match(
      /UTCTIME|GENERALIZEDTIME/g,
    );
    expect(time).toEqual(['UTCTIME', stem === 'beyond 2050' ? 'GENERALIZEDTIME' : 'UTCTIME']);
  });
});

describe('extensions', () => {
  it('of a CA', () => {
    const extensions =
      'basicConstraints = critical,CA:TRUE,pathlen:3\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always\n';
    const facts = make('ca', { extensions });
    expect(facts).toMatchObject({
      version: 3,
      extensions: {
        basicConstraints: { critical: true, value: { ca: true, pathLength: 3 } },
        keyUsage: { critical: true, value: ['keyCertSign', 'cRLSign'] },
        subjectKeyIdentifier: { critical: false },
        authorityKeyIdentifier: { critical: false, value: { issuer: null, serial: null } },
      },
      unknown: [],
    });
    expect(Object.keys(facts.extensions)).toHaveLength(4);
    expect(signerIdentifierOf(facts)).toBe(keyIdentifierOf(facts));
    expect(nodeView('ca').ca).toBe(true);
  });

  it('of an end entity with every kind of name', () => {
    const san = [
      'DNS.1 = *.example.test',
      'IP.1 = 192.0.2.1',
      'IP.2 = 2001:db8::1',
      'URI.1 = spiffe://example.test/a,b',
      'email.1 = ops@example.test',
      'otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:upn@example.test',
      'RID.1 = 1.2.3.4',
      'dirName.1 = dir',
    ];
    const extensions = `basicConstraints = CA:FALSE\nkeyUsage = digitalSignature,keyEncipherment\nextendedKeyUsage = serverAuth,1.2.3.4\nsubjectAltName = critical,@san\n[san]\n${san.join('\n')}\n[dir]\nCN = x\n`;
    const facts = make('names', { extensions });
    expect(facts).toMatchObject({
      extensions: {
        basicConstraints: { critical: false, value: { ca: false, pathLength: null } },
        keyUsage: { critical: false, value: ['digitalSignature', 'keyEncipherment'] },
        extendedKeyUsage: { critical: false, value: ['serverAuth', '1.2.3.4'] },
        subjectAltName: { critical: true },
      },
    });
    expect(signerIdentifierOf(facts)).toBeNull();
    expect(sanOf(facts).slice(0, 5)).toEqual([
      'dns:*.example.test',
      'ip:192.0.2.1',
      'ip:2001:db8::1',
      'uri:spiffe://example.test/a,b',
      'email:ops@example.test',
    ]);
    expect(sanOf(facts).slice(5)).toEqual(['upn:upn@example.test', 'registeredID:1.2.3.4', 'dirName:CN=x']);
  });

  it('every key usage and every known extended one by its name', () => {
    const usages =
      'digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,cRLSign,encipherOnly,decipherOnly';
    const purposes =
      'serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,anyExtendedKeyUsage';
    const facts = make('usages', { extensions: `keyUsage = ${usages}\nextendedKeyUsage = ${purposes}\n` });
    expect(facts.extensions.keyUsage?.value.join()).toBe(usages);
    expect(facts.extensions.extendedKeyUsage?.value.join()).toBe(purposes);
  });

  it('of a version 1 certificate: none', () => {
    make('v3', {});
    const [tbs, ...signature] = children(readAll(derOf(folder, 'v3.pem')));
    // Without the version, which is 1 by default, and without extensions, which came with 3: openssl wrote such until 3.2.
    const fields =
      tbs === undefined ? [] : children(tbs).filter(({ tag }) => ![context(0), context(3)].includes(tag));
    const old = encode(TAG.sequence, ...fields.map(({ bytes }) => bytes));
    const der = encode(TAG.sequence, old, ...signature.map(({ bytes }) => bytes));
    expect(new X509Certificate(der).subject).toBe(NAME.replaceAll(' = ', '=').trim());
    expect(certificateFacts(der)).toMatchObject({ version: 1, extensions: {}, unknown: [] });
  });

  it('that no rule is for: kept as they are, whatever is in them', () => {
    const extensions = 'nsComment = hello\n1.2.3.4 = critical,DER:ffff\nkeyUsage = digitalSignature\n';
    const comment = Buffer.from('hello').toString('hex');
    expect(make('unknown', { extensions }).unknown).toEqual([
      { oid: '2.16.840.1.113730.1.13', critical: false, hex: `1605${comment}` },
      { oid: '1.2.3.4', critical: true, hex: 'ffff' },
    ]);
  });

  it('twice the same are malformed', () => {
    // openssl refuses to write that, so issuerAltName becomes a second subjectAltName.
    make('pair', { extensions: '2.5.29.17 = DER:300782056161616161\n2.5.29.18 = DER:300782056262626262\n' });
    const pair = Buffer.from(derOf(folder, 'pair.pem'));
    pair[pair.indexOf(Buffer.from('0603551d12', 'hex')) + 4] = 0x11;
    expect(() => certificateFacts(pair)).toThrow('an extension appears twice');
  });
});

it('a SHA-1 signature is named, and checked all the same', () => {
  const facts = make('sha1', { key: 'rsa', args: ['-sha1'] });
  expect(facts.signature).toBe('sha1WithRSAEncryption');
  expect(signedBy(derOf(folder, 'sha1.pem'), publicOf('rsa'))).toBe(true);
});

it('a serial number of 20 octets, of one, and one with its top bit set', () => {
  const serials = ['7fffffffffffffffffffffffffffffffffffffff', '01', 'ff'];
  for (const serial of serials) {
    expect(make(`serial-${serial}`, { args: ['-set_serial', `0x${serial}`] }).serial).toBe(serial);
    expect(nodeView(`serial-${serial}`).serialNumber.toLowerCase()).toBe(serial);
  }
});

describe('requests', () => {
  const config = `[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = name\n[name]\n${NAME}`;
  const san = '[extensions]\nsubjectAltName = DNS:a.example,IP:::1\n';
  const request = (stem: string, ...args: readonly string[]): Uint8Array => {
    const input = `${config}${san}`;
    opensslSync(
      ['req', '-new', '-batch', '-config', '-', '-key', 'p256.key', '-out', `${stem}.pem`, ...args],
      folder,
      input,
    );
    return derOf(folder, `${stem}.pem`);
  };

  it('give key, subject and names', () => {
    const facts = requestFacts(request('full', '-reqexts', 'extensions'));
    const { subject } = make('subject', {});
    expect(facts).toEqual({
      keyId: make('p256', {}).keyId,
      subject,
      san: ['dns:a.example', 'ip:::1'],
      signatureFits: true,
    });
  });

  it('may ask for nothing', () => expect(requestFacts(request('bare')).san).toEqual([]));

  it.each(KEY_NAMES)('are signed by their own key, %s', (key) => {
    opensslSync(
      ['req', '-new', '-batch', '-config', '-', '-key', `${key}.key`, '-out', 'own.pem'],
      folder,
      config,
    );
    expect(requestFacts(derOf(folder, 'own.pem')).signatureFits).toBe(true);
  });

  it('betray that somebody changed them', () => {
    const bytes = Uint8Array.from(request('tampered', '-reqexts', 'extensions'));
    bytes[Buffer.from(bytes).indexOf('a.example')] = 'b'.charCodeAt(0);
    expect(requestFacts(bytes)).toMatchObject({ san: ['dns:b.example', 'ip:::1'], signatureFits: false });
  });

  it('are no certificates, and the other way round', () => {
    make('other', {});
    expect(() => certificateFacts(request('bare'))).toThrow(DerError);
    expect(() => requestFacts(derOf(folder, 'other.pem'))).toThrow(DerError);
  });
});

describe('damage', () => {
  /** Everything that reads bytes from a disk, at once. */
  const readAllFrom = (bytes: Uint8Array): void => {
    for (const read of [certificateFacts, requestFacts, certificateSpki]) {
      try {
        read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).not.toBe('');
      }
    }
  };

  it('any bytes are read or refused', () => holds(fc.uint8Array({ maxLength: 300 }), readAllFrom, 1000));

  it('a certificate is refused wherever it is cut short', () => {
    const der = derOf(folder, 'names.pem');
    for (let length = 0; length < der.length; length++) {
      expect(() => certificateFacts(der.subarray(0, length))).toThrow(DerError);
    }
  });

  it('a certificate with any few octets changed is read or refused, and no longer signed', () => {
    const der = derOf(folder, 'names.pem');
    const key = publicOf('p256');
    const place = fc.nat({ max: der.length - 1 });
    const changes = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    holds(
      changes,
      (list) => {
        const bytes = Uint8Array.from(der);
        for (const [at, by] of list) bytes[at] = (bytes[at] ?? 0) ^ by;
        readAllFrom(bytes);
        if (Buffer.compare(bytes, der) === 0) return;
        let signed = false;
        try {
          signed = signedBy(bytes, key);
        } catch {}
        expect(signed).toBe(false);
      },
      1500,
    );
  });
});
