/** A certificate for a key that is elsewhere: written here, signed by a call of openssl. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { certifyGiven } from '../../src/engine/given-key.ts';
import { signatureCommand } from '../../src/openssl/signature.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { StepError } from '../../src/store/step-error.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { certificateDer, parseCertificate } from '../../src/x509/parse.ts';
import { isSignedBy } from '../../src/x509/rollover.ts';
import { anAuthority, anInventory, aServer, DAY, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { smallCertificate, smallKey } from '../helpers/small-certificates.ts';

const ROOT = anAuthority({ key: { algorithm: 'ecdsa', curve: 'P-384' } });
const API = aServer({ name: 'api' });
const byId = byIdOf([ROOT, API]);
const KEY = { kind: 'file', of: ROOT.id, isNew: false } as const;
const THEIRS = smallKey();
const root = memoryFolder();
const read = (name: string) => readFileSync(join(root, ROOT.id, name));

beforeAll(async () => {
  const options = { root, binary: 'openssl', clock: () => NOW, processes: 1, engine: 'node' } as const;
  await applyInventory(anInventory(ROOT), { ...options, consents: new Set() });
});

/** What is called, read and written. @param given of the make. */
async function certified(given: object = {}, issuer: Buffer = read('cert.pem')) {
  const did: unknown[] = [];
  let text = '';
  const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  const by = { kind: 'authority', id: ROOT.id, key: KEY };
  const make = { op: 'sign', of: API.id, by, issuance, to: 'cert', ...given } as never;
  const spki = Buffer.from(THEIRS.spki).toString('hex');
  const tools = {
    byId,
    run: 'r1',
    files: {
      readCopy: (...asked: readonly unknown[]) => {
        did.push(['read', ...asked]);
        return issuer;
      },
      write: (of: string, to: string, pem: string, mode: number) => {
        did.push(['write', of, to, mode]);
        text = pem;
      },
    },
    databases: {
      exchange: async (der: Uint8Array, work: (from: string, to: string) => Promise<void>) => {
        await work('IN', 'OUT');
        return sign('sha384', der, createPrivateKey(read('key.pem')));
      },
    },
    call: (command: unknown) => Promise.resolve(void did.push(command)),
  };
  await certifyGiven(make, { kind: 'given', spki } as never, tools as never);
  return { did, text };
}

it('is signed by the key of the issuer, as that signs', async () => {
  const { did, text } = await certified();
  const files = { from: 'IN', to: 'OUT', byId, run: 'r1' };
  expect(did).toEqual([
    ['read', ROOT.id, 'cert', 'current'],
    signatureCommand({ digest: 'sha384', isPss: false }, KEY, files),
    ['write', API.id, 'cert', 0o644],
  ]);
  const made = certificateDer(Buffer.from(text));
  expect(isSignedBy(made, certificateDer(read('cert.pem')))).toBe(true);
  expect(Buffer.from(certificateSpki(made))).toEqual(Buffer.from(THEIRS.spki));
  const facts = parseCertificate(Buffer.from(text));
  expect(facts).toMatchObject({ subject: API.subject, notBefore: NOW, notAfter: NOW + DAY });
  expect(facts.signature).toBe('ecdsa-with-SHA384');
});

it('is signed as a former key does, where that signs', async () => {
  const { did } = await certified({ signedWith: 'ecdsa-p256' });
  const files = { from: 'IN', to: 'OUT', byId, run: 'r1' };
  expect(did[1]).toEqual(signatureCommand({ digest: 'sha256', isPss: false }, KEY, files));
});

it('has a number of its own each time', async () => {
  const numbers = await Promise.all([certified(), certified()]);
  expect(new Set(numbers.map(({ text }) => parseCertificate(Buffer.from(text)).serial)).size).toBe(2);
});

it('is not made where the issuer does not say which key it has, or there is none', async () => {
  const bare = Buffer.from(smallCertificate('root').pem);
  const fault = await certified({}, bare).catch((error) => error);
  expect(fault).toBeInstanceOf(StepError);
  expect(fault.cause).toEqual({ kind: 'unidentified-issuer' });
  await expect(certified({ by: { kind: 'self', key: KEY } })).rejects.toThrow(
    'servers/api signs itself with a key that is elsewhere',
  );
});
