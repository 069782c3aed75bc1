/** Trust beyond the manifest is found in every bundle on the disk, whatever its form. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { checkTrust } from '../../src/run/verify-trust.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { type SmallCertificate, smallCertificate } from '../helpers/small-certificates.ts';

const work = memoryFolder();
const ROOT = anAuthority({ name: 'root' });
const INTER = anAuthority({ name: 'inter', issuer: ROOT.id, trust: [ROOT.id] });
const API = aServer({
  name: 'api',
  issuer: INTER.id,
  trust: [ROOT.id],
  outputs: ['key', 'cert', 'ca', 'ca-chain'],
});
const ALL = [ROOT, INTER, API];
const root = smallCertificate('root');
const inter = smallCertificate('inter', { issuer: root });
const other = smallCertificate('other');
let made = 0;

function problems(
  files: Readonly<Record<string, string>>,
  { entities = ALL, touched }: { entities?: readonly Entity[]; touched?: ReadonlySet<string> } = {},
) {
  const folder = join(work, `${++made}`);
  for (const { id } of ALL) mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, ROOT.id, 'cert.pem'), root.pem);
  writeFileSync(join(folder, INTER.id, 'cert.pem'), inter.pem);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, API.id, name), text);
  return checkTrust(entities, { root: folder, touched });
}

const strange = (artifact: string, ...all: readonly SmallCertificate[]) => ({
  entity: API.id,
  artifact,
  strangers: all.map(({ der, common }) => ({ fingerprint: sha256(der), subject: `CN=${common}` })),
  unreadable: null,
});

it.each<[string, Readonly<Record<string, string>>, readonly unknown[]]>([
  ['no file', {}, []],
  ['the root', { 'ca.pem': root.pem }, []],
  ['nothing', { 'ca.pem': '' }, []],
  ['another root beside it', { 'ca.pem': root.pem + other.pem }, [strange('ca', other)]],
  ['an authority between among roots', { 'ca.pem': root.pem + inter.pem }, [strange('ca', inter)]],
  ['an authority between where those are', { 'ca-chain.pem': inter.pem + root.pem }, []],
  ['another where those are', { 'ca-chain.pem': inter.pem + other.pem }, [strange('ca-chain', other)]],
  [
    'each file by itself',
    { 'ca.pem': other.pem, 'ca-chain.pem': other.pem + inter.pem },
    [strange('ca', other), strange('ca-chain', other)],
  ],
  ['a file that is not asked for', { 'truststore.p12': other.pem }, []],
])('%s', (_, files, expected) => expect(problems(files)).toEqual(expected));

it('the same root with another end is the same to verifiers, if its own key made it', () => {
  const again = smallCertificate('root', { key: root.key, days: 9 });
  const forged = smallCertificate('root', { key: root.key, issuer: { common: 'root', key: other.key } });
  expect(problems({ 'ca.pem': again.pem })).toEqual([]);
  expect(problems({ 'ca.pem': forged.pem })).toEqual([strange('ca', forged)]);
});

it('another key under the name of a root is none of it, nor is its key under another name', () => {
  const named = smallCertificate('root');
  const renamed = smallCertificate('renamed', { key: root.key });
  expect(problems({ 'ca.pem': named.pem + renamed.pem })).toEqual([strange('ca', named, renamed)]);
});

it('what cannot be read as a certificate may be one to another program', () => {
  const block = '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n';
  expect(problems({ 'ca.pem': root.pem + block })).toMatchObject([
    { strangers: [{ subject: null }], unreadable: null },
  ]);
  const cut = '-----BEGIN CERTIFICATE-----\nMAMC\n';
  expect(problems({ 'ca.pem': root.pem + cut })).toMatchObject([
    { entity: API.id, artifact: 'ca', strangers: [], unreadable: expect.any(String) },
  ]);
});

it('the certificate of an authority is alone in its file, but for those above it', () => {
  const found = (of: Entity, text: string) => {
    const folder = join(work, `${++made}`);
    for (const { id } of ALL) mkdirSync(join(folder, id), { recursive: true });
    writeFileSync(join(folder, ROOT.id, 'cert.pem'), root.pem);
    writeFileSync(join(folder, INTER.id, 'cert.pem'), inter.pem);
    writeFileSync(join(folder, of.id, 'cert.pem'), text);
    return checkTrust(ALL, { root: folder });
  };
  const strangers = [{ fingerprint: sha256(other.der), subject: 'CN=other' }];
  expect(found(ROOT, root.pem)).toEqual([]);
  expect(found(INTER, inter.pem + root.pem)).toEqual([]);
  expect(found(ROOT, root.pem + other.pem)).toMatchObject([{ entity: ROOT.id, artifact: 'cert', strangers }]);
  expect(found(INTER, inter.pem + other.pem)).toMatchObject([
    { entity: INTER.id, artifact: 'cert', strangers },
  ]);
  expect(found(API, root.pem + other.pem)).toEqual([]);
});

it('only what was touched is looked at, where that is said', () => {
  const files = { 'ca.pem': other.pem };
  expect(problems(files, { touched: new Set([ROOT.id]) })).toEqual([]);
  expect(problems(files, { touched: new Set([API.id]) })).toEqual([strange('ca', other)]);
});
