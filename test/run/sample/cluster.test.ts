/** A sample out of a cluster: which Secret is asked for, and what is made of the answer. */
import { expect, it } from 'vitest';
import type { FilterRun } from '../../../src/engine/filter.ts';
import { leafPolicies } from '../../../src/export/leaf.ts';
import { askCluster } from '../../../src/run/sample/cluster.ts';
import { anAuthority, anInventory, aServer } from '../../helpers/entities.ts';
import { smallCertificate } from '../../helpers/small-certificates.ts';

const CA = smallCertificate('root');
const LEAF = smallCertificate('api', { issuer: CA, isAuthority: false });
const API = aServer({ name: 'api' });
const SHOP = aServer({
  name: 'shop',
  outputs: ['key', 'cert', 'secret'],
  objects: { secret: { name: 'shop-tls', namespace: 'shop' } } as never,
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const good = (output: string): FilterRun => ({ output, words: '', fault: null });

/** What came of it, and what was asked. */
async function asked(answer: FilterRun, access: Parameters<typeof askCluster>[1] = {}, leaf = API) {
  const calls: unknown[] = [];
  const found = await askCluster(leafPolicies(anInventory(anAuthority(), leaf)), access, (argv, options) => {
    calls.push([argv.join(' '), options]);
    return Promise.resolve(answer);
  });
  return { found, calls };
}

const GET = '--output=jsonpath={.data.tls\\.crt}';
const OPTIONS = { cwd: '.', input: '', seconds: 60, signal: undefined };

it('is the certificate of the Secret, and of nothing else in it', async () => {
  expect(await asked(good(base64(`${LEAF.pem}${CA.pem}`)))).toEqual({
    found: [{ entity: API.id, from: 'servers-api', chain: [LEAF.der, CA.der] }],
    calls: [[`kubectl get secret servers-api ${GET}`, OPTIONS]],
  });
});

it('is asked for where the manifest says that it is', async () => {
  const { signal } = new AbortController();
  expect(await asked(good(base64(LEAF.pem)), { context: 'prod', signal }, SHOP)).toEqual({
    found: [{ entity: SHOP.id, from: 'shop/shop-tls', chain: [LEAF.der] }],
    calls: [[`kubectl --context=prod --namespace=shop get secret shop-tls ${GET}`, { ...OPTIONS, signal }]],
  });
});

it.each<[what: string, answer: FilterRun, detail: string]>([
  ['an empty answer', good(''), 'it answers without a certificate'],
  ['a text', good(base64('hello')), 'it answers without a certificate'],
  [
    'a certificate that is none',
    good(base64('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')),
    'it answers with a certificate that cannot be read',
  ],
  [
    'a refusal',
    { output: base64(LEAF.pem), words: 'warning: x\nError: no Secret', fault: { kind: 'exit', code: 1 } },
    '"kubectl" exited with 1: Error: no Secret',
  ],
  [
    'no program',
    { output: '', words: '', fault: { kind: 'not-begun', code: 'ENOENT' } },
    '"kubectl" is not there',
  ],
])('%s is no sample', async (_, answer, detail) => {
  expect((await asked(answer)).found).toEqual([{ entity: API.id, from: 'servers-api', detail }]);
});
