/** `crl.der` of an authority: its revocation list as DER, which is what a distribution point serves (RFC 5280 §4.2.1.13). */

import { makesList } from '../../pki/files.ts';
import { crlBlocks } from '../../x509/crl.ts';
import { listPiece } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { conversion } from './conversion.ts';

/** Without a list there is no such file. */
export const crlDer = conversion(
  'list-der',
  (entity) => (makesList(entity) ? [{ kind: 'list', of: entity.id }] : []),
  readDer,
);

function readDer(bytes: Buffer): readonly string[] {
  if (bytes[0] !== 0x30) throw new Error('holds no revocation list in DER');
  return crlBlocks(bytes).map((der) => listPiece(sha256(der)));
}
