// Revocation from end to end: who is listed, who refuses the list's entries, and that nothing that was revoked comes back.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, type Run, runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project, publishedState } from './project.ts';

const DAY = 86400;
/** When everything here is made: long ago, so that nothing depends on today. */
const MADE = Date.parse('2020-02-29T12:00:00Z') / 1000;

interface Entries {
  readonly alice?: string;
  readonly issuing?: string;
  readonly others?: string;
}

function manifest({ alice = 'alice: {}', issuing = '', others = '' }: Entries = {}): string {
  return `
version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, crl: true }
  issuing: { commonName: Issuing, issuer: root, crl: { validity: 7d, renewBefore: 2d }${issuing} }
clients:
  ${alice}
  bob: { validity: 20d }
${others}`;
}

const REVOKED = manifest({ alice: 'alice: { revoked: { reason: keyCompromise, at: 2020-02-28 } }' });

function clock(seconds: number): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: String(seconds * 1000) };
}

function applyAt(project: Project, seconds: number, ...args: readonly string[]): Promise<Run> {
  return project.pki(['apply', '--skip-verify', ...args], { env: clock(seconds) });
}

async function applied(project: Project, seconds: number, ...args: readonly string[]): Promise<void> {
  const run = await applyAt(project, seconds, ...args);
  expect(run.code, run.stderr).toBe(0);
}

const LIST = 'authorities/issuing/crl.pem';

/** Number and serial numbers with their reasons, as openssl reads them; it checks the signature. */
async function listOf(project: Project, path = LIST) {
  const issuer = project.path(path.replace('crl.pem', 'cert.pem'));
  const args = ['crl', '-in', project.path(path), '-noout', '-text', '-CAfile', issuer, '-verify'];
  const text = await openssl(args);
  const entries = [
    ...text.matchAll(/Serial Number: (\w+)\n([\s\S]*?)(?=Serial Number|Signature Algorithm)/g),
  ];
  return {
    number: Number(/CRL Number: \s+(\d+)/.exec(text)?.[1]),
    entries: entries.map(([, serial = '', rest = '']) => {
      return [serial.toLowerCase(), /Reason Code: \s+(.+)/.exec(rest)?.[1]?.trim() ?? null];
    }),
  };
}

async function serialOf(project: Project, id: string): Promise<string> {
  const line = await openssl(['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-serial']);
  return line.trim().replace('serial=', '').toLowerCase();
}

/** What openssl says of a certificate with the lists of all authorities above it, on a day. */
async function verdictOn(project: Project, cert: string, seconds: number): Promise<string> {
  const file = (name: string): string => project.path('authorities', name);
  const run = await runProgram('openssl', [
    ...['verify', '-x509_strict', '-attime', String(seconds), '-crl_check_all'],
    ...['-CRLfile', file('root/crl.pem'), '-CRLfile', file('issuing/crl.pem')],
    ...['-CAfile', file('root/cert.pem'), '-untrusted', file('issuing/cert.pem'), cert],
  ]);
  return run.code === 0
    ? 'accepted'
    : (/error \d+ .*?: (.*)/.exec(run.stderr + run.stdout)?.[1] ?? run.stderr);
}

let made: Project;
let revoked: Project;
let serial: string;
beforeAll(async () => {
  made = new Project(manifest());
  await applied(made, MADE);
  serial = await serialOf(made, 'clients/alice');
  revoked = copyOf(made);
  revoked.write(REVOKED);
  await applied(revoked, MADE + 60, '--allow', 'revoke');
});

it('an authority makes a list where it is asked to, and the next apply has nothing to do', async () => {
  expect(await listOf(made)).toEqual({ number: 1, entries: [] });
  expect(await listOf(made, 'authorities/root/crl.pem')).toEqual({ number: 1, entries: [] });
  const before = publishedState(made.folder);
  await applied(made, MADE + 30);
  expect(publishedState(made.folder)).toEqual(before);
  expect(await verdictOn(made, made.path('clients/alice/cert.pem'), MADE + 60)).toBe('accepted');
});

