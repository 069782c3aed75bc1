// A root rolls over, and whoever has only its first certificate still accepts what hangs from the last: as programs see
// it that did not make them.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { GO, JAVA } from '../helpers/judges.ts';
import { itNeeds, Project, put } from './project.ts';
import { certificatesOf } from './wholeness.ts';

const MANIFEST = `
version: 1
authorities:
  root: { commonName: Root, key: ecdsa-p384 }
  sub: { commonName: Sub, issuer: root, pathLength: 0 }
servers:
  api: { commonName: api.example.test, issuer: sub }
  bare: { commonName: bare.example.test, issuer: root }
clients:
  app: { commonName: app, issuer: sub }
`;

/** No longer than the hierarchy is deep: for a cross-certificate, those who count it have no room. */
const TIGHT = MANIFEST.replace('key: ecdsa-p384', 'key: ecdsa-p384, pathLength: 1');

interface Rolled {
  readonly name: string;
  readonly project: Project;
  /** The root as it was at first, and nothing else. */
  readonly first: string;
}

const rolled: Rolled[] = [];

async function rollOver(name: string, manifests: readonly string[], start = MANIFEST): Promise<void> {
  const project = new Project(start);
  await project.apply();
  const first = join(temporaryFolder(), 'root.pem');
  copyFileSync(project.path('authorities/root/cert.pem'), first);
  for (const manifest of manifests) {
    project.write(manifest);
    await project.applyByCommand('--allow', 'rekey-ca');
  }
  rolled.push({ name, project, first });
}

const RSA = MANIFEST.replace('key: ecdsa-p384', 'key: rsa-2048');
const TIGHT_RSA = TIGHT.replace('key: ecdsa-p384', 'key: rsa-2048');
const TIGHT_NAMED = TIGHT_RSA.replace('commonName: Root,', 'commonName: Root G2,');

beforeAll(async () => {
  await rollOver('a new key', [RSA]);
  await rollOver('two new keys', [RSA, MANIFEST.replace('ecdsa-p384', 'ecdsa-p521')]);
  await rollOver('another name', [MANIFEST.replace('commonName: Root,', 'commonName: Root G2,')]);
  await rollOver('a new key, and a path length', [TIGHT_RSA], TIGHT);
  await rollOver('a new key and another name, and a path length', [TIGHT_NAMED], TIGHT);
  await rollOver(
    'two new keys, and a path length',
    [TIGHT_RSA, TIGHT.replace('ecdsa-p384', 'ecdsa-p521')],
    TIGHT,
  );
});

const LEAVES = [
  ['servers/api', 'server'],
  ['servers/bare', 'server'],
  ['clients/app', 'client'],
] as const;

const CASES = [0, 1, 2, 3, 4, 5]
  .flatMap((i) => LEAVES.map(([id, purpose]) => ({ i, id, purpose })))
  // From the first of three roots, its path length leaves room for one cross-certificate, and there are two.
  .filter(({ i, id }) => i !== 5 || id !== 'servers/bare');

/** The chain as it is presented, and the one that would be without anything from before. */
function chains({ project }: Rolled, id: string): { readonly shown: string; readonly cut: string } {
  const shown = project.path(id, 'fullchain.pem');
  const cut = join(temporaryFolder(), 'cut.pem');
  const now = [id, ...(id === 'servers/bare' ? [] : ['authorities/sub'])];
  writeFileSync(cut, now.map((one) => readFileSync(project.path(one, 'cert.pem'), 'latin1')).join(''));
  return { shown, cut };
}

it('no chain gets longer where the intermediate keeps its key', () => {
  const lengths = CASES.filter(({ id }) => id !== 'servers/bare').map(({ i, id }) => {
    const { project } = rolled[i] as Rolled;
    return certificatesOf(readFileSync(project.path(id, 'fullchain.pem'), 'latin1')).length;
  });
  expect(new Set(lengths)).toEqual(new Set([2]));
});

