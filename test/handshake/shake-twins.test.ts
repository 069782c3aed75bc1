/** For every accept its twin that must fail: one thing is wrong, and the outcome says which. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TlsVersion } from '../../src/handshake/case.ts';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Credentials } from '../../src/handshake/credentials.ts';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { type ShakeOptions, shake } from '../../src/handshake/shake.ts';

import { outcomeHint, outcomeText } from '../../src/report/handshakes-words.ts';
import { openssl } from '../helpers/openssl.ts';
import { authorityEntity, dns, leafEntity, Pki, type Signer } from './pki.ts';

let pki: Pki;
let root: Signer;
let inner: Signer;
let goodServer: Credentials;
let goodClient: Credentials;

const SAN = [dns('s.test')];
const ENTITIES = [
  authorityEntity('root'),
  leafEntity('server', 's', 'root', { san: SAN }),
  leafEntity('client', 'c', 'root'),
];
const { cases: CASES } = handshakeCases(ENTITIES);

beforeAll(async () => {
  pki = await Pki.open();
  root = await pki.authority('root');
  inner = await pki.authority('inner', { issuer: root });
  goodServer = await pki.credentials({ name: 's', issuer: root, san: SAN, usage: 'serverAuth' });
  goodClient = await pki.credentials({ name: 'c', issuer: root, usage: 'clientAuth' });
});
afterAll(() => pki.remove());

type Files = { readonly server?: Credentials; readonly client?: Credentials; readonly foreign?: Credentials };

function prove(files: Files, options: ShakeOptions = {}): Promise<readonly Outcome[]> {
  const credentials = new Map([
    ['servers/s', files.server ?? goodServer],
    ['clients/c', files.client ?? goodClient],
  ]);
  return shake(CASES, credentials, files.foreign ?? pki.foreign, options);
}

/** Both versions fail, the pair for the given code; returns the TLS 1.3 pair. */
async function expectPairFails(files: Files, code: string): Promise<Outcome> {
  const outcomes = await prove(files);
  const pairs = outcomes.filter((outcome) => outcome.case.check === 'pair');
  expect(pairs.map((pair) => [pair.ok, pair.connected, pair.code])).toEqual([
    [false, false, code],
    [false, false, code],
  ]);
  const [, last] = pairs;
  if (last === undefined) throw new Error('no TLS 1.3 pair');
  return last;
}

function checkOf(outcomes: readonly Outcome[], check: string, version: TlsVersion = 'TLSv1.3'): Outcome {
  const found = outcomes.find((outcome) => outcome.case.check === check && outcome.case.version === version);
  if (found === undefined) throw new Error(`no ${check}`);
  return found;
}

test('the good ones pass, so that what follows is due to the one fault', async () => {
  const outcomes = await prove({});
  expect(outcomes.map(({ ok }) => ok)).toEqual(CASES.map(() => true));
  expect(outcomes.map((outcome) => outcome.case)).toEqual(CASES);
});

