/** Signing a folder of requests: what is shown, what is made of it, and all that is refused, each by its name. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SignOptions, signRequests } from '../../src/run/sign.ts';
import { UserError } from '../../src/words/user-error.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { folderWith, typed } from '../commands/typed.ts';
import { snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const manifest = (more: string) => `version: 1
authorities:
  one: { commonName: One${more} }
  two: { commonName: Two${more} }
  a: { commonName: A, issuer: one, pathLength: 0 }
  b: { commonName: B, issuer: two }
  c: { commonName: C, issuer: one }
`;
const PASSPHRASE = 'hush-hush-0e7c';

/** As `pki request` left it, and where the keys are. */
let asked: string;
const away = temporaryFolder();
const keyOf = (name: string) => join(away, `${name}.key`);
const CLOSED = join(away, 'closed.key');

beforeAll(async () => {
  const home = folderWith({ 'pki.yaml': manifest('') });
  await typed(home, ['apply', '--skip-verify', '--engine', 'node']);
  const waiting = folderWith({ 'pki.yaml': manifest(', key: offline') });
  for (const name of ['one', 'two']) {
    const [from, to] = [home, waiting].map((folder) => join(folder, 'pki/authorities', name));
    mkdirSync(String(to), { recursive: true });
    cpSync(`${from}/cert.pem`, `${to}/cert.pem`);
    cpSync(`${from}/key.pem`, keyOf(name));
  }
  const wrapped = ['-topk8', '-in', keyOf('one'), '-out', CLOSED, '-passout', `pass:${PASSPHRASE}`];
  opensslSync(['pkcs8', ...wrapped], away);
  const { code, stderr } = await typed(waiting, ['request', 'stick']);
  expect(code, stderr).toBe(0);
  asked = join(waiting, 'stick');
});

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  cpSync(asked, folder, { recursive: true });
});

const sign = (given: Partial<SignOptions> = {}) =>
  signRequests({ folder, key: keyOf('one'), approve: async () => true, ...given });

/** Why it is refused, and about what. */
async function fault(given: Partial<SignOptions> = {}): Promise<unknown> {
  const approve = vi.fn(async () => true);
  const before = snapshot(folder);
  const error = await sign({ approve, ...given }).catch((one: unknown) => one);
  expect(approve).not.toHaveBeenCalled();
  expect(snapshot(folder)).toEqual(before);
  if (!(error instanceof UserError)) throw error;
  const { cause } = error;
  return cause.kind === 'exchange' ? [cause.path.replace(`${folder}/`, ''), cause.fault] : cause;
}
const file = (name: string) => join(folder, name);
const entitiesOf = (some: readonly { readonly request: { readonly entity: string } }[]) =>
  some.map(({ request }) => request.entity);

it('what is asked of the authority of a key is shown, signed and put beside its request', async () => {
  const shown: string[] = [];
  const approve = async (all: Parameters<SignOptions['approve']>[0]) => {
    for (const { request, facts, issuer } of all)
      shown.push([request.entity, facts.subject[0]?.value, issuer.subject[0]?.value].join());
    return true;
  };
  const { signed, others } = await sign({ approve });
  expect(shown).toEqual(['authorities/a,A,One', 'authorities/c,C,One']);
  expect(entitiesOf(signed)).toEqual(['authorities/a', 'authorities/c']);
  expect(others.map(({ entity }) => entity)).toEqual(['authorities/b']);
  for (const { facts, request } of signed) {
    const name = `${request.entity.replace('/', '.')}.cert.pem`;
    expect(parseCertificate(readFileSync(file(name)))).toEqual(facts);
    const trust = ['-CAfile', file('authorities.one.pem'), '-x509_strict'];
    expect(opensslSync(['verify', ...trust, file(name)], folder)).toMatch(/: OK\n$/);
  }
  expect(new Set(signed.map(({ facts }) => facts.serial)).size).toBe(2);
  expect(readdirSync(folder)).not.toContain('authorities.b.cert.pem');
});

