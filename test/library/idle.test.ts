/** A project with nothing to do is known by its record, and only while all of that is so. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { knownIdle } from '../../src/library/idle.ts';
import { clock } from '../../src/library/project.ts';
import { fileStates } from '../../src/store/file-states.ts';
import { type IdleRecord, idleKey, saveIdle } from '../../src/store/idle-record.ts';
import { manifestKey } from '../../src/store/kept-manifest.ts';
import { readManifest } from '../../src/store/manifest-file.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { through } from '../helpers/output.ts';

const TEXT = 'version: 1\noutput: certs\nauthorities: { root: { commonName: Root } }\n';
const BUILD = 'one build';

/** A manifest, and its output as a run has left it. */
async function recorded(changes: Partial<IdleRecord> = {}) {
  const folder = temporaryFolder();
  const [manifest, root] = [join(folder, 'pki.yaml'), join(folder, 'certs')];
  const certificate = join(root, 'authorities/root/cert.pem');
  writeFileSync(manifest, TEXT);
  mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
  mkdirSync(join(root, 'authorities/root'), { recursive: true });
  writeFileSync(certificate, 'cert');
  const read = readManifest(manifest);
  const states = fileStates(root);
  const key = read.ok ? manifestKey(read.text, manifest, read.state, BUILD) : undefined;
  if (key === undefined || states === undefined) throw new Error('nothing to record');
  const [from, until] = [clock() - 60, clock() + 86_400];
  const record = { key: idleKey(key), output: 'certs', entities: 30, from, until, states, ...changes };
  await through(root, ({ own }) => saveIdle(own, record));
  return { folder, manifest, root, certificate };
}

it('has as many entities as were recorded', async () => {
  const { manifest } = await recorded();
  expect(knownIdle(manifest, BUILD)).toBe(30);
});

describe('nothing is known', () => {
  it.each<[string, Partial<IdleRecord>]>([
    ['where what is found says that it is of another place', { output: 'pki' }],
    ['of another manifest', { key: 'ab'.repeat(32) }],
    ['once something is due', { until: clock() - 1 }],
    ['by a clock that was set back', { from: clock() + 86_400 }],
  ])('%s', async (_, changes) => {
    const { manifest } = await recorded(changes);
    expect(knownIdle(manifest, BUILD)).toBeUndefined();
  });

  it.each<[string, (files: Awaited<ReturnType<typeof recorded>>) => void]>([
    ['of a text that has changed', ({ manifest }) => writeFileSync(manifest, `${TEXT}# more\n`)],
    [
      'where its file is another one',
      ({ manifest }) => {
        rmSync(manifest);
        writeFileSync(manifest, TEXT);
      },
    ],
    ['without a manifest', ({ manifest }) => rmSync(manifest)],
    ['without an output', ({ root }) => rmSync(root, { recursive: true })],
    ['where a file has changed', ({ certificate }) => writeFileSync(certificate, 'other')],
    ['where a file is gone', ({ certificate }) => rmSync(certificate)],
  ])('%s', async (_, change) => {
    const files = await recorded();
    change(files);
    expect(knownIdle(files.manifest, BUILD)).toBeUndefined();
  });

  it('by another program, or by one that does not know which it is', async () => {
    const { manifest } = await recorded();
    expect([knownIdle(manifest, 'another build'), knownIdle(manifest)]).toEqual([undefined, undefined]);
  });
});

it('of a manifest in a pipe nothing is known, and it is left for what reads it next', async () => {
  const { folder, manifest } = await recorded();
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'cat "$0" >"$1"', manifest, pipe], { stdio: 'ignore' });
  const written = once(writer, 'close');
  expect(knownIdle(pipe, BUILD)).toBeUndefined();
  const descriptor = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(descriptor));
  await written;
  const bytes = Buffer.alloc(TEXT.length + 1);
  expect(bytes.toString('latin1', 0, readSync(descriptor, bytes))).toBe(TEXT);
});
