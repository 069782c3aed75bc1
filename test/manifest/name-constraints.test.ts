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

/** `message`, and behind an arrow what to do. */
function problemsOf(value: unknown): readonly string[] {
  const { error } = nameConstraints.safeParse(value);
  return (error?.issues ?? []).map((issue) => {
    const hint =
      issue.code === 'custom'
        ? (issue.params?.['problem'] as { hint?: string } | undefined)?.hint
        : undefined;
    return [issue.message, ...(hint === undefined ? [] : [hint])].join(' -> ');
  });
}

const RANGE = 'write an address and the length of its prefix, such as 10.0.0.0/8 or 2001:db8::/32';
const MAIL =
  'write "email:example.test", "email:.example.test" for all hosts below it, or "email:name@example.test"';
const URI =
  'write "uri:host.example.test", or "uri:.example.test" for all hosts below it: no scheme, no path';

it.each<[value: unknown, problem: string]>([
  [
    { permitted: ['.example.test'] },
    '".example.test" begins with a dot, which pyca and others refuse -> write "example.test": it stands for the domain and everything below it',
  ],
  [
    { excluded: ['*.example.test'] },
    '"*.example.test" is a wildcard, and a constraint covers everything below a domain anyway -> write "example.test"',
  ],
  [{ permitted: ['10.0.0/8'] }, `"10.0.0/8" is not a range of addresses -> ${RANGE}`],
  [{ permitted: ['ip:example.test'] }, `"example.test" is not a range of addresses -> ${RANGE}`],
  [{ permitted: ['2001:db8::/x'] }, `"2001:db8::/x" has no prefix of 0 to 128 bits -> ${RANGE}`],
  [{ permitted: ['10.1.2.3/8'] }, '"10.1.2.3/8" has bits behind its prefix -> write "10.0.0.0/8"'],
  [{ permitted: ['a b@example.test'] }, `"a b@example.test" is neither a mailbox nor a host -> ${MAIL}`],
  [
    { permitted: [`email:${'a'.repeat(65)}@b.test`] },
    `"${'a'.repeat(65)}@b.test" is neither a mailbox nor a host -> ${MAIL}`,
  ],
  [{ permitted: ['email:..example.test'] }, `"..example.test" is neither a mailbox nor a host -> ${MAIL}`],
  [{ permitted: ['uri:example.test/path'] }, `"example.test/path" is not a host -> ${URI}`],
  [{ permitted: [5] }, 'a name such as "example.test" or "10.0.0.0/8"'],
  [{ permitted: ['a'.repeat(1025)] }, 'a name of at most 1024 characters'],
  [{ excluded: 'example.test' }, 'a list of names such as [example.test, 10.0.0.0/8]'],
  ['example.test', 'a map such as { permitted: [example.test] }'],
  [{ permitted: ['a.test', 'dns:A.test'] }, 'name "dns:a.test" is listed twice -> remove one'],
  [
    {},
    'nameConstraints constrain nothing -> name what is permitted or excluded, or leave "nameConstraints" out',
  ],
])('%j: %s', (value, problem) => {
  expect(problemsOf(value)).toEqual([problem]);
});

it('what is written under a name that is not known may be what is missing', () => {
  expect(nameConstraints.safeParse({ allowed: ['a.test'] }).error?.issues.map(({ code }) => code)).toEqual([
    'unrecognized_keys',
  ]);
});

it.each([
  ['email:', undefined],
  [`email:${'a'.repeat(64)}@b.test`, `email:${'a'.repeat(64)}@b.test`],
  ['dirName:O=Acme,C=SE', 'dirName:O=Acme,C=SE'],
  ['1', 'ip'],
  ['1a.example.test', 'dns:1a.example.test'],
  ['a:b', 'ip'],
])('%s is read as %s', (text, expected) => {
  const problem = problemsOf({ permitted: [text] })[0];
  if (expected === 'ip') expect(problem).toContain('is not a range of addresses');
  else if (expected === undefined) expect(problem).toContain('is neither a mailbox nor a host');
  else expect(read(text)).toBe(expected);
});
