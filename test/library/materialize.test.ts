/** A PKI for tests, in a folder that goes: what is loaded from it, by which names, and what becomes of one that cannot be. */
import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apply, verify } from '../../src/library/apply.ts';
import { credentials } from '../../src/library/credentials.ts';
import { type Materialized, materialize } from '../../src/library/materialize.ts';
import { plan, status } from '../../src/library/plan.ts';
import { openProject } from '../../src/library/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const MANIFEST = {
  version: 1,
  defaults: { key: 'ed25519' },
  authorities: { root: { commonName: 'Root' }, sub: { commonName: 'Sub', issuer: 'root' } },
  servers: { api: { commonName: 'api.test', issuer: 'sub' }, both: { commonName: 'b.test', issuer: 'root' } },
  clients: { app: { commonName: 'app', issuer: 'sub' }, both: { commonName: 'both', issuer: 'root' } },
};

/** The same, with sources of passphrases for servers. */
const closed = (sources: Readonly<Record<string, string>>) => ({
  ...MANIFEST,
  servers: Object.fromEntries(
    Object.entries(MANIFEST.servers).map(([name, one]) => [
      name,
      { ...one, ...(sources[name] && { passphrase: sources[name] }) },
    ]),
  ),
});

let place: string;
beforeEach(() => {
  place = temporaryFolder();
  vi.stubEnv('TMPDIR', place);
});
afterEach(() => void vi.unstubAllEnvs());

