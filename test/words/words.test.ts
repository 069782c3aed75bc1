/** Every cause that is data in the engine, and the sentence that people read. */
import { describe, expect, it } from 'vitest';
import type { Blockage, LinkFinding, Refusal } from '../../src/plan/blockage.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { findingsText } from '../../src/words/blockage.ts';
import { type ManifestFault, manifestFaultText } from '../../src/words/manifest-file.ts';
import type { UserProblem } from '../../src/words/problem.ts';
import { recordedReason } from '../../src/words/recorded.ts';
import { refusalText } from '../../src/words/refusal.ts';
import { UserError } from '../../src/words/user-error.ts';

const MOVE_AWAY = 'move it away, or make it a readable plain file, and run again';
const OWNER = 'check who owns it, and run as a user who may read it';

it.each<[Blockage, problem: string, hint: string]>([
  [{ kind: 'unreadable', code: 'EACCES' }, 'cannot be read (EACCES)', OWNER],
  [{ kind: 'unreadable', code: 'EPERM' }, 'cannot be read (EPERM)', OWNER],
  [{ kind: 'unreadable', code: 'EIO' }, 'cannot be read (EIO)', MOVE_AWAY],
  [
    { kind: 'closed-folder', code: 'EACCES' },
    'lies in a folder that cannot be looked into (EACCES)',
    'check who owns the folder and what its mode is, and run again',
  ],
  [{ kind: 'link' }, 'is a symbolic link', MOVE_AWAY],
  [{ kind: 'directory' }, 'is a directory', MOVE_AWAY],
  [{ kind: 'not-a-file' }, 'is not a plain file', MOVE_AWAY],
  [{ kind: 'not-a-folder' }, 'lies below something that is not a folder', MOVE_AWAY],
  [{ kind: 'linked-folder' }, 'lies in a folder that is a symbolic link', MOVE_AWAY],
  [
    { kind: 'former', path: 'servers/old', cause: { kind: 'closed-folder', code: 'EACCES' } },
    'was in "servers/old" before, which lies in a folder that cannot be looked into (EACCES)',
    'check who owns that, and run as a user who may read it',
  ],
  [
    { kind: 'former', path: 'servers/old/key.pem', cause: { kind: 'unreadable', code: 'EACCES' } },
    'was in "servers/old/key.pem" before, which cannot be read (EACCES)',
    'check who owns that, and run as a user who may read it',
  ],
  [
    { kind: 'conflicting-key', entity: 'servers/api', other: 'old/key.pem' },
    'is not the key that servers/api had, which is "old/key.pem"',
    'move "servers/api/key.pem" away, and "old/key.pem" comes along; or move that away to go on with the other',
  ],
  [
    { kind: 'waits-for-move', other: 'servers/b' },
    'is the place of the key of servers/b, which is to move as well',
    'change one of them at a time, with "pki apply" in between',
  ],
  [
    { kind: 'foreign-key', format: { kind: 'der' } },
    'is a private key in DER, and only PEM can be used',
    'convert it with "openssl pkey -inform DER -in KEY -out PEM", or move it away to have a new key made',
  ],
  [
    { kind: 'foreign-key', format: { kind: 'tpm' } },
    'is a key in a TPM, which this version cannot use',
    'put the key in its place as PKCS#8 in PEM, or move it away to have a new key made',
  ],
  [
    { kind: 'foreign', artifact: 'csr' },
    'holds no certificate request, and this program did not make it',
    'give the entry another "folder" or other "files"; or move the file away, if it is not needed, and run again',
  ],
  [
    { kind: 'links', name: '..data', fault: { kind: 'no-link' } },
    'is published through "..data" beside it, which is not a link',
    'put "..data" right or move it away, and run again',
  ],
  [
    { kind: 'links', name: '..data', fault: { kind: 'leads-out' } },
    'is published through "..data" beside it, which leads out of its folder',
    'put "..data" right or move it away, and run again',
  ],
  [
    { kind: 'too-large', size: 5_000_000 },
    'holds 5000000 bytes, and no file of ours is as large',
    'move it away, or make it a readable plain file, and run again',
  ],
  [
    { kind: 'links', name: '..data', fault: { kind: 'no-folder' } },
    'is published through "..data" beside it, which leads to something that is not a folder',
    'put "..data" right or move it away, and run again',
  ],
  [
    { kind: 'links', name: '..v-1', fault: { kind: 'unreadable', code: 'EACCES' } },
    'is published through "..v-1" beside it, which cannot be read (EACCES)',
    'put "..v-1" right or move it away, and run again',
  ],
])('a file is blocked: %j', (cause, problem, hint) => {
  expect(refusalText({ kind: 'blocked', path: 'servers/api/key.pem', cause })).toEqual({
    problem: `"servers/api/key.pem" ${problem}`,
    hint,
  });
});

