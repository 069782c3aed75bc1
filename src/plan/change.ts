/** The outcome of planning, one entity at a time; every field is a decision, so that apply has none left to make. */
import type { Artifact } from '../pki/artifact.ts';
import type { EntityId, EntityKind } from '../pki/entity.ts';
import type { Grant } from '../pki/ownership.ts';
import type { LastList, RevocationList } from '../pki/revocation.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { EncodedName } from '../x509/name.ts';
import type { Alteration } from './alteration.ts';
import type { Refusal } from './blockage.ts';
import type { Errand, SecretUse } from './errand.ts';
import type { Reason } from './reason.ts';

/** What a human must agree to before apply does it: each breaks something that is in use. */
export const CONSENTS = ['rekey-ca', 'trust', 'revoke', 'remove', 'prune', 'run'] as const;
export type Consent = (typeof CONSENTS)[number];

/** Whether a text names a consent, letter for letter. */
export function isConsent(text: string): text is Consent {
  return CONSENTS.some((consent) => consent === text);
}

/** A certificate to be issued: when it is valid and what identifies its key. */
export interface Issuance {
  readonly notBefore: number;
  readonly notAfter: number;
  /** The authority whose end cuts the wanted lifetime short, or `null`. */
  readonly cappedBy: EntityId | null;
  /** SKI to carry over from the certificate that is replaced (hex), or `null` for the key's hash. */
  readonly subjectKeyId: string | null;
  /** How the certificate that is replaced has its name, where that is not how we write it. */
  readonly name?: EncodedName;
}

/** A cross-certificate: a root's new key, signed with the key that it has now, of this kind (`ecdsa-p384`). */
export interface Crossing {
  readonly issuance: Issuance;
  readonly signedWith: string;
}

/** A file that comes from where it was before `folder` or `files` changed; paths are relative to the output folder. */
export interface Relocation {
  readonly file: Artifact;
  readonly from: string;
  readonly to: string;
  /** SHA-256 of what was found there, hex: this is copied, or nothing. */
  readonly digest: string;
}

/** What there is of a root's former keys once the plan is carried out; of a leaf, nothing. */
export interface KeptTrust {
  /** A root's earlier certificates that stay trusted beside its current one, newest first. */
  readonly previous: readonly Fingerprint[];
  /** Certificates that intermediates had from those, and may go on with; newest first. */
  readonly routes: readonly Fingerprint[];
  /** Of an intermediate: the one of them that chains show instead of its own, or `null`. */
  readonly route: Fingerprint | null;
  /** Cross-certificates by which holders of those accept the current one; those that stay, newest first. */
  readonly cross: readonly Fingerprint[];
}

/** What happens to the files of an entity. */
export interface FileChanges {
  /** Files that get new content, and files that go. */
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
  /** Files that are copied first. */
  readonly relocations: readonly Relocation[];
  /** Files of which only the mode changes. */
  readonly chmods: readonly Artifact[];
  /** Whose the files are afterwards. Absent: the manifest does not say. */
  readonly grant?: Grant;
  /** Plain files go behind links, or come out, or links are repaired. */
  readonly relinks: boolean;
  /** Secrets that it takes. Absent: none. */
  readonly secrets?: readonly SecretUse[];
  /** The same private key in another form takes the place of `key`. Absent: it does not. */
  readonly relocks?: true;
  /** Commands of the manifest that are run for it. Absent: none. */
  readonly errands?: readonly Errand[];
  /** The revocation list that is made. Absent: none, or it stays. */
  readonly list?: RevocationList;
  /** Absent: lists of former keys stay as they are. */
  readonly formerLists?: { readonly last: LastList | null; readonly keep: readonly Fingerprint[] };
}

interface ChangeBase {
  readonly id: EntityId;
  readonly kind: EntityKind;
  /** Entities that change because this one does. */
  readonly affects: readonly EntityId[];
}

/** Nothing happens. */
export interface Keep extends ChangeBase, KeptTrust {
  readonly action: 'keep';
}

/** Something that only its owner can decide about. */
export interface Refuse extends ChangeBase {
  readonly action: 'refuse';
  readonly refusal: Refusal;
}

/** What an entity would be issued by a key that is not here: the certificate, and whether it is for a new key. */
export interface Wish {
  readonly issuance: Issuance;
  readonly newKey: boolean;
}

/** A certificate that has to be made with a key that is not here. */
export interface Waiting {
  /** The authority whose key it is. */
  readonly on: EntityId;
  /** Why another certificate is needed. */
  readonly reasons: readonly Reason[];
  /** Certificates are made where that key is, and put in place by others. Absent: by `pki request` and `pki import`. */
  readonly elsewhere?: true;
  /** The certificate of that authority is awaited, which shows its key: it signs nothing for this. Absent: it signs. */
  readonly shows?: true;
  /** Whether the certificate that is there serves until then; what was asked for by name is not there before. */
  readonly serves: boolean;
  /** Where files are to be put that are made elsewhere, below the output folder. Absent: in the usual places. */
  readonly places?: Readonly<Record<'cert' | 'key', string>>;
  /** What that key is asked for; `null`: not before something above it is there. */
  readonly wish: Wish | null;
}