describe('of a manifest', () => {
  let made: Materialized;
  beforeEach(async () => {
    made = await materialize(MANIFEST);
  });
  // Otherwise it waits for the end of the process, which runs other files.
  afterEach(() => made.remove());

  it('all is made, and is as it should be, until it is removed', async () => {
    expect(made.folder).toBe(made.project.root);
    expect(made.folder.startsWith(place)).toBe(true);
    expect((await plan(made.project)).changes.map(({ action }) => action)).toEqual(Array(6).fill('keep'));
    expect(await status(made.project)).toMatchObject({ ok: true, pending: [], lists: [], responses: [] });
    await made.remove();
    await made.remove();
    expect(readdirSync(place)).toEqual([]);
  });

  it('each leaf is loaded by either of its names', async () => {
    const api = made.credentials('api');
    expect(made.credentials('servers/api')).toEqual(api);
    expect(await credentials(made.project, 'api')).toEqual(api);
    expect(api.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    // The leaf, and the authority below the root.
    expect(api.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(api.ca.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(Object.keys(api).sort()).toEqual(['ca', 'cert', 'key']);
    expect(made.credentials('clients/both')).not.toEqual(made.credentials('servers/both'));
  });

  it.each<[name: string, cause: object]>([
    ['both', { kind: 'no-such-leaf', name: 'both', ids: ['servers/both', 'clients/both'] }],
    ['root', { kind: 'no-such-leaf', name: 'root', ids: [] }],
    ['authorities/root', { kind: 'no-such-leaf', name: 'authorities/root', ids: [] }],
    ['ap', { kind: 'no-such-leaf', name: 'ap', ids: [] }],
  ])('none is called %s', async (name, cause) => {
    expect(() => made.credentials(name)).toThrow(expect.objectContaining({ cause }));
    await expect(credentials(made.project, name)).rejects.toMatchObject({ cause });
  });

  it('one without files has nothing to load', async () => {
    const bare = await openProject({ manifest: MANIFEST, folder: place });
    if (!bare.ok) throw new Error('not opened');
    await expect(credentials(bare.project, 'api')).rejects.toMatchObject({
      cause: { kind: 'no-credentials', entity: 'servers/api' },
    });
    expect(await status(bare.project)).toMatchObject({ ok: false });
    expect(await plan(bare.project)).toMatchObject({ ok: true });
  });

  it('goes by itself at the end of its block', async () => {
    let folder = '';
    {
      await using own = await materialize(MANIFEST);
      folder = own.folder;
      expect(existsSync(folder)).toBe(true);
    }
    expect(existsSync(folder)).toBe(false);
  });
});

it.each<[what: string, manifest: object | string, words: RegExp]>([
  ['a mistake', { ...MANIFEST, servers: { api: { issuer: 'none' } } }, /manifest:\d+:\d+: .*"none"/],
  ['no YAML', '{', /error: manifest:1:1/],
  ['an object that is no manifest', { a: () => 1 }, /\nhint: /],
  [
    'one that waits for another machine',
    {
      ...MANIFEST,
      authorities: { root: { commonName: 'Root', key: 'offline' }, sub: { issuer: 'root', commonName: 'S' } },
    },
    /root/,
  ],
  [
    'two that wait',
    {
      version: 1,
      authorities: { a: { commonName: 'A', key: 'offline' }, b: { commonName: 'B', key: 'offline' } },
    },
    /^"authorities\/a" .*\nhint: .*\n"authorities\/b" .*\nhint: .*$/,
  ],
  ['a passphrase that is not there', closed({ api: 'env:PKI_NONE' }), /^[^\n]*PKI_NONE[^\n]*\nhint: [^\n]*$/],
  [
    'two of them',
    closed({ api: 'env:PKI_NONE', both: 'env:PKI_NO' }),
    /^[^\n]*PKI_NONE[^\n]*\nhint: [^\n]*\n[^\n]*PKI_NO\b[^\n]*\nhint: [^\n]*$/,
  ],
  [
    'nothing that does not need one',
    { version: 1, authorities: { root: { commonName: 'Root', passphrase: 'env:PKI_NONE' } } },
    /^[^\n]*PKI_NONE[^\n]*\nhint: [^\n]*$/,
  ],
  [
    'a command that none agreed to',
    { version: 1, authorities: { root: { commonName: 'Root', passphrase: { command: ['echo', 'x'] } } } },
    /^nothing was made: consent$/,
  ],
])('with %s nothing is made, it is said, and no folder stays', async (_, manifest, words) => {
  await expect(materialize(manifest)).rejects.toThrow(words);
  expect(readdirSync(place)).toEqual([]);
});

it('what cannot be made is said by what makes it', async () => {
  vi.stubEnv('PKI_OPENSSL', '/nowhere/openssl');
  await expect(materialize(MANIFEST, { engine: 'openssl' })).rejects.toThrow(
    /^authorities\/\w+: openssl did not run/,
  );
  expect(readdirSync(place)).toEqual([]);
});

it('an apply is not well where as much failed as was refused', async () => {
  vi.stubEnv('PKI_OPENSSL', '/nowhere/openssl');
  const clients = { shut: { commonName: 'shut', passphrase: 'env:PKI_NONE' } };
  const manifest = { version: 1, authorities: { root: { commonName: 'Root' } }, clients };
  const opened = await openProject({ manifest, folder: place });
  if (!opened.ok) throw new Error('not opened');
  const result = await apply(opened.project, { engine: 'openssl' });
  if (result.kind !== 'done') throw new Error(result.kind);
  expect([result.execution.failures.length, result.blocked.length]).toEqual([1, 1]);
  expect([result.ok, result.inPlace]).toEqual([false, false]);
});

it('each handshake of a proof is reported as it goes, and a signal ends them', async () => {
  await using made = await materialize(MANIFEST);
  const seen: unknown[] = [];
  const { ok, outcomes } = await verify(made.project, { onOutcome: (one) => void seen.push(one) });
  expect([ok, seen.length]).toEqual([true, outcomes.length]);
  expect(seen.length).toBeGreaterThan(0);
  await expect(verify(made.project, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});

it('an apply is well where all is in place, and says what is not', async () => {
  const opened = await openProject({ manifest: MANIFEST, folder: place });
  if (!opened.ok) throw new Error('not opened');
  const options = { engine: 'node' } as const;
  expect(await apply(opened.project, options)).toMatchObject({ kind: 'done', ok: true, inPlace: true });
  expect(await apply(opened.project, options)).toMatchObject({ kind: 'nothing', ok: true, inPlace: true });
  const rekey = new Set(['authorities/root']);
  expect(await apply(opened.project, { ...options, rekey })).toMatchObject({
    kind: 'consent',
    ok: false,
    inPlace: false,
  });
  const stop = new AbortController();
  const stopped = await apply(opened.project, {
    ...options,
    rekey: new Set(['servers/api']),
    signal: stop.signal,
    listener: ({ kind }) => kind === 'step-started' && stop.abort(),
  });
  expect(stopped).toMatchObject({ kind: 'done', interrupted: true, ok: false, inPlace: false });
});
