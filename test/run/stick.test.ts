// What `pki request` leaves for the other machine and keeps here, by the sources themselves.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';
import { opensslSync } from '../helpers/openssl.ts';

const manifest = (root: string, services = 'Services') => `version: 1
authorities:
  root: { commonName: Root${root} }
  services: { commonName: ${services}, issuer: root }
`;

let cert: string;
beforeAll(async () => {
  const home = folderWith({ 'pki.yaml': manifest('') });
  await typed(home, ['apply', '--skip-verify', '--engine', 'node', '--only', 'root']);
  cert = readFileSync(join(home, 'pki/authorities/root/cert.pem'), 'utf8');
});

/** A folder that has the root's certificate, and whose authority waits for the root's key. */
const waiting = (): string =>
  folderWith({
    'pki.yaml': manifest(', key: offline'),
    'pki/authorities/root/cert.pem': cert,
  });

const OUTGOING = 'pki/.pki/outgoing/authorities.services';
const subjectIn = (folder: string): string =>
  opensslSync(
    ['req', '-in', join(folder, 'stick/authorities.services.csr.pem'), '-noout', '-subject'],
    folder,
  );

it('on the stick is all that the other machine needs, and no key', async () => {
  const folder = waiting();
  expect(await typed(folder, ['request', 'stick'])).toMatchObject({ code: 0 });
  const stick = (name = '') => join(folder, 'stick', name);
  expect(readdirSync(stick()).sort()).toEqual([
    'authorities.root.pem',
    'authorities.services.csr.pem',
    'request.json',
    'sign.sh',
  ]);
  expect(readFileSync(stick('authorities.root.pem'), 'utf8')).toBe(cert);
  expect(subjectIn(folder)).toMatch(/CN ?= ?Services\n$/);
  expect(statSync(stick('sign.sh')).mode & 0o777).toBe(0o755);
  const { format, version, requests } = JSON.parse(readFileSync(stick('request.json'), 'utf8'));
  expect([format, version, requests.length]).toEqual(['pki-request', 1, 1]);
  expect(readdirSync(join(folder, OUTGOING)).sort()).toEqual(['asked.json', 'csr.pem', 'key.pem']);
});

it('asked again for the same, it is the same request; for something else, the first goes to the archive', async () => {
  const folder = waiting();
  const csr = () => readFileSync(join(folder, 'stick/authorities.services.csr.pem'), 'utf8');
  await typed(folder, ['request', 'stick']);
  const first = csr();
  await typed(folder, ['request', 'stick']);
  expect(csr()).toBe(first);
  const key = readFileSync(join(folder, OUTGOING, 'key.pem'), 'utf8');
  writeFileSync(join(folder, 'pki.yaml'), manifest(', key: offline', 'Others'));
  expect(await typed(folder, ['request', 'stick'])).toMatchObject({ code: 0 });
  expect(subjectIn(folder)).toMatch(/CN ?= ?Others\n$/);
  const archive = join(folder, 'pki/.pki/archive/authorities/services');
  const [stamp = ''] = readdirSync(archive);
  expect(readFileSync(join(archive, stamp, 'key.pem'), 'utf8')).toBe(key);
});

it('a request that openssl cannot make is an error, and nothing is on the stick', async () => {
  const folder = waiting();
  const fake = join(folder, 'failing');
  const script = '#!/bin/sh\n[ "$1" != req ] || { echo "no luck" >&2; exit 1; }\nexec openssl "$@"\n';
  writeFileSync(fake, script, { mode: 0o755 });
  const { code, stderr } = await typed(folder, ['request', 'stick'], { PKI_OPENSSL: fake });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^pki: error: .*authorities\/services/m);
  expect(stderr).toContain('no luck');
  expect(existsSync(join(folder, 'stick/request.json'))).toBe(false);
  expect(existsSync(join(folder, OUTGOING))).toBe(false);
  expect(await typed(folder, ['request', 'stick'])).toMatchObject({ code: 0 });
});
