/** Which certificates openssl is asked about, in which calls, and what is made of its answers. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Openssl, OpensslError } from '../../src/engine/openssl-call.ts';
import type { Command } from '../../src/openssl/command.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { checkCertificates, copy, inCopies, userErrorOf } from '../../src/run/verify-certificates.ts';
import type { CallEnd } from '../../src/words/openssl-call.ts';
import { UserError } from '../../src/words/user-error.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { anAuthority, aPeer, aServer, DAY } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { smallCertificate, smallList } from '../helpers/small-certificates.ts';

const TERMS = { validity: 7 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } as never;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const API = aServer({ name: 'api' });
const WEB = aServer({ name: 'web' });
const CERT = (id: string): string => `${id}/cert.pem`;

type Files = Readonly<Record<string, string>>;
const filesOf = (...entities: readonly Entity[]): Files =>
  Object.fromEntries(entities.map(({ id }) => [CERT(id), `certificate of ${id}`]));

function folderOf(files: Files): string {
  const root = memoryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const failed = (cause: CallEnd, stdout = '', stderr = ''): OpensslError =>
  new OpensslError(cause, 'openssl verify', { stdout, stderr, program: 'openssl' });

interface Call {
  readonly files: readonly string[];
  readonly copies: readonly string[];
  readonly args: readonly string[];
}

/** What is found, and what openssl is asked, where it takes everything but `bad`. */
async function judged(
  entities: readonly Entity[],
  files: Files,
  { bad = [], touched, end }: { bad?: readonly string[]; touched?: readonly string[]; end?: CallEnd } = {},
) {
  const calls: Call[] = [];
  let where = '';
  const call = (copies: string): Openssl => {
    where = copies;
    return {
      run({ args }: Command) {
        const asked = args.filter((arg, i) => arg.endsWith('cert.pem') && !args[i - 1]?.startsWith('-'));
        const there = entities.map(({ id }) => CERT(id)).filter((path) => existsSync(join(copies, path)));
        calls.push({ files: asked, copies: there, args });
        if (end !== undefined) throw failed(end);
        const good = asked.filter((file) => !bad.includes(file)).map((file) => `${file}: OK\n`);
        if (good.length === asked.length) return Promise.resolve(good.join(''));
        const words = asked.length === 1 ? `error 18 at 0 depth lookup: ${asked[0]} is bad` : 'several';
        throw failed({ kind: 'exit', program: 'openssl', code: 2 }, good.join(''), `C = AT\n${words}\n`);
      },
    };
  };
  const options = { root: folderOf(files), binary: 'openssl' };
  const limited = touched === undefined ? options : { ...options, touched: new Set(touched) };
  const checks = await checkCertificates(entities, limited, call);
  expect(existsSync(where)).toBe(false);
  return { checks, calls };
}

const good = (entity: Entity, purpose: string) => ({ entity: entity.id, purpose, problem: null });
const rejected = (entity: Entity, purpose: string) => ({
  entity: entity.id,
  purpose,
  problem: { kind: 'rejected', complaint: `error 18 at 0 depth lookup: ${CERT(entity.id)} is bad` },
});
const absent = (entity: Entity, of: Entity) => ({
  entity: entity.id,
  purpose: 'any',
  problem: { kind: 'missing', of: of.id },
});

describe('certificates', () => {
  const all = [ROOT, API, WEB];
  it('are judged together where they have issuer and purpose in common', async () => {
    const { checks, calls } = await judged(all, filesOf(...all));
    expect(checks).toEqual([good(ROOT, 'any'), good(API, 'sslserver'), good(WEB, 'sslserver')]);
    expect(calls.map(({ files }) => files)).toEqual([[CERT(ROOT.id)], [CERT(API.id), CERT(WEB.id)]]);
  });

  it('are judged alone where a call complains, so that its words belong to one', async () => {
    const { checks, calls } = await judged(all, filesOf(...all), { bad: [CERT(API.id)] });
    expect(checks).toEqual([good(ROOT, 'any'), rejected(API, 'sslserver'), good(WEB, 'sslserver')]);
    expect(calls.map(({ files }) => files)).toEqual([
      [CERT(ROOT.id)],
      [CERT(API.id), CERT(WEB.id)],
      [CERT(API.id)],
    ]);
    expect(calls[2]?.args).toEqual(calls[1]?.args.slice(0, -1));
    const both = await judged(all, filesOf(...all), { bad: [CERT(API.id), CERT(WEB.id)] });
    expect(both.checks.slice(1)).toEqual([rejected(API, 'sslserver'), rejected(WEB, 'sslserver')]);
    expect(both.calls).toHaveLength(4);
  });

  it('of a peer are judged as a server’s and as a client’s', async () => {
    const peer = aPeer({ name: 'peer' });
    const { checks } = await judged([ROOT, peer], filesOf(ROOT, peer));
    expect(checks).toEqual([good(ROOT, 'any'), good(peer, 'sslserver'), good(peer, 'sslclient')]);
  });

  it('are all copied, and those that are touched are judged', async () => {
    const { checks, calls } = await judged(all, filesOf(...all), { touched: [WEB.id] });
    expect(checks).toEqual([good(WEB, 'sslserver')]);
    expect(calls[0]?.copies).toEqual(all.map(({ id }) => CERT(id)));
  });

  it('with a list are looked up in it, if it is one', async () => {
    const list = { [`${ROOT.id}/crl.pem`]: pemOf(smallList(smallCertificate('root')), 'X509 CRL') };
    const listed = async (more: Files) => (await judged(all, { ...filesOf(...all), ...more })).calls[1]?.args;
    expect(await listed(list)).toEqual(
      expect.arrayContaining(['-crl_check_all', '-CRLfile', `${ROOT.id}/crl.pem`]),
    );
    expect(await listed({ [`${ROOT.id}/crl.pem`]: 'x' })).not.toContain('-CRLfile');
    expect(await listed({})).not.toContain('-CRLfile');
  });
});

