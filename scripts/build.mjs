// Builds dist/: the command and the library as one split ESM bundle, their types, and the licences of what is inside.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Built beside the present one, so that the command is never gone while somebody uses it.
const out = 'dist.new';
rmSync(join(root, out), { recursive: true, force: true });

// What every command loads is one file, for each file costs a third of a millisecond, and so is what all of them load that
// look at a PKI; what only some load is apart. `pki completion bash` runs at every start of a shell.
const ALWAYS = 'src/commands/main.ts';
const LOOKING = 'src/commands/plan.ts';
const main = new Set();
const core = new Set();
const { output } = await build({
  cwd: root,
  input: { cli: 'src/cli.ts', index: 'src/index.ts' },
  platform: 'node',
  // The same parser as modules, of which the bundle takes what it needs; for node its authors publish CommonJS.
  resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') } },
  transform: { target: 'node20.19', define: { PKI_VERSION: JSON.stringify(version) } },
  checks: { ineffectiveDynamicImport: false },
  plugins: [
    {
      name: 'core',
      buildEnd() {
        addClosure(main, join(root, ALWAYS), (id) => this.getModuleInfo(id));
        addClosure(core, join(root, LOOKING), (id) => this.getModuleInfo(id));
      },
    },
  ],
  output: {
    dir: out,
    format: 'esm',
    // Most of a start is compiling, by the character.
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: {
      groups: [
        // All that `pki --version` loads.
        { name: 'version', test: (id) => id === join(root, 'src/commands/version.ts'), priority: 1 },
        { name: 'main', test: (id) => main.has(id) },
        { name: 'core', test: (id) => core.has(id) && !main.has(id) },
      ],
    },
  },
});

/** A module and all that it loads with itself. */
function addClosure(closure, id, infoOf) {
  const info = closure.has(id) ? null : infoOf(id);
  if (info === null) return;
  closure.add(id);
  for (const imported of info.importedIds) addClosure(closure, imported, infoOf);
}

chmodSync(join(root, out, 'cli.js'), 0o755);
writeFileSync(join(root, out, 'THIRD-PARTY-LICENSES.txt'), licences(output));
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', `${out}/types`],
  {
    cwd: root,
    stdio: 'inherit',
  },
);

rmSync(join(root, 'dist.old'), { recursive: true, force: true });
if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), join(root, 'dist.old'));
renameSync(join(root, out), join(root, 'dist'));
rmSync(join(root, 'dist.old'), { recursive: true, force: true });

/** The licence text of every package whose code is in the bundle: MIT and ISC ask for it. */
function licences(chunks) {
  const paths = chunks.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  const folders = new Set(
    paths.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version: of, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
  return `${name} ${of} (${license})\n\n${text.trim()}\n`;
}
