/** Whom those who trust a root may trust, as the files say it: what cannot be explained adds nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { readAuthorities, readEarlierRoots } from '../../../src/store/observe/trusted-roots.ts';
import { certificateFacts } from '../../../src/x509/certificate.ts';
import { anAuthority, aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { type SmallCertificate, smallCertificate } from '../../helpers/small-certificates.ts';

const work = memoryFolder();
const ROOT = anAuthority({ name: 'root', subject: [{ type: 'CN', value: 'root' }] });
const NOW_ROOT = smallCertificate('root');
const EARLIER = smallCertificate('root');
const [FIRST, SECOND] = [smallCertificate('one'), smallCertificate('two')];
const ANCHOR = anAuthority({
  name: 'theirs',
  keyPlace: { kind: 'anchor', path: 'a.pem', certificates: [FIRST.pem, SECOND.pem] },
});
const print = ({ der }: SmallCertificate): string => certificateFacts(der).fingerprint;
let made = 0;

function folder(files: Readonly<Record<string, string>>): string {
  const root = join(work, `${++made}`);
  for (const entity of [ROOT, ANCHOR]) mkdirSync(join(root, entity.id), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, ROOT.id, name), text);
  return root;
}

const of = (root: string, entities: readonly Entity[] = [ROOT]) =>
  Object.fromEntries(
    [...readAuthorities(root, entities)].map(([id, all]) => [id, all.map(({ fingerprint }) => fingerprint)]),
  );

it('a root is trusted by the certificate that is there', () => {
  const root = folder({ 'cert.pem': NOW_ROOT.pem });
  expect(of(root)).toEqual({ [ROOT.id]: [print(NOW_ROOT)] });
  expect(readEarlierRoots(root, ROOT)).toEqual([]);
});

it('one that is not there, or cannot be read, adds nothing', () => {
  expect(of(folder({}))).toEqual({ [ROOT.id]: [] });
  expect(of(folder({ 'cert.pem': 'x' }))).toEqual({ [ROOT.id]: [] });
});

it('an earlier one counts, unless a bundle of its own lacks it and another key made it', () => {
  const earlier = (files: Readonly<Record<string, string>>) => {
    const root = folder({ 'cert.pem': NOW_ROOT.pem, ...files });
    const found = readEarlierRoots(root, ROOT).map(({ fingerprint }) => fingerprint);
    expect(of(root)).toEqual({ [ROOT.id]: [print(NOW_ROOT), ...found] });
    return found;
  };
  const previous = EARLIER.pem;
  const bundle = { 'ca.pem': NOW_ROOT.pem + EARLIER.pem };
  expect(earlier({ 'previous.pem': previous, ...bundle })).toEqual([print(EARLIER)]);
  expect(earlier({ 'previous.pem': previous })).toEqual([print(EARLIER)]);
  expect(earlier({ 'previous.pem': previous, 'ca.pem': NOW_ROOT.pem })).toEqual([]);
  const same = smallCertificate('root', { key: NOW_ROOT.key, days: 2 });
  expect(earlier({ 'previous.pem': same.pem, 'ca.pem': NOW_ROOT.pem })).toEqual([print(same)]);
  expect(earlier(bundle)).toEqual([]);
});

it('of an anchor all that the manifest names, of which the first is the current one', () => {
  const root = folder({ 'cert.pem': NOW_ROOT.pem });
  const all = of(root, [aServer({ name: 'api' }), ANCHOR, ROOT]);
  expect(all).toEqual({ [ANCHOR.id]: [print(FIRST), print(SECOND)], [ROOT.id]: [print(NOW_ROOT)] });
  expect(readEarlierRoots(root, ANCHOR).map(({ fingerprint }) => fingerprint)).toEqual([print(SECOND)]);
});

it('what lies in the folder of an anchor adds nothing to what the manifest names', () => {
  const root = folder({});
  writeFileSync(join(root, ANCHOR.id, 'cert.pem'), NOW_ROOT.pem);
  writeFileSync(join(root, ANCHOR.id, 'previous.pem'), EARLIER.pem);
  const one = { ...ANCHOR, keyPlace: { kind: 'anchor', path: 'a.pem', certificates: [FIRST.pem] } } as const;
  expect(of(root, [one])).toEqual({ [ANCHOR.id]: [print(FIRST)] });
  expect(readEarlierRoots(root, one)).toEqual([]);
});
