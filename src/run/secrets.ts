/** Passwords that take a command or a question, once a plan that needs them is agreed to: each is had once in a run. */
import { environmentWithout, runProgram } from '../engine/program.ts';
import type { Argv } from '../pki/argv.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { type SecretFault, type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import { isWork } from '../plan/change.ts';
import { errandsOf, sourcesFor } from '../plan/commands.ts';
import type { Agreement } from '../plan/consent.ts';
import type { Observation } from '../plan/observation.ts';
import { rememberCommands } from '../store/commands.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { LONGEST_SECRET, lacking, type Secret, type Secrets, withoutEnd } from '../store/secrets.ts';

/** A password that is to be typed. */
export interface SecretQuestion {
  /** As the manifest has it: `prompt`, `prompt:root`. */
  readonly source: string;
  /** Whose files it opens or closes. */
  readonly entities: readonly EntityId[];
  /** Something is closed by it, so it is typed twice: this is the second time. */
  readonly isRepeated: boolean;
}

/** What was typed, or `null` where the input ended. */
export type Ask = (question: SecretQuestion) => Promise<string | null>;

/** What it takes to have them. */
export interface SecretOptions {
  readonly root: string;
  readonly output: OutputFolder;
  readonly secrets: Secrets;
  readonly ask?: Ask;
  readonly signal?: AbortSignal;
}

/** Seconds for a command that prints a password: a person may have to type another one, or touch a key. */
const SECONDS = 120;

/** What was seen, with the passwords that were not to be had; the same where all were. */
export async function withAnswers(
  { possible, isIdle }: Agreement,
  inventory: Inventory,
  observation: Observation,
  options: SecretOptions,
): Promise<Observation> {
  if (isIdle) return observation;
  const argvs = possible.changes.flatMap(errandsOf).map(({ argv }) => argv);
  if (argvs.length > 0) await rememberCommands(options.root, options.output.own, argvs);
  const byId = byIdOf(inventory.entities);
  const needed = new Map<string, { readonly source: SecretSource; readonly entities: EntityId[] }>();
  for (const change of possible.changes.filter(isWork)) {
    const entity = byId.get(change.id);
    for (const source of entity === undefined ? [] : sourcesFor(entity, change.writes)) {
      const name = secretSourceText(source);
      const { entities } = needed.get(name) ?? { entities: [] };
      needed.set(name, { source, entities: [...entities, change.id] });
    }
  }
  const faults = new Map<string, SecretFault>(observation.secrets);
  for (const [name, { source, entities }] of needed) {
    const secret = await had(source, entities, inventory.entities, options);
    if (!secret.ok) faults.set(name, secret.fault);
  }
  return faults.size === (observation.secrets?.size ?? 0) ? observation : { ...observation, secrets: faults };
}

async function had(
  source: SecretSource,
  entities: readonly EntityId[],
  all: readonly Entity[],
  options: SecretOptions,
): Promise<Secret> {
  const { secrets } = options;
  const known = secrets.read(source);
  if (known.ok || known.fault.kind !== 'waits') return known;
  if (source.kind === 'command') return secrets.settle(source, await printed(source.argv, all, options));
  return secrets.settle(source, await typed(secretSourceText(source), entities, options));
}

async function printed(
  argv: Argv,
  all: readonly Entity[],
  { secrets, signal }: SecretOptions,
): Promise<Secret> {
  const { output, fault } = await runProgram(argv, {
    cwd: secrets.folder,
    env: environmentWithout(variablesIn(all)),
    seconds: SECONDS,
    prints: { most: LONGEST_SECRET },
    signal,
  });
  return fault === null ? { ok: true, value: withoutEnd(output) } : lacking({ kind: 'command', fault });
}

/** Variables that hold other passwords: none of a command's business. */
function variablesIn(all: readonly Entity[]): ReadonlySet<string> {
  const sources = all.flatMap(({ seals = {} }) => Object.values(seals).map(({ password }) => password));
  return new Set(sources.flatMap((source) => (source.kind === 'env' ? [source.name] : [])));
}

async function typed(source: string, entities: readonly EntityId[], { ask }: SecretOptions): Promise<Secret> {
  if (ask === undefined) return lacking({ kind: 'no-terminal' });
  const value = await ask({ source, entities, isRepeated: false });
  if (value === null) return lacking({ kind: 'no-answer' });
  const again = await ask({ source, entities, isRepeated: true });
  return value === again ? { ok: true, value } : lacking({ kind: 'mistyped' });
}
