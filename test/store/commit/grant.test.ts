/** Whose an entity's files become, and which mode they get with it. */
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { filePath, folderOf } from '../../../src/pki/files.ts';
import type { Grant } from '../../../src/pki/ownership.ts';
import { grantFolder, grantPlaced, grantStaged } from '../../../src/store/commit/grant.ts';
import { Folder } from '../../../src/store/folder.ts';
import { OutputFolder } from '../../../src/store/output-folder.ts';
import { StepError } from '../../../src/store/step-error.ts';
import { aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { smallCertificate } from '../../helpers/small-certificates.ts';

const OURS = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const AS_IS: Grant = { uid: null, gid: null, stated: {}, files: [], isOwnFolder: true };
const server = aServer({ name: 'api' });
const { pem, der } = smallCertificate('api');
const KEY = '-----BEGIN PRIVATE KEY-----\n';

/** `600 7:8`; without an owner where that is us. */
function shown(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  const isOurs = uid === OURS.uid && gid === OURS.gid;
  return `${(mode & 0o7777).toString(8)}${isOurs ? '' : ` ${uid}:${gid}`}`;
}

function write(path: string, content: string | Buffer, mode: number): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

describe('modes in staging', () => {
  it.each<[stated: Grant['stated'], key: string, cert: string]>([
    [{}, '600', '644'],
    [{ owner: 'www' }, '600', '644'],
    [{ group: 'www' }, '640', '644'],
    [{ mode: 0o400 }, '400', '444'],
    [{ mode: 0o440, group: 'www' }, '440', '444'],
    [{ mode: 0o600, group: 'www' }, '600', '644'],
    [{ mode: 0o660 }, '660', '644'],
  ])('%j: the key %s, the certificate %s', (stated, key, cert) => {
    const root = memoryFolder();
    write(join(root, 'key.pem'), '', 0o600);
    write(join(root, 'cert.pem'), '', 0o644);
    write(join(root, 'chain.pem'), '', 0o600);
    using staged = Folder.open(root);
    grantStaged(staged, ['key', 'cert'], undefined);
    expect(['key.pem', 'cert.pem'].map((name) => shown(join(root, name)))).toEqual(['600', '644']);
    grantStaged(staged, ['key', 'cert'], { ...AS_IS, stated });
    expect(['key.pem', 'cert.pem'].map((name) => shown(join(root, name)))).toEqual([key, cert]);
    expect(shown(join(root, 'chain.pem'))).toBe('600');
  });
});

/** Modes and owners of these files, and of their folder, after a change; or what stood in its way. */
async function placed(
  files: Readonly<Partial<Record<Artifact, readonly [content: string | Buffer, mode: number]>>>,
  chmods: readonly Artifact[],
  grant: Partial<Grant> | undefined,
  prepare: (path: (file: Artifact) => string) => void = () => {},
): Promise<unknown> {
  const root = memoryFolder();
  const at = (file: Artifact): string => join(root, filePath(server, file));
  const names = Object.keys(files) as Artifact[];
  for (const file of names) write(at(file), ...(files[file] ?? ['', 0]));
  prepare(at);
  using output = await OutputFolder.open(root);
  let fault: unknown;
  try {
    grantPlaced(output, server, { chmods, ...(grant && { grant: { ...AS_IS, ...grant } }) });
  } catch (error) {
    fault = error instanceof StepError ? error.cause : error;
  }
  const modes = Object.fromEntries(names.map((file) => [file, shown(at(file))]));
  const folder = shown(join(root, folderOf(filePath(server, 'key'))));
  return { ...modes, folder: folder.split(' ')[1], ...(fault === undefined ? {} : { fault }) };
}

const path = (file: Artifact): string => filePath(server, file);
const ANOTHER_NAME = 'it has another name as well';

describe('modes in their places', () => {
  it.each<
    [
      what: string,
      file: Artifact,
      before: readonly [string | Buffer, number],
      stated: Grant['stated'] | null,
      after: string,
    ]
  >([
    ['a key that is too open', 'key', [KEY, 0o644], null, '600'],
    ['a key that our own group may read', 'key', [KEY, 0o640], null, '600'],
    ['a key whose mode is stated', 'key', [KEY, 0o644], { mode: 0o400 }, '400'],
    ['a key whose owner alone is stated', 'key', [KEY, 0o644], { owner: 'www' }, '600'],
    ['a certificate', 'cert', [pem, 0o666], null, '644'],
    ['a certificate that is too closed', 'cert', [pem, 0o600], {}, '644'],
    ['a certificate beside a key whose mode is stated', 'cert', [pem, 0o666], { mode: 0o440 }, '444'],
    ['a certificate in DER', 'der', [der, 0o666], null, '644'],
  ])('%s', async (_, file, before, stated, after) => {
    const files = { [file]: before, chain: [pem, 0o666] } as const;
    expect(await placed(files, [file], stated === null ? undefined : { stated })).toEqual({
      [file]: after,
      chain: '666',
      folder: undefined,
    });
  });

  it.each<[what: string, file: Artifact, content: string | Buffer]>([
    ['a key', 'cert', KEY],
    ['a certificate and a key', 'chain', `${pem}${KEY}`],
    ['DER', 'cert', der],
    ['nothing', 'cert', ''],
    ['a text', 'ca', 'hello'],
    ['PEM', 'der', pem],
    ['two certificates', 'der', Buffer.concat([der, der])],
  ])('are as they were where a file holds %s and its name says otherwise', async (_, file, content) => {
    expect(await placed({ [file]: [content, 0o666] }, [file], undefined)).toEqual({
      [file]: '666',
      folder: undefined,
      fault: { kind: 'changed', path: path(file) },
    });
  });

  it('are not opened where a file has another name as well, and closed all the same', async () => {
    const link = (at: (file: Artifact) => string) => linkSync(at('cert'), at('chain'));
    expect(await placed({ cert: [pem, 0o600] }, ['cert'], undefined, link)).toMatchObject({
      cert: '600',
      fault: { kind: 'changed', path: path('cert'), detail: ANOTHER_NAME },
    });
    expect(await placed({ cert: [pem, 0o666] }, ['cert'], undefined, link)).toEqual({ cert: '644' });
    // What its owner may do with it besides opens it to no other.
    expect(await placed({ cert: [pem, 0o446] }, ['cert'], undefined, link)).toEqual({ cert: '644' });
  });

  it('of files that are not there cannot be changed', async () => {
    const fault = expect.objectContaining({ code: 'ENOENT' });
    expect(await placed({ cert: [pem, 0o666] }, ['key', 'cert'], undefined)).toMatchObject({
      cert: '666',
      fault,
    });
  });
});

describe.skipIf(OURS.uid !== 0)('owners (needs root)', () => {
  const to = (uid: number | null, gid: number | null, given: Partial<Grant> = {}): Partial<Grant> => ({
    uid,
    gid,
    files: ['key', 'cert'],
    ...given,
  });
  const files = { key: [KEY, 0o600], cert: [pem, 0o644], chain: [pem, 0o644] } as const;

  it.each<[uid: number | null, gid: number | null, after: string | undefined]>([
    [7, 8, '7:8'],
    [7, null, '7:0'],
    [null, 8, '0:8'],
    [0, 8, '0:8'],
    [7, 0, '7:0'],
    [null, null, undefined],
    [0, 0, undefined],
  ])('user %j and group %j: %j', async (uid, gid, after) => {
    const own = (mode: string) => (after === undefined ? mode : `${mode} ${after}`);
    expect(await placed(files, [], to(uid, gid))).toEqual({
      key: own('600'),
      cert: own('644'),
      chain: '644',
      folder: after,
    });
    const root = memoryFolder();
    write(join(root, 'key.pem'), '', 0o600);
    using staged = Folder.open(root);
    grantStaged(staged, ['key'], { ...AS_IS, uid, gid });
    expect(shown(join(root, 'key.pem'))).toBe(own('600'));
  });

  it('a folder that is shared stays whose it is', async () => {
    expect(await placed(files, [], to(7, 8, { isOwnFolder: false }))).toMatchObject({
      key: '600 7:8',
      folder: undefined,
    });
    const root = memoryFolder();
    using folder = Folder.open(root);
    grantFolder(folder, undefined);
    grantFolder(folder, { ...AS_IS, uid: 7, isOwnFolder: false });
    expect(lstatSync(root).uid).toBe(0);
  });

  it('a file with another name is given to no one, and stays with the one who has it', async () => {
    const link = (at: (file: Artifact) => string) => linkSync(at('key'), `${at('key')}.link`);
    const fault = { kind: 'changed', path: path('key'), detail: ANOTHER_NAME };
    expect(await placed({ key: [KEY, 0o600] }, [], to(7, null, { files: ['key'] }), link)).toEqual({
      key: '600',
      fault,
    });
    expect(await placed({ key: [KEY, 0o600] }, [], to(0, 8, { files: ['key'] }), link)).toEqual({
      key: '600',
      fault,
    });
    const given = (at: (file: Artifact) => string) => {
      link(at);
      chownSync(at('key'), 7, 8);
    };
    expect(await placed({ key: [KEY, 0o644] }, ['key'], to(7, 8, { files: [] }), given)).toEqual({
      key: '640 7:8',
      folder: '7:8',
    });
    // Only one of the two is stated, and is right already.
    for (const [uid, gid] of [
      [7, 8],
      [7, null],
      [null, 8],
    ] as const)
      expect(
        await placed({ key: [KEY, 0o640] }, [], to(uid, gid, { files: ['key'], isOwnFolder: false }), given),
      ).toEqual({
        key: '640 7:8',
      });
    for (const [uid, gid] of [
      [7, 9],
      [9, 8],
      [null, 9],
      [9, null],
    ] as const)
      expect(
        await placed({ key: [KEY, 0o640] }, [], to(uid, gid, { files: ['key'], isOwnFolder: false }), given),
      ).toEqual({
        key: '640 7:8',
        fault,
      });
  });

  it('a group that may read a key goes on reading it, and may do no more', async () => {
    const shared = (at: (file: Artifact) => string) => chownSync(at('key'), 0, 8);
    const after = async (mode: number) => placed({ key: [KEY, mode] }, ['key'], undefined, shared);
    expect(await after(0o644)).toEqual({ key: '640 0:8' });
    expect(await after(0o664)).toEqual({ key: '600 0:8' });
    expect(await after(0o604)).toEqual({ key: '600 0:8' });
  });
});
