// Files of revocation lists: who gets which, that each new list reaches them, and what their readers say of those revoked.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project, publishedState } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, crl: true }
  issuing: { commonName: Issuing, issuer: root, crl: true, outputs: [default, crls, crl-der] }
  other: { commonName: Other, issuer: root, crl: true }
  apart: { commonName: Apart, crl: true }
servers:
  api: { commonName: api.example.test, issuer: issuing, outputs: [default, crls, ca-crls] }
clients:
  alice: { issuer: other }
  bob: { issuer: other }
`;
const REVOKED = MANIFEST.replace('alice: {', 'alice: { revoked: keyCompromise,');

let made: Project;
let revoked: Project;
beforeAll(async () => {
  made = new Project(MANIFEST);
  await made.apply();
  revoked = copyOf(made);
  revoked.write(REVOKED);
  await revoked.applyByCommand('--allow', 'revoke');
});

/** Lists as they are in the folders of authorities, one after the other. */
function listsOf(project: Project, ...names: readonly string[]): string {
  return names.map((name) => project.read(`authorities/${name}/crl.pem`)).join('');
}

function certificatesOf(project: Project, ...names: readonly string[]): string {
  return names.map((name) => project.read(`authorities/${name}/cert.pem`)).join('');
}

/** What openssl says of a client's certificate by the files of the server alone. */
async function verdictOf(project: Project, lists: string, cert: string): Promise<string> {
  const run = await runProgram('openssl', [
    ...['verify', '-x509_strict', '-crl_check_all', '-CRLfile', project.path('servers/api', lists)],
    ...['-CAfile', project.path('servers/api/ca.pem')],
    ...['-untrusted', project.path('authorities/other/cert.pem'), cert],
  ]);
  return run.code === 0 ? 'accepted' : (/error \d+ .*?: (.*)/.exec(run.stderr + run.stdout)?.[1] ?? '');
}

function archived(project: Project): string {
  const [run = ''] = readdirSync(project.path('.pki/archive/clients/alice'));
  return project.path('.pki/archive/clients/alice', run, 'cert.pem');
}

it('holds the lists of all that an entry trusts, of an authority those of its own chain', () => {
  expect(made.read('servers/api/crls.pem')).toBe(listsOf(made, 'root', 'issuing', 'other'));
  expect(made.read('servers/api/ca-crls.pem')).toBe(
    certificatesOf(made, 'issuing', 'root') + listsOf(made, 'root', 'issuing', 'other'),
  );
  expect(made.read('authorities/issuing/crls.pem')).toBe(listsOf(made, 'issuing', 'root'));
});

it('is there in DER, octet by octet', async () => {
  const der = await openssl(['crl', '-inform', 'DER', '-in', made.path('authorities/issuing/crl.der')]);
  expect(der).toBe(made.read('authorities/issuing/crl.pem'));
});

it('stays as it is while nothing is due', async () => {
  const before = publishedState(revoked.folder);
  await revoked.apply();
  expect(publishedState(revoked.folder)).toEqual(before);
});

it('is written again with each new list, and verifiers that read it refuse the revoked alone', async () => {
  expect(revoked.read('servers/api/crls.pem')).toBe(listsOf(revoked, 'root', 'issuing', 'other'));
  expect(revoked.read('servers/api/cert.pem')).toBe(made.read('servers/api/cert.pem'));
  for (const lists of ['crls.pem', 'ca-crls.pem']) {
    expect(await verdictOf(revoked, lists, archived(revoked))).toContain('certificate revoked');
    expect(await verdictOf(revoked, lists, revoked.path('clients/bob/cert.pem'))).toBe('accepted');
  }
  expect(await verdictOf(made, 'crls.pem', archived(revoked))).toBe('accepted');
});

itNeeds(['certtool'], 'is read by GnuTLS as well', async () => {
  const run = await runProgram('certtool', ['--crl-info', '--infile', made.path('servers/api/crls.pem')]);
  expect(run.stdout, run.stderr).toContain('CN=Root');
});

it('names the authority that makes its next list', async () => {
  const copy = copyOf(made);
  copy.write(REVOKED);
  const { changes } = await copy.plan();
  expect(changes.find(({ id }) => id === 'servers/api')).toMatchObject({
    action: 'refresh',
    writes: ['crls', 'ca-crls'],
    reasons: [{ kind: 'list-changes', of: 'authorities/other' }],
  });
});

it('goes the same way in the script of a plan', async () => {
  const copy = copyOf(made);
  copy.write(MANIFEST.replace('issuing: {', 'issuing: { revoked: [{ serial: "01" }],'));
  const script = await copy.pki(['plan', '--commands']);
  const run = await runProgram('sh', [], { cwd: copy.folder, input: script.stdout });
  expect(run.code, run.stderr).toBe(0);
  expect(copy.read('authorities/issuing/crl.pem')).not.toBe(made.read('authorities/issuing/crl.pem'));
  expect(copy.read('servers/api/crls.pem')).toBe(listsOf(copy, 'root', 'issuing', 'other'));
  expect(copy.read('authorities/issuing/crls.pem')).toBe(listsOf(copy, 'issuing', 'root'));
  const der = await openssl(['crl', '-inform', 'DER', '-in', copy.path('authorities/issuing/crl.der')]);
  expect(der).toBe(copy.read('authorities/issuing/crl.pem'));
});

it('another hand’s file under such a name stays while no one asks for it', async () => {
  const project = new Project(
    'version: 1\nauthorities: { root: { commonName: Root } }\nservers: { api: { san: [a.test] } }\n',
  );
  await project.apply();
  const place = project.path('servers/api/crls.pem');
  await runProgram('cp', [revoked.path('servers/api/crls.pem'), place]);
  await project.apply();
  expect(readFileSync(place, 'utf8')).toBe(revoked.read('servers/api/crls.pem'));
});

it('a file of lists that is no longer asked for goes, where nothing is lost with it', async () => {
  const project = copyOf(made);
  const without = MANIFEST.replaceAll(', crls, crl-der]', ']').replace(', crls, ca-crls]', ']');
  project.write(without);
  const { changes } = await project.plan();
  const gone = changes.flatMap(({ id, deletes }) => deletes.map((file) => `${id} ${file}`));
  expect(gone).toEqual([
    'authorities/issuing crls',
    'authorities/issuing crl-der',
    'servers/api crls',
    'servers/api ca-crls',
  ]);
  await project.apply();
  for (const path of ['authorities/issuing/crl.der', 'servers/api/crls.pem', 'servers/api/ca-crls.pem'])
    expect(existsSync(project.path(path)), path).toBe(false);
  expect(existsSync(project.path('authorities/issuing/crl.pem'))).toBe(true);
  expect(await project.actions()).toEqual({});

  // Another maker's, and one that an authority has no longer: both stay, and that is said.
  copyFileSync(revoked.path('servers/api/crls.pem'), project.path('servers/api/crls.pem'));
  project.write(without.replace('Apart, crl: true', 'Apart'));
  const kept = await project.plan();
  expect(kept).toMatchObject({ due: false });
  expect(kept.remarks.map(({ kind, text }) => [kind, text.replace(/ on 20.*/, '')])).toEqual([
    [
      'left-list',
      'authorities/apart: "authorities/apart/crl.pem" is not made any more, and stays: what goes on reading it refuses everyone once it has ended',
    ],
    [
      'left-list',
      'servers/api: "servers/api/crls.pem" is not made any more, and stays: what goes on reading it refuses everyone once it has ended',
    ],
  ]);
  await project.apply();
  expect(existsSync(project.path('servers/api/crls.pem'))).toBe(true);
});

it('a gap among the lists is a mistake with its place', async () => {
  const project = new Project(
    MANIFEST.replace('issuer: root, crl: true }', 'issuer: root }').replace(
      'bob: {',
      'bob: { outputs: [default, crl-der],',
    ),
  );
  const { code, stderr } = await project.pki(['validate']);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'pki.yaml:9:66: "crls" of server "api" would lack the list of authority "other", which makes none',
  );
  expect(stderr).toContain('hint: add "crl: true" to "other"');
  expect(stderr).toContain('pki.yaml:12:19: client "bob" makes no revocation list, and "crl-der" is one');
});

/** What the proof says of those that are revoked, in TLS and by openssl. */
async function proofOf(project: Project) {
  const run = await project.pki(['verify', '--json']);
  const { ok, revoked, handshakes } = JSON.parse(run.stdout);
  type Case = { readonly check: string; readonly ok: boolean; readonly id: string; readonly code: string };
  const cases = handshakes.cases.filter(({ check }: Case) => check === 'revoked');
  return { code: run.code, ok, revoked, cases: cases.map(({ id, ...one }: Case) => [id, one.ok, one.code]) };
}

describe('the proof', () => {
  it('shows what is revoked to those that read the lists, and to openssl', async () => {
    const { revoked: checked, ...proof } = await proofOf(revoked);
    expect(checked).toEqual([{ entity: 'clients/alice', serial: expect.any(String), problem: null }]);
    expect(proof).toEqual({
      code: 0,
      ok: true,
      cases: [
        ['servers/api clients/alice TLSv1.2 revoked', true, 'CERT_REVOKED'],
        ['servers/api clients/alice TLSv1.3 revoked', true, 'CERT_REVOKED'],
      ],
    });
  });

  it('finds a server with a list of before', async () => {
    const copy = copyOf(revoked);
    copyFileSync(made.path('servers/api/crls.pem'), copy.path('servers/api/crls.pem'));
    expect(await proofOf(copy)).toMatchObject({
      code: 1,
      ok: false,
      cases: [
        ['servers/api clients/alice TLSv1.2 revoked', false, 'NOT_REFUSED'],
        ['servers/api clients/alice TLSv1.3 revoked', false, 'NOT_REFUSED'],
      ],
    });
  });

  it('finds an authority with a list of before', async () => {
    const copy = copyOf(revoked);
    copyFileSync(made.path('authorities/other/crl.pem'), copy.path('authorities/other/crl.pem'));
    const { code, revoked: checked } = await proofOf(copy);
    expect([code, checked[0].problem]).toEqual([1, 'it is accepted']);
  });

  it('warns of a list before it locks anyone out', async () => {
    const at = async (days: number) => {
      const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
      const now = String(Date.now() + days * 86_400_000);
      return await made.pki(['verify'], { env: { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: now } });
    };
    const soon = await at(25);
    expect([soon.code, soon.stderr]).toEqual([
      0,
      expect.stringMatching(/warning: the revocation list of authorities\/root ends in (4|5)d/),
    ]);
    expect((await at(0)).stderr).not.toContain('revocation list');
  });
});

it('pki status counts the lists, at any time', async () => {
  const at = async (days: number) => {
    const now = new Date(Date.now() + days * 86_400_000).toISOString();
    const { code, stdout } = await revoked.pki(['status', '--json', '--now', now]);
    type Row = { readonly state: string; readonly revoked: number };
    const lists: readonly Row[] = JSON.parse(stdout).lists;
    return { code, lists: lists.map(({ state, revoked: count }) => `${state} ${count}`) };
  };
  expect(await at(1)).toEqual({ code: 0, lists: ['ok 0', 'ok 0', 'ok 0', 'ok 1'] });
  expect(await at(25)).toEqual({ code: 2, lists: ['due 0', 'due 0', 'due 0', 'due 1'] });
  expect((await at(31)).lists).toEqual(['ended 0', 'ended 0', 'ended 0', 'ended 1']);
});

describe('an authority that gets another key or name', () => {
  const former = (project: Project, name: string): string =>
    project.read(`authorities/${name}/former-crls.pem`);

  /** What openssl says of the certificates of before, with their chain of before, by the new files of the server. */
  async function oldByNew(project: Project, cert: string): Promise<string> {
    const run = await runProgram('openssl', [
      ...['verify', '-x509_strict', '-crl_check_all', '-CRLfile', project.path('servers/api/crls.pem')],
      ...['-CAfile', project.path('servers/api/ca.pem')],
      ...['-untrusted', revoked.path('authorities/other/cert.pem'), cert],
    ]);
    return run.code === 0 ? 'accepted' : (/error \d+ .*?: (.*)/.exec(run.stderr + run.stdout)?.[1] ?? '');
  }

  it.each([
    ['root', 'by rotate', ['rotate', 'root']],
    ['other', 'by rotate', ['rotate', 'other']],
  ])('%s goes on with the last list of the former one, %s', async (name, _, args) => {
    const project = copyOf(revoked);
    const run = await project.pki([...args, '--allow', 'rekey-ca']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const lists = project.read('servers/api/crls.pem');
    expect(lists).toContain(former(project, name));
    expect(lists).toContain(project.read(`authorities/${name}/crl.pem`));
    expect(project.read(`authorities/${name}/crl.pem`)).not.toContain(former(project, name));
    expect(await oldByNew(project, revoked.path('clients/bob/cert.pem'))).toBe('accepted');
    expect(await oldByNew(project, archived(revoked))).toContain('certificate revoked');
    // Until the end of the former certificate.
    const ends = await openssl([
      'x509',
      '-in',
      revoked.path(`authorities/${name}/cert.pem`),
      '-noout',
      '-enddate',
    ]);
    const list = await openssl([
      'crl',
      '-in',
      project.path(`authorities/${name}/former-crls.pem`),
      '-noout',
      '-nextupdate',
    ]);
    expect(list.replace('nextUpdate', 'notAfter')).toBe(ends);
    const before = publishedState(project.folder);
    await project.apply();
    expect(publishedState(project.folder)).toEqual(before);
    const retired = await project.pki(['retire', name, '--skip-verify']);
    expect(retired.code, retired.stderr).toBe(0);
    expect(existsSync(project.path(`authorities/${name}/former-crls.pem`))).toBe(false);
    expect(project.read('servers/api/crls.pem')).toBe(listsOf(project, 'root', 'issuing', 'other'));
  });

  describe('and what is revoked afterwards', () => {
    const LATER = REVOKED.replace('bob: {', 'bob: { revoked: superseded,');
    let rotated: Project;
    beforeAll(async () => {
      rotated = copyOf(revoked);
      const run = await rotated.pki(['rotate', 'other', '--allow', 'rekey-ca', '--skip-verify']);
      expect(run.code, run.stderr).toBe(0);
      rotated.write(LATER);
    });
    const bob = (): string => revoked.path('clients/bob/cert.pem');

    it.each(['openssl', 'node'])('is on the list of the key that signed it, by %s', async (engine) => {
      const project = copyOf(rotated);
      expect(await oldByNew(project, bob())).toBe('accepted');
      const { changes } = await project.plan();
      expect(changes.find(({ id }) => id === 'authorities/other')).toMatchObject({
        writes: ['crl', 'former-crls'],
        reasons: [{ kind: 'revokes' }, { kind: 'stale', artifact: 'former-crls' }],
      });
      const run = await project.pki(['apply', '--allow', 'revoke', '--engine', engine]);
      expect(run.code, run.stderr).toBe(0);
      expect(await oldByNew(project, bob())).toContain('certificate revoked');
      expect(await oldByNew(project, archived(revoked))).toContain('certificate revoked');
      const lists = [former(project, 'other'), project.read('authorities/other/crl.pem')];
      for (const list of lists) expect(project.read('servers/api/crls.pem')).toContain(list);
      const state = publishedState(project.folder);
      await project.apply();
      expect(publishedState(project.folder)).toEqual(state);
      // What the key of today signed is none of that one's business.
      const [, before] = lists;
      project.write(LATER.replace('  alice: {', '  carol: { issuer: other }\n  alice: {'));
      await project.apply();
      project.write(LATER.replace('  alice: {', '  carol: { issuer: other, revoked: true }\n  alice: {'));
      await project.applyByCommand('--allow', 'revoke');
      expect(project.read('authorities/other/crl.pem')).not.toBe(before);
      expect(former(project, 'other')).toBe(lists[0]);
    });

    it('goes the same way in the script of a plan', async () => {
      const project = copyOf(rotated);
      const script = await project.pki(['plan', '--commands']);
      const run = await runProgram('sh', [], { cwd: project.folder, input: script.stdout });
      expect(run.code, run.stderr).toBe(0);
      expect(await oldByNew(project, bob())).toContain('certificate revoked');
    });

    it('goes on where the archive has lost the key, and is said to', async () => {
      const project = copyOf(rotated);
      rmSync(project.path('.pki/archive/authorities'), { recursive: true });
      await project.applyByCommand('--allow', 'revoke');
      const { due, remarks } = await project.plan();
      expect(due).toBe(false);
      expect(remarks).toEqual([
        {
          kind: 'unlisted',
          entities: ['authorities/other', 'servers/api'],
          text: expect.stringMatching(
            /^authorities\/other: certificate \w+ is revoked, and on no list of the former key that signed it, because that key signs no further list here: servers\/api will accept it with chains of before, until "pki retire authorities\/other"$/,
          ),
        },
      ]);
      expect(await oldByNew(project, bob())).toBe('accepted');
    });
  });

  it('does so in the script of a plan, for another name and kind of key', async () => {
    const project = copyOf(revoked);
    project.write(REVOKED.replace('commonName: Other,', 'commonName: Else, key: ed25519,'));
    const script = await project.pki(['plan', '--commands']);
    const run = await runProgram('sh', [], { cwd: project.folder, input: script.stdout });
    expect(run.code, run.stderr).toBe(0);
    expect(project.read('servers/api/crls.pem')).toContain(former(project, 'other'));
    expect(await oldByNew(project, revoked.path('clients/bob/cert.pem'))).toBe('accepted');
    expect(await project.actions()).toEqual({});
  });
});
