// Command lines after a first apply: what each prints, where, and with what exit code.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, MANIFEST, typed } from './typed.ts';

const words = (line: string) => line.split(' ');

describe('from the first apply on', () => {
  let folder: string;
  let made: Awaited<ReturnType<typeof typed>>;
  const run = (line: string) => typed(folder, words(line));
  beforeAll(async () => {
    folder = aFolder();
    made = await run('apply --engine node --skip-verify');
  });

  it('says what it made, and asks for no proof where that is left out', () => {
    expect(made).toMatchObject({ code: 0, stdout: 'applied: 6 created in pki/\n' });
    expect(made.stderr).toMatch(/^(pki: created \w+\/\w+\n){6}$/);
  });

  it('is quiet where nothing was due, if that is wanted', async () => {
    expect(await run('apply --quiet --skip-verify')).toEqual({ code: 0, stdout: '', stderr: '' });
    const idle = await run('apply --skip-verify');
    expect(idle).toEqual({
      code: 0,
      stdout: 'applied: nothing to do, everything matches the manifest\n',
      stderr: '',
    });
  });

  it('proves it, all of it or what is new', async () => {
    const proof = await run('apply --verify all');
    expect(proof.code).toBe(0);
    expect(proof.stdout).toMatch(
      /^applied: nothing to do.*\ncertificates: 6 verified by openssl, RFC 5280 strict\n/,
    );
    expect(proof.stdout).toMatch(/^2 handshakes accepted, 10 refused, as expected/m);
    const verified = await run('verify');
    expect(verified.stdout).toBe(proof.stdout.replace(/^.*\n/, ''));
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    const details = await run('verify --verbose');
    expect(details.stdout.length).toBeGreaterThan(verified.stdout.length);
    const open = await run('verify --public');
    expect(open).toMatchObject({ code: 0, stdout: 'certificates: 6 verified by openssl, RFC 5280 strict\n' });
    expect(open.stderr).toBe('pki: no handshakes were made, because no private key was looked at\n');
    const json = JSON.parse((await run('apply --verify all --json')).stdout);
    expect(json).toMatchObject({ format: 'pki-apply', result: 'nothing', verification: { ok: true } });
    expect(JSON.parse((await run('apply --skip-verify --json')).stdout).verification).toBeNull();
  });

  it('is judged at the second that has begun, where a moment is stated', async () => {
    const moments = ['2027-01-01T00:00:00Z', '2027-01-01T00:00:00.9Z', '2027-01-01T00:00:01Z'];
    const found: unknown[] = [];
    for (const now of moments) found.push(JSON.parse((await run(`status --json --now ${now}`)).stdout).now);
    expect(found).toEqual([moments[0], moments[0], moments[2]]);
  });

  it('is judged by a clock of which it is said that it is wrong', async () => {
    const behind = Date.now() - 10 * 60_000;
    vi.spyOn(Date, 'now').mockReturnValue(behind);
    onTestFinished(() => void vi.restoreAllMocks());
    expect((await run('verify --public')).stderr).toMatch(
      /^pki: error: the clock says .* behind\npki: hint: set the clock/m,
    );
  });

  it('is over for plan and status, until its time comes', async () => {
    expect(await run('plan --detailed-exitcode')).toEqual({
      code: 0,
      stdout: 'plan: 6 unchanged, nothing to do\n',
      stderr: '',
    });
    expect((await run('plan --verbose')).stdout).toMatch(/^= clients\/app +keep\n/m);
    expect(await run('status')).toMatchObject({ code: 0 });
    const later = await run('status --now 2099-01-01T00:00:00Z');
    expect(later).toMatchObject({ code: 2, stdout: expect.stringMatching(/^status: 6 expired; /m) });
    expect(await run('plan --now 2099-01-01T00:00:00Z --detailed-exitcode')).toMatchObject({ code: 2 });
  });

  it('is history, of all or of one by either name', async () => {
    const lines = async (line: string) => (await run(line)).stdout.split('\n').length - 2;
    expect(await lines('history')).toBe(6);
    expect(await lines('history app')).toBe(1);
    expect(await lines('history servers/api')).toBe(1);
    expect(await lines('history api')).toBe(2);
    expect(await run('history pi')).toMatchObject({ code: 1, stdout: '' });
  });

  it('asks before it revokes, and does so for the one that is named', async () => {
    const edit = await run('revoke app --write');
    expect(edit).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('"pki apply --allow revoke" puts it on the list'),
    });
    expect(readFileSync(join(folder, 'pki.yaml'), 'utf8')).toContain('app: { revoked: true, commonName: app');
    const again = await run('revoke app');
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toMatch(
      /^pki: the manifest says of clients\/app just that.*\npki: hint: "pki apply --allow revoke"/,
    );
    const refused = await run('apply --skip-verify --quiet');
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('needs consent: clients/app'),
    });
    const inVain = await run('apply --skip-verify --allow revoke=nobody');
    expect(inVain.code).toBe(1);
    expect(inVain.stderr).toContain('pki: warning: "--allow revoke=nobody" agrees to nothing');
    const agreed = await run('apply --skip-verify --allow revoke=app');
    expect(agreed).toMatchObject({ code: 0, stdout: 'applied: 1 refreshed, 1 revoked in pki/\n' });
  });

  it('is done by a plan that was saved, which says itself how', async () => {
    const saved = await run('plan --out saved --rotate servers/api');
    expect(saved.stderr).toContain('saved: "pki apply saved" does this');
    for (const flag of ['--only app', '--engine node', '--trust-clock']) {
      const refused = await run(`apply saved ${flag}`);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^pki: error: a saved plan is carried out as it is/);
    }
    const cert = join(folder, 'pki/servers/api/cert.pem');
    const before = readFileSync(cert, 'utf8');
    expect(await run('apply saved --skip-verify')).toMatchObject({ code: 0 });
    expect(readFileSync(cert, 'utf8')).not.toBe(before);
    expect(await run('apply saved --skip-verify')).toMatchObject({ code: 1 });
  });

  it('gives a new key to what is named, and to nothing else', async () => {
    const rotated = await run('rotate clients/api --skip-verify --engine node');
    expect(rotated).toMatchObject({ code: 0, stdout: 'applied: 1 re-keyed in pki/\n' });
    const refused = await run('rotate root --retire --skip-verify');
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('needs consent: authorities/root'),
    });
    expect(await run('retire root --skip-verify')).toMatchObject({ code: 0 });
  });

  it('leaves nothing to be asked of another machine, and takes no answer that is not there', async () => {
    expect((await run('request stick')).stdout).toMatch(/^requested: nothing, no certificate waits/);
    const taken = await run('import none --skip-verify');
    expect(taken).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('none" is not there'),
    });
  });

  it('is what another engine is given', async () => {
    const exported = await run('export vault');
    expect(exported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^export\/vault: \d+ files written, for OpenBao or Vault\n$/),
    });
    expect(exported.stderr).toContain('pki: hint: "export/vault/README.md" has the commands that follow');
    expect((await run('export vault --to roles')).stdout).toMatch(/^roles: /);
    expect((await run('export vault')).stdout).toMatch(/^export\/vault: nothing to do, /);
    expect(await run('export cert-manager --vault https://vault.example.test')).toMatchObject({ code: 0 });
  });

  it('is what a sample is judged by', async () => {
    const good = await run('verify --sample pki/servers/api/cert.pem');
    expect(good.code, good.stdout).toBe(0);
    expect(good.stdout).toMatch(/servers\/api/);
    const json = JSON.parse((await run('verify --sample pki/servers/api --json')).stdout);
    expect(json).toMatchObject({ format: 'pki-sample', version: 1 });
  });

  it('is adopted like anything else', async () => {
    const taken = await run('adopt pki --write pki.yaml');
    expect(taken).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('"pki.yaml" is there already'),
    });
    const written = await run('adopt pki --write adopted.yaml');
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(written.stderr).toContain('pki: wrote "adopted.yaml"; "pki plan adopted.yaml" shows what apply');
    expect(await run('validate adopted.yaml')).toMatchObject({ code: 0 });
    const shown = await run('adopt pki');
    expect(shown.stdout).toMatch(/^# yaml-language-server/);
    expect(shown.stderr).toContain(`pki: save it in "${folder}", for example as pki.yaml\n`);
    expect(JSON.parse((await run('adopt pki --json')).stdout)).toMatchObject({
      format: 'pki-adopt',
      manifest: null,
    });
  });

  it('archives what left the manifest, by consent', async () => {
    writeFileSync(
      join(folder, 'pki.yaml'),
      MANIFEST.replace(/ {2}app: .*\n/, '')
        .replace(/ {2}api: \{ commonName: api client.*\n/, '')
        .replace('clients:\n', ''),
    );
    const kept = await run('apply --skip-verify');
    expect(kept).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^pki: left in place, though no longer in the manifest: clients\/api\n/),
    });
    expect(await run('apply --skip-verify --allow remove')).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'pki/clients/api/key.pem'))).toBe(false);
  });
});
