/**
 * `pki plan --commands`: the plan as a POSIX shell script. It runs exactly the openssl calls that apply would run, in
 * the same folders; around them it does by hand what apply does more carefully (staging, archive, renaming).
 */
import { type Entity, type EntityId, type Inventory, unreachable } from '../model/entity.ts';
import type { Change } from '../plan/change.ts';
import { bundleMembers } from '../plan/derived.ts';
import {
  FILE_NAMES,
  filePath,
  folderOf,
  type Located,
  MANAGED_FILES,
  type ManagedFile,
} from '../plan/files.ts';
import type { Plan } from '../plan/plan.ts';
import { type Step, stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { ENVIRONMENT } from './command.ts';
import { scratchFolder, stagedPath, stageFolder } from './paths.ts';
import { shellWord, shellWords } from './shell.ts';
import { stepCommand } from './step-command.ts';

export function planScript(plan: Plan, inventory: Inventory): string {
  const byId = new Map(inventory.entities.map((entity) => [entity.id, entity]));
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const context = { byId, changes, now: plan.now };
  const staged = new Set<EntityId>();
  const blocks = stepsOf(plan, inventory).map((step) => {
    const stage = staged.has(step.entity)
      ? []
      : [`rm -rf ${stageFolder(step.entity)}`, `mkdir -p ${stageFolder(step.entity)}`];
    staged.add(step.entity);
    return [`# ${step.id}`, ...stage, ...stepLines(step, context)].join('\n');
  });
  const functions = plan.changes.some(({ previous }) => previous.length > 0) ? [PICK] : [];
  return [...header(plan), ...functions, ...blocks, 'rm -rf .pki/stage .pki/scratch', ''].join('\n\n');
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
      `mkdir -p -- ${shellWord(plan.output)}`,
      `cd -- ${shellWord(plan.output)}`,
      'mkdir -p .pki',
      "[ -e .gitignore ] || printf '*\\n' >.gitignore",
    ].join('\n'),
  ];
}

interface Context {
  readonly byId: ReadonlyMap<EntityId, Entity>;
  readonly changes: ReadonlyMap<EntityId, Change>;
  readonly now: number;
}

function stepLines(step: Step, context: Context): readonly string[] {
  const { byId, changes, now } = context;
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
      return publishLines(known(byId, step.entity), known(changes, step.entity), context);
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

function publishLines(entity: Entity, change: Change, context: Context): readonly string[] {
  const { id } = entity;
  const path = (file: ManagedFile): string => filePath(entity, file);
  return [
    ...bundleLines(entity, change, context),
    ...change.writes
      .filter((artifact) => artifact !== 'key')
      .map((artifact) => `chmod 644 ${stagedPath(id, artifact)}`),
    ...archiveLines(entity, change, context.now),
    ...folderLines(change.writes.map(path)),
    ...change.writes.map((file) => `mv -f ${stagedPath(id, file)} ${word(path(file))}`),
    ...change.deletes.map((file) => `rm -f ${word(path(file))}`),
    ...change.chmods.map((file) => `chmod ${file === 'key' ? 600 : 644} ${word(path(file))}`),
  ];
}

function bundleLines(
  entity: Entity,
  { writes, issuance }: Change,
  { byId, changes }: Context,
): readonly string[] {
  const members = bundleMembers(entity, byId);
  const certificate = (id: EntityId): string =>
    id === entity.id && issuance !== null ? stagedPath(id, 'cert') : word(filePath(known(byId, id), 'cert'));
  const cat = (ids: readonly EntityId[]): readonly string[] => [`cat ${ids.map(certificate).join(' ')}`];
  const lines = {
    chain: () => cat(members.chain),
    fullchain: () => cat(members.fullchain),
    ca: () =>
      members.ca.flatMap((id) => [...cat([id]), ...previousLines(known(byId, id), known(changes, id))]),
    previous: () => previousLines(entity, known(changes, entity.id)),
  };
  return (['chain', 'fullchain', 'ca', 'previous'] as const)
    .filter((bundle) => writes.includes(bundle))
    .map((bundle) => `{ ${lines[bundle]().join('; ')}; } >${stagedPath(entity.id, bundle)}`);
}

/** A root's earlier certificates, by fingerprint: they are in its folder, wherever the run has got to. */
function previousLines(entity: Entity, { previous }: Change): readonly string[] {
  const files = `${word(filePath(entity, 'cert'))} ${word(filePath(entity, 'previous'))}`;
  return previous.map((fingerprint) => `pick ${fingerprint} ${files}`);
}

/** A shell function: of all certificates in some files, the one with a SHA-256 fingerprint. */
const PICK = `pick() {
  wanted=$1
  shift
  rm -rf .pki/pick
  mkdir -p .pki/pick
  cat "$@" 2>/dev/null | awk '/BEGIN CERTIFICATE/ { n++ } { print >(".pki/pick/" n) }'
  for file in .pki/pick/*; do
    found=$(openssl x509 -in "$file" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
    if [ "$found" = "$wanted" ]; then openssl x509 -in "$file"; rm -rf .pki/pick; return; fi
  done
  return 1
}`;

/** What is replaced is kept, as apply keeps it. */
function archiveLines(entity: Entity, { writes }: Change, now: number): readonly string[] {
  const folder = archiveFolder(entity.id, now);
  const kept = writes.filter((artifact) => artifact === 'key' || artifact === 'cert');
  return kept.map((file) => archiveLine(entity, file, folder));
}

function archiveLine(entity: Located, file: ManagedFile, folder: string): string {
  const path = word(filePath(entity, file));
  return `if [ -e ${path} ]; then mkdir -p ${folder}; cp -p ${path} ${folder}/${FILE_NAMES[file]}; fi`;
}

/** Removing takes consent, and a script is read before it is run: reading it is the consent. */
function removeLines(id: EntityId, now: number): readonly string[] {
  const folder = archiveFolder(id, now);
  return [
    archiveLine({ id }, 'key', folder),
    archiveLine({ id }, 'cert', folder),
    ...MANAGED_FILES.map((file) => `rm -f ${filePath({ id }, file)}`),
    `rmdir ${id} 2>/dev/null || true`,
  ];
}

/** Every folder on the way, readable for those who load certificates. */
function folderLines(paths: readonly string[]): readonly string[] {
  const folders = [...new Set(paths.map(folderOf))].filter((folder) => folder !== '.');
  const onTheWay = folders.flatMap((folder) =>
    folder.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/')),
  );
  if (onTheWay.length === 0) return [];
  const words = [...new Set(onTheWay)].map(word).join(' ');
  return [`mkdir -p ${words}`, `chmod 755 ${words}`];
}

/** A path of the output folder, also one that begins with a dash. */
function word(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

function archiveFolder(id: EntityId, now: number): string {
  return `.pki/archive/${id}/${isoTime(now).replaceAll(':', '')}`;
}

function known<T>(map: ReadonlyMap<EntityId, T>, id: EntityId): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return value;
}