describe('certificates with a fault', () => {
  test('an expired server', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: SAN, expired: true });
    const pair = await expectPairFails({ server }, 'CERT_HAS_EXPIRED');
    expect(outcomeText(pair)).toBe(
      "the client refused: the server's certificate or one of its issuers has expired (CERT_HAS_EXPIRED)",
    );
    expect(outcomeHint(pair)).toMatch(/pki apply/);
  });

  test('an expired server does not pass for a refusal of a wrong name or of another root', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: SAN, expired: true });
    const outcomes = await prove({ server });
    expect(checkOf(outcomes, 'wrong-name')).toMatchObject({ ok: false, code: 'CERT_HAS_EXPIRED' });
    expect(checkOf(outcomes, 'other-root')).toMatchObject({ ok: false, code: 'CERT_HAS_EXPIRED' });
    expect(checkOf(outcomes, 'no-client-certificate')).toMatchObject({ ok: false, code: 'CERT_HAS_EXPIRED' });
    expect(outcomeText(checkOf(outcomes, 'wrong-name'))).toMatch(
      /^refused for another reason: the client refused: /,
    );
  });

  test('an expired client', async () => {
    const client = await pki.credentials({ name: 'c', issuer: root, expired: true });
    const pair = await expectPairFails({ client }, 'CERT_HAS_EXPIRED');
    expect(outcomeText(pair)).toMatch(/^the server refused: the client's certificate/);
    const wrongName = checkOf(await prove({ client }), 'wrong-name');
    expect(wrongName).toMatchObject({ ok: false, code: 'CERT_HAS_EXPIRED' });
  });

  test('a certificate for servers only, used by a client', async () => {
    const client = await pki.credentials({ name: 'c', issuer: root, usage: 'serverAuth' });
    await expectPairFails({ client }, 'INVALID_PURPOSE');
  });

  test('a certificate for clients only, used by a server', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: SAN, usage: 'clientAuth' });
    await expectPairFails({ server }, 'INVALID_PURPOSE');
  });

  test('a self-signed server', async () => {
    const { key, cert } = await pki.leaf({ name: 's', san: SAN });
    await expectPairFails({ server: { key, fullchain: cert, ca: root.root } }, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('a self-signed client', async () => {
    const { key, cert } = await pki.leaf({ name: 'c' });
    await expectPairFails({ client: { key, fullchain: cert, ca: root.root } }, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('a server without the name that the manifest gives it', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: [dns('t.test')] });
    const pair = await expectPairFails({ server }, 'ERR_TLS_CERT_ALTNAME_INVALID');
    expect(outcomeText(pair)).toMatch(
      /^the client refused: the server's certificate does not carry the name/,
    );
  });

  test('a leaf without its intermediate, on either side', async () => {
    const server = await pki.credentials({ name: 's', issuer: inner, san: SAN, trust: [root] });
    const client = await pki.credentials({ name: 'c', issuer: inner, trust: [root] });
    expect((await prove({ server, client })).every(({ ok }) => ok)).toBe(true);
    const bare = (files: Credentials) => ({ ...files, fullchain: files.fullchain.replace(inner.chain, '') });
    await expectPairFails({ server: bare(server), client }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const pair = await expectPairFails({ server, client: bare(client) }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(outcomeHint(pair)).toMatch(/fullchain\.pem must hold every intermediate/);
  });

  test('a root of the same name and another key', async () => {
    const twin = await pki.authority('root');
    const client = await pki.credentials({ name: 'c', issuer: twin, trust: [root] });
    await expectPairFails({ client }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  test('RSA-1024, which Node 20 alone would let pass', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: SAN, key: 'rsa:1024' });
    const pair = await expectPairFails({ server }, 'ERR_SSL_EE_KEY_TOO_SMALL');
    expect(outcomeText(pair)).toBe(
      'servers/s: the key is too weak for TLS (security level 2) (ERR_SSL_EE_KEY_TOO_SMALL)',
    );
  });
});

describe('the trap of TLS 1.3: the client believes in success', () => {
  test('a foreign client in place of a good one: its own verdict is "accepted", the outcome is not', async () => {
    const { key, fullchain } = pki.foreign;
    const pair = await expectPairFails(
      { client: { key, fullchain, ca: root.root } },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    expect(pair.transcript?.client).toEqual({ kind: 'accepted' });
    expect(pair.transcript?.server).toEqual({ kind: 'refused', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test('a foreign client that is not foreign is noticed', async () => {
    const outcomes = await prove({ foreign: { ...goodClient, ca: pki.foreign.ca } });
    const noticed = checkOf(outcomes, 'foreign-client');
    expect(noticed).toMatchObject({ ok: false, connected: true });
    expect(outcomeText(noticed)).toBe(
      "they connected, although the client's certificate comes from a foreign CA",
    );
  });

  test('a foreign root that is not foreign is noticed', async () => {
    const outcomes = await prove({ foreign: { ...pki.foreign, ca: root.root } });
    expect(checkOf(outcomes, 'other-root')).toMatchObject({
      ok: false,
      connected: true,
      code: 'NOT_REFUSED',
    });
  });

  test('a wrong name that the certificate carries is noticed', async () => {
    const server = await pki.credentials({ name: 's', issuer: root, san: [...SAN, dns('*.invalid')] });
    expect(checkOf(await prove({ server }), 'pair').ok).toBe(true);
    // Node matches no wildcard directly below a top-level domain, so a literal name is needed to get caught.
    const literal = await pki.credentials({
      name: 's',
      issuer: root,
      san: [...SAN, dns('wrong-name.invalid')],
    });
    expect(checkOf(await prove({ server: literal }), 'wrong-name')).toMatchObject({
      ok: false,
      connected: true,
    });
  });
});

describe('files that TLS cannot use are outcomes, not exceptions', () => {
  const broken = async (
    change: (files: Credentials) => Partial<Credentials>,
    side: 'server' | 'client' = 'server',
  ) => {
    const files = side === 'server' ? goodServer : goodClient;
    const outcomes = await prove({ [side]: { ...files, ...change(files) } });
    expect(outcomes.filter(({ ok, case: { check } }) => ok && check === 'pair')).toEqual([]);
    return checkOf(outcomes, 'pair');
  };

  test('key and certificate do not match', async () => {
    const pair = await broken(() => ({ key: goodClient.key }));
    expect(outcomeText(pair)).toBe('servers/s: key and certificate do not match (KEY_VALUES_MISMATCH)');
    expect(pair.transcript).toBeNull();
  });

  test('nor when they are of different algorithms, which Node does not notice', async () => {
    const { key } = await pki.leaf({ name: 'x', key: 'rsa:2048' });
    expect((await broken(() => ({ key }))).code).toBe('KEY_VALUES_MISMATCH');
    expect((await broken(() => ({ key }), 'client')).code).toBe('KEY_VALUES_MISMATCH');
  });

  test.each([
    ['an empty key', { key: '' }, /the private key cannot be read/],
    ['a key of rubbish', { key: 'rubbish' }, /the private key cannot be read/],
    ['an empty certificate', { fullchain: '' }, /the certificate cannot be read/],
    ['a certificate of rubbish', { fullchain: 'rubbish' }, /the certificate cannot be read/],
    ['an empty bundle, which Node takes for "trust every public CA"', { ca: '' }, /holds no certificate/],
    ['a bundle of rubbish, which Node ignores', { ca: 'rubbish' }, /holds no certificate/],
  ])('%s', async (_what, change, reason) => {
    expect(outcomeText(await broken(() => change))).toMatch(reason);
    expect(outcomeText(await broken(() => change, 'client'))).toMatch(reason);
  });

  test('a truncated certificate, and rubbish behind the leaf', async () => {
    expect((await broken(({ fullchain }) => ({ fullchain: fullchain.slice(0, 200) }))).ok).toBe(false);
    const rubbish = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const pair = await broken(({ fullchain }) => ({ fullchain: fullchain + rubbish }));
    expect(outcomeText(pair)).toMatch(/^servers\/s: TLS does not take its files \(/);
    expect(outcomeText(await broken(({ ca }) => ({ ca: ca + rubbish })))).toMatch(
      /the trust bundle cannot be read/,
    );
  });

  test('an encrypted key', async () => {
    const args = ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', 'pass:secret'];
    const stdout = await openssl(args, { cwd: pki.folder, input: goodServer.key });
    const pair = await broken(() => ({ key: stdout }));
    expect(outcomeText(pair)).toMatch(/^servers\/s: the private key is encrypted, .* \(KEY_IS_ENCRYPTED\)$/);
  });

  test('no files at all', async () => {
    const outcomes = await shake(CASES, new Map([['servers/s', goodServer]]), pki.foreign);
    expect(outcomeText(checkOf(outcomes, 'pair'))).toBe(
      'clients/c: its files could not be read (NO_CREDENTIALS)',
    );
    const none = await shake(CASES, new Map(), pki.foreign);
    expect(none).toHaveLength(CASES.length);
    expect(none.every(({ ok, connected }) => !ok && !connected)).toBe(true);
  });

  test('broken foreign files are no refusal', async () => {
    const outcomes = await prove({ foreign: { key: '', fullchain: '', ca: '' } });
    expect(checkOf(outcomes, 'foreign-client').ok).toBe(false);
    expect(checkOf(outcomes, 'other-root').ok).toBe(false);
    expect(checkOf(outcomes, 'no-client-certificate').ok).toBe(true);
  });
});
