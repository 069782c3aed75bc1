// A root whose key is on another machine, by the sources themselves: asked for, signed on a yes, and taken.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const manifest = (root: string) => `version: 1
authorities:
  root: { commonName: Example Root CA${root} }
  services: { commonName: Example Services CA, issuer: root }
servers: { api: { commonName: api.example.test } }
`;

/** Where the key of the root is, plain and under a passphrase. */
const away = temporaryFolder();
const KEY = join(away, 'root.key');
const CLOSED = join(away, 'closed.key');
const ENV = { PASS: 'hush-hush-0e7c' };
let cert: string;
beforeAll(async () => {
  const home = folderWith({ 'pki.yaml': manifest('') });
  await typed(home, ['apply', '--skip-verify', '--engine', 'node']);
  cpSync(join(home, 'pki/authorities/root/key.pem'), KEY);
  cert = join(home, 'pki/authorities/root/cert.pem');
  opensslSync(['pkcs8', '-topk8', '-in', KEY, '-out', CLOSED, '-passout', `pass:${ENV.PASS}`], away);
});

/** A folder in which the root is complete without its key, and everything else waits for that. */
function waiting(): string {
  const folder = folderWith({ 'pki.yaml': manifest(', key: offline') });
  mkdirSync(join(folder, 'pki/authorities/root'), { recursive: true });
  cpSync(cert, join(folder, 'pki/authorities/root/cert.pem'));
  return folder;
}

it('what waits is no other without a look at keys', async () => {
  const folder = waiting();
  expect(await typed(folder, ['plan', '--public', '--only', 'root'])).toEqual(
    await typed(folder, ['plan', '--only', 'root']),
  );
});

describe('a folder of requests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = waiting();
    const asked = await typed(folder, ['request', 'stick']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout).toMatch(/^requested: 1 certificate in stick\n/m);
  });
  const sign = (args: readonly string[], answers?: readonly (string | null)[]) =>
    typed(folder, ['sign', 'stick', ...args], ENV, answers);

  it('is shown and left as it is, where no one can be asked', async () => {
    const { code, stdout, stderr } = await sign(['--key', KEY]);
    expect(code).toBe(1);
    expect(stdout).toContain('authorities/services');
    expect(stderr).toContain(
      'pki: error: there is no terminal to ask at whether to sign\npki: hint: read what is asked',
    );
  });

  it.each([['no'], ['y'], [null]])('is left as it is on %j', async (answer) => {
    const { code, stderr } = await sign(['--key', KEY], [answer]);
    expect(code).toBe(1);
    expect(stderr).toContain('pki: type "yes" to sign it, anything else to leave it: ');
  });

  it.each([
    ['another key', ['--yes', '--key', CLOSED, '--passphrase', 'env:NONE'], /NONE/],
    ['a key that is not there', ['--yes', '--key', 'none.key'], /none\.key/],
    ['a certificate of another', ['--yes', '--key', KEY, '--certificate', 'none.pem'], /none\.pem/],
  ])('is not signed by %s', async (_, args, says) => {
    const { code, stderr } = await sign(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
  });

  it('is signed on a yes, taken, and then nothing waits', async () => {
    const signed = await sign(['--key', KEY], [' yes ']);
    expect(signed.code, signed.stderr).toBe(0);
    const taken = await typed(folder, ['import', 'stick', '--skip-verify', '--engine', 'node']);
    expect(taken.code, taken.stderr).toBe(0);
    expect(taken.stdout).toMatch(/^applied: 2 created/);
    // What was kept for the answer is of no more use.
    expect(readdirSync(join(folder, 'pki/.pki/outgoing'))).toEqual([]);
    expect(await typed(folder, ['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
    const issuer = opensslSync(
      ['verify', '-CAfile', cert, join(folder, 'pki/authorities/services/cert.pem')],
      folder,
    );
    expect(issuer).toMatch(/: OK\n$/);
    expect((await typed(folder, ['history', 'services'])).stdout.split('\n')).toHaveLength(3);
  });
});

it('a key under a passphrase signs without a question, where that is said', async () => {
  const folder = waiting();
  await typed(folder, ['request', 'stick']);
  const signed = await typed(
    folder,
    ['sign', 'stick', '--yes', '--key', CLOSED, '--passphrase', 'env:PASS'],
    ENV,
  );
  expect(signed.code, signed.stderr).toBe(0);
  expect(`${signed.stdout}${signed.stderr}`).not.toContain(ENV.PASS);
  expect(existsSync(join(folder, 'pki/authorities/services/cert.pem'))).toBe(false);
  expect(await typed(folder, ['import', 'stick', '--skip-verify'])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'pki/authorities/services/cert.pem'), 'utf8')).toContain('CERTIFICATE');
});
