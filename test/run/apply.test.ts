/** The run itself, with the real openssl: what it does, what it leaves alone, and who it lets in. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import type { ApplyOptions } from '../../src/run/apply-options.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { Folder } from '../../src/store/folder.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { tryLock } from '../../src/store/lock.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, dns, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
let made = 0;

const ROOT = anAuthority();
const SERVICES = anAuthority({ name: 'services', issuer: ROOT.id });
const API = aServer({ name: 'api', issuer: SERVICES.id });
const BILLING = aClient({ name: 'billing' });
const ALL = anInventory(ROOT, SERVICES, API, BILLING);

const newRoot = (): string => join(work, `${++made}`);

function apply(root: string, inventory: Inventory = ALL, options: Partial<ApplyOptions> = {}) {
  const usual = { binary: 'openssl', clock: () => NOW, processes: 2, consents: new Set<never>() };
  return applyInventory(inventory, { root, ...usual, ...options });
}

/** Every file below a folder with what matters of it. */
function snapshot(root: string): Readonly<Record<string, string>> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
  return Object.fromEntries(
    paths.map((path) => {
      const { ino, mode, mtimeMs } = statSync(join(root, path));
      return [path, `${ino} ${mode.toString(8)} ${mtimeMs} ${readFileSync(join(root, path), 'base64')}`];
    }),
  );
}

it('makes everything, and then touches nothing', async () => {
  const root = newRoot();
  const first = await apply(root);
  expect(first).toMatchObject({ kind: 'done', interrupted: false, execution: { failures: [], skipped: [] } });
  const before = snapshot(root);
  const events: RunEvent[] = [];
  const listener = (event: RunEvent): void => void events.push(event);
  expect(await apply(root, ALL, { listener })).toMatchObject({ kind: 'nothing' });
  expect(events.map(({ kind }) => kind)).not.toContain('recovered');
  expect(snapshot(root)).toEqual(before);
  expect(readdirSync(join(root, '.pki')).filter((name) => name !== 'commit')).toEqual(['ledger.jsonl']);
  expect(
    readLedger(root)
      .map(({ entity }) => entity)
      .sort(),
  ).toEqual(ALL.entities.map(({ id }) => id).sort());
});

it('keys are their owner’s, whatever the umask, and so is .pki', async () => {
  const root = newRoot();
  const umask = process.umask(0);
  try {
    await apply(root);
  } finally {
    process.umask(umask);
  }
  const mode = (path: string): number => statSync(join(root, path)).mode & 0o777;
  for (const { id } of ALL.entities) expect(mode(`${id}/key.pem`)).toBe(0o600);
  expect(mode('.pki')).toBe(0o700);
  expect(mode('.pki/ledger.jsonl')).toBe(0o600);
  expect(mode('servers/api/cert.pem')).toBe(0o644);
});

it('one change touches one entity', async () => {
  const root = newRoot();
  await apply(root);
  const before = snapshot(root);
  const server = { ...API, san: [...API.san, dns('www.example.test')] };
  const result = await apply(root, anInventory(ROOT, SERVICES, server, BILLING));
  expect(result).toMatchObject({ kind: 'done', execution: { published: [API.id], failures: [] } });
  const after = snapshot(root);
  const touched = Object.keys(after).filter(
    (path) => after[path] !== before[path] && !path.startsWith('.pki'),
  );
  expect(touched.sort()).toEqual(
    ['cert', 'chain', 'csr', 'fullchain', 'ca'].map((name) => `servers/api/${name}.pem`).sort(),
  );
  const archived = Object.keys(after).filter((path) => path.startsWith('.pki/archive'));
  expect(archived.map((path) => path.replace(/\/\d{4}-[^/]*/, '/WHEN'))).toEqual([
    '.pki/archive/servers/api/WHEN/cert.pem',
  ]);
});

it('a mode is set right without touching the file', async () => {
  const root = newRoot();
  await apply(root);
  const key = join(root, 'servers/api/key.pem');
  chmodSync(key, 0o644);
  const before = readFileSync(key);
  expect(await apply(root)).toMatchObject({ kind: 'done', execution: { published: [API.id] } });
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(key)).toEqual(before);
});

