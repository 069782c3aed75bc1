/** What the questions to a project answer, and when all is well. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { apply } from '../../src/library/apply.ts';
import { history, plan, planCommands, plannedOf, status } from '../../src/library/plan.ts';
import { openProject, type Project } from '../../src/library/project.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function open(folder: string, crl: object = {}): Promise<Project> {
  const manifest = {
    version: 1,
    engine: 'node',
    authorities: { root: { commonName: 'Root', crl: { validity: '30d', ...crl } } },
    clients: { app: { commonName: 'App' }, web: { commonName: 'Web' } },
  };
  const opened = await openProject({ manifest, folder });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  return opened.project;
}

describe('a plan can be carried out', () => {
  const of = (actions: readonly string[], doubt: string | null) =>
    plannedOf({
      changes: actions.map((action) => ({ action })),
      doubt: doubt === null ? null : { kind: doubt },
    } as unknown as Plan).ok;
  it.each<[readonly string[], string | null, boolean]>([
    [[], null, true],
    [['keep', 'create'], null, true],
    [['create', 'refuse'], null, false],
    [['create'], 'behind', false],
    [['refuse'], 'behind', false],
    [['create'], 'ahead', true],
  ])('%j with a clock that is %s: %j', (actions, doubt, ok) => expect(of(actions, doubt)).toBe(ok));
});

describe('of a folder that is up to date', () => {
  let folder: string;
  let project: Project;
  beforeAll(async () => {
    folder = temporaryFolder();
    project = await open(folder);
    expect(await apply(project)).toMatchObject({ ok: true });
  });

  it('all is well, and nothing is pending', async () => {
    const found = await status(project);
    expect(found).toMatchObject({ ok: true, pending: [], doubt: null, later: [], responses: [] });
    expect(found.rows.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(found.lists.map(({ authority, state }) => [authority, state])).toEqual([
      ['authorities/root', 'ok'],
    ]);
    expect((await history(project)).map(({ entity }) => entity).sort()).toEqual([
      'authorities/root',
      'clients/app',
      'clients/web',
    ]);
  });

  it('what cannot be seen is a remark on a plan, and waits for no renewal', async () => {
    const sight = 'public';
    expect((await plan(project, { sight })).remarks.map(({ kind }) => kind)).toEqual(['unseen']);
    expect(await status(project, { sight })).toMatchObject({ ok: true, later: [] });
  });

  it('what waits for a renewal is said, and no fault', async () => {
    const found = await status(await open(folder, { url: 'http://crl.example.test/root.crl' }));
    expect(found.ok).toBe(true);
    expect(found.later.map(({ kind }) => kind)).toEqual(['differs']);
  });

  it('it is not well at a moment when a list is due, or anything else', async () => {
    const DAY = 86_400;
    const { now, ok } = await status(project);
    expect(ok).toBe(true);
    const due = await status(project, { now: now + 29 * DAY });
    expect([due.ok, due.now, due.lists[0]?.state === 'ok']).toEqual([false, now + 29 * DAY, false]);
    expect(due.rows.slice(1).map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect((await status(project, { now: now + 20_000 * DAY })).ok).toBe(false);
  });

  it('it is not well by a clock that is behind what was issued, and nothing is planned by that', async () => {
    const behind = Date.now() - 600_000;
    vi.spyOn(Date, 'now').mockReturnValue(behind);
    onTestFinished(() => void vi.restoreAllMocks());
    const found = await status(project);
    expect(found).toMatchObject({ ok: false, doubt: { kind: 'behind', by: 'ledger' } });
    expect(found.rows.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect((await plan(project)).ok).toBe(false);
    expect((await plan(project, { trustClock: true })).ok).toBe(true);
  });

  it('it is not well where an apply was cut short, though every file is as it should be', async () => {
    const journal = join(folder, 'pki/.pki/commit/clients.app');
    mkdirSync(journal, { recursive: true, mode: 0o700 });
    onTestFinished(() => rmSync(journal, { recursive: true }));
    const found = await status(project);
    expect([found.ok, found.pending]).toEqual([false, ['clients/app']]);
    expect(found.rows.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  });

  it('it is not well where a certificate is gone', async () => {
    const gone = join(folder, 'pki/clients/app/cert.pem');
    rmSync(gone);
    const found = await status(project);
    expect([found.ok, found.lists[0]?.state]).toEqual([false, 'ok']);
  });
});

it('the script of a plan names the program that apply would run, be it there or not', async () => {
  vi.stubEnv('PKI_OPENSSL', '/nowhere/openssl');
  onTestFinished(() => void vi.unstubAllEnvs());
  const project = await open(temporaryFolder());
  expect(await planCommands(project, await plan(project))).toContain('/nowhere/openssl');
});

it('the script of a plan with a key on a token names that, whatever other keys there are', async () => {
  vi.stubEnv('PKI_OPENSSL', '/nowhere/openssl');
  onTestFinished(() => void vi.unstubAllEnvs());
  const key = { pkcs11: 'pkcs11:token=pki;object=sub', pin: 'env:PIN', kind: 'ecdsa-p384' };
  const authorities = { root: { commonName: 'Root' }, sub: { commonName: 'Sub', issuer: 'root', key } };
  const opened = await openProject({ manifest: { version: 1, authorities }, folder: temporaryFolder() });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const script = await planCommands(opened.project, await plan(opened.project));
  expect(script).toContain('/nowhere/openssl');
  expect(script).toContain('pkcs11:token=pki;object=sub');
});

it('there is no history in a folder that a link of a repository leads to', async () => {
  const folder = temporaryFolder();
  const project = await open(folder);
  mkdirSync(join(folder, '.git/pki'), { recursive: true });
  symlinkSync('.git/pki', join(folder, 'pki'));
  await expect(history(project)).rejects.toMatchObject({ cause: { kind: 'inside-git' } });
});
