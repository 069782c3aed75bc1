import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foreignCommands, makeForeign } from '../../src/handshake/foreign.ts';
import { openssl } from '../helpers/openssl.ts';
import { Pki, runOpenssl } from './pki.ts';

test('the commands are values: no path, no subject and no secret on a command line', () => {
  const { ca, client } = foreignCommands();
  expect(ca.args.join(' ')).toBe(
    'req -x509 -batch -config - -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 36500 -extensions extensions -keyout ca-key.pem -out ca.pem',
  );
  expect(client.args.join(' ')).toBe(
    'req -x509 -batch -config - -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 36500 -extensions extensions -CA ca.pem -CAkey ca-key.pem -keyout -',
  );
});

test('a proof by another clock than that of openssl takes it for valid, too', async () => {
  const { fullchain, ca } = await makeForeign(runOpenssl);
  const inThirtyYears = Date.now() + 30 * 365 * 86_400_000;
  for (const pem of [fullchain, ca])
    expect(Date.parse(new X509Certificate(pem).validTo)).toBeGreaterThan(inThirtyYears);
});

test('openssl finds a real client certificate under a real CA', async () => {
  const pki = await Pki.open();
  try {
    await writeFile(join(pki.folder, 'leaf.pem'), pki.foreign.fullchain);
    await writeFile(join(pki.folder, 'ca.pem'), pki.foreign.ca);
    const strict = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'leaf.pem'];
    expect(await openssl(strict, { cwd: pki.folder })).toBe('leaf.pem: OK\n');
    const wrong = strict.map((word) => (word === 'sslclient' ? 'sslserver' : word));
    await expect(openssl(wrong, { cwd: pki.folder })).rejects.toThrow(/unsuitable certificate purpose/);
  } finally {
    await pki.remove();
  }
});

test('its folder is private while it is there, and gone afterwards, also after a failure', async () => {
  const folders: string[] = [];
  const watching = (fail: boolean) =>
    makeForeign(async (command) => {
      folders.push(command.cwd);
      expect(statSync(command.cwd).mode & 0o777).toBe(0o700);
      if (fail) throw new Error('no openssl');
      const result = await runOpenssl(command);
      expect(statSync(join(command.cwd, 'ca-key.pem')).mode & 0o777).toBe(0o600);
      return result;
    });
  await watching(false);
  await expect(watching(true)).rejects.toThrow('no openssl');
  expect(folders).toHaveLength(3);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test('what openssl prints is not believed', async () => {
  const lying = (stdout: string) =>
    makeForeign(async (command) => {
      await runOpenssl(command);
      return { stdout };
    });
  await expect(lying('')).rejects.toThrow('openssl printed no private key');
  const other = await makeForeign(runOpenssl);
  await expect(lying(other.key + other.fullchain)).rejects.toThrow('no usable foreign client');
});

test('every run makes another CA', async () => {
  const [one, two] = await Promise.all([makeForeign(runOpenssl), makeForeign(runOpenssl)]);
  expect(one.ca).not.toBe(two.ca);
  expect(execFileSync('openssl', ['x509', '-noout', '-pubkey'], { input: one.ca })).not.toEqual(
    execFileSync('openssl', ['x509', '-noout', '-pubkey'], { input: two.ca }),
  );
});
