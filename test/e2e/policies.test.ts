// Policies, must-staple and what an authority publishes: as openssl, GnuTLS and Go read them, by either engine.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { ENGINES, madeByEach } from './engines.ts';
import { copyOf, extensionsOf, itNeeds, Project, pathOf, publishedState } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root:
    commonName: Root
    crl: { url: "http://pki.example.test/root.crl" }
    caIssuers: { url: "http://pki.example.test/root.cer" }
  strict:
    commonName: Strict
    issuer: root
    policies: [1.3.6.1.4.1.99999.1, { policy: 1.3.6.1.4.1.99999.2, cps: "https://pki.example.test/cps?a=1,b;c=@d" }]
    policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 0 }
    inhibitAnyPolicy: 0
    crl: { url: ["http://pki.example.test/strict,1.crl", "http://mirror.example.test/$HOME/strict.crl"] }
    ocsp: { url: "http://ocsp.example.test:8080/a;b" }
    caIssuers: { url: "http://pki.example.test/strict.cer" }
servers:
  api:
    commonName: api.example.test
    issuer: strict
    mustStaple: true
    policies:
      - 1.3.6.1.4.1.99999.1
      - { policy: 1.3.6.1.4.1.99999.2, cps: "https://pki.example.test/cps", notice: "UTF8:Nur intern, für Zürich: @policy1 $HOME #1" }
clients:
  app: { commonName: app, issuer: strict, policies: [1.3.6.1.4.1.99999.1] }
