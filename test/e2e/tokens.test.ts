// Private keys on a PKCS#11 token: used there, never here, and no PIN where anything could see it.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { NO_TOKEN, providerPlace, Token } from '../helpers/softhsm.ts';
import { copyOf, has, Project, publicKeyOf, stateOf } from './project.ts';

const PIN = '5714902';
const MANIFEST = `version: 1
authorities:
  root:
    commonName: Token Root
    key: { pkcs11: 'pkcs11:token=pki;object=root', pin: file:pin, kind: ecdsa-p256 }
    crl: {}
  sub:
    commonName: Token Sub
    issuer: root
    signature: rsa-pss
    key: { pkcs11: 'pkcs11:token=pki;id=%02', pin: env:TOKEN_PIN, kind: rsa-2048 }
servers:
  api:
    issuer: sub
    san: [api.example.test]
  vault:
    issuer: root
    san: [vault.example.test]
    outputs: [default, public]
    key: { pkcs11: 'pkcs11:token=pki;object=vault', pin: file:pin }
clients:
  app: { issuer: sub }
`;

/** Records what every process of openssl can be seen with, and what it was asked. */
const WATCHED = `#!/bin/sh
cat /proc/$$/cmdline /proc/$$/environ >"SEEN/$$"
exec openssl "$@"
`;

