/** Files that no entity of the manifest is made of: they stay where they are, and nobody renews what is in them. */
import type { EntityId } from '../pki/entity.ts';
import type { Furnished } from './artifacts.ts';
import type { Draft } from './draft.ts';
import type { FoundFile } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';

/** @param told paths that have been spoken of already. */
export function leftoversOf(
  files: readonly FoundFile[],
  drafts: readonly Draft[],
  furnished: ReadonlyMap<EntityId, Furnished>,
  told: ReadonlySet<string>,
): readonly LeftOut[] {
  const used = new Set([...furnished.values()].flatMap((one) => Object.values(one.files)));
  const context = {
    byFingerprint: new Map(drafts.map(({ member }) => [member.cert.facts.fingerprint, member.certPath])),
    byKey: new Map(drafts.map(({ member }) => [member.key.keyId, member.keyPath])),
  };
  return files
    .filter(({ path }) => !used.has(path) && !told.has(path))
    .map((file) => ({ paths: [file.path], subject: null, why: whyOver(file, context) }));
}

interface Context {
  readonly byFingerprint: ReadonlyMap<string, string>;
  readonly byKey: ReadonlyMap<string, string>;
}

function whyOver(file: FoundFile, { byFingerprint, byKey }: Context): LeftOutWhy {
  const { certificates, keys, requests, publicKeys, others } = file;
  const [cert] = certificates;
  const [key] = keys;
  if (keys.length > 0 && certificates.length > 0) return { kind: 'combined' };
  if (cert && certificates.length === 1) {
    const of = byFingerprint.get(cert.facts.fingerprint);
    return of === undefined ? { kind: 'certificates', count: 1 } : { kind: 'copy', of };
  }
  if (certificates.length > 1) return { kind: 'certificates', count: certificates.length };
  if (key?.state === 'encrypted') return { kind: 'encrypted-key', keyPath: file.path };
  if (key?.state === 'unreadable') return { kind: 'unreadable', fault: key.fault };
  if (key) {
    const of = byKey.get(key.facts.keyId);
    return of === undefined ? { kind: 'spare-key' } : { kind: 'copy', of };
  }
  const [request] = requests;
  const of = request && byKey.get(request.keyId);
  if (request) return of === undefined ? { kind: 'request-alone' } : { kind: 'request-differs', of };
  if (publicKeys.length > 0) return { kind: 'public-key' };
  return others.includes('X509 CRL') ? { kind: 'crl' } : { kind: 'other-pem', labels: others };
}
