/** Answers of another machine: which files are answers, which are taken, and why the others are not. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ARTIFACTS } from '../../src/pki/artifact.ts';
import type { EndEntity, Entity, EntityId } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { answerName, answersIn } from '../../src/run/answers.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import type { TestKey } from '../helpers/certificate-der.ts';
import { anAuthority, anInventory, aServer, keyFacts, observed, present } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const WEB = aServer({ name: 'web' });
const root = smallCertificate('root');
const leaf = smallCertificate('api', { issuer: root, isAuthority: false });
const LEAF = parseCertificate(Buffer.from(leaf.pem));

let folder: string;
let stick: string;
beforeEach(() => {
  folder = memoryFolder();
  stick = memoryFolder();
  mkdirSync(join(folder, '.pki'), { mode: 0o700 });
});

const OUTGOING = '.pki/outgoing/servers.api';

/** What was kept of a request, and a key that was made for it. */
function asked({ csr = 'x', key }: { csr?: string; key?: string } = {}): void {
  mkdirSync(join(folder, OUTGOING), { recursive: true, mode: 0o700 });
  const times = { notBefore: 0, notAfter: 1, newKey: key !== undefined };
  writeFileSync(join(folder, OUTGOING, 'asked.json'), JSON.stringify(times), { mode: 0o600 });
  writeFileSync(join(folder, OUTGOING, ARTIFACTS.csr.file), csr, { mode: 0o600 });
  if (key !== undefined) writeFileSync(join(folder, OUTGOING, ARTIFACTS.key.file), key, { mode: 0o600 });
}

/** What is made of these files. @param seen of the server. */
async function answered(
  files: Readonly<Record<string, string>>,
  seen: Partial<EntityObservation> = {},
  given: {
    readonly entity?: Entity;
    readonly seen?: readonly (readonly [EntityId, EntityObservation])[];
  } = {},
) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(stick, name), text);
  using output = await OutputFolder.open(folder);
  const observation = { entities: new Map(given.seen ?? [[API.id, observed(seen)]]), orphans: [] };
  const inventory = anInventory(ROOT, given.entity ?? API, WEB);
  const { taken, refused } = answersIn(stick, { output, inventory, observation, reader: new Reader() });
  return { taken: [...taken.keys()], refused };
}

const NAME = 'servers.api.cert.pem';

it('an answer is named after its entity', () => {
  expect([answerName(API.id), answerName(ROOT.id)]).toEqual([NAME, 'authorities.root.cert.pem']);
});

describe('a folder', () => {
  it('without any answer is not one that was meant', async () => {
    const fault = { kind: 'exchange', path: stick, fault: { kind: 'no-answers' } };
    for (const name of ['servers.other.cert.pem', 'servers.api.csr.pem', 'api.cert.pem'])
      await expect(answered({ [name]: leaf.pem })).rejects.toMatchObject({ cause: fault });
  });

  it('has each in the order of the manifest', async () => {
    const { refused } = await answered({
      'servers.web.cert.pem': 'x',
      [NAME]: 'x',
      'authorities.root.cert.pem': 'x',
    });
    expect(refused.map(({ entity }) => entity)).toEqual([ROOT.id, API.id, WEB.id]);
  });
});

describe('a certificate is not taken', () => {
  const why = async (text: string, seen: Partial<EntityObservation> = {}) =>
    (await answered({ [NAME]: text }, seen)).refused.map((one) => one.why);

  it('where nothing was asked for', async () => {
    expect(await why(leaf.pem)).toEqual([{ kind: 'not-asked' }]);
    const other = smallCertificate('api', { issuer: root });
    expect(await why(other.pem, { cert: present(LEAF) })).toEqual([{ kind: 'not-asked' }]);
  });

  it('where it is none', async () => {
    asked();
    expect(await why('x')).toEqual([{ kind: 'garbage', detail: expect.any(String) }]);
  });

  it('where the certificate of its issuer is not there to judge it', async () => {
    asked();
    const objections = [{ kind: 'certificate-signature' }];
    expect(await why(leaf.pem)).toEqual([{ kind: 'other', objections }]);
  });
});

