/** Commands of the manifest that carrying out a change runs: each is code, and consent to it is remembered. Pure. */
import { argvKey } from '../pki/argv.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { type Change, isWork } from './change.ts';
import type { Errand, KnownCommands, SecretUse } from './errand.ts';
import type { PlannedHook } from './hooks.ts';

/** A command of a plan, and which entities need it. */
export interface PlannedCommand extends Errand {
  readonly entities: readonly EntityId[];
}

/** Every source of a secret that an entity has. */
export function sourcesOf({
  seals = {},
  passphrase,
  previousPassphrase,
  token,
}: Entity): readonly SecretSource[] {
  const own = [passphrase, previousPassphrase, token?.pin].filter((source) => source !== undefined);
  return [...own, ...Object.values(seals).map(({ password }) => password)];
}

/** Variables that hold secrets: none of a command's business. */
export function variablesIn(entities: readonly Entity[]): ReadonlySet<string> {
  const sources = entities.flatMap(sourcesOf);
  return new Set(sources.flatMap((source) => (source.kind === 'env' ? [source.name] : [])));
}

/** Whether what its key says depends on more than the file. */
export function hasPassphrase({ passphrase, previousPassphrase }: Entity): boolean {
  return (passphrase ?? previousPassphrase) !== undefined;
}

/** Whether the manifest names any command. */
export function namesCommands(entities: readonly Entity[]): boolean {
  return entities.some(
    (entity) => entity.onChange !== undefined || sourcesOf(entity).some(({ kind }) => kind === 'command'),
  );
}

/** What is run for these secrets, each once. */
export function errandsFor(uses: readonly SecretUse[], known: KnownCommands | undefined): readonly Errand[] {
  const errands = uses.flatMap(({ source, artifact, isPin }): readonly (readonly [string, Errand])[] => {
    if (source.kind !== 'command') return [];
    const ofKey = isPin ? 'pin' : 'passphrase';
    const purpose = artifact === 'key' ? ofKey : 'password';
    const key = argvKey(source.argv);
    return [[`${purpose} ${key}`, { argv: source.argv, purpose, isNew: known?.has(key) !== true }]];
  });
  return [...new Map(errands).values()];
}

/** What a change runs. */
export function errandsOf(change: Change): readonly Errand[] {
  return isWork(change) ? (change.errands ?? []) : [];
}

/** All that a plan runs, each once for each purpose: for secrets in the order of the plan, and then hooks. */
export function commandsIn({ changes, hooks }: Planned): readonly PlannedCommand[] {
  const commands = new Map<string, PlannedCommand>();
  const add = (errand: Errand, id: EntityId): void => {
    const key = `${errand.purpose} ${argvKey(errand.argv)}`;
    const { entities } = commands.get(key) ?? { entities: [] };
    commands.set(key, { ...errand, entities: [...entities, id] });
  };
  for (const change of changes) for (const errand of errandsOf(change)) add(errand, change.id);
  for (const { entity, hook, isNew } of hooks) add({ argv: hook.run, purpose: 'on-change', isNew }, entity);
  return [...commands.values()];
}

/** What of a plan runs commands. */
export interface Planned {
  readonly changes: readonly Change[];
  readonly hooks: readonly PlannedHook[];
}
