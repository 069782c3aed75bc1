/** Commands of the manifest that carrying out a change runs: each is code, and consent to it is remembered. Pure. */
import { argvKey } from '../pki/argv.ts';
import type { Artifact } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { isSealed } from '../pki/seal.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { type Change, isWork } from './change.ts';
import type { Errand, KnownCommands } from './errand.ts';

/** A command of a plan, and which entities need it. */
export interface PlannedCommand extends Errand {
  readonly entities: readonly EntityId[];
}

/** Sources of passwords that writing these files takes, each once. */
export function sourcesFor({ seals }: Entity, writes: readonly Artifact[]): readonly SecretSource[] {
  return writes.filter(isSealed).flatMap((artifact) => seals?.[artifact]?.password ?? []);
}

/** Whether the manifest names any command. */
export function namesCommands(entities: readonly Entity[]): boolean {
  return entities.some(({ seals = {} }) =>
    Object.values(seals).some(({ password }) => password.kind === 'command'),
  );
}

/** What an entity runs so that these files can be written. */
export function errandsFor(
  entity: Entity,
  writes: readonly Artifact[],
  known: KnownCommands | undefined,
): readonly Errand[] {
  const argvs = sourcesFor(entity, writes).flatMap((source) =>
    source.kind === 'command' ? [source.argv] : [],
  );
  const distinct = new Map(argvs.map((argv) => [argvKey(argv), argv]));
  return [...distinct].map(([key, argv]) => ({ argv, purpose: 'password', isNew: known?.has(key) !== true }));
}

/** What a change runs. */
export function errandsOf(change: Change): readonly Errand[] {
  return isWork(change) ? (change.errands ?? []) : [];
}

/** All that a plan runs, each once for each purpose, in the order of the plan. */
export function commandsIn(changes: readonly Change[]): readonly PlannedCommand[] {
  const commands = new Map<string, PlannedCommand>();
  for (const change of changes) {
    for (const errand of errandsOf(change)) {
      const key = `${errand.purpose} ${argvKey(errand.argv)}`;
      const { entities } = commands.get(key) ?? { entities: [] };
      commands.set(key, { ...errand, entities: [...entities, change.id] });
    }
  }
  return [...commands.values()];
}
