/** The key that a request is compared with: of the file, of the authority that a bridge is of, or as a token shows it. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { sanText } from '../../src/pki/san.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { keyNow, makeRequest } from '../../src/run/make-request.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { anAuthority, aServer, keyFacts, observed, present } from '../helpers/entities.ts';

const HERE = keyFacts('here');
const SHOWN = keyFacts('shown');
const UNSET = { kind: 'env', name: 'PKI_TEST_NO_SUCH_VARIABLE' } as const;
const onToken = (pin: SecretSource) => ({ uri: 'pkcs11:token=t', pin });
const PATH = { kind: 'env', name: 'PATH' } as const;

/** What the key is, or why that is not to be had, and which tokens were asked. @param answer of the token. */
async function keyOf(entity: Entity, others: readonly Entity[] = [], answer: 'key' | 'fault' | null = 'key') {
  const reader = new Reader(new Secrets('/nowhere', { output: '.' }));
  const asked: string[] = [];
  const tokens = {
    ask({ id }: { readonly id: string }) {
      asked.push(id);
      if (answer === 'key') reader.tokens.show(id, { spki: Buffer.of(), facts: SHOWN });
      if (answer === 'fault') reader.tokens.fail(id, { kind: 'locked' });
      return Promise.resolve();
    },
  };
  const byId = new Map([entity, ...others].map((one) => [one.id, one]));
  const seen = observed({ key: present(HERE) });
  const key = await keyNow(entity, seen, { byId, tokens: tokens as never, reader }).catch(
    (error) => error.cause,
  );
  return { key, asked };
}

it('is the one in the file of an entity, where that can be read', async () => {
  expect(await keyOf(aServer())).toEqual({ key: HERE, asked: [] });
  const reader = new Reader();
  const byId = new Map();
  expect(await keyNow(aServer(), observed(), { byId, tokens: {} as never, reader })).toBeUndefined();
  const closed = observed({ key: { state: 'encrypted', why: { kind: 'unstated' } } });
  expect(await keyNow(aServer(), closed, { byId, tokens: {} as never, reader })).toBeUndefined();
});

describe('is on a token', () => {
  const HOLDER = anAuthority({ name: 'holder', token: onToken(PATH) });
  const BRIDGE = anAuthority({ name: 'bridge', keyPlace: { kind: 'bridge', of: HOLDER.id } });

  it('of the entity, or of the authority that it is a bridge of', async () => {
    expect(await keyOf(HOLDER)).toEqual({ key: SHOWN, asked: [HOLDER.id] });
    expect(await keyOf(BRIDGE, [HOLDER])).toEqual({ key: SHOWN, asked: [HOLDER.id] });
    expect(await keyOf(BRIDGE, [anAuthority({ name: 'holder' })])).toEqual({ key: HERE, asked: [] });
  });

  it('and not to be had without its PIN, or where the token does not show it', async () => {
    const unset = anAuthority({ name: 'holder', token: onToken(UNSET) });
    expect(await keyOf(unset)).toEqual({
      key: { kind: 'no-secret', source: `env:${UNSET.name}`, fault: { kind: 'unset' } },
      asked: [],
    });
    expect((await keyOf(HOLDER, [], 'fault')).key).toEqual({ kind: 'token', fault: { kind: 'locked' } });
    expect((await keyOf(HOLDER, [], null)).key).toEqual({ kind: 'token', fault: { kind: 'no-key' } });
  });
});

describe('a request', () => {
  const ISSUANCE = { notBefore: 0, notAfter: 1, cappedBy: null, subjectKeyId: null };
  const OF = anAuthority({ name: 'of' });
  const BRIDGE = anAuthority({ name: 'bridge', keyPlace: { kind: 'bridge', of: OF.id } });
  const API = aServer({ name: 'api' });

  /** What the engine is asked for, what is read and written, and the cause of what is thrown. */
  async function made(entity: Entity, { newKey = false, name = '', keyId = HERE.keyId } = {}) {
    const did: unknown[] = [];
    const reader = {
      keyring: { plain: (_: unknown, file: Buffer) => file },
      tokens: { of: () => undefined },
      read: (artifact: string, file: Buffer) => {
        did.push(['read', artifact, String(file)]);
        if (artifact === 'key') return HERE;
        return { keyId, subject: entity.subject, san: entity.san.map(sanText), signatureFits: true };
      },
    };
    const staging = {
      run: 'run-1',
      make: (id: string) => Promise.resolve(void did.push(['make', id])),
      once: (path: string) => Promise.resolve(did.push(['copy', path])),
      read: (_: string, file: string) => Buffer.from(`staged ${file}`),
      write: (...given: readonly unknown[]) => void did.push(['write', ...given]),
    };
    const engine = { perform: (make: unknown) => Promise.resolve(did.push(make)).then(() => 'node') };
    const published = { key: (id: string) => Buffer.from(`key of ${id}`) };
    const byId = new Map([OF, BRIDGE, API].map((one) => [one.id, one]));
    const issuance = name === '' ? ISSUANCE : { ...ISSUANCE, name };
    const context = { root: '/', byId, output: {}, staging, engine, published, reader } as never;
    const failed = await makeRequest(entity, { issuance: issuance as never, newKey }, context).catch(
      (error) => error.cause,
    );
    return { did, failed };
  }

  it('is signed by the key that is there', async () => {
    expect(await made(API)).toEqual({
      did: [
        ['make', API.id],
        ['copy', '.pki/stage/run-1/current/servers.api/key.pem'],
        { op: 'request', of: API.id, key: { kind: 'file', of: API.id, isNew: false } },
        ['read', 'key', `key of ${API.id}`],
        ['read', 'csr', 'staged csr'],
      ],
      failed: undefined,
    });
  });

  it('is signed by a new key, in the name that the certificate had', async () => {
    expect((await made(API, { newKey: true, name: 'as it was' })).did).toEqual([
      ['make', API.id],
      { op: 'request', of: API.id, key: { kind: 'file', of: API.id, isNew: true }, name: 'as it was' },
      ['read', 'key', 'staged key'],
      ['read', 'csr', 'staged csr'],
    ]);
  });

  it('of a bridge is signed by the key of its authority', async () => {
    expect((await made(BRIDGE)).did.slice(1, 4)).toEqual([
      ['copy', '.pki/stage/run-1/current/authorities.of/key.pem'],
      { op: 'request', of: BRIDGE.id, key: { kind: 'file', of: OF.id, isNew: false } },
      ['read', 'key', `key of ${OF.id}`],
    ]);
  });

  it('that came with the manifest is taken as it is', async () => {
    const key = { keyId: 'aa', keyIdentifier: 'bb', spki: '3000' };
    const given = aServer({
      name: 'api',
      keyPlace: { kind: 'request', path: 'a.csr', pem: 'the request', key, ignored: [] },
    });
    expect(await made(given)).toEqual({
      did: [
        ['make', API.id],
        ['write', API.id, 'csr', 'the request', 0o644],
      ],
      failed: undefined,
    });
  });

  it('of another key than was asked for goes nowhere', async () => {
    expect((await made(API, { keyId: 'other' })).failed).toEqual({
      kind: 'made-other',
      maker: 'node',
      objections: [{ kind: 'request-key' }],
    });
  });
});
