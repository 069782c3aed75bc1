/**
 * The API server of Kubernetes itself, on an etcd of its own, where `PKI_KUBE_APISERVER` names the program: no node and no
 * controller, so that what is applied stays as the server took it.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import type { Cluster } from './cluster.ts';
import { start } from './daemon.ts';
import { freePort, has, itWhen, put, until } from './project.ts';

const PROGRAM = process.env['PKI_KUBE_APISERVER'] ?? '';
const MISSING = [
  ...(existsSync(PROGRAM) ? [] : ['PKI_KUBE_APISERVER names no kube-apiserver']),
  ...['etcd', 'kubectl', 'diff']
    .filter((program) => !has(program))
    .map((program) => `${program} not installed`),
];

/** Whether there can be one. */
export const HAS_SERVER = MISSING.length === 0;

/** `it`, skipped with the reason in its title where there can be none. */
export function itServes(title: string, run: () => Promise<void>): void {
  itWhen(HAS_SERVER, MISSING.join(', '), title, run);
}

/** What the user of the context `prod` may do: all that `pki deliver` needs, by docs/export.md. */
const RIGHTS = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'pki-deliver' },
  rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] }],
};
const GRANT = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'pki-deliver' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'pki-deliver' },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'pki' }],
};
const SPACES = ['shop', 'ops', 'cert-manager'];

/** Which requests are noted, without what is in them. */
const AUDIT = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', users: ['pki'], verbs: ['create', 'update', 'patch', 'delete'] },
    { level: 'None' },
  ],
};

/** A server that runs, with the contexts `prod` (may write Secrets) and `admin` (may do anything). */
export class ApiServer {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** `stopAll` ends it. */
  static async start(): Promise<ApiServer> {
    const folder = temporaryFolder();
    const etcd = await startEtcd(folder);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    put(join(folder, 'accounts.key'), String(privateKey.export({ type: 'sec1', format: 'pem' })));
    put(join(folder, 'tokens'), 'pki-token,pki,pki\nadmin-token,admin,admin,system:masters\n');
    put(join(folder, 'audit.json'), JSON.stringify(AUDIT));
    put(join(folder, 'audit.log'), '');
    const port = await freePort();
    put(join(folder, 'config'), JSON.stringify(configOf(folder, port)));
    const args = {
      'etcd-servers': etcd,
      'bind-address': '127.0.0.1',
      'secure-port': port,
      'cert-dir': join(folder, 'certs'),
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': join(folder, 'accounts.key'),
      'service-account-signing-key-file': join(folder, 'accounts.key'),
      'service-cluster-ip-range': '10.0.0.0/24',
      'endpoint-reconciler-type': 'none',
      'token-auth-file': join(folder, 'tokens'),
      'authorization-mode': 'RBAC',
      'audit-policy-file': join(folder, 'audit.json'),
      'audit-log-path': join(folder, 'audit.log'),
      'audit-log-mode': 'blocking-strict',
    };
    await start(PROGRAM, flags(args), port);
    const server = new ApiServer(folder);
    await until(async () => server.#isReady(), 'kube-apiserver is ready');
    const spaces = SPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    for (const object of [...spaces, RIGHTS, GRANT])
      server.admin(['create', '-f', '-'], JSON.stringify(object));
    return server;
  }

  /** The environment in which kubectl finds it; the context is `admin` where none is named. */
  get env(): Record<string, string> {
    return { KUBECONFIG: join(this.#folder, 'config'), HOME: this.#folder };
  }

  /** Runs kubectl, which may do anything. @returns what it prints. */
  admin(args: readonly string[], input = ''): string {
    const env = { ...process.env, ...this.env };
    return execFileSync('kubectl', args, { env, input, stdio: 'pipe', encoding: 'utf8' });
  }

  /** Until all objects of a kind have a condition; kubectl does not wait for one whose conditions are still null. */
  async waitFor(kind: string, condition: string): Promise<void> {
    const args = ['wait', kind, '--all', `--for=condition=${condition}`, '--timeout=30s'];
    const holds = async () => (await runProgram('kubectl', args, { env: this.env })).code === 0;
    await until(holds, `all ${kind} are ${condition}`);
  }

  /** For tests of `pki deliver`: without Secrets, and nothing noted yet. */
  cluster(): Cluster {
    this.admin(['delete', 'secrets', '--all', '--all-namespaces']);
    const before = this.#changes().length;
    return {
      env: this.env,
      value: (secret, key) => this.#data(secret)[key],
      seize: (secret) => this.#seize(secret),
      calls: () => this.#changes().slice(before),
      stop: () => undefined,
    };
  }

  #isReady(): boolean {
    try {
      return this.admin(['get', '--raw', '/readyz']) === 'ok';
    } catch {
      return false;
    }
  }

  #data(secret: string): Record<string, string> {
    const [space, name = ''] = secret.split('/');
    const args = ['get', 'secret', name, `--namespace=${space}`, '--ignore-not-found', '--output=json'];
    const text = this.admin(args);
    const data: Record<string, string> = text === '' ? {} : JSON.parse(text).data;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }

  #seize(secret: string): void {
    const [namespace, name] = secret.split('/');
    const data = { 'tls.crt': 'QUFBQQ==' };
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
    const args = ['apply', '--server-side', '--field-manager=human', '--force-conflicts', '-f', '-'];
    this.admin(args, JSON.stringify(object));
  }

  /** Requests of the user `pki` that changed something: `PATCH shop/api-tls pki-apply force=false`. */
  #changes(): readonly string[] {
    const lines = readFileSync(join(this.#folder, 'audit.log'), 'utf8').split('\n').slice(0, -1);
    return lines.flatMap((line) => {
      const { requestURI, verb, objectRef } = JSON.parse(line);
      const { searchParams } = new URL(requestURI, 'http://here');
      if (searchParams.get('dryRun') === 'All') return [];
      const manager = `${searchParams.get('fieldManager')} force=${searchParams.get('force')}`;
      return [`${String(verb).toUpperCase()} ${objectRef.namespace}/${objectRef.name} ${manager}`];
    });
  }
}

async function startEtcd(folder: string): Promise<string> {
  const [port, peers] = [await freePort(), await freePort()];
  const [own, others] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peers}`];
  const args = {
    name: 'one',
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': own,
    'advertise-client-urls': own,
    'listen-peer-urls': others,
    'initial-advertise-peer-urls': others,
    'initial-cluster': `one=${others}`,
  };
  await start('etcd', flags(args), port);
  return own;
}

function flags(args: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(args).map(([name, value]) => `--${name}=${value}`);
}

function configOf(folder: string, port: number): object {
  const users = ['pki', 'admin'];
  const contexts = { prod: 'pki', admin: 'admin' };
  const authority = join(folder, 'certs/apiserver.crt');
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': authority };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [{ name: 'here', cluster }],
    contexts: Object.entries(contexts).map(([name, user]) => ({ name, context: { cluster: 'here', user } })),
    users: users.map((name) => ({ name, user: { token: `${name}-token` } })),
  };
}
