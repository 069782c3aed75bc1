// What `pki request` leaves for the other machine and keeps here, by the sources themselves.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';
import { opensslSync } from '../helpers/openssl.ts';

const manifest = (root: string, services = 'Services') => `version: 1
authorities:
  root: { commonName: Root${root} }
  services: { commonName: ${services}, issuer: root }
`;

let cert: string;
/** The private key of the root, in a file. */
let key: string;
beforeAll(async () => {
  const home = folderWith({ 'pki.yaml': manifest('') });
  await typed(home, ['apply', '--skip-verify', '--engine', 'node', '--only', 'root']);
  cert = readFileSync(join(home, 'pki/authorities/root/cert.pem'), 'utf8');
  key = join(home, 'pki/authorities/root/key.pem');
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

describe('the script on it', () => {
  let folder: string;
  beforeAll(async () => {
    folder = waiting();
    await typed(folder, ['request', 'stick']);
  });
  const run = (args: readonly string[], answer = 'yes') => {
    const { status, stdout, stderr } = spawnSync('sh', ['stick/sign.sh', ...args], {
      cwd: folder,
      input: `${answer}\n`,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const answer = () => join(folder, 'stick/authorities.services.cert.pem');

  it.each([
    ['no key', [], 'usage: sh sign.sh KEY\n'],
    ['two keys', ['a', 'b'], 'usage: sh sign.sh KEY\n'],
    ['the key of another', ['other.pem'], 'pki: error: this is the key of no authority that is asked\n'],
  ])('signs nothing with %s', (_, args, says) => {
    opensslSync(['genpkey', '-algorithm', 'ed25519', '-out', 'other.pem'], folder);
    expect(run(args)).toMatchObject({ status: 1, stderr: says });
    expect(existsSync(answer())).toBe(false);
  });

  it('signs nothing without a yes', () => {
    const { status, stdout, stderr } = run([key], 'no');
    expect(stdout).toContain('type "yes" to sign it');
    // What was not wanted is no mistake, and the key is the right one.
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('pki: error')]);
    expect(existsSync(answer())).toBe(false);
  });

  it('shows what it signs, and signs what was asked for: all is as it should be once that is taken', async () => {
    copyFileSync(key, join(folder, 'root.key'));
    const { status, stdout } = run(['root.key']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^ {2}authorities\/services, signed by authorities\/root\n {2}subject: CN=Services\n {2}path length: no limit\n {2}valid from \S+Z to \S+Z\n/m,
    );
    expect(
      opensslSync(['verify', '-x509_strict', '-CAfile', 'stick/authorities.root.pem', answer()], folder),
    ).toMatch(/: OK\n$/);
    expect(await typed(folder, ['import', 'stick', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(await typed(folder, ['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  });
});
