/** Keys on tokens, once a plan that needs them is agreed to: each is asked for once in a run. */
import { randomBytes } from 'node:crypto';
import { environmentWithout } from '../engine/program.ts';
import { Tokens } from '../engine/tokens.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { variablesIn } from '../plan/commands.ts';
import type { Agreement } from '../plan/consent.ts';
import { tokensFor } from '../plan/token-uses.ts';
import type { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import type { Secrets } from '../store/secrets.ts';

/** Where a run makes its calls, and what it has read. */
export interface TokenOptions {
  readonly root: string;
  readonly output: OutputFolder;
  readonly binary: string;
  readonly secrets: Secrets;
  readonly reader: Reader;
  readonly signal?: AbortSignal;
}

/** @param entities those whose variables no module may see. */
export function tokensOf(entities: readonly Entity[], options: TokenOptions): Tokens {
  const { root, output, binary, secrets, reader, signal } = options;
  return new Tokens({
    root,
    own: output.own,
    binary,
    name: `tokens-${randomBytes(3).toString('hex')}`,
    secrets,
    keys: reader.tokens,
    environment: environmentWithout(variablesIn(entities)),
    signal,
  });
}

/** Whether any was asked that this run had not asked before: then what it showed is to be planned with. */
export async function askTokens(
  { possible, isIdle }: Agreement,
  { entities }: Inventory,
  keys: Reader['tokens'],
  tokens: Tokens,
): Promise<boolean> {
  const byId = byIdOf(entities);
  const needed = isIdle ? [] : possible.changes.flatMap((change) => tokensFor(change, byId));
  const unasked = new Set(needed.filter((id) => !keys.isAsked(id)));
  await askEach(unasked, entities, tokens);
  return unasked.size > 0;
}

async function askEach(
  ids: ReadonlySet<EntityId>,
  entities: readonly Entity[],
  tokens: Tokens,
): Promise<void> {
  for (const entity of entities) if (ids.has(entity.id)) await tokens.ask(entity);
}
