// kill -9 while keys are encrypted again, and while an entity with every kind of file gets a new key: no key is lost, none is
// open to others or plain where it was not, and the next apply puts everything right. All operations with PKI_TEST_ALL=1.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { withEngine } from '../helpers/engine.ts';
import { EVERYTHING } from '../helpers/everything.ts';
import { inPairs } from '../helpers/pairs.ts';
import { copyOf, Project } from './project.ts';
import { filesBelow, withFault } from './wholeness.ts';

if (EVERYTHING) vi.setConfig({ testTimeout: 3_600_000 });

const SECRETS = { OLD: 'old-pass-77aa', NEW: 'new-pass-19cd', STORE: 'store-pass-5e1f' };
const OUTPUTS = `[default, combined, pkcs8-der, split, secret, bundle, { pkcs12: { password: env:STORE } },
      { truststore: { password: env:STORE } }, { keystore: { password: env:STORE, format: jks } }]`;
const uid = process.getuid?.() ?? 0;
const LOCKED = `version: 1
authorities: { root: { commonName: Root, passphrase: env:OLD } }
servers:
  api:
    commonName: api.example.test
    owner: ${uid}
    outputs: ${OUTPUTS}
`;
const RELOCKED = LOCKED.replace('env:OLD', 'env:NEW, previousPassphrase: env:OLD');
const REKEYED = LOCKED.replace('  api:\n', '  api:\n    key: ed25519\n');
const APPLY = withEngine(['apply', '--skip-verify']);

/** The public half as PEM; `undefined` where it is no key, or another passphrase opens it. To derive one takes 0.2 s. */
function publicOf(bytes: Buffer, passphrase?: string): string | undefined {
  const name = `${passphrase} ${bytes.toString('latin1')}`;
  if (!opened.has(name)) opened.set(name, publicIn(bytes, passphrase));
  return opened.get(name);
}
const opened = new Map<string, string | undefined>();

