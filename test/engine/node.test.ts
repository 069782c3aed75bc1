/** What node is asked for and cannot make: an error with a cause, before anything is written. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { NodeEngine } from '../../src/engine/node.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Make } from '../../src/plan/make.ts';
import { encodeTbsCertificate } from '../../src/x509/certificate-write.ts';
import { nameDer } from '../../src/x509/name.ts';
import { pemText } from '../../src/x509/pem.ts';
import { encodeSigned, signatureAlgorithm, signingBy } from '../../src/x509/signature-write.ts';
import { anAuthority, aServer, DAY, NOW } from '../helpers/entities.ts';

const ROOT = anAuthority({ key: { algorithm: 'ed25519' } });
const SERVER = aServer();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** A root without extensions, as old tools made them. */
function bareCertificate(): string {
  const algorithm = signatureAlgorithm(signingBy('ed25519'));
  if (algorithm === undefined) throw new Error('no algorithm');
  const name = Buffer.from(nameDer(ROOT.subject), 'hex');
  const tbs = encodeTbsCertificate({
    serial: Buffer.from([1]),
    algorithm,
    issuer: name,
    notBefore: NOW,
    notAfter: NOW + DAY,
    subject: name,
    spki: publicKey.export({ format: 'der', type: 'spki' }),
    extensions: [],
  });
  return pemText('CERTIFICATE', encodeSigned(tbs, algorithm, sign(null, tbs, privateKey)));
}

it('refuses an issuer whose certificate does not identify its key', async () => {
  const copies = { cert: bareCertificate(), key: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
  const written: string[] = [];
  const engine = new NodeEngine(byIdOf([ROOT, SERVER]), {
    read: () => Buffer.alloc(0),
    readCopy: (_, file) => Buffer.from(copies[file]),
    write: (_, file) => written.push(file),
  });
  const make: Make = {
    op: 'sign',
    of: SERVER.id,
    by: { kind: 'authority', id: ROOT.id, key: { kind: 'file', of: ROOT.id, isNew: false } },
    issuance: { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null },
    to: 'cert',
  };
  await expect(engine.perform(make)).rejects.toMatchObject({
    name: 'StepError',
    cause: { kind: 'unidentified-issuer' },
    message: 'the certificate of the issuer has no subject key identifier to refer to',
  });
  expect(written).toEqual([]);
});
