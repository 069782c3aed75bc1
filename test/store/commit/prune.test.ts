import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pruneSet } from '../../../src/store/commit/prune.ts';
import { readArchive } from '../../../src/store/observe/archive.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const work = temporaryFolder();
const at = (iso: string): number => Date.parse(iso) / 1000;
const LATE = at('2099-01-01T00:00:00Z');
let made = 0;

/** @param folders each with the files in it: `servers/api/<stamp>` → names. */
function archiveWith(folders: Readonly<Record<string, readonly string[]>>): string {
  const root = join(work, `${++made}`);
  mkdirSync(root);
  for (const [folder, files] of Object.entries(folders)) {
    const path = join(root, '.pki/archive', folder);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const file of files) writeFileSync(join(path, file), `what ${file} says`);
  }
  if (existsSync(join(root, '.pki'))) chmodSync(join(root, '.pki'), 0o700);
  return root;
}

function setsIn(root: string, cutoff = LATE) {
  return readArchive(root, cutoff, LATE)?.sets;
}

describe('what may be too old', () => {
  it('is read to the second, with all of an entity of which anything is', () => {
    const root = archiveWith({
      'servers/api/2026-01-01T000000Z-aaaaaa': ['key.pem'],
      'servers/api/2026-01-01T000001Z-bbbbbb': ['cert.pem'],
      'servers/young/2026-01-01T000001Z-bbbbbb': ['key.pem'],
      'clients/old/2025-06-01T120000Z-cccccc': ['cert.pem'],
    });
    expect(
      setsIn(root, at('2026-01-01T00:00:01Z'))?.map(({ entity, folder }) => `${entity} ${folder}`),
    ).toEqual([
      'clients/old 2025-06-01T120000Z-cccccc',
      'servers/api 2026-01-01T000000Z-aaaaaa',
      'servers/api 2026-01-01T000001Z-bbbbbb',
    ]);
  });

  it('and whether a private key may be among it', () => {
    const stamp = (second: number): string => `servers/api/2026-01-01T00000${second}Z-aaaaaa`;
    const root = archiveWith({
      [stamp(0)]: ['cert.pem', 'cert.2.pem'],
      [stamp(1)]: ['cert.pem', 'key.2.pem'],
      [stamp(2)]: ['chain.pem'],
      [stamp(3)]: ['cert.pem'],
      [stamp(4)]: [],
    });
    writeFileSync(join(root, '.pki/archive', stamp(2), 'chain.pem'), '-----BEGIN EC PRIVATE KEY-----\n');
    symlinkSync('/nowhere', join(root, '.pki/archive', stamp(3), 'link.pem'));
    expect(setsIn(root)?.map(({ holdsKey }) => holdsKey)).toEqual([false, true, true, true, false]);
  });

  it('is never what does not look like ours', () => {
    const root = archiveWith({
      'servers/api/backup': ['key.pem'],
      'servers/api/2026': ['key.pem'],
      'servers/api/2026-13-45T999999Z-keep': ['key.pem'],
    });
    writeFileSync(join(root, '.pki/archive/note.txt'), 'mine');
    expect(setsIn(root)).toBeUndefined();
  });

  it('and nothing where there is no archive', () => {
    expect(setsIn(archiveWith({}))).toBeUndefined();
    expect(setsIn(join(work, 'nowhere'))).toBeUndefined();
  });
});

it('what is removed takes empty folders along, and nothing else', async () => {
  const root = archiveWith({
    'servers/api/2026-01-01T000000Z-aaaaaa': ['key.pem', 'cert.pem'],
    'servers/api/2026-01-01T000001Z-bbbbbb': ['cert.pem'],
    'clients/old/2025-06-01T120000Z-cccccc': ['cert.pem'],
  });
  for (const set of (setsIn(root) ?? []).filter(({ folder }) => !folder.endsWith('bbbbbb')))
    await through(root, (output) => pruneSet(output, set));
  expect(readdirSync(join(root, '.pki/archive/servers/api'))).toEqual(['2026-01-01T000001Z-bbbbbb']);
  expect(readdirSync(join(root, '.pki/archive/clients'))).toEqual([]);
});
