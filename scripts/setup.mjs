// All set-up that a fresh clone needs, and nothing twice: dependencies, then the build. `--no-build` stops before it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(root, 'node_modules', '.pki');

step('install', ['package-lock.json'], () =>
  run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
);
if (!process.argv.includes('--no-build')) {
  const sources = [
    'package.json',
    'scripts/build.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
    ...filesIn('src'),
  ];
  step('build', sources, () => run(process.execPath, ['scripts/build.mjs']), 'dist/cli.js');
}

/** Runs `work` unless the inputs are those of its last success (and its product is still there). */
function step(name, inputs, work, product) {
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  const digest = hash.digest('hex');
  const stamp = join(stamps, name);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (done && (product === undefined || existsSync(join(root, product)))) return;
  process.stderr.write(`pki: ${name === 'install' ? 'installing dependencies' : 'building dist/'}\n`);
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, digest);
}

/** What the program has to say, it has said on stderr. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`pki: error: "${command}" failed${error ? ` (${error.message})` : ''}\n`);
  process.exit(1);
}

function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
