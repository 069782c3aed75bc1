/** A sample from step-ca: the token that each leaf is asked for with, and what is made of each answer. */
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { leafPolicies } from '../../../src/export/leaf.ts';
import { KeyMaker } from '../../../src/run/sample/asked.ts';
import { askStepCa, type StepCaAccess } from '../../../src/run/sample/step-ca.ts';
import { onlyRequest } from '../../../src/x509/parse.ts';
import { requestContent } from '../../../src/x509/request.ts';
import { aClient, anAuthority, anInventory, aServer, dns, ip, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { smallCertificate } from '../../helpers/small-certificates.ts';
import { type EngineServer, engineServer } from './engine-server.ts';

const CA = smallCertificate('root');
const LEAF = smallCertificate('api', { issuer: CA, isAuthority: false });
const KEY = { key: { algorithm: 'ed25519' } } as const;
const API = aServer({ name: 'api', san: [ip('127.0.0.1'), dns('api.test'), dns('b.test')], ...KEY });
const [WEB, APP] = [aServer({ name: 'web', ...KEY }), aClient({ name: 'app', ...KEY })];
const ALL = anInventory(anAuthority(), API, WEB, APP);

let engine: EngineServer;
beforeAll(async () => {
  engine = await engineServer();
});
afterAll(() => engine.close());

let folder: string;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const SIGNER = ec('P-256');
const PUBLIC = createPublicKey(SIGNER);
const pemOf = (key: ReturnType<typeof ec>): string => String(key.export({ format: 'pem', type: 'pkcs8' }));
beforeEach(() => {
  folder = memoryFolder();
  mkdirSync(join(folder, 'root'));
  for (const name of ['servers', 'clients']) writeFileSync(join(folder, `root/${name}.key`), pemOf(SIGNER));
});

async function asked(status: number, body: unknown, given: Partial<StepCaAccess> = {}) {
  engine.taken();
  engine.answer(status, body);
  const keys = (authority: string): string => join(folder, authority);
  const access = { url: engine.url, keys, roots: [engine.root], now: NOW, ...given };
  return askStepCa(ALL, leafPolicies(ALL), new KeyMaker(), access);
}

/** Head and claims of a JWT (RFC 7519) by that key. */
function opened(token: unknown): readonly [head: unknown, claims: Readonly<Record<string, unknown>>] {
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const [head = '', claims = '', signature = ''] = String(token).split('.');
  const key = { key: PUBLIC, dsaEncoding: 'ieee-p1363' } as const;
  const mark = Buffer.from(signature, 'base64url');
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, mark)).toBe(true);
  return [JSON.parse(decoded(head)), JSON.parse(decoded(claims))];
}
const decoded = (part: string): string => Buffer.from(part, 'base64url').toString();

it('asks for each leaf with a token of its provisioner, for once and a few minutes', async () => {
  const found = await asked(201, { certChain: [LEAF.pem, CA.pem] });
  const questions = engine.taken();
  expect(questions.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(3).fill('POST /1.0/sign'));
  const tokens = questions.map(({ body }) => opened(body['ott']));
  const { x, y } = PUBLIC.export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
  const kid = thumbprint.digest('base64url');
  for (const [head] of tokens) expect(head).toEqual({ alg: 'ES256', typ: 'JWT', kid });
  const aud = new URL('/1.0/sign', engine.url).href;
  const times = { iat: NOW, nbf: NOW - 60, exp: NOW + 300 };
  const common = { aud, ...times, jti: expect.stringMatching(/^[0-9a-f]{32}$/) };
  expect(tokens.map(([, claims]) => claims)).toEqual([
    { ...common, iss: 'servers', sub: 'api.example.test', sans: ['api.test', 'b.test', '127.0.0.1'] },
    { ...common, iss: 'servers', sub: 'web.example.test', sans: ['web.example.test'] },
    { ...common, iss: 'clients', sub: 'app.example.test', sans: [] },
  ]);
  expect(new Set(tokens.map(([, { jti }]) => jti)).size).toBe(3);
  const requests = questions.map(({ body }) => requestContent(onlyRequest(Buffer.from(String(body['csr'])))));
  expect(requests.map(({ subject }) => subject)).toEqual([API.subject, WEB.subject, APP.subject]);
  const { keyId } = requests[0]?.key ?? {};
  expect(found).toEqual([
    { entity: API.id, from: 'root/servers', chain: [LEAF.der, CA.der], keyId },
    { entity: WEB.id, from: 'root/servers', chain: [LEAF.der, CA.der], keyId },
    { entity: APP.id, from: 'root/clients', chain: [LEAF.der, CA.der], keyId },
  ]);
});

it.each<[status: number, body: unknown, detail: string]>([
  [201, { certChain: LEAF.pem }, 'it answers without a certificate'],
  [201, {}, 'it answers without a certificate'],
  [200, { certChain: [LEAF.pem] }, 'it answers with 200'],
  [401, { message: 'the token is used' }, 'it answers with 401: the token is used'],
])('an answer of %i with %j is no sample', async (status, body, detail) => {
  const found = await asked(status, body);
  expect(found.map((one) => 'detail' in one && one.detail)).toEqual([detail, detail, detail]);
});

it.each<[what: string, content: string | null]>([
  ['none', null],
  ['one of another curve', pemOf(ec('P-384'))],
  ['no key', 'hello'],
])(
  'where the key of a provisioner is %s, its leaves are not asked for, and others are',
  async (_, content) => {
    const path = join(folder, 'root/servers.key');
    if (content === null) rmSync(path);
    else writeFileSync(path, content);
    const found = await asked(201, { certChain: [LEAF.pem] });
    const detail = `the key of its provisioner is not in "${path}"`;
    expect(found).toEqual([
      { entity: API.id, from: 'root/servers', detail },
      { entity: WEB.id, from: 'root/servers', detail },
      { entity: APP.id, from: 'root/clients', chain: [LEAF.der], keyId: expect.any(String) },
    ]);
    expect(engine.taken()).toHaveLength(1);
  },
);

it('nothing is asked of a stranger, and nothing more once it is to stop', async () => {
  for (const given of [{ roots: [CA.pem] }, { signal: AbortSignal.abort() }]) {
    const found = await asked(201, { certChain: [LEAF.pem] }, given);
    expect(found.every((one) => 'detail' in one)).toBe(true);
  }
  expect(engine.taken()).toEqual([]);
});
