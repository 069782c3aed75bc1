// What a day does to certificates: renewal windows to the second, ends that are inherited, keys that stay or go.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, type Run, runProgram, snapshot } from '../helpers/cli.ts';
import { type ChangeJson, changedPaths, copyOf, datesOf, Project, publishedState } from './project.ts';
import { entitiesIn, filesBelow, keyIdOf } from './wholeness.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
/** When everything here is made: long ago, so that nothing depends on today. */
const MADE = Date.parse('2020-02-29T12:00:00Z') / 1000;

const MANIFEST = `
version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, validity: 10y }
  sub: { commonName: Sub, issuer: root, validity: 5y }
servers:
  third: { commonName: third.example.test, issuer: sub, validity: 90d }
  fixed: { commonName: fixed.example.test, issuer: sub, validity: 90d, renewBefore: 30d, backdate: 1h }
  share: { commonName: share.example.test, issuer: sub, validity: 91d, renewBefore: 33%, backdate: 0m }
clients:
  turning: { commonName: turning, issuer: sub, validity: 30d, rotateKey: true }
`;

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Environment in which the clock stands. */
function clock(seconds: number): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: String(seconds * 1000) };
}

async function applyAt(project: Project, seconds: number, ...args: readonly string[]): Promise<Run> {
  const run = await project.pki(['apply', '--skip-verify', ...args], { env: clock(seconds) });
  expect(run.code, run.stderr).toBe(0);
  return run;
}

/** Every change of the plan for a moment, by entity; those that are kept left out. */
async function dueAt(project: Project, seconds: number): Promise<Record<string, ChangeJson>> {
  const { changes, now } = await project.plan('--now', iso(seconds));
  expect(now).toBe(iso(seconds));
  return Object.fromEntries(
    changes.filter(({ action }) => action !== 'keep').map((change) => [change.id, change]),
  );
}

function kinds(change: ChangeJson | undefined): readonly string[] {
  return change?.reasons.map(({ kind }) => kind) ?? [];
}

let made: Project;
beforeAll(async () => {
  made = new Project(MANIFEST);
  await applyAt(made, MADE);
});

const dates = (project: Project, id: string) => datesOf(project.path(id, 'cert.pem'));

