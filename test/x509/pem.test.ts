// PEM as every program reads it: judged by OpenSSL, inside node and as a program, and by GnuTLS where it is installed.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isListPiece, parseCertificate, parseListPieces, parsePieces } from '../../src/x509/parse.ts';
import { type PemFlawKind, pemBlocks, pemText, readPem } from '../../src/x509/pem.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();

const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout'];
const PEM = opensslSync(['req', '-x509', ...P256, 'a.key', '-subj', '/CN=a.test', '-days', '9'], folder);
const OTHER = opensslSync(['req', '-x509', ...P256, 'b.key', '-subj', '/CN=b.test', '-days', '9'], folder);
const LINES = PEM.trimEnd().split('\n');
const BODY = LINES.slice(1, -1);
const BEGIN = '-----BEGIN CERTIFICATE-----\n';
const END = '-----END CERTIFICATE-----\n';

const wrapped = (width: number, first = ''): string =>
  `${BEGIN}${first}${(BODY.join('').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n')}\n${END}`;
const eachLine = (change: (line: string) => string): string =>
  `${BEGIN}${BODY.map(change).join('\n')}\n${END}`;
const within = (line: string): string => [BEGIN.trimEnd(), BODY[0], line, ...BODY.slice(1), END].join('\n');

/** What OpenSSL takes for the first certificate of a text; `null` where it takes none. */
function firstOf(text: string): string | null {
  try {
    return sha256(new X509Certificate(Buffer.from(text, 'latin1')).raw);
  } catch {
    return null;
  }
}

/** All certificates that OpenSSL loads from a trust bundle, which it refuses as a whole where one is damaged. */
function loadedFrom(text: string): readonly string[] | null {
  writeFileSync(join(folder, 'bundle.pem'), text, 'latin1');
  try {
    const pkcs7 = opensslSync(['crl2pkcs7', '-nocrl', '-certfile', 'bundle.pem'], folder);
    const printed = opensslSync(['pkcs7', '-print_certs'], folder, pkcs7);
    return pemBlocks(printed).map(({ der }) => sha256(der));
  } catch {
    return null;
  }
}

describe('what every program reads', () => {
  it.each([
    ['what openssl writes', PEM],
    ['without a newline at the end', PEM.trimEnd()],
    ['Windows line ends', PEM.replaceAll('\n', '\r\n')],
    ['white space behind the boundaries', PEM.replaceAll('-----\n', '----- \t\n')],
    ['white space around and in the lines', eachLine((line) => ` ${line.slice(0, 9)} \t${line.slice(9)} `)],
    ['long lines', wrapped(400)],
    ['a character a line', wrapped(1)],
    ['an empty line first', wrapped(64, '\n')],
    ['one of white space first', wrapped(64, ' \t\n')],
    ['text before and behind', `subject=CN = a.test\n  -- x --\n${PEM}bye`],
  ])('%s', (_, text) => {
    const [block] = pemBlocks(text);
    expect(block).toMatchObject({ label: 'CERTIFICATE', encrypted: false });
    expect(sha256(block?.der ?? Buffer.of())).toBe(firstOf(PEM));
    expect(firstOf(text)).toBe(firstOf(PEM));
  });
});

