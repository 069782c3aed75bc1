/** What end-to-end tests share: a manifest in a folder of its own, and eyes on the result that are not the program's. */
import { execFileSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { it } from 'vitest';
import type { Consent } from '../../src/index.ts';
import { REPOSITORY, type Run, type RunOptions, runPki } from '../helpers/cli.ts';
import { ENGINE, named, withEngine } from '../helpers/engine.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { PATIENCE } from '../helpers/patience.ts';

/** What of `pki plan --json` the tests look at. */
export interface PlanJson {
  readonly format: string;
  readonly version: number;
  readonly manifest: string;
  readonly output: string;
  readonly now: string;
  readonly due: boolean;
  readonly exposed: readonly string[];
  readonly summary: Readonly<Record<string, number>>;
  readonly changes: readonly ChangeJson[];
  readonly remarks: readonly { readonly kind: string; readonly text: string }[];
}

export interface ChangeJson {
  readonly id: string;
  readonly kind: string;
  readonly action: string;
  readonly newKey: boolean;
  readonly reasons: readonly ReasonJson[];
  readonly issuance: { readonly notBefore: string; readonly notAfter: string } | null;
  readonly writes: readonly string[];
  readonly deletes: readonly string[];
  readonly replaces: readonly string[];
  readonly consent: string | null;
  readonly refusal: { readonly problem: string; readonly hint: string } | null;
  readonly affects: readonly string[];
}

export interface ReasonJson {
  readonly kind: string;
  readonly text: string;
  readonly artifact?: string;
  readonly field?: string;
  readonly before?: string | number;
  readonly after?: string | number;
}

/** Loaded by the first test that asks: a file of which every test is skipped must not end before it is there. */
function library(): Promise<typeof import('../../src/index.ts')> {
  return import(pathToFileURL(join(REPOSITORY, 'dist/index.js')).href);
}

/** A folder with `pki.yaml` in it. */
export class Project {
  readonly folder: string;
  /** The output folder, absolute. */
  readonly out: string;

  constructor(manifest: string, options: { readonly folder?: string; readonly output?: string } = {}) {
    this.folder = options.folder ?? temporaryFolder();
    this.out = join(this.folder, options.output ?? 'pki');
    this.write(manifest);
  }

  write(manifest: string): void {
    writeFileSync(join(this.folder, 'pki.yaml'), manifest);
  }

  /** A file below the output folder. */
  path(...parts: readonly string[]): string {
    return join(this.out, ...parts);
  }

  read(...parts: readonly string[]): string {
    return readFileSync(this.path(...parts), 'utf8');
  }

  pki(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    return runPki(withEngine(args), { cwd: this.folder, ...options });
  }

  /** Applies without the proof; fails the test where that fails. */
  async applyByCommand(...args: readonly string[]): Promise<Run> {
    const run = await this.pki(['apply', '--skip-verify', ...args]);
    if (run.code !== 0) throw new Error(`pki apply: exit ${run.code}\n${run.stdout}${run.stderr}`);
    return run;
  }

  /**
   * The same by the built library, in this process: as a preparation it is asked for two hundred times, and a start of
   * the command costs 0.2 s of CPU.
   */
  async apply(...consents: readonly Consent[]): Promise<void> {
    const { apply, openProject } = await library();
    const opened = await openProject(join(this.folder, 'pki.yaml'));
    if (!opened.ok) throw new Error(`pki apply: ${JSON.stringify(opened)}`);
    const options = { consents: new Set(consents), ...(named === undefined ? {} : { engine: ENGINE }) };
    const result = await apply(opened.project, options);
    if (!result.ok) throw new Error(`pki apply: ${JSON.stringify(result)}`);
  }

  /** All that a plan would still do, by the built library; empty where `pki plan --detailed-exitcode` ends with 0. */
  async due(): Promise<readonly unknown[]> {
    const { openProject, plan } = await library();
    const opened = await openProject(join(this.folder, 'pki.yaml'));
    if (!opened.ok) throw new Error(`pki plan: ${JSON.stringify(opened)}`);
    const { changes, pending, prunes, hooks } = await plan(opened.project);
    return [...changes.filter(({ action }) => action !== 'keep'), ...pending, ...prunes, ...hooks];
  }

  async plan(...args: readonly string[]): Promise<PlanJson> {
    const run = await this.pki(['plan', '--json', ...args]);
    if (run.stdout === '') throw new Error(`pki plan: exit ${run.code}\n${run.stderr}`);
    return JSON.parse(run.stdout) as PlanJson;
  }

  /** What the plan changes: id → action. By the built library, which the command is a shell around: it is asked often. */
  async actions(): Promise<Record<string, string>> {
    const { openProject, plan } = await library();
    const opened = await openProject(join(this.folder, 'pki.yaml'));
    if (!opened.ok)
      throw new Error('diagnostics' in opened ? JSON.stringify(opened.diagnostics) : opened.problem);
    const { changes } = await plan(opened.project);
    return Object.fromEntries(
      changes.filter(({ action }) => action !== 'keep').map(({ id, action }) => [id, action]),
    );
  }

  /** The roots that an entity's program would trust, by the built library. */
  async trustOf(name: string): Promise<string> {
    const { credentials, openProject } = await library();
    const opened = await openProject(join(this.folder, 'pki.yaml'));
    if (!opened.ok) throw new Error(JSON.stringify(opened));
    return (await credentials(opened.project, name)).ca;
  }

  async change(id: string): Promise<ChangeJson> {
    const { changes } = await this.plan();
    const found = changes.find((change) => change.id === id);
    if (found === undefined) throw new Error(`no change for ${id}`);
    return found;
  }
}

/** The same files in a folder of their own: one apply serves many tests. */
export function copyOf(project: Project): Project {
  const folder = temporaryFolder();
  execFileSync('cp', ['-a', `${project.folder}/.`, folder]);
  return new Project(readFileSync(join(project.folder, 'pki.yaml'), 'utf8'), {
    folder,
    output: relative(project.folder, project.out),
  });
}

/**
 * Everything below a folder, the folder itself included: kind, mode, time of change and content. Two equal states:
 * nothing was written, not even the same bytes again.
 */
export function stateOf(folder: string): Record<string, string> {
  const state: Record<string, string> = {};
  const visit = (path: string): void => {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return;
    const content = stat.isFile() ? sha256(path) : stat.isSymbolicLink() ? readlinkSync(path) : '';
    state[relative(folder, path) || '.'] = `${stat.mode.toString(8)} ${stat.ino} ${stat.mtimeNs} ${content}`;
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  visit(folder);
  return state;
}

/** `stateOf` without the program's own folder, in which a lock comes and goes. */
export function publishedState(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stateOf(folder)).filter(([path]) => !/(^|\/)\.pki(\/|$)/.test(path)),
  );
}