it('a URL alone is that of a list which is made elsewhere', async () => {
  const project = copyOf(made);
  project.write(manifest().replace('crl: true', 'crl: { url: "http://pki.example.test/root.crl" }'));
  rmSync(project.path('authorities/root/crl.pem'));
  const { changes } = await project.plan('--now', new Date((MADE + 60) * 1000).toISOString());
  expect(changes.find(({ id }) => id === 'authorities/root')).toMatchObject({ action: 'keep' });
  expect(changes.flatMap(({ writes }) => writes)).not.toContain('crl');
});

it('follows what the manifest says of its length and its place, and stays where that says no more of it', async () => {
  const project = copyOf(made);
  const by = (settings: string, more = ''): string =>
    manifest().replace('crl: { validity: 7d, renewBefore: 2d }', `${settings}${more}`);
  project.write(by('crl: { validity: 14d, renewBefore: 2d }'));
  await applied(project, MADE + 60);
  expect(await listOf(project)).toEqual({ number: 2, entries: [] });
  // Only when it is due: the list that is there is good.
  project.write(by('crl: { validity: 14d, renewBefore: 13d }'));
  await applied(project, MADE + DAY - 600);
  expect(await listOf(project)).toEqual({ number: 2, entries: [] });
  await applied(project, MADE + DAY + 600);
  expect(await listOf(project)).toEqual({ number: 3, entries: [] });
  project.write(by('crl: { validity: 14d, renewBefore: 2d }', ', files: { crl: issuing.crl }'));
  await applied(project, MADE + DAY + 700);
  expect(readdirSync(project.path('authorities/issuing'))).toContain('issuing.crl');
  const text = await openssl([
    'crl',
    '-in',
    project.path('authorities/issuing/issuing.crl'),
    '-noout',
    '-crlnumber',
  ]);
  expect(text).toMatch(/=0x0?3\n/);
  project.write(manifest().replace('crl: { validity: 7d, renewBefore: 2d }', ''));
  const before = project.read('authorities/issuing/crl.pem');
  await applied(project, MADE + 2 * DAY);
  expect(project.read('authorities/issuing/crl.pem')).toBe(before);
});

describe('another place of the list', () => {
  const at = (url: string): string =>
    manifest({ issuing: '' }).replace(
      'renewBefore: 2d }',
      `renewBefore: 2d, url: "http://pki.example.test/${url}" }`,
    );
  const note = (before: string, after: string): string =>
    `clients/alice, clients/bob: crl differs: ${before} → ${after} at the next renewal, or by "pki rotate NAME"`;
  const A = 'http://pki.example.test/a.crl';
  const points = async (project: Project, id: string): Promise<readonly string[]> => {
    const args = ['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-ext', 'crlDistributionPoints'];
    return [...(await openssl(args)).matchAll(/URI:(\S+)/g)].map(([, url = '']) => url);
  };
  const moment = (seconds: number): string => new Date(seconds * 1000).toISOString();

  it('is reported, and in what is issued next', async () => {
    const project = copyOf(made);
    project.write(at('a.crl'));
    const plan = await project.pki(['plan', '--now', moment(MADE + 60)]);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain('nothing to do');
    expect(plan.stdout).toContain(`note: ${note('none', A)}`);
    const json = JSON.parse((await project.pki(['plan', '--json', '--now', moment(MADE + 60)])).stdout);
    expect(json).toMatchObject({ due: false });
    expect(json.remarks).toEqual([
      {
        kind: 'differs',
        entities: ['clients/alice', 'clients/bob'],
        text: note('none', A),
        reason: expect.objectContaining({ kind: 'differs', field: 'crl', before: 'none', after: A }),
      },
    ]);
    const status = await project.pki(['status', '--now', moment(MADE + 60)]);
    expect(status.code).toBe(0);
    expect(status.stderr).toContain(note('none', A));
    const before = publishedState(project.folder);
    await applied(project, MADE + 60);
    expect(publishedState(project.folder)).toEqual(before);

    // Asked for, it does not wait; and the renewal of the other brings it.
    expect((await project.pki(['rotate', 'alice', '--skip-verify'], { env: clock(MADE + 60) })).code).toBe(0);
    expect(await points(project, 'clients/alice')).toEqual([A]);
    expect(await points(project, 'clients/bob')).toEqual([]);
    await applied(project, MADE + 15 * DAY);
    expect(await points(project, 'clients/bob')).toEqual([A]);

    // Changed and removed, it waits in the same way.
    for (const [text, after] of [
      [at('b.crl'), 'http://pki.example.test/b.crl'],
      [manifest(), 'none'],
    ] as const) {
      project.write(text);
      const later = await project.plan('--now', moment(MADE + 15 * DAY + 60));
      expect(later).toMatchObject({ due: false, remarks: [{ kind: 'differs', text: note(A, after) }] });
    }
  });
});

