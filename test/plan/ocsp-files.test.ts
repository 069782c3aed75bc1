/** Where responses are, and behind which paths questions about them come. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { askedPrefixes, mapText, responsePath, staplePath } from '../../src/plan/ocsp-files.ts';
import { encode } from '../../src/x509/der-write.ts';
import { encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { bytes, integer, oid, sequence } from '../helpers/certificate-der.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';

const terms = { validity: 60, renewBefore: { kind: 'seconds', seconds: 30 } };
const answering = (name: string, ...url: readonly string[]): Entity =>
  anAuthority({ name, ocsp: { url, terms } } as never);

it.each<[what: string, entities: readonly Entity[], prefixes: readonly string[]]>([
  ['no authority', [aServer()], ['']],
  ['one that answers nothing', [anAuthority()], ['']],
  ['one that certificates do not name', [answering('a')], ['']],
  ['a host alone', [answering('a', 'http://a.test')], ['']],
  ['a host and a slash', [answering('a', 'http://a.test/')], ['']],
  ['a host with a port and a query', [answering('a', 'http://a.test:8080?x=/y')], ['']],
  ['a path', [answering('a', 'http://a.test/ocsp/')], ['/ocsp', '']],
  ['a path with a query', [answering('a', 'http://a.test/ocsp?x#y')], ['/ocsp', '']],
  [
    'several, the longest first',
    [answering('a', 'http://a.test/b//', 'http://a.test/b/cc'), answering('d', 'http://d.test/b')],
    ['/b/cc', '/b', ''],
  ],
])('of %s, questions come behind %j', (_, entities, prefixes) => {
  expect(askedPrefixes(entities)).toEqual(prefixes);
});

it('a response is by number, and by who has the certificate', () => {
  expect(responsePath({ id: 'authorities/a' }, '0a')).toBe('authorities/a/0a.der');
  expect(staplePath('servers/api')).toBe('servers/api.der');
});

it('a map begins with what it is for', () => {
  const [what, how] = mapText([], new Map()).split('\n');
  expect(what).toMatch(/^# Which file answers which question .*nginx:$/);
  expect(how).toBe('#   map $uri $ocsp_file { include .../requests.map; }');
});

it('without any response there is no question, and staples are no answers to one', () => {
  const text = mapText([answering('a', 'http://a.test/')], new Map([['servers/api.der', Buffer.of(1)]]));
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['']);
});

describe('lines of a map', () => {
  const certId = (serial: string) =>
    sequence(
      sequence(oid('1.3.14.3.2.26')),
      encode(0x04, Buffer.alloc(20, 0xff)),
      encode(0x04, Buffer.alloc(20)),
      integer(serial),
    );
  const time = encode(0x18, Buffer.from('20261123120000Z'));
  const signature = [sequence(oid('1.2.840.10045.4.3.2')), encode(0x03, bytes('0000'))];
  /** A response about one certificate, which is good. */
  const response = (serial: string): Buffer => {
    const data = sequence(
      encode(0xa2, encode(0x04, Buffer.alloc(20))),
      time,
      sequence(sequence(certId(serial), bytes('8000'), time)),
    );
    const basic = encode(0x04, sequence(data, ...signature));
    return sequence(bytes('0a0100'), encode(0xa0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), basic)));
  };
  const question = (serial: string) =>
    encodeOcspRequest(certId(serial)).toString('base64').replace(/\/+/g, '/');
  const lines = (
    entities: readonly Entity[],
    ...paths: readonly (readonly [path: string, serial: string])[]
  ) =>
    mapText(entities, new Map(paths.map(([path, serial]) => [path, response(serial)])))
      .split('\n')
      .filter((line) => line.startsWith('"'));
  const own = ['authorities/a/0a.der', '0a'] as const;

  it('lead from a question, as nginx has it, to the file that answers it', () => {
    expect(question('0a')).not.toBe(encodeOcspRequest(certId('0a')).toString('base64'));
    expect(lines([answering('a')], own)).toEqual([`"/${question('0a')}" "/authorities/a/0a.der";`]);
    expect(lines([answering('a', 'http://a.test/')], own)).toEqual(lines([answering('a')], own));
  });

  it('are there behind each path of the authority, in order, and of no file of another', () => {
    const [a, b] = [
      answering('a', 'http://x.test/o', 'https://y.test/p/', 'http://z.test/o'),
      answering('b'),
    ];
    const others = [
      ['authorities/b/0b.der', '0b'],
      ['servers/api.der', '0a'],
    ] as const;
    expect(lines([a, b, aServer()], own, ...others)).toEqual(
      [
        `"/o/${question('0a')}" "/authorities/a/0a.der";`,
        `"/p/${question('0a')}" "/authorities/a/0a.der";`,
        `"/${question('0b')}" "/authorities/b/0b.der";`,
      ].sort(),
    );
    expect(lines([anAuthority({ name: 'a' })], own)).toEqual([]);
  });
});
