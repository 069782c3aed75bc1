// What another tool revoked stays revoked after adoption: on the same list, whose number goes on, and in the manifest.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, runPki, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { EASYRSA, found, leftOut, misfits, missingEasyRsa, run } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';
import { Project } from './project.ts';

const DAY = 86_400;
const client = [...leaf('clientAuth')];
const filesOf = (name: string): Files => ({ key: `${name}.key`, cert: `${name}.crt` });

function at(seconds: number): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: String(seconds * 1000) };
}

async function adopted(folder: string, certs = 'certs'): Promise<{ project: Project; manifest: string }> {
  const written = await runPki(['adopt', certs, '--write', 'pki.yaml'], { cwd: folder });
  expect(written).toMatchObject({ code: 0, stdout: '' });
  const manifest = readFileSync(join(folder, 'pki.yaml'), 'utf8');
  return { project: new Project(manifest, { folder, output: certs }), manifest };
}

async function listOf(path: string) {
  const form = path.endsWith('.crl') ? ['-inform', 'DER'] : [];
  const text = await openssl(['crl', ...form, '-in', path, '-noout', '-text']);
  return {
    number: Number(/CRL Number: \s+(\d+)/.exec(text)?.[1] ?? 0),
    thisUpdate: Date.parse(/Last Update: (.*)/.exec(text)?.[1] ?? '') / 1000,
    serials: [...text.matchAll(/Serial Number: (\w+)/g)].map(([, serial = '']) => serial.toLowerCase()),
    reasons: [...text.matchAll(/Reason Code: \s+(.*)/g)].map(([, reason = '']) => reason.trim()),
  };
}

/** The verdict of openssl on a certificate, with the list. */
async function verdict(ca: string, list: string, cert: string): Promise<string> {
  const done = await runProgram('openssl', ['verify', '-crl_check', '-CAfile', ca, '-CRLfile', list, cert]);
  return /error (\d+)/.exec(done.stderr + done.stdout)?.[1] ?? 'OK';
}

/** A root as `openssl ca` has one, with a numbered list in `crl/`, and a database. */
class Authority extends Workshop {
  readonly #lines: string[] = [];

  async make(...clients: readonly string[]): Promise<void> {
    await this.root(filesOf('ca'), { subject: '/CN=Root', extensions: CA });
    for (const name of clients)
      await this.signed(filesOf(name), { subject: `/CN=${name}`, extensions: client }, filesOf('ca'));
  }

  async serial(name: string): Promise<string> {
    const line = await openssl(['x509', '-in', this.path(`${name}.crt`), '-noout', '-serial']);
    return line.trim().replace('serial=', '');
  }

  record(serial: string, how: string, name = 'bob', end = '351231235959Z'): void {
    this.#lines.push(`R\t${end}\t${how}\t${serial}\tunknown\t/CN=${name}\n`);
    writeFileSync(join(this.certs, 'index.txt'), this.#lines.join(''));
  }

