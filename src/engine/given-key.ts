/**
 * A certificate for a key that is elsewhere, signed by openssl. `openssl ca` takes the name of a request that the key has
 * signed, and `x509 -force_pubkey` no exact dates before OpenSSL 3.4: so what is signed is written here, to the octet what
 * openssl writes for other keys, and openssl only makes the signature.
 */

import type { Command } from '../openssl/command.ts';
import { lookUp } from '../openssl/key-path.ts';
import { signatureCommand } from '../openssl/signature.ts';
import { modeOf } from '../pki/artifact.ts';
import type { ById } from '../pki/issuers.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { generationOf, type Make, type PublicKey } from '../plan/make.ts';
import { unsignedCertificate } from '../plan/unsigned.ts';
import { StepError } from '../store/step-error.ts';
import { keyIdentifierOf } from '../x509/facts.ts';
import { parseCertificate } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { encodeSigned } from '../x509/signature-write.ts';
import type { CaDatabases } from './ca-databases.ts';
import type { StagedFiles } from './engine.ts';
import { newSerial } from './node-sign.ts';
import { publicKeyFor } from './public-key.ts';

/** What it takes. */
interface Tools {
  readonly byId: ById;
  readonly files: StagedFiles;
  readonly databases: CaDatabases;
  /** The run's name. */
  readonly run: string;
  readonly call: (command: Command) => Promise<void>;
}

/** Stages the certificate. */
export async function certifyGiven(
  make: Extract<Make, { op: 'sign' }>,
  key: PublicKey,
  { byId, files, databases, run, call }: Tools,
): Promise<void> {
  const { of, by, issuance, to } = make;
  if (by.kind === 'self') throw new Error(`Internal error: ${of} signs itself with a key that is elsewhere`);
  const issuer = parseCertificate(files.readCopy(by.id, 'cert', generationOf(make)));
  if (keyIdentifierOf(issuer) === null) throw new StepError({ kind: 'unidentified-issuer' });
  const unsigned = unsignedCertificate(lookUp(byId, of), {
    issuance,
    issuer,
    signedWith: make.signedWith ?? keySpecText(lookUp(byId, by.id).key),
    spki: publicKeyFor(make, key, files),
    serial: newSerial(),
  });
  const signature = await databases.exchange(unsigned.der, (from, to) =>
    call(signatureCommand(unsigned.algorithm, by.key, { from, to, byId, run })),
  );
  const certificate = encodeSigned(unsigned.der, unsigned.algorithm, signature);
  files.write(of, to, pemText('CERTIFICATE', certificate), modeOf('cert'));
}
