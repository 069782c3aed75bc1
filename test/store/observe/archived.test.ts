/** What the archive has of an entity: its last whole set, and the key behind the newest list of former keys. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTIFACTS } from '../../../src/pki/artifact.ts';
import type { FileState } from '../../../src/plan/observation.ts';
import { readArchived, readArchivedFile, wholeSets } from '../../../src/store/observe/archived.ts';
import { formerSigner } from '../../../src/store/observe/former-signer.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import { parseKey } from '../../../src/x509/parse-key.ts';
import { pemOf } from '../../helpers/certificate-der.ts';
import { anAuthority, aServer, DAY, present } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import {
  keyPem,
  type SmallCertificate,
  smallCertificate,
  smallList,
} from '../../helpers/small-certificates.ts';

type Sets = Readonly<Record<string, Readonly<Partial<Record<'key' | 'cert', string>>>>>;

/** An output folder with these sets of one entity, by the name of the run. */
function archiveOf(id: string, sets: Sets): string {
  const root = memoryFolder();
  const archive = join(root, '.pki/archive', id);
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  mkdirSync(archive, { recursive: true });
  for (const [set, files] of Object.entries(sets)) {
    mkdirSync(join(archive, set));
    for (const file of ['key', 'cert'] as const)
      if (files[file] !== undefined) writeFileSync(join(archive, set, ARTIFACTS[file].file), files[file]);
  }
  return root;
}

const ID = 'servers/api' as const;

describe('the last whole set', () => {
  const root = archiveOf(ID, {
    'a-1': { key: 'key 1', cert: 'cert 1' },
    'b-2': { key: 'key 2', cert: 'cert 2' },
    'c-3': { key: 'key 3' },
    'd-4': { cert: 'cert 4' },
    'e-5': {},
  });
  const archive = join(root, '.pki/archive');
  // What is no folder was not made here.
  writeFileSync(join(archive, ID, 'f-6'), '');
  symlinkSync('b-2', join(archive, ID, 'g-7'));
  symlinkSync('api', join(archive, 'servers/link'));
  symlinkSync('servers', join(archive, 'clients'));

  it('has both, and the newest comes first', () => {
    expect(wholeSets(root, ID)).toEqual(['b-2', 'a-1']);
    expect(String(readArchived(root, ID, 'key'))).toBe('key 2');
    expect(String(readArchived(root, ID, 'cert'))).toBe('cert 2');
  });

  it('is none where nothing was archived, or behind a link', () => {
    for (const id of ['servers/none', 'peers/api', 'servers/link', 'clients/api'] as const) {
      expect(wholeSets(root, id)).toEqual([]);
      expect(readArchived(root, id, 'key')).toBeUndefined();
      expect(readArchivedFile(root, id, 'b-2', 'key')).toEqual({ state: 'missing' });
    }
    expect(wholeSets(memoryFolder(), ID)).toEqual([]);
    expect(readArchivedFile(join(root, 'none'), ID, 'a-1', 'key')).toEqual({ state: 'missing' });
  });

  it('is not the only one that can be read, by its name', () => {
    const read = (set: string, file: 'key' | 'cert') => {
      const found = readArchivedFile(root, ID, set, file);
      return found.state === 'present' ? String(found.facts) : found.state;
    };
    expect(read('a-1', 'key')).toBe('key 1');
    expect(read('c-3', 'key')).toBe('key 3');
    expect(read('c-3', 'cert')).toBe('missing');
    expect(read('f-6', 'key')).toBe('missing');
    expect(read('g-7', 'key')).toBe('missing');
    expect(read('z-9', 'key')).toBe('missing');
  });
});

describe('the signer of the newest list of former keys', () => {
  const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const CA = anAuthority({ name: 'ca', crl: { url: [], list: TERMS } });
  const OLD = smallCertificate('ca');
  const OLDER = smallCertificate('ca');
  const set = ({ key, pem }: SmallCertificate) => ({ key: keyPem(key), cert: pem });
  const listsOf = (...signers: readonly SmallCertificate[]): FileState<Buffer> =>
    present(Buffer.from(signers.map((one) => pemOf(smallList(one), 'X509 CRL')).join('')));
  const signer = (sets: Sets, lists: FileState<Buffer>, entity = CA) =>
    formerSigner(archiveOf(CA.id, sets), entity, lists, new Reader());
  const ED25519 = parseKey(Buffer.from(keyPem(OLD.key))).spec;

  it('is found in the archive, whichever set has its key', () => {
    const sets = { 'a-1': set(OLDER), 'b-2': set(OLD), 'c-3': set(smallCertificate('ca')) };
    expect(signer(sets, listsOf(OLD, OLDER))).toEqual({ formerSigner: { set: 'b-2', spec: ED25519 } });
    expect(signer(sets, listsOf(OLDER, OLD))).toEqual({ formerSigner: { set: 'a-1', spec: ED25519 } });
  });

  it('is the newest of two sets with the same key', () => {
    expect(signer({ 'a-1': set(OLD), 'b-2': set(OLD) }, listsOf(OLD))).toEqual({
      formerSigner: { set: 'b-2', spec: ED25519 },
    });
  });

  it.each<[why: string, sets: Sets, lists: FileState<Buffer>, entity?: ReturnType<typeof anAuthority>]>([
    ['no list is there', { a: set(OLD) }, { state: 'missing' }],
    ['the file has none', { a: set(OLD) }, present(Buffer.from('text'))],
    ['its file is cut short', { a: set(OLD) }, present(Buffer.from('-----BEGIN X509 CRL-----\nMA=='))],
    ['the authority makes no lists', { a: set(OLD) }, listsOf(OLD), anAuthority({ name: 'ca' })],
    ['its key is not in the archive', { a: set(OLDER) }, listsOf(OLD)],
    ['another name has its key', { a: set(smallCertificate('other', { key: OLD.key })) }, listsOf(OLD)],
    ['another key is beside its certificate', { a: { ...set(OLD), key: keyPem(OLDER.key) } }, listsOf(OLD)],
    ['its certificate cannot be read', { a: { ...set(OLD), cert: 'none' } }, listsOf(OLD)],
    ['its key cannot be read', { a: { ...set(OLD), key: 'none' } }, listsOf(OLD)],
    ['its key is not there', { a: { cert: OLD.pem } }, listsOf(OLD)],
  ])('is not to be had where %s', (_, sets, lists, entity) => {
    expect(signer(sets, lists, entity)).toEqual({});
  });

  it('is found behind sets that cannot be read', () => {
    const sets = { a: set(OLD), b: { ...set(OLD), cert: 'none' }, c: { ...set(OLD), key: 'none' } };
    expect(signer(sets, listsOf(OLD))).toEqual({ formerSigner: { set: 'a', spec: ED25519 } });
  });
});

it('an entity without an archive has none', () => {
  expect(formerSigner(memoryFolder(), aServer(), { state: 'missing' }, new Reader())).toEqual({});
});
