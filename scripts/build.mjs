// Builds dist/: the library as a split ESM bundle, the command as a split CommonJS one whose compiled code is kept
// (src/start), their types, and the licences of what is inside.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Built beside the present one, so that the command is never gone while somebody uses it.
const out = 'dist.new';
rmSync(join(root, out), { recursive: true, force: true });

// Each file costs a third of a millisecond, two with its compiled code (src/start). So what every command loads is one file,
// what all of them load that look at a PKI is another, and so is what an apply needs besides; what only some load is apart.
// `pki completion bash` runs at every start of a shell.
const COMMAND = 'src/commands/main.ts';
const VERSION = 'src/commands/version.ts';
const GROUPS = [
  { name: 'main', of: [COMMAND] },
  { name: 'idle', of: ['src/commands/idle.ts'] },
  { name: 'core', of: ['src/commands/plan.ts'] },
  { name: 'load', of: ['src/resolve/load.ts'] },
  {
    name: 'apply',
    of: ['src/commands/apply.ts', 'src/run/apply.ts', 'src/run/verify.ts', 'src/engine/probe.ts'],
  },
];
/** The modules of each group, those of an earlier one among them. */
const closures = new Map(GROUPS.map(({ name }) => [name, new Set()]));
const outputs = [
  // First, because it is what knows all that every command loads.
  await bundle({ main: COMMAND }, { dir: `${out}/command`, format: 'cjs', extension: 'cjs' }),
  await bundle({ cli: 'src/cli.ts', index: 'src/index.ts' }, { dir: out, format: 'esm', extension: 'js' }),
].flat();

async function bundle(input, { dir, format, extension }) {
  const { output } = await build({
    cwd: root,
    input,
    platform: 'node',
    // The same parser as modules, of which the bundle takes what it needs; for node its authors publish CommonJS.
    resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') } },
    transform: {
      target: 'node20.19',
      define: { PKI_VERSION: JSON.stringify(version), PKI_BUILD: JSON.stringify(sourceDigest()) },
    },
    checks: { ineffectiveDynamicImport: false },
    plugins: [
      {
        name: 'core',
        buildEnd() {
          const infoOf = (id) => this.getModuleInfo(id);
          for (const { name, of } of GROUPS)
            for (const id of of) addClosure(closures.get(name), join(root, id), infoOf);
        },
        // Strings of V8 have one octet for each character while all of them are Latin: half to read, hash and compile.
        generateBundle(_options, files) {
          for (const file of Object.values(files)) if (file.type === 'chunk') file.code = asciiOf(file.code);
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
          // The first of equal priority wins.
          ...GROUPS.map(({ name }) => ({ name, test: (id) => closures.get(name).has(id) })),
        ],
      },
    },
  });
  return output;
}

/** Of everything that a build is made of. */
function sourceDigest() {
  const names = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const paths = [...names.sort().map((name) => join('src', name)), 'package-lock.json'];
  const digest = createHash('sha256');
  for (const path of paths) digest.update(JSON.stringify([path, readFileSync(join(root, path), 'utf8')]));
  return digest.digest('hex').slice(0, 32);
}

/** The same program without characters beyond ASCII, which stand in its strings and regular expressions alone. */
function asciiOf(code) {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error('String.raw would see the escape');
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
