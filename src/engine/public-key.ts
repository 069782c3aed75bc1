/** Public keys of which no private half is here, where an engine has them from. */
import { unreachable } from '../pki/entity.ts';
import { generationOf, type Make, type PublicKey } from '../plan/make.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { certificateDer } from '../x509/parse.ts';
import type { StagedFiles } from './engine.ts';

/** SubjectPublicKeyInfo of the key that a certificate is to be for: given, or read from the copy of the one that shows it. */
export function publicKeyFor(make: Make, key: PublicKey, files: Pick<StagedFiles, 'readCopy'>): Uint8Array {
  switch (key.kind) {
    case 'given':
      return Buffer.from(key.spki, 'hex');
    case 'shown':
      return certificateSpki(certificateDer(files.readCopy(key.of, 'cert', generationOf(make))));
    default:
      return unreachable(key);
  }
}
