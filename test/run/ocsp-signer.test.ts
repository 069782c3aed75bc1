/** Who signs the responses of an authority: the first that can, and of no one that can the first reason. And what a signer leaves. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EndEntity, Entity } from '../../src/pki/entity.ts';
import { entityFolder } from '../../src/pki/files.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { findSigner, OcspSigner, type SignerFiles, type SignerSource } from '../../src/run/ocsp-signer.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  DAY,
  keyFacts,
  NOW,
  OCSP,
  observed,
  present,
} from '../helpers/entities.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';
import { keyPem, type SmallCertificate, smallCertificate } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const AUTHORITY = { ...anAuthority({ name: 'ca' }), ocsp: OCSP };
const END = NOW + DAY;

const responder = (name: string, more: Partial<EndEntity> = {}): EndEntity =>
  aServer({ name, issuer: AUTHORITY.id, extendedKeyUsage: ['OCSPSigning'], ...more });
const [ONE, TWO] = [responder('one'), responder('two')];
const LEAF = smallCertificate('leaf', { issuer: CA, isAuthority: false });

/** What is seen of one whose files are as they should be; of leaves, with the purpose. */
function seenOf({ pem }: SmallCertificate, isLeaf: boolean): EntityObservation {
  const facts = parseCertificate(Buffer.from(pem));
  const extendedKeyUsage = { critical: false, value: ['OCSPSigning'] };
  const extensions = isLeaf ? { ...facts.extensions, extendedKeyUsage } : facts.extensions;
  const key = { ...keyFacts('any'), keyId: facts.keyId };
  const signedBy = parseCertificate(Buffer.from(CA.pem)).keyId;
  return observed({ cert: present({ ...facts, extensions } as typeof facts), key: present(key), signedBy });
}

const SEEN = seenOf(LEAF, true);
const CERT = SEEN.cert.state === 'present' ? SEEN.cert.facts : undefined;

interface Given {
  readonly authority?: typeof AUTHORITY;
  readonly entities?: readonly Entity[];
  /** What is seen of them, where that is not as it should be. */
  readonly seen?: Readonly<Record<string, Partial<EntityObservation>>>;
  /** Other texts of files, by path; `null`: it is gone since it was seen. */
  readonly files?: Readonly<Record<string, string | null>>;
}

function write(root: string, files: Readonly<Record<string, string | null>>): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function found({ authority = AUTHORITY, entities = [], seen = {}, files = {} }: Given, now = NOW) {
  const all = [authority, ...entities];
  const root = memoryFolder();
  for (const entity of all) {
    const { pem, key } = entity.kind === 'authority' ? CA : LEAF;
    const own = { 'cert.pem': pem, 'key.pem': keyPem(key) };
    const placed = Object.entries(own).map(([name, text]) => [`${entityFolder(entity)}/${name}`, text]);
    write(root, { ...Object.fromEntries(placed), ...gone(placed, files) });
  }
  write(root, files);
  const observations = all.map((entity) => {
    const isLeaf = entity.kind !== 'authority';
    return [entity.id, { ...seenOf(isLeaf ? LEAF : CA, isLeaf), ...seen[entity.id] }] as const;
  });
  const secrets = new Secrets(root, anInventory(...all));
  const observation = { entities: new Map(observations) } as never;
  const source: SignerSource = { root, entities: all, observation, secrets };
  return findSigner(authority, source, now);
}

function gone(placed: readonly (readonly string[])[], files: Readonly<Record<string, string | null>>) {
  return Object.fromEntries(placed.flatMap(([path = '']) => (path in files ? [[path, null]] : [])));
}

/** Who signs, or why no one does. */
function signerOf(given: Given, now = NOW): unknown {
  const one = found(given, now);
  return one.ok ? one.files.signer.id : one.fault;
}