describe('a clock', () => {
  const certificates = (project: Project) =>
    Object.fromEntries(entitiesIn(project.out).map((id) => [id, project.read(id, 'cert.pem')]));

  it('of 1970 makes nothing where nothing is yet, unless it is vouched for', async () => {
    const project = new Project(MANIFEST);
    const run = await project.pki(['apply', '--skip-verify'], { env: clock(86_400) });
    expect(run.code, run.stdout).toBe(1);
    expect(run.stderr).toContain(
      'pki: error: the clock says 1970-01-02T00:00:00Z, but this program is younger',
    );
    expect(run.stderr).toContain('--trust-clock');
    expect(entitiesIn(project.out)).toEqual([]);
    await applyAt(project, 86_400, '--trust-clock');
    expect(entitiesIn(project.out)).toHaveLength(6);
  });

  it.each([
    ['in 1970', 86_400],
    ['six minutes slow', MADE - 6 * MINUTE],
  ])('%s issues nothing, and says both times', async (_, seconds) => {
    const project = copyOf(made);
    const before = publishedState(project.folder);
    for (const args of [
      ['apply', '--skip-verify'],
      ['plan'],
      ['status'],
      ['rotate', 'third', '--skip-verify'],
    ]) {
      const run = await project.pki(args, { env: clock(seconds) });
      expect(run.code, run.stdout).toBe(1);
      expect(run.stderr).toContain(
        `pki: error: the clock says ${iso(seconds)}, but certificates were issued here at ${iso(MADE)}`,
      );
      expect(run.stderr).toContain('--trust-clock');
    }
    const script = await project.pki(['plan', '--commands', '--rotate', 'third'], { env: clock(seconds) });
    expect(script).toMatchObject({ code: 1, stdout: '' });
    expect(publishedState(project.folder)).toEqual(before);
  });

  it('that is slow by seconds issues nothing again, and issues what is due', async () => {
    const project = copyOf(made);
    const before = certificates(project);
    expect(await applyAt(project, MADE - 100)).toMatchObject({ stderr: '' });
    expect(certificates(project)).toEqual(before);
    project.write(`${MANIFEST}  more: { commonName: more, issuer: sub }\n`);
    await applyAt(project, MADE - 100);
    expect(iso((await dates(project, 'clients/more')).notBefore)).toBe(iso(MADE - 5 * MINUTE));
  });

  it('without a ledger is compared with certificates', async () => {
    const project = copyOf(made);
    rmSync(project.path('.pki'), { recursive: true });
    const run = await project.pki(['apply', '--skip-verify'], { env: clock(MADE - 20 * DAY) });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(`the certificate of servers/share begins at ${iso(MADE)}`);
  });

  it('that was ahead once: what it made is issued again, and that is reported once', async () => {
    const project = copyOf(made);
    const ahead = MADE + 12 * 365 * DAY;
    await applyAt(project, ahead);
    const back = MADE + DAY;
    const run = await applyAt(project, back);
    expect(run.stderr).toContain(`warning: the clock was ahead: it is ${iso(back)}`);
    expect(run.stderr).toContain(iso(ahead));
    for (const id of entitiesIn(project.out)) {
      const { notBefore } = await dates(project, id);
      expect(notBefore, id).toBeLessThanOrEqual(back);
    }
    expect(await applyAt(project, back + 60)).toMatchObject({
      stdout: expect.stringContaining('nothing to do'),
      stderr: '',
    });
  });

  it('is right where somebody says so', async () => {
    const project = copyOf(made);
    const run = await applyAt(project, MADE - 3 * DAY, '--trust-clock');
    expect(run.stderr).toContain('warning: the clock was ahead');
    expect((await dates(project, 'servers/share')).notBefore).toBe(MADE - 3 * DAY);
  });
});

describe('the dates in a certificate', () => {
  it.each([
    ['servers/third', 5 * MINUTE, 90 * DAY],
    ['servers/fixed', HOUR, 90 * DAY],
    ['servers/share', 0, 91 * DAY],
    ['authorities/root', 5 * MINUTE, 3650 * DAY],
  ])(
    '%s begins its backdate before now and is valid for exactly its length',
    async (id, backdate, length) => {
      const { notBefore, notAfter } = await dates(made, id);
      expect(iso(notBefore)).toBe(iso(MADE - backdate));
      expect(notAfter - notBefore + 1).toBe(length);
    },
  );
});

describe('a renewal window', () => {
  it.each([
    ['servers/third', 30 * DAY, 'a third of its life'],
    ['servers/fixed', 30 * DAY, 'as long as it says'],
    ['servers/share', Math.floor(0.33 * 91 * DAY), 'a share of its life'],
    ['clients/turning', 10 * DAY, 'a third of its life'],
    ['authorities/root', Math.floor((3650 * DAY) / 3), 'a third of its life'],
  ])('of %s is %d seconds long: %s', async (id, window) => {
    const { notAfter } = await dates(made, id);
    const opens = notAfter - window;
    expect((await dueAt(made, opens - 1))[id]).toBeUndefined();
    const due = (await dueAt(made, opens))[id];
    expect(kinds(due)).toEqual(['expires']);
    expect(due?.reasons[0]).toMatchObject({ seconds: window, window });
    expect(due?.newKey).toBe(id === 'clients/turning');
  });

  it('is open to the last second of a certificate; from the next one on it is expired', async () => {
    const { notAfter } = await dates(made, 'servers/fixed');
    expect(kinds((await dueAt(made, notAfter))['servers/fixed'])).toEqual(['expires']);
    expect(kinds((await dueAt(made, notAfter + 1))['servers/fixed'])).toEqual(['expired']);
    const stateAt = async (seconds: number) => {
      const run = await made.pki(['status', '--json', '--now', iso(seconds)]);
      const { certificates } = JSON.parse(run.stdout) as { certificates: { id: string; state: string }[] };
      return [run.code, certificates.find(({ id }) => id === 'servers/fixed')?.state];
    };
    expect(await stateAt(notAfter - 30 * DAY)).toEqual([2, 'due']);
    expect(await stateAt(notAfter)).toEqual([2, 'due']);
    expect(await stateAt(notAfter + 1)).toEqual([2, 'expired']);
  });

  it('has not come yet: plan and status say that all is well, and change nothing', async () => {
    const before = publishedState(made.folder);
    const plan = await made.pki(['plan', '--detailed-exitcode', '--now', iso(MADE)]);
    expect(plan).toMatchObject({ code: 0, stdout: 'plan: 6 unchanged, nothing to do\n', stderr: '' });
    expect(await made.pki(['status', '--now', iso(MADE)])).toMatchObject({ code: 0, stderr: '' });
    expect(publishedState(made.folder)).toEqual(before);
  });

  it('is told by plan in words, with the exit code for it', async () => {
    const { notAfter } = await dates(made, 'servers/fixed');
    const plan = await made.pki(['plan', '--detailed-exitcode', '--now', iso(notAfter - 30 * DAY)]);
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain(`expires in 30d (${iso(notAfter)}); renewal is due 30d before the end`);
  });
});