it('nothing is signed on a no, and what is asked of others is still said', async () => {
  const before = snapshot(folder);
  const { signed, others } = await sign({ approve: async () => false });
  expect([signed, others.map(({ entity }) => entity)]).toEqual([[], ['authorities/b']]);
  expect(snapshot(folder)).toEqual(before);
});

it('what was made is what was shown, or it is not put there', async () => {
  const approve = async ([first]: Parameters<SignOptions['approve']>[0]) => {
    Object.assign(first?.request ?? {}, { notAfter: (first?.request.notAfter ?? 0) - 1 });
    return true;
  };
  const why = 'what was made is not what was shown';
  await expect(sign({ approve })).rejects.toMatchObject({
    cause: { path: expect.stringMatching(/authorities\.a\.cert\.pem$/), fault: { kind: 'garbage', why } },
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('.cert.pem'))).toEqual([]);
});

describe('a certificate that is named', () => {
  it('is the one that signs, whatever is in the folder', async () => {
    const certificate = join(away, 'one.pem');
    cpSync(file('authorities.one.pem'), certificate);
    for (const name of ['one', 'two']) rmSync(file(`authorities.${name}.pem`));
    const text = JSON.parse(readFileSync(file('request.json'), 'utf8'));
    const requests = text.requests.filter(({ authority }: { authority: string }) =>
      authority.endsWith('one'),
    );
    writeFileSync(file('request.json'), JSON.stringify({ ...text, requests }));
    const { signed, others } = await sign({ certificate });
    expect([signed.length, others]).toEqual([2, []]);
  });

  it('is that of the key, and a certificate', async () => {
    const other = file('authorities.two.pem');
    expect(await fault({ certificate: other })).toEqual(['authorities.two.pem', { kind: 'other-pair' }]);
    const none = ['request.json', { kind: 'garbage', why: expect.stringMatching(/./) }];
    expect(await fault({ certificate: file('request.json') })).toEqual(none);
    expect(await fault({ certificate: file('none.pem') })).toEqual(['none.pem', { kind: 'missing' }]);
  });
});

describe('a folder is refused', () => {
  const edit = (change: (value: Record<string, unknown>) => unknown) => {
    const value = JSON.parse(readFileSync(file('request.json'), 'utf8'));
    writeFileSync(file('request.json'), JSON.stringify(change(value)));
  };
  const ofAnother = 'it is not of a version that is known here';
  const firstOf = ({ requests }: Record<string, unknown>): Record<string, unknown> =>
    (requests as Record<string, unknown>[])[0] ?? {};
  const replaced = (value: Record<string, unknown>, change: object) => {
    const [, ...rest] = value['requests'] as unknown[];
    return { ...value, requests: [{ ...firstOf(value), ...change }, ...rest] };
  };

  it.each<[what: string, change: (value: Record<string, unknown>) => unknown, why: string]>([
    ['of another format', (value) => ({ ...value, format: 'pki-plan' }), ofAnother],
    ['of another version', (value) => ({ ...value, version: 2 }), ofAnother],
    ['without a list', (value) => ({ ...value, requests: {} }), ofAnother],
    ['that is a text', () => 'pki-request', ofAnother],
    ['with half a request', (value) => replaced(value, { notAfter: null }), 'request 1 is not whole'],
    [
      'with half a request behind whole ones',
      (value) => ({ ...value, requests: [firstOf(value), firstOf(value), 7] }),
      'request 3 is not whole',
    ],
  ])('%s', async (_, change, why) => {
    edit(change);
    expect(await fault()).toEqual(['request.json', { kind: 'garbage', why }]);
  });

  it('that is no JSON, or not there', async () => {
    writeFileSync(file('request.json'), '{');
    expect(await fault()).toEqual(['request.json', { kind: 'garbage', why: expect.stringMatching(/JSON/) }]);
    rmSync(file('request.json'));
    expect(await fault()).toEqual(['request.json', { kind: 'missing' }]);
  });

  it('whose request or certificate is none', async () => {
    const garbage = { kind: 'garbage', why: expect.stringMatching(/./) };
    const [csr, issuer] = ['authorities.a.csr.pem', 'authorities.two.pem'];
    for (const name of [csr, issuer]) {
      const before = readFileSync(file(name));
      writeFileSync(file(name), 'none');
      expect(await fault()).toEqual([name, garbage]);
      rmSync(file(name));
      expect(await fault()).toEqual([name, { kind: 'missing' }]);
      writeFileSync(file(name), before);
    }
    expect((await sign()).signed).toHaveLength(2);
  });

  it('that asks for what may not be signed', async () => {
    const until = Date.UTC(2080, 0) / 1000;
    edit((value) => replaced(value, { notAfter: until }));
    const outlives = { kind: 'outlives', notAfter: expect.any(Number) };
    const fits = { kind: 'unsignable', faults: [outlives] };
    expect(await fault()).toEqual(['authorities.a.csr.pem', fits]);
    const der = opensslSync(['req', '-in', file('authorities.a.csr.pem'), '-outform', 'PEM'], folder);
    const cut = der.replace(/(.)(.{3}\n-----END)/s, (_, one, rest) => `${one === 'A' ? 'B' : 'A'}${rest}`);
    writeFileSync(file('authorities.a.csr.pem'), cut);
    const both = { kind: 'unsignable', faults: [outlives, { kind: 'request-signature' }] };
    expect(await fault()).toEqual(['authorities.a.csr.pem', both]);
  });

  it('of which nothing is asked of that key', async () => {
    const text = opensslSync(['genpkey', '-algorithm', 'ed25519'], folder);
    writeFileSync(join(away, 'strange.key'), text);
    const key = join(away, 'strange.key');
    expect(await fault({ key })).toEqual([key, { kind: 'other-key' }]);
  });
});

