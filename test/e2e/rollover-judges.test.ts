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

interface Rolled {
  readonly name: string;
  readonly project: Project;
  /** The root as it was at first, and nothing else. */
  readonly first: string;
}

const rolled: Rolled[] = [];

async function rollOver(name: string, manifests: readonly string[]): Promise<void> {
  const project = new Project(MANIFEST);
  await project.apply();
  const first = join(temporaryFolder(), 'root.pem');
  copyFileSync(project.path('authorities/root/cert.pem'), first);
  for (const manifest of manifests) {
    project.write(manifest);
    await project.apply('--allow', 'rekey-ca');
  }
  rolled.push({ name, project, first });
}

const RSA = MANIFEST.replace('key: ecdsa-p384', 'key: rsa-2048');

beforeAll(async () => {
  await rollOver('a new key', [RSA]);
  await rollOver('two new keys', [RSA, MANIFEST.replace('ecdsa-p384', 'ecdsa-p521')]);
  await rollOver('another name', [MANIFEST.replace('commonName: Root,', 'commonName: Root G2,')]);
});

const LEAVES = [
  ['servers/api', 'server'],
  ['servers/bare', 'server'],
  ['clients/app', 'client'],
] as const;

const CASES = [0, 1, 2].flatMap((i) => LEAVES.map(([id, purpose]) => ({ i, id, purpose })));

/** The chain as it is presented, and the same without the certificates that vouch for the new root. */
function chains({ project }: Rolled, id: string): { readonly shown: string; readonly cut: string } {
  const shown = project.path(id, 'fullchain.pem');
  const blocks = readFileSync(shown, 'latin1').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
  const cut = join(temporaryFolder(), 'cut.pem');
  writeFileSync(cut, blocks.slice(0, id === 'servers/bare' ? 1 : 2).join(''));
  return { shown, cut };
}

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