describe('--now', () => {
  it.each(['2020-03-01T00:00:00Z', '2020-03-01T01:00:00+01:00', '2020-03-01t00:00:00.999z'])(
    '%s is a time',
    async (time) => {
      expect(await made.plan('--now', time)).toMatchObject({ now: '2020-03-01T00:00:00Z', due: false });
    },
  );

  it.each(['', 'tomorrow', '2020-03-01', '2020-03-01T00:00:00', '2020-13-01T00:00:00Z', '1583020800'])(
    '"%s" is none, for plan and for status',
    async (time) => {
      for (const command of ['plan', 'status']) {
        const run = await made.pki([command, '--now', time]);
        expect(run).toMatchObject({ code: 1, stdout: '' });
        expect(run.stderr).toContain('2027-03-01T00:00:00Z');
      }
    },
  );

  it.each(['2020-02-30T00:00:00Z', '2021-02-29T00:00:00Z'])(
    '%s, which no calendar has, is none',
    async (time) => {
      expect(await made.pki(['plan', '--now', time])).toMatchObject({ code: 1, stdout: '' });
    },
  );

  it('before a certificate begins: it is not valid yet', async () => {
    const { notBefore } = await dates(made, 'servers/share');
    expect(kinds((await dueAt(made, notBefore - 1))['servers/share'])).toEqual(['not-yet-valid']);
    expect((await dueAt(made, notBefore))['servers/share']).toBeUndefined();
  });
});

it('a leaf that its authority’s end keeps from being renewed is reported, and so is the authority', async () => {
  const project = new Project(`version: 1
authorities: { root: { commonName: Root, validity: 1y, renewBefore: 10d } }
servers: { api: { commonName: api.example.test, validity: 90d, renewBefore: 30d } }
`);
  await project.apply();
  const end = Math.floor(Date.now() / 1000) + 365 * DAY;
  await applyAt(project, end - 40 * DAY);
  const rowAt = async (now: number): Promise<string> => {
    const run = await project.pki(['status', '--now', iso(now)]);
    expect(run.code).toBe(now === end - 35 * DAY ? 0 : 2);
    return run.stdout;
  };
  await rowAt(end - 35 * DAY);
  expect(await rowAt(end - 15 * DAY)).toContain(
    'capped: ends with authorities/root, which has to be renewed first',
  );
  expect(await rowAt(end - 5 * DAY)).toContain('due');
});