describe('a revoked entry', () => {
  it('takes consent, and without it everything else goes on', async () => {
    const project = copyOf(made);
    project.write(manifest({ alice: 'alice: { revoked: true }', others: '  carol: {}\n' }));
    const { changes } = await project.plan('--now', new Date((MADE + 60) * 1000).toISOString());
    expect(changes.find(({ id }) => id === 'clients/alice')).toMatchObject({
      action: 'revoke',
      consents: ['revoke'],
      reasons: [{ kind: 'revoked', reason: null }],
    });
    const run = await applyAt(project, MADE + 60);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('--allow revoke');
    expect(await listOf(project)).toEqual({ number: 1, entries: [] });
    expect(readdirSync(project.path('clients')).sort()).toEqual(['alice', 'bob', 'carol']);
  });

  it('is on the list, its files are in the archive, and verifiers refuse what it had', async () => {
    expect(await listOf(revoked)).toEqual({ number: 2, entries: [[serial, 'Key Compromise']] });
    expect(readdirSync(revoked.path('clients'))).toEqual(['bob']);
    const [run = ''] = readdirSync(revoked.path('.pki/archive/clients/alice'));
    const old = revoked.path('.pki/archive/clients/alice', run, 'cert.pem');
    expect(await verdictOn(revoked, old, MADE + 120)).toContain('certificate revoked');
    expect(await verdictOn(revoked, revoked.path('clients/bob/cert.pem'), MADE + 120)).toBe('accepted');
    // Clients that have an expired list let no one in: that is what renewBefore is for.
    expect(await verdictOn(revoked, revoked.path('clients/bob/cert.pem'), MADE + 8 * DAY)).toContain(
      'expired',
    );
    const before = publishedState(revoked.folder);
    await applied(revoked, MADE + 90);
    expect(publishedState(revoked.folder)).toEqual(before);
  });

  itNeeds(['certtool'], 'is read by GnuTLS as well', async () => {
    const run = await runProgram('certtool', ['--crl-info', '--infile', revoked.path(LIST)]);
    expect(run.stdout, run.stderr).toContain(`Serial Number (hex): ${serial}`);
    expect(run.stdout).toMatch(/CRL Number \(not critical\): 02/);
  });

  it('stays on the list when it has left the manifest, until its certificate has ended', async () => {
    const project = copyOf(revoked);
    project.write(manifest({ alice: 'carol: {}' }));
    await applied(project, MADE + 6 * DAY);
    expect(await listOf(project)).toEqual({ number: 3, entries: [[serial, 'Key Compromise']] });
    // Its end is in between, so one more list has it.
    await applied(project, MADE + 91 * DAY);
    expect(await listOf(project)).toEqual({ number: 4, entries: [[serial, 'Key Compromise']] });
    await applied(project, MADE + 98 * DAY);
    expect(await listOf(project)).toEqual({ number: 5, entries: [] });
  });

  it('gets another key where the manifest takes it back, and what it had stays revoked', async () => {
    const project = copyOf(revoked);
    project.write(manifest());
    await applied(project, MADE + DAY);
    expect(await serialOf(project, 'clients/alice')).not.toBe(serial);
    expect(await verdictOn(project, project.path('clients/alice/cert.pem'), MADE + DAY)).toBe('accepted');
    expect(await listOf(project)).toEqual({ number: 2, entries: [[serial, 'Key Compromise']] });
  });
});

