/** Secrets that requests take: as in an apply, each is had before anything is made, and commands with consent alone. */
import { argvKey } from '../pki/argv.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import type { Refusal } from '../plan/blockage.ts';
import { errandsFor, type PlannedCommand } from '../plan/commands.ts';
import type { SecretUse } from '../plan/errand.ts';
import { NOTHING, type Observation } from '../plan/observation.ts';
import { lackingSecret, secretUses } from '../plan/secret-uses.ts';
import { rememberCommands } from '../store/commands.ts';
import { type SecretOptions, settleAll } from './secrets.ts';

/** One request, as far as secrets go. */
interface Asking {
  readonly entity: Entity;
  /** It makes the key as well. */
  readonly newKey: boolean;
}

/** Why nothing is asked. */
export type SecretsResult =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Commands that were never run here. */
  | { readonly kind: 'consent'; readonly commands: readonly PlannedCommand[] };

/** Where and how they are had. */
export interface RequestSecrets extends SecretOptions {
  /** Commands of the manifest may run. */
  readonly mayRun: boolean;
}

/** Has all of them; `undefined`: nothing is missing. */
export async function lacksSecrets(
  asked: readonly Asking[],
  { entities, written }: Inventory,
  observation: Observation,
  options: RequestSecrets,
): Promise<SecretsResult | undefined> {
  const byId = byIdOf(entities);
  const uses = asked.flatMap((asking) => usesOf(asking, byId, observation));
  const errands = errandsFor(uses, observation.commands);
  const commands = errands
    .filter(({ isNew }) => isNew)
    .map((errand) => ({ ...errand, entities: neededBy(uses, argvKey(errand.argv)) }));
  if (commands.length > 0 && !options.mayRun) return { kind: 'consent', commands };
  const refused = (): SecretsResult | undefined => {
    const known = { secrets: options.secrets.faults(), ...(written === undefined ? {} : { written }) };
    const refusal = lackingSecret(uses, known);
    return refusal === undefined ? undefined : { kind: 'refused', refusal };
  };
  for (const { source } of uses) options.secrets.read(source);
  const early = refused();
  if (early !== undefined) return early;
  await rememberCommands(
    options.root,
    options.output.own,
    errands.map(({ argv }) => argv),
  );
  await settleAll(uses, entities, options);
  return refused();
}

/** The holder of the key signs the request. */
function usesOf({ entity, newKey }: Asking, byId: ById, observation: Observation): readonly SecretUse[] {
  const holder = byId.get(bridgedBy(entity) ?? entity.id) ?? entity;
  const { key } = observation.entities.get(holder.id) ?? NOTHING;
  return secretUses(holder, { isIssue: false, makesKey: newKey, writes: ['csr'], key }, byId);
}

function neededBy(uses: readonly SecretUse[], key: string): readonly EntityId[] {
  const those = uses.filter(({ source }) => source.kind === 'command' && argvKey(source.argv) === key);
  return [...new Set(those.map(({ of }) => of))];
}
