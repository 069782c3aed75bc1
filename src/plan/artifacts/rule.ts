/** What the plan, the engine and the writer have to know of one artifact. */

import type { YamlValue } from '../../manifest/yaml-object.ts';
import type { Artifact } from '../../pki/artifact.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import type { ById } from '../../pki/issuers.ts';
import type { Seal } from '../../pki/seal.ts';
import type { Fingerprint, KeyFacts } from '../../x509/facts.ts';
import type { Label } from '../../x509/pkcs12.ts';
import type { Bag, Pkcs12Options } from '../../x509/pkcs12-write.ts';
import type { Format, KeySource, Make } from '../make.ts';
import { changingParts, contentOf, type Members, type Part } from '../parts.ts';
import type { Reason } from '../reason.ts';

/** What the files of one entity are compared with, where its certificate stays. */
export interface Situation {
  readonly entity: Entity;
  readonly byId: ById;
  /** The private key on disk, or `null` where it cannot be read. */
  readonly key: KeyFacts | null;
  /** Of the entity itself, and of all authorities. */
  readonly members: Members;
  /** The owner, current or former, of each certificate in a trust bundle. */
  readonly anchors: ReadonlyMap<Fingerprint, EntityId>;
}

interface Readable<Facts> {
  /** Bytes of a file → what they say. @throws Error whose message says what is wrong with the content. */
  read(bytes: Buffer): Facts;
}

/** Made whenever a certificate is issued, and never by itself: the key and the certificate. */
export interface IssuedRule<Facts> extends Readable<Facts> {
  readonly by: 'issue';
}

interface Compound<Facts> extends Readable<Facts> {
  parts(entity: Entity, byId: ById): readonly Part[];
  /** What a file that was read holds, in the words of `contentOf`. */
  pieces(facts: Facts): readonly string[];
}

/** Put together from parts; without any there is no such file. */
export interface BundleRule<Facts> extends Compound<Facts> {
  readonly by: 'parts';
  /** Which piece of the parts it holds, from 0; absent: all of them. */
  readonly nth?: number;
}

/** The same in another form than PEM, which takes a call of an engine. */
export interface ConversionRule<Facts> extends Compound<Facts> {
  readonly by: 'conversion';
  readonly format: Format;
}

/** What is known of a file under a password. */
export interface SealedFacts {
  /** By which a file of ours shows what is in it (x509/pkcs12.ts). */
  readonly mark: string;
  /** Its pieces, where the password opened it. */
  readonly content: readonly string[] | 'closed' | 'other-password';
}

/** The same, closed by a password; made in this process, whatever the engine. */
export interface SealedRule extends Readable<SealedFacts> {
  readonly by: 'password';
  parts(entity: Entity, byId: ById): readonly Part[];
  /** What the `index`th piece of a part is, and its name. */
  bag(part: Part, index: number, entity: Entity, seal: Seal): Label;
  /** The format in words. */
  readonly called: string;
  /** What is said of it before its pieces. */
  head(seal: Seal): string;
  /** Every piece of a file; `null` where the password is another. @throws Error where it cannot be read even so. */
  open(bytes: Buffer, password: string): readonly string[] | null;
  /** A file's octets. */
  write(bags: readonly Bag[], options: Pkcs12Options): Buffer;
}

/** The pieces of each entry, by its key; `null` for what is not made yet. */
export type Entries = readonly (readonly [key: string, pieces: readonly (string | null)[]])[];

/** An object of Kubernetes with files in it, as YAML; what it says is a list of pieces (artifacts/object.ts). */
export interface ObjectRule<Facts = readonly string[]> extends Readable<Facts> {
  readonly by: 'object';
  readonly kind: string;
  /** What its data is in. */
  readonly encoding: 'base64' | 'text';
  /** The parts of each entry of its data, by key. */
  readonly entries: Readonly<Record<string, (entity: Entity, byId: ById) => readonly Part[]>>;
  /** All that it is made of. */
  parts(entity: Entity, byId: ById): readonly Part[];
  /** What a file that was read holds, in the words of `content`. */
  pieces(facts: Facts): readonly string[];
  /** All but its data. */
  head(entity: Entity): Readonly<Record<string, YamlValue>>;
  /** What the file of an entity is to hold, piece by piece. */
  content(entity: Entity, entries: Entries): readonly (string | null)[];
}

