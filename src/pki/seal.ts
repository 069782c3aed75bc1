/** Files that are closed by a password, and what a manifest says of them. */
import type { Artifact } from './artifact.ts';
import type { SecretSource } from './secret-source.ts';

/** The artifacts that are closed so. */
export const SEALED = [
  'pkcs12',
  'keystore',
  'truststore',
  'keystore-jks',
  'truststore-jks',
] as const satisfies readonly Artifact[];
/** One of them. */
export type SealedArtifact = (typeof SEALED)[number];

/** `modern`: AES-256 and SHA-256; `compatible`: 3DES and SHA-1, which systems of before 2020 read. */
export type Encryption = 'modern' | 'compatible';

/** How one of them is made. */
export interface Seal {
  readonly password: SecretSource;
  readonly encryption: Encryption;
  /** Under which programs list the key; absent: the entity's name. */
  readonly name?: string;
}

/** Words of `outputs` that are closed so, and their artifacts in other formats than PKCS#12. */
export const SEALED_WORDS = ['pkcs12', 'keystore', 'truststore'] as const satisfies readonly SealedArtifact[];
/** One of them. */
export type SealedWord = (typeof SEALED_WORDS)[number];
/** Formats of such a file. */
export const SEAL_FORMATS = ['pkcs12', 'jks'] as const;
/** One of them. */
export type SealFormat = (typeof SEAL_FORMATS)[number];

/** The artifact of a word, by its format. */
export function sealedAs(word: SealedWord, format: SealFormat = 'pkcs12'): SealedArtifact {
  return format === 'jks' && word !== 'pkcs12' ? `${word}-jks` : word;
}

/** Those that an entity has. */
export type Seals = { readonly [A in SealedArtifact]?: Seal };

/** Whether an artifact is closed by a password. */
export function isSealed(artifact: Artifact): artifact is SealedArtifact {
  return SEALED.some((one) => one === artifact);
}
