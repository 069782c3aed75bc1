/** Adopting a folder, and everything that has to hold before and after. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ALL_ARTIFACTS } from '../../src/pki/artifact.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { filePath } from '../../src/pki/files.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { runPki, runProgram, snapshot } from '../helpers/cli.ts';
import { Project, type ReasonJson } from './project.ts';

export interface AdoptionJson {
  readonly text: string;
  readonly entities: readonly {
    readonly id: string;
    readonly conforms: boolean;
    readonly action: string;
    readonly reasons: readonly ReasonJson[];
    readonly notes: readonly { readonly kind: string }[];
  }[];
  readonly leftOut: readonly {
    readonly paths: readonly string[];
    readonly subject: string | null;
    readonly why: {
      readonly kind: string;
      readonly text: string;
      readonly hint?: string | null;
      readonly because?: { readonly kind: string };
    };
  }[];
}

export async function found(folder: string, certs = 'certs'): Promise<AdoptionJson> {
  const run = await runPki(['adopt', certs, '--json'], { cwd: folder });
  if (run.stdout === '') throw new Error(`pki adopt: exit ${run.code}\n${run.stderr}`);
  return JSON.parse(run.stdout) as AdoptionJson;
}

/** Why each thing is left out, by its first path. */
export function leftOut({ leftOut: all }: AdoptionJson): Record<string, string> {
  return Object.fromEntries(all.map(({ paths, why }) => [paths[0], why.kind]));
}

/** Entities that do not conform → in what. */
export function misfits({ entities }: AdoptionJson): Record<string, readonly string[]> {
  const due = entities.filter(({ conforms }) => !conforms);
  return Object.fromEntries(
    due.map(({ id, reasons }) => [id, reasons.map(({ field, kind }) => field ?? kind)]),
  );
}

/** Private keys below a folder, by content: which of them are there, whatever they are called. */
function privateKeys(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true });
  const texts = paths
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  return texts.filter((text) => text.includes('PRIVATE KEY-----'));
}

/**
 * The whole way. Adopts, and expects these entities not to conform in these things; then applies and expects that
 * everything does, that what conformed and every key are still the same, and that the handshakes work.
 */
export async function adoptAndApply(
  folder: string,
  expected: Record<string, readonly string[]>,
  { prove = true, certs = 'certs' } = {},
): Promise<{ readonly project: Project; readonly manifest: string; readonly adoption: AdoptionJson }> {
  const root = join(folder, certs);
  const before = snapshot(root);
  const keys = privateKeys(root);
  const adoption = await found(folder, certs);
  expect(misfits(adoption)).toEqual(expected);
  const written = await runPki(['adopt', certs, '--write', 'pki.yaml'], { cwd: folder });
  expect(written).toMatchObject({ code: 0, stdout: '' });
  expect(snapshot(root)).toEqual(before);

  const manifest = readFileSync(join(folder, 'pki.yaml'), 'utf8');
  const project = new Project(manifest, { folder, output: certs });
  expect(Object.keys(await project.actions())).toEqual(Object.keys(expected));
  await project.apply();
  expect((await project.plan()).due).toBe(false);

  expect(privateKeys(root)).toEqual(expect.arrayContaining([...keys]));
  const after = snapshot(root);
  const touched = Object.keys(before).filter((path) => before[path] !== after[path]);
  const conforming = entitiesOf(manifest).filter(({ id }) => expected[id] === undefined);
  const theirs = conforming.flatMap((entity) => ALL_ARTIFACTS.map((file) => filePath(entity, file)));
  expect(touched.filter((path) => theirs.includes(path))).toEqual([]);
  if (Object.keys(expected).length === 0) expect(touched).toEqual([]);
  if (prove) expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  return { project, manifest, adoption };
}

function entitiesOf(manifest: string): readonly Entity[] {
  const loaded = loadManifest(manifest, 'pki.yaml');
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  return loaded.inventory.entities;
}

/** Runs a tool that Debian has; what is missing skips its tests visibly. */
export function missing(...programs: readonly string[]): string | undefined {
  const gone = programs.filter((program) => {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return gone.length === 0 ? undefined : `${gone.join(', ')} not installed`;
}

export async function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env = {},
  input = '',
): Promise<string> {
  const done = await runProgram(file, args, { cwd, env, input });
  if (done.code !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${done.code}\n${done.stderr}`);
  return done.stdout;
}

/** Where Debian has it. */
export const EASYRSA = '/usr/share/easy-rsa/easyrsa';

/** Why easy-rsa cannot be tried, if it cannot: it asks for a version of openssl that it knows. */
export function missingEasyRsa(): string | undefined {
  if (!existsSync(EASYRSA)) return 'easy-rsa not installed';
  const version = execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim();
  const knows = readFileSync(EASYRSA, 'utf8').includes('OpenSSL_4') || !/^OpenSSL [4-9]/.test(version);
  return knows ? undefined : `this easy-rsa does not know ${version.split(' ', 2).join(' ')}`;
}
