/** How the steps of a plan went, by an engine that makes what a table says: what failed, what was skipped, what is heard of it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OpensslError } from '../../src/engine/openssl-call.ts';
import type { EntityId } from '../../src/pki/entity.ts';
import { type EngineMake, outputsOf } from '../../src/plan/make.ts';
import { makeStep, type Step, stepId } from '../../src/plan/step.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { execute } from '../../src/run/execute.ts';
import type { Run } from '../../src/run/run.ts';
import { Staging } from '../../src/run/staging.ts';
import { entitiesAtOnce } from '../../src/store/descriptor.ts';
import { readPlaces } from '../../src/store/observe/places.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { aChange, anAuthority, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const WEB = aServer({ name: 'web' });
const layout = { folder: 'elsewhere', files: {} };
const MOVED = aServer({ name: 'moved', layout });
const PINNED = aServer({ name: 'pinned', layout });
const BY_ID = new Map([ROOT, API, WEB, MOVED, PINNED].map((entity) => [entity.id, entity]));

const request = (of: EntityId): Step =>
  makeStep({ op: 'request', of, key: { kind: 'file', of, isNew: true } }, []);
const publicKey = (of: EntityId, needs: readonly string[]): Step =>
  makeStep({ op: 'public', of, key: { kind: 'file', of, isNew: true } }, needs);
const publishing = (entity: EntityId, needs: readonly string[]): Step => ({
  kind: 'publish',
  id: stepId('publish', entity),
  entity,
  needs,
});
const removal = (entity: EntityId): Step => ({
  kind: 'remove',
  id: stepId('remove', entity),
  entity,
  needs: [],
});

let root: string;
beforeEach(() => {
  root = memoryFolder();
});

type Making = (make: EngineMake, write: () => void) => void;

/** What comes of these steps, and what is heard of them. @param making what the engine does; by default all that is asked. */
async function ran(
  steps: readonly Step[],
  making: Making = (_, write) => write(),
  signal?: AbortSignal,
  flush?: Run['flush'],
) {
  const heard: string[] = [];
  using output = await OutputFolder.open(root);
  using staging = new Staging(output, 'run-1');
  const engine = {
    atOnce: 1,
    perform(make: EngineMake) {
      const write = (): void => {
        for (const file of outputsOf(make)) writeFileSync(join(root, staging.name(make.of, file)), 'x');
      };
      making(make, write);
      return Promise.resolve('openssl');
    },
  };
  const changes = new Map(
    steps.map(({ entity, kind }) => [
      entity,
      aChange({ id: entity, action: kind === 'remove' ? kind : 'refresh' }),
    ]),
  );
  const run = { root, output, staging, engine, byId: BY_ID, changes, flush } as never as Run;
  const listener = (event: RunEvent): void => {
    const because = event.kind === 'step-skipped' ? ` because of ${event.because}` : '';
    heard.push('step' in event ? `${event.kind} ${event.step.id}${because}` : event.kind);
  };
  const options = { pinned: new Set([PINNED.id]), listener, ...(signal === undefined ? {} : { signal }) };
  const execution = await execute(run, steps, options);
  return { ...execution, heard };
}

/** Of openssl, that says this. */
function failed(stderr: string): OpensslError {
  const output = { stdout: '', stderr, program: '/opt/openssl' };
  return new OpensslError({ kind: 'exit', program: 'openssl', code: 1 }, 'openssl req -new', output);
}

const fails =
  (of: EntityId, error: Error): Making =>
  (make, write) => {
    if (make.of === of) throw error;
    write();
  };

it('nothing to do is done at once', async () => {
  expect(await ran([])).toEqual({ failures: [], skipped: [], published: [], heard: ['started'] });
});

it('steps begin and end one after the other, and who is published is known', async () => {
  const steps = [request(API.id), publishing(API.id, [request(API.id).id])];
  expect(await ran(steps)).toEqual({
    failures: [],
    skipped: [],
    published: [API.id],
    heard: [
      'started',
      `step-started request ${API.id}`,
      `step-done request ${API.id}`,
      `step-started publish ${API.id}`,
      `step-done publish ${API.id}`,
    ],
  });
});

it('where files are is known before anything is made, but for what stays as it was', async () => {
  await ran([]);
  expect([...readPlaces(root).keys()]).toEqual([MOVED.id]);
});

it.each<[string, number, Run['flush']]>([
  ['six', 6, undefined],
  ['with one flush for all of them sixty-four', 64, {} as Run['flush']],
])('of entities, %s are published at once', async (_, most, flush) => {
  const steps = Array.from({ length: 80 }, () => API.id).map((id, i) => ({
    ...publishing(id, []),
    id: `publish ${i}`,
  }));
  const { heard } = await ran(steps, undefined, undefined, flush);
  const begun = heard.slice(
    1,
    heard.findIndex((line) => line.startsWith('step-done')),
  );
  expect(begun).toHaveLength(entitiesAtOnce(most));
});

