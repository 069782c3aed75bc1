/** Every certificate once, in whole lines, whatever happens to the process or the disk. */
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  Ledger,
  type LedgerEntry,
  ledgerEntry,
  ledgerPath,
  otherEntries,
  readLedger,
} from '../../src/store/ledger.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { runScript, script } from '../helpers/child.ts';
import { aServer, certificateFor, DAY, keyFacts, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { inPairs } from '../helpers/pairs.ts';

const work = memoryFolder();
let made = 0;

/** An output folder whose ledger holds this text. */
function rootWith(text?: string): string {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
  if (text !== undefined) writeFileSync(ledgerPath(root), text);
  return root;
}

async function ledgerOf(root: string): Promise<Ledger> {
  return new Ledger((await OutputFolder.open(root)).own);
}

function entry(serial: string, san: readonly string[] = []): LedgerEntry {
  return {
    serial,
    san,
    time: '',
    entity: 'servers/api',
    issuer: 'authorities/root',
    subject: '',
    notBefore: '',
    notAfter: '',
    fingerprint: '',
    keyId: '',
    reasons: [],
  };
}

const line = (serial: string, san?: readonly string[]): string => `${JSON.stringify(entry(serial, san))}\n`;
const serials = (root: string): readonly string[] => readLedger(root).map(({ serial }) => serial);

it('other certificates of a serial number are found by the lines of it alone', () => {
  const one = (serial: string, fingerprint: string) => ({ ...entry(serial), fingerprint });
  const lines = [one('0a', 'f1'), one('0a', 'f2'), one('0b', 'f3'), one('0c', 'f4')].map((of) =>
    JSON.stringify(of),
  );
  const others = (known: Readonly<Record<string, readonly string[]>>) => {
    const all = new Map(Object.entries(known).map(([serial, prints]) => [serial, new Set(prints)]));
    return otherEntries([...lines, 'no entry', '{"serial":"0a"}'], all).map(({ fingerprint }) => fingerprint);
  };
  expect(others({ '0a': ['f1'] })).toEqual(['f2']);
  expect(others({ '0a': ['f1', 'f2'] })).toEqual([]);
  expect(others({ '0a': [], '0b': ['f9'] })).toEqual(['f1', 'f2', 'f3']);
  expect(others({ '0d': [] })).toEqual([]);
  expect(others({})).toEqual([]);
});

it('an entry says what revoking and auditing need', () => {
  const server = aServer({ name: 'api' });
  const issuance = { notBefore: NOW, notAfter: NOW + DAY - 1, cappedBy: null, subjectKeyId: null };
  const facts = certificateFor(server, keyFacts('k'), issuance, null, 'abcdef');
  const reasons = [{ kind: 'requested' }] as const;
  expect(
    ledgerEntry(facts, { entity: server.id, issuer: 'authorities/root', now: NOW, reasons, engine: 'node' }),
  ).toEqual({
    time: '2026-11-23T12:00:00Z',
    entity: 'servers/api',
    issuer: 'authorities/root',
    serial: 'abcdef',
    subject: 'CN=api.example.test',
    san: ['dns:api.example.test'],
    notBefore: '2026-11-23T12:00:00Z',
    notAfter: '2026-11-24T11:59:59Z',
    fingerprint: facts.fingerprint,
    keyId: facts.keyId,
    reasons,
    engine: 'node',
  });
});

describe('appending', () => {
  it('to nothing makes the file, readable for its owner only', async () => {
    const root = rootWith();
    expect(readLedger(root)).toEqual([]);
    await (await ledgerOf(root)).append(entry('1'));
    expect(readLedger(root)).toEqual([entry('1')]);
    expect(statSync(ledgerPath(root)).mode & 0o777).toBe(0o600);
  });

  it('its name lasts once the first line does, and is synced no more after that', async () => {
    const { own } = await OutputFolder.open(rootWith());
    const ledger = new Ledger(own);
    const sync = vi.spyOn(own, 'sync');
    await ledger.append(entry('1'));
    expect(sync).toHaveBeenCalledTimes(1);
    await ledger.append(entry('2'));
    await ledger.append(entry('3'));
    expect(sync).toHaveBeenCalledTimes(1);
  });

  it('many at once: each once, in the order in which they came', async () => {
    const root = rootWith(line('first'));
    const ledger = await ledgerOf(root);
    const all = Array.from({ length: 500 }, (_, i) => `${i}`);
    await Promise.all(all.map((serial) => ledger.append(entry(serial))));
    await ledger.append(entry('last'));
    expect(serials(root)).toEqual(['first', ...all, 'last']);
  });

  it.each([
    ['shorter than the next', '{"serial":"ha'],
    ['longer than the next', line('half', ['dns:'.padEnd(3000, 'x')]).slice(0, -1)],
    ['of anything', '\0\0\0'],
  ])('behind a line that a crash cut short, %s, leaves whole lines', async (_, half) => {
    const root = rootWith(line('1') + half);
    expect(serials(root)).toEqual(['1']);
    await (await ledgerOf(root)).append(entry('2'));
    expect(readFileSync(ledgerPath(root), 'utf8')).toBe(line('1') + line('2'));
  });

  it('names with any characters stay on one line', async () => {
    const root = rootWith();
    await (await ledgerOf(root)).append(entry('1', ['a\nb', '\u2028', '"\\']));
    expect(readFileSync(ledgerPath(root), 'utf8').split('\n')).toHaveLength(2);
    expect(readLedger(root)[0]?.san).toEqual(['a\nb', '\u2028', '"\\']);
  });
});

it('an entry that was refused is not written by the next', async () => {
  const root = rootWith(line('before'));
  const ledger = await ledgerOf(root);
  renameSync(ledgerPath(root), `${ledgerPath(root)}.away`);
  symlinkSync('elsewhere', ledgerPath(root));
  const first = ledger.append(entry('a'));
  const meanwhile = first.catch(() => {}).then(() => ledger.append(entry('b')));
  const results = await Promise.allSettled([first, ledger.append(entry('with a')), meanwhile]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  renameSync(`${ledgerPath(root)}.away`, ledgerPath(root));
  await ledger.append(entry('c'));
  expect(serials(root)).toEqual(['before', 'c']);
});

it('a folder in its place is named before there is anything to write', async () => {
  const root = rootWith();
  mkdirSync(ledgerPath(root));
  const cause = { kind: 'ledger', path: ledgerPath(root), cause: { kind: 'directory' } };
  await expect(ledgerOf(root)).rejects.toMatchObject({ cause });
});

it('one that cannot be read is not an empty one', () => {
  const root = rootWith();
  expect(readLedger(root)).toEqual([]);
  rmdirSync(join(root, '.pki'));
  writeFileSync(join(root, '.pki'), '');
  expect(() => readLedger(root)).toThrow(`"${join(root, '.pki')}" is not a folder`);
});

it('a line that somebody else wrote is named', () => {
  const root = rootWith(`${line('1')}nonsense\n${line('2')}`);
  expect(() => readLedger(root)).toThrow(/ledger\.jsonl" line 2 is not JSON/);
  for (const other of ['null', '[]', '{}', '{"serial":"1"}']) {
    const odd = rootWith(`${line('1')}${other}\n`);
    expect(() => readLedger(odd)).toThrow(/ledger\.jsonl" line 2 is no entry/);
  }
});

describe('a process', () => {
  let path = '';
  beforeAll(async () => {
    // Three turns, each of two entries at once; says which of them were promised to be safe.
    path = await script(
      work,
      'append',
      `import { writeSync } from 'node:fs';
      import { Ledger } from './src/store/ledger.ts';
      import { OutputFolder } from './src/store/output-folder.ts';
      const ledger = new Ledger((await OutputFolder.open(process.argv[2])).own);
      for (let turn = 0; turn < 3; turn++) {
        const both = ['a', 'b'].map(async (name) => {
          const serial = turn + name;
          await ledger.append({ ...${JSON.stringify(entry(''))}, serial });
          console.log(serial);
        });
        for (const { reason } of await Promise.allSettled(both)) if (reason) console.error(reason.code ?? reason);
      }`,
    );
  });

  const printed = (text: string): readonly string[] => text.split('\n').filter((word) => word !== '');

  it('syncs once for all that came meanwhile', async () => {
    const log = join(work, 'operations');
    const { stdout } = await runScript(path, [rootWith()], { log });
    expect(printed(stdout)).toHaveLength(6);
    const operations = readFileSync(log, 'utf8');
    expect(operations.match(/ fsync /g)?.length).toBeLessThanOrEqual(6);
  });

  it.each(['kill', 'ENOSPC', 'EIO'])(
    'that meets %s at any file operation keeps what it promised, in whole lines',
    async (kind) => {
      const log = join(work, `operations-${kind}`);
      await runScript(path, [rootWith()], { log });
      const count = readFileSync(log, 'utf8').trim().split('\n').length;
      const tasks = Array.from({ length: count }, (_, i) => async () => {
        const root = rootWith(line('before'));
        return { root, at: i + 1, ended: await runScript(path, [root], { at: i + 1, kind }) };
      });
      for (const { root, ended } of await inPairs(tasks, (task) => task())) {
        const promised = printed(ended.stdout);
        expect(ended.signal).toBe(kind === 'kill' ? 'SIGKILL' : null);
        if (kind !== 'kill') expect(new Set(printed(ended.stderr))).toEqual(new Set([kind]));
        expect(serials(root)).toEqual(expect.arrayContaining(['before', ...promised]));
        // A full disk leaves no half line behind; a killed process does, and the next one mends it.
        if (kind === 'ENOSPC') expect(readFileSync(ledgerPath(root), 'utf8')).toMatch(/\n$/);
        await (await ledgerOf(root)).append(entry('after'));
        const all = serials(root);
        expect(all).toEqual(expect.arrayContaining(['before', ...promised, 'after']));
        expect(new Set(all).size).toBe(all.length);
        expect(readFileSync(ledgerPath(root), 'utf8').trim().split('\n')).toHaveLength(all.length);
      }
    },
  );
});