/** Paths whose state differs, sorted. */
export function changedPaths(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).sort();
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export function mode(path: string): string {
  return (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');
}

export function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Seconds since 1970, as `openssl x509 -dates` has them. */
export async function datesOf(cert: string): Promise<{ notBefore: number; notAfter: number }> {
  const text = await openssl(['x509', '-in', cert, '-noout', '-dates', '-dateopt', 'iso_8601']);
  const time = (name: string): number => {
    const [, date = '', clock = ''] = new RegExp(`^${name}=(\\S+) (\\S+)Z$`, 'm').exec(text) ?? [];
    return Date.parse(`${date}T${clock}Z`) / 1000;
  };
  return { notBefore: time('notBefore'), notAfter: time('notAfter') };
}

/** Extensions as `openssl x509 -text` prints them: name → value, with `critical, ` in front where it is. */
export async function extensionsOf(cert: string): Promise<Record<string, string>> {
  const hidden = [
    'header',
    'version',
    'serial',
    'signame',
    'validity',
    'subject',
    'issuer',
    'pubkey',
    'sigdump',
  ];
  const certopt = hidden.map((part) => `no_${part}`).join(',');
  const text = await openssl(['x509', '-in', cert, '-noout', '-text', '-certopt', certopt]);
  const found: Record<string, string> = {};
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*X509v3 extensions:/.test(line));
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [, name = '', critical] = /^\s*(.*?):( critical)?\s*$/.exec(lines[i] ?? '') ?? [];
    found[name] = `${critical === undefined ? '' : 'critical, '}${(lines[i + 1] ?? '').trim()}`;
  }
  return found;
}

export async function publicKeyOf(file: string, what: 'key' | 'cert' | 'csr'): Promise<string> {
  if (what === 'key') return openssl(['pkey', '-in', file, '-pubout']);
  if (what === 'cert') return openssl(['x509', '-in', file, '-noout', '-pubkey']);
  return openssl(['req', '-in', file, '-noout', '-pubkey']);
}

/** Certificates in a PEM file, each as its base64. */
export function certificatesIn(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----\n/g)].map(
    ([, body = '']) => body.replaceAll('\n', ''),
  );
}

const known = new Map<string, boolean>();

/** Where Debian keeps the programs of PostgreSQL's server. */
const POSTGRESQL = existsSync('/usr/lib/postgresql')
  ? readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
  : [];

/** Whether a program is in PATH (or `/usr/sbin`, where Debian keeps nginx). */
export function has(program: string): boolean {
  const found = known.get(program) ?? pathOf(program) !== undefined;
  known.set(program, found);
  return found;
}

export function pathOf(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', ...POSTGRESQL];
  return folders.map((folder) => join(folder, program)).find(isRunnable);
}

/** Not a file that a package forgot to make executable, nor a link to nothing. */
function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `it`, skipped with the reason in its title where a program is missing. */
export function itNeeds(programs: readonly string[], title: string, run: () => Promise<void>): void {
  const missing = programs.filter((program) => !has(program));
  if (missing.length === 0) it(title, run);
  else it.skip(`${title} (skipped: ${missing.join(' and ')} not installed)`, run);
}

/** `it`, skipped with the reason in its title where a condition does not hold. */
export function itWhen(holds: boolean, reason: string, title: string, run: () => Promise<void>): void {
  if (holds) it(title, run);
  else it.skip(`${title} (skipped: ${reason})`, run);
}

/**
 * A loopback port that is free now, for programs that cannot choose one. Below those that systems give to connections
 * (32768 on Linux, 49152 by RFC 6335), so that none of the many other tests can be given it in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.on('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** Polls until something holds; fails the test where it never does. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`still not so: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
