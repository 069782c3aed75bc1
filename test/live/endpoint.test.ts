import { describe, expect, it } from 'vitest';
import { endpointOf, endpointText, listenerOf } from '../../src/pki/endpoint.ts';

describe('an endpoint', () => {
  it.each([
    ['api.example.test:8443', { host: 'api.example.test', port: 8443 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['10.0.0.5:65535', { host: '10.0.0.5', port: 65_535 }],
    ['[::1]:8443', { host: '::1', port: 8443 }],
    ['[2001:db8::5]:443', { host: '2001:db8::5', port: 443 }],
    ['https://api.example.test', { host: 'api.example.test', port: 443 }],
    ['https://api.example.test:8443/health?x=1', { host: 'api.example.test', port: 8443 }],
    ['HTTPS://[::1]/', { host: '::1', port: 443 }],
    ['_sip.example.test:5061', { host: '_sip.example.test', port: 5061 }],
    ['api.example.test.:443', { host: 'api.example.test.', port: 443 }],
    ['node1:443', { host: 'node1', port: 443 }],
    ['1.node1:443', { host: '1.node1', port: 443 }],
    ['a.1b.:443', { host: 'a.1b.', port: 443 }],
    ['7.b:443', { host: '7.b', port: 443 }],
    [`${'a'.repeat(253)}:443`, { host: 'a'.repeat(253), port: 443 }],
  ])('%s', (text, expected) => {
    expect(endpointOf(text)).toEqual(expected);
    expect(endpointOf(endpointText(expected))).toEqual(expected);
  });

  it.each([
    ['', 'nothing'],
    ['localhost', 'no port'],
    ['localhost:', 'an empty port'],
    ['localhost:0', 'port 0'],
    ['localhost:65536', 'a port too large'],
    ['localhost:8443x', 'more behind the port'],
    ['::1:8443', 'IPv6 without brackets'],
    ['[127.0.0.1]:443', 'IPv4 in brackets'],
    ['[::1]', 'IPv6 without a port'],
    ['256.0.0.1:443', 'four numbers that are no address'],
    ['127.1:443', 'what only some read as an address'],
    ['1:443', 'a number'],
    ['1.:443', 'a number with a dot behind it'],
    ['api.12:443', 'a name whose last label is a number'],
    ['api.12.:443', 'the same with a dot behind it'],
    ['a..b:443', 'an empty label'],
    ['.a:443', 'a dot in front'],
    ['a.:443.', 'a dot behind the port'],
    ['http://localhost:80', 'another scheme'],
    ['https://localhost:0', 'port 0 of a URL'],
    ['localhost:123456', 'a port of six digits'],
    ['a b:443', 'a space'],
    ['-a.test:443', 'a hyphen in front'],
    ['a\nb:443', 'a line end'],
    [`${'a'.repeat(254)}:443`, 'a name too long'],
  ])('%j is none: %s', (text) => {
    expect(endpointOf(text)).toBeUndefined();
  });
});

describe('where a server of this program listens', () => {
  it.each([
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['https://a.test', { host: 'a.test', port: 443 }],
    ['localhost:00', undefined],
    ['localhost', undefined],
    [':0', undefined],
    ['a b:0', undefined],
  ])('%j', (text, expected) => expect(listenerOf(text)).toEqual(expected));
});
