/** What `pki revoke` shows of an edit, what comes next, and why a file is left as it is. */
import { describe, expect, it } from 'vitest';
import {
  applyHint,
  byHandText,
  editText,
  revokedAlreadyText,
  unreplacedText,
  writeHint,
} from '../../src/report/revoke.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';

describe('an edit', () => {
  const edit = { line: 8, removed: ['  a: ~'], added: ['  a: { revoked: superseded }', '  b\u001b'] };

  it('is shown by its lines, those that go first', () => {
    expect(editText('pki.yaml', edit, PLAIN)).toBe(
      'pki.yaml:8\n-   a: ~\n+   a: { revoked: superseded }\n+   b␛',
    );
    expect(editText('pki.yaml', { line: 1, removed: [], added: [] }, PLAIN)).toBe('pki.yaml:1');
  });

  it('has the colours of what is bad and good', () => {
    const [, removed = '', added = ''] = editText('pki.yaml', edit, COLOURED).split('\n');
    expect([removed.slice(0, 7), added.slice(0, 7)]).toEqual(['\u001b[31m- ', '\u001b[32m+ ']);
  });

  it.each([
    [
      'pki.yaml',
      '"pki apply --allow revoke" puts it on the list of its authority, and its files into the archive',
    ],
    [
      'x/a.yaml',
      '"pki apply x/a.yaml --allow revoke" puts it on the list of its authority, and its files into the archive',
    ],
    [
      'a b.yaml',
      `"pki apply 'a b.yaml' --allow revoke" puts it on the list of its authority, and its files into the archive`,
    ],
  ])('takes effect by an apply of %s', (manifest, hint) => expect(applyHint(manifest)).toBe(hint));

  it('is not made until it is asked for, or where it says nothing new', () => {
    expect(writeHint('a.yaml')).toBe(
      'nothing is written yet: "--write" makes this edit in a.yaml, with all else in it as it is',
    );
    expect(revokedAlreadyText('clients/a')).toBe(
      'the manifest says of clients/a just that, and stays as it is',
    );
    expect(byHandText('clients/a', 'superseded')).toEqual({
      problem:
        '"clients/a" does not stand by itself in the manifest, or says how it is revoked in more than a word',
      hint: 'write "revoked: superseded" into it by hand',
    });
  });
});

it.each<[Parameters<typeof unreplacedText>[1], problem: string, hint: string]>([
  ['changed', '"a.yaml" has changed meanwhile, and is left as it is', 'run this again'],
  ['owner', '"a.yaml" is another user\'s, and is left as it is', 'make the edit as that user'],
  ['stream', '"a.yaml" is no file that could be written', 'name the file of the manifest'],
])('a file is left as it is: %s', (why, problem, hint) =>
  expect(unreplacedText('a.yaml', why)).toEqual({ problem, hint }),
);
