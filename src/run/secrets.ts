/** Secrets that take a command or a question, once a plan that needs them is agreed to: each is had once in a run. */
import { environmentWithout, runProgram } from '../engine/program.ts';
import { type Argv, argvKey } from '../pki/argv.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import { type Change, isWork } from '../plan/change.ts';
import { errandsOf, variablesIn } from '../plan/commands.ts';
import type { Agreement } from '../plan/consent.ts';
import type { SecretUse } from '../plan/errand.ts';
import type { Observation } from '../plan/observation.ts';
import { rememberCommands } from '../store/commands.ts';
import type { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { LONGEST_SECRET, lacking, type Secret, type Secrets, withoutEnd } from '../store/secrets.ts';

/** A secret that is to be typed. */
export interface SecretQuestion {
  /** As the manifest has it: `prompt`, `prompt:root`. */
  readonly source: string;
  /** A `passphrase` is that of a private key, a `PIN` that of a token. */
  readonly what: 'passphrase' | 'password' | 'PIN';
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
  /** Opens files with them. */
  readonly reader: Reader;
  readonly ask?: Ask;
  readonly signal?: AbortSignal;
}

/** Seconds for a command that prints a secret: a person may have to type another one, or touch a key. */
const SECONDS = 120;

/**
 * Whether any was had, or is missing, that this run had not looked for before: then what they open is to be looked at
 * again, and what takes a missing one is refused.
 */
export async function haveAnswers(
  { possible, withheld, isIdle }: Agreement,
  inventory: Inventory,
  observation: Observation,
  options: SecretOptions,
): Promise<boolean> {
  const byId = byIdOf(inventory.entities);
  const works = isIdle ? [] : possible.changes.filter(isWork);
  const argvs = works.flatMap(errandsOf).map(({ argv }) => argv);
  await rememberCommands(options.root, options.output.own, argvs);
  const uses = [
    ...works.flatMap(({ secrets = [] }) => secrets),
    ...withheld.flatMap((change) => closedUses(change, byId, observation)),
  ].filter(({ source }) => observation.secrets?.has(secretSourceText(source)) !== true);
  const unread = uses.filter(({ source }) => !options.secrets.isKnown(source));
  options.reader.open(uses.map(({ of }) => of));
  // What can be read is read first: no one is asked for the sake of an entity that is refused.
  if (uses.some((use) => isLacking(use, options.secrets))) return true;
  const hadMore = await settleAll(unread, inventory.entities, options);
  // All else that could be opened was opened when it was looked at.
  return hadMore || (unread.length > 0 && !options.reader.opensAll);
}

/** Runs commands and asks the user, once for each source; whether there was anything to do. */
export async function settleAll(
  uses: readonly SecretUse[],
  entities: readonly Entity[],
  options: SecretOptions,
): Promise<boolean> {
  const waiting = uses.filter(({ source }) => isWaiting(source, options.secrets));
  for (const group of groupBy(waiting, ({ source }) => secretSourceText(source)).values())
    await settle(group, entities, options);
  return waiting.length > 0;
}

/** Another one may do instead of a spare one. */
function isLacking({ source, isSpare }: SecretUse, secrets: Secrets): boolean {
  const secret = secrets.read(source);
  return !secret.ok && secret.fault.kind !== 'waits' && isSpare !== true;
}

/**
 * Of an entity that is refused because its key is closed, and has no certificate by which the key would be known. Its
 * commands are run only where they were agreed to before.
 */
function closedUses(change: Change, byId: ById, { commands }: Observation): readonly SecretUse[] {
  if (change.action !== 'refuse' || change.refusal.kind !== 'encrypted') return [];
  const { passphrase, previousPassphrase } = byId.get(change.id) ?? {};
  return [passphrase, previousPassphrase].flatMap((source): readonly SecretUse[] => {
    const isFree = source?.kind !== 'command' || commands?.has(argvKey(source.argv)) === true;
    return source === undefined || !isFree ? [] : [{ source, of: change.id, artifact: 'key', closes: false }];
  });
}

function isWaiting(source: SecretSource, secrets: Secrets): boolean {
  const secret = secrets.read(source);
  return !secret.ok && secret.fault.kind === 'waits';
}

/** @param group all uses of one source. */
async function settle(
  group: readonly SecretUse[],
  all: readonly Entity[],
  options: SecretOptions,
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const { source } = first;
  const answer =
    source.kind === 'command'
      ? await printed(source.argv, all, options)
      : await typed(secretSourceText(source), group, options);
  options.secrets.settle(source, answer);
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

function calledIn(group: readonly SecretUse[]): SecretQuestion['what'] {
  if (group.every(({ isPin }) => isPin)) return 'PIN';
  return group.some(({ artifact }) => artifact === 'key') ? 'passphrase' : 'password';
}

async function typed(source: string, group: readonly SecretUse[], { ask }: SecretOptions): Promise<Secret> {
  if (ask === undefined) return lacking({ kind: 'no-terminal' });
  const what = calledIn(group);
  const question = { source, what, entities: [...new Set(group.map(({ of }) => of))] } as const;
  const value = await ask({ ...question, isRepeated: false });
  if (value === null) return lacking({ kind: 'no-answer' });
  if (!group.some(({ closes }) => closes)) return { ok: true, value };
  const again = await ask({ ...question, isRepeated: true });
  return value === again ? { ok: true, value } : lacking({ kind: 'mistyped' });
}
