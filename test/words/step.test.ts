/** Every cause of a step that fails, and the sentence that people read. */
import { describe, expect, it } from 'vitest';
import type { Objection } from '../../src/plan/objection.ts';
import { StepError } from '../../src/store/step-error.ts';
import { objectionText } from '../../src/words/objection.ts';
import type { CallEnd } from '../../src/words/openssl-call.ts';
import type { StepFault } from '../../src/words/step.ts';

const path = 'servers/api/cert.pem';

describe('a step', () => {
  it.each<[StepFault, message: string]>([
    [{ kind: 'not-made', path }, `openssl did not make "${path}"`],
    [
      { kind: 'no-access-list', path, detail: 'EOPNOTSUPP' },
      `the access control list of the file that is replaced cannot be given to "${path}": EOPNOTSUPP`,
    ],
    [{ kind: 'made-empty', path }, `openssl left "${path}" empty, as it does on a full disk`],
    [
      { kind: 'made-garbage', path, maker: 'node', detail: 'holds no certificate' },
      `node left "${path}" unusable: holds no certificate`,
    ],
    [
      {
        kind: 'made-other',
        maker: 'openssl',
        objections: [{ kind: 'request-key' }, { kind: 'issuer-name' }],
      },
      'openssl made something else than it was asked for: the request is for another key; the certificate names another issuer',
    ],
    [
      { kind: 'made-other-content', maker: 'openssl', artifact: 'pkcs7' },
      'openssl put something else into chain.p7b',
    ],
    [{ kind: 'other-public-key' }, 'the public key is another key’s'],
    [
      { kind: 'key-again', owner: 'servers/a' },
      'openssl made the private key of servers/a again: its random numbers repeat, and nothing that it makes is safe',
    ],
    [
      { kind: 'serial-again', serial: '01', owner: 'servers/a' },
      'openssl drew the serial number 01 for servers/a before: its random numbers repeat, and nothing that it makes is safe',
    ],
    [{ kind: 'no-key' }, 'holds no readable private key'],
    [
      { kind: 'unidentified-issuer' },
      'the certificate of the issuer has no subject key identifier to refer to',
    ],
    [{ kind: 'missing', path }, `"${path}" is missing`],
    [{ kind: 'empty', path }, `"${path}" is empty; is the disk full?`],
    [{ kind: 'blocked', path, cause: { kind: 'link' } }, `"${path}" is a symbolic link`],
    [{ kind: 'garbage', path, detail: 'holds no certificate' }, `"${path}" holds no certificate`],
    [{ kind: 'unusable', path, state: 'blocked' }, `"${path}" is blocked`],
    [{ kind: 'changed', path }, `"${path}" is not what it was when the plan was made`],
    [
      { kind: 'changed', path, detail: 'holds no certificate' },
      `"${path}" is not what it was when the plan was made: holds no certificate`,
    ],
    [{ kind: 'other-folder', path: '/pki' }, '"/pki" is not the folder any more that it was'],
    [
      { kind: 'closed-folder', path: '/pki/servers', code: 'EACCES' },
      '"/pki/servers" may not be written to (EACCES), so nothing in it can be replaced',
    ],
    [
      { kind: 'other-mount', path: '/pki/servers', own: '/pki/.pki' },
      '"/pki/servers" is on another file system than "/pki/.pki": files cannot be moved into it',
    ],
  ])('%j', (fault, message) => {
    expect(new StepError(fault)).toMatchObject({ message, cause: fault });
  });

  it.each<[Extract<StepFault, { kind: 'fixed-file' }>['why'], why: string]>([
    [{ kind: 'folder' }, 'is a folder'],
    [{ kind: 'not-a-file' }, 'is not a plain file'],
    [{ kind: 'too-large', size: 5_000_000 }, 'holds 5000000 bytes, and no file of ours is as large'],
    [{ kind: 'sticky' }, 'belongs to another user, and its folder is sticky'],
    [{ kind: 'attribute' }, 'is immutable or append-only (lsattr shows it; "chattr -ia" ends it)'],
    [{ kind: 'read-only' }, 'is on a file system that is read-only'],
    [{ kind: 'mount-point' }, 'is a mount point'],
  ])('finds a file fixed: %j', (why, text) => {
    expect(new StepError({ kind: 'fixed-file', path, why }).message).toBe(
      `"${path}" cannot be replaced: it ${text}`,
    );
  });

  it.each<[CallEnd, message: string]>([
    [{ kind: 'interrupted' }, 'openssl was interrupted'],
    [
      { kind: 'late', seconds: 120, setting: 'PKI_OPENSSL_TIMEOUT' },
      'openssl did not end within 120 s and was stopped (PKI_OPENSSL_TIMEOUT sets another limit)',
    ],
    [{ kind: 'signal', program: 'openssl', signal: 'SIGKILL' }, 'openssl was ended by SIGKILL'],
    [
      { kind: 'signal', program: 'shell', signal: 'SIGKILL' },
      'the shell that starts openssl was ended by SIGKILL',
    ],
    [
      { kind: 'flood', limit: 33554432 },
      'openssl printed more, or wrote a larger file, than 32 MB, which none of its calls needs, and was stopped',
    ],
    [{ kind: 'exit', program: 'openssl', code: 1 }, 'openssl exited with 1'],
    [{ kind: 'exit', program: 'shell', code: 2 }, 'the shell that starts openssl exited with 2'],
    [{ kind: 'not-begun', detail: 'it is not there' }, 'openssl did not run: it is not there'],
    [{ kind: 'not-begun', detail: null }, 'openssl did not run: for an unknown reason'],
  ])('has a call that ends: %j', (end, message) => {
    expect(new StepError({ kind: 'call', end }).message).toBe(message);
  });
});

