// Command lines before anything is issued: what is refused, what is printed where, and the exit code.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { aFolder, folderWith, MANIFEST, typed } from './typed.ts';

const words = (line: string) => line.split(' ');

describe('before anything is issued', () => {
  let folder: string;
  beforeAll(() => {
    folder = aFolder();
  });

  const noOption = (one: string, other: string) => `option "${one}" cannot be used with option "${other}"`;
  const nothingCalled = (name: string) => `nothing in the manifest is called "${name}"`;
  const twice = '"--all" asks every server of the manifest that has an address, and one was named as well';

  it.each<[line: string, problem: string]>([
    ['plan --only api', '"api" could be several entities'],
    ['plan --only root,nobody', nothingCalled('nobody')],
    ['plan --rotate nobody', nothingCalled('nobody')],
    ['plan --retire api', 'no authority in the manifest is called "api"'],
    ['plan --retire clients/app', 'no authority in the manifest is called "clients/app"'],
    ['plan --rotate away', 'the key of servers/away is elsewhere, and is not made here'],
    ['rotate servers/away', 'the key of servers/away is elsewhere, and is not made here'],
    ['rotate app --retire', 'no authority in the manifest is called "app"'],
    ['retire app', 'no authority in the manifest is called "app"'],
    ['apply --only nobody', nothingCalled('nobody')],
    ['plan --json --commands', noOption('--commands', '--json')],
    ['plan --out p --now 2027-01-01T00:00:00Z', noOption('--out <file>', '--now <time>')],
    ['plan --out p --public', noOption('--out <file>', '--public')],
    ['plan --out p --commands', noOption('--out <file>', '--commands')],
    ['apply --quiet --json', noOption('-q, --quiet', '--json')],
    ['verify --public --sample x', noOption('--sample <path>', '--public')],
    ['verify --public --against vault', noOption('--against <engine>', '--public')],
    ['ocsp --serve 127.0.0.1:0 --to x', noOption('--serve <host:port>', '--to <folder>')],
    ['ocsp --serve 127.0.0.1:0 --json', noOption('--serve <host:port>', '--json')],
    ['ocsp', 'no authority of the manifest has "ocsp"'],
    ['ocsp --serve 127.0.0.1:0', 'no authority of the manifest has "ocsp"'],
    ['ocsp --serve x', '--serve takes an address and a port'],
    ['history app', 'nothing was ever issued for "app"'],
    ['revoke nobody', nothingCalled('nobody')],
    ['revoke api', '"api" could be several entities'],
    ['revoke app --reason bored', '"bored" is no reason'],
    [
      'revoke clients/api',
      'pki.yaml:9:19: client "api" is revoked, and its issuer "root" makes no revocation list',
    ],
    ['check', 'no server was named'],
    ['check --as api', 'no server was named'],
    ['check x', '"x" is not a host and a port'],
    ['check --all', 'no server or peer of the manifest has an address'],
    ['check --all --with nobody', nothingCalled('nobody')],
    ['check --all --as api', twice],
    ['check --all --name api', twice],
    ['check --all --starttls smtp', twice],
    ['check --all localhost:1', twice],
    ['check localhost:1 --as nobody', nothingCalled('nobody')],
    [
      'check localhost:1 --as servers/api',
      '"servers/api" has no key, certificate or trusted roots that can be read',
    ],
    [
      'check localhost:1 --with clients/app',
      '"clients/app" has no key, certificate or trusted roots that can be read',
    ],
    ['check localhost:1 --with nobody', nothingCalled('nobody')],
    ['check localhost:1 --manifest none.yaml', 'there is no manifest "none.yaml"'],
    ['deliver --only nobody', nothingCalled('nobody')],
    ['recover --discard app', 'nothing of "app" is left half-way'],
    ['export vault --sops', '"--sops" seals Secrets, and an export to OpenBao or Vault holds none'],
    [
      'export vault --vault https://x',
      '"--vault" is where issuers of cert-manager ask, and an export to OpenBao or Vault holds none',
    ],
    ['export vault --vault x', '"x" is no address of an engine'],
    ['export cert-manager --vault ftp://x', '"ftp://x" is no address of an engine'],
    ['export nowhere', '"nowhere" is no target'],
    ['completion csh', '"csh" is no shell'],
    ['help plam', 'unknown command "plam"'],
    ['plam', 'unknown command "plam"'],
    ['help --plam', 'unknown option "--plam"'],
    ['--plam', 'unknown option "--plam"'],
    ['sign stick', 'required option "--key <file>" not specified'],
    [
      'sign stick --key k --yes --passphrase secret',
      '"--passphrase" names where the passphrase comes from, and is not one',
    ],
    ['request', 'missing required argument "folder"'],
    ['init', '"pki.yaml" is there already, and is not overwritten'],
    ['adopt none', 'there is no folder "none"'],
    ['verify', 'holds no certificate of this manifest'],
    ['verify --json', 'holds no certificate of this manifest'],
    [
      'verify --at x',
      '"--at", "--token", "--keys" and "--only" are about a sample of what another engine issues',
    ],
    [
      'verify --token env:X',
      '"--at", "--token", "--keys" and "--only" are about a sample of what another engine issues',
    ],
    [
      'verify --keys x',
      '"--at", "--token", "--keys" and "--only" are about a sample of what another engine issues',
    ],
    [
      'verify --only app',
      '"--at", "--token", "--keys" and "--only" are about a sample of what another engine issues',
    ],
    [
      'verify --sample x --against vault',
      'a sample comes from files (--sample) or from an engine (--against), not from both',
    ],
    ['verify --sample x --only nobody', nothingCalled('nobody')],
    ['verify --sample none', 'no certificate of a server, client or peer is in "none"'],
    ['verify --against vaul', '"vaul" is no value of "--against"'],
    ['verify --against vault', 'nothing says where "vault" is'],
    ['verify --against vault --at ftp://x', '"ftp://x" is no address of an engine'],
    ['verify --against vault --at https://x --token secret', '"--token" names no variable and no file'],
    ['verify --against vault --at https://x --token env:1', '"--token" names no variable and no file'],
    ['verify --against step-ca', 'nothing says where "step-ca" is'],
    ['verify --against step-ca --at x', '"x" is no address of an engine'],
  ])('"pki %s" is refused', async (line, problem) => {
    const { code, stdout, stderr } = await typed(folder, words(line));
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/^pki: error: .*(\n {2,}.*|\npki: note: .*)*\npki: hint: \S/);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(existsSync(join(folder, 'pki'))).toBe(false);
  });

  it.each([
    [{ BAO_ADDR: 'x' }, '"x" is no address'],
    [{ VAULT_ADDR: 'y' }, '"y" is no address'],
    [{ BAO_ADDR: 'x', VAULT_ADDR: 'https://y' }, '"x" is no address'],
  ])('an engine is asked where %j says it is', async (env, problem) => {
    const { code, stderr } = await typed(folder, words('verify --against vault'), env);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(problem) });
    const named = await typed(folder, words('verify --against vault --at z'), env);
    expect(named.stderr).toContain('"z" is no address');
  });

  it('a mistake of the manifest is shown by every command that reads it, and nothing else is', async () => {
    const wrong = folderWith({ 'pki.yaml': 'version: 1\nauthoritys: {}\n' });
    for (const line of [
      'plan',
      'apply',
      'verify',
      'status',
      'validate',
      'history',
      'recover',
      'deliver',
      'ocsp',
      'check --all',
      'export vault',
      'revoke x',
      'rotate x',
      'retire x',
      'request x',
      'import x',
      'verify --sample x',
    ]) {
      const { code, stdout, stderr } = await typed(wrong, words(line));
      expect({ line, code, stdout }).toEqual({ line, code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^pki: error: pki\.yaml:2:1: unknown key "authoritys"\n.*\n.*\npki: hint: did you mean/,
      );
    }
  });

  it.each<[line: string, stdout: RegExp, code: number]>([
    ['--version', /^\d+\.\d+\.\d+/, 0],
    ['--help', /^Usage: pki /, 0],
    ['help', /^Usage: pki \[options\] \[command\]\n/, 0],
    ['help help', /^Usage: pki \[options\] \[command\]\n/, 0],
    ['help --help', /^Usage: pki \[options\] \[command\]\n/, 0],
    ['help -h', /^Usage: pki \[options\] \[command\]\n/, 0],
    ['help --version', /^\d+\.\d+\.\d+/, 0],
    ['help plan', /^Usage: pki plan \[options\] \[manifest\]\n/, 0],
    ['plan --help', /\n {2}pki plan --public +in a pull request/, 0],
    ['validate', /^pki\.yaml: valid, 2 authorities, 2 servers, 2 clients\n$/, 0],
    ['plan', /^plan: 6 to create\n/m, 0],
    ['plan --detailed-exitcode', /^plan: 6 to create\n/m, 2],
    ['plan --only servers/api', /^plan: 2 to create, 4 unchanged\n/m, 0],
    ['plan --public', /^plan: 6 to create\n/m, 0],
    ['status', /missing: key\.pem is missing; cert\.pem is missing/, 2],
    ['status --public', /lists +self-signed +missing: cert\.pem is missing; crl/, 2],
    ['history', /^history: nothing issued yet\n$/, 0],
    ['recover', /^recovered: nothing was left half-way\n$/, 0],
    ['deliver', /^nothing to deliver/, 0],
    ['revoke app', /^- {3}app: \{ commonName: app, issuer: lists \}\n\+ {3}app: \{ revoked: true, /m, 0],
    ['revoke app --reason superseded', /\{ revoked: superseded, /, 0],
    ['check localhost:1', /^1 problem +localhost:1\n +bad +no connection to localhost:1/, 1],
    ['check localhost:1 --timeout 5', /no connection to localhost:1: nothing listens there/, 1],
    ['completion bash', /^ +validate\) words='--allow-path --help' paths=yes ;;$/m, 0],
    ['completion bash', /^ +completion\) words='bash zsh fish --help' ;;$/m, 0],
    ['completion bash', /^ +''\) words='init plan .* help --help --version' ;;$/m, 0],
  ])('"pki %s" prints %s', async (line, wanted, code) => {
    const run = await typed(folder, words(line));
    expect(run.stdout).toMatch(wanted);
    expect(run.code, run.stderr).toBe(code);
    expect(readFileSync(join(folder, 'pki.yaml'), 'utf8')).toBe(MANIFEST);
    expect(existsSync(join(folder, 'pki'))).toBe(false);
  });

  it.each<[line: string, format: string]>([
    ['plan --json', 'pki-plan'],
    ['plan --json --rotate app', 'pki-plan'],
    ['status --json', 'pki-status'],
    ['history --json', 'pki-history'],
    ['deliver --json', 'pki-deliver'],
    ['check localhost:1 --json', 'pki-check'],
  ])('"pki %s" prints %s and nothing else', async (line, format) => {
    const { stdout, stderr } = await typed(folder, words(line));
    expect(stdout, stderr).toMatch(/^\{\n/);
    expect(JSON.parse(stdout)).toMatchObject({ format, version: 1 });
  });

  it('a first manifest is written, and named in what comes next', async () => {
    const empty = folderWith({});
    const run = await typed(empty, ['init', 'my own.yaml']);
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^my own\.yaml: created, 1 authority/),
    });
    expect(run.stderr).toContain(`"pki apply 'my own.yaml'" makes it`);
    expect(await typed(empty, ['validate', 'my own.yaml'])).toMatchObject({ code: 0 });
    expect(await typed(empty, ['init', 'my own.yaml'])).toMatchObject({ code: 1, stdout: '' });
  });
});
