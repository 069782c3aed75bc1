/** Who signed what is on the disk, by the keys that are there as well. */
import type { Entity } from '../../pki/entity.ts';
import { type EntityObservation, type FileState, isSupposed } from '../../plan/observation.ts';
import { certificateSpki } from '../../x509/certificate.ts';
import { crlBlocks } from '../../x509/crl.ts';
import type { KeyId } from '../../x509/facts.ts';
import { certificateDer } from '../../x509/parse.ts';
import { publicKeyOf } from '../../x509/parse-key.ts';
import { signedBy as isSignedBy } from '../../x509/signature.ts';
import { publicKeyObject } from '../../x509/verification-key.ts';
import type { FoundFiles } from './find-files.ts';
import type { Reader, SignatureKey } from './reader.ts';

type Files = Omit<EntityObservation, 'signedBy'>;
type Bytes = FoundFiles['bytes'];

/** The key that checks an authority's signatures as it is on disk: the private one, or that of the certificate. */
export function readSigner(
  { id, keyPlace }: Entity,
  { key, cert }: Files,
  bytes: Bytes,
  { tokens }: Pick<Reader, 'tokens'>,
): SignatureKey | undefined {
  const shown = tokens.of(id);
  if (shown !== undefined) return { keyId: shown.facts.keyId, key: publicKeyObject(shown.spki) };
  // What lies here of a key that is elsewhere counts for nothing.
  if (key.state === 'present' && !isSupposed(key) && keyPlace === undefined)
    return signer(bytes.key, publicKeyOf, key.facts.keyId);
  if (cert.state !== 'present') return undefined;
  return signer(bytes.cert, (found) => certificateSpki(certificateDer(found)), cert.facts.keyId);
}

function signer(
  bytes: FileState<Buffer>,
  spkiOf: (bytes: Buffer) => Uint8Array,
  keyId: KeyId,
): SignatureKey | undefined {
  if (bytes.state !== 'present') return undefined;
  try {
    return { keyId, key: publicKeyObject(spkiOf(bytes.facts)) };
  } catch {
    // A key that nothing here can use, such as a point on no curve, checks no signature.
    return undefined;
  }
}

/** The signature is checked: names and key identifiers can agree although the key is a different one. */
export function signerOf(
  { cert }: Files,
  bytes: Bytes,
  issuer: SignatureKey | undefined,
  reader: Reader,
): KeyId | null {
  if (cert.state !== 'present' || bytes.cert.state !== 'present' || issuer === undefined) return null;
  return reader.isSigned(bytes.cert.facts, issuer) ? issuer.keyId : null;
}

/** Of the list on the disk, by the key that is there as well. */
export function listSigner(
  { crl }: Files,
  bytes: Bytes,
  own: SignatureKey | undefined,
): Pick<EntityObservation, 'listSignedBy'> {
  if (crl.state !== 'present' || bytes.crl.state !== 'present') return {};
  const [der] = crlBlocks(bytes.crl.facts);
  const isSigned = own !== undefined && der !== undefined && isSignedBy(der, own.key);
  return { listSignedBy: isSigned ? own.keyId : null };
}
