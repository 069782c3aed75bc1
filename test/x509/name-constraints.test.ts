/** Which names name constraints allow, against openssl verify: each row is a real chain. */
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { sanOf } from '../../src/x509/facts.ts';
import { namesOutside } from '../../src/x509/name-constraints.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const NOBODY = 'CN = nobody';

beforeAll(() => {
  for (const name of ['root', 'leaf'])
    opensslSync(
      ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`],
      folder,
    );
});

interface Row {
  /** Lines of openssl's section, such as `permitted;DNS.0 = example.test`. */
  readonly constraints: readonly string[];
  readonly subject: string;
  readonly san: readonly string[];
}

/** What openssl says, and the names that are outside. */
function judge({ constraints, subject, san }: Row): {
  readonly isAllowed: boolean;
  readonly outside: readonly string[];
} {
  const make = (name: string, dn: string, sections: string, args: readonly string[]): void => {
    const config = `[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = name\n[name]\n${dn}\n${sections}`;
    const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-extensions', 'ext'];
    opensslSync([...call, '-key', `${name}.key`, '-out', `${name}.pem`, ...args], folder, config);
  };
  const root = `[ext]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\nsubjectKeyIdentifier = hash\nnameConstraints = critical,@nc\n[nc]\n${constraints.join('\n')}\n[dn]\nO = Acme\n[other]\nO = Other\n`;
  make('root', 'CN = Root', root, []);
  const names = san.length === 0 ? '' : 'subjectAltName = @san\n';
  const leaf = `[ext]\nbasicConstraints = critical,CA:FALSE\nauthorityKeyIdentifier = keyid:always\n${names}[san]\n${san.join('\n')}\n[dn]\nO = Acme\nCN = x\n`;
  make('leaf', subject, leaf, ['-CA', 'root.pem', '-CAkey', 'root.key']);
  const [issuer, facts] = ['root.pem', 'leaf.pem'].map((file) => certificateFacts(derOf(folder, file)));
  const found = issuer?.extensions.nameConstraints?.value;
  if (facts === undefined || found === undefined) throw new Error('nothing to judge');
  return { isAllowed: isVerified(), outside: namesOutside(found, { ...facts, san: sanOf(facts) }) };
}

function isVerified(): boolean {
  try {
    opensslSync(['verify', '-CAfile', 'root.pem', 'leaf.pem'], folder);
    return true;
  } catch {
    return false;
  }
}

const permitted = (name: string): string => `permitted;${name}`;
const excluded = (name: string): string => `excluded;${name}`;
const row = (constraints: readonly string[], san: readonly string[], subject = NOBODY): Row => {
  return { constraints, subject, san };
};

const DOMAIN = [permitted('DNS.0 = corp.test')];
const MAIL = [permitted('email.0 = corp.test')];

describe('allowed', () => {
  it.each<[string, Row]>([
    ['the domain itself', row(DOMAIN, ['DNS.1 = corp.test'])],
    ['a name in it, in capitals', row(DOMAIN, ['DNS.1 = WWW.Corp.Test'])],
    ['several labels more', row(DOMAIN, ['DNS.1 = a.b.corp.test'])],
    ['a wildcard', row(DOMAIN, ['DNS.1 = *.corp.test'])],
    ['a name below a leading dot', row([permitted('DNS.0 = .corp.test')], ['DNS.1 = a.corp.test'])],
    [
      'one of two',
      row([...DOMAIN, permitted('DNS.1 = localhost')], ['DNS.1 = localhost', 'DNS.2 = x.corp.test']),
    ],
    [
      'a name of another kind',
      row(DOMAIN, ['IP.1 = 192.0.2.1', 'email.1 = a@b.test', 'URI.1 = spiffe://x/y']),
    ],
    ['a common name that is no host', row(DOMAIN, [], 'CN = alice')],
    ['a common name of a host beside a name in it', row(DOMAIN, ['DNS.1 = a.corp.test'], 'CN = other.test')],
    [
      'what is not excluded',
      row([excluded('DNS.0 = secret.corp.test')], ['DNS.1 = corp.test', 'DNS.2 = notsecret.corp.test']),
    ],
    ['an address', row([permitted('IP.0 = 10.0.0.0/255.0.0.0')], ['IP.1 = 10.255.0.1'])],
    [
      'an address of six',
      row([permitted('IP.0 = 2001:db8::/FFFF:FFFF:0:0:0:0:0:0')], ['IP.1 = 2001:db8:1::1']),
    ],
    [
      'an address outside of what is excluded',
      row([excluded('IP.0 = 10.0.0.0/255.0.0.0')], ['IP.1 = 11.0.0.1']),
    ],
    ['a mailbox of the host', row(MAIL, ['email.1 = ops@CORP.test'])],
    ['the mailbox itself', row([permitted('email.0 = ops@corp.test')], ['email.1 = ops@corp.test'])],
    ['a mailbox below a dot', row([permitted('email.0 = .corp.test')], ['email.1 = ops@mx.corp.test'])],
    ['a URI of the host', row([permitted('URI.0 = corp.test')], ['URI.1 = https://corp.test:8443/x'])],
    ['a URI below a dot', row([permitted('URI.0 = .corp.test')], ['URI.1 = spiffe://a.corp.test/web'])],
    ['a directory name', row([permitted('dirName.0 = dn')], ['DNS.1 = x.test'], 'O = Acme\nCN = x')],
    [
      'the same in other letters',
      row([permitted('dirName.0 = dn')], ['DNS.1 = x.test'], 'O = "  aCME "\nCN = x'),
    ],
    [
      'another directory name than is excluded',
      row([excluded('dirName.0 = other')], ['DNS.1 = x.test'], 'O = Acme\nCN = x'),
    ],
    ['nothing that any constraint is about', row([permitted('RID.0 = 1.2.3')], ['DNS.1 = x.test'])],
  ])('%s', (_, given) => expect(judge(given)).toEqual({ isAllowed: true, outside: [] }));
});

describe('outside', () => {
  it.each<[string, Row, readonly string[]]>([
    [
      'another domain',
      row(DOMAIN, ['DNS.1 = corp.test.evil.test', 'DNS.2 = a.corp.test']),
      ['dns:corp.test.evil.test'],
    ],
    ['a name that only ends like it', row(DOMAIN, ['DNS.1 = mycorp.test']), ['dns:mycorp.test']],
    [
      'the domain itself, where a dot leads',
      row([permitted('DNS.0 = .corp.test')], ['DNS.1 = corp.test']),
      ['dns:corp.test'],
    ],
    ['a common name that is a host', row(DOMAIN, [], 'CN = other.test'), ['CN=other.test']],
    [
      'an excluded name',
      row([...DOMAIN, excluded('DNS.0 = secret.corp.test')], ['DNS.1 = a.secret.corp.test']),
      ['dns:a.secret.corp.test'],
    ],
    ['all addresses', row([excluded('IP.0 = 0.0.0.0/0.0.0.0')], ['IP.1 = 127.0.0.1']), ['ip:127.0.0.1']],
    [
      'an address of the other family',
      row([permitted('IP.0 = 10.0.0.0/255.0.0.0')], ['IP.1 = ::1']),
      ['ip:::1'],
    ],
    [
      'an address beside it',
      row([permitted('IP.0 = 10.0.0.0/255.255.255.252')], ['IP.1 = 10.0.0.4']),
      ['ip:10.0.0.4'],
    ],
    ['a mailbox of a host in it', row(MAIL, ['email.1 = ops@mx.corp.test']), ['email:ops@mx.corp.test']],
    [
      'a mailbox in other letters',
      row([permitted('email.0 = ops@corp.test')], ['email.1 = OPS@corp.test']),
      ['email:OPS@corp.test'],
    ],
    [
      'an address of the subject',
      row(MAIL, [], 'CN = alice\nemailAddress = alice@other.test'),
      ['emailAddress=alice@other.test'],
    ],
    [
      'a URI of a host in it',
      row([permitted('URI.0 = corp.test')], ['URI.1 = https://a.corp.test/']),
      ['uri:https://a.corp.test/'],
    ],
    ['a URI without a host', row([permitted('URI.0 = corp.test')], ['URI.1 = urn:x:y']), ['uri:urn:x:y']],
    [
      'another directory name',
      row([permitted('dirName.0 = dn')], ['DNS.1 = x.test'], 'O = Other\nCN = x'),
      ['O=Other, CN=x'],
    ],
    [
      'an excluded directory name',
      row([excluded('dirName.0 = dn')], ['DNS.1 = x.test'], 'O = Acme\nCN = x'),
      ['O=Acme, CN=x'],
    ],
    ['a kind without rules', row([permitted('RID.0 = 1.2.3')], ['RID.1 = 1.2.3']), ['registeredID:1.2.3']],
  ])('%s', (_, given, outside) => expect(judge(given)).toEqual({ isAllowed: false, outside }));
});

describe('a wildcard with an excluded name among those that it stands for', () => {
  // OpenSSL compares it as it is written; Go has refused it since 2025 (CVE-2025-61727).
  it.each([
    ['*.corp.test', 'secret.corp.test', true],
    ['*.corp.test', '.secret.corp.test', true],
    ['*.corp.test', 'a.secret.corp.test', false],
    ['*.other.test', 'secret.corp.test', false],
  ])('%s, without %s: %s', (name, base, isOutside) => {
    const constraints = { permitted: [], excluded: [`dns:${base}`] };
    const names = { subject: [], subjectDer: '3000', san: [`dns:${name}`] };
    expect(namesOutside(constraints, names)).toEqual(isOutside ? [`dns:${name}`] : []);
  });
});

it.each([
  ['urn:example:a', 'uri:', true],
  ['https://[2001:db8::1]/', 'uri:', true],
  ['https://a.test/', 'uri:', true],
  ['https://a.test/', 'uri:a.test', false],
  ['https://b.a.test/', 'uri:.a.test', false],
  ['https://a.test/', 'uri:.a.test', true],
])('%s, where %s alone is permitted, is outside: %s', (uri, base, isOutside) => {
  const names = { subject: [], subjectDer: '3000', san: [`uri:${uri}`] };
  const outside = namesOutside({ permitted: [base], excluded: [] }, names);
  expect(outside).toEqual(isOutside ? [`uri:${uri}`] : []);
});