describe('renewal', () => {
  it('keeps the key and takes what is due and nothing else; the next plan is clean', async () => {
    const project = copyOf(made);
    const now = (await dates(project, 'servers/third')).notAfter - 30 * DAY;
    const due = Object.keys(await dueAt(project, now));
    expect(due).toContain('servers/third');
    const before = snapshot(project.out);
    await applyAt(project, now);
    expect(await dueAt(project, now)).toEqual({});
    const changed = changedPaths(before, snapshot(project.out)).filter((path) => !path.startsWith('.pki/'));
    for (const path of changed) expect(due.some((id) => path.startsWith(`${id}/`))).toBe(true);
    for (const id of due.filter((found) => found !== 'clients/turning')) {
      expect(changed).not.toContain(`${id}/key.pem`);
      expect(iso((await dates(project, id)).notBefore)).toBe(
        iso(now - (id === 'servers/fixed' ? HOUR : id === 'servers/share' ? 0 : 300)),
      );
    }
  });

  it('makes a new key where rotateKey says so; the old pair is in the archive', async () => {
    const project = copyOf(made);
    const { notAfter } = await dates(project, 'clients/turning');
    const old = [project.read('clients/turning/key.pem'), project.read('clients/turning/cert.pem')];
    const change = (await dueAt(project, notAfter - DAY))['clients/turning'];
    expect(change).toMatchObject({ action: 'rekey', newKey: true, consent: null });
    await applyAt(project, notAfter - DAY);
    expect(keyIdOf(project.read('clients/turning/key.pem'))).not.toBe(keyIdOf(old[0] ?? ''));
    const archived = filesBelow(project.path('.pki/archive/clients/turning')).map((path) =>
      project.read('.pki/archive/clients/turning', path),
    );
    expect([...archived].sort()).toEqual([...old].sort());
    expect((await dueAt(project, notAfter - DAY))['clients/turning']).toBeUndefined();
  });

  it('of an authority with rotateKey asks for consent; without it, what is below is renewed under the present one', async () => {
    const project = copyOf(made);
    project.write(
      MANIFEST.replace('issuer: root, validity: 5y', 'issuer: root, validity: 5y, rotateKey: true'),
    );
    expect(await dueAt(project, MADE)).toEqual({});
    const { notAfter } = await dates(project, 'authorities/sub');
    const due = await dueAt(project, notAfter - 100 * DAY);
    expect(due['authorities/sub']).toMatchObject({ action: 'rekey', consent: 'rekey-ca' });
    const run = await project.pki(['apply', '--skip-verify'], { env: clock(notAfter - 100 * DAY) });
    expect(run).toMatchObject({ code: 1, stdout: 'applied: 3 issued, 1 re-keyed in pki/\n' });
    expect(run.stderr).toContain('needs consent: authorities/sub');
    const left = await dueAt(project, notAfter - 100 * DAY);
    expect(Object.keys(left)).toContain('authorities/sub');
    await applyAt(project, notAfter - 100 * DAY, '--allow', 'rekey-ca');
    expect(await dueAt(project, notAfter - 100 * DAY)).toEqual({});
  });

  it('of what has expired years ago brings everything back, authorities with their keys', async () => {
    const project = copyOf(made);
    const ids = entitiesIn(project.out).filter((id) => id !== 'clients/turning');
    const keys = ids.map((id) => project.read(id, 'key.pem'));
    const now = MADE + 20 * 365 * DAY;
    expect(Object.keys(await dueAt(project, now)).sort()).toEqual([...entitiesIn(project.out)].sort());
    await applyAt(project, now);
    expect(await dueAt(project, now)).toEqual({});
    expect(ids.map((id) => project.read(id, 'key.pem'))).toEqual(keys);
    const at = [
      '-attime',
      String(now),
      '-x509_strict',
      '-CAfile',
      'ca.pem',
      '-untrusted',
      'chain.pem',
      'cert.pem',
    ];
    const run = await runProgram('openssl', ['verify', ...at], { cwd: project.path('servers/third') });
    expect(run).toMatchObject({ code: 0 });
  });
});

