/** A sample of engines: which leaves are asked for, with which token or keys, and by what they are judged. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type EngineSource, type SampleOptions, verifySample } from '../../src/library/sample.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';
import { type EngineServer, engineServer } from '../run/sample/engine-server.ts';

const KEY = { key: { algorithm: 'ed25519' } } as const;
const ROOT = anAuthority({ name: 'root', ...KEY });
const [API, WEB] = [aServer({ name: 'api', ...KEY }), aServer({ name: 'web', ...KEY })];
/** Go knows no such key, and so no engine that is written in it. */
const ODD = aServer({ name: 'odd', key: { algorithm: 'ed448' } });
const ca = smallCertificate('root');

let engine: EngineServer;
let folder: string;
beforeAll(async () => {
  engine = await engineServer();
});
afterAll(() => engine.close());
beforeEach(() => {
  folder = memoryFolder();
  mkdirSync(join(folder, ROOT.id), { recursive: true });
  // The root that the engine itself shows, too, so that it is known.
  writeFileSync(join(folder, ROOT.id, 'cert.pem'), engine.root);
});

function sampled(source: EngineSource, options?: SampleOptions) {
  engine.taken();
  engine.answer(418, { errors: ['no'] });
  const project = {
    manifest: 'pki.yaml',
    root: folder,
    inventory: anInventory(ROOT, API, WEB, ODD),
    warnings: [],
  };
  return verifySample(project, source, options);
}
const detail = 'it answers with 418: no';
const missing = (from: (leaf: EndEntity) => string, ...leaves: readonly EndEntity[]) =>
  leaves.map((leaf) => ({ entity: leaf.id, from: from(leaf), detail }));
const role = ({ name }: EndEntity) => `pki-root/sign/servers-${name}`;
const TOKEN = { kind: 'env', name: 'PKI_TEST_TOKEN' } as const;
beforeAll(() => {
  vi.stubEnv(TOKEN.name, 's.token');
});
afterAll(() => {
  vi.unstubAllEnvs();
});
const vault = () => ({ kind: 'vault', url: engine.url, token: TOKEN }) as const;

it('Vault is asked for all that its export has, with the token that a variable holds', async () => {
  const found = await sampled(vault());
  expect(found).toMatchObject({ ok: false, judged: [], missing: missing(role, API, WEB), unsampled: [] });
  expect(engine.taken().map(({ token }) => token)).toEqual(['s.token', 's.token']);
});

it('or for some of it', async () => {
  const of = async (...only: readonly string[]) =>
    (await sampled(vault(), { only: new Set(only) })).missing.map(({ entity }) => entity);
  expect(await of(WEB.id)).toEqual([WEB.id]);
  expect(await of(ODD.id)).toEqual([]);
  expect(engine.taken()).toEqual([]);
  const stopped = await sampled(vault(), { signal: AbortSignal.abort() });
  expect([stopped.missing.length, engine.taken()]).toEqual([2, []]);
});

it('a token is needed, and one that is not there is named', async () => {
  const token = { kind: 'env', name: 'PKI_TEST_NO_SUCH_VARIABLE' } as const;
  await expect(sampled({ ...vault(), token })).rejects.toMatchObject({
    cause: {
      kind: 'sample',
      fault: { kind: 'no-token', source: 'env:PKI_TEST_NO_SUCH_VARIABLE', fault: { kind: 'unset' } },
    },
  });
});

it('only who shows a root of ours is asked', async () => {
  writeFileSync(join(folder, ROOT.id, 'cert.pem'), ca.pem);
  const { missing: found } = await sampled(vault());
  expect(found.map((one) => one.detail)).not.toContain(detail);
  expect(engine.taken()).toEqual([]);
});

it('step-ca is asked with keys of its provisioners, by default those of the export', async () => {
  const of = async (keys?: string) => {
    const source = { kind: 'step-ca', url: engine.url, ...(keys === undefined ? {} : { keys }) } as const;
    return (await sampled(source)).missing.map((one) => one.detail);
  };
  const none = (path: string) => Array(2).fill(`the key of its provisioner is not in "${path}"`);
  expect(await of()).toEqual(none('export/step-ca/run/root/servers.key'));
  expect(await of(folder)).toEqual(none(join(folder, 'servers.key')));
});

it('a cluster is asked for Secrets of its export', async () => {
  const bin = temporaryFolder();
  const script = '#!/bin/sh\necho "$*" >>"$0.asked"\necho "no Secret" >&2\nexit 1\n';
  writeFileSync(join(bin, 'kubectl'), script, { mode: 0o755 });
  const before = process.env['PATH'];
  process.env['PATH'] = bin;
  try {
    const found = await sampled({ kind: 'cert-manager', context: 'prod' });
    expect(found.missing.map(({ entity, from }) => [entity, from])).toEqual([
      [API.id, 'servers-api'],
      [WEB.id, 'servers-web'],
    ]);
    expect(found.missing[0]?.detail).toBe('"kubectl" exited with 1: no Secret');
  } finally {
    process.env['PATH'] = before;
  }
});