describe('a key', () => {
  it('may be behind a link, and is there', async () => {
    const key = join(temporaryFolder(), 'link.key');
    symlinkSync(keyOf('two'), key);
    expect(entitiesOf((await sign({ key })).signed)).toEqual(['authorities/b']);
    const none = join(away, 'none.key');
    expect(await fault({ key: none })).toEqual([none, { kind: 'missing' }]);
    const certificate = file('authorities.one.pem');
    expect(await fault({ key: certificate })).toEqual(['authorities.one.pem', { kind: 'no-key' }]);
  });

  it('under a passphrase is opened by the one that is said, and no one is asked then', async () => {
    const ask = vi.fn(async () => 'never');
    vi.stubEnv('PKI_TEST_PASS', PASSPHRASE);
    const passphrase = { kind: 'env', name: 'PKI_TEST_PASS' } as const;
    expect((await sign({ key: CLOSED, passphrase, ask })).signed).toHaveLength(2);
    vi.stubEnv('PKI_TEST_PASS', `${PASSPHRASE}x`);
    expect(await fault({ key: CLOSED, passphrase, ask })).toEqual([CLOSED, { kind: 'other-passphrase' }]);
    vi.unstubAllEnvs();
    const lacks = { source: 'env:PKI_TEST_PASS', fault: { kind: 'unset' } };
    expect(await fault({ key: CLOSED, passphrase, ask })).toEqual([CLOSED, { kind: 'closed-key', lacks }]);
    expect(ask).not.toHaveBeenCalled();
  });

  it('under a passphrase is asked about once where nothing says it', async () => {
    const ask = vi.fn(async (): Promise<string | null> => PASSPHRASE);
    expect((await sign({ key: CLOSED, ask })).signed).toHaveLength(2);
    const question = { source: 'prompt', what: 'passphrase', entities: [CLOSED], isRepeated: false };
    expect(ask.mock.calls).toEqual([[question]]);
    const closed = [CLOSED, { kind: 'closed-key', lacks: null }];
    expect(await fault({ key: CLOSED, ask: async () => null })).toEqual(closed);
    expect(await fault({ key: CLOSED })).toEqual(closed);
    ask.mockClear();
    await sign({ ask });
    expect(ask).not.toHaveBeenCalled();
  });
});