it.each<[Refusal, problem: string, hint: string]>([
  [
    { kind: 'encrypted', path: 'servers/api/key.pem', why: { kind: 'unstated' } },
    '"servers/api/key.pem" is encrypted, and the manifest states no passphrase for it',
    'state "passphrase: prompt", or another source; or "previousPassphrase: prompt" to have it decrypted',
  ],
  [
    { kind: 'given-key', entity: 'servers/api', authority: 'authorities/root', path: 'api.csr' },
    'the request "api.csr" of servers/api is for the private key of authorities/root, with which it could sign anything',
    'ask its owner for a request that is made with a key of its own',
  ],
  [
    { kind: 'renamed-links', entity: 'servers/api', artifact: 'cert' },
    'the cert.pem of servers/api is behind links, which cannot be renamed in their folder',
    'give the entry another "folder" together with its new "files"',
  ],
  [
    { kind: 'unfinished', entity: 'servers/api', why: 'EROFS: read-only file system' },
    'the new files of servers/api cannot be put in place: EROFS: read-only file system',
    'fix the cause and run again; or give the new files up, which are below ".pki/commit": "pki recover --discard servers/api"',
  ],
])('an entity is refused: %j', (refusal, problem, hint) => {
  expect(refusalText(refusal)).toEqual({ problem, hint });
});

describe('a UserError', () => {
  it.each<[UserProblem, problem: string, hint: string]>([
    [
      { kind: 'own-folder', path: '/out/.pki', isLink: true },
      '"/out/.pki" is a symbolic link',
      'private keys pass through it: move it away',
    ],
    [
      { kind: 'own-folder', path: '/out/.pki', isLink: false },
      '"/out/.pki" is not a folder',
      'private keys pass through it: move it away',
    ],
    [
      { kind: 'lock', path: '/out/.pki/lock', cause: { kind: 'unreadable', code: 'EACCES' } },
      '"/out/.pki/lock" cannot be read (EACCES)',
      'another run may hold it: check who owns it, and run as a user who may read it',
    ],
    [
      { kind: 'lock', path: '/out/.pki/lock', cause: { kind: 'directory' } },
      '"/out/.pki/lock" is a directory',
      'move it away: the lock of a run belongs there',
    ],
    [
      { kind: 'ledger', path: '/out/.pki/ledger.jsonl', cause: { kind: 'directory' } },
      '"/out/.pki/ledger.jsonl" is a directory',
      'move it away: the list of all certificates belongs there',
    ],
    [
      { kind: 'ledger', path: '/out/.pki/ledger.jsonl', cause: { kind: 'unreadable', code: 'EACCES' } },
      '"/out/.pki/ledger.jsonl" cannot be read (EACCES)',
      'run as a user who may read it',
    ],
    [
      { kind: 'tracked-link', path: '/out' },
      '"/out" is a link that is tracked by git and leads out of the repository',
      'look at where it leads: keys would go there; "git rm --cached /out" makes it yours alone',
    ],
    [
      { kind: 'foreign-link', path: '/out', uid: 1000 },
      '"/out" is a link that another user (uid 1000) made in a folder that is not that user\'s',
      'look at where it leads: keys would go there; name another output folder, or make the link yourself',
    ],
    [
      { kind: 'in-the-way', path: '/out/servers/api/cert.pem', cause: { kind: 'not-a-file' } },
      '"/out/servers/api/cert.pem" is not a plain file',
      'move it away: a file of this program belongs there',
    ],
    [
      { kind: 'foreign-owner', path: '/out/.pki', uid: 1000, setting: 'PKI_TRUST_OWNER' },
      '"/out/.pki" belongs to another user (uid 1000), and what is in it would be relied on',
      'run as that user; or, if you trust that user as yourself, with PKI_TRUST_OWNER=1000',
    ],
    [
      { kind: 'open-to-others', path: '/out put/.pki', mode: 0o40777 },
      '"/out put/.pki" is open to others (mode 777)',
      "look at what they put there, and close it: chmod go-w '/out put/.pki'",
    ],
    [
      { kind: 'tracked', path: '/out/.pki' },
      '"/out/.pki" is tracked by git, so anyone who can write to the repository decides what is in it',
      'look at what is in it; then "git rm -r --cached /out/.pki" makes it yours alone, and without it a new one is made',
    ],
    [
      { kind: 'ledger-line', path: '/out/.pki/ledger.jsonl', line: 3, fault: 'no-json' },
      '"/out/.pki/ledger.jsonl" line 3 is not JSON: another program wrote there',
      'remove that line, or fix it',
    ],
    [
      { kind: 'ledger-line', path: '/out/.pki/ledger.jsonl', line: 3, fault: 'no-entry' },
      '"/out/.pki/ledger.jsonl" line 3 is no entry: another program wrote there',
      'remove that line, or fix it',
    ],
    [
      { kind: 'order', path: '/out/.pki/commit/x/order.json' },
      '"/out/.pki/commit/x/order.json" does not say where the files beside it belong',
      'its folder holds new files that were not put in place: look at them, move the folder away, and run "pki apply" again',
    ],
    [
      { kind: 'order', path: '/out/.pki/commit/x/order.json', cause: { kind: 'link' } },
      '"/out/.pki/commit/x/order.json" is a symbolic link',
      'its folder holds new files that were not put in place: look at them, move the folder away, and run "pki apply" again',
    ],
    [
      { kind: 'no-adoptable-folder', folder: 'gone' },
      'there is no folder "gone"',
      'name the folder that holds the keys and certificates',
    ],
    [
      { kind: 'no-manifest-folder', folder: '/gone' },
      'there is no folder "/gone" to write into',
      'make it first',
    ],
    [
      { kind: 'indescribable', folder: '/a', place: '/b', why: 'no', beside: '/pki.yaml' },
      'a manifest in "/b" cannot describe "/a": no',
      'write it beside the folder: "--write /pki.yaml"',
    ],
    [
      { kind: 'nothing-to-verify', root: '/out' },
      '"/out" holds no certificate of this manifest',
      'run "pki apply" first',
    ],
    [
      { kind: 'no-temporary-folder', path: '/gone', code: 'ENOENT' },
      'nothing can be put into "/gone", the folder for temporary files (ENOENT)',
      'name another in TMPDIR, such as TMPDIR=/var/tmp, or make room in it',
    ],
    [
      { kind: 'openssl-fails', problem: 'openssl exited with 1', lastWords: '', command: 'openssl x' },
      'openssl exited with 1',
      'the proof needs an openssl that works; it ran openssl x',
    ],
    [
      { kind: 'no-temporary-folder', path: '/gone', code: 'ENOENT' },
      'nothing can be put into "/gone", the folder for temporary files (ENOENT)',
      'name another in TMPDIR, such as TMPDIR=/var/tmp, or make room in it',
    ],
    [
      { kind: 'no-request', entity: 'authorities/sub', fault: { kind: 'made-empty', path: 'csr.pem' } },
      '"authorities/sub": could not make key and request: openssl left "csr.pem" empty, as it does on a full disk',
      'fix the cause and run "pki request" again; what was there stays as it was',
    ],
    [
      { kind: 'openssl-fails', problem: 'openssl exited with 1', lastWords: 'bad', command: 'openssl x' },
      'openssl exited with 1: bad',
      'the proof needs an openssl that works; it ran openssl x',
    ],
  ])('has words for %j, and keeps it', (cause, message, hint) => {
    const error = new UserError(cause);
    expect(error).toMatchObject({ name: 'UserError', message, hint, cause });
  });
});