describe('the signer', () => {
  it('is the authority, and what signs is in its files', () => {
    const one = found({});
    if (!one.ok) throw new Error(one.fault.kind);
    const { signer, certificate, issuer, ca, cert, key, passphrase } = one.files;
    expect([signer.id, passphrase, key.toString()]).toEqual([AUTHORITY.id, null, keyPem(CA.key)]);
    expect([ca, cert]).toEqual([CA.pem, CA.pem]);
    expect([issuer.facts.keyId, issuer.spki]).toEqual([certificate.keyId, CA.key.spki]);
  });

  it.each<[string, Given, string]>([
    ['a responder, rather than the authority', { entities: [ONE] }, ONE.id],
    ['the first of two', { entities: [ONE, TWO] }, ONE.id],
    ['the one that can', { entities: [ONE, TWO], seen: { [ONE.id]: { key: { state: 'missing' } } } }, TWO.id],
    [
      'the authority, beside others',
      { entities: [aServer({ name: 'api', issuer: AUTHORITY.id })] },
      AUTHORITY.id,
    ],
    [
      'the authority, for a revoked one',
      { entities: [responder('x', { revoked: {} as never })] },
      AUTHORITY.id,
    ],
    ['the authority, whatever key signed it', { seen: { [AUTHORITY.id]: { signedBy: null } } }, AUTHORITY.id],
    [
      'a responder, for a key that is elsewhere',
      { authority: { ...AUTHORITY, keyPlace: 'kms' } as never, entities: [ONE] },
      ONE.id,
    ],
  ])('is %s', (_, given, id) => expect(signerOf(given)).toBe(id));

  it('has its own certificate, and that of the authority', () => {
    const one = found({ entities: [ONE] });
    if (!one.ok) throw new Error(one.fault.kind);
    const { ca, cert, key, issuer, certificate } = one.files;
    expect([ca, cert, key.toString()]).toEqual([CA.pem, LEAF.pem, keyPem(LEAF.key)]);
    expect([issuer.spki, certificate.keyId]).toEqual([CA.key.spki, CERT?.keyId]);
  });
});

describe('no one signs', () => {
  const one = (seen: Partial<EntityObservation>): Given => ({ entities: [ONE], seen: { [ONE.id]: seen } });
  const own = (seen: Partial<EntityObservation>): Given => ({ seen: { [AUTHORITY.id]: seen } });
  const missing = (signer: string, file: string) => ({ kind: 'missing', signer, file });
  const path = (file: string) => ({ [`${entityFolder(ONE)}/${file}`]: null });
  const GONE = { state: 'missing' } as const;
  const purposes = (...value: readonly string[]) =>
    present({ ...CERT, extensions: { extendedKeyUsage: { critical: false, value } } } as never);

  it.each<[string, Given, unknown]>([
    [
      'where the key is elsewhere',
      { authority: { ...AUTHORITY, keyPlace: 'kms' } as never },
      { kind: 'key-elsewhere', authority: AUTHORITY.id },
    ],
    [
      'without a certificate of the authority',
      { entities: [ONE], ...own({ cert: GONE }) },
      missing(AUTHORITY.id, 'cert'),
    ],
    ['without one of the responder', one({ cert: GONE }), missing(ONE.id, 'cert')],
    ['without its key', one({ key: GONE }), missing(ONE.id, 'key')],
    [
      'with a key that is closed',
      one({ key: { state: 'encrypted' } as never }),
      { kind: 'closed', signer: ONE.id },
    ],
    ['with the key of another', one({ key: present(keyFacts('x')) }), { kind: 'other-key', signer: ONE.id }],
    ['with one that another authority signed', one({ signedBy: 'x' }), { kind: 'other-key', signer: ONE.id }],
    [
      'with the key of another authority',
      own({ key: present(keyFacts('x')) }),
      { kind: 'other-key', signer: AUTHORITY.id },
    ],
    ['without the purpose', one({ cert: purposes('serverAuth') }), { kind: 'unsuited', signer: ONE.id }],
    ['without any purpose', one({ cert: purposes() }), { kind: 'unsuited', signer: ONE.id }],
    [
      'of two, for the reason of the first',
      { entities: [ONE, TWO], seen: { [ONE.id]: { cert: GONE }, [TWO.id]: { key: GONE } } },
      missing(ONE.id, 'cert'),
    ],
    [
      'where its certificate went meanwhile',
      { entities: [ONE], files: path('cert.pem') },
      missing(ONE.id, 'cert'),
    ],
    ['where its key went meanwhile', { entities: [ONE], files: path('key.pem') }, missing(ONE.id, 'key')],
    [
      'where that of the authority went meanwhile',
      { entities: [ONE], files: { [`${entityFolder(AUTHORITY)}/cert.pem`]: null } },
      missing(AUTHORITY.id, 'cert'),
    ],
  ])('%s', (_, given, fault) => expect(signerOf(given)).toEqual(fault));

  it.each<[string, number, unknown]>([
    ['before it begins', NOW - 1, { kind: 'ended', signer: ONE.id }],
    ['in its last minutes', END - 299, { kind: 'ended', signer: ONE.id }],
    ['but from its beginning', NOW, ONE.id],
    ['but up to five minutes before its end', END - 300, ONE.id],
  ])('%s', (_, now, expected) => expect(signerOf({ entities: [ONE] }, now)).toEqual(expected));
});

