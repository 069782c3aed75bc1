/** Files under a password: what is in them, and passwords with which they are not made. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { SealedArtifact } from '../../src/pki/seal.ts';
import type { Work } from '../../src/plan/change.ts';
import { sealedRule } from '../../src/plan/sealed.ts';
import { writeObjects } from '../../src/run/objects.ts';
import type { Run } from '../../src/run/run.ts';
import { writeSealed } from '../../src/run/sealed.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { StepError } from '../../src/store/step-error.ts';
import { aChange, anAuthority, aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const PROMPT = { kind: 'prompt', label: null } as const;
const SEAL = { password: PROMPT, encryption: 'modern' } as const;
const ROOT = anAuthority({ name: 'root' });
const root = smallCertificate('root');
const own = smallCertificate('api', { issuer: root, isAuthority: false });

const withSeal = (artifact: SealedArtifact, given: object = {}): Entity =>
  aServer({ name: 'api', seals: { [artifact]: { ...SEAL, ...given } } });
const writes = (...artifacts: readonly string[]): Work =>
  aChange({ id: 'servers/api', action: 'refresh', writes: artifacts } as never) as never;

/** A run in which everything is in its place. */
function aRun(password: string | null, key = keyPem(own.key)) {
  const secrets = new Secrets('/nowhere', { output: '.' });
  if (password !== null) secrets.settle(PROMPT, { ok: true, value: password });
  const written: { of: string; artifact: string; bytes: Buffer; mode: string }[] = [];
  const published = {
    key: () => Buffer.from(key),
    certificate: (of: string) => ({ pem: of === ROOT.id ? root.pem : own.pem }),
    earlier: () => '',
    cross: () => '',
  };
  const staging = {
    write: (of: string, artifact: string, bytes: string | Buffer, mode: number) =>
      written.push({ of, artifact, bytes: Buffer.from(bytes), mode: mode.toString(8) }),
  };
  const api = aServer({ name: 'api' });
  const byId = new Map([ROOT, api].map((entity) => [entity.id, entity as Entity]));
  return { run: { staging, published, byId, reader: new Reader(secrets) } as never as Run, written };
}

/** What is in the file, as who knows the password sees it; or the cause of what is thrown. */
function sealed(
  artifact: SealedArtifact,
  password: string | null,
  entity = withSeal(artifact),
  key?: string,
) {
  const { run, written } = aRun(password, key);
  try {
    writeSealed(run, entity, writes('csr', artifact));
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return error.cause;
  }
  expect(written).toMatchObject([{ of: 'servers/api', artifact, mode: expect.any(String) }]);
  return sealedRule(artifact).open(written[0]?.bytes ?? Buffer.of(), password ?? '');
}

describe('a file under a password', () => {
  it.each<[SealedArtifact, string, number]>([
    ['pkcs12', 'any character: é日', 3],
    ['truststore', ' ~aZ09!', 2],
    ['keystore-jks', 'any character: é日', 3],
    ['truststore-jks', 'any character: é日', 2],
  ])('opens by it, and by no other: %s', (artifact, password, size) => {
    const { run, written } = aRun(password);
    writeSealed(run, withSeal(artifact, { name: 'shown' }), writes('csr', artifact));
    expect(written).toMatchObject([{ of: 'servers/api', artifact }]);
    const opened = (by: string) => sealedRule(artifact).open(written[0]?.bytes ?? Buffer.of(), by);
    expect([opened(password)?.length, opened('other')]).toEqual([size, null]);
    if (size === 3) expect(String(opened(password))).toContain('shown');
  });

  it.each<[SealedArtifact, readonly [what: string, isNamed: boolean][]]>([
    [
      'pkcs12',
      [
        ['PRIVATE KEY', true],
        ['CERTIFICATE', true],
      ],
    ],
    [
      'keystore',
      [
        ['PRIVATE KEY', true],
        ['CERTIFICATE', true],
      ],
    ],
    ['truststore', [['CERTIFICATE', false]]],
  ])('says which certificate is that of the key: %s', (artifact, expected) => {
    const { run, written } = aRun('x');
    writeSealed(run, withSeal(artifact, { name: 'shown' }), writes('csr', artifact));
    const path = join(temporaryFolder(), 'file.p12');
    writeFileSync(path, written[0]?.bytes ?? '');
    const text = opensslSync(['pkcs12', '-in', path, '-passin', 'pass:x', '-nodes'], '/');
    const bags = text.split(/^Bag Attributes/m).slice(1);
    const seen = bags.map((bag) => [
      /BEGIN (.*?)-/.exec(bag)?.[1],
      /localKeyID: ([0-9A-F ]+)/.exec(bag)?.[1],
    ]);
    const named = new Set(seen.flatMap(([, id]) => (id === undefined ? [] : [id])));
    expect(named.size).toBe(expected.some(([, isNamed]) => isNamed) ? 1 : 0);
    expect(seen.map(([what, id]) => `${what} ${id !== undefined}`).sort()).toEqual(
      expected.map(([what, isNamed]) => `${what} ${isNamed}`).sort(),
    );
  });

  it('holds the key as PKCS#8, whatever form it has in its file', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const as = (type: 'sec1' | 'pkcs8') =>
      sealed(
        'keystore-jks',
        'x',
        withSeal('keystore-jks'),
        String(privateKey.export({ format: 'pem', type })),
      );
    expect(as('sec1')).toHaveLength(3);
    expect(as('sec1')).toEqual(as('pkcs8'));
  });
});

describe('a password', () => {
  const refused = (kind: string) => ({ kind: 'no-secret', source: 'prompt', fault: { kind } });

  it.each(['é', '日', '\u007f', '\t'])(
    'with a character that Java does not take closes no PKCS#12 for it: %j',
    (text) => {
      for (const artifact of ['keystore', 'truststore'] as const)
        expect(sealed(artifact, `secret${text}`)).toEqual(refused('not-for-java'));
      expect(sealed('keystore-jks', `secret${text}`)).toHaveLength(3);
    },
  );

  it('that is not to be had closes none', () => {
    expect(sealed('pkcs12', null)).toEqual(refused('waits'));
    const { run } = aRun('x');
    const without = { ...run, reader: new Reader() } as Run;
    expect(() => writeSealed(without, withSeal('pkcs12'), writes('pkcs12'))).toThrow(
      'no password: "prompt" is not set',
    );
  });

  it('has to be in the manifest', () => {
    const { run } = aRun('x');
    expect(() => writeSealed(run, aServer({ name: 'api' }), writes('pkcs12'))).toThrow(
      new Error('Internal error: servers/api has no seal for pkcs12'),
    );
  });
});

it('objects of Kubernetes are written with their modes, without entries that would be empty', () => {
  const { run, written } = aRun(null);
  writeObjects(run, aServer({ name: 'api' }), writes('csr', 'secret', 'bundle'));
  expect(written.map(({ artifact, mode }) => [artifact, mode])).toEqual([
    ['secret', '600'],
    ['bundle', '644'],
  ]);
  const [secret, bundle] = written.map(({ bytes }) => bytes.toString());
  expect(secret).toContain(`tls.crt: ${Buffer.from(own.pem).toString('base64')}`);
  expect(secret).toContain(`ca.crt: ${Buffer.from(root.pem).toString('base64')}`);
  expect(bundle).toContain('kind: ConfigMap');
  const none = aRun(null);
  writeObjects(none.run, aServer({ name: 'api', trust: [] }), writes('secret'));
  expect(none.written[0]?.bytes.toString()).not.toContain('ca.crt');
});
