/** What is right on the disk and still worth knowing: whom it is about, when it is said, and what there is to do. */
import { describe, expect, it } from 'vitest';
import { entitiesOf, isUrgent, type Remark } from '../../src/plan/remark.ts';
import { remarkText } from '../../src/words/remark.ts';

const ROOT = 'authorities/root';
const [A, B] = ['servers/a', 'clients/b'] as const;
const reason = { kind: 'differs', field: 'subject', before: 'CN=a', after: 'O=x, CN=a' } as const;

describe.each<[Remark, about: readonly string[], urgent: boolean, says: readonly string[]]>([
  [
    {
      kind: 'unbrought',
      entity: ROOT,
      path: 'authorities/root/previous.pem',
      trusting: [A],
      presented: [A, B],
    },
    [ROOT, A, B],
    true,
    [
      'no "ca" for its former certificate (servers/a), and no "fullchain" for what leads from the former certificate to theirs (servers/a, clients/b): add these to "outputs" first, or bring "authorities/root/previous.pem" along',
    ],
  ],
  [
    { kind: 'unbrought', entity: ROOT, path: 'p', trusting: [A], presented: [] },
    [ROOT, A],
    true,
    ['because some have no "ca" for its former certificate (servers/a): add'],
  ],
  [
    { kind: 'unbrought', entity: ROOT, path: 'p', trusting: [], presented: [B] },
    [ROOT, B],
    true,
    [
      'because some have no "fullchain" for what leads from the former certificate to theirs (clients/b): add',
    ],
  ],
  [{ kind: 'same-name', entity: ROOT }, [ROOT], true, ['two roots of one name', 'another commonName']],
  [
    { kind: 'no-way', entity: ROOT, refused: [A], by: 'all' },
    [ROOT, A],
    true,
    ['servers/a will be refused by ', 'bring the new ca.pem to every peer before the new certificates'],
  ],
  [
    { kind: 'early-end', entity: ROOT, intermediates: ['authorities/x', 'authorities/y'] },
    [ROOT, 'authorities/x', 'authorities/y'],
    true,
    ['"pki retire authorities/x authorities/y" first'],
  ],
  [{ kind: 'renamed', entity: A, reason }, [A], false, ['changes its subject: CN=a → O=x, CN=a']],
  [
    { kind: 'differs', entities: [A], reason },
    [A],
    false,
    ['servers/a: subject differs: CN=a → O=x, CN=a at the next renewal, or by "pki rotate servers/a"'],
  ],
  [{ kind: 'differs', entities: [A], reason, isAway: true }, [A], false, ['→ O=x, CN=a at the next renewal']],
  [
    { kind: 'differs', entities: [A, B], reason },
    [A, B],
    false,
    ['servers/a, clients/b: ', '"pki rotate NAME"'],
  ],
  [
    { kind: 'unlisted', entity: ROOT, serials: ['01', '02'], readers: [] },
    [ROOT],
    true,
    [
      'certificate 01, certificate 02 is revoked',
      ': all that read lists will accept it',
      '"pki retire authorities/root"',
    ],
  ],
  [
    { kind: 'unlisted', entity: ROOT, serials: ['01'], readers: [A, B] },
    [ROOT, A, B],
    true,
    [': servers/a, clients/b will accept it'],
  ],
  [
    { kind: 'left-list', entity: ROOT, path: 'crl.pem', nextUpdate: 0 },
    [ROOT],
    true,
    ['"crl.pem" is not made any more', 'once it has ended on 1970-01-01T00:00:00Z'],
  ],
  [
    { kind: 'left-list', entity: ROOT, path: 'crl.pem', nextUpdate: null },
    [ROOT],
    true,
    ['once it has ended'],
  ],
  [{ kind: 'zero-serial', entity: ROOT }, [ROOT], false, ['its serial number is zero']],
  [
    { kind: 'group-readable', entity: A, artifact: 'key', group: 1001 },
    [A],
    false,
    ['its key.pem can also be read by the group that it was given to (number 1001)'],
  ],
  [
    { kind: 'request-ignored', entity: A, ignored: ['dns:x.test', 'CN=x'] },
    [A],
    false,
    ['which is ignored: dns:x.test; CN=x'],
  ],
  [
    { kind: 'shared-key', entities: [A, B] },
    [A, B],
    true,
    ['one private key serves servers/a, clients/b: "pki rotate clients/b" gives each its own'],
  ],
  [{ kind: 'shared-key', entities: [A] }, [A], true, ['"pki rotate servers/a" gives']],
  [
    { kind: 'offline-key', entity: ROOT, path: 'authorities/root/key.pem' },
    [ROOT],
    true,
    ['"authorities/root/key.pem" is there: move it'],
  ],
  [
    { kind: 'left-key', entity: A, path: 'k.pem', isCertified: true },
    [A],
    true,
    ['its certificate is for the key in "k.pem"', '"pki rotate servers/a" takes that of the token into use'],
  ],
  [
    { kind: 'also-trusted', entity: ROOT, path: 'r.pem', fingerprints: ['ab', 'cd'] },
    [ROOT],
    true,
    [
      'authorities/root: "r.pem" also holds what the manifest does not name',
      'take it out, and find out who put it there: SHA-256 ab, cd',
    ],
  ],
  [{ kind: 'left-key', entity: A, path: 'k.pem', isCertified: false }, [A], true, ['"k.pem" is still there']],
  [
    { kind: 'left-files', entity: A, paths: ['x'] },
    [A],
    true,
    ['"x" is not asked for any more, and stays: remove it once nothing reads it'],
  ],
  [
    { kind: 'left-files', entity: A, paths: ['x', 'y'] },
    [A],
    true,
    ['"x", "y" are not asked for any more, and stay: remove them once nothing reads them'],
  ],
  [{ kind: 'unknown', entities: [A, B] }, [A, B], true, ['and they stay: servers/a, clients/b']],
  [
    { kind: 'unseen', what: 'keys', asked: true, entities: [A] },
    [A],
    false,
    ['private keys of servers/a were not looked at'],
  ],
  [
    { kind: 'unseen', what: 'keys', asked: false, entities: [A] },
    [A],
    true,
    ['private keys of servers/a may not be read by this user'],
  ],
  [
    { kind: 'unseen', what: 'others', asked: true, entities: [A, B] },
    [A, B],
    true,
    ['files of servers/a, clients/b may not be read by this user'],
  ],
])('%j', (remark, about, urgent, says) => {
  it('is about those that it concerns', () => expect(entitiesOf(remark)).toEqual(about));
  it('is said at once, or only where everything is', () => expect(isUrgent(remark)).toBe(urgent));
  it('says what is so, and what to do', () => {
    for (const part of says) expect(remarkText(remark)).toContain(part);
  });
});

it.each<Remark>([
  { kind: 'left-list', entity: ROOT, path: 'a\nb', nextUpdate: null },
  { kind: 'offline-key', entity: ROOT, path: 'a\u001b[2J' },
  { kind: 'left-key', entity: A, path: 'a\u001b[2J', isCertified: true },
  { kind: 'left-files', entity: A, paths: ['a\u001b[2J'] },
  { kind: 'also-trusted', entity: A, path: 'a\u001b[2J', fingerprints: [] },
])('no control character of a file reaches the terminal: %j', (remark) => {
  expect(remarkText(remark)).not.toMatch(/\p{Cc}/u);
});

it('what an offline key signs is not made earlier by a command here', () => {
  const text = remarkText({ kind: 'differs', entities: [A], reason, isAway: true });
  expect(text).toBe('servers/a: subject differs: CN=a → O=x, CN=a at the next renewal');
});
