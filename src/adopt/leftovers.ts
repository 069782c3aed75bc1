/** Files that belong to no entity of the manifest: they stay as they are, and their content is not renewed. */
import type { EntityId } from '../pki/entity.ts';
import type { EntityFiles } from './artifacts.ts';
import type { EntryDraft } from './draft.ts';
import type { FoundFile } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';

/** @param reported paths that are listed already, for another reason. */
export function leftoversOf(
  files: readonly FoundFile[],
  drafts: readonly EntryDraft[],
  artifacts: ReadonlyMap<EntityId, EntityFiles>,
  reported: ReadonlySet<string>,
): readonly LeftOut[] {
  const used = new Set([...artifacts.values()].flatMap((one) => Object.values(one.files)));
  const context = {
    byFingerprint: new Map(drafts.map(({ pair }) => [pair.cert.facts.fingerprint, pair.certPath])),
    byKey: new Map(drafts.map(({ pair }) => [pair.key.keyId, pair.keyPath])),
  };
  return files
    .filter(({ path }) => !used.has(path) && !reported.has(path))
    .map((file) => ({ paths: [file.path], subject: null, why: whyUnused(file, context) }));
}

interface Context {
  readonly byFingerprint: ReadonlyMap<string, string>;
  readonly byKey: ReadonlyMap<string, string>;
}

function whyUnused(file: FoundFile, { byFingerprint, byKey }: Context): LeftOutWhy {
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