describe('a key under a passphrase', () => {
  const source = (name: string) => ({ kind: 'env', name }) as const;
  const NAMES = ['OCSP_NEW', 'OCSP_OLD'] as const;
  const closed = (passphrase: string): string =>
    String(LEAF.key.key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase }));
  const [NEW, OLD] = NAMES;
  const locked = responder('one', { passphrase: source(NEW), previousPassphrase: source(OLD) });

  afterEach(() => {
    for (const name of NAMES) delete process.env[name];
  });

  it.each<[string, Partial<Record<string, string>>, unknown]>([
    ['is opened by it', { [NEW]: 'first' }, 'first'],
    ['is opened by the one before', { [NEW]: 'next', [OLD]: 'first' }, 'first'],
    ['stays closed by another', { [NEW]: 'next', [OLD]: 'second' }, { kind: 'closed', signer: ONE.id }],
    ['stays closed without any', {}, { kind: 'closed', signer: ONE.id }],
  ])('%s', (_, env, expected) => {
    Object.assign(process.env, env);
    const one = found({ entities: [locked], files: { [`${entityFolder(ONE)}/key.pem`]: closed('first') } });
    expect(one.ok ? one.files.passphrase : one.fault).toEqual(expected);
  });
});

describe('the folder of a signer', () => {
  const tmp = process.env['TMPDIR'];
  afterEach(() => {
    if (tmp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = tmp;
  });

  async function opened(binary: string) {
    const place = memoryFolder();
    process.env['TMPDIR'] = place;
    const one = found({ entities: [ONE] });
    if (!one.ok) throw new Error(one.fault.kind);
    const signer = await OcspSigner.open(one.files, { binary });
    return { signer, files: one.files, folder: join(place, readdirSync(place)[0] ?? ''), place };
  }
  const QUESTION = { request: Buffer.of(1), statuses: [], minutes: 1 } as const;

  it('is for its owner alone, holds three files, and goes when it is closed', async () => {
    const { signer, files, folder, place } = await opened('openssl');
    const held = readdirSync(folder)
      .sort()
      .map((name) => {
        const path = join(folder, name);
        return [name, (statSync(path).mode & 0o777).toString(8), readFileSync(path, 'utf8')];
      });
    expect(held).toEqual([
      ['ca.pem', '600', files.ca],
      ['signer.key', '600', files.key.toString()],
      ['signer.pem', '600', files.cert],
    ]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await signer.close();
    expect(readdirSync(place)).toEqual([]);
  });

  it('holds nothing of a call that has ended, and is there until the last has', async () => {
    const { signer, folder, place } = await opened('true');
    await expect(signer.sign(QUESTION)).rejects.toThrow('openssl wrote no response');
    expect(readdirSync(folder)).toHaveLength(3);
    const last = signer.sign(QUESTION).catch((error: Error) => [error.message, readdirSync(place).length]);
    await signer.close();
    expect([await last, readdirSync(place)]).toEqual([['openssl wrote no response', 1], []]);
  });

  it.each<[who: string, signers: readonly Entity[], isOwn: boolean]>([
    ['the authority itself, whose certificate clients have', [], true],
    ['another, which shows its certificate', [ONE], false],
  ])('by %s', async (_, entities, isOwn) => {
    const log = join(temporaryFolder(), 'openssl');
    writeFileSync(log, '#!/bin/sh\necho "$*" >"$0.asked"\n', { mode: 0o755 });
    const one = found({ entities });
    if (!one.ok) throw new Error(one.fault.kind);
    const signer = await OcspSigner.open(one.files, { binary: log });
    await expect(signer.sign({ ...QUESTION, minutes: 7 })).rejects.toThrow('openssl wrote no response');
    await signer.close();
    const asked = readFileSync(`${log}.asked`, 'utf8').trim().split(' ');
    expect([asked[0], asked.includes('-resp_no_certs'), asked.includes('-passin')]).toEqual([
      'ocsp',
      isOwn,
      false,
    ]);
    expect(asked.slice(-6)).toEqual(['-nmin', '7', '-reqin', '0.request', '-respout', '0.response']);
  });

  it('goes where it cannot be filled', async () => {
    const place = memoryFolder();
    process.env['TMPDIR'] = place;
    const files = { ca: 'x', cert: 'x', key: null } as never as SignerFiles;
    await expect(OcspSigner.open(files, { binary: 'openssl' })).rejects.toThrow();
    expect(readdirSync(place)).toEqual([]);
  });
});
