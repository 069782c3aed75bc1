// A root whose key is on another machine: what goes on without it, and how it signs.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, REPOSITORY, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, Project, stateOf } from './project.ts';
import { withFault } from './wholeness.ts';

const manifest = (root: string): string => `version: 1
authorities:
  root: { commonName: Example Root CA${root} }
  services: { commonName: Example Services CA, issuer: root }
servers: { api: { commonName: api.example.test } }
clients: { app: {} }
`;

/** Made with all keys in place; then that of the root went to another machine. */
let home: Project;
beforeAll(async () => {
  home = new Project(manifest(''));
  await home.apply();
  renameSync(join(home.out, 'authorities/root/key.pem'), join(home.folder, 'root-key.pem'));
});

function declared(): Project {
  const project = copyOf(home);
  project.write(manifest(', key: offline'));
  return project;
}

describe('an authority that is declared offline', () => {
  it('is complete without its key, and leaves are renewed', async () => {
    const project = declared();
    const before = ['authorities', 'servers', 'clients'].map((section) =>
      stateOf(join(project.out, section)),
    );
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('applied: nothing to do, everything matches the manifest');
    expect(run.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
    expect(
      ['authorities', 'servers', 'clients'].map((section) => stateOf(join(project.out, section))),
    ).toEqual(before);
    expect(await project.pki(['rotate', 'api', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(await project.pki(['status'])).toMatchObject({ code: 0 });
  });

  it('never has its key replaced: what takes it waits, and says how it goes on', async () => {
    const project = declared();
    const plan = await project.pki(['plan', '--now', '2030-11-01T00:00:00Z']);
    expect(plan.stdout).toMatch(/\? authorities\/services +wait +expires in/);
    expect(plan.stdout).toContain(
      'waits for authorities/root, whose key is offline; until then its certificate stays',
    );
    const key = readFileSync(join(project.out, 'authorities/services/key.pem'));
    for (const args of [
      ['rotate', 'services', '--allow', 'rekey-ca'],
      ['rotate', 'root', '--allow', 'rekey-ca'],
    ]) {
      const run = await project.pki(args);
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toMatch(/^pki: error: "authorities\/\w+" waits for /);
    }
    expect(readFileSync(join(project.out, 'authorities/services/key.pem'))).toEqual(key);
  });

  it('below it, a key that is gone is to be put back before a new one is asked for', async () => {
    const project = declared();
    renameSync(project.path('authorities/services/key.pem'), join(project.folder, 'services.pem'));
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toMatch(
      /hint: put key\.pem back, if it is not lost: .*\n[\s\S]*hint: run "pki request/,
    );
    const applied = await project.pki(['apply', '--skip-verify']);
    expect(applied.stderr).toMatch(
      /pki: hint: put key\.pem back, if it is not lost: .*\npki: hint: run "pki request/,
    );
    const asked = await project.pki(['request', 'usb']);
    expect(asked.stderr).toContain(
      'pki: warning: authorities/services: its key.pem is missing, so the request is for a new key; put the old one back',
    );
    renameSync(join(project.folder, 'services.pem'), project.path('authorities/services/key.pem'));
    expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  });

  it('is warned of when its key lies here, with which nothing signs', async () => {
    const project = declared();
    renameSync(join(project.folder, 'root-key.pem'), join(project.out, 'authorities/root/key.pem'));
    const run = await project.pki(['rotate', 'services', '--allow', 'rekey-ca']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain(
      'pki: warning: authorities/root: its key is declared offline, and "authorities/root/key.pem" is there: move it',
    );
  });
});

/** A new home for the same root: its certificate is there, and everything else waits. */
function newHome(extra = ''): Project {
  const project = new Project(manifest(', key: offline') + extra);
  cpSync(join(home.out, 'authorities/root/cert.pem'), join(project.out, 'authorities/root/cert.pem'));
  return project;
}

const KEY = (): string => join(home.folder, 'root-key.pem');

describe('a certificate that takes an offline key', () => {
  it('is asked for, signed and taken, and all that needs it follows', async () => {
    const project = newHome();
    const asked = await project.pki(['request', 'stick']);
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout).toContain('requested: 1 certificate in stick');
    const files = ['authorities.root.pem', 'authorities.services.csr.pem', 'request.json', 'sign.sh'];
    const stick = join(project.folder, 'stick');
    expect(readdirSync(stick).sort()).toEqual(files);
    for (const file of files) expect(readFileSync(join(stick, file), 'utf8')).not.toContain('PRIVATE KEY');

    // An answer may be on its way: the same is asked again, to the octet.
    const before = files.map((file) => readFileSync(join(stick, file), 'utf8').replace(/"made": .*/, ''));
    await project.pki(['request', 'stick']);
    expect(files.map((file) => readFileSync(join(stick, file), 'utf8').replace(/"made": .*/, ''))).toEqual(
      before,
    );

    expect(await project.pki(['import', 'stick'])).toMatchObject({ code: 1 });
    expect((await project.pki(['sign', 'stick', '--key', KEY()])).code).toBe(1);
    const signed = await project.pki(['sign', 'stick', '--key', KEY(), '--yes']);
    expect(signed).toMatchObject({ code: 0 });
    expect(signed.stdout).toMatch(
      /subject +CN=Example Services CA\n +authority +yes, path length without limit/,
    );
    const taken = await project.pki(['import', 'stick']);
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
    expect(existsSync(join(project.out, '.pki/outgoing/authorities.services'))).toBe(false);
    const again = await project.pki(['import', 'stick', '--skip-verify']);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('nothing to do, everything matches the manifest');
    const history = JSON.parse((await project.pki(['history', 'authorities/services', '--json'])).stdout);
    expect(history.entries).toHaveLength(1);
  });

  it('is signed by openssl alone as well, and a renewal keeps the key', async () => {
    const project = declared();
    const key = readFileSync(join(project.out, 'authorities/services/key.pem'));
    rmSync(join(project.out, 'authorities/services/cert.pem'));
    expect(await project.pki(['request', 'stick'])).toMatchObject({ code: 0 });
    execFileSync('sh', ['stick/sign.sh', KEY()], { cwd: project.folder, input: 'yes\n', stdio: 'pipe' });
    expect(await project.pki(['import', 'stick'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(project.out, 'authorities/services/key.pem'))).toEqual(key);
  });

  it('may be signed by another engine, which gives less time and writes more than was asked', async () => {
    const project = newHome();
    await project.pki(['request', 'stick']);
    const extensions = (...more: readonly string[]): void =>
      writeFileSync(
        join(project.folder, 'extensions'),
        [
          'basicConstraints = critical, CA:TRUE',
          'keyUsage = critical, keyCertSign, cRLSign',
          'subjectKeyIdentifier = hash',
          '1.3.6.1.4.1.37476.9000.64.1 = ASN1:UTF8String:engine',
          ...more,
        ].join('\n'),
      );
    const sign = (): unknown => {
      const root = join(home.out, 'authorities/root/cert.pem');
      const by = ['-CA', root, '-CAkey', KEY(), '-set_serial', '0x4711', '-days', '100'];
      const files = ['authorities.services.csr.pem', 'authorities.services.cert.pem'];
      const [request = '', answer = ''] = files.map((file) => join(project.folder, 'stick', file));
      const extfile = ['-extfile', join(project.folder, 'extensions')];
      return execFileSync('openssl', ['x509', '-req', '-in', request, ...by, ...extfile, '-out', answer], {
        stdio: 'pipe',
      });
    };
    const keyid = 'authorityKeyIdentifier = keyid';
    extensions(keyid, 'extendedKeyUsage = serverAuth');
    sign();
    expect((await project.pki(['import', 'stick'])).stderr).toContain(
      'is not taken: the certificate differs, extendedKeyUsage is serverAuth, not none',
    );
    extensions('authorityKeyIdentifier = none'); // OpenSSL 4.0 leaves it out by itself
    sign();
    expect((await project.pki(['import', 'stick'])).stderr).toMatch(
      /is not taken: the certificate differs, authorityKeyIdentifier is none, not [0-9A-F]{40}\n/i,
    );
    extensions(keyid);
    sign();
    expect(await project.pki(['import', 'stick'])).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
  });

  it('of another hand is refused with the reason, and nothing changes', async () => {
    const project = newHome();
    await project.pki(['request', 'stick']);
    const answer = join(project.folder, 'stick/authorities.services.cert.pem');
    const refusal = async (): Promise<string> => {
      const run = await project.pki(['import', 'stick']);
      expect(run).toMatchObject({ code: 1 });
      expect(existsSync(join(project.out, 'authorities/services/cert.pem'))).toBe(false);
      return run.stderr;
    };
    cpSync(join(home.out, 'authorities/services/cert.pem'), answer);
    expect(await refusal()).toMatch(
      /"authorities\/services" is not taken: .*the certificate is for another key/,
    );

    // Signed by the right key, and with more than was asked for.
    const requests = join(project.folder, 'stick/request.json');
    const asked = JSON.parse(readFileSync(requests, 'utf8'));
    const longer = asked.requests.map((one: { notAfter: number }) => ({
      ...one,
      notAfter: one.notAfter + 86400,
    }));
    writeFileSync(requests, JSON.stringify({ ...asked, requests: longer }));
    await project.pki(['sign', 'stick', '--key', KEY(), '--yes']);
    expect(await refusal()).toMatch(/is not taken: notAfter is /);

    writeFileSync(requests, JSON.stringify(asked));
    await project.pki(['sign', 'stick', '--key', KEY(), '--yes']);
    const good = readFileSync(answer, 'utf8');
    const at = good.indexOf('\n', good.length / 2) + 5;
    writeFileSync(answer, good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1));
    expect(await refusal()).toContain('is not taken: ');
    rmSync(answer);
    symlinkSync(join(home.out, 'authorities/root/cert.pem'), answer);
    expect(await refusal()).toContain('is a symbolic link');
  });

  it('is signed with a key under a passphrase, which no argument, error or folder ever holds', async () => {
    const project = newHome();
    await project.pki(['request', 'stick']);
    const [key, passphrase] = [join(project.folder, 'closed.pem'), 'correct horse'];
    const environment = { ...process.env, PASSPHRASE: passphrase };
    const close = ['pkey', '-in', KEY(), '-aes256', '-passout', 'env:PASSPHRASE', '-out', key];
    execFileSync('openssl', close, { env: environment, stdio: 'pipe' });
    const sign = (source: readonly string[], env: Record<string, string> = {}) =>
      project.pki(['sign', 'stick', '--yes', '--key', 'closed.pem', ...source], { env });
    for (const [source, problem] of [
      [[], 'is encrypted, and there is no terminal to ask at for its passphrase'],
      [['--passphrase', 'env:NOT_SET'], 'its passphrase is not to be had: "env:NOT_SET" is not set'],
      [['--passphrase', 'env:WRONG'], 'is encrypted, and the passphrase does not open it'],
      [['--passphrase', passphrase], '"--passphrase" names where the passphrase comes from'],
    ] as const) {
      const run = await sign(source, { WRONG: 'wrong horse' });
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toContain(problem);
      expect(run.stdout + run.stderr).not.toContain(passphrase);
    }
    expect(existsSync(join(project.folder, 'stick/authorities.services.cert.pem'))).toBe(false);
    const run = await sign(['--passphrase', 'env:PASSPHRASE'], { PASSPHRASE: passphrase });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    for (const file of readdirSync(join(project.folder, 'stick')))
      expect(readFileSync(join(project.folder, 'stick', file), 'utf8')).not.toMatch(/horse|PRIVATE KEY/);
    writeFileSync(join(project.folder, 'passphrase'), `${passphrase}\n`, { mode: 0o600 });
    expect(await sign(['--passphrase', 'file:passphrase'])).toMatchObject({ code: 0 });
  });

  it('is asked for by a key that lasts, whenever the request is ended', async () => {
    const log = join(newHome().folder, 'log');
    const all = copyOf(newHome());
    await all.pki(['request', 'stick'], { env: withFault({ AT: 0, LOG: log }) });
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line)) + 1;
    const [lasts, leaves] = [at(/fsync .*\.pki\/outgoing$/), at(/rename .*services\.csr\.pem/)];
    expect(lasts).toBeGreaterThan(0);
    expect(lasts).toBeLessThan(at(/open .*services\.csr\.pem/));
    const points = [lasts, leaves, leaves + 1, at(/rename .*request\.json/)];
    for (const point of points) {
      const project = newHome();
      const kept = join(project.out, '.pki/outgoing/authorities.services');
      const left = join(project.folder, 'stick/authorities.services.csr.pem');
      const run = await project.pki(['request', 'stick'], { env: withFault({ AT: point }) });
      expect(run.code, lines[point - 1]).toBe(137);
      const gone = existsSync(left) ? readFileSync(left, 'utf8') : '';
      if (gone.includes('END CERTIFICATE REQUEST')) {
        expect(existsSync(join(kept, 'key.pem'))).toBe(true);
        expect(readFileSync(join(kept, 'csr.pem'), 'utf8')).toBe(gone);
      }
      expect(await project.pki(['request', 'stick'])).toMatchObject({ code: 0 });
      if (gone !== '') expect(readFileSync(left, 'utf8').startsWith(gone.slice(0, 200))).toBe(true);
    }
  });

  it('is signed by the certificate that is named, which has to be of the key', async () => {
    const project = newHome();
    await project.pki(['request', 'stick']);
    const sign = (certificate: string) =>
      project.pki(['sign', 'stick', '--yes', '--key', KEY(), '--certificate', certificate]);
    const other = await sign(join(home.out, 'authorities/services/cert.pem'));
    expect(other).toMatchObject({ code: 1 });
    expect(existsSync(join(project.folder, 'stick/authorities.services.cert.pem'))).toBe(false);
    expect((await sign('gone.pem')).stderr).toContain('gone.pem');
    expect(await sign(join(home.out, 'authorities/root/cert.pem'))).toMatchObject({ code: 0 });
    expect(existsSync(join(project.folder, 'stick/authorities.services.cert.pem'))).toBe(true);
  });

  it('is not signed with another key, none, or what is not there', async () => {
    const project = newHome();
    cpSync(join(home.out, 'authorities/services/key.pem'), join(project.folder, 'other.pem'));
    await project.pki(['request', 'stick']);
    for (const [key, problem] of [
      ['other.pem', 'is the key of no authority that is asked'],
      ['pki.yaml', 'holds no private key that can be read'],
      ['gone.pem', 'is not there'],
    ] as const) {
      const run = await project.pki(['sign', 'stick', '--yes', '--key', key]);
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toContain(problem);
    }
    expect(existsSync(join(project.folder, 'stick/authorities.services.cert.pem'))).toBe(false);
    rmSync(join(project.folder, 'stick/request.json'));
    expect((await project.pki(['request', 'stick'])).stderr).toContain('holds other files than requests');
  });
});

it('docs/scale.md leads from nothing to a PKI below a root whose key stays where it is', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/scale.md'), 'utf8');
  const lines = /```sh\n# On the machine[^`]*```/.exec(page)?.[0].split('\n').slice(1, -1).join('\n') ?? '';
  const folder = temporaryFolder();
  for (const [name, text] of [
    [
      'offline/root.yaml',
      'version: 1\nauthorities: { root: { commonName: Example Root CA, key: rsa-3072 } }\n',
    ],
    ['home/pki.yaml', manifest(', key: offline')],
  ] as const) {
    mkdirSync(dirname(join(folder, name)));
    writeFileSync(join(folder, name), text);
  }
  const script = lines
    .replaceAll('~/', `${folder}/`)
    .replaceAll('/media/stick', `${folder}/stick`)
    // There is no terminal to ask at.
    .replace(/^(.*pki sign .*)$/m, '$1 --yes');
  expect(script.match(/^.*pki \w+/gm)).toHaveLength(4);
  const run = `set -e\npki() { "${process.execPath}" "${CLI}" "$@"; }\n${script}`;
  const said = execFileSync('/bin/sh', ['-c', run], { encoding: 'utf8', stdio: 'pipe' });
  expect(said).toContain('2 handshakes accepted, 8 refused, as expected');
  expect(existsSync(join(folder, 'home/pki/authorities/root/key.pem'))).toBe(false);
});

it('someone else’s request below it waits too, and is signed there in the name of the manifest', async () => {
  const project = declared();
  const made = join(temporaryFolder(), 'key.pem');
  const subject = ['-subj', '/CN=their.own.name', '-keyout', made, '-noenc', '-config', '/dev/null'];
  const csr = join(project.folder, 'partner.csr');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-new', ...key, ...subject, '-out', csr], { stdio: 'pipe' });
  const entry = '  partner: { issuer: root, commonName: partner.example.test, request: partner.csr }';
  project.write(
    manifest(', key: offline')
      .replace('servers: { api', `servers:\n${entry}\n  api`)
      .replace('example.test } }', 'example.test, issuer: services }'),
  );
  expect(await project.actions()).toEqual({ 'servers/partner': 'wait' });
  const exchange = join(project.folder, 'stick');
  expect(await project.pki(['request', exchange])).toMatchObject({ code: 0 });
  // Asked again, it is the same.
  const asked = readFileSync(join(exchange, 'request.json'), 'utf8');
  expect(await project.pki(['request', exchange])).toMatchObject({ code: 0 });
  const times = (text: string): unknown => JSON.parse(text).requests;
  expect(times(readFileSync(join(exchange, 'request.json'), 'utf8'))).toEqual(times(asked));

  const rootKey = join(project.folder, 'root-key.pem');
  const byScript = await runProgram('/bin/sh', [join(exchange, 'sign.sh'), rootKey]);
  expect(byScript).toMatchObject({ code: 0, stderr: expect.stringContaining('only "pki sign" signs that') });
  const signed = await project.pki(['sign', exchange, '--key', rootKey, '--yes']);
  expect(signed, signed.stderr).toMatchObject({ code: 0 });
  expect(signed.stdout).toContain('partner.example.test');
  const run = await project.pki(['import', exchange]);
  expect(run, run.stderr + run.stdout).toMatchObject({ code: 0 });
  expect(await project.actions()).toEqual({});
  const cert = new X509Certificate(project.read('servers/partner/cert.pem'));
  expect(cert.subject).toBe('CN=partner.example.test');
  expect(cert.checkPrivateKey(createPrivateKey(readFileSync(made)))).toBe(true);
  const root = ['-CAfile', project.path('authorities/root/cert.pem')];
  const judged = ['verify', '-x509_strict', '-purpose', 'sslserver', ...root];
  execFileSync('openssl', [...judged, project.path('servers/partner/cert.pem')], { stdio: 'pipe' });
});
