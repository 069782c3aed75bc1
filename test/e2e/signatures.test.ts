// `digest` and `signature` of authorities: as openssl and GnuTLS read them, by either engine.
import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { ENGINES, madeByEach } from './engines.ts';
import { copyOf, itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  pss: { commonName: PSS Root, key: rsa-2048, signature: rsa-pss, digest: sha384 }
  below: { commonName: Below, issuer: pss, digest: sha512 }
servers:
  by-pss: { commonName: a.example.test, issuer: pss }
  by-ec: { commonName: b.example.test, issuer: below }
  pure: { commonName: c.example.test, issuer: below, key: rsa-pss-2048 }
clients:
  app: { commonName: app, issuer: below, trust: [pss] }
`;
const made = madeByEach(MANIFEST);

const PSS =
  'Signature Algorithm: rsassaPss Hash Algorithm: sha384 Mask Algorithm: mgf1 with sha384 Salt Length: 0x30 Trailer Field: 0x';

describe.each(ENGINES)('made by %s', (engine) => {
  it.each([
    ['authorities/pss', PSS],
    ['authorities/below', PSS],
    ['servers/by-pss', PSS],
    ['servers/by-ec', 'Signature Algorithm: ecdsa-with-SHA512'],
    ['servers/pure', 'Public Key Algorithm: rsassaPss Public-Key: (2048 bit)'],
    ['clients/app', 'Signature Algorithm: ecdsa-with-SHA512'],
  ])('%s: openssl shows the signature', async (id, shows) => {
    const text = await openssl(['x509', '-in', made(engine).path(id, 'cert.pem'), '-noout', '-text']);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(shows);
  });

  it('openssl verifies it', async () => {
    const at = (id: string) => made(engine).path(id, 'cert.pem');
    const trust = ['-CAfile', at('authorities/pss'), '-untrusted', at('authorities/below')];
    for (const id of ['servers/by-pss', 'servers/by-ec', 'servers/pure', 'clients/app'])
      expect(await openssl(['verify', '-x509_strict', '-policy_check', ...trust, at(id)])).toContain(': OK');
  });

  itNeeds(['certtool'], 'GnuTLS reads and verifies it', async () => {
    const project = made(engine);
    const args = ['-i', '--infile', project.path('servers/by-pss/cert.pem')];
    expect((await runProgram('certtool', args)).stdout).toMatch(
      /Signature Algorithm: RSA-PSS-SHA384\n\t\tSalt Length: 48\n/,
    );
    const trust = ['--load-ca-certificate', project.path('authorities/pss/cert.pem')];
    const verify = ['--verify', ...trust, '--infile', project.path('servers/by-ec/fullchain.pem')];
    expect((await runProgram('certtool', verify)).code).toBe(0);
  });

  it('is proven, and the same again changes nothing', async () => {
    const project = copyOf(made(engine));
    const { code, stdout } = await project.pki(['verify']);
    expect(stdout).toContain('as expected');
    expect(code).toBe(0);
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('is described by adopt, with nothing due', async () => {
    const { folder, out } = copyOf(made(engine));
    const adopted = new Project('', { folder });
    const { stdout } = await adopted.pki(['adopt', out]);
    expect(stdout).toMatch(/digest: sha384\n {4}signature: rsa-pss/);
    expect(stdout).toContain('digest: sha512');
    adopted.write(stdout);
    expect((await adopted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });
});

it('what is stated is compared, but for the signature of a root on itself', async () => {
  const project = copyOf(made('node'));
  project.write(MANIFEST.replace('signature: rsa-pss, digest: sha384', 'signature: pkcs1'));
  expect(await project.actions()).toEqual({
    'authorities/below': 'issue',
    'servers/by-pss': 'issue',
    'servers/by-ec': 'refresh',
    'servers/pure': 'refresh',
    'clients/app': 'refresh',
  });
  const { reasons } = await project.change('servers/by-pss');
  expect(reasons.map(({ field, before, after }) => `${field}: ${before} → ${after}`)).toEqual([
    'signature: rsassaPss-sha384 → sha384WithRSAEncryption',
  ]);
});

it('a root with a new key vouches for it in the stated way', async () => {
  const project = copyOf(made('openssl'));
  const run = await project.pki(['rotate', 'authorities/pss', '--allow', 'rekey-ca', '--skip-verify']);
  expect(run.code, run.stderr).toBe(0);
  const text = await openssl(['x509', '-in', project.path('authorities/pss/cert.pem'), '-noout', '-text']);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(PSS);
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});