describe('a certificate that is not there', () => {
  const SUB = anAuthority({ name: 'sub', issuer: ROOT.id });
  const BELOW = aServer({ name: 'below', issuer: SUB.id });

  it('is missing, and what is below it is for want of it', async () => {
    const all = [ROOT, SUB, BELOW, API];
    const { checks, calls } = await judged(all, filesOf(ROOT, BELOW, API));
    expect(checks).toEqual([absent(SUB, SUB), absent(BELOW, SUB), good(ROOT, 'any'), good(API, 'sslserver')]);
    expect(calls[0]?.copies).toEqual([CERT(ROOT.id), CERT(API.id)]);
    expect((await judged([ROOT, API], filesOf(ROOT))).checks[0]).toEqual(absent(API, API));
  });

  it('is named with what is in its place', async () => {
    const { checks } = await judged([ROOT, API], { ...filesOf(ROOT), [`${CERT(API.id)}/x`]: '' });
    expect(checks[0]).toEqual({
      entity: API.id,
      purpose: 'any',
      problem: { kind: 'blocked', path: CERT(API.id), cause: { kind: 'directory' } },
    });
  });

  it('of every entity is an error, unless there is none', async () => {
    for (const all of [[ROOT], [ROOT, API]])
      await expect(judged(all, filesOf(API))).rejects.toMatchObject({ cause: { kind: 'nothing-to-verify' } });
    expect(await judged([], {})).toEqual({ checks: [], calls: [] });
  });
});

describe('below an anchor', () => {
  const partner = smallCertificate('partner');
  const second = smallCertificate('partner');
  const ANCHOR = anAuthority({
    name: 'partner',
    keyPlace: { kind: 'anchor', path: 'p.pem', certificates: [partner.pem, second.pem] },
  });
  const leaf = (name: string) => aServer({ name, issuer: ANCHOR.id, trust: [ANCHOR.id], elsewhere: true });
  const THERE = leaf('there');
  const bad = smallCertificate('x', { issuer: second });

  it('is judged what is there, with the certificates of the manifest, which need no file', async () => {
    const files = { [CERT(THERE.id)]: bad.pem };
    const { checks, calls } = await judged([ANCHOR, THERE], files);
    expect(checks).toEqual([
      {
        entity: THERE.id,
        purpose: 'any',
        problem: { kind: 'contract', reasons: expect.arrayContaining([expect.any(Object)]) },
      },
      good(THERE, 'sslserver'),
    ]);
    expect(calls[0]?.copies).toEqual([CERT(ANCHOR.id), CERT(THERE.id)]);
    const untouched = await judged([ANCHOR, THERE, leaf('other')], files, { touched: ['servers/other'] });
    expect(untouched.checks).toEqual([absent(leaf('other'), leaf('other'))]);
  });

  it('an anchor alone is nothing to verify', async () => {
    await expect(judged([ANCHOR, THERE], {})).rejects.toMatchObject({ cause: { kind: 'nothing-to-verify' } });
  });
});

describe('openssl that did not judge', () => {
  it.each<[string, CallEnd]>([
    ['killed', { kind: 'signal', program: 'openssl', signal: 'SIGKILL' }],
    ['stopped', { kind: 'flood', limit: 1 }],
    ['not there', { kind: 'not-begun', detail: null }],
  ])('is an error where it was %s', async (_, end) => {
    await expect(judged([ROOT], filesOf(ROOT), { end })).rejects.toThrow(UserError);
  });

  it('is no fault of it where it was interrupted: the error is that of the signal', async () => {
    const ended = judged([ROOT], filesOf(ROOT), { end: { kind: 'interrupted' } });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is another error than any that is not its own', () => {
    const error = failed({ kind: 'exit', program: 'openssl', code: 1 }, '', 'first\nlast words');
    expect(userErrorOf(error)).toMatchObject({
      cause: {
        kind: 'openssl-fails',
        problem: error.message,
        lastWords: 'last words',
        command: 'openssl verify',
      },
    });
    const other = new Error('x');
    expect(userErrorOf(other)).toBe(other);
  });
});

it('a folder of copies is gone whatever happens, and no file in it is overwritten', async () => {
  let where = '';
  const use = inCopies(async (copies) => {
    where = copies;
    copy(join(copies, 'a/b.pem'), Buffer.from('x'));
    expect(readFileSync(join(copies, 'a/b.pem'), 'utf8')).toBe('x');
    expect(() => copy(join(copies, 'a/b.pem'), Buffer.from('y'))).toThrow('EEXIST');
    throw new Error('then');
  });
  await expect(use).rejects.toThrow('then');
  expect(existsSync(where)).toBe(false);
});
