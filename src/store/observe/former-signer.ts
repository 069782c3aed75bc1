/** Where the key is that signed the newest list of former keys: what is revoked of it later goes on that list. */
import type { Entity } from '../../pki/entity.ts';
import { makesList } from '../../pki/files.ts';
import type { ArchivedSigner } from '../../plan/list-witness.ts';
import type { EntityObservation, FileState } from '../../plan/observation.ts';
import { certificateFacts, certificateSpki } from '../../x509/certificate.ts';
import { crlBlocks, crlFacts } from '../../x509/crl.ts';
import { certificateDer } from '../../x509/parse.ts';
import { parseKey } from '../../x509/parse-key.ts';
import { signedBy } from '../../x509/signature.ts';
import { publicKeyObject } from '../../x509/verification-key.ts';
import { readArchivedFile, wholeSets } from './archived.ts';
import { unlessForeign } from './known.ts';
import type { Reader } from './reader.ts';

/** Nothing where no such list is there, or its key is not to be had. */
export function formerSigner(
  root: string,
  entity: Entity,
  lists: FileState<Buffer>,
  reader: Reader,
): Pick<EntityObservation, 'formerSigner'> {
  if (!makesList(entity) || lists.state !== 'present') return {};
  const [newest] = readable(() => crlBlocks(lists.facts)) ?? [];
  if (newest === undefined) return {};
  const found = unlessForeign(() => signerIn(root, entity, newest, reader));
  return found === undefined ? {} : { formerSigner: found };
}

function signerIn(
  root: string,
  entity: Entity,
  list: Uint8Array,
  reader: Reader,
): ArchivedSigner | undefined {
  for (const set of wholeSets(root, entity.id)) {
    const [cert, key] = (['cert', 'key'] as const).map((file) =>
      readArchivedFile(root, entity.id, set, file),
    );
    if (cert?.state !== 'present' || key?.state !== 'present') continue;
    const keyId = readable(() => keyIdOf(certificateDer(cert.facts), list));
    if (keyId == null) continue;
    // openssl gets the passphrase that the manifest states, and no other.
    const opened = reader.keyringFor(entity.id).open(entity, key.facts);
    if (opened.state === 'closed' || (opened.state === 'opened' && opened.by !== 'stated')) continue;
    const facts = readable(() => parseKey(opened.pem));
    if (facts?.keyId === keyId) return { set, spec: facts.spec };
  }
  return undefined;
}

/** Of the certificate, if it is that of the list's signer. */
function keyIdOf(cert: Uint8Array, list: Uint8Array): string | null {
  const { keyId, subjectDer } = certificateFacts(cert);
  const isNamed = crlFacts(list).issuerDer === subjectDer;
  return isNamed && signedBy(list, publicKeyObject(certificateSpki(cert))) ? keyId : null;
}

/** What cannot be read signed nothing that we know of. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