/** Made by a call of an engine. */
export interface CallRule<Facts> extends Readable<Facts> {
  readonly by: 'call';
  /** Whether a file that can be read is not what it should be. */
  isStale(facts: Facts, situation: Situation): boolean;
  make(entity: Entity, key: KeySource): Make;
}

/** A revocation list, which depends on what was listed before (plan/list.ts decides about it). */
export interface ListRule<Facts> extends Readable<Facts> {
  readonly by: 'list';
}

/** Methods, so that rules of all kinds of facts go into one table. */
export type ArtifactRule<Facts> =
  | IssuedRule<Facts>
  | BundleRule<Facts>
  | ConversionRule<Facts>
  | CallRule<Facts>
  | ListRule<Facts>
  | (Readable<Facts> & Omit<SealedRule, 'read'>)
  | ObjectRule<Facts>;

/** Whether the file follows from its parts alone. */
export function isCompound<Facts>(
  rule: ArtifactRule<Facts>,
): rule is BundleRule<Facts> | ConversionRule<Facts> {
  return rule.by === 'parts' || rule.by === 'conversion';
}

/** Whether an entity that asks for the file gets it. */
export function exists(rule: ArtifactRule<unknown>, { entity, byId, members }: Situation): boolean {
  const isAlways = rule.by === 'issue' || rule.by === 'call' || rule.by === 'list';
  return isAlways || held(rule, contentOf(rule.parts(entity, byId), members)).length > 0;
}

/** What of all pieces a file holds. */
export function held<T>(rule: { readonly nth?: number } | object, pieces: readonly T[]): readonly T[] {
  return 'nth' in rule && rule.nth !== undefined ? pieces.slice(rule.nth, rule.nth + 1) : pieces;
}

/** Reasons to make a file again though it can be read and the certificate stays. */
export function staleReasons(
  artifact: Artifact,
  rule: ArtifactRule<unknown>,
  facts: unknown,
  situation: Situation,
): readonly Reason[] {
  const { entity, byId, members } = situation;
  switch (rule.by) {
    case 'issue':
    case 'list':
      return [];
    case 'parts':
    case 'conversion': {
      const parts = rule.parts(entity, byId);
      const isSame = rule.pieces(facts).join() === held(rule, contentOf(parts, members)).join();
      return isSame ? [] : partReasons(artifact, parts, situation);
    }
    case 'password':
      // Decided with the seal of the entity (plan/sealed.ts).
      return [];
    case 'object':
      return rule.pieces(facts).join() === objectContent(rule, situation).join()
        ? []
        : partReasons(artifact, rule.parts(entity, byId), situation);
    case 'call':
      return rule.isStale(facts, situation) ? [{ kind: 'stale', artifact }] : [];
  }
}

function objectContent(
  { entries, content }: Pick<ObjectRule, 'entries' | 'content'>,
  { entity, byId, members }: Situation,
): readonly (string | null)[] {
  const found = Object.entries(entries).map(
    ([key, parts]) => [key, contentOf(parts(entity, byId), members)] as const,
  );
  return content(entity, found);
}

/** Members that change in this plan are named, once each; otherwise the content alone differs. */
function partReasons(
  artifact: Artifact,
  parts: readonly Part[],
  { members, entity }: Situation,
): readonly Reason[] {
  const isList = ({ kind }: Part): boolean => kind === 'list' || kind === 'former-lists';
  const others = parts.filter((part) => !isList(part));
  const changing = changingParts(others, members, entity.id);
  const lists = changingParts(parts.filter(isList), members, entity.id);
  if (changing.size + lists.size === 0) return [{ kind: 'stale', artifact }];
  return [
    ...[...changing].map((issuer): Reason => ({ kind: 'issuer-changes', issuer })),
    ...[...lists].map((of): Reason => ({ kind: 'list-changes', of })),
  ];
}
