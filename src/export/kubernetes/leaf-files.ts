/** What a leaf has in the output folder that goes into a cluster. */
import type { EndEntity } from '../../pki/entity.ts';
import { parseCertificates } from '../../x509/parse.ts';
import { parseKey } from '../../x509/parse-key.ts';
import type { LeafPolicy } from '../leaf.ts';
import type { OmissionCause } from '../omission.ts';

/** PEM: its key, its certificate with what is between that and the root, and the roots that it trusts. */
export interface LeafFiles {
  readonly key: string;
  readonly fullchain: string;
  readonly ca: string;
}

/** Absent: something of it is not there. */
export type LeafFilesOf = (entity: EndEntity) => LeafFiles | undefined;

/** A leaf with what is in its Secret. */
export interface LeafSecret {
  readonly leaf: LeafPolicy;
  readonly files: LeafFiles;
}

/** Why a leaf has none that a Secret can hold. */
export function fileProblems(of: LeafFilesOf): (leaf: LeafPolicy) => readonly OmissionCause[] {
  return ({ entity }) => {
    const problem = fileProblem(entity, of(entity));
    return problem === null ? [] : [problem];
  };
}

/** The same of one leaf; `null` where its files are right. */
export function fileProblem(
  { id, passphrase, token }: Pick<EndEntity, 'id' | 'passphrase' | 'token'>,
  files: LeafFiles | undefined,
): OmissionCause | null {
  if (token !== undefined) return { kind: 'token', of: id };
  if (passphrase !== undefined) return { kind: 'passphrase', of: id };
  if (files === undefined) return { kind: 'files' };
  return isPair(files) ? null : { kind: 'pair' };
}

/** A server refuses to load another; what cannot be read is none either. */
function isPair({ key, fullchain }: LeafFiles): boolean {
  try {
    const [certificate] = parseCertificates(Buffer.from(fullchain));
    return certificate?.keyId === parseKey(Buffer.from(key)).keyId;
  } catch {
    return false;
  }
}
