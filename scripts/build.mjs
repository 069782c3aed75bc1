// Builds dist/: the library as a split ESM bundle, the command as a split CommonJS one whose compiled code is kept
// (src/start), their types, and the licences of what is inside.
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
const VERSION = 'src/commands/version.ts';
const main = new Set();
const core = new Set();
const outputs = [
  // First, because it is what knows all that every command loads.
  await bundle({ main: ALWAYS }, { dir: `${out}/command`, format: 'cjs', extension: 'cjs' }),
  await bundle({ cli: 'src/cli.ts', index: 'src/index.ts' }, { dir: out, format: 'esm', extension: 'js' }),
].flat();

async function bundle(input, { dir, format, extension }) {
  const { output } = await build({
    cwd: root,
    input,
    platform: 'node',
    // The same parser as modules, of which the bundle takes what it needs; for node its authors publish CommonJS.
    resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') } },
    transform: { target: 'node20.19', define: { PKI_VERSION: JSON.stringify(version) } },
    checks: { ineffectiveDynamicImport: false },
    plugins: [
      {
        name: 'core',
        buildEnd() {
          const infoOf = (id) => this.getModuleInfo(id);
          addClosure(main, join(root, ALWAYS), infoOf);
          addClosure(core, join(root, LOOKING), infoOf);
        },
      },
    ],
    output: {
      dir,
      format,
      // import() in a script that comes from vm is experimental.
      dynamicImportInCjs: false,
      // Most of a start is compiling, by the character.
      minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
      entryFileNames: `[name].${extension}`,
      chunkFileNames: format === 'esm' ? 'chunks/[name]-[hash].js' : '[name]-[hash].cjs',
      codeSplitting: {
        groups: [
          // All that `pki --version` loads.
          ...(format === 'esm'
            ? [{ name: 'version', test: (id) => id === join(root, VERSION), priority: 1 }]
            : []),
          { name: 'main', test: (id) => main.has(id) },
          { name: 'core', test: (id) => core.has(id) && !main.has(id) },
        ],
      },
    },
  });
  return output;
}

/** A module and all that it loads with itself. */
function addClosure(closure, id, infoOf) {
  const info = closure.has(id) ? null : infoOf(id);
  if (info === null) return;
  closure.add(id);
  for (const imported of info.importedIds) addClosure(closure, imported, infoOf);
}

chmodSync(join(root, out, 'cli.js'), 0o755);
writeFileSync(join(root, out, 'THIRD-PARTY-LICENSES.txt'), licences(outputs));
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
