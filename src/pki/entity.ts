/**
 * The nouns of a PKI as this engine wants them: resolved, with nothing left to default.
 * What is *wanted* lives here; what was *issued* is a fact (x509/facts.ts). Neither is ever the other.
 */

import type { Address } from './address.ts';
import type { AllowedPaths } from './allowed-paths.ts';
import type { Artifact, Output } from './artifact.ts';
import type { OcspSettings } from './certificate-status.ts';
import type { Delivery } from './delivery.ts';
import type { EngineChoice } from './engine.ts';
import type { Hook } from './hook.ts';
import type { KeyPlace } from './key-place.ts';
import type { KeySpec } from './key-spec.ts';
import type { KeyUsage } from './key-usage.ts';
import type { Objects } from './kubernetes.ts';
import type { Location, Locations } from './locations.ts';
import type { NameConstraints } from './name-constraints.ts';
import type { Ownership } from './ownership.ts';
import type { Policy, PolicyConstraints } from './policy.ts';
import type { PrivateExtension } from './private-extension.ts';
import { keysOf } from './record.ts';
import type { RenewBefore } from './renewal.ts';
import type { CrlSettings, Revocation, RevokedSerial } from './revocation.ts';
import type { San } from './san.ts';
import type { Seals } from './seal.ts';
import type { SecretSource } from './secret-source.ts';
import type { Digest, Padding, SigningTerms } from './signing.ts';
import type { Subject } from './subject.ts';
import type { TokenKey } from './token.ts';

/** The sections of a manifest, each with the kind of entity in it. A section is also the folder of its entities. */
export const KINDS = {
  authorities: 'authority',
  servers: 'server',
  clients: 'client',
  peers: 'peer',
  certificates: 'certificate',
} as const;
/** A group of entries in a manifest. */
export type Section = keyof typeof KINDS;
/** All of them, authorities first. */
export const SECTIONS: readonly Section[] = keysOf(KINDS);
/** `authority` signs; `server`, `client` and `peer` (both roles) are end entities in TLS, `certificate` is any other. */
export type EntityKind = (typeof KINDS)[Section];
/** Kinds of end entities, which sign no certificate. */
export type LeafKind = Exclude<EntityKind, 'authority'>;

/** `<folder>/<name>`, for example `servers/api`: unique in a manifest, and the entity's folder below the output. */
export type EntityId = string;

/** Where an entity's files are, if they are not in the usual layout. */
export interface Layout {
  /** Relative to the output folder; `.` is that folder itself. */
  readonly folder: string;
  /** File names relative to `folder`; those left out are ours (pki/files.ts). */
  readonly files: Readonly<Partial<Record<Artifact, string>>>;
}

interface EntityBase {
  readonly id: EntityId;
  readonly name: string;
  readonly subject: Subject;
  /** A subject that an earlier version wrote for the same entry: a certificate that has it stays until its renewal. */
  readonly earlierSubject?: Subject;
  /** Order and RDNs of the subject are as the manifest states them; absent: any others are the same name. */
  readonly exactSubject?: true;
  /** The profile that the entry names. */
  readonly profile?: string;
  readonly san: readonly San[];
  /** The kind that its key has to have; of a key that is elsewhere, no more than a guess. */
  readonly key: KeySpec;
  /** Absent: its key is in its folder, and made where it is missing. */
  readonly keyPlace?: KeyPlace;
  /** The token that its key is on, and stays on. Absent: it is in a file. */
  readonly token?: TokenKey;
  /** Under which its private key is encrypted; absent: it is not. */
  readonly passphrase?: SecretSource;
  /** Under which it may still be encrypted. */
  readonly previousPassphrase?: SecretSource;
  /** Lifetime in seconds; notAfter = notBefore + validity − 1 s (RFC 5280 §4.1.2.5 counts both ends). */
  readonly validity: number;
  /** The authority that signs; `null` for a root, which signs itself. */
  readonly issuer: EntityId | null;
  /** Its issuer is an anchor: key and certificate are made elsewhere and put in place, and judged here. */
  readonly elsewhere?: true;
  /** Root authorities whose certificates make up `ca.pem`, own root first. */
  readonly trust: readonly EntityId[];
  readonly outputs: readonly Output[];
  /** How those of the outputs are made that a password closes. Absent: there are none. */
  readonly seals?: Seals;
  /** What is said of those that are objects of Kubernetes. Absent: nothing. */
  readonly objects?: Objects;
  readonly renewBefore: RenewBefore;
  /** Re-key on renewal instead of keeping the key. */
  readonly rotateKey: boolean;
  /** Seconds by which notBefore lies before the moment of issue, against clock skew. */
  readonly backdate: number;
  /** What the key may do; absent: what entities of its kind need (x509/extensions/key-usage.ts). */
  readonly keyUsage?: readonly KeyUsage[];
  /** What the certificate is for, by names or dotted OIDs; absent: what entities of its kind do in TLS. */
  readonly extendedKeyUsage?: readonly string[];
  /** Under which policies its certificate is issued; absent: none, and those that are there stay. */
  readonly policies?: readonly Policy[];
  /** Extensions without a field of their own; absent: none, and those that are there stay. */
  readonly extensions?: readonly PrivateExtension[];
  /** What its issuer publishes for what it signs; absent: nothing, or it signs itself. */
  readonly locations?: Locations;
  /** How its issuer signs; absent: as is usual for the key, and any signature stays. */
  readonly signing?: SigningTerms;
  /** Absent: `<id>/key.pem` and so on. */
  readonly layout?: Layout;
  /** Files behind one renamed link, so that readers load a consistent set. Absent: plain files. */
  readonly publish?: 'symlinks';
  /** What runs once its files have changed; absent: nothing. */
  readonly onChange?: Hook;
  /** Where it can be asked what it serves; of servers and peers alone. */
  readonly address?: Address;
  /** Absent: files keep their owners. */
  readonly ownership?: Ownership;
  /** Its certificates are no longer to be accepted. Absent: they are. */
  readonly revoked?: Revocation;
}

