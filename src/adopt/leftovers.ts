/** Files that belong to no entity of the manifest: they stay as they are, and their content is not renewed. */
import type { EntityId } from '../pki/entity.ts';
import { subjectText } from '../pki/subject.ts';
import type { EntityFiles } from './artifacts.ts';
import type { Bridge } from './bridges.ts';
import type { EntryDraft } from './draft.ts';
import type { FoundFile } from './found.ts';
import type { LeftOut, LeftOutWhy } from './left-out.ts';
import { isRevokedPath } from './paths.ts';
import { unusableKey } from './unpaired.ts';

/** What is known about the files of a folder. */
export interface Known {
  readonly drafts: readonly EntryDraft[];
  readonly bridges: readonly Bridge[];
  readonly artifacts: ReadonlyMap<EntityId, EntityFiles>;
  /** Paths that are listed already, for another reason. */
  readonly reported: ReadonlySet<string>;
  /** Paths of revocation lists that an authority of the folder signed. */
  readonly trustedCrls: ReadonlySet<string>;
  /** Serial numbers that the manifest revokes. */
  readonly revoked: ReadonlySet<string>;
}

/** Files that nothing else accounts for, each with what it is. */
export function leftoversOf(files: readonly FoundFile[], known: Known): readonly LeftOut[] {
  const { drafts, bridges, artifacts, reported, trustedCrls, revoked } = known;
  const used = new Set([...artifacts.values()].flatMap((one) => Object.values(one.files)));
  const context = {
    byFingerprint: new Map([
      ...bridges.map(({ cert, path }) => [cert.facts.fingerprint, path] as const),
      ...drafts.map(({ pair }) => [pair.cert.facts.fingerprint, pair.certPath] as const),
    ]),
    byKey: new Map(drafts.map(({ pair }) => [pair.key.keyId, pair.keyPath ?? pair.certPath])),
    trustedCrls,
    revoked,
  };
  return files
    .filter(({ path }) => !used.has(path) && !reported.has(path))
    .map((file) => ({ paths: [file.path], subject: null, why: whyUnused(file, context) }));
}

interface Context {
  readonly byFingerprint: ReadonlyMap<string, string>;
  readonly byKey: ReadonlyMap<string, string>;
  readonly trustedCrls: ReadonlySet<string>;
  readonly revoked: ReadonlySet<string>;
}

function whyUnused(file: FoundFile, { byFingerprint, byKey, trustedCrls, revoked }: Context): LeftOutWhy {
  const { certificates, keys, requests, publicKeys, others } = file;
  if (isRevokedPath(file.path)) return { kind: 'revoked', by: 'folder' };
  const [cert] = certificates;
  const [key] = keys;
  if (keys.length > 0 && certificates.length > 0) return { kind: 'combined' };
  if (cert) return whyUnusedCertificates(file, byFingerprint);
  if (key?.state === 'encrypted') return { kind: 'encrypted-key', keyPath: file.path };
  if (key?.state === 'unreadable') return unusableKey(file.path, key.fault);
  if (key) {
    const of = byKey.get(key.facts.keyId);
    return of === undefined ? { kind: 'spare-key' } : { kind: 'copy', of };
  }
  const [request] = requests;
  const of = request && byKey.get(request.keyId);
  if (request) return of === undefined ? { kind: 'request-alone' } : { kind: 'request-differs', of };
  if (publicKeys.length > 0) return { kind: 'public-key' };
  const [crl] = file.crls;
  if (crl) {
    const { issuer, entries, nextUpdate } = crl.facts;
    const isTrusted = trustedCrls.has(file.path);
    return { kind: 'crl', issuer: subjectText(issuer), count: entries.length, nextUpdate, isTrusted };
  }
  if (file.revoked.length > 0) {
    const taken = file.revoked.filter(({ serial }) => revoked.has(serial)).length;
    return { kind: 'ca-database', count: file.revoked.length, taken };
  }
  return { kind: 'other-pem', labels: others };
}

function whyUnusedCertificates(
  { certificates }: FoundFile,
  byFingerprint: Context['byFingerprint'],
): LeftOutWhy {
  const all = certificates.flatMap(({ facts }) => byFingerprint.get(facts.fingerprint) ?? []);
  const of = [...new Set(all)];
  const [only] = of;
  if (only !== undefined && certificates.length === 1) return { kind: 'copy', of: only };
  return { kind: 'certificates', count: certificates.length, of };
}
