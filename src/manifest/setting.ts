/** What a row of the table of settings (settings.ts) says, and the shorthand in which rows are written. */
import type * as z from 'zod';
import type { EntityKind } from '../pki/entity.ts';

/** The maps in which a setting can stand, each with its shape there; `defaults` has those that entries inherit. */
export interface Places {
  readonly authority?: z.ZodType;
  readonly leaf?: z.ZodType;
  readonly defaults?: z.ZodType;
}
/** One of those maps. */
export type Place = keyof Places;

/** What a built-in default depends on: a root is an authority without an issuer. */
export type Rank = 'leaf' | 'intermediate' | 'root';

/** The value where a manifest says nothing. */
export type ByRank<T> = Readonly<Record<Rank, T>>;

/** One setting: all that is known of it but who reads it. */
export interface Row {
  readonly places: Places;
  /** It says which entry this is: neither a profile nor the defaults of a section can hold it. */
  readonly single?: true;
  /**
   * An authority does not take it from `defaults` for all: a root would become its own issuer, and what runs a service
   * would own the key that signs.
   */
  readonly leavesOnly?: true;
  /** An entry without it still says who it is, who signs it and where it goes: a mistake in it spoils nothing else. */
  readonly lesser?: true;
  /** A map of which each layer adds what the layers nearer to the entry leave out; of any other value the nearest counts. */
  readonly merged?: true;
  readonly builtIn?: ByRank<unknown>;
  /** A built-in value as a manifest spells it, where that is not the value itself. */
  spelled?(value: unknown): unknown;
  /** The default in words, where there is no built-in value, or none that a manifest could spell. */
  readonly byDefault?: string;
  /** Kind of value, in Markdown. */
  readonly type: string;
  /** What it decides, in Markdown: part of a sentence, without the full stop. */
  readonly meaning: string;
  /** For editors; each a value as a manifest spells it. */
  readonly examples?: readonly unknown[];
}

/** In every entry, and in `defaults` for all of them. */
export function everywhere<T extends z.ZodType>(schema: T) {
  const shape = schema.optional();
  return { authority: shape, leaf: shape, defaults: shape };
}

/** In every entry, each for itself. */
export function entries<T extends z.ZodType>(schema: T) {
  const shape = schema.optional();
  return { authority: shape, leaf: shape };
}

/** A shape that also takes `null`, by which a layer of the manifest takes away what it inherits. */
export function takeable<T extends z.ZodType>(shape: T) {
  return shape
    .nullable()
    .transform((value) => value ?? undefined)
    .optional();
}

/** The same default for all. */
export function always<const T>(value: T): ByRank<T> {
  return { leaf: value, intermediate: value, root: value };
}

/** The rank of an entry that is written with, or without, an issuer. */
export function rankOf(kind: EntityKind, issuer: string | undefined): Rank {
  if (kind !== 'authority') return 'leaf';
  return issuer === undefined ? 'root' : 'intermediate';
}

/** A built-in default as a manifest spells it; `undefined` where there is none. */
export function spelledDefault({ builtIn, spelled }: Row, rank: Rank): unknown {
  return spelled && builtIn ? spelled(builtIn[rank]) : builtIn?.[rank];
}

/** Words in Markdown. */
export function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(' ');
}
