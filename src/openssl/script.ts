/**
 * `pki plan --commands`: the plan as a POSIX shell script. It runs exactly the openssl calls that apply would run, in
 * the same folders; around them it does by hand what apply does more carefully (staging, archive, renaming).
 */
import {
  ARTIFACTS,
  type Artifact,
  type Entity,
  type EntityId,
  type Inventory,
  unreachable,
} from '../model/entity.ts';
import type { Change } from '../plan/change.ts';
import { bundleMembers } from '../plan/derived.ts';
import type { Plan } from '../plan/plan.ts';
import { FILE_NAMES } from '../plan/refusal.ts';
import { type Step, stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { ENVIRONMENT } from './command.ts';
import { publishedPath, scratchFolder, stagedPath, stageFolder } from './paths.ts';
import { shellWord, shellWords } from './shell.ts';
import { stepCommand } from './step-command.ts';

export function planScript(plan: Plan, inventory: Inventory): string {
  const byId = new Map(inventory.entities.map((entity) => [entity.id, entity]));
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const staged = new Set<EntityId>();
  const blocks = stepsOf(plan, inventory).map((step) => {
    const stage = staged.has(step.entity)
      ? []
      : [`rm -rf ${stageFolder(step.entity)}`, `mkdir -p ${stageFolder(step.entity)}`];
    staged.add(step.entity);
    return [`# ${step.id}`, ...stage, ...stepLines(step, byId, changes, plan.now)].join('\n');
  });
  return [...header(plan), ...blocks, 'rm -rf .pki/stage .pki/scratch', ''].join('\n\n');
}

function header(plan: Plan): readonly string[] {
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return [
    '#!/bin/sh',
    [
      `# The openssl commands of a pki plan of ${isoTime(plan.now)}; dates are those of that moment.`,
      '# Run it in the folder of the manifest.',
    ].join('\n'),
    [
      'set -eu',
      'umask 077',
      `export ${environment.join(' ')}`,
      `mkdir -p ${shellWord(plan.output)}`,
      `cd ${shellWord(plan.output)}`,
      'mkdir -p .pki',
      "[ -e .gitignore ] || printf '*\\n' >.gitignore",
    ].join('\n'),
  ];
}

function stepLines(
  step: Step,
  byId: ReadonlyMap<EntityId, Entity>,
  changes: ReadonlyMap<EntityId, Change>,
  now: number,
): readonly string[] {
  const command = stepCommand(step, byId);
  const call = command === null ? [] : opensslCall(command.args, command.input);
  switch (step.kind) {
    case 'request':
    case 'public':
      return call;
    case 'sign': {
      const scratch = scratchFolder(step.entity);
      return [`rm -rf ${scratch}`, `mkdir -p ${scratch}`, `: >${scratch}/index.txt`, ...call];
    }
    case 'publish':
      return publishLines(known(byId, step.entity), known(changes, step.entity), byId, now);
    case 'remove':
      return removeLines(step.entity, now);
    default:
      return unreachable(step);
  }
}

/** The configuration as a quoted here-document, in which the shell expands nothing. */
function opensslCall(args: readonly string[], input: string | null): readonly string[] {
  const call = shellWords(['openssl', ...args]);
  return input === null ? [call] : [`${call} <<'CONFIG'`, `${input}CONFIG`];
}

function publishLines(
  entity: Entity,
  change: Change,
  byId: ReadonlyMap<EntityId, Entity>,
  now: number,
): readonly string[] {
  const { id } = entity;
  return [
    ...bundleLines(entity, change, byId),
    ...change.writes
      .filter((artifact) => artifact !== 'key')
      .map((artifact) => `chmod 644 ${stagedPath(id, artifact)}`),
    ...archiveLines(change, now),
    `mkdir -p ${id}`,
    `chmod 755 ${id.split('/')[0]} ${id}`,
    ...change.writes.map((artifact) => `mv -f ${stagedPath(id, artifact)} ${publishedPath(id, artifact)}`),
    ...change.deletes.map((artifact) => `rm -f ${publishedPath(id, artifact)}`),
    ...change.chmods.map(
      (artifact) => `chmod ${artifact === 'key' ? 600 : 644} ${publishedPath(id, artifact)}`,
    ),
  ];
}

function bundleLines(
  entity: Entity,
  { writes, issuance }: Change,
  byId: ReadonlyMap<EntityId, Entity>,
): readonly string[] {
  const members = bundleMembers(entity, byId);
  const certificate = (id: EntityId): string =>
    id === entity.id && issuance !== null ? stagedPath(id, 'cert') : publishedPath(id, 'cert');
  return (['chain', 'fullchain', 'ca'] as const)
    .filter((bundle) => writes.includes(bundle))
    .map((bundle) => `cat ${members[bundle].map(certificate).join(' ')} >${stagedPath(entity.id, bundle)}`);
}

/** What is replaced is kept, as apply keeps it. */
function archiveLines({ id, writes }: Change, now: number): readonly string[] {
  const folder = archiveFolder(id, now);
  const kept: readonly Artifact[] = writes.filter((artifact) => artifact === 'key' || artifact === 'cert');
  return kept.map((artifact) => archiveLine(id, artifact, folder));
}

function archiveLine(id: EntityId, artifact: Artifact, folder: string): string {
  const path = publishedPath(id, artifact);
  return `if [ -e ${path} ]; then mkdir -p ${folder}; cp -p ${path} ${folder}/${FILE_NAMES[artifact]}; fi`;
}

/** Removing takes consent, and a script is read before it is run: reading it is the consent. */
function removeLines(id: EntityId, now: number): readonly string[] {
  const folder = archiveFolder(id, now);
  return [
    archiveLine(id, 'key', folder),
    archiveLine(id, 'cert', folder),
    ...ARTIFACTS.map((artifact) => `rm -f ${publishedPath(id, artifact)}`),
    `rmdir ${id} 2>/dev/null || true`,
  ];
}

function archiveFolder(id: EntityId, now: number): string {
  return `.pki/archive/${id}/${isoTime(now).replaceAll(':', '')}`;
}

function known<T>(map: ReadonlyMap<EntityId, T>, id: EntityId): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return value;
}