describe('nothing that was revoked is forgotten, and no number is given twice', () => {
  it.each([
    ['the list is lost', ['authorities/issuing/crl.pem'], 3],
    ['.pki is lost', ['.pki'], 3],
  ])('where %s', async (_, lost, number) => {
    const project = copyOf(revoked);
    project.write(manifest({ alice: 'carol: {}' }));
    for (const path of lost) rmSync(project.path(path), { recursive: true });
    await applied(project, MADE + 6 * DAY);
    expect(await listOf(project)).toEqual({ number, entries: [[serial, 'Key Compromise']] });
  });

  it('where both are lost, and an apply was between', async () => {
    const project = copyOf(revoked);
    rmSync(project.path('.pki'), { recursive: true });
    await applied(project, MADE + 120);
    rmSync(project.path('authorities/issuing/crl.pem'));
    await applied(project, MADE + 180);
    expect(await listOf(project)).toEqual({ number: 3, entries: [[serial, 'Key Compromise']] });
  });

  it('where the authority gets another key: the list is of that one', async () => {
    const project = copyOf(revoked);
    const run = await project.pki(['rotate', 'authorities/issuing', '--skip-verify', '--allow', 'rekey-ca'], {
      env: clock(MADE + DAY),
    });
    expect(run.code, run.stderr).toBe(0);
    // The last list of the former key has the number between.
    expect(await listOf(project)).toEqual({ number: 4, entries: [[serial, 'Key Compromise']] });
  });
});

it('a serial number revokes a certificate alone: its entry goes on with another key, by consent', async () => {
  const project = copyOf(made);
  const text = serial.replaceAll(/..(?=.)/g, '$&:');
  project.write(manifest({ issuing: `, revoked: [{ serial: "${text}", reason: superseded }]` }));
  expect((await applyAt(project, MADE + 60)).code).toBe(1);
  expect(await serialOf(project, 'clients/alice')).toBe(serial);
  await applied(project, MADE + 60, '--allow', 'revoke');
  expect(await listOf(project)).toEqual({ number: 2, entries: [[serial, 'Superseded']] });
  expect(await verdictOn(project, project.path('clients/alice/cert.pem'), MADE + 120)).toBe('accepted');
});

it('a revoked authority is listed by its issuer, and gone with all that it signed', async () => {
  const project = new Project(`
version: 1
authorities:
  root: { commonName: Root, crl: true }
  old: { commonName: Old, issuer: root }
  new: { commonName: New, issuer: root }
clients:
  alice: { issuer: old }
`);
  await applied(project, MADE);
  const old = await serialOf(project, 'authorities/old');
  project.write(`
version: 1
authorities:
  root: { commonName: Root, crl: true }
  old: { commonName: Old, issuer: root, revoked: cACompromise }
  new: { commonName: New, issuer: root }
clients:
  alice: { issuer: new }
`);
  await applied(project, MADE + 60, '--allow', 'revoke');
  expect(await listOf(project, 'authorities/root/crl.pem')).toEqual({
    number: 2,
    entries: [[old, 'CA Compromise']],
  });
  expect(readdirSync(project.path('authorities')).sort()).toEqual(['new', 'root']);
  expect(await project.actions()).not.toHaveProperty('clients/alice', 'refuse');
});

it('the script of a plan makes the same list', async () => {
  const project = copyOf(made);
  project.write(REVOKED);
  const script = await project.pki(['plan', '--commands', '--now', '2020-02-29T12:01:00Z']);
  const run = await runProgram('sh', [], { cwd: project.folder, input: script.stdout });
  expect(run.code, run.stderr).toBe(0);
  expect(await listOf(project)).toEqual({ number: 2, entries: [[serial, 'Key Compromise']] });
  expect(readdirSync(project.path('clients'))).toEqual(['bob']);
});
