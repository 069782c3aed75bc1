/** Names of every kind that are none: what is said of each, and what to write. */
import { describe, expect, it } from 'vitest';
import { parseSubjectText } from '../../src/manifest/directory-name.ts';
import { parseDns } from '../../src/manifest/dns.ts';
import type { Problem } from '../../src/manifest/problem.ts';
import { parseSan } from '../../src/manifest/san.ts';
import { parseCountry, parseText } from '../../src/manifest/text.ts';

type Row<Value = string> = readonly [value: Value, message: string, hint: string | undefined];

const KINDS =
  'put "dns:", "ip:", "uri:" or "email:" in front, or "upn:", "otherName:", "dirName:" or "registeredID:"';
const LABELS =
  'labels consist of letters, digits, "_", and "-" except at the ends; names of other kinds begin with "ip:", "uri:" or "email:"';
const FORM = 'write it as "CN=Alice,O=Acme,C=SE"';

const IP =
  'an IPv4 address has four numbers from 0 to 255; an IPv6 address has eight groups of digits, and "::" can replace some of them';

function said(found: { readonly ok: boolean; readonly problem?: Problem } | Problem | undefined) {
  const problem = found !== undefined && 'ok' in found ? found.problem : found;
  return [problem?.message, problem?.hint];
}

describe('a country', () => {
  it.each<Row>([
    ['se', 'country "se" is not two capital letters', 'write "SE"'],
    ['Swe', 'country "Swe" is not two capital letters', 'use an ISO 3166 code such as "SE"'],
    ['', 'country "" is not two capital letters', 'use an ISO 3166 code such as "SE"'],
    ['S1', 'country "S1" is not two capital letters', 'use an ISO 3166 code such as "SE"'],
    ['SEN', 'country "SEN" is not two capital letters', 'use an ISO 3166 code such as "SE"'],
  ])('%j', (value, ...words) => expect(said(parseCountry(value))).toEqual(words));
});

describe('a text of four characters', () => {
  it.each<Row>([
    ['', 'name is empty', 'give it a value, or leave the key out'],
    [' a', 'name " a" begins or ends with a space', 'write "a"'],
    ['a ', 'name "a " begins or ends with a space', 'write "a"'],
    ['a\u00a0', 'name "a\\u00a0" begins or ends with a no-break space (U+00A0)', 'write "a"'],
    ['abcde', 'name of 5 characters is longer than the 4 that X.509 allows', 'shorten it'],
    ['\ud800', 'name "\\ud800" is not valid Unicode (U+D800)', 'write the character itself'],
    [
      '\ufffd',
      'name "\ufffd" contains U+FFFD, which stands for a character that was lost',
      'save the manifest as UTF-8',
    ],
    [
      '\u200b',
      'name "\\u200b" contains the invisible character U+200B',
      'remove it: invisible characters let one name pass for another',
    ],
  ])('%j', (value, ...words) => expect(said(parseText('name', 4)(value))).toEqual(words));
});

describe('a name that is none', () => {
  it.each<Row>([
    ['ip:[::1]', '"[::1]" is not an IP address', 'leave out the brackets: "::1"'],
    ['[::1]:443', '"[::1]:443" is not an IP address', 'leave out the brackets: "::1"'],
    ['ip:fe80::1%lo', '"fe80::1%lo" has a zone, which certificates cannot carry', 'write "fe80::1"'],
    [
      '10.0.0.0/8',
      '"10.0.0.0/8" is a network, but a certificate can only name single addresses',
      'list each address',
    ],
    [
      '192.168.100.128/25',
      '"192.168.100.128/25" is a network, but a certificate can only name single addresses',
      'list each address',
    ],
    ['10.0.0.12%x', '"10.0.0.12%x" has a zone, which certificates cannot carry', 'write "10.0.0.12"'],
    ['10.0.0.1%x', '"10.0.0.1%x" has a zone, which certificates cannot carry', 'write "10.0.0.1"'],
    ['ip:x', '"x" is not an IP address', IP],
    ['[x', '"[x" is not an IP address', IP],
    [
      '1.2.3.4.5',
      '"1.2.3.4.5" ends in a number, so it cannot be a DNS name',
      'an IPv4 address has four numbers from 0 to 255',
    ],
    ['email:a', '"a" is not an e-mail address', 'write it as "name@example.test", without a display name'],
    [
      'a@*.test',
      '"a@*.test" is not an e-mail address',
      'write it as "name@example.test", without a display name',
    ],
    ['a.test:443', '"a.test:443" has a port, but a certificate is valid for every port', 'write "a.test"'],
    ['a.test:123456', '"a.test:123456" is not a known kind of name', KINDS],
    ['x:y', '"x:y" is not a known kind of name', KINDS],
    ['a:b:443', '"a:b:443" is not an IP address', IP],
    ['', 'SAN "" is empty', 'write a name, or leave it out'],
    ['dns:', 'SAN "dns:" is empty', 'write a name, or leave it out'],
    ['upn:', 'SAN "upn:" is empty', 'write a name, or leave it out'],
    ['dns: a.test', 'SAN "dns: a.test" has spaces around its value', 'write "dns:a.test"'],
    [' a.test', 'SAN " a.test" has spaces around its value', 'write "a.test"'],
    ['a.test\u00a0', 'SAN "a.test\\u00a0" has a no-break space (U+00A0) around its value', 'write "a.test"'],
  ])('%j', (value, ...words) => expect(said(parseSan(value))).toEqual(words));
});

