/** Files under a password: what of them may be known, and whether each of them was opened. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { NOTHING } from '../../../src/plan/observation.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import { areOpened, areReadable, lackingSecrets, sealSources } from '../../../src/store/observe/sealed.ts';
import { Secrets } from '../../../src/store/secrets.ts';
import { anInventory, aServer, present } from '../../helpers/entities.ts';

const PATH = { kind: 'env', name: 'PATH' } as const;
const UNSET = { kind: 'env', name: 'PKI_TEST_NO_SUCH_VARIABLE' } as const;
const seal = (password: typeof PATH | typeof UNSET) => ({ password, encryption: 'modern' }) as const;
const api = (more: Partial<Entity>): Entity => aServer({ name: 'api', ...more } as never);
const SEALED = api({ seals: { pkcs12: seal(PATH), truststore: seal(PATH) } });

describe('a file under a password is opened', () => {
  const opened = present({ mark: '', content: [] });
  const closed = present({ mark: '', content: null });
  const of = (pkcs12: object, truststore: object, entity = SEALED) =>
    areOpened(entity, { ...NOTHING, pkcs12, truststore } as never);

  it('where all that the manifest has are', () => {
    expect(of(opened, opened)).toBe(true);
    for (const other of [closed, NOTHING.key, { state: 'garbage', detail: '' }])
      expect([of(opened, other), of(other, opened)]).toEqual([false, false]);
  });

  it('whatever is there of others', () => {
    expect(of(opened, closed, api({ seals: { pkcs12: seal(PATH) } }))).toBe(true);
    expect(of(closed, closed, api({}))).toBe(true);
  });
});

it('what needs a passphrase or a token is not known without', () => {
  expect(areReadable(api({}))).toBe(true);
  expect(areReadable(SEALED)).toBe(true);
  for (const more of [
    { passphrase: PATH },
    { previousPassphrase: PATH },
    { token: { uri: 'pkcs11:x', pin: PATH } },
  ])
    expect(areReadable(api(more as never))).toBe(false);
});

describe('passwords', () => {
  const readerFor = (entity: Entity) => new Reader(new Secrets('/nowhere', anInventory(entity)));

  it('are looked for where a file is there that needs one, each once', () => {
    const reader = readerFor(SEALED);
    expect(sealSources(SEALED, new Set(), reader)).toEqual([]);
    expect(sealSources(SEALED, new Set(['pkcs12']), reader)).toEqual(['env:PATH']);
    expect(sealSources(SEALED, new Set(['pkcs12', 'truststore', 'cert']), reader)).toEqual(['env:PATH']);
    expect(sealSources(api({}), new Set(['pkcs12']), reader)).toEqual([]);
  });

  it('that are not to be had are said, and those of files that are not there are not', () => {
    const entity = api({ seals: { pkcs12: seal(UNSET), truststore: seal(PATH) } });
    const reader = readerFor(entity);
    expect(sealSources(entity, new Set(['truststore']), reader)).toEqual(['env:PATH']);
    expect(lackingSecrets(reader)).toEqual({});
    expect(sealSources(entity, new Set(['truststore', 'pkcs12']), reader)).toBeNull();
    expect([...(lackingSecrets(reader).closed ?? [])]).toEqual([[`env:${UNSET.name}`, { kind: 'unset' }]]);
    expect(sealSources(SEALED, new Set(['pkcs12']), new Reader())).toBeNull();
    expect(lackingSecrets(new Reader())).toEqual({});
  });
});