`;
const [ROOT, STRICT, API, APP] = ['authorities/root', 'authorities/strict', 'servers/api', 'clients/app'];

const made = madeByEach(MANIFEST);

/** What openssl prints of one extension, on one line. */
async function shown(project: Project, id: string, extension: string): Promise<string> {
  const args = ['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-ext', extension];
  return (await openssl(args)).trim().replaceAll(/\s+/g, ' ');
}

describe.each(ENGINES)('made by %s', (engine) => {
  it.each([
    [
      STRICT,
      'certificatePolicies',
      'X509v3 Certificate Policies: Policy: 1.3.6.1.4.1.99999.1 Policy: 1.3.6.1.4.1.99999.2 CPS: https://pki.example.test/cps?a=1,b;c=@d',
    ],
    [
      STRICT,
      'policyConstraints',
      'X509v3 Policy Constraints: critical Require Explicit Policy:0, Inhibit Policy Mapping:0',
    ],
    [STRICT, 'inhibitAnyPolicy', 'X509v3 Inhibit Any Policy: critical 0'],
    [
      STRICT,
      'crlDistributionPoints',
      'X509v3 CRL Distribution Points: Full Name: URI:http://pki.example.test/root.crl',
    ],
    [
      STRICT,
      'authorityInfoAccess',
      'Authority Information Access: CA Issuers - URI:http://pki.example.test/root.cer',
    ],
    [
      API,
      'crlDistributionPoints',
      'X509v3 CRL Distribution Points: Full Name: URI:http://pki.example.test/strict,1.crl URI:http://mirror.example.test/$HOME/strict.crl',
    ],
    [
      API,
      'authorityInfoAccess',
      'Authority Information Access: OCSP - URI:http://ocsp.example.test:8080/a;b CA Issuers - URI:http://pki.example.test/strict.cer',
    ],
    [API, 'tlsfeature', 'TLS Feature: status_request'],
  ])('%s: openssl shows %s', async (id, extension, text) => {
    expect(await shown(made(engine), id, extension)).toBe(text);
  });

  it('a notice is the text, in UTF-8', async () => {
    const der = await openssl(['asn1parse', '-in', made(engine).path(API, 'cert.pem')]);
    const octets = /X509v3 Certificate Policies\n.*\[HEX DUMP\]:([0-9A-F]+)/.exec(der)?.[1] ?? '';
    const text = Buffer.from('UTF8:Nur intern, für Zürich: @policy1 $HOME #1');
    expect(octets.toLowerCase()).toContain(`0c${text.length.toString(16)}${text.toString('hex')}`);
  });

  it('the root points to nothing', async () => {
    expect(Object.keys(await extensionsOf(made(engine).path(ROOT, 'cert.pem')))).toEqual([
      'X509v3 Basic Constraints',
      'X509v3 Key Usage',
      'X509v3 Subject Key Identifier',
    ]);
  });

  it('openssl verifies it, policies included', async () => {
    const project = made(engine);
    const at = (id: string) => project.path(id, 'cert.pem');
    const args = [
      'verify',
      '-x509_strict',
      '-policy_check',
      '-explicit_policy',
      '-policy',
      '1.3.6.1.4.1.99999.1',
    ];
    const trust = ['-CAfile', at(ROOT), '-untrusted', at(STRICT)];
    for (const id of [API, APP]) expect(await openssl([...args, ...trust, at(id)])).toContain(': OK');
    const other = await runProgram('openssl', [
      ...args.slice(0, -1),
      '1.3.6.1.4.1.99999.9',
      ...trust,
      at(API),
    ]);
    expect(other.code).not.toBe(0);
  });

  itNeeds(['certtool'], 'GnuTLS reads the same', async () => {
    const { stdout } = await runProgram('certtool', ['-i', '--infile', made(engine).path(API, 'cert.pem')]);
    for (const text of [
      'TLS Features (not critical):\n\t\t\tOCSP Status Request(5)',
      'URI: http://pki.example.test/strict,1.crl\n\t\t\tURI: http://mirror.example.test/$HOME/strict.crl',
      'Access Method: 1.3.6.1.5.5.7.48.1 (id-ad-ocsp)\n\t\t\tAccess Location URI: http://ocsp.example.test:8080/a;b',
      'Access Location URI: http://pki.example.test/strict.cer',
      '1.3.6.1.4.1.99999.1\n\t\t\t1.3.6.1.4.1.99999.2\n\t\t\t\tURI: https://pki.example.test/cps',
      'Note: UTF8:Nur intern, für Zürich: @policy1 $HOME #1',
    ])
      expect(stdout).toContain(text);
  });

  it('the same again changes nothing', async () => {
    const project = copyOf(made(engine));
    const before = publishedState(project.out);
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    await project.apply();
    expect(publishedState(project.out)).toEqual(before);
  });

  it('is described by adopt, with nothing due', async () => {
    const { folder, out } = copyOf(made(engine));
    const adopted = new Project('', { folder });
    const { stdout, code } = await adopted.pki(['adopt', out]);
    expect(code).toBe(0);
    expect(stdout).not.toContain('extensions that the next certificate will not have');
    adopted.write(stdout);
    const plan = await adopted.pki(['plan', '--detailed-exitcode']);
    expect(plan.stdout + plan.stderr).toContain('mustStaple');
    expect(plan.code).toBe(0);
    const rotated = await adopted.pki(['rotate', API, '--skip-verify']);
    expect(rotated.code).toBe(0);
    expect(await shown(adopted, API, 'certificatePolicies')).toBe(
      await shown(made(engine), API, 'certificatePolicies'),
    );
  });
});

describe('a server that must staple', () => {
  /** The proof alone, and what it says of staples. */
  async function proof(project: Project, openssl?: string) {
    const env = openssl === undefined ? {} : { PKI_OPENSSL: openssl };
    const { code, stdout } = await project.pki(['verify', '--json'], { env });
    return { code, staples: JSON.parse(stdout).staples };
  }

  it('is proven with a response that is signed for it', async () => {
    expect(await proof(made('node'))).toEqual({
      code: 0,
      staples: [{ entity: API, signer: STRICT, problem: null, skipped: null }],
    });
  });

  it('is proven with the one of a responder, as people read it', async () => {
    const project = copyOf(made('node'));
    const responder = `certificates:
  responder: { commonName: Responder, issuer: strict, profile: ocsp-responder, policies: [1.3.6.1.4.1.99999.1] }
`;
    project.write(MANIFEST + responder);
    const { code, stdout } = await project.pki(['apply', '--verbose']);
    expect(code).toBe(0);
    expect(stdout).toContain(`  ok  ${API}: signed by certificates/responder, and taken by openssl
