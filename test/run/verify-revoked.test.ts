/** Revoked entities: of which openssl is asked, what it has to say, and which lists are about to end. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Openssl, OpensslError } from '../../src/engine/openssl-call.ts';
import type { Command } from '../../src/openssl/command.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { checkRevoked, endingLists, goneEntities } from '../../src/run/verify-revoked.ts';
import type { CallEnd } from '../../src/words/openssl-call.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { anAuthority, aServer, DAY, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { smallCertificate, smallList } from '../helpers/small-certificates.ts';

const LIST = {
  url: [],
  list: { validity: 2 * DAY, renewBefore: { kind: 'seconds', seconds: DAY / 2 } },
} as const;
const REVOKED = { revoked: { reason: null } } as const;
const ROOT = anAuthority({ name: 'root', crl: LIST });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, crl: LIST });
const API = aServer({ name: 'api', issuer: SUB.id, ...REVOKED });
const root = smallCertificate('root');
const sub = smallCertificate('sub', { issuer: root });
const api = smallCertificate('api', { issuer: sub, isAuthority: false });
const SET = '.pki/archive/servers/api/2026-11-01T000000Z-000000';
const list = (by: typeof root): string => pemOf(smallList(by), 'X509 CRL');

type Files = Readonly<Record<string, string | null>>;
const FILES: Files = {
  [`${ROOT.id}/cert.pem`]: root.pem,
  [`${ROOT.id}/crl.pem`]: list(root),
  [`${SUB.id}/cert.pem`]: sub.pem,
  [`${SUB.id}/crl.pem`]: list(sub),
  [`${SET}/key.pem`]: 'key',
  [`${SET}/cert.pem`]: api.pem,
};

/** @param more `null`: it is not there. */
function folderOf(more: Files = {}): string {
  const folder = memoryFolder();
  mkdirSync(join(folder, '.pki'), { mode: 0o700 });
  for (const [path, text] of Object.entries({ ...FILES, ...more })) {
    if (text === null) continue;
    mkdirSync(join(folder, path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const ALL = [ROOT, SUB, API];
const gone = (more: Files = {}, entities: readonly Entity[] = ALL, now = NOW) =>
  goneEntities(entities, { root: folderOf(more), now });

describe('an entity is gone', () => {
  it('where it is revoked, and its files are in the archive', () => {
    expect(gone()).toEqual([
      { entity: API, issuers: [SUB, ROOT], cert: Buffer.from(api.pem), serial: '01', isCurrent: true },
    ]);
  });

  const withdrawn = { ...SUB, ...REVOKED };
  it.each<[string, Files, readonly Entity[]]>([
    ['it is not revoked', {}, [ROOT, SUB, aServer({ name: 'api', issuer: SUB.id })]],
    ['its files are still there', { [`${API.id}/cert.pem`]: api.pem }, ALL],
    ['its issuer is revoked with it', {}, [ROOT, withdrawn, API]],
    ['nothing of it is archived', { [`${SET}/cert.pem`]: null }, ALL],
    ['its key is not archived', { [`${SET}/key.pem`]: null }, ALL],
    ['its certificate is damaged', { [`${SET}/cert.pem`]: 'x' }, ALL],
  ])('but not where %s', (_, files, entities) => expect(gone(files, entities)).toEqual([]));

  it('until its certificate ends: no list has it then', () => {
    expect(gone({}, ALL, NOW + DAY)).toHaveLength(1);
    expect(gone({}, ALL, NOW + DAY + 1)).toEqual([]);
  });

  it.each<[string, Files, boolean]>([
    ['is another by now', { [`${SUB.id}/cert.pem`]: smallCertificate('sub', { issuer: root }).pem }, false],
    ['is not there', { [`${SUB.id}/cert.pem`]: null }, false],
    ['of the root is another', { [`${ROOT.id}/cert.pem`]: smallCertificate('root').pem }, true],
  ])('also where the key of its issuer %s', (_, files, isCurrent) => {
    expect(gone(files).map((one) => one.isCurrent)).toEqual([isCurrent]);
  });
});

/** What openssl says: an error code and its words, `null` where it accepts; and what it was asked. */
async function checked(said: string | null, more: Files = {}, entities: readonly Entity[] = ALL) {
  const folder = folderOf(more);
  const calls: { readonly args: readonly string[]; readonly there: readonly boolean[] }[] = [];
  const call = (copies: string): Openssl => ({
    run({ args }: Command) {
      const files = args.filter((arg) => arg.endsWith('.pem'));
      calls.push({ args, there: files.map((file) => existsSync(join(copies, file))) });
      const output = { stdout: '', stderr: said ?? '', program: 'openssl' };
      const end: CallEnd = { kind: 'exit', program: 'openssl', code: 2 };
      return said === null ? Promise.resolve('') : Promise.reject(new OpensslError(end, 'openssl', output));
    },
  });
  const found = goneEntities(entities, { root: folder, now: NOW });
  const checks = await checkRevoked(found, { root: folder, binary: 'openssl', now: NOW }, call);
  return { checks, calls };
}

describe('a revoked certificate', () => {
  const says = (text: string): string => `revoked-01.pem: verification failed\nerror ${text}\n`;
  it.each<[string, string | null, string | null]>([
    ['is well where openssl finds it on a list', says('23 at 0 depth lookup: certificate revoked'), null],
    ['is not where it is accepted', null, 'it is accepted'],
    [
      'is not where an issuer is revoked',
      says('23 at 1 depth lookup: certificate revoked'),
      'error 23 at 1 depth lookup: certificate revoked',
    ],
    [
      'is not where it is refused for anything else',
      says('3 at 0 depth lookup: unable to get certificate CRL'),
      'error 3 at 0 depth lookup: unable to get certificate CRL',
    ],
  ])('%s', async (_, said, problem) => {
    expect((await checked(said)).checks).toEqual([{ entity: API.id, serial: '01', problem }]);
  });

  it('is judged by all that is there of its issuers', async () => {
    const files = [`${SUB.id}/cert.pem`, `${ROOT.id}/cert.pem`];
    const { calls } = await checked(null);
    expect(calls).toEqual([
      {
        args: [
          'verify',
          '-attime',
          String(NOW),
          '-x509_strict',
          '-CAfile',
          files[1],
          '-untrusted',
          files[0],
          '-crl_check_all',
          '-CRLfile',
          `${SUB.id}/crl.pem`,
          '-CRLfile',
          `${ROOT.id}/crl.pem`,
          'revoked-01.pem',
        ],
        there: [true, true, true, true, true],
      },
    ]);
    const alone = await checked(null, { [`${ROOT.id}/crl.pem`]: null });
    expect(alone.calls[0]?.args.slice(8, -1)).toEqual(['-crl_check', '-CRLfile', `${SUB.id}/crl.pem`]);
    expect((await checked(null, { [`${ROOT.id}/cert.pem`]: null })).calls[0]?.there).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('with an extension that its readers alone know is judged without that', async () => {
    const extension = { oid: '1.2.3.4', critical: true, der: '0500' };
    const own = { ...API, extensions: [extension] };
    expect((await checked(null)).calls[0]?.args).not.toContain('-ignore_critical');
    expect((await checked(null, {}, [ROOT, SUB, own])).calls[0]?.args).toContain('-ignore_critical');
  });

  it('is an error where openssl was ended, and nothing where none is revoked', async () => {
    const ended = (end: CallEnd) => (): Openssl => ({
      run: () =>
        Promise.reject(new OpensslError(end, 'openssl', { stdout: '', stderr: '', program: 'openssl' })),
    });
    const options = { root: folderOf(), binary: 'openssl', now: NOW };
    const killed = ended({ kind: 'signal', program: 'openssl', signal: 'SIGKILL' });
    await expect(checkRevoked(goneEntities(ALL, options), options, killed)).rejects.toMatchObject({
      cause: { kind: 'openssl-fails' },
    });
    // By the signal of who asked, which is no fault of openssl.
    const aborted = ended({ kind: 'interrupted' });
    await expect(checkRevoked(goneEntities(ALL, options), options, aborted)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await checkRevoked([], options, killed)).toEqual([]);
  });
});

describe('a list is about to end', () => {
  const END = NOW + DAY;
  const ending = (now: number, more: Files = {}) => endingLists([ROOT, API], { root: folderOf(more), now });

  it.each([
    [DAY / 2 + 1, false],
    [DAY / 2, true],
    [0, true],
    [-1, true],
  ])('%d seconds before: %s', (secondsLeft, isEnding) => {
    const expected = { entity: ROOT.id, nextUpdate: END, secondsLeft };
    expect(ending(END - secondsLeft)).toEqual(isEnding ? [expected] : []);
  });

  it('of those that can be read', () => {
    expect(ending(END, { [`${ROOT.id}/crl.pem`]: 'x' })).toEqual([]);
    expect(ending(END, { [`${ROOT.id}/crl.pem`]: null })).toEqual([]);
    expect(endingLists([anAuthority({ name: 'root' })], { root: folderOf(), now: END })).toEqual([]);
  });
});