function program(project: Project, name: string, text: string): string {
  const path = join(project.folder, name);
  writeFileSync(path, text.replaceAll('SEEN', join(project.folder, 'seen')));
  chmodSync(path, 0o755);
  return path;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.skipIf(NO_TOKEN !== undefined)('a key on a token', () => {
  let token: Token;
  let applied: Project;
  const env = (more: Record<string, string> = {}) => ({ ...token.env, TOKEN_PIN: PIN, ...more });
  const apply = (project: Project, more: Record<string, string> = {}, ...args: readonly string[]) =>
    project.pki(['apply', '--skip-verify', ...args], { env: env(more) });

  beforeAll(async () => {
    token = new Token(PIN);
    token.make('root', 'EC:prime256v1', '01');
    token.make('sub', 'rsa:2048', '02');
    token.make('vault', 'EC:prime256v1', '03');
    applied = new Project(MANIFEST);
    writeFileSync(join(applied.folder, 'pin'), `${PIN}\n`, { mode: 0o600 });
    mkdirSync(join(applied.folder, 'seen'));
    const seen = program(applied, 'watched', WATCHED);
    const run = await applied.pki(['apply'], { env: env({ PKI_OPENSSL: seen }) });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('applied: 5 created in pki/');
    // The proof cannot play what it has no key of, and says so.
    expect(run.stdout).toContain(
      '? servers/vault, not tested: mutual TLS\n    the private key is on a token, and no handshake can be played without it; the certificate is verified\n',
    );
    expect(run.stdout).toContain('2 handshakes accepted, 8 refused, as expected; 1 check could not be made');
  });

  it('signs what other programs accept, and no file has it', async () => {
    for (const id of ['authorities/root', 'authorities/sub', 'servers/vault']) {
      expect(existsSync(applied.path(id, 'key.pem'))).toBe(false);
      expect(await publicKeyOf(applied.path(id, 'csr.pem'), 'csr')).toBe(
        await publicKeyOf(applied.path(id, 'cert.pem'), 'cert'),
      );
    }
    const strict = [
      'verify',
      '-x509_strict',
      '-crl_check',
      '-CRLfile',
      applied.path('authorities/root/crl.pem'),
    ];
    const root = ['-CAfile', applied.path('authorities/root/cert.pem')];
    await openssl([...strict, ...root, applied.path('servers/vault/cert.pem')]);
    const sub = ['-untrusted', applied.path('authorities/sub/cert.pem')];
    await openssl(['verify', '-x509_strict', ...root, ...sub, applied.path('servers/api/cert.pem')]);
    expect(await openssl(['x509', '-in', applied.path('servers/api/cert.pem'), '-noout', '-text'])).toContain(
      'Signature Algorithm: rsassaPss',
    );
    expect(applied.read('servers/vault/public.pem')).toBe(
      await publicKeyOf(applied.path('servers/vault/cert.pem'), 'cert'),
    );
    if (!has('certtool')) return;
    const chain = applied.path('servers/api/fullchain.pem');
    const judge = ['--verify', '--load-ca-certificate', applied.path('servers/api/ca.pem')];
    expect(await runProgram('certtool', [...judge, '--infile', chain])).toMatchObject({ code: 0 });
  });

  it('its PIN is in no argument, no environment of openssl and no file', () => {
    const records = filesIn(join(applied.folder, 'seen'));
    expect(records.length).toBeGreaterThan(0);
    expect(records.some((path) => readFileSync(path, 'latin1').includes('pkeyutl'))).toBe(true);
    for (const path of [...records, ...filesIn(applied.out)])
      expect(readFileSync(path).includes(PIN)).toBe(false);
  });

  it('plan, status and an apply with nothing to do ask no token, and change nothing', async () => {
    const before = stateOf(applied.path('servers'));
    const nowhere = { ...token.env, SOFTHSM2_CONF: '/nonexistent', PKCS11_MODULE_PATH: '/nonexistent' };
    const plan = await applied.pki(['plan'], { env: nowhere });
    expect(plan.stdout).toBe('plan: 5 unchanged, nothing to do\n');
    expect(plan.stderr).toBe('');
    expect((await applied.pki(['status'], { env: nowhere })).stdout).toContain('status: 5 ok; lists: 1 ok');
    const run = await applied.pki(['apply', '--skip-verify'], { env: nowhere });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(stateOf(applied.path('servers'))).toEqual(before);
  });

  it('a PIN that is not accepted is tried once, and nothing changes', async () => {
    const project = copyOf(applied);
    writeFileSync(join(project.folder, 'pin'), '000000\n');
    project.write(MANIFEST.replace('Token Root', 'Other Root').replace('vault.example', 'vault2.example'));
    const before = stateOf(project.path('servers'));
    const counted = program(project, 'counted', '#!/bin/sh\necho "$*" >>SEEN.log\nexec openssl "$@"\n');
    const run = await apply(project, { PKI_OPENSSL: counted });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'pki: error: pki.yaml:5:10: the key of authorities/root is not to be had: the token does not accept the PIN\n' +
        'pki: hint: check the PIN by hand before you run again: after a few wrong ones a token locks itself\n',
    );
    const calls = readFileSync(join(project.folder, 'seen.log'), 'utf8').split('\n');
    expect(calls.filter((call) => /token=pki;object/.test(call))).toHaveLength(1);
    expect(stateOf(project.path('servers'))).toEqual(before);
  });

  it('that is not on the token is not made: the command that would make it is shown, and works', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replaceAll('object=vault', 'object=fresh').replace('vault:', 'fresh:'));
    const run = await apply(project, {});
    expect(run.code).toBe(1);
    const [, command = ''] = /make the key, if that is intended: pkcs11-tool (.*) \(/.exec(run.stderr) ?? [];
    expect(command).toBe(
      '--keypairgen --key-type EC:secp256r1 --login --token-label pki --label fresh --id 01',
    );
    token.tool(command.replace('--id 01', '--id 0a').split(' '));
    expect(await apply(project)).toMatchObject({ code: 0 });
    expect(existsSync(project.path('servers/fresh/cert.pem'))).toBe(true);
  });

  it('of another kind than stated is refused', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('kind: rsa-2048', 'kind: rsa-3072'));
    const run = await apply(project);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'pki: error: pki.yaml:11:10: the key of authorities/sub on its token is rsa-2048, and the manifest states rsa-3072\n' +
        'pki: hint: write "kind: rsa-2048" beside "pkcs11", or name another key\n',
    );
  });

  it('a module that crashes is a failure of the HSM, and nothing is lost', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('vault.example', 'vault2.example').replace('api.example', 'api2.example'));
    const crashing = '#!/bin/sh\ncase $1 in pkeyutl) kill -SEGV $$ ;; esac\nexec openssl "$@"\n';
    const before = stateOf(project.path('servers'));
    const run = await apply(project, { PKI_OPENSSL: program(project, 'crashing', crashing) });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /pki: error: "servers\/vault": could not \w+.*: the HSM failed: openssl was ended by SIGSEGV/,
    );
    expect(stateOf(project.path('servers'))).toEqual(before);
    expect(await apply(project)).toMatchObject({ code: 0 });
  });

  it('is replaced by another one where "rotate" asks for that; of an authority with consent', async () => {
    const project = copyOf(applied);
    const rotate = (...args: readonly string[]) =>
      project.pki(['rotate', ...args, '--skip-verify'], { env: env() });
    const same = await rotate('servers/vault');
    expect(same.stderr).toContain(
      'the token still shows the key of servers/vault that its certificate is for',
    );
    token.make('next', 'EC:prime256v1', '0b');
    project.write(MANIFEST.replace('object=vault', 'object=next'));
    const before = await publicKeyOf(project.path('servers/vault/cert.pem'), 'cert');
    expect(await rotate('servers/vault')).toMatchObject({ code: 0 });
    expect(await publicKeyOf(project.path('servers/vault/cert.pem'), 'cert')).not.toBe(before);
    token.make('next-root', 'EC:prime256v1', '0c');
    project.write(MANIFEST.replace('object=vault', 'object=next').replace('object=root', 'object=next-root'));
    expect((await rotate('root')).stderr).toContain('"--allow rekey-ca=NAME"');
    expect(await rotate('root', '--allow', 'rekey-ca')).toMatchObject({ code: 0 });
    expect((await project.pki(['verify'], { env: env() })).code).toBe(0);
  });

  it('beside a file with the key of before is a remark, which says what to do with that', async () => {
    const manifest = `version: 1
authorities: { root: { commonName: Root } }
servers: { vault: { commonName: vault.example.test } }
`;
    const project = new Project(manifest);
    await project.apply();
    const key = "key: { pkcs11: 'pkcs11:token=pki;object=vault', pin: env:TOKEN_PIN }";
    project.write(manifest.replace('vault.example.test', `vault.example.test, ${key}`));
    const plan = async () => (await project.pki(['plan'])).stderr;
    expect(await plan()).toBe(
      'pki: warning: servers/vault: its certificate is for the key in "servers/vault/key.pem", though its key is on a token: unless the token has the same one, "pki rotate servers/vault" takes that of the token into use; then remove the file\n',
    );
    const rotate = await project.pki(['rotate', 'servers/vault', '--skip-verify'], { env: env() });
    expect(rotate, rotate.stderr).toMatchObject({ code: 0 });
    expect(await plan()).toContain(
      'is still there, though its key is on a token: nothing here uses it; remove it',
    );
    expect(await project.plan()).toMatchObject({ due: false, remarks: [{ kind: 'left-key' }] });
    rmSync(project.path('servers/vault/key.pem'));
    expect(await plan()).toBe('');
  });

  it('signs on another machine, and is asked for there: a token at both ends', async () => {
    const project = new Project(
      MANIFEST.replace(/key: .*object=root.*\n {4}crl: \{\}/, 'key: offline').replace(
        / {2}vault:[\s\S]*?(?=clients)/,
        '',
      ),
    );
    cpSync(applied.path('authorities/root/cert.pem'), project.path('authorities/root/cert.pem'));
    const pki = (...args: readonly string[]) => project.pki(args, { env: env() });
    expect(await pki('request', 'stick')).toMatchObject({ code: 0 });
    const asked = readFileSync(join(project.folder, 'stick/authorities.sub.csr.pem'), 'utf8');
    expect(await pki('request', 'stick')).toMatchObject({ code: 0 });
    expect(readFileSync(join(project.folder, 'stick/authorities.sub.csr.pem'), 'utf8')).toBe(asked);
    const sign = ['sign', 'stick', '--passphrase', 'env:TOKEN_PIN', '--yes', '--key'];
    const closed = await pki(...sign, `pkcs11:token=pki;object=root?pin-value=${PIN}`);
    expect(closed.stderr).toContain(
      'pki: error: "pkcs11:…" names no key on a token: a PIN does not stand in',
    );
    expect((await pki(...sign, 'pkcs11:token=pki;object=nothing')).stderr).toContain('no such key is on it');
    expect(await pki(...sign, 'pkcs11:token=pki;object=root')).toMatchObject({ code: 0 });
    expect(await pki('import', 'stick', '--skip-verify')).toMatchObject({ code: 0 });
    const root = ['-CAfile', applied.path('authorities/root/cert.pem')];
    const sub = ['-untrusted', project.path('authorities/sub/cert.pem')];
    await openssl(['verify', '-x509_strict', ...root, ...sub, project.path('servers/api/cert.pem')]);
    expect(await publicKeyOf(project.path('authorities/sub/cert.pem'), 'cert')).toBe(
      await publicKeyOf(applied.path('authorities/sub/cert.pem'), 'cert'),
    );
  });

  const place = providerPlace();
  it.skipIf(place === undefined)(
    `is used through pkcs11-provider (${place === undefined ? 'skipped: PKI_OPENSSL_MATRIX names none that has it' : place.PKI_OPENSSL})`,
    async () => {
      const project = new Project(MANIFEST);
      writeFileSync(join(project.folder, 'pin'), `${PIN}\n`, { mode: 0o600 });
      const run = await apply(project, { ...place });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('applied: 5 created') });
      for (const id of ['authorities/root', 'authorities/sub', 'servers/vault'])
        expect(await publicKeyOf(project.path(id, 'cert.pem'), 'cert')).toBe(
          await publicKeyOf(applied.path(id, 'cert.pem'), 'cert'),
        );
      for (const path of filesIn(project.out)) expect(readFileSync(path).includes(PIN)).toBe(false);
      // The script takes the same way.
      rmSync(project.out, { recursive: true });
      const { stdout } = await project.pki(['plan', '--commands'], { env: env({ ...place }) });
      expect(stdout).not.toContain('-engine');
      writeFileSync(join(project.folder, 'plan.sh'), stdout);
      const script = { cwd: project.folder, env: env({ ...place }) };
      expect(await runProgram('sh', ['plan.sh'], script)).toMatchObject({ code: 0 });
      expect((await project.pki(['plan'])).stdout).toBe('plan: 5 unchanged, nothing to do\n');
      writeFileSync(join(project.folder, 'pin'), '000000\n');
      project.write(MANIFEST.replace('vault.example', 'vault2.example'));
      expect((await apply(project, { ...place })).stderr).toContain('or it does not accept the PIN');
    },
  );

  describe('of Ed25519', () => {
    // On a token of its own: libp11 finds no key on one that has such a key.
    let own: Token;
    const project = () =>
      new Project(`version: 1
authorities:
  root: { commonName: Root, key: { pkcs11: 'pkcs11:token=pki;object=ed', pin: env:TOKEN_PIN, kind: ed25519 } }
servers: { api: { commonName: api.example.test } }
`);
    beforeAll(() => {
      own = new Token(PIN);
      own.make('ed', 'EC:edwards25519', '01');
    });

    it('is refused where openssl has libp11 alone, and the error says why', async () => {
      const made = project();
      const old = 'OpenSSL 3.0.19 27 Jan 2026';
      const wrapper = `#!/bin/sh\n[ "$1" != version ] || { echo '${old}'; exit 0; }\nexec openssl "$@"\n`;
      const run = await made.pki(['apply'], {
        env: { ...own.env, TOKEN_PIN: PIN, PKI_OPENSSL: program(made, 'old', wrapper) },
      });
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(
        'pki.yaml:3:34: the key of authorities/root is not to be had: OpenSSL 3.0.19 reaches tokens through the engine of libp11, which knows no Ed25519 keys\n',
      );
    });

    it.skipIf(place === undefined)(
      `signs through pkcs11-provider${place === undefined ? ' (skipped: PKI_OPENSSL_MATRIX names none that has it)' : ''}`,
      async () => {
        const made = project();
        const env = { ...own.env, TOKEN_PIN: PIN, ...place };
        const run = await made.pki(['apply', '--skip-verify'], { env });
        expect(run, run.stderr).toMatchObject({ code: 0 });
        const root = made.path('authorities/root/cert.pem');
        const api = made.path('servers/api/cert.pem');
        await openssl(['verify', '-x509_strict', '-CAfile', root, api]);
        expect(await openssl(['x509', '-in', api, '-noout', '-text'])).toContain(
          'Signature Algorithm: ED25519',
        );
        expect((await made.pki(['plan'])).stdout).toBe('plan: 2 unchanged, nothing to do\n');
      },
    );
  });

  it('is used by the script of a plan as well', async () => {
    const project = new Project(MANIFEST);
    writeFileSync(join(project.folder, 'pin'), `${PIN}\n`, { mode: 0o600 });
    const plan = await project.pki(['plan', '--commands'], { env: env() });
    expect(plan.stdout).not.toContain(PIN);
    writeFileSync(join(project.folder, 'plan.sh'), plan.stdout);
    const run = await runProgram('sh', ['plan.sh'], { cwd: project.folder, env: env() });
    expect(run).toMatchObject({ code: 0 });
    expect((await project.pki(['plan'], { env: env() })).stdout).toBe('plan: 5 unchanged, nothing to do\n');
  });
});

if (NO_TOKEN !== undefined) it.skip(`keys on tokens (skipped: ${NO_TOKEN} is not installed)`, () => {});
