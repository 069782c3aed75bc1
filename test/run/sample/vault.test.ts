/** A sample from OpenBao or Vault: what each role is asked, and what is made of each answer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leafPolicies } from '../../../src/export/leaf.ts';
import { KeyMaker } from '../../../src/run/sample/asked.ts';
import { askVault } from '../../../src/run/sample/vault.ts';
import { onlyRequest } from '../../../src/x509/parse.ts';
import { requestContent } from '../../../src/x509/request.ts';
import { aClient, anAuthority, anInventory, aServer } from '../../helpers/entities.ts';
import { smallCertificate } from '../../helpers/small-certificates.ts';
import { type EngineServer, engineServer } from './engine-server.ts';

const CA = smallCertificate('root');
const LEAF = smallCertificate('api', { issuer: CA, isAuthority: false });
const OTHER = anAuthority({ name: 'other' });
const KEY = { key: { algorithm: 'ed25519' } } as const;
const [API, APP] = [aServer({ name: 'api', ...KEY }), aClient({ name: 'app', issuer: OTHER.id, ...KEY })];
const ALL = anInventory(anAuthority(), OTHER, API, APP);

let engine: EngineServer;
beforeAll(async () => {
  engine = await engineServer();
});
afterAll(() => engine.close());

/** What came of all leaves, and of an answer by itself. */
async function asked(
  status: number,
  body: unknown,
  given: { roots?: readonly string[]; signal?: AbortSignal } = {},
) {
  engine.taken();
  engine.answer(status, body);
  const access = { url: engine.url, token: 's.TOKEN', roots: [engine.root], ...given };
  return askVault(ALL, leafPolicies(ALL), new KeyMaker(), access);
}

it('asks the role of each leaf at the mount of its authority, with a request of its own', async () => {
  const found = await asked(200, { data: { certificate: LEAF.pem, ca_chain: [CA.pem] } });
  const questions = engine.taken();
  expect(questions).toEqual([
    {
      method: 'POST',
      path: '/v1/pki-root/sign/servers-api',
      token: 's.TOKEN',
      body: expect.objectContaining({ common_name: 'api.example.test', remove_roots_from_chain: 'true' }),
    },
    expect.objectContaining({ path: '/v1/pki-other/sign/clients-app', token: 's.TOKEN' }),
  ]);
  const requests = questions.map(({ body }) => requestContent(onlyRequest(Buffer.from(String(body['csr'])))));
  expect(requests.map(({ subject }) => subject)).toEqual([API.subject, APP.subject]);
  expect(found).toEqual([
    {
      entity: API.id,
      from: 'pki-root/sign/servers-api',
      chain: [LEAF.der, CA.der],
      keyId: requests[0]?.key.keyId,
    },
    expect.objectContaining({
      entity: APP.id,
      from: 'pki-other/sign/clients-app',
      keyId: requests[1]?.key.keyId,
    }),
  ]);
});

it.each<[what: string, data: unknown, detail: string | null]>([
  ['no chain', { certificate: LEAF.pem }, null],
  ['a chain that is no list', { certificate: LEAF.pem, ca_chain: CA.pem }, null],
  ['nothing', undefined, 'it answers without a certificate'],
])('an answer with %s', async (_, data, detail) => {
  const [found] = await asked(200, { data });
  const rest = detail === null ? { chain: [LEAF.der] } : { detail };
  expect(found).toEqual({
    entity: API.id,
    from: 'pki-root/sign/servers-api',
    keyId: expect.any(String),
    ...rest,
  });
});

it.each<[status: number, body: unknown, detail: string]>([
  [403, { errors: ['permission denied'] }, 'it answers with 403: permission denied'],
  // A wrapped or delayed answer is none, whatever it holds.
  [201, { data: { certificate: LEAF.pem } }, 'it answers with 201'],
])('an answer of %i is no sample', async (status, body, detail) => {
  expect(await asked(status, body)).toEqual([
    { entity: API.id, from: 'pki-root/sign/servers-api', detail },
    { entity: APP.id, from: 'pki-other/sign/clients-app', detail },
  ]);
});

it('nothing is asked of a stranger, and nothing more once it is to stop', async () => {
  const strange = await asked(200, {}, { roots: [CA.pem] });
  expect(strange.map((one) => 'detail' in one && one.detail)).toEqual([
    expect.stringMatching(/CERT|VERIFY/),
    expect.stringMatching(/CERT|VERIFY/),
  ]);
  const stopped = await asked(200, {}, { signal: AbortSignal.abort() });
  expect(stopped.every((one) => 'detail' in one)).toBe(true);
  expect(engine.taken()).toEqual([]);
});
