/** Where a sample of files is read from, and which entities it may be of. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { verifySample } from '../../src/library/sample.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

const KEY = { key: { algorithm: 'ed25519' } } as const;
const ROOT = anAuthority({ name: 'root', ...KEY });
const [API, WEB] = [aServer({ name: 'api', ...KEY }), aServer({ name: 'web', ...KEY })];
const root = smallCertificate('root');
const leaf = smallCertificate('api.example.test', { issuer: root, isAuthority: false });
const other = smallCertificate('web.example.test', { issuer: root, isAuthority: false });

let folder: string;
beforeAll(() => {
  folder = memoryFolder();
  mkdirSync(join(folder, ROOT.id), { recursive: true });
  writeFileSync(join(folder, ROOT.id, 'cert.pem'), root.pem);
  mkdirSync(join(folder, 'sample/servers/api'), { recursive: true });
  writeFileSync(join(folder, 'sample/servers/api/cert.pem'), leaf.pem);
});

/** Which certificates are judged as whose, and of whom there is none. */
async function judged(path: string, input?: string, only?: readonly string[]) {
  const project = {
    manifest: 'pki.yaml',
    root: folder,
    inventory: anInventory(ROOT, API, WEB),
    warnings: [],
  };
  const source = {
    kind: 'files',
    path,
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
  } as const;
  const result = await verifySample(project, source, only === undefined ? {} : { only: new Set(only) });
  return { judged: result.judged.map(({ from, entity }) => [from, entity]), unsampled: result.unsampled };
}

it('is a folder, whose paths name entities', async () => {
  const from = join(folder, 'sample/servers/api/cert.pem');
  const { judged: found, unsampled } = await judged(join(folder, 'sample'));
  expect(found).toEqual([[expect.stringContaining('servers/api/cert.pem'), API.id]]);
  expect(unsampled).toEqual([WEB.id]);
  expect((await judged(from)).judged).toEqual([[from, API.id]]);
});

it('is what was read in the place of a file, whatever has that name', async () => {
  const path = join(folder, 'sample/servers/api/cert.pem');
  expect(await judged(path, other.pem, [WEB.id])).toEqual({
    judged: [['standard input', WEB.id]],
    unsampled: [],
  });
  await expect(judged(path, '')).rejects.toMatchObject({
    cause: { kind: 'sample', fault: { kind: 'none', path } },
  });
});

it('is of the entities that are asked about, and no others', async () => {
  const path = join(folder, 'sample/servers/api/cert.pem');
  expect(await judged(path, undefined, [API.id])).toEqual({ judged: [[path, API.id]], unsampled: [] });
  expect((await judged(path, undefined, [WEB.id])).judged).toEqual([[path, WEB.id]]);
});