describe.each(CASES)('$id after rollover $i', ({ i, id, purpose }) => {
  const at = (): Rolled => rolled[i] as Rolled;

  it('openssl verify -x509_strict', async () => {
    const { shown, cut } = chains(at(), id);
    const verify = (chain: string) =>
      runProgram('openssl', [
        ...['verify', '-x509_strict', '-purpose', `ssl${purpose}`, '-CAfile', at().first],
        ...['-untrusted', chain, at().project.path(id, 'cert.pem')],
      ]);
    expect(await verify(shown)).toMatchObject({ code: 0 });
    expect((await verify(cut)).code).toBe(2);
  });

  itNeeds(['certtool'], 'GnuTLS', async () => {
    const { shown, cut } = chains(at(), id);
    const verify = async (chain: string) => {
      const args = ['--verify', '--load-ca-certificate', at().first];
      return (await runProgram('certtool', args, { input: readFileSync(chain, 'utf8') })).code;
    };
    expect(await verify(shown)).toBe(0);
    expect(await verify(cut)).toBe(1);
  });

  itNeeds(['certutil', 'vfychain'], 'NSS', async () => {
    const database = `sql:${temporaryFolder()}`;
    await runProgram('certutil', ['-d', database, '-N', '--empty-password']);
    await runProgram('certutil', ['-d', database, '-A', '-n', 'root', '-t', 'CT,,', '-i', at().first]);
    const folder = temporaryFolder();
    const verify = async (chain: string) => {
      const files = certificatesOf(readFileSync(chain, 'latin1')).map((certificate, n) => {
        const path = join(folder, `${n}.pem`);
        writeFileSync(path, certificate.toString());
        return path;
      });
      const usage = purpose === 'server' ? '1' : '0';
      const run = await runProgram('vfychain', ['-d', database, '-pp', '-u', usage, '-a', ...files]);
      return (run.stdout + run.stderr).includes('Chain is good!');
    };
    const { shown, cut } = chains(at(), id);
    expect(await verify(shown)).toBe(true);
    expect(await verify(cut)).toBe(false);
  });
});

const asked = () =>
  CASES.flatMap(({ i, id, purpose }) => {
    const { shown, cut } = chains(rolled[i] as Rolled, id);
    return [shown, cut].map((chain) => [(rolled[i] as Rolled).first, chain, purpose] as const);
  });
const verdicts = CASES.flatMap(() => ['ok', 'refused']);

itNeeds(['java', 'javac'], 'Java', async () => {
  const source = join(temporaryFolder(), 'Judge.java');
  put(source, JAVA);
  const run = await runProgram('java', [source, ...asked().flat()]);
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(verdicts);
});

itNeeds(['go'], 'Go', async () => {
  const source = join(temporaryFolder(), 'judge.go');
  put(source, GO);
  const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GO111MODULE: 'off' };
  const args = asked().flatMap((one) => [...one, '']);
  const run = await runProgram('go', ['run', source, ...args], { env });
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(verdicts);
});

describe('a root whose path length leaves no room for a cross-certificate', () => {
  const LAST = `
version: 1
authorities:
  root: { commonName: Root, key: ecdsa-p384, pathLength: 0 }
servers:
  bare: { commonName: bare.example.test, issuer: root }
`;
  let last: Rolled;
  beforeAll(async () => {
    const project = new Project(LAST);
    await project.apply();
    const first = join(temporaryFolder(), 'root.pem');
    copyFileSync(project.path('authorities/root/cert.pem'), first);
    const plan = await project.pki(['plan', '--rotate', 'root']);
    expect(plan.stderr).toMatch(/warning: authorities\/root: servers\/bare will be refused by Go, GnuTLS/);
    await project.pki(['rotate', 'root', '--allow', 'rekey-ca', '-m', 'pki.yaml']);
    last = { name: 'no room', project, first };
  });

  it('is accepted by openssl, which does not count it', async () => {
    const chain = last.project.path('servers/bare/fullchain.pem');
    const args = ['verify', '-x509_strict', '-CAfile', last.first, '-untrusted', chain, chain];
    expect(await runProgram('openssl', args)).toMatchObject({ code: 0 });
  });

  itNeeds(['certtool'], 'is refused by GnuTLS, as the plan has said', async () => {
    const args = ['--verify', '--load-ca-certificate', last.first];
    const input = readFileSync(last.project.path('servers/bare/fullchain.pem'), 'utf8');
    expect((await runProgram('certtool', args, { input })).code).toBe(1);
  });

  itNeeds(['go'], 'is refused by Go, as the plan has said', async () => {
    const source = join(temporaryFolder(), 'judge.go');
    put(source, GO);
    const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GO111MODULE: 'off' };
    const args = [last.first, last.project.path('servers/bare/fullchain.pem'), 'server', ''];
    const run = await runProgram('go', ['run', source, ...args], { env });
    expect(run.stdout.trim()).toBe('refused');
  });
});
