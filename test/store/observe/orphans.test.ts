/** Folders of entities that left the manifest: what has to be known of one before it counts as ours. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { findOrphans } from '../../../src/store/observe/orphans.ts';
import { parseCertificate } from '../../../src/x509/parse.ts';
import { parseKey } from '../../../src/x509/parse-key.ts';
import { anAuthority, aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { keyPem, smallCertificate } from '../../helpers/small-certificates.ts';

const OLD = smallCertificate('old', { isAuthority: false });
const OTHER = smallCertificate('other', { isAuthority: false });
const END = parseCertificate(Buffer.from(OLD.pem)).notAfter;
const FILES = { 'cert.pem': OLD.pem, 'key.pem': keyPem(OLD.key) };

const line = (entity: string, fingerprint: string, keyId: string) =>
  `${JSON.stringify({ entity, fingerprint, keyId, serial: '01', subject: 'CN=old', issuer: 'authorities/root', notBefore: '2026-11-23T12:00:00Z', notAfter: '2026-11-24T12:00:00Z', time: '2026-11-23T12:00:00Z', san: [], reasons: [] })}\n`;
const { fingerprint, keyId } = parseCertificate(Buffer.from(OLD.pem));
const ISSUED = line('servers/old', fingerprint, keyId);

/** @param files by their paths; the ledger among them, unless it is `null`. */
function found(
  files: Readonly<Record<string, string>>,
  entities: readonly Entity[] = [aServer({ name: 'api' })],
  ledger: string | null = ISSUED,
) {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  if (ledger !== null) writeFileSync(join(root, '.pki/ledger.jsonl'), ledger);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { orphans, leaving } = findOrphans(root, entities);
  return { orphans, leaving: leaving && Object.fromEntries(leaving) };
}

const at = (folder: string, files: Readonly<Record<string, string>> = FILES) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
const THE_ONE = { orphans: ['servers/old'], leaving: { 'servers/old': END } };
const NONE = { orphans: [], leaving: {} };

it('is ours by its certificate, or by its key where that is all that is left', () => {
  expect(found(at('servers/old'))).toEqual(THE_ONE);
  expect(found(at('servers/old', { 'cert.pem': OLD.pem }))).toEqual(THE_ONE);
  expect(found(at('servers/old', { 'key.pem': keyPem(OLD.key) }))).toEqual({
    orphans: ['servers/old'],
    leaving: {},
  });
  expect(found(at('servers/old', { ...FILES, 'cert.pem': 'text' }))).toEqual({
    orphans: ['servers/old'],
    leaving: {},
  });
  expect(found(at('servers/old', { ...FILES, 'key.pem': 'text' }))).toEqual(THE_ONE);
  expect(parseKey(Buffer.from(keyPem(OLD.key))).keyId).toBe(keyId);
});

it('is not ours under another name, or with other files', () => {
  expect(found(at('servers/copy'))).toEqual(NONE);
  expect(found(at('clients/old'))).toEqual(NONE);
  expect(found(at('servers/old', { 'cert.pem': OTHER.pem, 'key.pem': keyPem(OTHER.key) }))).toEqual(NONE);
  expect(found(at('servers/old', { 'note.txt': '' }))).toEqual(NONE);
  expect(found(at('elsewhere/old'))).toEqual({ orphans: [], leaving: undefined });
});

it('is not ours without a ledger that can be read', () => {
  expect(found(at('servers/old'), undefined, null)).toEqual(NONE);
  expect(found(at('servers/old'), undefined, 'text\n')).toEqual(NONE);
});

it('is the folder of no entity of the manifest, whatever that is called', () => {
  const nothing = { orphans: [], leaving: undefined };
  expect(found(at('servers/old'), [aServer({ name: 'old' })])).toEqual(nothing);
  const layout = { folder: 'servers/old', files: {} } as never;
  expect(found(at('servers/old'), [aServer({ name: 'api', layout })])).toEqual(nothing);
  const files = { cert: 'servers/old/cert.pem' };
  expect(
    found(at('servers/old'), [aServer({ name: 'api', layout: { folder: '.', files } as never })]),
  ).toEqual(nothing);
  expect(found(at('servers/old'), [anAuthority({ name: 'old' })])).toEqual(THE_ONE);
});

it('is a folder, in a folder', () => {
  const root = memoryFolder();
  mkdirSync(join(root, 'target/old'), { recursive: true });
  symlinkSync('target', join(root, 'servers'));
  mkdirSync(join(root, 'clients'));
  writeFileSync(join(root, 'clients/old'), '');
  symlinkSync('../target/old', join(root, 'clients/link'));
  writeFileSync(join(root, 'peers'), '');
  expect(findOrphans(root, [])).toEqual({ orphans: [] });
});