function publicIn(bytes: Buffer, passphrase: string | undefined): string | undefined {
  try {
    const key = createPrivateKey({ key: bytes, ...(passphrase === undefined ? {} : { passphrase }) });
    return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}

/** Every key below the output folder that one of the passphrases opens, or none has to. */
function keysIn(out: string): ReadonlySet<string> {
  const passphrases = [undefined, SECRETS.OLD, SECRETS.NEW];
  const files = filesBelow(out).map((path) => readFileSync(join(out, path)));
  const pems = files.filter((bytes) => bytes.includes('PRIVATE KEY-----'));
  return new Set(pems.flatMap((bytes) => passphrases.flatMap((one) => publicOf(bytes, one) ?? [])));
}

/** What no moment may show: the key of the authority in the plain, a secret, or a key that others may read. */
function exposed(out: string, rootKey: string): readonly string[] {
  return filesBelow(out).flatMap((path) => {
    const bytes = readFileSync(join(out, path));
    const found: string[] = [];
    for (const secret of Object.values(SECRETS))
      if (bytes.includes(secret)) found.push(`${path} has a secret`);
    if (publicOf(bytes) === rootKey) found.push(`${path} is the key of the authority, in the plain`);
    const isSecret = bytes.includes('PRIVATE KEY-----') || /\.(p12|pk8|jks)$|secret\.yaml$/.test(path);
    const isOpen = (statSync(join(out, path)).mode & 0o077) !== 0 && !/truststore/.test(path);
    if (isSecret && isOpen) found.push(`${path} is open to others`);
    return found;
  });
}

interface Scene {
  readonly base: Project;
  readonly keys: ReadonlySet<string>;
  readonly rootKey: string;
  /** `number name path` of every file operation of a run that nothing disturbs. */
  readonly operations: readonly string[];
}

let applied: Project;
let relocked: Scene;
beforeAll(async () => {
  for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
  applied = new Project(LOCKED);
  await applied.apply();
  relocked = await sceneOf(RELOCKED);
});

async function sceneOf(after: string): Promise<Scene> {
  const base = copyOf(applied);
  const rootKey = publicOf(readFileSync(base.path('authorities/root/key.pem')), SECRETS.OLD) ?? '';
  expect(rootKey).toContain('PUBLIC KEY');
  base.write(after);
  const trial = copyOf(base);
  const log = join(trial.folder, 'log');
  const run = await trial.pki(APPLY, { env: { ...SECRETS, ...withFault({ LOG: log }) } });
  expect(run).toMatchObject({ code: 0 });
  const operations = readFileSync(log, 'utf8').trim().split('\n');
  return { base, keys: keysIn(base.out), rootKey, operations };
}

/** The operation by which the files of an entity become pending, counted from 1. */
function commitOf({ operations }: Scene, entity: string): number {
  const found = operations.findIndex((line) => / rename .*\/stage\//.test(line) && line.includes(entity)) + 1;
  expect(found).toBeGreaterThan(0);
  return found;
}

async function killed(scene: Scene, at: number): Promise<Project> {
  const project = copyOf(scene.base);
  const run = await project.pki(APPLY, { env: { ...SECRETS, ...withFault({ AT: at }) } });
  // Of all operations, the last ones are not there in each run.
  if (!EVERYTHING || run.code !== 0) expect([at, run.code]).toEqual([at, 137]);
  expect([at, exposed(project.out, scene.rootKey)]).toEqual([at, []]);
  const left = keysIn(project.out);
  expect([at, [...scene.keys].filter((key) => !left.has(key))]).toEqual([at, []]);
  return project;
}

async function expectWhole(project: Project, { rootKey, keys }: Scene, passphrase: string): Promise<void> {
  await project.apply();
  expect(await project.actions()).toEqual({});
  const root = readFileSync(project.path('authorities/root/key.pem'));
  expect(publicOf(root, passphrase)).toBe(rootKey);
  expect(publicOf(root)).toBeUndefined();
  const left = keysIn(project.out);
  expect([...keys].filter((key) => !left.has(key))).toEqual([]);
  expect(exposed(project.out, rootKey)).toEqual([]);
  expect(project.read('servers/api/combined.pem')).toBe(
    project.read('servers/api/key.pem') + project.read('servers/api/fullchain.pem'),
  );
}

function points({ operations }: Scene, usual: readonly number[]): readonly number[] {
  return EVERYTHING ? operations.map((_, i) => i + 1) : usual;
}

it('a key that is encrypted again is there, under the one passphrase or the other', async () => {
  const scene = relocked;
  const commit = commitOf(scene, 'authorities.root');
  await inPairs(points(scene, [commit + 3]), async (at) => {
    await expectWhole(await killed(scene, at), scene, SECRETS.NEW);
  });
});

it('given up, the key is there as well: the same one has two forms', async () => {
  const scene = relocked;
  const project = await killed(scene, commitOf(scene, 'authorities.root') + 3);
  expect(readdirSync(project.path('.pki/commit'))).toEqual(['authorities.root']);
  const run = await project.pki(['recover', '--discard', 'authorities/root'], { env: SECRETS });
  expect(run).toMatchObject({ code: 0 });
  // One form has taken the place of the other, or has not: two runs do not count alike.
  const key = readFileSync(project.path('authorities/root/key.pem'));
  expect(publicOf(key, SECRETS.OLD) ?? publicOf(key, SECRETS.NEW)).toBe(scene.rootKey);
  expect(exposed(project.out, scene.rootKey)).toEqual([]);
  await expectWhole(project, scene, SECRETS.NEW);
});

it('a new key, in all of its files or in none', async () => {
  const scene = await sceneOf(REKEYED);
  const commit = commitOf(scene, 'servers.api');
  await inPairs(points(scene, [commit + 9]), async (at) => {
    const project = await killed(scene, at);
    expect(existsSync(project.path('servers/api/key.pem'))).toBe(true);
    await expectWhole(project, scene, SECRETS.OLD);
  });
});
