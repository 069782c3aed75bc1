// A root whose key is on another machine, by the sources themselves: asked for, signed on a yes, and taken.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
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

/** What is typed at one, and which ends are one. */
type Terminal = Parameters<typeof typed> extends [unknown, unknown, unknown?, ...infer R] ? R : never;

describe('a folder of requests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = waiting();
    const asked = await typed(folder, ['request', 'stick']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout).toMatch(/^requested: 1 certificate in stick\n/m);
  });
  const sign = async (args: readonly string[], ...terminal: Terminal) => {
    const run = await typed(folder, ['sign', 'stick', ...args], ENV, ...terminal);
    return { ...run, stderr: stripVTControlCharacters(run.stderr) };
  };

  it('is shown and left as it is, where no one can be asked', async () => {
    const { code, stdout, stderr } = await sign(['--key', KEY]);
    expect(code).toBe(1);
    expect(stdout).toContain('authorities/services');
    expect(stderr).toContain(
      'pki: error: there is no terminal to ask at whether to sign\npki: hint: read what is asked',
    );
  });

  it.each([
    { reads: true, shows: false },
    { reads: false, shows: true },
    { reads: false, shows: false },
  ])('is signed by no answer that comes from no terminal, nor shown there: %j', async (ends) => {
    const { code, stdout, stderr } = await sign(['--key', KEY], ['yes'], ends);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^signed: nothing$/m);
    expect(stderr).toMatch(/^pki: error: there is no terminal [^\n]*\npki: hint: [^\n]*\n$/);
  });

  it.each([['no'], ['y'], [null]])('is left as it is on %j', async (answer) => {
    const { code, stdout, stderr } = await sign(['--key', KEY], [answer]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^signed: nothing$/m);
    expect(stderr).toMatch(/^pki: type "yes" to sign it, anything else to leave it: \w*\s*$/);
  });

  it.each<[string, string, (string | null)[], RegExp]>([
    ['typed', CLOSED, [ENV.PASS, 'no'], /^pki: passphrase for \S+: \npki: type "yes" to sign it, [^\n]*\n*$/],
    ['typed wrong', CLOSED, ['other'], /^pki: passphrase for \S+: \npki: error: (?!Internal)/],
    ['not typed', CLOSED, [null], /^pki: passphrase for \S+: \npki: error: (?!Internal)/],
  ])('a passphrase that no option names is asked for at the terminal: %s', async (_, key, answers, says) => {
    const { code, stderr } = await sign(['--key', key], answers);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
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
    expect(signed.stderr).toMatch(/^pki: type "yes" [^\n]*\n*$/);
    expect(signed.stdout).toMatch(/^authorities\/services: serial \w+, SHA-256 \w+\nsigned: 1 of 1 /m);
    const taken = await typed(folder, ['import', 'stick', '--skip-verify', '--engine', 'node']);
    expect(taken.code, taken.stderr).toBe(0);
    expect(taken.stdout).toMatch(/^applied: 2 created/);
    // What was kept for the answer is of no more use.
    expect(readdirSync(join(folder, 'pki/.pki/outgoing'))).toEqual([]);
    expect(await typed(folder, ['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
    // What is in place is no news; what was not asked for is not taken, though nothing is due.
    const again = () => typed(folder, ['import', 'stick', '--skip-verify']);
    expect(await again()).toMatchObject({ code: 0 });
    const answer = join(folder, 'stick/authorities.services.cert.pem');
    expect(existsSync(answer)).toBe(true);
    cpSync(cert, answer);
    const refused = await again();
    expect([refused.code, /authorities\/services/.test(refused.stderr)]).toEqual([1, true]);
    const issuer = opensslSync(
      ['verify', '-CAfile', cert, join(folder, 'pki/authorities/services/cert.pem')],
      folder,
    );
    expect(issuer).toMatch(/: OK\n$/);
    expect((await typed(folder, ['history', 'services'])).stdout.split('\n')).toHaveLength(3);
    rmSync(join(folder, 'pki/authorities/services/key.pem'));
    const lost = await typed(folder, ['request', 'other']);
    expect([lost.code, lost.stderr]).toEqual([
      0,
      expect.stringMatching(
        /^pki: warning: authorities\/services: its key\.pem is missing, [^\n]*\npki: hint: take "other" [^\n]*\n$/,
      ),
    ]);
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
  expect(signed.stderr).toBe('');
  expect(signed.stdout).not.toContain(ENV.PASS);
  expect(existsSync(join(folder, 'pki/authorities/services/cert.pem'))).toBe(false);
  expect(await typed(folder, ['import', 'stick', '--skip-verify'])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'pki/authorities/services/cert.pem'), 'utf8')).toContain('CERTIFICATE');
});

it('what is asked of several keys is counted, and named where this one is not meant', async () => {
  const folder = folderWith({
    'pki.yaml': `version: 1
authorities:
  root: { commonName: Example Root CA, key: offline }
  other: { commonName: Other CA, key: offline }
  a: { commonName: A CA, issuer: root }
  b: { commonName: B CA, issuer: root }
  c: { commonName: C CA, issuer: other }
`,
  });
  for (const name of ['root', 'other'])
    mkdirSync(join(folder, `pki/authorities/${name}`), { recursive: true });
  cpSync(cert, join(folder, 'pki/authorities/root/cert.pem'));
  const own = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'other.key'];
  const name = ['-subj', '/CN=Other CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  opensslSync(
    ['req', '-x509', ...own, ...name, '-days', '7300', '-out', 'pki/authorities/other/cert.pem'],
    folder,
  );
  const asked = await typed(folder, ['request', 'stick']);
  expect(asked.stdout, asked.stderr).toMatch(/^requested: 3 certificates/m);
  const signed = await typed(folder, ['sign', 'stick', '--key', KEY], {}, ['yes']);
  expect(signed.code, signed.stderr).toBe(0);
  expect(stripVTControlCharacters(signed.stderr)).toMatch(
    /^pki: type "yes" to sign these 2, [^\n]*\n*pki: authorities\/c is asked of authorities\/other, which has another key\n$/,
  );
  expect(signed.stdout).toMatch(/^signed: 2 of 2 asked of this key$/m);
});

it.each<[string, string, number, RegExp, RegExp]>([
  ['nothing waits', '', 0, /^requested: nothing/, /^$/],
  ['a passphrase is not there', ', key: offline', 1, /^$/, /^pki: error: [^\n]*PKI_NONE/],
])('a request where %s', async (_, root, code, stdout, stderr) => {
  const text = manifest(root).replace('Services CA', 'Services CA, passphrase: "env:PKI_NONE"');
  const folder = folderWith({ 'pki.yaml': root === '' ? manifest(root) : text });
  if (root === '') await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  else {
    mkdirSync(join(folder, 'pki/authorities/root'), { recursive: true });
    cpSync(cert, join(folder, 'pki/authorities/root/cert.pem'));
  }
  const asked = await typed(folder, ['request', 'stick']);
  expect(asked).toMatchObject({
    code,
    stdout: expect.stringMatching(stdout),
    stderr: expect.stringMatching(stderr),
  });
  expect(existsSync(join(folder, 'stick'))).toBe(false);
});