describe('nothing is begun', () => {
  it('while another run holds the lock, which is named', async () => {
    const root = newRoot();
    mkdirSync(join(root, '.pki'), { recursive: true });
    const lock = await tryLock(Folder.open(join(root, '.pki')), '2026-11-23T11:59:00Z');
    expect(await apply(root)).toMatchObject({
      kind: 'locked',
      by: { pid: process.pid, since: '2026-11-23T11:59:00Z' },
    });
    expect(existsSync(join(root, 'servers'))).toBe(false);
    if (lock.held) await lock.release();
    expect(await apply(root)).toMatchObject({ kind: 'done' });
  });

  it('where nothing but a refused entity is due', async () => {
    const root = newRoot();
    await apply(root, anInventory(ROOT, SERVICES));
    mkdirSync(join(root, 'servers/api/key.pem'), { recursive: true });
    const result = await apply(root, anInventory(ROOT, SERVICES, API));
    expect(result).toMatchObject({ kind: 'refused', refusals: [{ id: API.id }] });
  });

  it.each(['servers', 'servers/api'])(
    'where the folder "%s" is a link that leads elsewhere',
    async (folder) => {
      const root = newRoot();
      const elsewhere = newRoot();
      mkdirSync(elsewhere);
      mkdirSync(join(root, folder, '..'), { recursive: true });
      symlinkSync(elsewhere, join(root, folder));
      expect(await apply(root)).toMatchObject({ kind: 'done', blocked: [{ id: API.id }] });
      expect(readdirSync(elsewhere)).toEqual([]);
    },
  );

  it('without consent where an authority would be re-keyed', async () => {
    const root = newRoot();
    await apply(root);
    const before = snapshot(root);
    const rekey = new Set([ROOT.id]);
    const asked = await apply(root, ALL, { rekey });
    expect(asked.kind).toBe('consent');
    expect(snapshot(root)).toEqual(before);
    const result = await apply(root, ALL, { rekey, consents: new Set(['rekey-ca']) });
    expect(result).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(await apply(root)).toMatchObject({ kind: 'nothing' });
  });
});

describe('interrupted', () => {
  it.each(['request', 'sign', 'publish'])(
    'at the first %s: children end, litter goes, the lock is free, the next run goes on',
    async (kind) => {
      const root = newRoot();
      const stop = new AbortController();
      const listener = (event: RunEvent): void => {
        if (event.kind === 'step-started' && event.step.kind === kind) stop.abort();
      };
      const result = await apply(root, ALL, { signal: stop.signal, listener });
      expect(result).toMatchObject({ kind: 'done', interrupted: true });
      expect(
        readdirSync(join(root, '.pki')).filter((name) => !['commit', 'ledger.jsonl'].includes(name)),
      ).toEqual([]);
      expect(await apply(root)).toMatchObject({ kind: 'done', execution: { failures: [] } });
      expect(await apply(root)).toMatchObject({ kind: 'nothing' });
    },
  );

  it('what failed before is told, and what the interruption ended is not called a failure', async () => {
    const binary = join(work, 'failing, then waiting');
    const isOfApi = 'case "$*" in *servers.api*) exit 7;; esac';
    writeFileSync(binary, `#!/bin/sh\n${isOfApi}\nexec sleep 60\n`, { mode: 0o755 });
    const stop = new AbortController();
    const listener = (event: RunEvent): void => {
      if (event.kind === 'step-failed') stop.abort();
    };
    const result = await apply(newRoot(), ALL, { binary, processes: 8, signal: stop.signal, listener });
    expect(result).toMatchObject({ kind: 'done', interrupted: true });
    expect(result.kind === 'done' && result.execution.failures).toMatchObject([
      { entity: API.id, problem: 'openssl exited with 7' },
    ]);
  });
});

