/**
 * Clusters of their own for tests: a program in place of kubectl, and for the real one an API server that knows Secrets alone.
 * Both answer as kubectl 1.32 and 1.37 do with a real server (`api-server.ts`), which is not everywhere.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../helpers/folders.ts';

export interface Cluster {
  readonly env: Record<string, string>;
  /** A value of a Secret as the cluster has it, decoded; `undefined`: there is no such Secret. */
  value(secret: string, key: string): string | undefined;
  /** Another manager sets its certificate. */
  seize(secret: string): void;
  /** How kubectl was called, or, of the real one, which requests change something. */
  calls(): readonly string[];
  stop(): void;
}

/** Sh alone, so that it starts at once. */
const PROGRAM = `#!/bin/sh
printf '%s\\n' "$*" >>"$STATE/log"
for word in "$@"; do case $word in --context=*) context=\${word#*=} ;; --namespace=*) space=\${word#*=} ;; esac; done
[ "$context" = prod ] || { echo "error: context \\"$context\\" does not exist" >&2; exit 2; }
conflict() { echo 'error: Apply failed with 1 conflict: conflict with "human" using v1: .data.tls.crt' >&2; }
case $3 in
  get)
    file=$STATE/$space/$5
    case $* in
      *output=name*) if [ -e "$file" ]; then echo "secret/$5"; fi ;;
      *) sed -n 's/^  tls.crt: //p; s/^  ca.crt: //p' "$file" | sort -r | { read -r a; read -r b; [ "\${#a}" -gt 0 ] && sed -n 's/^  tls.crt: //p' "$file" | tr '\\n' ' ' && sed -n 's/^  ca.crt: //p' "$file"; } ;;
    esac ;;
  diff)
    cat >"$STATE/new"
    file=$STATE/$space/$(sed -n 's/^  name: "\\(.*\\)"/\\1/p' "$STATE/new")
    if cmp -s "$STATE/new" "$file"; then exit 0; fi
    if [ -e "$file.human" ]; then conflict; exit 2; fi
    for key in ca.crt tls.crt tls.key; do
      [ "$(grep "^  $key" "$STATE/new")" = "$(grep "^  $key" "$file" 2>/dev/null)" ] || echo "+  $key: '*** (after)'"
    done
    exit 1 ;;
  apply)
    cat >"$STATE/new"
    name=$(sed -n 's/^  name: "\\(.*\\)"/\\1/p' "$STATE/new")
    file=$STATE/$space/$name
    if [ -e "$file.human" ]; then conflict; exit 1; fi
    mkdir -p "$STATE/$space"
    [ -e "$STATE/forgets" ] || cp "$STATE/new" "$file"
    echo "secret/$name serverside-applied" ;;
esac
`;

/** One that can be made to lie. */
interface FakeCluster extends Cluster {
  /** From now on what is applied is said to be there, and is not. */
  forget(): void;
}

/** In place of kubectl, where nothing else is to be had. */
export function fakeCluster(): FakeCluster {
  const folder = temporaryFolder();
  const state = join(folder, 'state');
  mkdirSync(state);
  writeFileSync(join(state, 'log'), '');
  writeFileSync(join(folder, 'kubectl'), PROGRAM, { mode: 0o755 });
  const textOf = (secret: string): string =>
    existsSync(join(state, secret)) ? readFileSync(join(state, secret), 'utf8') : '';
  return {
    env: { PATH: `${folder}:${process.env['PATH']}`, STATE: state },
    value: (secret, key) => {
      const [, text] = new RegExp(`^  ${key.replace('.', '\\.')}: (\\S+)$`, 'm').exec(textOf(secret)) ?? [];
      return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
    },
    seize: (secret) => {
      const path = join(state, secret);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, textOf(secret).replace(/tls.crt: .*/, 'tls.crt: QUFBQQ=='));
      writeFileSync(`${path}.human`, '');
    },
    forget: () => writeFileSync(join(state, 'forgets'), ''),
    calls: () => readFileSync(join(state, 'log'), 'utf8').split('\n').slice(0, -1),
    stop: () => undefined,
  };
}

interface Secret {
  readonly metadata: Record<string, unknown>;
  readonly data: Record<string, string>;
}

/** Behind the kubectl that is installed. */
export async function servedCluster(): Promise<Cluster> {
  const api = new Api();
  const folder = temporaryFolder();
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: await api.start() } }],
    contexts: [{ name: 'prod', context: { cluster: 'here', user: 'nobody' } }],
    users: [{ name: 'nobody', user: {} }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
  return {
    env: { KUBECONFIG: join(folder, 'config'), HOME: folder },
    value: (secret, key) => {
      const text = api.secrets.get(secret)?.data[key];
      return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
    },
    seize: (secret) => api.seize(secret),
    calls: () => api.changes,
    stop: () => api.stop(),
  };
}

class Api {
  readonly secrets = new Map<string, Secret>();
  readonly changes: string[] = [];
  readonly #seized = new Set<string>();
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://here');
      const [, space = '', name = ''] =
        /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(url.pathname) ?? [];
      const known = DISCOVERY[url.pathname];
      if (known !== undefined) return answer(response, 200, known);
      if (name === '') return answer(response, 404, status(404, 'NotFound', 'not found'));
      if (request.method === 'PATCH')
        return this.#patch(`${space}/${name}`, url, Buffer.concat(chunks), response);
      const found = this.secrets.get(`${space}/${name}`);
      return found === undefined
        ? answer(response, 404, status(404, 'NotFound', `secrets "${name}" not found`))
        : answer(response, 200, found);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  seize(secret: string): void {
    const found = this.secrets.get(secret);
    if (found === undefined) return;
    this.secrets.set(secret, { ...found, data: { ...found.data, 'tls.crt': 'QUFBQQ==' } });
    this.#seized.add(secret);
  }

  #patch(secret: string, url: URL, body: Buffer, response: ServerResponse): void {
    const isDry = url.searchParams.get('dryRun') === 'All';
    if (!isDry)
      this.changes.push(
        `PATCH ${secret} ${url.searchParams.get('fieldManager')} force=${url.searchParams.get('force')}`,
      );
    const wanted: Secret = parse(body.toString());
    const before = this.secrets.get(secret);
    const isSame = JSON.stringify(before?.data) === JSON.stringify(wanted.data);
    if (this.#seized.has(secret) && !isSame) {
      answer(response, 409, CONFLICT);
      return;
    }
    const version = String(Number(before?.metadata['resourceVersion'] ?? 0) + (isSame ? 0 : 1));
    const metadata = { ...wanted.metadata, uid: '1', resourceVersion: version };
    const after = { ...wanted, metadata };
    if (!isDry) this.secrets.set(secret, after);
    answer(response, 200, after);
  }
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function status(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, details, code };
}

const CAUSE = 'conflict with "human" using v1';
const CONFLICT = status(409, 'Conflict', `Apply failed with 1 conflict: ${CAUSE}: .data.tls.crt`, {
  causes: [{ reason: 'FieldManagerConflict', message: CAUSE, field: '.data.tls.crt' }],
});

/** What kubectl looks up before it applies: which resources there are, and that fields are validated by the server. */
const DISCOVERY: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '37', gitVersion: 'v1.37.2' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get', 'patch'] },
    ],
  },
  '/openapi/v3': { paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' } } },
  '/openapi/v3/api/v1': {
    openapi: '3.0.0',
    info: { title: 'Secrets', version: '1' },
    paths: {
      '/api/v1/namespaces/{namespace}/secrets/{name}': {
        patch: {
          'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Secret' },
          parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
        },
      },
    },
  },
};
