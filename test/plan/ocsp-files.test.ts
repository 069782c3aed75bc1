/** Where responses are, and behind which paths questions about them come. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { askedPrefixes, mapText, responsePath, staplePath } from '../../src/plan/ocsp-files.ts';
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

it('without any response there is no question, and staples are no answers to one', () => {
  const text = mapText([answering('a', 'http://a.test/')], new Map([['servers/api.der', Buffer.of(1)]]));
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['']);
});