describe('the key of a certificate', () => {
  const closed = (key: TestKey): string =>
    String(key.key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' }));
  const other = smallCertificate('other');
  const LOCKED = { passphrase: { kind: 'prompt', label: null } } as const;
  const TOKEN = { token: { uri: 'pkcs11:object=api', pin: LOCKED.passphrase } } as const;
  const here = present({ ...keyFacts('api'), keyId: LEAF.keyId });

  async function requestOf({ key }: TestKey): Promise<string> {
    writeFileSync(join(folder, 'key'), key.export({ format: 'pem', type: 'pkcs8' }));
    return await openssl(['req', '-new', '-key', join(folder, 'key'), '-subj', '/CN=api']);
  }

  /** What is wrong with the server's certificate, by kind. @param made the key that was made for it. */
  async function wrong(entity: EndEntity, requested: TestKey, key: EntityObservation['key'], made?: string) {
    asked({ csr: await requestOf(requested), ...(made === undefined ? {} : { key: made }) });
    mkdirSync(join(folder, ROOT.id), { recursive: true });
    writeFileSync(join(folder, ROOT.id, 'cert.pem'), root.pem);
    const seen = [
      [ROOT.id, observed({ cert: present(parseCertificate(Buffer.from(root.pem))) })],
      [entity.id, observed({ key })],
    ] as const;
    const { refused } = await answered({ [NAME]: leaf.pem }, {}, { entity, seen });
    const objections = refused.flatMap<{ readonly kind: string }>(({ why }) =>
      why.kind === 'other' ? why.objections : [why],
    );
    return objections.filter(({ kind }) => kind.endsWith('-key'));
  }

  const MISSING = { state: 'missing' } as const;
  const OTHER = [{ kind: 'certificate-key' }];
  const REQUEST_KEY = { kind: 'request-key' };
  it.each<[what: string, ...Parameters<typeof wrong>, found: readonly object[]]>([
    ['in its place', API, leaf.key, here, undefined, []],
    ['another in its place', API, leaf.key, present(keyFacts('other')), undefined, [REQUEST_KEY, ...OTHER]],
    ['no longer there', API, leaf.key, MISSING, undefined, OTHER],
    ['on a token', { ...API, ...TOKEN }, leaf.key, MISSING, undefined, []],
    ['on a token, of another request', { ...API, ...TOKEN }, other.key, MISSING, undefined, OTHER],
    ['made for it', API, leaf.key, MISSING, keyPem(leaf.key), []],
    ['made for another', API, other.key, here, keyPem(other.key), OTHER],
    ['under a passphrase that is not there', { ...API, ...LOCKED }, leaf.key, MISSING, closed(leaf.key), []],
    ['the same, of another request', { ...API, ...LOCKED }, other.key, MISSING, closed(other.key), OTHER],
  ])('%s', async (_, entity, requested, key, made, found) => {
    expect(await wrong(entity, requested, key, made)).toEqual(found);
  });
});

describe('a certificate that is in its place already', () => {
  const key = present({ ...keyFacts('api'), keyId: LEAF.keyId });
  const NOTHING = { taken: [], refused: [] };

  it('is neither taken nor refused, and what was kept for it goes', async () => {
    asked();
    expect(await answered({ [NAME]: leaf.pem }, { cert: present(LEAF), key })).toEqual(NOTHING);
    expect(existsSync(join(folder, OUTGOING))).toBe(false);
    expect(await answered({ [NAME]: leaf.pem }, { cert: present(LEAF), key })).toEqual(NOTHING);
  });

  it.each([
    ['another key', present(keyFacts('other'))],
    ['no key', { state: 'missing' } as const],
  ])('beside %s still waits for its own', async (_, beside) => {
    asked();
    expect(await answered({ [NAME]: leaf.pem }, { cert: present(LEAF), key: beside })).toEqual(NOTHING);
    expect(existsSync(join(folder, OUTGOING))).toBe(true);
  });
});
