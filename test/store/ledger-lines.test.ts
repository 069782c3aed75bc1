/** Lines of the ledger that are not as they have to be, and what an append that failed leaves behind. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { authorityEntries, entriesIn, ledgerLines, ledgerPath, readLedger } from '../../src/store/ledger.ts';
import { UserError } from '../../src/words/user-error.ts';
import { runScript, script } from '../helpers/child.ts';
import { memoryFolder } from '../helpers/folders.ts';

const work = memoryFolder();
const ENTRY = {
  time: '2026-11-23T12:00:00Z',
  entity: 'servers/api',
  issuer: 'authorities/root',
  serial: '7a',
  subject: 'CN=api.example.test',
  san: ['dns:api.example.test'],
  notBefore: '2026-11-23T12:00:00Z',
  notAfter: '2027-02-21T11:59:59Z',
  fingerprint: 'ab',
  keyId: 'cd',
  reasons: [{ kind: 'missing', artifact: 'cert' }],
};
let made = 0;

function rootWith(text: string): string {
  const root = join(work, `${++made}`);
  mkdirSync(dirname(ledgerPath(root)), { recursive: true });
  writeFileSync(ledgerPath(root), text);
  return root;
}

const line = (entry: object): string => `${JSON.stringify(entry)}\n`;

it('a whole line is an entry', () => {
  expect(readLedger(rootWith(line(ENTRY)))).toEqual([ENTRY]);
});

it('a mark and line ends, as an editor of Windows saves them, take no entry away', () => {
  const root = rootWith(`\ufeff${line(ENTRY)}${line({ ...ENTRY, serial: '7b' })}`.replaceAll('\n', '\r\n'));
  expect(readLedger(root).map(({ serial }) => serial)).toEqual(['7a', '7b']);
  expect(entriesIn(ledgerLines(root))).toHaveLength(2);
});

it.each([
  ...Object.keys(ENTRY).flatMap((name) => [
    [`${name} missing`, { ...ENTRY, [name]: undefined }],
    [`${name} that is a number`, { ...ENTRY, [name]: 7 }],
    [`${name} that is null`, { ...ENTRY, [name]: null }],
  ]),
  ['san that is a text', { ...ENTRY, san: 'dns:api.example.test' }],
  ['san of anything', { ...ENTRY, san: ['dns:a', 7] }],
  ['reasons that are a text', { ...ENTRY, reasons: 'missing' }],
  ['reasons without a kind', { ...ENTRY, reasons: [{ artifact: 'cert' }] }],
  ['a reason that is null', { ...ENTRY, reasons: [null] }],
] as readonly (readonly [string, object])[])('a line with %s is named by its number', (_, entry) => {
  const root = rootWith(line(ENTRY) + line(entry));
  expect(() => readLedger(root)).toThrow(UserError);
  expect(() => readLedger(root)).toThrow(/ledger\.jsonl" line 2 is no entry/);
});

it('an append for which the disk had no room leaves the file as it was, at once', async () => {
  const path = await script(
    work,
    'append',
    `import { Ledger } from './src/store/ledger.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    await new Ledger((await OutputFolder.open(process.argv[2])).own).append(${JSON.stringify(ENTRY)}).catch(({ code }) => console.log(code));`,
  );
  const log = join(work, 'log');
  await runScript(path, [rootWith(line(ENTRY))], { log });
  const writing = readFileSync(log, 'utf8')
    .split('\n')
    .findIndex((text) => / write /.test(text));
  const root = rootWith(line(ENTRY));
  const ended = await runScript(path, [root], { at: writing + 1, kind: 'ENOSPC' });
  expect(ended).toMatchObject({ code: 0, stderr: '', stdout: 'ENOSPC\n' });
  expect(statSync(ledgerPath(root)).size).toBe(line(ENTRY).length);
  expect(readLedger(root)).toEqual([ENTRY]);
});

it('of lines that can be read, each is an entry, and those of authorities are found among them', () => {
  const line = (entity: string, more: object = {}) => JSON.stringify({ ...ENTRY, entity, ...more });
  const lines = [
    line('authorities/root'),
    'no JSON',
    line('servers/api'),
    line('authorities/sub', { issuer: 'authorities/root' }),
    line('authorities/broken', { san: 'x' }),
    line('clients/a', { subject: 'CN="entity":"authorities/' }),
  ];
  const idsOf = (entries: readonly { readonly entity: string }[]) => entries.map(({ entity }) => entity);
  expect(idsOf(entriesIn(lines))).toEqual([
    'authorities/root',
    'servers/api',
    'authorities/sub',
    'clients/a',
  ]);
  expect(idsOf(authorityEntries(lines))).toEqual(['authorities/root', 'authorities/sub']);
});
