/** What was made is judged file by file, against what was asked and against the rest, before any of it is published. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/pki/artifact.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { filePath } from '../../src/pki/files.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Work } from '../../src/plan/change.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { Expected } from '../../src/run/expected.ts';
import { Published } from '../../src/run/published.ts';
import { verifyStaged } from '../../src/run/verify-staged.ts';
import { observe } from '../../src/store/observe/observe.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { StepError } from '../../src/store/step-error.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { aChange, anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const CONVERTED = ['der', 'pkcs7', 'pkcs8-der'] as const;
const WRITES: readonly Artifact[] = ['key', 'csr', 'cert', 'fullchain', 'public', ...CONVERTED];
const ROOT = anAuthority();
const API = aServer({ name: 'api', outputs: ['key', 'csr', 'cert', 'fullchain', 'public', ...CONVERTED] });
const ALL = anInventory(ROOT, API);
const [OURS, THEIRS] = [memoryFolder(), memoryFolder()];

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => NOW, processes: 1, engine: 'node' } as const;
  for (const root of [OURS, THEIRS]) await applyInventory(ALL, { root, ...options, consents: new Set() });
});

const fileIn = (root: string, artifact: Artifact, entity: Entity = API): Buffer =>
  readFileSync(join(root, filePath(entity, artifact)));

type Files = Readonly<Partial<Record<Artifact, Buffer>>>;

/** What the check says where the run made these, and our files otherwise; by what makes each file. */
async function judged(given: Files, change: object = {}, entity: Entity = API): Promise<unknown> {
  const { notBefore, notAfter } = parseCertificate(fileIn(OURS, 'cert'));
  const issuance = { notBefore, notAfter, cappedBy: null, subjectKeyId: null };
  const work = {
    id: entity.id,
    action: 'create',
    newKey: true,
    issuance,
    writes: WRITES,
    ...change,
  } as const;
  const byId = byIdOf([ROOT, entity]);
  const changes = new Map([ROOT, API].map(({ id }) => [id, aChange({ id, action: 'keep' })]));
  using output = await OutputFolder.open(OURS);
  const seen = observe(OURS, ALL);
  const run = {
    byId,
    reader: new Reader(),
    published: new Published(output, byId, changes, new Expected(seen)),
    staging: {
      read: (_: string, file: Artifact) => given[file] ?? fileIn(OURS, file),
      name: (_: string, file: string) => `staged ${file}`,
      makerOf: (_: string, file: string) => `who made ${file}`,
    },
  };
  try {
    const { issued, cross } = await verifyStaged(
      run as never,
      entity,
      aChange(work as never) as unknown as Work,
    );
    return { issued: issued?.fingerprint ?? null, cross };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const { cause } = error;
    return 'objections' in cause ? { ...cause, objections: cause.objections.map(({ kind }) => kind) } : cause;
  }
}

const ISSUED = () => ({ issued: parseCertificate(fileIn(OURS, 'cert')).fingerprint, cross: null });
const other = (maker: string, ...objections: readonly string[]) => {
  return { kind: 'made-other', maker: `who made ${maker}`, objections };
};
const otherContent = (artifact: Artifact) => {
  return { kind: 'made-other-content', maker: `who made ${artifact}`, artifact };
};

it('all that was asked for is there: the certificate goes into the ledger', async () => {
  expect(await judged({})).toEqual(ISSUED());
});

describe('a new set', () => {
  const PARTS: readonly Artifact[] = ['key', 'cert', 'csr', 'public', ...CONVERTED];
  it.each<[swapped: string, expected: object]>([
    ['csr', other('cert', 'request-key')],
    ['public', { kind: 'other-public-key' }],
    ['der', otherContent('der')],
    ['pkcs7', otherContent('pkcs7')],
    ['pkcs8-der', otherContent('pkcs8-der')],
    ['cert', otherContent('der')],
    ['key', otherContent('pkcs8-der')],
    ['key pkcs8-der', { kind: 'other-public-key' }],
    ['key pkcs8-der public', other('cert', 'request-key', 'certificate', 'certificate-key', 'extensions')],
    ['key pkcs8-der public csr', other('cert', 'certificate', 'certificate-key', 'extensions')],
    ['cert der', otherContent('pkcs7')],
  ])('with the %s of another one is refused', async (swapped, expected) => {
    const files = PARTS.filter((part) => swapped.split(' ').includes(part)).map((part) => {
      return [part, fileIn(THEIRS, part)] as const;
    });
    expect(await judged(Object.fromEntries(files))).toEqual(expected);
  });

  it.each(['csr', 'cert'] as const)('whose %s cannot be read is refused', async (artifact) => {
    const half = fileIn(OURS, artifact).subarray(0, 200);
    const writes = WRITES.filter((file) => file !== 'der' && file !== 'pkcs7');
    expect(await judged({ [artifact]: half }, { writes })).toEqual({
      kind: 'made-garbage',
      path: `staged ${artifact}`,
      maker: `who made ${artifact}`,
      detail: expect.stringMatching(/PEM|boundary|hold/),
    });
  });

  it.each(CONVERTED)('whose %s cannot be read is refused', async (artifact) => {
    expect(await judged({ [artifact]: Buffer.from('no DER') })).toMatchObject({
      kind: 'made-garbage',
      path: `staged ${artifact}`,
      maker: `who made ${artifact}`,
    });
  });

  it('whose certificate another authority has signed is refused', async () => {
    const writes = WRITES.filter((file) => !CONVERTED.some((one) => one === file));
    expect(await judged({ cert: fileIn(THEIRS, 'cert') }, { writes })).toMatchObject({
      kind: 'made-other',
      maker: 'who made cert',
      objections: expect.arrayContaining(['certificate-key', 'certificate-signature']),
    });
  });

  it('with a key of another kind than was asked for is refused', async () => {
    const rsa = { ...API, key: { algorithm: 'rsa', size: 2048 } } as const;
    expect(await judged({}, {}, rsa)).toMatchObject({ kind: 'made-other', maker: 'who made cert' });
  });
});

describe('a request alone', () => {
  const alone = { action: 'write', newKey: false, issuance: null, writes: ['csr'] };
  it('is held against the key that stays', async () => {
    expect(await judged({}, alone)).toEqual({ issued: null, cross: null });
    expect(await judged({ csr: fileIn(THEIRS, 'csr') }, alone)).toEqual(other('csr', 'request-key'));
  });

  it('has no certificate looked at', async () => {
    expect(await judged({ cert: fileIn(THEIRS, 'cert') }, alone)).toEqual({ issued: null, cross: null });
  });
});

describe('a public key alone', () => {
  const alone = { action: 'write', newKey: false, issuance: null, writes: ['public'] };
  it('is that of the key that stays', async () => {
    expect(await judged({}, alone)).toEqual({ issued: null, cross: null });
    expect(await judged({ public: fileIn(THEIRS, 'public') }, alone)).toEqual({ kind: 'other-public-key' });
    // A request beside it was not made by this run.
    expect(await judged({ csr: fileIn(THEIRS, 'csr') }, alone)).toEqual({ issued: null, cross: null });
  });
});

it('of an authority whose key is elsewhere there is nothing to judge', async () => {
  const anchor = anAuthority({ keyPlace: { kind: 'anchor', certificates: [], path: 'a.pem' } as never });
  const writes: readonly Artifact[] = ['cert', 'public'];
  expect(await judged({ public: fileIn(THEIRS, 'public') }, { writes }, anchor)).toEqual({
    issued: null,
    cross: null,
  });
});
