/** `openssl ca -gencrl`: which files, terms and times it gets, and the database that says what is revoked. */
import { describe, expect, it } from 'vitest';
import { crlCommand, databaseLines, databaseOf } from '../../src/openssl/crl.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Revoked } from '../../src/pki/revocation.ts';
import { anAuthority, DAY, NOW } from '../helpers/entities.ts';

const KEY = { kind: 'file', of: 'authorities/root', isNew: false } as const;
const LIST = { number: '10', thisUpdate: NOW, nextUpdate: NOW + DAY, entries: [] };

const make = (given: object = {}) =>
  ({
    op: 'crl',
    of: 'authorities/root',
    key: KEY,
    isNewCertificate: false,
    list: LIST,
    to: 'crl',
    ...given,
  }) as never;

const config = (digest: string) => `[ca]
default_ca = list

[list]
database = DATABASE/index.txt
crlnumber = DATABASE/crlnumber
default_md = ${digest}
crl_extensions = extensions

[extensions]
authorityKeyIdentifier = keyid:always
`;

/** Its arguments, with what is given among them. */
const args = (cert: string, key: string, to: string, more: readonly string[] = []) => [
  ...['ca', '-gencrl', '-config', '-', '-cert', cert, '-keyfile', key],
  ...['-crl_lastupdate', '20261123120000Z', '-crl_nextupdate', '20261124120000Z'],
  ...more,
  ...['-out', to],
];

const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
const CURRENT = '.pki/stage/r1/current/authorities.root';
const STAGED = '.pki/stage/r1/authorities.root';

describe('a list', () => {
  const command = (
    given: object = {},
    entity: Parameters<typeof anAuthority>[0] = {},
    run: string | null = 'r1',
  ) =>
    crlCommand(make(given), byIdOf([anAuthority(entity)] as Entity[]), {
      ...(run === null ? {} : { run }),
      database: 'DATABASE',
    } as never);

  it('is signed with the certificate and the key in their places', () => {
    expect(command()).toEqual({
      args: args(`${CURRENT}/cert.pem`, `${CURRENT}/key.pem`, `${STAGED}/crl.pem`),
      input: config('sha256'),
    });
  });

  it('is signed with those that are made by the same run', () => {
    expect(command({ isNewCertificate: true, key: { ...KEY, isNew: true } }).args).toEqual(
      args(`${STAGED}/cert.pem`, `${STAGED}/key.pem`, `${STAGED}/crl.pem`),
    );
  });

  it('of a former key is signed with those of the archive, by the digest of that key', () => {
    const former = { archived: 'set', signedWith: 'ecdsa-p384', to: 'former-crl' };
    const archived = '.pki/stage/r1/archived/authorities.root';
    expect(command(former)).toEqual({
      args: args(`${archived}/cert.pem`, `${archived}/key.pem`, `${STAGED}/former-crl.pem`),
      input: config('sha384'),
    });
    const there = '.pki/archive/authorities/root/set';
    expect(command(former, {}, null).args).toEqual(
      args(`${there}/cert.pem`, `${there}/key.pem`, '.pki/stage/authorities.root/former-crl.pem'),
    );
  });

  it('is signed as its authority signs', () => {
    const key = { algorithm: 'rsa', size: 3072 } as const;
    const rsa = command({}, { key, digest: 'sha512', signature: 'rsa-pss' });
    expect(rsa).toEqual({
      args: args(`${CURRENT}/cert.pem`, `${CURRENT}/key.pem`, `${STAGED}/crl.pem`, PSS),
      input: config('sha512'),
    });
    expect(command({}, { key }).args).not.toContain('-sigopt');
  });
});

describe('a database', () => {
  const line = (given: Partial<Revoked>) => {
    const entry = { serial: '0a', date: NOW, reason: null, ...given };
    return databaseOf(make({ list: { ...LIST, entries: [entry] } }))['index.txt'];
  };
  const SINCE = NOW - DAY;

  it.each<[reason: Revoked['reason'], invalidityDate: number | undefined, said: string]>([
    [null, undefined, ''],
    [null, SINCE, ''],
    ['superseded', undefined, ',superseded'],
    ['superseded', SINCE, ',superseded'],
    ['keyCompromise', undefined, ',keyCompromise'],
    ['keyCompromise', SINCE, ',keyTime,20261122120000Z'],
    ['cACompromise', undefined, ',cACompromise'],
    ['cACompromise', SINCE, ',CAkeyTime,20261122120000Z'],
  ])('has the reason %j since %j as %j', (reason, invalidityDate, said) => {
    const since = invalidityDate === undefined ? {} : { invalidityDate };
    expect(line({ reason, ...since })).toBe(
      `R\t261123120000Z\t261123120000Z${said}\t0A\tunknown\t/CN=revoked\n`,
    );
  });

  it.each([
    ['1', '01'],
    ['10', '0a'],
    ['255', 'ff'],
    ['256', '0100'],
    ['99999999999999999999', '056bc75e2d630fffff'],
  ])('has the number %s as %s', (number, said) => {
    expect(databaseOf(make({ list: { ...LIST, number } }))).toEqual({
      'index.txt': '',
      crlnumber: `${said}\n`,
    });
  });

  it('is written by a script as well', () => {
    const entries = ['01', '02'].map((serial) => ({ serial, date: NOW, reason: null }));
    const lines = entries.map(({ serial }) => line({ serial })).join('');
    expect(databaseLines(make({ list: { ...LIST, entries } }))).toEqual([
      `cat >.pki/scratch/index.txt <<'DATABASE'\n${lines}DATABASE`,
      `cat >.pki/scratch/crlnumber <<'DATABASE'\n0a\nDATABASE`,
    ]);
  });
});
