/**
 * A cold apply without the proof, against the same openssl commands run by a bare spawn loop with the same
 * concurrency: what planning, checking, syncing and publishing cost on top.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadManifest } from '../src/model/load.ts';
import { type Command, ENVIRONMENT } from '../src/openssl/command.ts';
import { scratchFolder, stageFolder } from '../src/openssl/paths.ts';
import { stepCommand } from '../src/openssl/step-command.ts';
import { planInventory } from '../src/plan/plan.ts';
import { type Step, stepsOf } from '../src/plan/steps.ts';
import { inTemporaryFolder, milliseconds, pki, race, report } from './measure.ts';

function manifest(leaves: number, key: string): string {
  const servers = Array.from({ length: leaves }, (_, i) => `  s${i}: { commonName: s${i}.example.test }`);
  return [
    `version: 1\ndefaults: { key: ${key} }`,
    'authorities:\n  root: { commonName: Root, key: ecdsa-p256, validity: 10y }\nservers:',
    ...servers,
    '',
  ].join('\n');
}

/** The commands of a plan in which nothing exists yet: all requests, then the root, then everything it signs. */
async function bareLoop(text: string, folder: string): Promise<void> {
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error('the benchmark’s own manifest is invalid');
  const { inventory } = loaded;
  const nothing = { exists: false, entities: new Map(), strangers: [] };
  const plan = planInventory(inventory, nothing, { now: Math.floor(Date.now() / 1000) });
  const byId = new Map(inventory.entities.map((entity) => [entity.id, entity]));
  const steps = stepsOf(plan, inventory);
  for (const { id } of inventory.entities) {
    mkdirSync(join(folder, stageFolder(id)), { recursive: true });
    mkdirSync(join(folder, scratchFolder(id)), { recursive: true });
    writeFileSync(join(folder, scratchFolder(id), 'index.txt'), '');
  }
  const isRoot = ({ entity }: Step): boolean => entity === 'authorities/root';
  const run = (some: readonly Step[]): Promise<void> =>
    pool(
      some.flatMap((step) => stepCommand(step, byId) ?? []),
      folder,
    );
  for (const step of steps.filter(isRoot)) await run([step]);
  mkdirSync(join(folder, 'authorities/root'), { recursive: true });
  for (const name of ['key.pem', 'cert.pem']) {
    copyFileSync(join(folder, stageFolder('authorities/root'), name), join(folder, 'authorities/root', name));
  }
  await run(steps.filter((step) => step.kind === 'request' && !isRoot(step)));
  await run(steps.filter((step) => step.kind === 'sign' && !isRoot(step)));
}

async function pool(commands: readonly Command[], cwd: string): Promise<void> {
  const queue = [...commands];
  const worker = async (): Promise<void> => {
    for (let command = queue.shift(); command !== undefined; command = queue.shift())
      await call(command, cwd);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function call({ args, input }: Command, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], ...ENVIRONMENT };
    const child = spawn('openssl', args, { cwd, env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`openssl exited with ${code}`))));
    child.stdin.end(input ?? '');
  });
}

async function compare(leaves: number, key: string, rounds: number): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const text = manifest(leaves, key);
    writeFileSync(join(folder, 'pki.yaml'), text);
    const times = await race(rounds, {
      loop: async () => {
        rmSync(join(folder, 'loop'), { recursive: true, force: true });
        mkdirSync(join(folder, 'loop'));
        await bareLoop(text, join(folder, 'loop'));
      },
      apply: () => {
        rmSync(join(folder, 'pki'), { recursive: true, force: true });
        pki(['apply', '--skip-verify'], folder);
      },
    });
    report(`cold apply, ${leaves} leaves ${key}`, [
      `bare spawn loop  ${milliseconds(times.loop)}`,
      `pki apply        ${milliseconds(times.apply)}`,
      `ratio            ${(times.apply.median / times.loop.median).toFixed(2)} (of medians), ${(times.apply.min / times.loop.min).toFixed(2)} (of minima)`,
    ]);
  });
}

await compare(200, 'ecdsa-p256', 5);
if (!process.argv.includes('--quick')) await compare(50, 'rsa-2048', 7);
