/** What authorities answer about their certificates, as the output folder has it at a moment. Reads only. */
import type { Inventory } from '../pki/entity.ts';
import {
  type Answer,
  type AnsweringAuthority,
  answersOcsp,
  answersOf,
  type IssuedCertificate,
} from '../plan/ocsp.ts';
import { listingsOf } from '../plan/revocations.ts';
import { entriesIn } from '../store/ledger.ts';
import { readableLines } from '../store/observe/known.ts';
import { Secrets } from '../store/secrets.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { lookAndPlan } from './look.ts';
import { findSigner, type SignerFiles } from './ocsp-signer.ts';

/** One authority, with what it answers and who signs that. */
export interface AuthorityAnswers {
  readonly authority: AnsweringAuthority;
  readonly answers: readonly Answer[];
  readonly signer: SignerFiles;
  /** What the manifest revokes and no list has yet: it counts as good until apply has listed it. */
  readonly unlisted: readonly string[];
}

/** An authority, or why it answers nothing. */
export type FoundAuthority =
  | ({ readonly ok: true } & AuthorityAnswers)
  | { readonly ok: false; readonly authority: AnsweringAuthority; readonly fault: OcspFault };

/** Those that answer, by the manifest. @param root the output folder, absolute. @param now seconds since 1970. */
export function ocspAuthorities(
  root: string,
  inventory: Inventory,
  now: number,
  secrets = new Secrets(root, inventory.output),
): readonly FoundAuthority[] {
  const { observation } = lookAndPlan(root, inventory, { clock: () => now });
  const issued = issuedIn(root);
  const listings = listingsOf(inventory, observation, new Set(), now);
  const source = {
    root,
    entities: inventory.entities,
    observation,
    secrets,
  };
  return inventory.entities.filter(answersOcsp).map((authority): FoundAuthority => {
    const found = findSigner(authority, source, now);
    if (!found.ok) return { ok: false, authority, fault: found.fault };
    const listing = listings.get(authority.id);
    const { keyId } = found.files.issuer.facts;
    const known = { entities: inventory.entities, observation, issued, listing, keyId };
    const unlisted = (listing?.asked ?? []).filter(({ serial }) => listing?.listed.has(serial) === false);
    return {
      ok: true,
      authority,
      answers: answersOf(authority, known, now),
      signer: found.files,
      unlisted: unlisted.map(({ serial }) => serial),
    };
  });
}

function issuedIn(root: string): readonly IssuedCertificate[] {
  return entriesIn(readableLines(root)).map(({ entity, issuer, serial, keyId, time, notAfter }) => ({
    entity,
    issuer,
    serial,
    keyId,
    time: Date.parse(time) / 1000,
    notAfter: Date.parse(notAfter) / 1000,
  }));
}
