/**
 * `pki plan --commands`: the plan as a POSIX shell script. It runs exactly the openssl calls that apply would run, in
 * the same folders; around them it does by hand what apply does more carefully (staging, archive, renaming).
 */

import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { filePath, type Located } from '../pki/files.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import { isMlDsa } from '../pki/key-spec.ts';
import { SCRATCH_FOLDER, SCRIPT_PLACE, stagedPath, stageFolder } from '../pki/paths.ts';
import type { TokenDriver } from '../pki/token.ts';
import { type Change, isWork, keptTrustOf, type Work } from '../plan/change.ts';
import type { Make, PublicKey } from '../plan/make.ts';
import type { Plan } from '../plan/plan.ts';
import type { Step } from '../plan/step.ts';
import { stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { databaseLines } from './crl.ts';
import { GIVEN_LEFTOVERS, givenKeyCommands } from './given-key.ts';
import { lookUp } from './key-path.ts';
import { makeCommand } from './make-command.ts';
import { relockArgs } from './pass.ts';
import { BEHIND, bundleLines, NTH, PICK, partsLine, printed, takesNth } from './script-bundles.ts';
import { copyLines, folderLines } from './script-folders.ts';
import { headLines, WORK_FOLDERS } from './script-head.ts';
import {
  clearLines,
  LINK_FUNCTIONS,
  linkedLines,
  restoreLines,
  unlinkedLines,
  usesLinks,
} from './script-links.ts';
import { objectLines } from './script-objects.ts';
import { placedRights, rightsLines } from './script-rights.ts';
import { sealedLines } from './script-sealed.ts';
import { shellPath, shellWords } from './shell.ts';

/**
 * The script's text, to be run in the manifest's folder; what is kept or refused is not in it.
 * @param program the openssl that it runs, unless `PKI_OPENSSL` then names another.
 * @param driver what gives that openssl keys of tokens.
 * @throws Error where plan and inventory are from different manifests.
 */
export function planScript(
  plan: Plan,
  inventory: Inventory,
  program = 'openssl',
  driver: TokenDriver = 'engine',
): string {
  const context: Context = {
    byId: byIdOf(inventory.entities),
    changes: new Map(plan.changes.map((change) => [change.id, change])),
    now: plan.now,
    output: plan.output,
    driver,
  };
  const staged = new Set<EntityId>();
  const blocks = stepsOf(plan, inventory).map((step) => {
    const first = staged.has(step.entity) ? [] : stageLines(step.entity, context);
    staged.add(step.entity);
    return [`# ${step.id}`, ...first, ...stepLines(step, context)].join('\n');
  });
  const functions = [
    ...(plan.changes.some((change) => keptTrustOf(change).previous.length > 0 || presents(change, context))
      ? [PICK, BEHIND]
      : []),
    ...(plan.changes.some((change) => isWork(change) && change.writes.some(takesNth)) ? [NTH] : []),
    ...(plan.changes.some((change) => hasLinks(change, context)) ? [LINK_FUNCTIONS] : []),
  ];
  const copied = copyLines(plan.changes.filter(isWork).flatMap(({ relocations }) => relocations));
  const hasMlDsa = inventory.entities.some(({ key }) => isMlDsa(key.algorithm));
  const byProvider = driver === 'provider' && inventory.entities.some(({ token }) => token !== undefined);
  const head = headLines(plan, program, { oldest: hasMlDsa ? '3.5' : '3.0', byProvider });
  return [...head, ...functions, ...copied, ...blocks, `rm -rf ${WORK_FOLDERS}`, ''].join('\n\n');
}

interface Context {
  readonly byId: ById;
  readonly changes: ReadonlyMap<EntityId, Change>;
  readonly now: number;
  readonly output: string;
  readonly driver: TokenDriver;
}

/** How an entity that left the manifest was published is not known here. */
function hasLinks(change: Change, { byId }: Context): boolean {
  const entity = byId.get(change.id);
  if (change.action === 'remove' || change.action === 'revoke') return true;
  return entity !== undefined && isWork(change) && usesLinks(entity, change);
}

/** Whether files of an entity are made of a certificate that was issued elsewhere. */
function presents({ id }: Change, { byId }: Context): boolean {
  return byId.get(id)?.elsewhere === true;
}

/** Before the first step of an entity. */
function stageLines(id: EntityId, { byId, changes }: Context): readonly string[] {
  const entity = byId.get(id);
  const change = changes.get(id);
  const isLinked = entity !== undefined && change !== undefined && isWork(change);
  return [`mkdir ${stageFolder(id)}`, ...(isLinked ? restoreLines(entity, change) : [])];
}

function stepLines(step: Step, context: Context): readonly string[] {
  switch (step.kind) {
    case 'publish':
      return publishLines(step.entity, context);
    case 'remove':
      return removeLines(...goingIn(step.entity, context), context.now);
    default:
      return makeLines(step.make, context);
  }
}

function makeLines(make: Make, context: Context): readonly string[] {
  const { byId } = context;
  if (make.op === 'take') return anchorLines(make.of, byId);
  if (make.op === 'sign' && make.key !== undefined) return givenLines(make, make.key, context);
  const { output, driver } = context;
  const { args, input } = makeCommand(make, byId, { ...SCRIPT_PLACE, output, driver });
  const call = opensslCall(args, input);
  if (make.op === 'convert') return [partsLine(make, context), ...call];
  if (make.op === 'crl') return [...databaseLines(make), ...call];
  return make.op === 'sign' ? [`: >${SCRATCH_FOLDER}/index.txt`, ...call] : call;
}

function givenLines(
  make: Extract<Make, { op: 'sign' }>,
  key: PublicKey,
  { byId, ...place }: Context,
): readonly string[] {
  return [
    '# its dates count from now, in whole days',
    ...givenKeyCommands(make, key, byId, place).flatMap(({ args, input }) => opensslCall(args, input)),
    `rm -f ${shellWords(GIVEN_LEFTOVERS)}`,
  ];
}

/** A script is of a plan without answers from other machines: what it takes is in the manifest. */
function anchorLines(id: EntityId, byId: ById): readonly string[] {
  const { keyPlace } = lookUp(byId, id);
  const pem = keyPlace?.kind === 'anchor' ? (keyPlace.certificates[0] ?? '') : '';
  return [`${printed(pem)} >${stagedPath(id, 'cert')}`];
}

/** The configuration as a quoted here-document, in which the shell expands nothing. */
function opensslCall(args: readonly string[], input: string | null): readonly string[] {
  const call = shellWords(['openssl', ...args]);
  return input === null ? [call] : [`${call} <<'CONFIG'`, `${input}CONFIG`];
}

function publishLines(id: EntityId, context: Context): readonly string[] {
  const entity = lookUp(context.byId, id);
  const change = context.changes.get(id);
  if (change === undefined || !isWork(change)) return [];
  return [
    ...relockLines(entity, change, context.output),
    ...bundleLines(change, context),
    ...sealedLines(change, context, context.output),
    ...objectLines(change, context),
    ...change.writes.flatMap((artifact) => rightsLines(artifact, stagedPath(id, artifact), change)),
    ...archiveLines(entity, change, context.now),
    ...placeLines(entity, change, context.now),
    ...placedRights(entity, change),
  ];
}

function placeLines(entity: Entity, change: Work, now: number): readonly string[] {
  const path = (file: Artifact): string => filePath(entity, file);
  if (usesLinks(entity, change)) {
    const isLinked = entity.publish === 'symlinks';
    // Two scripts may be written in the same second.
    const version = `..v-${stamp(now)}-$$`;
    const lines = isLinked ? linkedLines(entity, change, version) : unlinkedLines(entity, change);
    return [...lines, ...clearLines(entity, isLinked ? version : 'none', archiveFolder(entity.id, now))];
  }
  return [
    ...folderLines(change.writes.map(path)),
    ...change.writes.map((file) => `mv -f ${stagedPath(entity.id, file)} ${shellPath(path(file))}`),
    ...change.deletes.map((file) => `rm -f ${shellPath(path(file))}`),
  ];
}

/** The same key, encrypted as the manifest states now. */
function relockLines(entity: Entity, { relocks }: Work, output: string): readonly string[] {
  if (!relocks) return [];
  const from = filePath(entity, 'key');
  return [shellWords(['openssl', ...relockArgs(entity, output, from, stagedPath(entity.id, 'key'))])];
}

/** Replaced files are kept, as apply keeps them. */
function archiveLines(entity: Entity, { writes, deletes, relocks }: Work, now: number): readonly string[] {
  const folder = archiveFolder(entity.id, now);
  // The same key without encryption is not to be kept.
  const kept = writes.filter((file) => file !== 'key' || !relocks);
  return [...kept, ...deletes].map((file) => archiveLine(entity, file, folder));
}

function archiveLine(entity: Located, file: Artifact, folder: string): string {
  const path = shellPath(filePath(entity, file));
  const isPrecious = file === 'key' || file === 'cert';
  // A private key may be in the place of another file.
  const test = isPrecious ? `[ -e ${path} ]` : `grep -q 'PRIVATE KEY-----' ${path} 2>/dev/null`;
  return `if ${test}; then mkdir -p ${folder}; cp -p ${path} ${folder}/${ARTIFACTS[file].file}; fi`;
}

/** Removing takes consent, and a script is read before it is run: reading it is the consent. */
function removeLines(entity: Located, files: readonly Artifact[], now: number): readonly string[] {
  const folder = archiveFolder(entity.id, now);
  const isUsual = entity.layout === undefined;
  return [
    archiveLine(entity, 'key', folder),
    archiveLine(entity, 'cert', folder),
    ...files.map((file) => `rm -f ${shellPath(filePath(entity, file))}`),
    ...(isUsual || entity.publish === 'symlinks' ? clearLines(entity, 'none', folder) : []),
    ...(isUsual ? [`rmdir ${entity.id} 2>/dev/null || true`] : []),
  ];
}

/** Of an entity of the manifest, what is its own; of one that left it, what it had in its usual folder. */
function goingIn(id: EntityId, { byId, changes }: Context): [entity: Located, files: readonly Artifact[]] {
  const [entity, change] = [byId.get(id), changes.get(id)];
  if (entity !== undefined && change?.action === 'revoke') return [entity, change.deletes];
  return [{ id }, ALL_ARTIFACTS];
}

function archiveFolder(id: EntityId, now: number): string {
  return `.pki/archive/${id}/${stamp(now)}`;
}

function stamp(now: number): string {
  return isoTime(now).replaceAll(':', '');
}