  async list(path: string, number: string): Promise<void> {
    writeFileSync(join(this.folder, 'index.txt'), this.#lines.join(''));
    writeFileSync(join(this.folder, 'crlnumber'), `${number}\n`);
    const config = join(this.folder, 'ca.cnf');
    writeFileSync(
      config,
      `[ca]\ndefault_ca = x\n[x]\ndatabase = ${this.folder}/index.txt\ncrlnumber = ${this.folder}/crlnumber
default_md = sha256\ndefault_crl_days = 30\ncrl_extensions = e\n[e]\nauthorityKeyIdentifier = keyid:always\n`,
    );
    const own = ['-keyfile', this.path('ca.key'), '-cert', this.path('ca.crt')];
    await openssl(['ca', '-config', config, '-gencrl', ...own, '-out', this.path(path)]);
  }
}

describe('a list in its place', () => {
  it('goes on there: nothing is due, and the next number is higher', async () => {
    const shop = new Authority();
    await shop.make('alice', 'bob', 'carol');
    const [bob, carol] = [await shop.serial('bob'), await shop.serial('carol')];
    shop.record(bob, '260131120000Z,keyTime,20260101000000Z');
    shop.record(carol, '260201120000Z,certificateHold');
    await shop.list('crl/ca.crl.pem', '0FFF');
    // Neither of these was on the list: one is to come, the other has ended.
    shop.record('C0FFEE00C0FFEE00C0FFEE00', '260301120000Z,CACompromise');
    shop.record('C0FFEE00C0FFEE00C0FFEE01', '230301120000Z', 'old', '240101000000Z');
    const before = await listOf(shop.path('crl/ca.crl.pem'));
    expect(before).toMatchObject({ number: 0xfff });

    const look = await found(shop.folder);
    expect(misfits(look)).toEqual({ 'authorities/ca': ['revokes'] });
    expect(leftOut(look)).toMatchObject({ 'bob.crt': 'revoked', 'carol.crt': 'revoked' });
    expect(leftOut(look)).not.toHaveProperty(['crl/ca.crl.pem']);
    const { project, manifest } = await adopted(shop.folder);
    expect(manifest).toContain('crl: { validity: 30d }');
    expect(manifest.replaceAll(/\s+/g, ' ')).toContain(
      `revoked: - serial: ${spelled(bob)} reason: keyCompromise at: 2026-01-31T12:00:00Z - serial: ${spelled(carol)} at: 2026-02-01T12:00:00Z - serial: c0ffee00c0ffee00c0ffee00 reason: cACompromise at: 2026-03-01T12:00:00Z`,
    );
    expect(manifest).not.toContain('c0ffee00c0ffee00c0ffee01');

    // What the database alone has is new on a list, and takes consent; until then the list stays as it is.
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    expect(await listOf(project.path('crl/ca.crl.pem'))).toEqual(before);
    await project.applyByCommand('--allow', 'revoke');
    const after = await listOf(project.path('crl/ca.crl.pem'));
    expect(after).toMatchObject({
      number: 0x1000,
      thisUpdate: before.thisUpdate,
      reasons: ['Key Compromise', 'Certificate Hold', 'CA Compromise'],
    });
    expect(after.serials).toHaveLength(3);
    const judged = (name: string) =>
      verdict(project.path('ca.crt'), project.path('crl/ca.crl.pem'), project.path(`${name}.crt`));
    expect([await judged('alice'), await judged('bob'), await judged('carol')]).toEqual(['OK', '23', '23']);
    expect((await project.plan()).due).toBe(false);
  });

  it('that is in order keeps every byte until it is due, whatever the clock says', async () => {
    const shop = new Authority();
    await shop.make('alice');
    await shop.list('crl.pem', '07');
    expect(misfits(await found(shop.folder))).toEqual({});
    const { project, manifest } = await adopted(shop.folder);
    expect(manifest).not.toContain('revoked');
    const list = project.read('crl.pem');
    await project.apply();
    expect(project.read('crl.pem')).toBe(list);
    const { thisUpdate } = await listOf(project.path('crl.pem'));
    const later = await project.pki(['apply', '--skip-verify'], { env: at(thisUpdate + 25 * DAY) });
    expect(later.code, later.stderr).toBe(0);
    const next = await listOf(project.path('crl.pem'));
    expect(next.number).toBe(8);
    expect(next.thisUpdate).toBeGreaterThan(thisUpdate);
  });

  it('in DER alone stays there, and its number goes on in PEM', async () => {
    const shop = new Authority();
    await shop.make('bob');
    shop.record(await shop.serial('bob'), '260131120000Z,superseded');
    await shop.list('list.pem', '2A');
    rmSync(shop.path('index.txt'));
    await openssl(['crl', '-in', shop.path('list.pem'), '-outform', 'DER', '-out', shop.path('ca.crl')]);
    rmSync(shop.path('list.pem'));
    expect(misfits(await found(shop.folder))).toEqual({ 'authorities/ca': ['missing', 'revokes', 'stale'] });
    const { project } = await adopted(shop.folder);
    await project.apply();
    for (const path of ['crl.pem', 'ca.crl'])
      expect(await listOf(project.path(path))).toMatchObject({ number: 0x2b, reasons: ['Superseded'] });
    expect((await project.plan()).due).toBe(false);
  });
});

it('where no list is, one is made of what the databases of each authority say', async () => {
  const [one, other] = [new Authority(), new Authority()];
  for (const shop of [one, other]) {
    await shop.make('alice', 'bob');
    shop.record(await shop.serial('bob'), '260131120000Z');
    // Of another authority that numbers alike: the number alone is not enough.
    shop.record(await shop.serial('alice'), '260131120000Z', 'mallory');
  }
  const folder = temporaryFolder();
  renameSync(one.certs, join(folder, 'one'));
  renameSync(other.certs, join(folder, 'other'));
  // As the OpenSSL Cookbook has it, in a folder of its own.
  await run('mkdir', ['other/db'], folder);
  renameSync(join(folder, 'other/index.txt'), join(folder, 'other/db/index'));
  const { text } = await found(folder, 'other');
  expect(text.match(/crl: true/g)).toHaveLength(1);
  const written = await runPki(['adopt', 'one', '--write', 'pki.yaml'], { cwd: folder });
  expect(written.stderr).toContain(
    'with 2 revoked certificates, 1 of which the manifest has: it is not continued',
  );
  const manifest = readFileSync(join(folder, 'pki.yaml'), 'utf8');
  const project = new Project(manifest, { folder, output: 'one' });
  await project.applyByCommand('--allow', 'revoke');
  expect(await verdict(project.path('ca.crt'), project.path('crl.pem'), project.path('bob.crt'))).toBe('23');
  expect(await verdict(project.path('ca.crt'), project.path('crl.pem'), project.path('alice.crt'))).toBe(
    'OK',
  );
});

const noEasyRsa = missingEasyRsa();
it.skipIf(noEasyRsa)(
  `easy-rsa with its key under a passphrase, as it is by default${noEasyRsa ? ` (${noEasyRsa})` : ''}`,
  async () => {
    const folder = temporaryFolder();
    const env = { EASYRSA_BATCH: '1', EASYRSA_ALGO: 'ec', EASYRSA_CURVE: 'prime256v1' };
    // openssl reads the second line where one file is for what goes in and what comes out.
    writeFileSync(join(folder, 'pass'), 'correct horse\ncorrect horse\n');
    const secret = `file:${join(folder, 'pass')}`;
    const easyrsa = (...args: readonly string[]) =>
      run('sh', [EASYRSA, `--passin=${secret}`, ...args], folder, env);
    await easyrsa('init-pki');
    await easyrsa(`--passout=${secret}`, 'build-ca');
    for (const name of ['alice', 'bob']) await easyrsa('build-client-full', name, 'nopass');
    await easyrsa('revoke', 'bob', 'keyCompromise');
    await easyrsa('gen-crl');
    expect(readFileSync(join(folder, 'pki/private/ca.key'), 'utf8')).toContain('ENCRYPTED');
    const bob = (await listOf(join(folder, 'pki/crl.pem'))).serials;

    // Neither asks for anything.
    const adoption = await found(folder, 'pki');
    const { manifest } = await adopted(folder, 'pki');
    expect(manifest).toContain('passphrase: prompt');
    expect(manifest).toContain('crl: { validity: 180d }');
    expect(manifest).toContain('reason: keyCompromise');
    const isOld = misfits(adoption)['authorities/ca'] !== undefined;
    // The list that 3.1.0 of Debian 12 makes names the certificate of its authority, which is made again: so is the list.
    expect(misfits(adoption)['authorities/ca'] ?? ['basicConstraints', 'stale']).toEqual([
      'basicConstraints',
      'stale',
    ]);
    writeFileSync(join(folder, 'secret'), 'correct horse\n', { mode: 0o600 });
    const opened = manifest.replace('passphrase: prompt', 'passphrase: file:secret');
    const project = new Project(opened, { folder, output: 'pki' });
    await project.apply();
    const list = await listOf(project.path('crl.pem'));
    expect(list).toMatchObject({ serials: bob, reasons: ['Key Compromise'] });
    expect(list.number).toBe(isOld ? 1 : 0);
    const judged = (cert: string) =>
      verdict(project.path('ca.crt'), project.path('crl.pem'), project.path(cert));
    expect(await judged('issued/alice.crt')).toBe('OK');
    expect((await project.plan()).due).toBe(false);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  },
);

function spelled(serial: string): string {
  // YAML takes bare digits for a number.
  const text = serial.toLowerCase();
  return /^\d+(e\d+)?$/.test(text) ? `"${text}"` : text;
}
