/** What every entity of one plan is compared with. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { compact } from '../pki/record.ts';
import type { SecretFault } from '../pki/secret-source.ts';
import type { TokenFault } from '../pki/token.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { Answered } from './answered.ts';
import type { Defect } from './defects.ts';
import type { KnownCommands } from './errand.ts';
import type { KeyOwners } from './key-decision.ts';
import type { KnownContent } from './left-lists.ts';
import type { Accounts, AuthorityObservation, KnownAuthorities, Observation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Listings } from './revocations.ts';

/** The same for all entities, except that outlooks are added on the way. */
export interface Context {
  readonly byId: ById;
  readonly owners: KeyOwners;
  /** Entities whose serial number belongs to another certificate. */
  readonly duplicates: ReadonlyMap<EntityId, Defect>;
  readonly known?: KnownAuthorities;
  /** Certificates that were made on other machines, of those that asked for them. Absent: none. */
  readonly answers?: ReadonlyMap<EntityId, Answered>;
  /** Users and groups; absent: the manifest names none. */
  readonly accounts?: Accounts;
  /** Passwords that a run needs and cannot have, by source. */
  readonly secrets?: ReadonlyMap<string, SecretFault>;
  /** Why keys on tokens are not to be had, by entity, where this run asked for them. */
  readonly tokens?: ReadonlyMap<EntityId, TokenFault>;
  /** Commands that this folder has run. */
  readonly commands?: KnownCommands;
  /** Where they are named (pki/entity.ts). */
  readonly written?: ReadonlyMap<string, string>;
  /** The owner, current or former, of each certificate in a trust bundle. */
  readonly anchors: ReadonlyMap<Fingerprint, EntityId>;
  /** Of authorities alone; planning fills it from the roots down. */
  readonly outlooks: ReadonlyMap<EntityId, Outlook>;
  /** Entities whose re-keying was asked for. */
  readonly rekey: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire: ReadonlySet<EntityId>;
  /** Entities on disk that hold certificates issued under an authority's name, by that authority. */
  readonly hasIssued: (authority: Entity) => boolean;
  /** Authorities directly below one. */
  readonly childrenOf: (authority: EntityId) => readonly AuthorityObservation[];
  /** What authorities have in files of their own. */
  readonly pieces: KnownContent;
  /** What authorities have to list. */
  readonly listings: Listings;
  readonly now: number;
}

/** What is known of the host, and of authorities from before. */
export function givenIn(
  { written }: Inventory,
  { known, accounts, secrets, tokens, commands }: Observation,
): Pick<Context, 'known' | 'accounts' | 'secrets' | 'tokens' | 'commands' | 'written'> {
  return compact({ known, accounts, secrets, tokens, commands, written });
}
