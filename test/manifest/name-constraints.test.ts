// Subtrees of `nameConstraints`: what is taken, in which form, and what is refused with which words.
import { expect, it } from 'vitest';
import { nameConstraints } from '../../src/manifest/name-constraints.ts';

/** The subtree in its one form, or what is wrong with it. */
function read(text: string): string | undefined {
  const result = nameConstraints.safeParse({ permitted: [text] });
  return result.success ? result.data.permitted[0] : result.error.issues[0]?.message;
}

it.each([
  ['example.test', 'dns:example.test'],
  ['dns:Example.Test', 'dns:Example.Test'],
  ['10.0.0.0/8', 'ip:10.0.0.0/8'],
  ['10.1.2.3', 'ip:10.1.2.3/32'],
  ['10.1.2.3/32', 'ip:10.1.2.3/32'],
  ['0.0.0.0/0', 'ip:0.0.0.0/0'],
  ['128.0.0.0/1', 'ip:128.0.0.0/1'],
  ['2001:db8::/32', 'ip:2001:db8::/32'],
  ['2001:db8::1', 'ip:2001:db8::1/128'],
  ['::/0', 'ip:::/0'],
  ['email:example.test', 'email:example.test'],
  ['email:.example.test', 'email:.example.test'],
  ['ann@example.test', 'email:ann@example.test'],
  ['uri:.Example.test', 'uri:.Example.test'],
  ['uri:host.example.test', 'uri:host.example.test'],
])('%s is %s', (text, expected) => expect(read(text)).toBe(expected));

it.each([
  ['.example.test', '".example.test" begins with a dot, which pyca and others refuse'],
  [
    '*.example.test',
    '"*.example.test" is a wildcard, and a constraint covers everything below a domain anyway',
  ],
  ['10.0.0.0/33', '"10.0.0.0/33" has no prefix of 0 to 32 bits'],
  ['2001:db8::/129', '"2001:db8::/129" has no prefix of 0 to 128 bits'],
  ['10.0.0.0/', '"10.0.0.0/" has no prefix of 0 to 32 bits'],
  ['10.0.0.0/-1', '"10.0.0.0/-1" has no prefix of 0 to 32 bits'],
  ['10.0.0.0/255.0.0.0', '"10.0.0.0/255.0.0.0" has no prefix of 0 to 32 bits'],
  ['10.0.0.0/8/8', '"10.0.0.0/8/8" is not a range of addresses'],
  ['10.0.0/8', '"10.0.0/8" is not a range of addresses'],
  ['10.0.0.1/31', '"10.0.0.1/31" has bits behind its prefix'],
  ['2001:db8::1/64', '"2001:db8::1/64" has bits behind its prefix'],
  ['a@.example.test', '"a@.example.test" is neither a mailbox nor a host'],
  ['email:@example.test', '"@example.test" is neither a mailbox nor a host'],
  ['email:a b@example.test', '"a b@example.test" is neither a mailbox nor a host'],
  ['uri:https://example.test', '"https://example.test" is not a host'],
  ['uri:*.example.test', '"*.example.test" is not a host'],
])('%s is refused', (text, expected) => expect(read(text)).toBe(expected));

it('constrains something', () => {
  const result = nameConstraints.safeParse({ permitted: [], excluded: [] });
  expect(result.error?.issues.map(({ message }) => message)).toEqual(['nameConstraints constrain nothing']);
  expect(nameConstraints.safeParse({ excluded: ['example.test'] }).data).toEqual({
    permitted: [],
    excluded: ['dns:example.test'],
  });
});
