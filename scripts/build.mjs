// Builds dist/: the command and the library as one split ESM bundle, their types, and the licences of what is inside.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Some bundled packages are CommonJS and call require() for node's own modules; ESM output has none of its own.
const REQUIRE =
  "import { createRequire as pkiCreateRequire } from 'node:module'; const require = pkiCreateRequire(import.meta.url);";

// Built beside the present one, so that the command is never gone while somebody uses it.
const out = 'dist.new';
rmSync(join(root, out), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts', 'src/index.ts'],
  outdir: out,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  define: { PKI_VERSION: JSON.stringify(version) },
  // The same parser as modules, of which the bundle takes what it needs; for node its authors publish CommonJS.
  alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') },
  banner: { js: REQUIRE },
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
});
chmodSync(join(root, out, 'cli.js'), 0o755);
writeFileSync(join(root, out, 'THIRD-PARTY-LICENSES.txt'), licences(metafile));
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
function licences({ inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version: of, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file && existsSync(join(root, folder, file)) ? readFileSync(join(root, folder, file), 'utf8') : '';
  return `${name} ${of} (${license})\n\n${text.trim()}\n`;
}
