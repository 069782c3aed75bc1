/** What asking an engine for a sample takes, whichever it is: keys that are thrown away, and what came back. */
import { makeKey, type PrivateKey } from '../../engine/node-key.ts';
import { signed } from '../../engine/node-sign.ts';
import type { EndEntity, EntityId } from '../../pki/entity.ts';
import { keySpecText } from '../../pki/key-spec.ts';
import { unsignedRequest } from '../../plan/unsigned.ts';
import { fieldsOf } from '../../store/json.ts';
import { certificateFacts } from '../../x509/certificate.ts';
import type { KeyId } from '../../x509/facts.ts';
import { certificateBlocks } from '../../x509/parse.ts';
import { pemText } from '../../x509/pem.ts';
import { publicKeyFacts } from '../../x509/public-key.ts';
import type { SampleCertificate, Samples } from './certificate.ts';

/** What came of one question: certificates, or why there are none. */
export type Asked = { readonly entity: EntityId; readonly from: string; readonly keyId?: KeyId } & (
  | Pick<SampleCertificate, 'chain'>
  | { readonly detail: string }
);

/** Sorted by whether there is something to judge. */
export function samplesOf(asked: readonly Asked[]): Samples {
  return {
    certificates: asked.flatMap((one) => ('chain' in one ? [one] : [])),
    missing: asked.flatMap((one) => ('detail' in one ? [one] : [])),
  };
}

/** Keys of this process alone: what is issued for a sample serves no one, because its key is gone with it. */
export class KeyMaker {
  readonly #keys = new Map<string, PrivateKey>();

  /** What an agent of that entity would send, PEM; entities of one kind of key share one here. */
  async requestFor(entity: EndEntity): Promise<{ readonly csr: string; readonly keyId: KeyId }> {
    const kind = keySpecText(entity.key);
    const key = this.#keys.get(kind) ?? (await makeKey(entity.key));
    this.#keys.set(kind, key);
    const der = await signed(unsignedRequest(entity, undefined, key.spki), key);
    return { csr: pemText('CERTIFICATE REQUEST', der), keyId: publicKeyFacts(key.spki).keyId };
  }
}

/** Certificates in an answer, leaf first. */
export function chainIn(texts: readonly unknown[]): Pick<SampleCertificate, 'chain'> | { detail: string } {
  const blocks = texts.flatMap((text) =>
    typeof text === 'string' ? certificateBlocks(Buffer.from(text)) : [],
  );
  const [leaf, ...others] = blocks;
  if (leaf === undefined) return { detail: 'it answers without a certificate' };
  try {
    certificateFacts(leaf);
    return { chain: [leaf, ...others] };
  } catch {
    return { detail: 'it answers with a certificate that cannot be read' };
  }
}

/** Why an engine says no, in its words. */
export function refusalIn(status: number, body: unknown): string {
  const { errors, message } = fieldsOf(body);
  const words = Array.isArray(errors) ? errors.join('; ') : message;
  return `it answers with ${status}${typeof words === 'string' && words !== '' ? `: ${words.trim()}` : ''}`;
}