const FLAWED: readonly (readonly [string, string, PemFlawKind, number])[] = [
  ['a byte order mark', `\xef\xbb\xbf${PEM}`, 'byte-order-mark', 1],
  ['everything indented', `  ${PEM.replaceAll('\n', '\n  ')}`, 'boundary', 1],
  ['an indented end', PEM.replace('-----END', ' -----END'), 'boundary', 1],
  ['text before the boundary', `x${PEM}`, 'boundary', 1],
  ['so much text before it that OpenSSL starts a new line', `\n${'x'.repeat(254)}${PEM}`, 'boundary', 2],
  [
    'text behind the end',
    PEM.replace('CERTIFICATE-----\n', 'CERTIFICATE-----x\n').replace(END, `${END.trim()}x\n`),
    'boundary',
    1,
  ],
  ['text behind the end alone', PEM.replace(END, `${END.trim()}x\n`), 'boundary', 1],
  ['all in one line', PEM.replaceAll('\n', ''), 'boundary', 1],
  ['line ends of an old Macintosh', PEM.replaceAll('\n', '\r'), 'boundary', 1],
  ['two spaces in the label', PEM.replaceAll(' CERT', '  CERT'), 'boundary', 1],
  ['a sixth dash', PEM.replaceAll('E-----', 'E------'), 'boundary', 1],
  ['another label at the end', PEM.replace(END, '-----END X509 CERTIFICATE-----\n'), 'unclosed', 1],
  ['no end', PEM.slice(0, -30), 'unclosed', 1],
  ['an end before it', END + PEM, 'unclosed', 1],
  ['a beginning before it', `x\n${BEGIN}AAAA\n${PEM}`, 'unclosed', 2],
  ['headers', PEM.replace(BEGIN, `${BEGIN}Comment: x\n\n`), 'header', 1],
  ['an empty line before the end', PEM.replace(END, `\n${END}`), 'empty-line', 1],
  ['an empty line between others', within(''), 'empty-line', 1],
  ['two empty lines first', wrapped(64, '\n\n'), 'empty-line', 1],
  ['an empty line and then lines of 65', wrapped(65, '\n'), 'empty-line', 1],
  ['a vertical tab', within('\x0b'), 'base64', 1],
  ['a no-break space', within('\xa0'), 'base64', 1],
  ['a minus sign', within('-'), 'base64', 1],
  ['padding between lines', within('=='), 'base64', 1],
  ['a line missing a character', PEM.slice(0, 60) + PEM.slice(61), 'base64', 1],
  ['nothing in it', BEGIN + END, 'base64', 1],
  ['a NUL before it', `x\n\0\n${PEM}`, 'nul', 2],
];

const READ_BY_OPENSSL = [
  'a byte order mark',
  'so much text before it that OpenSSL starts a new line',
  'an end before it',
];

describe('what only some programs read is a flaw', () => {
  it.each(FLAWED)('%s', (what, text, kind, line) => {
    expect(readPem(text).flaw).toEqual({ kind, line });
    expect(() => parseCertificate(Buffer.from(text, 'latin1'))).toThrow(
      ` in line ${line}, which not every program`,
    );
    const isRead = (loadedFrom(text) ?? []).length > 0;
    expect(isRead).toBe(READ_BY_OPENSSL.includes(what));
  });

  it('and none that OpenSSL, GnuTLS, Java or Go reads is lost: after a flaw the rest is looked at, too', () => {
    const { blocks, flaw } = readPem(`${BEGIN}AA*A\n${END}${OTHER}`);
    expect(blocks.map(({ der }) => sha256(der))).toEqual([firstOf(OTHER)]);
    expect(flaw?.kind).toBe('base64');
  });
});

describe('keys with a passphrase', () => {
  const locked = (...args: readonly string[]): string =>
    opensslSync([...args, '-aes128', '-passout', 'pass:x', '-in', 'a.key'], folder);
  it.each([
    ['PKCS#8', locked('pkey')],
    ['RFC 1421', locked('ec')],
  ])('are sound, and encrypted: %s', (_, text) => {
    expect(readPem(text)).toMatchObject({ flaw: null, blocks: [{ encrypted: true }] });
  });
  it('only by the headers that OpenSSL writes', () => {
    const text = locked('ec').replace('Proc-Type: 4,ENCRYPTED', 'Proc-Type: 4,MIC-ONLY');
    expect(readPem(text).flaw?.kind).toBe('header');
  });
});

