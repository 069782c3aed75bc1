/** URLs of a manifest: which schemes go where, and what is advised for another. */
import { describe, expect, it } from 'vitest';
import { urls, webUrl } from '../../src/manifest/url.ts';

type Shape = typeof urls | typeof webUrl;

/** What is made of it, or what is said. */
function read(shape: Shape, value: unknown): unknown {
  const result = shape.safeParse(value);
  return result.success ? result.data : JSON.stringify(result.error.issues);
}

describe('an address that certificates name', () => {
  it.each([
    ['http://a.test/x', ['http://a.test/x']],
    ['HTTP://a.test/x', ['HTTP://a.test/x']],
    [
      ['http://a.test', 'http://b.test'],
      ['http://a.test', 'http://b.test'],
    ],
  ])('%j is taken', (value, taken) => expect(read(urls, value)).toEqual(taken));

  it.each<[string, RegExp]>([
    [
      'https://a.test/x',
      /by https it would need a check first.*write \\"http:\/\/a\.test\/x\\": what is there is signed/,
    ],
    ['HTTPS://a.test/https', /write \\"http:\/\/a\.test\/https\\"/],
    ['ldap://a.test/https://b', /scheme that verifiers do not fetch.*write \\"http:\/\/…/],
    ['xhttp://a.test/', /scheme that verifiers do not fetch/],
    ['ftp://a.test/http://b', /scheme that verifiers do not fetch/],
    ['a.test/x', /is no URL.*write it in full/],
  ])('%s is not', (value, said) => expect(read(urls, value)).toMatch(said));
});

describe('an address for people', () => {
  it.each(['http://a.test/', 'https://a.test/', 'HttpS://a.test/'])('%s is taken', (value) =>
    expect(read(webUrl, value)).toBe(value),
  );

  it.each(['ftp://a.test/', 'xhttps://a.test/', 'mailto:https://a.test'])('%s is not', (value) =>
    expect(read(webUrl, value)).toMatch(/is no web address.*beginning with/),
  );
});
