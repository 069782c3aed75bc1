/** Answers by what the files say at that moment: where they change, and where they change into something that cannot sign. */
import { readdirSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { applyInventory } from '../../src/run/apply.ts';
import { OcspDesk } from '../../src/run/ocsp-desk.ts';
import type { OcspFault } from '../../src/words/ocsp.ts';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { encodeCertId, encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { ocspFacts } from '../../src/x509/ocsp-response.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import { anAuthority, anInventory, aServer, DAY, OCSP } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'root', ocsp: OCSP } as never);
const API = aServer({ name: 'api' });
const SUB = anAuthority({
  name: 'sub',
  issuer: ROOT.id,
  trust: [ROOT.id],
  validity: 900 * DAY,
  ocsp: OCSP,
} as never);
const given = {
  issuer: SUB.id,
  trust: [ROOT.id],
  extendedKeyUsage: ['OCSPSigning'],
  validity: 90 * DAY,
} as const;
const RESPONDER = aServer({ name: 'responder', ...given });
const ALL = anInventory(ROOT, API, SUB, RESPONDER);
const root = memoryFolder();
const temporary = memoryFolder();
const before = process.env['TMPDIR'];
const now = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => now, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root, ...options, consents: new Set() });
  process.env['TMPDIR'] = temporary;
});
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
});

let desk: OcspDesk;
let faults: OcspFault[];
let time: number;
beforeEach(async () => {
  [faults, time] = [[], now];
  const options = {
    root,
    binary: 'openssl',
    clock: () => time,
    onFault: (one: OcspFault) => faults.push(one),
  };
  const opened = await OcspDesk.open(ALL, options);
  if (!opened.ok) throw new Error(JSON.stringify(opened.faults));
  desk = opened.desk;
});
afterEach(async () => {
  await desk.close();
  expect(readdirSync(temporary)).toEqual([]);
});

const der = (id: string) => certificateDer(readFileSync(join(root, id, 'cert.pem')));
const request = (serial = certificateFacts(der(API.id)).serial): Buffer => {
  const issuer = {
    subjectDer: certificateFacts(der(ROOT.id)).subjectDer,
    spki: certificateSpki(der(ROOT.id)),
  };
  return encodeOcspRequest(encodeCertId(issuer, serial));
};
/** The status of the one certificate, or the error. */
async function answered(asked = request()): Promise<unknown> {
  const answer = await desk.answer(asked);
  if (answer.length === 5) return answer.toString('hex');
  const { status, nextUpdate } = ocspFacts(answer) as { status: { kind: string }; nextUpdate: number };
  return [status.kind, Math.round((nextUpdate - now) / DAY)];
}
const GOOD = ['good', 2];
const key = join(root, ROOT.id, 'key.pem');

it('a certificate is good, and a number that none has is unknown', async () => {
  expect(desk.answers.map(({ authority }) => authority.id)).toEqual([ROOT.id, SUB.id]);
  expect([await answered(), await answered(request('05'))]).toEqual([GOOD, ['unknown', 2]]);
  expect(await answered(Buffer.from('nonsense'))).toBe('30030a0101');
  expect(faults).toEqual([]);
});

it.each([
  ['the authority', `${ROOT.id}/key.pem`],
  ['another authority', `${SUB.id}/cert.pem`],
  ['a responder', `${RESPONDER.id}/key.pem`],
  ['no one, but the ledger', '.pki/ledger.jsonl'],
])('files that are the same are not read again, and others are: of %s', async (_, path) => {
  const changes = join(root, path);
  expect(await answered()).toEqual(GOOD);
  const folder = readdirSync(temporary);
  expect(await answered()).toEqual(GOOD);
  expect(readdirSync(temporary)).toEqual(folder);
  utimesSync(changes, now, now - 60);
  expect(await answered()).toEqual(GOOD);
  expect(readdirSync(temporary)).toHaveLength(2);
  expect(readdirSync(temporary)).not.toEqual(folder);
});

it('where the new files cannot sign, those before go on, and that is said once', async () => {
  renameSync(key, `${key}.away`);
  try {
    expect([await answered(), await answered()]).toEqual([GOOD, GOOD]);
    expect(faults).toEqual([{ kind: 'missing', signer: ROOT.id, file: 'key' }]);
  } finally {
    renameSync(`${key}.away`, key);
  }
  expect(await answered()).toEqual(GOOD);
  expect(faults).toHaveLength(1);
});

it('after the end of the signer there is none, but a later one may be', async () => {
  time = now + 3650 * DAY;
  expect(await answered()).toBe('30030a0103');
  expect(faults).toEqual([{ kind: 'ended', signer: ROOT.id }]);
});

it('where one cannot sign from the beginning, nothing is opened', async () => {
  const options = { root, clock: () => now, onFault: () => undefined };
  const opened = await OcspDesk.open(ALL, { ...options, binary: join(root, 'none') });
  expect(opened).toMatchObject({
    ok: false,
    faults: [ROOT, SUB].map(({ id }) => ({ kind: 'openssl', authority: id })),
  });
  renameSync(key, `${key}.away`);
  try {
    const without = await OcspDesk.open(ALL, { ...options, binary: 'openssl' });
    expect(without).toEqual({ ok: false, faults: [{ kind: 'missing', signer: ROOT.id, file: 'key' }] });
  } finally {
    renameSync(`${key}.away`, key);
  }
  expect(readdirSync(temporary)).toHaveLength(2);
});
