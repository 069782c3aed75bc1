/** The key that a request is compared with: of the file, of the authority that a bridge is of, or as a token shows it. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { keyNow } from '../../src/run/make-request.ts';
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
