// What `pki recover` says became of what was left half-way.
import { expect, it } from 'vitest';
import { recoveredText } from '../../src/report/recover.ts';

it('says of each entity which of its files are there, and of a key that is in another form that it is the same', () => {
  const text = recoveredText({
    kind: 'done',
    finished: ['servers/a'],
    restored: ['servers/b'],
    relocked: ['servers/c'],
    placed: ['servers/d'],
    failed: [],
  });
  expect(text).toBe(`servers/a: its new files are in place
servers/b: has its old files again; new keys and certificates are in the archive
servers/c: has its old files again, but for key.pem: the same key, encrypted or not as the interrupted run left it; new certificates are in the archive
servers/d: its new files were in place already, and the rest is given up
`);
});
