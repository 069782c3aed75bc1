/** That nothing is left to do is believed of the same manifest, by the same user, in its time, and of nothing else. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { type FileStates, fileStates } from '../../src/store/file-states.ts';
import {
  dropIdle,
  holds,
  type IdleRecord,
  idleKey,
  readIdle,
  saveIdle,
} from '../../src/store/idle-record.ts';
import { itWhen } from '../e2e/project.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { through } from '../helpers/output.ts';

const work = memoryFolder();
const KEY = 'ab'.repeat(32);
let made = 0;

function statesOf(root: string): FileStates {
  const states = fileStates(root);
  if (states === undefined) throw new Error('no states');
  return states;
}

async function recorded(changes: Partial<IdleRecord> = {}): Promise<{ root: string; record: IdleRecord }> {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, 'servers/api'), { recursive: true });
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  writeFileSync(join(root, 'servers/api/cert.pem'), 'cert');
  const states = statesOf(root);
  const record = { key: KEY, output: 'pki', entities: 30, from: 1000, until: 2000, states, ...changes };
  await through(root, ({ own }) => saveIdle(own, record));
  return { root, record };
}

/** What is recorded, where it holds. */
function idleRecord(root: string, key: string, now: number): IdleRecord | undefined {
  const record = readIdle(root);
  return record !== undefined && holds(record, root, key, now) ? record : undefined;
}

const fileIn = (root: string): string => join(root, '.pki/idle.bin');
const sealed = (body: Buffer): Buffer => Buffer.concat([createHash('sha256').update(body).digest(), body]);

it('is what was recorded, to its last field, and closed to others', async () => {
  const { root, record } = await recorded();
  expect(idleRecord(root, KEY, 1500)).toEqual(record);
  expect(statSync(fileIn(root)).mode & 0o777).toBe(0o600);
});

it.each([
  [999, false],
  [1000, true],
  [1999, true],
  [2000, false],
])('at %i: %s', async (now, holds) => {
  const { root } = await recorded();
  expect(idleRecord(root, KEY, now) !== undefined).toBe(holds);
});

it('under another key it is nothing, nor where there is none', async () => {
  const { root } = await recorded();
  expect(idleRecord(root, 'cd'.repeat(32), 1500)).toBeUndefined();
  expect(idleRecord(join(work, 'nowhere'), KEY, 1500)).toBeUndefined();
});

it('once a file has changed it is nothing', async () => {
  const { root } = await recorded();
  writeFileSync(join(root, 'servers/api/cert.pem'), 'other');
  expect(idleRecord(root, KEY, 1500)).toBeUndefined();
});

it('a copy of the folder has none, times and all', async () => {
  const { root } = await recorded();
  const copy = join(work, `${++made}`);
  cpSync(root, copy, { recursive: true, preserveTimestamps: true });
  expect(idleRecord(copy, KEY, 1500)).toBeUndefined();
});

describe('a file that holds something else is nothing', () => {
  it.each<readonly [string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['less than a digest', Buffer.alloc(31)],
    ['a digest of nothing', sealed(Buffer.alloc(0))],
    ['no value of V8', sealed(Buffer.from('{}'))],
    ['null', sealed(serialize(null))],
    ['no states', sealed(serialize({ key: KEY, from: 0, until: 1e12, entities: 3 }))],
    ['states of another kind', sealed(serialize({ key: KEY, from: 0, until: 1e12, paths: 3, values: 'x' }))],
    [
      'too few states',
      sealed(serialize({ key: KEY, from: 0, until: 1e12, paths: 'a\0b', values: new Float64Array(3) })),
    ],
    ['no times', sealed(serialize({ key: KEY, paths: '', values: new Float64Array(8) }))],
  ])('%s', async (_, content) => {
    const { root } = await recorded();
    writeFileSync(fileIn(root), content);
    expect(idleRecord(root, KEY, 1500)).toBeUndefined();
  });

  it('one bit turned, and one octet less', async () => {
    const { root } = await recorded();
    const whole = readFileSync(fileIn(root));
    for (let at = 0; at < whole.length; at += 5) {
      const turned = Buffer.from(whole);
      turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(fileIn(root), turned);
      expect(idleRecord(root, KEY, 1500), `octet ${at}`).toBeUndefined();
    }
    writeFileSync(fileIn(root), whole.subarray(0, -1));
    expect(idleRecord(root, KEY, 1500)).toBeUndefined();
    writeFileSync(fileIn(root), whole);
    expect(idleRecord(root, KEY, 1500)).toBeDefined();
  });
});

it('a link is nothing, nor what is in a folder that others may write to', async () => {
  const { root, record } = await recorded();
  const other = await recorded();
  await through(other.root, ({ own }) => own.unlink('idle.bin'));
  symlinkSync(fileIn(root), fileIn(other.root));
  expect(idleRecord(other.root, KEY, 1500)).toBeUndefined();
  chmodSync(join(root, '.pki'), 0o777);
  const opened = { ...record, states: { ...record.states } };
  opened.states.values.set([statSync(join(root, '.pki')).mode], 8 * record.states.paths.indexOf('.pki') + 2);
  writeFileSync(fileIn(root), sealed(serialize(opened)));
  expect(idleRecord(root, KEY, 1500)).toBeUndefined();
});

itWhen(process.getuid?.() === 0, 'another user needs root', 'nor what another user owns', async () => {
  const { root } = await recorded();
  chownSync(fileIn(root), 65_534, 65_534);
  expect(idleRecord(root, KEY, 1500)).toBeUndefined();
});

it('is dropped, where there is one', async () => {
  const { root } = await recorded();
  await through(root, ({ own }) => dropIdle(own));
  expect(readIdle(root)).toBeUndefined();
  await through(root, ({ own }) => dropIdle(own));
});

it('is read whether it holds or not', async () => {
  const { root, record } = await recorded();
  writeFileSync(join(root, 'servers/api/cert.pem'), 'other');
  expect(readIdle(root)).toEqual(record);
});

it('what cannot be written is no error', async () => {
  const { root, record } = await recorded();
  await through(root, ({ own }) => own.unlink('idle.bin'));
  mkdirSync(join(fileIn(root), 'in the way'), { recursive: true });
  await through(root, ({ own }) => saveIdle(own, record));
  expect(idleRecord(root, KEY, 1500)).toBeUndefined();
});

it('the key is of the manifest and of the user', () => {
  const own = idleKey(KEY);
  expect(own).toMatch(/^[0-9a-f]{64}$/);
  expect(idleKey(KEY)).toBe(own);
  expect(idleKey('cd'.repeat(32))).not.toBe(own);
});

it('whom the environment trusts is part of it', () => {
  const own = idleKey(KEY);
  const before = process.env['PKI_TRUST_OWNER'];
  process.env['PKI_TRUST_OWNER'] = '4711';
  try {
    expect(idleKey(KEY)).not.toBe(own);
  } finally {
    if (before === undefined) delete process.env['PKI_TRUST_OWNER'];
    else process.env['PKI_TRUST_OWNER'] = before;
  }
});
