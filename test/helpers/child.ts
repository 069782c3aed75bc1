/** Parts of the engine in a process of their own, which can be killed: bundled once, run many times. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FAULT = new URL('fault.mjs', import.meta.url).href;

/** Makes `<folder>/<name>.mjs` of TypeScript that imports from `./src/…`. Returns its path. */
export async function script(folder: string, name: string, contents: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: PROJECT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    define: { PKI_VERSION: '"test"' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is to go wrong with file operations: see fault.mjs. */
export interface Fault {
  readonly at?: number;
  readonly kind?: string;
  readonly never?: string;
  readonly log?: string;
  readonly journal?: string;
}

/** Runs a script to its end, whatever that is. */
export function runScript(path: string, args: readonly string[], fault?: Fault): Promise<Ended> {
  const preload = fault === undefined ? [] : ['--import', FAULT];
  const env = { ...process.env, ...(fault === undefined ? {} : faultEnvironment(fault)) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...preload, path, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function faultEnvironment({
  at = 0,
  kind = 'kill',
  never = '',
  log,
  journal,
}: Fault): Record<string, string> {
  return {
    ...{ PKI_FAULT_AT: String(at), PKI_FAULT_KIND: kind, PKI_FAULT_NEVER: never },
    ...(log === undefined ? {} : { PKI_FAULT_LOG: log }),
    ...(journal === undefined ? {} : { PKI_FAULT_JOURNAL: journal }),
  };
}