/** It needs a key that is on another machine, and stays as it is until that has signed. */
export interface Wait extends ChangeBase, KeptTrust {
  readonly action: 'wait';
  readonly waiting: Waiting;
}

/** It left the manifest: its files go to the archive, once the user agrees. */
export interface Remove extends ChangeBase {
  readonly action: 'remove';
  readonly reasons: readonly Reason[];
  readonly consents: readonly ['remove'];
}

/** It is revoked: its files go to the archive, and its issuer lists what it had, once the user agrees. */
export interface Revoke extends ChangeBase {
  readonly action: 'revoke';
  readonly reasons: readonly Reason[];
  /** Files that are there. */
  readonly deletes: readonly Artifact[];
  readonly consents: readonly ['revoke'];
}

/** What needs consent: of an authority another key, more trust, or less in what it signed; of any entity, a new command. */
type WorkConsent = 'rekey-ca' | 'trust' | 'revoke' | 'run';

/** Only other files, or none: files put in an authority's place stay, once the user agrees. */
export interface Refresh extends ChangeBase, KeptTrust, FileChanges {
  readonly action: 'refresh';
  /** Absent: its certificate is as it should be. */
  readonly waiting?: Waiting;
  readonly reasons: readonly Reason[];
  readonly consents: readonly WorkConsent[];
}

/** A new certificate: for the same key (`issue`), for another (`rekey`), or the first one (`create`). */
export interface Issue extends ChangeBase, KeptTrust, FileChanges {
  readonly action: 'issue' | 'rekey' | 'create';
  /** No private key is made, whichever of them it is. */
  readonly keyElsewhere?: true;
  readonly reasons: readonly Reason[];
  readonly issuance: Issuance;
  /** Files in the place of a first certificate's, which it replaces; relative to the output folder. */
  readonly replaces: readonly string[];
  /** A cross-certificate that is to be made, or `null`. */
  readonly crossing: Crossing | null;
  /** What this certificate drops or changes of the one that it replaces. */
  readonly alterations: readonly Alteration[];
  /** It was made on another machine, and is taken from there. Absent: it is made here. */
  readonly answered?: true;
  readonly consents: readonly WorkConsent[];
}

/** The plan for one entity: an action, its reasons, and all that carrying it out takes. */
export type Change = Keep | Refuse | Wait | Remove | Revoke | Refresh | Issue;

/** What happens to an entity (design §5). */
export type Action = Change['action'];

/** A change that puts files in place. */
export type Work = Refresh | Issue;

/** Whether files are put in place. */
export function isWork(change: Change): change is Work {
  return change.action === 'refresh' || isIssue(change);
}

/** Whether a certificate is issued. */
export function isIssue(change: Change): change is Issue {
  return change.action === 'issue' || change.action === 'rekey' || change.action === 'create';
}

/** Whether a private key is made. */
export function makesKey(change: Pick<Change, 'action'> & Pick<Issue, 'keyElsewhere'>): boolean {
  const { action, keyElsewhere } = change;
  return keyElsewhere === undefined && (action === 'rekey' || action === 'create');
}

/** Why an entity changes; what is kept or refused has no reasons. */
export function reasonsOf(change: Change): readonly Reason[] {
  const own = 'reasons' in change ? change.reasons : [];
  const awaited = waitingOf(change)?.reasons ?? [];
  return awaited.length === 0 ? own : [...awaited, ...own];
}

/** What of it waits for a key that is elsewhere, or `null`. */
export function waitingOf(change: Change): Waiting | null {
  return 'waiting' in change ? (change.waiting ?? null) : null;
}

/** The consents that a change needs. */
export function consentsOf(change: Change): readonly Consent[] {
  return 'consents' in change ? change.consents : [];
}

/** What a new certificate drops or changes. */
export function alterationsOf(change: Change): readonly Alteration[] {
  return isIssue(change) ? change.alterations : [];
}

/** Files in the place of a first certificate's. */
export function replacedBy(change: Change): readonly string[] {
  return isIssue(change) ? change.replaces : [];
}

/** The certificate that will be issued, or `null`. */
export function issuanceOf(change: Change): Issuance | null {
  return isIssue(change) ? change.issuance : null;
}

/** The cross-certificate that will be made, or `null`. */
export function crossingOf(change: Change): Crossing | null {
  return isIssue(change) ? change.crossing : null;
}

/** What is left of a root's former keys afterwards; nothing for a refused entity, which does not change. */
export function keptTrustOf(change: Change): KeptTrust {
  if (!('previous' in change)) return NOTHING_KEPT;
  const { previous, routes, route, cross } = change;
  return { previous, routes, route, cross };
}

/** Of an entity of which nothing is there. */
export const NOTHING_KEPT: KeptTrust = { previous: [], routes: [], route: null, cross: [] };
