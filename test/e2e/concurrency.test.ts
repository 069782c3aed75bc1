// Several runs at once in one folder, and many steps at once in one run.
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { Project, publicKeyOf, put } from './project.ts';

const NAMES = Array.from({ length: 30 }, (_, i) => `s${i}`);
const MANY = `
version: 1
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers:
${NAMES.map((name) => `  ${name}: { commonName: ${name}.example.test }`).join('\n')}
`;

async function expectWhole(project: Project): Promise<void> {
  expect(await project.actions()).toEqual({});
  const certs = NAMES.map((name) => project.path('servers', name, 'cert.pem'));
  const [root, sub] = ['root', 'sub'].map((name) => project.path('authorities', name, 'cert.pem'));
  await openssl(['verify', '-x509_strict', '-CAfile', root ?? '', '-untrusted', sub ?? '', ...certs]);
  const serials = await Promise.all(certs.map((cert) => openssl(['x509', '-in', cert, '-noout', '-serial'])));
  expect(new Set(serials).size).toBe(NAMES.length);
  const [first = ''] = NAMES;
  expect(await publicKeyOf(project.path('servers', first, 'key.pem'), 'key')).toBe(
    await publicKeyOf(project.path('servers', first, 'cert.pem'), 'cert'),
  );
  const left = readdirSync(project.path('.pki')).sort();
  expect(left.filter((name) => !['commit', 'cache.json', 'manifest.bin', 'idle.bin'].includes(name))).toEqual(
    ['ledger.jsonl'],
  );
}

it('several applies at once: one does the work, the others say who does, and nothing is made twice', async () => {
  const project = new Project(MANY);
  const runs = await Promise.all([1, 2, 3, 4].map(() => project.pki(['apply', '--skip-verify'])));
  expect(runs.filter(({ stdout }) => stdout === 'applied: 32 created in pki/\n')).toHaveLength(1);
  for (const run of runs) {
    if (run.code === 0) {
      expect(run.stdout).toMatch(/^applied: (32 created in pki\/|nothing to do, .*)\n$/);
    } else {
      expect(run.stderr).toMatch(
        /^pki: error: another run has been at work since \S+ \(process \d+ on \S+\)\npki: hint: /,
      );
      expect(run.stdout).toBe('');
    }
  }
  expect(project.read('.pki/ledger.jsonl').trim().split('\n')).toHaveLength(32);
  await expectWhole(project);
});

it('plans while an apply is at work', async () => {
  const project = new Project(MANY);
  const apply = project.pki(['apply', '--skip-verify']);
  const plans = await Promise.all([1, 2, 3].map(() => project.pki(['plan', '--json'])));
  for (const plan of plans) expect(plan).toMatchObject({ code: 0, stderr: '' });
  expect(await apply).toMatchObject({ code: 0 });
  await expectWhole(project);
});

it('a lock whose holder is dead is taken over; one of another host is not', async () => {
  const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
  const holder = {
    host: (await import('node:os')).hostname(),
    pid: 2 ** 22 + 1,
    started: '1',
    nonce: 'ab',
    since: '2026-01-01T00:00:00Z',
  };
  put(project.path('.pki/lock'), JSON.stringify(holder));
  expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({
    code: 0,
    stdout: 'applied: 1 created in pki/\n',
  });
  put(project.path('.pki/lock'), JSON.stringify({ ...holder, host: 'elsewhere.example.test' }));
  const run = await project.pki(['apply', '--skip-verify']);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('process 4194305 on elsewhere.example.test');
});

it.each(['', '{', 'null', '{"host":1}', '[]'])(
  'a lock that holds %j is no reason to hang or to break',
  async (content) => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    put(project.path('.pki/lock'), content);
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBeLessThanOrEqual(1);
    if (run.code === 1) expect(run.stderr).toMatch(/pki: error: .*lock/);
    expect(run.stderr).not.toMatch(/defect of pki|undefined|^ {4}at /m);
  },
);