describe('failure', () => {
  it('says which entity, which command, and what openssl said, without its chatter', async () => {
    const root = newRoot();
    const binary = join(work, 'failing');
    writeFileSync(binary, FAILING, { mode: 0o755 });
    const because = new Set<string>();
    const listener = (event: RunEvent): void => {
      if (event.kind === 'step-skipped' && event.step.entity === API.id) because.add(event.because);
    };
    const result = await apply(root, ALL, { binary, listener });
    expect([...because]).toEqual([SERVICES.id]);
    expect(result).toMatchObject({
      kind: 'done',
      execution: {
        failures: [
          {
            entity: SERVICES.id,
            step: 'sign',
            problem: 'openssl exited with 7',
            command: expect.stringMatching(/^openssl ca -batch .*authorities\.services/),
            stderr: 'unable to do anything\n4007:error:0A000086',
          },
        ],
        skipped: [API.id],
      },
    });
    expect(existsSync(join(root, SERVICES.id))).toBe(false);
    expect(existsSync(join(root, 'clients/billing/cert.pem'))).toBe(true);
    expect(await apply(root)).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(await apply(root)).toMatchObject({ kind: 'nothing' });
  });

  it('of its own, after one that it waits for, is named once', async () => {
    const binary = join(work, 'failing-twice');
    writeFileSync(binary, '#!/bin/sh\n[ "$1" = version ] && exec openssl "$@"\nexit 7\n', {
      mode: 0o755,
    });
    const failed: string[] = [];
    const listener = (event: RunEvent): void => {
      if (event.kind === 'step-failed' || event.kind === 'step-skipped')
        failed.push(`${event.kind} ${event.step.entity}`);
    };
    const result = await apply(newRoot(), anInventory(ROOT, BILLING), { binary, listener, processes: 1 });
    // Its certificate is made by neither of both keys, which are tried at once: mostly, the root's fails first.
    expect(failed).toEqual(
      expect.arrayContaining([
        `step-failed ${ROOT.id}`,
        `step-failed ${BILLING.id}`,
        `step-skipped ${BILLING.id}`,
      ]),
    );
    if (result.kind !== 'done') throw new Error(result.kind);
    const { failures, skipped } = result.execution;
    expect(failures.map(({ entity }) => entity).sort()).toEqual([ROOT.id, BILLING.id]);
    expect(skipped).toEqual([]);
  });

  it('of the program itself is a failure of the step', async () => {
    const result = await apply(newRoot(), anInventory(ROOT), { binary: join(work, 'no-such-program') });
    expect(result).toMatchObject({
      kind: 'done',
      execution: { failures: [{ step: 'request', problem: expect.stringContaining('openssl did not run') }] },
    });
  });

  it('by a signal is named', async () => {
    const binary = join(work, 'dying');
    writeFileSync(binary, '#!/bin/sh\nkill -SEGV $$\n', { mode: 0o755 });
    const result = await apply(newRoot(), anInventory(ROOT), { binary });
    expect(result).toMatchObject({
      kind: 'done',
      execution: { failures: [{ problem: 'openssl was ended by SIGSEGV' }] },
    });
  });
});

const FAILING = `#!/bin/sh
case "$*" in
  ca*-out*authorities.services*)
    echo 'Using configuration from -' >&2
    echo 'Check that the request matches the signature' >&2
    echo 'Signature ok' >&2
    echo 'unable to do anything' >&2
    echo '.....+++++' >&2
    echo '4007:error:0A000086' >&2
    exit 7 ;;
esac
exec openssl "$@"
`;

it('nothing of the environment reaches openssl but what finds it', async () => {
  const root = newRoot();
  const binary = join(work, 'spying');
  const seen = join(work, 'seen');
  writeFileSync(binary, `#!/bin/sh\nenv | sed 's/=.*//' >>${seen}\nexec openssl "$@"\n`, { mode: 0o755 });
  process.env['RANDFILE'] = '/etc/passwd';
  await apply(root, anInventory(ROOT), { binary });
  delete process.env['RANDFILE'];
  const names = new Set(readFileSync(seen, 'utf8').trim().split('\n'));
  const passed = ['PATH', 'LD_LIBRARY_PATH', 'OPENSSL_CONF', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'LC_ALL', 'TZ'];
  // The shell itself sets the rest.
  expect([...names].filter((name) => !passed.includes(name)).sort()).toEqual(
    ['PWD', ...(names.has('_') ? ['_'] : [])].concat(names.has('OLDPWD') ? ['OLDPWD'] : []).sort(),
  );
});

