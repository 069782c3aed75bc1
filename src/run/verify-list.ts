/** Whether the revocation list that was made is the one that was asked for, read from the staged file itself. */
import type { Entity } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import type { RevocationList, Revoked } from '../pki/revocation.ts';
import type { ListFacts } from '../plan/artifacts/crl.ts';
import { readFacts } from '../plan/artifacts/rules.ts';
import { isIssue, type Work } from '../plan/change.ts';
import { listTerms } from '../plan/list.ts';
import { StepError } from '../store/step-error.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { crlBlocks } from '../x509/crl.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { certificateDer, parseCertificate } from '../x509/parse.ts';
import { signedBy } from '../x509/signature.ts';
import { signatureBy, signingBy } from '../x509/signature-write.ts';
import { publicKeyObject } from '../x509/verification-key.ts';
import type { Run } from './run.ts';

/** @throws StepError where it is another one. */
export function verifyList(run: Run, entity: Entity, change: Work, facts: ListFacts): void {
  const { staging, published, reader } = run;
  const { list } = change;
  if (list === undefined || entity.kind !== 'authority') return;
  const certFile = isIssue(change) ? staging.read(entity.id, 'cert') : published.certificateBytes(entity.id);
  const cert = reader.read('cert', certFile);
  const key = publicKeyObject(certificateSpki(certificateDer(certFile)));
  const made = staging.read(entity.id, 'crl');
  const algorithm = signatureBy(signingBy(keySpecText(entity.key), listTerms(entity)));
  if (isRight(made, facts, list, { cert, key, algorithm })) return;
  const maker = staging.makerOf(entity.id, 'crl');
  throw new StepError({ kind: 'made-other-content', maker, artifact: 'crl' });
}

function signerIn(bytes: Buffer): Pick<ListSigner, 'key'> & { readonly facts: CertificateFacts } {
  return { facts: parseCertificate(bytes), key: publicKeyObject(certificateSpki(certificateDer(bytes))) };
}

/** The same of the last list of a key that is still in its place, or in the archive. */
export function verifyLastList({ staging, published }: Run, entity: Entity, change: Work): void {
  const last = change.formerLists?.last ?? null;
  if (last === null || entity.kind !== 'authority') return;
  const { facts: cert, key } =
    last.archived === undefined
      ? published.current(entity.id)
      : signerIn(staging.readCopy(entity.id, 'cert', 'archived'));
  const made = staging.read(entity.id, 'former-crl');
  const algorithm = signatureBy(signingBy(last.signedWith, listTerms(entity)));
  if (isRight(made, readFacts('crl', made), last.list, { cert, key, algorithm })) return;
  const maker = staging.makerOf(entity.id, 'former-crl');
  throw new StepError({ kind: 'made-other-content', maker, artifact: 'former-crls' });
}

interface ListSigner {
  readonly cert: CertificateFacts;
  readonly key: Parameters<typeof signedBy>[1];
  readonly algorithm: string;
}

function isRight(
  made: Buffer,
  facts: ListFacts,
  list: RevocationList,
  { cert, key, algorithm }: ListSigner,
): boolean {
  const [der] = crlBlocks(made);
  return (
    der !== undefined &&
    signedBy(der, key) &&
    facts.issuerDer === cert.subjectDer &&
    facts.authorityKeyId === keyIdentifierOf(cert) &&
    facts.signature === algorithm &&
    saysSame(facts, list)
  );
}

function saysSame(facts: ListFacts, { number, thisUpdate, nextUpdate, entries }: RevocationList): boolean {
  const isOfTime = facts.thisUpdate === thisUpdate && facts.nextUpdate === nextUpdate;
  const isWhole = facts.version === 2 && facts.scope === null && facts.unknownCritical.length === 0;
  const found = facts.entries.map(({ issuerDer, invalidityDate, ...entry }) => {
    return entryText(invalidityDate === null ? entry : { ...entry, invalidityDate });
  });
  const wanted = entries.map(entryText);
  return isOfTime && isWhole && facts.number === number && found.sort().join() === wanted.sort().join();
}

function entryText({ serial, date, reason, invalidityDate }: Revoked): string {
  return [serial, date, reason, invalidityDate].join(' ');
}
