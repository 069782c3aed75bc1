// `extensions`: private ones by OID, as openssl and GnuTLS read them, by either engine.
import { describe, expect, it } from 'vitest';
import { type Run, runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { ENGINES, madeByEach } from './engines.ts';
import { copyOf, itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, extensions: { 1.3.6.1.4.1.99999.1: { integer: -129 } } }
servers:
  api:
    commonName: api.example.test
    issuer: root
    extensions:
      1.3.6.1.4.1.99999.7: { utf8: "rack 12, DER:00 $HOME #1 @x ü" }
      1.3.6.1.4.1.99999.8: { sequence: [{ null: true }, { integer: "123456789012345678901" }, { oid: 1.2.3 }, { ia5: "a,b" }] }
      1.3.6.1.4.1.99999.9: { der: "30:03:01:01:ff" }
      1.3.6.1.4.1.99999.10: { null: true }
clients:
  app: { commonName: app, issuer: root }
certificates:
  badge:
    commonName: badge
    issuer: root
    profile: code-signing
    extensions: { 1.3.6.1.4.1.99999.11: { critical: true, utf8: gate 3 } }
  plain: { commonName: plain, issuer: root, profile: code-signing }
`;
const OID = '1.3.6.1.4.1.99999';
const made = madeByEach(MANIFEST);

describe.each(ENGINES)('made by %s', (engine) => {
  it('openssl finds each with its octets', async () => {
    const text = await openssl(['asn1parse', '-in', made(engine).path('servers/api/cert.pem')]);
    const octets = (name: string): string | undefined =>
      new RegExp(`OBJECT +:${name.replaceAll('.', '\\.')}\\n.*\\[HEX DUMP\\]:([0-9A-F]+)`).exec(text)?.[1];
    const words = Buffer.from('rack 12, DER:00 $HOME #1 @x ü');
    expect(octets(`${OID}.7`)).toBe(`0C${words.length.toString(16)}${words.toString('hex')}`.toUpperCase());
    expect(octets(`${OID}.8`)).toBe(
      '301605000209 06B14E9F812F366C35 06022A03 1603612C62'.replaceAll(' ', ''),
    );
    expect(octets(`${OID}.9`)).toBe('30030101FF');
    expect(octets(`${OID}.10`)).toBe('0500');
  });

  itNeeds(['certtool'], 'GnuTLS shows the text', async () => {
    const args = ['-i', '--infile', made(engine).path('servers/api/cert.pem')];
    const { stdout } = await runProgram('certtool', args);
    expect(stdout).toMatch(
      /Unknown extension 1\.3\.6\.1\.4\.1\.99999\.7 \(not critical\):\s+ASCII: \.\.rack 12, DER:00/,
    );
    expect(stdout).toMatch(/Hexdump: 30030101ff/);
  });

  it('a critical one is refused by who does not know it, and has its octets', async () => {
    const project = made(engine);
    const [root, badge] = [
      project.path('authorities/root/cert.pem'),
      project.path('certificates/badge/cert.pem'),
    ];
    const verify = (...more: readonly string[]): Promise<Run> =>
      runProgram('openssl', ['verify', '-x509_strict', ...more, '-CAfile', root, badge]);
    expect((await verify()).stderr).toContain('error 34 at 0 depth lookup');
    expect((await verify('-ignore_critical')).stdout).toContain('badge/cert.pem: OK');
    const text = await openssl(['x509', '-in', badge, '-noout', '-text']);
    expect(text).toMatch(/1\.3\.6\.1\.4\.1\.99999\.11: critical\s+\.\.gate 3/);
  });

  it('is proven, and the same again changes nothing', async () => {
    const project = copyOf(made(engine));
    expect((await project.pki(['verify'])).code).toBe(0);
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('is described by adopt, with nothing due', async () => {
    const { folder, out } = copyOf(made(engine));
    const adopted = new Project('', { folder });
    const { stdout } = await adopted.pki(['adopt', out]);
    expect(stdout).toContain(`${OID}.1: { integer: -129 }`);
    expect(stdout).toContain(`${OID}.11: { critical: true, utf8: gate 3 }`);
    expect(stdout).not.toContain('extensions that the next certificate will not have');
    adopted.write(stdout);
    expect((await adopted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });
});

it.each<[what: string, from: string, to: string, says: string]>([
  ['another value', 'rack 12,', 'rack 13,', `${OID}.7 utf8 rack 12, DER:00 $HOME #1 @x ü → `],
  [
    'another type',
    'der: "30:03:01:01:ff"',
    'boolean: true',
    `${OID}.9 der 30030101ff → ${OID}.9 boolean true`,
  ],
])('%s is a reason, with before and after', async (_, from, to, says) => {
  const project = copyOf(made('node'));
  project.write(`${MANIFEST.replace(from, to)}engine: node\n`);
  const { reasons } = await project.change('servers/api');
  expect(reasons.map(({ field }) => field)).toEqual(['extensions']);
  expect(reasons.map(({ before, after }) => `${before} → ${after}`.replaceAll('"', ''))[0]).toContain(says);
  await project.apply();
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('a critical one that was not asked for is a reason, outside of TLS too', async () => {
  const project = copyOf(made('node'));
  project.write(MANIFEST.replace(/ {4}extensions: \{ 1\.3.*99999\.11.*\n/, ''));
  const { reasons } = await project.change('certificates/badge');
  expect(reasons.map(({ text }) => text).join()).toContain(`${OID}.11 is critical`);
});

it('one that is taken away stays, and its loss is announced', async () => {
  const project = copyOf(made('node'));
  project.write(MANIFEST.replace(/ {6}1\.3\.6\.1\.4\.1\.99999\.9.*\n/, ''));
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const less = MANIFEST.replace(/ {6}1\.3\.6\.1\.4\.1\.99999\.9.*\n/, '');
  project.write(
    less.replace('    issuer: root\n', '    issuer: root\n    san: [api.example.test, b.example.test]\n'),
  );
  const { stdout } = await project.pki(['plan']);
  expect(stdout).toMatch(new RegExp(`(loses|without|drops|extension).*${OID.replaceAll('.', '\\.')}\\.9`));
  expect(stdout).not.toContain(`${OID}.7`);
});