describe('what is refused, or not agreed to, is in nobody else’s way', () => {
  it('a leaf: everything else goes on', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'servers/api/key.pem'), { recursive: true });
    const result = await apply(root);
    expect(result).toMatchObject({
      kind: 'done',
      blocked: [{ id: API.id, action: 'refuse' }],
      execution: { published: expect.arrayContaining([ROOT.id, SERVICES.id, BILLING.id]), failures: [] },
    });
    expect(existsSync(join(root, 'servers/api/cert.pem'))).toBe(false);
  });

  it('a request for another entity: it is done', async () => {
    const root = newRoot();
    await apply(root);
    rmSync(join(root, 'servers/api/csr.pem'));
    mkdirSync(join(root, 'servers/api/csr.pem'));
    const result = await apply(root, ALL, { rekey: new Set([BILLING.id]) });
    // What was asked for by name is done and nothing else: what is refused beside it is not this run's matter.
    expect(result).toMatchObject({
      kind: 'done',
      blocked: [],
      execution: { published: [BILLING.id], failures: [] },
    });
    expect(await apply(root, ALL, { rekey: new Set([API.id]) })).toMatchObject({ kind: 'refused' });
  });

  it('an authority that is not there: what it would sign waits with it', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'authorities/services/cert.pem'), { recursive: true });
    const result = await apply(root);
    expect(result).toMatchObject({
      kind: 'done',
      blocked: [{ id: SERVICES.id }],
      execution: { published: [ROOT.id, BILLING.id], failures: [], skipped: [] },
    });
  });

  it('an authority that is there: what is below it is renewed under what it is', async () => {
    const root = newRoot();
    await apply(root);
    const later = NOW + 80 * DAY;
    const other = anAuthority({ key: { algorithm: 'ed25519' } });
    const before = readFileSync(join(root, ROOT.id, 'cert.pem'));
    const inventory = anInventory(other, SERVICES, API, BILLING);
    const result = await apply(root, inventory, { clock: () => later });
    expect(result).toMatchObject({ kind: 'done', blocked: [{ id: ROOT.id, consents: ['rekey-ca'] }] });
    expect(readFileSync(join(root, ROOT.id, 'cert.pem'))).toEqual(before);
    if (result.kind === 'done') expect([...result.execution.published].sort()).toEqual([BILLING.id, API.id]);
    expect(await apply(root, inventory, { clock: () => later })).toMatchObject({ kind: 'consent' });
  });

  it('new files that cannot be put in place: the others are', async () => {
    const root = newRoot();
    await apply(root);
    const folder = join(root, '.pki/commit/servers.api');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cert.pem'), 'new');
    mkdirSync(join(root, 'servers/api/blocked/in-the-way'), { recursive: true });
    const moves = [['cert', 'servers/api/blocked']];
    const order = { id: API.id, moves, deletes: [], archive: '.pki/archive/x', removes: null };
    writeFileSync(join(folder, 'order.json'), JSON.stringify(order));
    const result = await apply(root, ALL, { clock: () => NOW + 80 * DAY });
    expect(result).toMatchObject({ kind: 'done', blocked: [{ id: API.id, action: 'refuse' }] });
    if (result.kind === 'done') expect(result.execution.published).toEqual([BILLING.id]);
  });
});

it('time passes: what is due is renewed with its key, and the ledger remembers both', async () => {
  const root = newRoot();
  const inventory = anInventory(ROOT, BILLING);
  await apply(root, inventory);
  const key = readFileSync(join(root, 'clients/billing/key.pem'));
  const result = await apply(root, inventory, { clock: () => NOW + 89 * DAY });
  expect(result).toMatchObject({ kind: 'done', execution: { published: [BILLING.id], failures: [] } });
  expect(readFileSync(join(root, 'clients/billing/key.pem'))).toEqual(key);
  const entries = readLedger(root).filter(({ entity }) => entity === BILLING.id);
  expect(entries.map(({ reasons }) => reasons[0]?.kind)).toEqual(['missing', 'expires']);
  expect(new Set(entries.map(({ serial }) => serial)).size).toBe(2);
  expect(new Set(entries.map(({ keyId }) => keyId)).size).toBe(1);
});
