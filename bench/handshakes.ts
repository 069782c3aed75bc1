/** The proof of 20 servers × 20 clients in one process: handshakes a second, refusals included. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openProject, verify } from '../src/index.ts';
import { inTemporaryFolder, machine, pki, report, saveResults } from './measure.ts';

const COUNT = 20;

function manifest(): string {
  const names = Array.from({ length: COUNT }, (_, i) => i);
  return [
    'version: 1\nauthorities:\n  root: { commonName: Root, key: ecdsa-p256 }\nservers:',
    ...names.map((i) => `  s${i}: { commonName: s${i}.example.test }`),
    'clients:',
    ...names.map((i) => `  c${i}: { commonName: c${i} }`),
    '',
  ].join('\n');
}

await inTemporaryFolder(async (folder) => {
  const path = join(folder, 'pki.yaml');
  writeFileSync(path, manifest());
  pki(['apply', '--skip-verify'], folder);
  const opened = await openProject(path);
  if (!opened.ok) throw new Error('the manifest of the benchmark is invalid');
  const before = machine();
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const { outcomes, ok } = await verify(opened.project);
    if (!ok) throw new Error('a handshake went wrong');
    rates.push((outcomes.length * 1000) / (performance.now() - start));
  }
  saveResults('handshakes', { machine: before, count: COUNT, rates });
  report(`proof of ${COUNT} × ${COUNT} pairs`, [
    `${rates.map((rate) => rate.toFixed(0)).join(', ')} handshakes a second (three rounds)`,
  ]);
});
