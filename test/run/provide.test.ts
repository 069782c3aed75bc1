/** Copies of what is in its place, for openssl to read: which files, from where, each made once in a run. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { EngineMake } from '../../src/plan/make.ts';
import { provide } from '../../src/run/provide.ts';
import type { Run } from '../../src/run/run.ts';
import { Staging } from '../../src/run/staging.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { aChange, anAuthority, aServer, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 1, cappedBy: null, subjectKeyId: null };
const LIST = { number: '7', thisUpdate: NOW, nextUpdate: NOW + 1, entries: [] };
const file = (of: string, isNew = false) => ({ kind: 'file', of, isNew }) as const;
const COPIES = '.pki/stage/run-1';

let root: string;
beforeEach(() => {
  root = memoryFolder();
});

/** What is read of entities, in order, while these are made one after the other. */
async function provided(...makes: readonly EngineMake[]) {
  const read: string[] = [];
  using output = await OutputFolder.open(root);
  using staging = new Staging(output, 'run-1');
  await staging.open();
  const says = (what: string) => (of: string) => {
    read.push(`${what} of ${of}`);
    return Buffer.from(`${what} of ${of}\n`);
  };
  const published = {
    keyFile: says('key'),
    certificateBytes: says('cert'),
    certificate: (of: string) => ({ pem: `PEM of ${of}\n` }),
  };
  const changes = new Map([[API.id, aChange({ id: API.id, action: 'refresh' })]]);
  const run = { root, output, staging, published, changes, byId: new Map() } as never as Run;
  for (const make of makes) await provide(run, make);
  return read;
}

const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const mode = (path: string): string => (statSync(join(root, path)).mode & 0o777).toString(8);

it('what signs is there with its certificate, each once, for its user alone', async () => {
  const by = { kind: 'authority', id: ROOT.id, key: file(ROOT.id) } as const;
  const sign = { op: 'sign', by, issuance: ISSUANCE, to: 'cert' } as const;
  expect(await provided({ ...sign, of: API.id }, { ...sign, of: 'servers/web' })).toEqual([
    `key of ${ROOT.id}`,
    `cert of ${ROOT.id}`,
  ]);
  const folder = `${COPIES}/current/authorities.root`;
  expect([text(`${folder}/key.pem`), text(`${folder}/cert.pem`)]).toEqual([
    `key of ${ROOT.id}\n`,
    `cert of ${ROOT.id}\n`,
  ]);
  expect([mode(`${folder}/key.pem`), mode(`${folder}/cert.pem`), mode(folder)]).toEqual([
    '600',
    '600',
    '700',
  ]);
});

it('the former generation of a root is apart from the one that it has now', async () => {
  const by = { kind: 'authority', id: ROOT.id, key: file(ROOT.id) } as const;
  const sign = { op: 'sign', of: ROOT.id, by, issuance: ISSUANCE } as const;
  expect(await provided({ ...sign, to: 'cross' }, { ...sign, to: 'cert' })).toHaveLength(4);
  for (const generation of ['former', 'current'])
    expect(existsSync(join(root, COPIES, generation, 'authorities.root/key.pem'))).toBe(true);
});

it('a key in the archive is read from its set', async () => {
  const set = '.pki/archive/authorities/root/set-1';
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  mkdirSync(join(root, set), { recursive: true, mode: 0o700 });
  const crl = {
    op: 'crl',
    of: ROOT.id,
    key: file(ROOT.id),
    isNewCertificate: false,
    list: LIST,
    archived: 'set-1',
    to: 'former-crl',
  } as const;
  await expect(provided(crl)).rejects.toThrow(`"${set}/key.pem" is missing`);
  writeFileSync(join(root, set, 'key.pem'), 'archived key');
  writeFileSync(join(root, set, 'cert.pem'), 'archived cert');
  expect(await provided({ ...crl, of: ROOT.id })).toEqual([]);
  expect(text(`${COPIES}/archived/authorities.root/key.pem`)).toBe('archived key');
});

it('a new key is in staging already, and nothing is read for it', async () => {
  expect(await provided({ op: 'request', of: API.id, key: file(API.id, true) })).toEqual([]);
});

it('parts of what is converted are put together beside it', async () => {
  const parts = [
    { kind: 'certificate', of: API.id },
    { kind: 'certificate', of: ROOT.id },
  ] as const;
  expect(await provided({ op: 'convert', of: API.id, parts, format: 'pkcs7', to: 'pkcs7' })).toEqual([]);
  const parted = `${COPIES}/parts/servers.api`;
  expect(mode(parted)).toBe('700');
  const path = `${parted}/chain.p7b`;
  expect([text(path), mode(path)]).toEqual([`PEM of ${API.id}\nPEM of ${ROOT.id}\n`, '600']);
});
