/** URIs that are none: what is said of each, and what to write. */
import { expect, it } from 'vitest';
import { parseUri } from '../../src/manifest/uri.ts';

type Row = readonly [value: string, message: string, hint: string];

const LABELS =
  'labels consist of letters, digits, "_", and "-" except at the ends; names of other kinds begin with "ip:", "uri:" or "email:"';

it.each<Row>([
  ['x', 'URI "x" has no scheme', 'write it in full, such as "spiffe://example.test/api"'],
  ['https://', 'URI "https://" has nothing after its scheme', 'complete it'],
  ['https:', 'URI "https:" has nothing after its scheme', 'complete it'],
  ['https:#a', 'URI "https:#a" has nothing after its scheme', 'complete it'],
  [
    'https://a.test/ä',
    'URI "https://a.test/ä" has characters outside printable ASCII',
    'write each octet as "%" and two hexadecimal digits',
  ],
  [
    'https://a.test/ b',
    'URI "https://a.test/ b" has characters outside printable ASCII',
    'write each octet as "%" and two hexadecimal digits',
  ],
  [
    'https://a.test/[',
    'URI "https://a.test/[" contains the character "[", which is not allowed there',
    'write it as "%5B"',
  ],
  ['urn:a[', 'URI "urn:a[" contains the character "[", which is not allowed there', 'write it as "%5B"'],
  [
    'https://a.test/#a#b',
    'URI "https://a.test/#a#b" contains a second "#", which is not allowed there',
    'write it as "%23"',
  ],
  [
    'https://a.test/%zz',
    'URI "https://a.test/%zz" has a "%" without two hexadecimal digits after it',
    'write a percent sign itself as "%25"',
  ],
  [
    'https://a.test/%',
    'URI "https://a.test/%" has a "%" without two hexadecimal digits after it',
    'write a percent sign itself as "%25"',
  ],
  ['https://a.test:x/', 'URI "https://a.test:x/" has the invalid port "x"', 'a port is a number'],
  ['https://a.test:', 'URI "https://a.test:" has the invalid port ""', 'a port is a number'],
  ['https://a@b@c.test/', 'URI "https://a@b@c.test/" has a second "@" before its host', 'write it as "%40"'],
  [
    'https://u%@a.test',
    'URI "https://u%@a.test" has a "%" without two hexadecimal digits after it',
    'write a percent sign itself as "%25"',
  ],
  ['https://u@/', 'URI "https://u@/" has no host after "//"', 'add the host'],
  ['https:///x', 'URI "https:///x" has no host after "//"', 'add the host'],
  [
    'https://[1.2.3.4]/',
    'URI "https://[1.2.3.4]/" has the invalid host "[1.2.3.4]"',
    'a host is a DNS name, an IPv4 address, or an IPv6 address in brackets',
  ],
  ['https://::1/', 'URI "https://::1/" has the invalid port ":1"', 'a port is a number'],
  [
    'https://*.a.test/',
    'URI "https://*.a.test/" has the invalid host "*.a.test"',
    'a host is a DNS name, an IPv4 address, or an IPv6 address in brackets',
  ],
  ['https://-a/', 'URI "https://-a/" has the invalid host "-a"', LABELS],
])('%j', (value, ...words) =>
  expect(parseUri(value)).toMatchObject({ problem: { message: words[0], hint: words[1] } }),
);
