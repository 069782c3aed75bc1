/**
 * How long a user waits before anything happens: `--version`, and a plan with nothing to do, with the code that V8 compiled
 * in an earlier run and without, against `node -e 0`.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, milliseconds, node, pki, race, report } from './measure.ts';

await inTemporaryFolder(async (folder) => {
  copyFileSync(join(import.meta.dirname, '..', '..', 'pki.example.yaml'), join(folder, 'pki.yaml'));
  pki(['apply', '--skip-verify'], folder);
  const times = await race(30, {
    node: () => void node(['-e', '0'], folder),
    version: () => void pki(['--version'], folder),
    plan: () => void pki(['plan'], folder),
    uncompiled: () => void pki(['plan'], folder, { NODE_DISABLE_COMPILE_CACHE: '1' }),
  });
  report('start-up', [
    `node -e 0        ${milliseconds(times.node)}`,
    `pki --version    ${milliseconds(times.version)}, ${(times.version.median / times.node.median).toFixed(2)} × node`,
    `pki plan         ${milliseconds(times.plan)}, node + ${(times.plan.median - times.node.median).toFixed(0)} ms`,
    `without its code ${milliseconds(times.uncompiled)}, node + ${(times.uncompiled.median - times.node.median).toFixed(0)} ms`,
  ]);
});
