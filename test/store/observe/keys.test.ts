/** The key of an entity as it is found: in its file, closed, out of sight, or on a token. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import type { SecretSource } from '../../../src/pki/secret-source.ts';
import type { FileState, KeyState } from '../../../src/plan/observation.ts';
import {
  leftKeyOf,
  observeKey,
  observeTokenKey,
  openedKeyFile,
  plainFile,
} from '../../../src/store/observe/keys.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import type { Secrets } from '../../../src/store/secrets.ts';
import { parseCertificate } from '../../../src/x509/parse.ts';
import { keyIdentifier, sha256 } from '../../../src/x509/public-key.ts';
import { aServer, present } from '../../helpers/entities.ts';
import { keyPem, smallCertificate, smallKey } from '../../helpers/small-certificates.ts';

const CERT = smallCertificate('api', { isAuthority: false });
const OTHER = smallKey();
const FACTS = { keyId: sha256(CERT.key.spki), spec: 'ed25519', keyIdentifier: keyIdentifier(CERT.key.spki) };
const API = aServer({ name: 'api' });
const env = (name: string): SecretSource => ({ kind: 'env', name });
const SECRETS = {
  read: (source: SecretSource) => {
    const value = source.kind === 'env' ? { RIGHT: 'right', WRONG: 'wrong' }[source.name] : undefined;
    return value === undefined ? { ok: false, fault: { kind: 'waits' } } : { ok: true, value };
  },
} as unknown as Secrets;

const closed = (passphrase = 'right'): string =>
  String(CERT.key.key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase }));
const file = (text: string, mode = 0o600): FileState<Buffer> => present(Buffer.from(text), mode);
const MISSING = { state: 'missing' } as const;
const UNKNOWN = { state: 'unknown' } as const;
const NO_CERT = { cert: MISSING, certFile: MISSING };
const WITH_CERT = {
  cert: present(parseCertificate(Buffer.from(CERT.pem))),
  certFile: present(Buffer.from(CERT.pem)),
};

interface Case {
  readonly entity?: Entity;
  readonly beside?: typeof NO_CERT | typeof WITH_CERT;
  readonly sight?: 'all' | 'readable' | 'public';
}

function seen(
  key: FileState<Buffer>,
  { entity = API, beside = WITH_CERT, sight = 'all' }: Case = {},
): KeyState {
  const reader = new Reader(SECRETS);
  return observeKey(entity, openedKeyFile(entity, key, reader), beside.cert, beside.certFile, reader, sight);
}

const under = (name: string): Entity => ({ ...API, passphrase: env(name) });
const found = (lock?: string) => ({
  state: 'present',
  facts: FACTS,
  ...(lock === undefined ? {} : { lock }),
});
const LATER = { kind: 'no-secret', source: env('LATER'), fault: { kind: 'waits' } };
const AWAY = { ...API, keyPlace: { kind: 'offline' } } as const;

describe('in a file', () => {
  it.each<[string, KeyState, object]>([
    ['a plain one', seen(file(keyPem(CERT.key))), { ...found(), mode: 0o600 }],
    ['with its mode', seen(file(keyPem(CERT.key), 0o644)), { ...found(), mode: 0o644 }],
    ['none', seen(MISSING), MISSING],
    [
      'what stands in the way',
      seen({ state: 'blocked', cause: { kind: 'directory' } }),
      { state: 'blocked', cause: { kind: 'directory' } },
    ],
    ['no key', seen(file('x')), { state: 'garbage', detail: expect.any(String) }],
    ['opened by what is stated', seen(file(closed()), { entity: under('RIGHT') }), found('stated')],
    [
      'opened by what was stated',
      seen(file(closed()), { entity: { ...under('WRONG'), previousPassphrase: env('RIGHT') } }),
      found('previous'),
    ],
    [
      'closed, where nothing is stated',
      seen(file(closed())),
      { state: 'encrypted', why: { kind: 'unstated' } },
    ],
    [
      'closed to what is stated',
      seen(file(closed()), { entity: under('WRONG') }),
      { state: 'encrypted', why: { kind: 'other' } },
    ],
  ])('%s', (_, key, expected) => expect(key).toEqual({ ...key, ...expected }));
});

describe('closed for want of a passphrase', () => {
  const entity = under('LATER');
  it('it counts as that of the certificate beside it', () => {
    expect(seen(file(closed(), 0o640), { entity })).toEqual({ ...found('assumed'), mode: 0o640 });
  });
  it('without one it is closed, and to a look of less than all unknown', () => {
    const states = (['all', 'readable', 'public'] as const).map((sight) =>
      seen(file(closed()), { entity, beside: NO_CERT, sight }),
    );
    expect(states).toEqual(['encrypted', 'unknown', 'unknown'].map((state) => ({ state, why: LATER })));
  });
});

describe('out of sight', () => {
  it('it counts as that of the certificate, with the mode that a key has', () => {
    expect(seen(UNKNOWN)).toEqual({ ...found('unseen'), mode: 0o600 });
  });
  it.each<[string, Case]>([
    ['where there is no certificate', { beside: NO_CERT }],
    ['where its place is elsewhere', { entity: AWAY }],
  ])('it is unknown %s', (_, given) => expect(seen(UNKNOWN, given)).toEqual(UNKNOWN));
});

describe('on a token', () => {
  const on = (reader: Reader, { cert, certFile }: typeof NO_CERT | typeof WITH_CERT) =>
    observeTokenKey(API, cert, certFile, reader);
  it('it is what that showed, or else that of the certificate, or none', () => {
    const asked = new Reader();
    const facts = { keyId: 'ab', spec: 'rsa-2048', keyIdentifier: 'cd' };
    asked.tokens.show(API.id, { spki: OTHER.spki, facts });
    expect(on(asked, WITH_CERT)).toEqual({ state: 'present', facts, mode: 0o600 });
    expect(on(new Reader(), WITH_CERT)).toEqual({ ...found('on-token'), mode: 0o600 });
    expect(on(new Reader(), NO_CERT)).toEqual(MISSING);
  });

  it('what is in a file all the same is named', () => {
    const left = (key: FileState<Buffer>, entity: Entity) => {
      const reader = new Reader(SECRETS);
      return leftKeyOf(entity, openedKeyFile(entity, key, reader), reader);
    };
    const token = { ...API, token: {} } as Entity;
    const opened = { ...under('RIGHT'), token: {} } as Entity;
    expect([
      left(file(keyPem(CERT.key)), token),
      left(file(keyPem(CERT.key)), API),
      left(MISSING, token),
      left(file('x'), token),
      left(file(closed()), token),
      left(file(closed()), opened),
    ]).toEqual([
      { leftKey: FACTS.keyId },
      {},
      {},
      { leftKey: null },
      { leftKey: null },
      { leftKey: FACTS.keyId },
    ]);
  });
});

it('readers that know nothing of passphrases see it open where it is, and else as it is', () => {
  const text = (bytes: FileState<Buffer>): string =>
    bytes.state === 'present' ? (String(bytes.facts).split('\n')[0] ?? '') : bytes.state;
  const plain = (key: FileState<Buffer>, entity: Entity) =>
    text(plainFile(openedKeyFile(entity, key, new Reader(SECRETS))));
  expect([
    plain(file(closed()), under('RIGHT')),
    plain(file(closed()), under('WRONG')),
    plain(file(keyPem(CERT.key)), API),
    plain(MISSING, API),
  ]).toEqual([
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
    'missing',
  ]);
});