describe('what is wrong with the links of an entity', () => {
  it.each<[readonly LinkFinding[], string]>([
    [[], ''],
    [[{ name: '..data', is: 'missing' }], '"..data" is missing'],
    [
      [
        { name: '..data', is: 'dangling' },
        { name: '..v-1', is: 'left-over' },
        { name: 'key.pem', is: 'plain-file' },
        { name: 'cert.pem', is: 'link' },
      ],
      '"..data" leads nowhere, "..v-1" is left over, "key.pem" is a plain file, "cert.pem" is a link',
    ],
  ])('%j', (findings, text) => {
    expect(findingsText(findings)).toBe(text);
    const reason: Reason = { kind: 'publish', before: 'mixed', after: 'symlinks', findings };
    expect(JSON.stringify(recordedReason(reason))).toBe(
      JSON.stringify({ kind: 'publish', before: 'mixed', after: 'symlinks', detail: text }),
    );
  });
});

it.each<[ManifestFault, problem: string, hint: string]>([
  [
    { kind: 'missing', path: 'a.yaml', twin: null },
    'there is no manifest "a.yaml"',
    'name a manifest ("pki plan path/to/pki.yaml"), or let "pki init" write one to begin with',
  ],
  [
    { kind: 'missing', path: 'a.yaml', twin: 'a.yml' },
    'there is no manifest "a.yaml"',
    'there is "a.yml": name that',
  ],
  [
    { kind: 'stray-link', path: 'a.yaml', target: '/etc/shadow' },
    '"a.yaml" is a link that leads out of its folder, to "/etc/shadow"',
    'name the manifest itself, or put it where the link is',
  ],
  [{ kind: 'folder', path: 'a' }, '"a" is a folder', 'name the manifest in it: a/pki.yaml'],
  [{ kind: 'folder', path: '-a b//' }, '"-a b//" is a folder', "name the manifest in it: './-a b/pki.yaml'"],
  [
    { kind: 'unreadable', path: 'a', code: 'EACCES' },
    '"a" cannot be read (EACCES)',
    'name a readable YAML file',
  ],
  [
    { kind: 'too-large', path: 'a', size: 5 * 1024 * 1024 + 1 },
    '"a" holds 6 MB or more, and a manifest may hold 5',
    'split it into several manifests, each with its own output folder',
  ],
])('a manifest cannot be read: %j', (fault, problem, hint) => {
  expect(manifestFaultText(fault)).toEqual({ problem, hint });
});
