// `pki deliver`: Secrets of clusters follow the files, nothing of another manager is overwritten, and keys are in no argument.
import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeCluster, servedCluster } from './cluster.ts';
import { deliver, itDelivers, MANIFEST } from './delivering.ts';
import { copyOf, itNeeds, Project } from './project.ts';

let project: Project;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
});

describe('a program in place of kubectl', () => {
  itDelivers({
    itHas: (_, name, run) => it(name, run),
    isReal: false,
    project: () => project,
    begin: fakeCluster,
  });

  it('what is said to be applied, and is not there, is no success', async () => {
    const [copy, prod] = [copyOf(project), fakeCluster()];
    prod.forget();
    const run = await deliver(copy, prod, '--allow', 'run', '--only', 'api');
    expect(run).toMatchObject({ code: 1 });
    expect(run.stdout).toContain(
      'servers/api → shop/api-tls in prod: was applied, and the cluster has something else\n',
    );
  });
});

describe('kubectl itself', () => {
  itDelivers({ itHas: itNeeds, isReal: true, project: () => project, begin: servedCluster });
});

describe('what cannot be delivered', () => {
  it('files that are not there, or no pair', async () => {
    const [copy, prod] = [copyOf(project), fakeCluster()];
    rmSync(copy.path('servers/api/key.pem'));
    const run = await deliver(copy, prod, '--allow', 'run', '--only', 'api');
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('the roots that it trusts are not in the output folder');
    expect(run.stderr).toBe('pki: hint: run "pki apply" first\n');
    expect(prod.calls()).toEqual([]);
  });

  it('nothing, where no entry says so', async () => {
    const run = await deliver(project, fakeCluster(), '--only', 'two');
    expect(run).toMatchObject({ code: 0, stdout: 'nothing to deliver: no entry has "deliver"\n' });
  });

  it('by no kubectl', async () => {
    const env = { PATH: '/nonexistent' };
    const run = await copyOf(project).pki(['deliver', '--allow', 'run', '--only', 'api'], { env });
    expect(run.stdout).toContain('"kubectl" is not there');
  });
});

it('plan, apply and certificates know nothing of it', async () => {
  const copy = copyOf(project);
  copy.write(MANIFEST.replaceAll(/,? ?deliver: \[.*\]/g, ''));
  expect(await copy.actions()).toEqual({});
});