describe('a step that fails', () => {
  it('skips what needs it, of its own entity and of others, which alone are skipped', async () => {
    const first = request(ROOT.id);
    const own = publishing(ROOT.id, [first.id]);
    const steps = [first, own, publishing(API.id, [own.id]), publishing(WEB.id, [])];
    const { failures, skipped, published, heard } = await ran(steps, fails(ROOT.id, new Error('no')));
    expect(failures).toEqual([
      { entity: ROOT.id, step: 'request', problem: 'no', command: null, stderr: '' },
    ]);
    expect([skipped, published]).toEqual([[API.id], [WEB.id]]);
    expect(heard.filter((line) => /failed|skipped/.test(line))).toEqual([
      `step-failed request ${ROOT.id}`,
      `step-skipped publish ${ROOT.id} because of ${ROOT.id}`,
      `step-skipped publish ${API.id} because of ${ROOT.id}`,
    ]);
  });

  it('is a failure and not skipped, though something else of its entity was', async () => {
    const first = request(ROOT.id);
    const steps = [first, publicKey(API.id, [first.id]), request(API.id)];
    const making: Making = () => {
      throw new Error('no');
    };
    const { failures, skipped } = await ran(steps, making);
    expect(failures.map(({ entity }) => entity).sort()).toEqual([ROOT.id, API.id].sort());
    expect(skipped).toEqual([]);
    // Also where it had failed before.
    const early = { ...request(API.id), weight: 100 } as Step;
    const again = await ran([first, publicKey(API.id, [first.id]), early], making);
    expect([again.failures.map(({ entity }) => entity), again.skipped]).toEqual([[API.id, ROOT.id], []]);
  });

  it('of openssl has its command and its words, without those that it says when all is well', async () => {
    const words = [
      'Using configuration from /dev/null',
      'Check that the request matches the signature',
      'Signature ok',
      "The Subject's Distinguished Name is as follows",
      'commonName            :ASN.1 12:api',
      'Certificate is to be certified until Jan  1 00:00:00 2027 GMT (90 days)',
      'Write out database with 1 new entries',
      'Database updated',
      '....+++*-.',
      '',
      'unable to write: Signature ok',
      'Error: no space',
    ].join('\n');
    const { failures } = await ran([request(API.id)], fails(API.id, failed(words)));
    expect(failures).toEqual([
      {
        entity: API.id,
        step: 'request',
        problem: 'openssl exited with 1',
        command: 'openssl req -new',
        stderr: 'unable to write: Signature ok\nError: no space',
      },
    ]);
  });

  it('for want of an algorithm names it, and the program that lacks it', async () => {
    const line =
      '40:error:0308010C:digital envelope routines:inner:unsupported:x.c:1:Global default, Algorithm (ML-DSA-44 : 0)';
    const { failures } = await ran([request(API.id)], fails(API.id, failed(line)));
    expect(failures[0]?.lacks).toEqual({ algorithm: 'ML-DSA-44', program: '/opt/openssl' });
  });

  it('may be one that says that all is well, and has made nothing', async () => {
    const { failures } = await ran([request(API.id)], () => undefined);
    expect(failures.map(({ problem }) => problem)).toEqual([
      'openssl did not make ".pki/stage/run-1/servers.api/key.pem"',
    ]);
  });
});

it('what an interruption ended did not fail, and what came before it did', async () => {
  const interruption = new AbortController();
  const making: Making = (make) => {
    if (make.of === API.id) interruption.abort();
    throw new Error(`no ${make.of}`);
  };
  const steps = [request(WEB.id), request(API.id), request(ROOT.id)];
  const { failures, heard, skipped } = await ran(steps, making, interruption.signal);
  expect(failures.map(({ problem }) => problem)).toEqual([`no ${WEB.id}`]);
  expect(heard.filter((line) => line.startsWith('step-failed'))).toHaveLength(2);
  expect(skipped).toEqual([]);
});

it('an entity that left the manifest goes to the archive', async () => {
  using output = await OutputFolder.open(root);
  (await output.ensure('servers/gone', 0o755))[Symbol.dispose]();
  writeFileSync(join(root, 'servers/gone/cert.pem'), 'x');
  expect((await ran([removal('servers/gone')])).published).toEqual(['servers/gone']);
  expect(existsSync(join(root, 'servers/gone'))).toBe(false);
  expect(existsSync(join(root, '.pki/archive/servers/gone/run-1/cert.pem'))).toBe(true);
});
