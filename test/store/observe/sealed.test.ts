/** Files under a password: what of them may be known, and whether each of them was opened. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { NOTHING } from '../../../src/plan/observation.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import {
  areOpened,
  areReadable,
  lackingSecrets,
  opened,
  sealSources,
} from '../../../src/store/observe/sealed.ts';
import { Secrets } from '../../../src/store/secrets.ts';
import { jks } from '../../../src/x509/jks-write.ts';
import { type Bag, pkcs12 } from '../../../src/x509/pkcs12-write.ts';
import { anInventory, aServer, present } from '../../helpers/entities.ts';
import { selfSigned } from '../../helpers/openssl.ts';

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

it('a file that its password opens, and that holds no key where one should be, is none, and is called by its kind', () => {
  const certificate = new X509Certificate(selfSigned('/CN=x').cert).raw;
  const bags: readonly Bag[] = [
    { kind: 'key', der: Buffer.of(5, 0), name: 'api' },
    { kind: 'certificate', der: certificate },
  ];
  const options = { password: process.env['PATH'] ?? '', draw: randomBytes, pieces: [] };
  const files = {
    pkcs12: pkcs12(bags, { ...options, encryption: 'modern' }),
    'keystore-jks': jks(bags, options),
  };
  const seals = { pkcs12: seal(PATH), 'keystore-jks': seal(PATH) };
  const entity = api({ seals });
  const found = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, present(bytes)]));
  const closed = present({ mark: '', content: 'closed' });
  const states = { ...NOTHING, pkcs12: closed, 'keystore-jks': closed };
  const reader = new Reader(new Secrets('/nowhere', anInventory(entity)));
  expect(opened(entity, states as never, { ...NOTHING, ...found } as never, reader)).toMatchObject({
    pkcs12: { state: 'garbage', detail: 'holds no readable PKCS#12' },
    'keystore-jks': { state: 'garbage', detail: 'holds no readable Java key store' },
  });
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
