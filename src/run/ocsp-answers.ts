/** What authorities answer about their certificates, as the output folder has it at a moment. Reads only. */
import type { Inventory } from '../pki/entity.ts';
import { NOTHING, type Observation } from '../plan/observation.ts';
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
import { look } from './look.ts';
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
  secrets = new Secrets(root, inventory),
): readonly FoundAuthority[] {
  const { entities } = inventory;
  const observation = look(root, inventory, now);
  const answering = answeringBy(root, inventory, observation, now);
  const source = { root, entities, observation, secrets };
  return answering.map(({ authority, answers, unlisted }): FoundAuthority => {
    const found = findSigner(authority, source, now);
    if (!found.ok) return { ok: false, authority, fault: found.fault };
    return { ok: true, authority, answers, unlisted, signer: found.files };
  });
}

/** What each says, whether or not a key can sign it. */
export function answeringBy(
  root: string,
  inventory: Inventory,
  observation: Observation,
  now: number,
): readonly Omit<AuthorityAnswers, 'signer'>[] {
  const { entities } = inventory;
  const issued = issuedIn(root);
  const listings = listingsOf(inventory, observation, new Set(), now);
  return entities.filter(answersOcsp).map((authority) => {
    const listing = listings.get(authority.id);
    const { cert } = observation.entities.get(authority.id) ?? NOTHING;
    const keyId = cert.state === 'present' ? cert.facts.keyId : null;
    const known = { entities, observation, issued, listing };
    const unlisted = (listing?.asked ?? []).filter(({ serial }) => listing?.listed.has(serial) === false);
    return {
      authority,
      answers: keyId === null ? [] : answersOf(authority, { ...known, keyId }, now),
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