describe('a file of revocation lists', () => {
  const list = pemText('X509 CRL', readPem(OTHER).blocks[0]?.der ?? Buffer.of());
  const pieces = (text: string): readonly string[] => parseListPieces(Buffer.from(text, 'latin1'));

  it('is its lists, and certificates that stand with them, in order', () => {
    const [known = ''] = pieces(list);
    expect(isListPiece(known)).toBe(true);
    expect(pieces(PEM + list + list)).toEqual([firstOf(PEM), known, known]);
    expect(isListPiece(firstOf(PEM) ?? '')).toBe(false);
  });

  it('has at least one list', () => {
    expect(() => pieces(PEM)).toThrow('holds no revocation list');
    expect(() => pieces('')).toThrow('holds no revocation list');
  });
});

describe('a bundle', () => {
  const foreign = (label: string): string => OTHER.replaceAll(' CERTIFICATE', ` ${label}`);
  const [own, other] = [PEM, OTHER].map((text) => firstOf(text));
  const pieces = (text: string): readonly string[] => parsePieces(Buffer.from(text, 'latin1'));

  it('is its certificates in order', () => {
    expect(pieces(PEM + OTHER)).toEqual([own, other]);
    expect(loadedFrom(PEM + OTHER)).toEqual([own, other]);
  });

  it.each(['X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])(
    'hides no %s, which OpenSSL trusts like any other',
    (label) => {
      expect(loadedFrom(PEM + foreign(label))).toEqual([own, other]);
      expect(pieces(PEM + foreign(label))).toEqual([own, `${label} ${other}`]);
      expect(pieces(foreign(label) + PEM)).toEqual([`${label} ${other}`, own]);
    },
  );

  it.each(['PKCS7', 'CMS', 'CERTIFICATE CHAIN', 'ANYTHING'])('hides no %s', (label) => {
    expect(pieces(PEM + foreign(label))).not.toEqual([own]);
  });

  it.each(FLAWED)('is refused as a whole for %s', (_, text) => {
    expect(() => pieces(PEM + text)).toThrow();
    expect(() => pieces(text + PEM)).toThrow();
  });

  it.each(['X509 CRL', 'DH PARAMETERS', 'PUBLIC KEY', 'CERTIFICATE REQUEST'])(
    'may hold a %s as well',
    (label) => {
      expect(pieces(PEM + foreign(label))).toEqual([own]);
    },
  );

  it('of whatever edits is what OpenSSL loads, or nothing', () => {
    const edit = fc.tuple(
      fc.nat(PEM.length),
      fc.constantFrom(
        '',
        '\n',
        ' ',
        '\r',
        '\t',
        '-',
        '-----',
        '=',
        'A',
        '\x0b',
        '\xa0',
        '\0',
        BEGIN,
        END,
        ':',
        '\xef\xbb\xbf',
        'TRUSTED ',
        'X509 ',
      ),
      fc.nat(3),
    );
    holds(
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (edits) => {
        let text = PEM;
        for (const [at, insert, cut] of edits) text = text.slice(0, at) + insert + text.slice(at + cut);
        const { blocks, flaw } = readPem(text);
        const [first] = blocks;
        if (first?.label !== 'CERTIFICATE' || flaw !== null) return;
        // What is wrong inside the certificate is no matter of PEM.
        expect(firstOf(text)).toBe(firstOf(pemText('CERTIFICATE', first.der)));
      },
      3000,
    );
  });
});

it('GnuTLS reads the same of what is sound', ({ skip }) => {
  const has = (() => {
    try {
      return execFileSync('certtool', ['--version']).length > 0;
    } catch {
      return false;
    }
  })();
  skip(!has, 'certtool is not installed');
  const path = join(folder, 'sound.pem');
  writeFileSync(path, wrapped(64, ' \t\n').replaceAll('-----\n', '----- \t\r\n'), 'latin1');
  const printed = execFileSync('certtool', ['-i', '--infile', path], { encoding: 'utf8' });
  expect(printed).toContain('CN=a.test');
  expect(readPem(readFileSync(path, 'latin1')).flaw).toBeNull();
});

it('writes 64 characters a line', () => {
  const [block] = pemBlocks(wrapped(76));
  expect(pemText('CERTIFICATE', block?.der ?? Buffer.of())).toBe(PEM);
});