staples: 1 server stapled a response that openssl takes
`);
  });

  /** An openssl that does this before it signs a response. */
  function signingAfter(command: string): string {
    const program = join(temporaryFolder(), 'openssl');
    const real = pathOf('openssl') ?? '';
    writeFileSync(
      program,
      `#!/bin/sh\nif [ "$1 $2" = "ocsp -index" ]; then ${command}; fi\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    return program;
  }

  it.each([
    ['signed badly', 'shift; set -- ocsp -badsig "$@"', /^openssl signed something else for "/],
    ['of another status', ': >"$3"', /^TLS 1\.2: /],
    ['not signed at all', 'exit 1', /./],
  ])('fails the proof where the response is %s', async (_, command, problem) => {
    const { code, staples } = await proof(made('node'), signingAfter(command));
    expect(code).toBe(1);
    expect(staples).toEqual([
      { entity: API, signer: null, problem: expect.stringMatching(problem), skipped: null },
    ]);
  });

  it('is left out where no key is here that could sign one', async () => {
    const project = copyOf(made('node'));
    rmSync(project.path(STRICT, 'key.pem'));
    expect(await proof(project)).toEqual({
      code: 0,
      staples: [
        {
          entity: API,
          signer: null,
          problem: null,
          skipped: `"${STRICT}" has no private key here that can be read`,
        },
      ],
    });
  });
});

itNeeds(['gnutls-cli'], 'GnuTLS refuses a server that must staple and does not', async () => {
  const project = made('openssl');
  const server = createServer({
    key: project.read(API, 'key.pem'),
    cert: project.read(API, 'fullchain.pem'),
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const trust = [`--x509cafile=${project.path(ROOT, 'cert.pem')}`, '--verify-hostname=api.example.test'];
  const { code, stdout } = await runProgram('gnutls-cli', [...trust, '-p', `${port}`, '127.0.0.1']);
  server.close();
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/certificate status.*OCSP|OCSP.*status|missing.*OCSP/i);
});

describe('an edit', () => {
  it.each<[what: string, from: string, to: string, id: string, says: string]>([
    [
      'another policy',
      'policies: [1.3.6.1.4.1.99999.1] }',
      'policies: [1.3.6.1.4.1.99999.2] }',
      APP,
      'policies: 1.3.6.1.4.1.99999.1 → 1.3.6.1.4.1.99999.2',
    ],
    [
      'another responder',
      'ocsp.example.test:8080/a;b',
      'ocsp.example.test',
      APP,
      'ocsp: http://ocsp.example.test:8080/a;b → http://ocsp.example.test',
    ],
    [
      'another place of the certificate',
      'strict.cer',
      'new.cer',
      APP,
      'caIssuers: http://pki.example.test/strict.cer → http://pki.example.test/new.cer',
    ],
    [
      'a demand less',
      'requireExplicitPolicy: 0, ',
      '',
      STRICT,
      'policyConstraints: critical, requireExplicitPolicy 0, inhibitPolicyMapping 0 → critical, inhibitPolicyMapping 0',
    ],
    [
      'another number',
      'inhibitAnyPolicy: 0',
      'inhibitAnyPolicy: 1',
      STRICT,
      'inhibitAnyPolicy: critical, 0 → critical, 1',
    ],
    ['no staple', 'mustStaple: true', 'mustStaple: false', API, 'mustStaple: status_request → none'],
  ])('%s', async (_, from, to, id, says) => {
    const project = copyOf(made('node'));
    project.write(`${MANIFEST.replaceAll(from, to)}engine: node\n`);
    const { reasons } = await project.change(id);
    expect(reasons.map(({ field, before, after }) => `${field}: ${before} → ${after}`)).toContain(says);
    await project.apply();
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('that takes them away leaves the certificates as they are', async () => {
    const project = copyOf(made('node'));
    project.write(`version: 1
engine: node
authorities:
  root: { commonName: Root }
  strict: { commonName: Strict, issuer: root }
servers:
  api: { commonName: api.example.test, issuer: strict }
clients:
  app: { commonName: app, issuer: strict }
`);
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });
});