it.each<[Objection, text: string]>([
  [{ kind: 'key', before: 'rsa-2048', after: 'ed25519' }, 'the key is rsa-2048, not ed25519'],
  [{ kind: 'request-key' }, 'the request is for another key'],
  [{ kind: 'request-signature' }, 'the signature of the request does not match its key'],
  [
    { kind: 'request', reason: { kind: 'differs', field: 'subject', before: 'CN=a', after: 'CN=b' } },
    'the request differs, subject is CN=a, not CN=b',
  ],
  [
    { kind: 'certificate', reason: { kind: 'weak', what: 'sha1WithRSAEncryption' } },
    'the certificate differs, sha1WithRSAEncryption',
  ],
  [
    { kind: 'certificate', reason: { kind: 'defect', defect: 'zero-serial', what: null } },
    'the certificate differs, zero-serial',
  ],
  [
    { kind: 'certificate', reason: { kind: 'defect', defect: 'malformed', what: 'keyUsage' } },
    'the certificate differs, malformed keyUsage',
  ],
  [{ kind: 'certificate-key' }, 'the certificate is for another key'],
  [{ kind: 'certificate-signature' }, 'the certificate is not signed by its issuer'],
  [{ kind: 'issuer-name' }, 'the certificate names another issuer'],
  [{ kind: 'subject-octets' }, 'the subject is encoded in another way than asked'],
  [{ kind: 'not-before', found: 0 }, 'notBefore is 1970-01-01T00:00:00Z'],
  [{ kind: 'not-after', found: 1 }, 'notAfter is 1970-01-01T00:00:01Z'],
  [{ kind: 'serial', serial: '01' }, 'the serial number 01 is not 12 to 20 random octets'],
  [
    {
      kind: 'extensions',
      surplus: [{ name: 'keyUsage', critical: true, value: '03020780' }],
      missing: [{ name: '1.2.3', critical: false, value: '0500' }],
    },
    'the extensions are not as asked: critical keyUsage 03020780 was not asked for, 1.2.3 0500 is missing',
  ],
])('objection %j', (objection, text) => {
  expect(objectionText(objection)).toBe(text);
});
