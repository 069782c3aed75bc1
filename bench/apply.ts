/**
 * A cold apply without the proof, against the same openssl commands run by a bare spawn loop with the same
 * concurrency: what planning, checking, syncing and publishing cost on top. On a disk and in memory: ext4 makes files
 * slowly for some minutes after many were deleted, by tests or by this, and apply makes more of them than the loop does.
 */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, ENVIRONMENT } from '../src/openssl/command.ts';
import { makeCommand } from '../src/openssl/make-command.ts';
import { SCRATCH_FOLDER, stageFolder } from '../src/pki/paths.ts';
import { planInventory } from '../src/plan/plan.ts';
import type { Step } from '../src/plan/step.ts';
import { stepsOf } from '../src/plan/steps.ts';
import { loadManifest } from '../src/resolve/load.ts';
import { inTemporaryFolder, MEMORY, milliseconds, node, pki, race, report } from './measure.ts';

const ROOT = 'authorities/root';
/** The loop's own name for its run, and the word in the place of which it puts a folder. */
const RUN = 'loop';
const ROOM = '@database@';
const LOOP = join(import.meta.dirname, '..', '..', 'bench', 'loop.mjs');

function manifest(leaves: number, key: string): string {
  const servers = Array.from({ length: leaves }, (_, i) => `  s${i}: { commonName: s${i}.example.test }`);
  return [
    `version: 1\ndefaults: { key: ${key} }`,
    'authorities:\n  root: { commonName: Root, key: ecdsa-p256, validity: 10y }\nservers:',
    ...servers,
    '',
  ].join('\n');
}

/** What bench/loop.mjs runs: the commands of a plan in which nothing exists yet, in groups that wait for each other. */
function loopInput(text: string): string {
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error('the benchmark’s own manifest is invalid');
  const { inventory } = loaded;
  const nothing = { exists: false, entities: new Map(), orphans: [] };
  const plan = planInventory(inventory, nothing, { now: Math.floor(Date.now() / 1000) });
  const byId = new Map(inventory.entities.map((entity) => [entity.id, entity]));
  const steps = stepsOf(plan, inventory);
  const commands = (wanted: (step: Step) => boolean): readonly Command[] =>
    steps
      .filter(wanted)
      .flatMap((step) =>
        'make' in step && step.make.op !== 'take'
          ? [makeCommand(step.make, byId, { run: RUN, database: ROOM })]
          : [],
      );
  const isRoot = ({ entity }: Step): boolean => entity === ROOT;
  const ids = inventory.entities.map(({ id }) => id);
  return JSON.stringify({
    environment: ENVIRONMENT,
    stages: ids.map((id) => stageFolder(id, RUN)),
    scratch: SCRATCH_FOLDER,
    anyRoom: ROOM,
    root: { from: stageFolder(ROOT, RUN), to: ROOT },
    before: commands(isRoot),
    groups: (['request', 'sign'] as const).map((kind) =>
      commands((step) => step.kind === kind && !isRoot(step)),
    ),
  });
}

/** Every round in a folder of its own: ext4 looks for room beyond inodes just freed, which makes new files slow. */
async function compare(leaves: number, key: string, rounds: number, where = tmpdir()): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const text = manifest(leaves, key);
    writeFileSync(join(folder, 'loop.json'), loopInput(text));
    const fresh = (): string => {
      const made = mkdtempSync(join(folder, 'round-'));
      writeFileSync(join(made, 'pki.yaml'), text);
      return made;
    };
    const times = await race(rounds, {
      loop: () => void node([LOOP, join(folder, 'loop.json')], fresh()),
      apply: () => void pki(['apply', '--skip-verify', '--engine', 'openssl'], fresh()),
    });
    report(`cold apply, ${leaves} leaves ${key}, below ${where}`, [
      `bare spawn loop  ${milliseconds(times.loop)}`,
      `pki apply        ${milliseconds(times.apply)}`,
      `ratio            ${(times.apply.median / times.loop.median).toFixed(2)} (of medians), ${(times.apply.min / times.loop.min).toFixed(2)} (of minima)`,
    ]);
  }, where);
}

await compare(200, 'ecdsa-p256', 11);
if (existsSync(MEMORY)) await compare(200, 'ecdsa-p256', 11, MEMORY);
if (!process.argv.includes('--quick')) await compare(50, 'rsa-2048', 15);
