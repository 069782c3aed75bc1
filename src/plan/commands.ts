/** Commands of the manifest that carrying out a change runs: each is code, and consent to it is remembered. Pure. */
import { argvKey } from '../pki/argv.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { type Change, isWork } from './change.ts';
import type { Errand, KnownCommands, SecretUse } from './errand.ts';

/** A command of a plan, and which entities need it. */
export interface PlannedCommand extends Errand {
  readonly entities: readonly EntityId[];
}

/** Every source of a secret that an entity has. */
export function sourcesOf({ seals = {}, passphrase, previousPassphrase }: Entity): readonly SecretSource[] {
  const own = [passphrase, previousPassphrase].filter((source) => source !== undefined);
  return [...own, ...Object.values(seals).map(({ password }) => password)];
}

/** Whether what its files say depends on more than the files. */
export function hasSecrets({ seals, passphrase, previousPassphrase }: Entity): boolean {
  return (seals ?? passphrase ?? previousPassphrase) !== undefined;
}

/** Whether the manifest names any command. */
export function namesCommands(entities: readonly Entity[]): boolean {
  return entities.some((entity) => sourcesOf(entity).some(({ kind }) => kind === 'command'));
}

/** What is run for these secrets, each once. */
export function errandsFor(uses: readonly SecretUse[], known: KnownCommands | undefined): readonly Errand[] {
  const errands = uses.flatMap(({ source, artifact }): readonly (readonly [string, Errand])[] => {
    if (source.kind !== 'command') return [];
    const purpose = artifact === 'key' ? 'passphrase' : 'password';
    const key = argvKey(source.argv);
    return [[`${purpose} ${key}`, { argv: source.argv, purpose, isNew: known?.has(key) !== true }]];
  });
  return [...new Map(errands).values()];
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
