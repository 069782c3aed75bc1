/** Which hooks are due after a run, and which stay due for the next one. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import type { PlannedHook } from '../../src/plan/hooks.ts';
import { announceHooks, type HookOptions, runHooks } from '../../src/run/hooks.ts';
import { readHooks, saveHooks } from '../../src/store/hooks.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const SERVERS = ['a', 'b', 'c'].map((name) => aServer({ name }));
type Pending = Readonly<Record<string, readonly string[]>>;
const pending = (of: Pending) => new Map(Object.entries(of)) as never;
const planned = (...ids: readonly EntityId[]): readonly PlannedHook[] =>
  ids.map((entity) => {
    const hook = { run: ['/nowhere/hook'], timeout: 60 } as never;
    return { entity, hook, why: 'changes', changed: [`${entity}/cert.pem`], isNew: true };
  });

/** What came of it, and what is due afterwards; `null`: nothing was ever written down. */
async function after(
  act: (output: OutputFolder, options: HookOptions) => Promise<unknown>,
  before: Pending = {},
  given: Partial<HookOptions> = {},
) {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  using output = await OutputFolder.open(root);
  await saveHooks(output.own, pending(before));
  const usual = {
    root,
    output,
    folder: root,
    inventory: anInventory(...SERVERS),
    consents: new Set<never>(),
  };
  const outcome = await act(output, { ...usual, ...given });
  const due = existsSync(join(root, '.pki/hooks.json')) ? Object.fromEntries(readHooks(root)) : null;
  return { outcome, due };
}

const ran = (
  hooks: readonly PlannedHook[],
  before: Pending,
  published: readonly EntityId[],
  given: Partial<HookOptions> = {},
) => after((_, options) => runHooks(hooks, pending(before), published, options), before, given);

const CERT = (id: string) => [`${id}/cert.pem`];
const DUE = { 'servers/a': CERT('servers/a'), 'servers/b': CERT('servers/b') };
const ALL = planned('servers/a', 'servers/b', 'servers/c');

describe('after a run', () => {
  it('those are due whose files came into place, and those that were due before', async () => {
    const before = { 'servers/a': ['servers/a/old.pem'] };
    expect(await ran(ALL, before, ['servers/b'], { skipHooks: true })).toEqual({ outcome: [], due: DUE });
  });

  it('one without consent is not run, and stays due', async () => {
    const refused = (entity: string) => ({
      entity,
      run: ['/nowhere/hook'],
      output: '',
      fault: { kind: 'no-consent' },
    });
    expect(await ran(ALL, {}, ['servers/a', 'servers/b'])).toEqual({
      outcome: [refused('servers/a'), refused('servers/b')],
      due: DUE,
    });
  });

  it('none is run where that is interrupted, and all stay due', async () => {
    const signal = AbortSignal.abort();
    expect(await ran(ALL, {}, ['servers/a', 'servers/b'], { signal })).toEqual({ outcome: [], due: DUE });
  });

  it('one that the manifest no longer has is due no more', async () => {
    expect(await ran([], { 'servers/gone': ['x'] }, [])).toEqual({ outcome: [], due: {} });
  });

  it('nothing is written where there never was a hook', async () => {
    expect(await ran([], {}, ['servers/a'])).toEqual({ outcome: [], due: null });
  });
});

it('before it, those that are planned are written down beside those that are due', async () => {
  const announced = (hooks: readonly PlannedHook[], before: Pending) =>
    after((output) => announceHooks(output.own, pending(before), hooks), before).then(({ due }) => due);
  expect(await announced(planned('servers/b'), { 'servers/a': ['x'] })).toEqual({
    'servers/a': ['x'],
    'servers/b': CERT('servers/b'),
  });
  expect(await announced(planned('servers/a'), { 'servers/a': ['x'] })).toEqual({
    'servers/a': CERT('servers/a'),
  });
  expect(await announced([], { 'servers/a': ['x'] })).toEqual({ 'servers/a': ['x'] });
  expect(await announced([], {})).toBeNull();
});