describe('an authority near its end', () => {
  /** A leaf that would live longer than what is above it, under an intermediate that is renewed late. */
  const SHORT = `
version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, validity: 10y }
  sub: { commonName: Sub, issuer: root, validity: 40d, renewBefore: 10d }
servers:
  web: { commonName: web.example.test, issuer: sub, validity: 90d, renewBefore: 20d }
`;

  it('cuts its leaves, which plan says beforehand; they are not renewed in vain', async () => {
    const project = new Project(SHORT);
    const first = await project.pki(['plan', '--now', iso(MADE)]);
    const end = MADE - 300 + 40 * DAY - 1;
    expect(first.stdout).toContain(`valid for 40d, until ${iso(end)}, the end of authorities/sub`);
    await applyAt(project, MADE);
    expect(iso((await dates(project, 'servers/web')).notAfter)).toBe(iso(end));
    expect(await dueAt(project, MADE)).toEqual({});
    // Inside the leaf's own window, and nothing to be gained.
    for (const left of [20 * DAY, 15 * DAY, 10 * DAY + 1])
      expect(await dueAt(project, end - left)).toEqual({});
    const due = await dueAt(project, end - 10 * DAY);
    expect(Object.keys(due)).toEqual(['authorities/sub', 'servers/web']);
    expect(due['servers/web']).toMatchObject({ action: 'issue', newKey: false });
    await applyAt(project, end - 10 * DAY);
    expect(await dueAt(project, end - 10 * DAY)).toEqual({});
    expect((await dates(project, 'servers/web')).notAfter).toBeGreaterThan(end);
  });

  it.each([
    [
      'root',
      'validity: 10y',
      '9y',
      [
        'authorities/sub/ca.pem',
        'servers/third/ca.pem',
        'servers/fixed/ca.pem',
        'servers/share/ca.pem',
        'clients/turning/ca.pem',
      ],
    ],
    [
      'sub',
      'validity: 5y',
      '4y',
      ['servers/third', 'servers/fixed', 'servers/share', 'clients/turning'].flatMap((id) => [
        `${id}/chain.pem`,
        `${id}/fullchain.pem`,
      ]),
    ],
  ])(
    '%s is renewed with its key, and of what is below only bundles change',
    async (name, validity, window, below) => {
      const lasting = MANIFEST.replace(/validity: (90|91|30)d/g, 'validity: 4y');
      const project = new Project(lasting.replace(validity, `${validity}, renewBefore: ${window}`));
      await applyAt(project, MADE);
      const now = MADE + 550 * DAY;
      const due = await dueAt(project, now);
      expect(due[`authorities/${name}`]).toMatchObject({ action: 'issue', newKey: false, consent: null });
      expect(kinds(due[`authorities/${name}`])).toEqual(['expires']);
      const others = Object.entries(due).filter(([id]) => id !== `authorities/${name}`);
      expect(new Set(others.map(([, { action }]) => action))).toEqual(new Set(['refresh']));
      const before = snapshot(project.out);
      await applyAt(project, now);
      const changed = changedPaths(before, snapshot(project.out)).filter((path) => !path.startsWith('.pki/'));
      const own = changed.filter((path) => path.startsWith(`authorities/${name}/`));
      expect(own).not.toContain(`authorities/${name}/key.pem`);
      expect(own).toContain(`authorities/${name}/cert.pem`);
      expect(changed.filter((path) => !own.includes(path))).toEqual([...below].sort());
      expect(await dueAt(project, now)).toEqual({});
    },
  );

  it('is reported by status long before its leaves suffer', async () => {
    const project = copyOf(made);
    const { notAfter } = await dates(project, 'authorities/sub');
    const run = await project.pki(['status', '--json', '--now', iso(notAfter - 500 * DAY)]);
    expect(run.code).toBe(2);
    const { certificates } = JSON.parse(run.stdout) as {
      certificates: { id: string; state: string; secondsLeft: number; reasons: { kind: string }[] }[];
    };
    const sub = certificates.find(({ id }) => id === 'authorities/sub');
    expect(sub).toMatchObject({ state: 'due', secondsLeft: 500 * DAY });
    expect(sub?.reasons.map(({ kind }) => kind)).toEqual(['expires']);
  });
});