/** Signs certificates: an intermediate CA where it has an issuer, a root where it has none. */
export interface Authority extends EntityBase {
  readonly kind: 'authority';
  /** RFC 5280 §4.2.1.9: how many CA certificates may follow below this one; `null` for no limit. */
  readonly pathLength: number | null;
  /** Which names may stand below it; absent: any. */
  readonly nameConstraints?: NameConstraints;
  /** What chains through it have to show; absent: nothing. */
  readonly policyConstraints?: PolicyConstraints;
  /** After how many further certificates anyPolicy counts no more; absent: never. */
  readonly inhibitAnyPolicy?: number;
  /** Of its signatures; absent: as strong as its key. */
  readonly digest?: Digest;
  /** What its RSA key does with it; absent: RSASSA-PKCS1-v1_5. */
  readonly signature?: Padding;
  /** Its revocation list. */
  readonly crl?: CrlSettings;
  /** Certificates that it revokes by number. Absent: none. */
  readonly revokes?: readonly RevokedSerial[];
  /** Answers about what it signed. Absent: it gives none. */
  readonly ocsp?: OcspSettings;
  /** Where its certificate is, for what it signs. */
  readonly caIssuers?: Location;
}

/** It signs no certificate, and always has an issuer. */
export interface EndEntity extends EntityBase {
  readonly kind: LeafKind;
  readonly issuer: EntityId;
  /** The bridge that its chain leads through, to the root of someone else; absent: the line of its issuer. */
  readonly through?: EntityId;
  /** Whether its certificate demands a stapled OCSP response; absent: it stays as it is. */
  readonly mustStaple?: boolean;
  /** Whether its certificate says that its own revocation need not be asked for; absent: it stays as it is. */
  readonly ocspNoCheck?: boolean;
  /** Secrets of clusters that its files go into; absent: none. */
  readonly deliver?: readonly Delivery[];
}

/** Anything with a key and a certificate of its own; `kind` says what it is. */
export type Entity = Authority | EndEntity;

/** A resolved manifest: every entity, authorities before what they sign, otherwise in manifest order. */
export interface Inventory {
  /** The output folder as the manifest writes it, relative to the manifest. */
  readonly output: string;
  /** Seconds for which replaced keys and certificates are kept; absent: forever. */
  readonly archiveFor?: number;
  /** What the manifest says makes keys and certificates; absent: `auto`. */
  readonly engine?: EngineChoice;
  readonly entities: readonly Entity[];
  /**
   * Where settings are written that only the host can judge, as `pki.yaml:8:12`, by entity and name of the setting. Absent:
   * there are none.
   */
  readonly written?: ReadonlyMap<string, string>;
  /** Where on this host it may name files: of this run, and no part of what the manifest says. Absent: nowhere. */
  readonly allowedPaths?: AllowedPaths;
}

/** The same without what is no longer to be accepted. */
export function withoutRevoked(inventory: Inventory): Inventory {
  return { ...inventory, entities: inventory.entities.filter(({ revoked }) => revoked === undefined) };
}

/** The key of a setting of an entity in `written`. */
export function writtenKey(id: EntityId, setting: string): string {
  return `${id} ${setting}`;
}

/** Whether a top-level key of a manifest holds entries. */
export function isSection(key: string): key is Section {
  return Object.hasOwn(KINDS, key);
}

/** The id of a bridge: a further certificate of the authority `name`, signed by the authority `by`. */
export function bridgeName(name: string, by: string): string {
  return `${name}@${by}`;
}

/** `servers/api` of the server `api`. */
export function entityId(section: Section, name: string): EntityId {
  return `${section}/${name}`;
}

/** The kind of `servers/api`; `undefined` for what is not an entity's id. */
export function kindOf(id: string): EntityKind | undefined {
  const section = SECTIONS.find((name) => id.startsWith(`${name}/`));
  return section && KINDS[section];
}

/** Closes a union: a new member that no branch handles fails to compile here. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected value ${JSON.stringify(value)}`);
}
