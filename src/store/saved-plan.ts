/** Files of saved plans: written whole or not at all, over nothing but an earlier one, and recognized by content. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isArtifact } from '../pki/artifact.ts';
import { isEngineChoice } from '../pki/engine.ts';
import { errorCode } from '../pki/errors.ts';
import { ACTIONS, SAVED_FORMAT, type SavedEntity, type SavedPlan } from '../plan/saved.ts';
import { UserError } from '../words/user-error.ts';
import { replaceWhole } from './disk.ts';
import { fieldsOf, jsonIn, textsIn } from './json.ts';
import { readBytes } from './observe/read.ts';

const VERSION = 1;

/** Ten thousand leaves take 8 MB. */
const LIMIT = 128 * 1024 * 1024;

/** Says what is to be rotated and where, so that no other user is to write it, nor has to read it. */
const MODE = 0o600;

/** @throws UserError where something else is in its place, or there is no folder for it. */
export async function writeSavedPlan(path: string, plan: SavedPlan): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && (!there.isFile() || textOf(path) === undefined))
    throw new UserError({ kind: 'saved-plan', path, fault: { kind: 'in-the-way' } });
  const text = `${JSON.stringify({ format: SAVED_FORMAT, version: VERSION, ...plan }, null, 1)}\n`;
  try {
    await replaceWhole(path, text, MODE);
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new UserError({ kind: 'no-manifest-folder', folder: dirname(resolve(path)) });
    throw error;
  }
}

/** `undefined` for anything else, such as a manifest. @throws UserError where one is damaged. */
export function readSavedPlan(path: string): SavedPlan | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const plan = planIn(jsonIn(text));
  if (plan === undefined) throw new UserError({ kind: 'saved-plan', path, fault: { kind: 'damaged' } });
  return plan;
}

/** Of a file that begins as ours do: a manifest may come through a pipe, which is read once. */
function textOf(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const file = readBytes(realpathSync(path), LIMIT);
  if (file.state !== 'present') return undefined;
  const text = file.facts.toString('utf8');
  return text.startsWith(`{\n "format": "${SAVED_FORMAT}"`) ? text : undefined;
}

function planIn(value: unknown): SavedPlan | undefined {
  const { version, tool, made, manifest, output, inventory, rest, demands, entities } = fieldsOf(value);
  const isWhole =
    version === VERSION &&
    typeof tool === 'string' &&
    typeof made === 'number' &&
    typeof manifest === 'string' &&
    typeof output === 'string' &&
    typeof inventory === 'string' &&
    typeof rest === 'string';
  if (!isWhole) return undefined;
  const saved = Object.entries(fieldsOf(entities)).map(([id, one]) => [id, entityIn(one)] as const);
  const whole = saved.flatMap(([id, one]) => (one === undefined ? [] : [[id, one] as const]));
  if (whole.length !== saved.length) return undefined;
  return {
    tool,
    made,
    manifest,
    output,
    inventory,
    rest,
    demands: demandsIn(demands),
    entities: Object.fromEntries(whole),
  };
}

function demandsIn(value: unknown): SavedPlan['demands'] {
  const { rekey, retire, only, engine, trustClock } = fieldsOf(value);
  return {
    rekey: textsIn(rekey),
    retire: textsIn(retire),
    only: textsIn(only),
    ...(isEngineChoice(engine) ? { engine } : {}),
    trustClock: trustClock === true,
  };
}

function entityIn(value: unknown): SavedEntity | undefined {
  const { action: name, does, seen } = fieldsOf(value);
  const action = ACTIONS.find((one) => one === name);
  if (action === undefined || typeof does !== 'string') return undefined;
  const files = Object.entries(fieldsOf(seen)).filter(
    ([artifact, digest]) => isArtifact(artifact) && typeof digest === 'string',
  );
  return { action, does, seen: Object.fromEntries(files) };
}