describe('a subject in one text', () => {
  it.each<Row>([
    ['', 'subject is empty', FORM],
    [
      '  ',
      'subject "  ": "" has no type in front',
      'write it as "CN=Alice,O=Acme,C=SE", and a comma in a value as "\\,"',
    ],
    [
      '/C=SE/O=Acme',
      'subject "/C=SE/O=Acme" has slashes between its parts',
      'write the most specific first (RFC 4514): "O=Acme,C=SE"',
    ],
    [
      'Acme',
      'subject "Acme" is not a name',
      'write it as a map, { organization: "Acme" }, or as "CN=Alice,O=Acme"',
    ],
    ['O=a,1.2.3=#0c0161', 'subject "O=a,1.2.3=#0c0161" has 1.2.3 in hex', 'write it as text'],
    ['CN=a+CN=a', '"CN" stands twice in one part of a name', 'remove one'],
    ['CN=a+CN=b+CN=a', '"CN" stands twice in one part of a name', 'remove one'],
    ['C=Swe', 'country "Swe" is not two capital letters', 'use an ISO 3166 code such as "SE"'],
    ['CN=', 'subject "CN=": "CN" has no value', 'give it one, or leave it out'],
    [
      'X=1',
      'subject "X=1": "X" is not a known type of attribute',
      'write CN, O, OU, C, ST, L, DC, UID, serialNumber, emailAddress, street, postalCode, title, GN, SN, or an OID such as 2.5.4.97',
    ],
    [
      'CN=a,b',
      'subject "CN=a,b": "b" has no type in front',
      'write it as "CN=Alice,O=Acme,C=SE", and a comma in a value as "\\,"',
    ],
    [
      'CN=a\\b',
      'subject "CN=a\\\\b": "a\\\\b" has a backslash before a character that needs none',
      'write a backslash itself as "\\\\"',
    ],
    ['CN="a"', 'subject "CN=\\"a\\"": "\\"a\\"" has "\\"" as it is', 'write it as "\\"" (RFC 4514 §2.4)'],
    ['CN=a;O=b', 'subject "CN=a;O=b": "a;O=b" has ";" as it is', 'write it as "\\;" (RFC 4514 §2.4)'],
    [
      'CN=#zz',
      'subject "CN=#zz": "CN=#zz" is not the hex of one value in DER',
      'write a "#" that begins a text as "\\#"',
    ],
    [
      'CN=a,',
      'subject "CN=a,": "" has no type in front',
      'write it as "CN=Alice,O=Acme,C=SE", and a comma in a value as "\\,"',
    ],
    [
      '=a',
      'subject "=a": "=a" has no type in front',
      'write it as "CN=Alice,O=Acme,C=SE", and a comma in a value as "\\,"',
    ],
  ])('%j', (value, ...words) => expect(said(parseSubjectText(value))).toEqual(words));
});

describe('a DNS name', () => {
  it.each<Row>([
    ['', 'empty DNS name', undefined],
    ['a.test..', 'DNS name "a.test.." ends with a dot', 'write "a.test"'],
    ['a..', 'DNS name "a.." ends with a dot', 'write "a"'],
    [
      'xn--0.test',
      'DNS name "xn--0.test" contains "xn--0", which does not decode to any name',
      'write the name in its own script: the error will then show its A-label',
    ],
    [
      'ä.test',
      'DNS name "ä.test" is not ASCII, and certificates carry only ASCII',
      'write its A-label "xn--4ca.test"',
    ],
    ['a\tb', 'DNS name "a\\tb" contains the character U+0009', 'list each name separately'],
    [
      '1.2.3.4.5',
      '"1.2.3.4.5" ends in a number, so it cannot be a DNS name',
      'an IPv4 address has four numbers from 0 to 255',
    ],
    [
      '10.0.0.1',
      '"10.0.0.1" is an IP address, which clients do not compare with DNS names',
      'write "ip:10.0.0.1"',
    ],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'DNS name of 254 characters is longer than 253',
      'shorten it (RFC 1035 §2.3.4)',
    ],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.test',
      'DNS name "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.test" has a label of 64 characters; the limit is 63',
      'shorten it (RFC 1035 §2.3.4)',
    ],
    ['a..test', 'DNS name "a..test" has an empty label', 'separate labels with a single dot'],
    [
      '*.test',
      '"*.test" matches nothing: TLS libraries require two labels after the wildcard',
      'list the hosts, or write a wildcard for a zone such as "*.example.test"',
    ],
    ['a*.test', '"a*.test": a wildcard must be the whole left-most label', 'write it as "*.example.test"'],
    ['-a.test', 'DNS name "-a.test" contains the invalid label "-a"', LABELS],
  ])('%j', (value, ...words) => expect(said(parseDns(value))).toEqual(words));
});
