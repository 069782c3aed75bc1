/** The files that an entity can have: what each is called, who may read it, and whether `outputs` can ask for it. */

import type { KeySpec } from './key-spec.ts';
import { fromKeys, keysOf } from './record.ts';

/** What a file holds, and in which form; `cert` is one certificate or more, `pem` a key and certificates. */
export type FileForm =
  | 'key'
  | 'pkcs8'
  | 'request'
  | 'cert'
  | 'der'
  | 'public'
  | 'pkcs7'
  | 'pem'
  | 'pkcs12'
  | 'jks'
  | 'secret'
  | 'config-map'
  | 'crl'
  | 'roots-and-crls';

/** What is known of an artifact before anything is planned. */
interface ArtifactTraits {
  /** Usual name below the entity's folder. */
  readonly file: string;
  readonly form: FileForm;
  /** Holds a private key: only its owner may read it. */
  readonly secret: boolean;
  /** Written where `outputs` is left out. */
  readonly standard: boolean;
  /** `outputs` names it; the others follow from what an entity is. */
  readonly asked: boolean;
  /** Holds the authorities between the certificate and its root, which a peer must be sent (RFC 8446 §4.4.2). */
  readonly presents?: true;
  /** Holds the roots that an entity trusts. */
  readonly trusts?: true;
  /** A form that only keys of this algorithm have. */
  readonly onlyFor?: KeySpec['algorithm'];
  /** The word in `outputs` that asks for it together with others; absent: its own name does. */
  readonly word?: 'split' | 'keystore' | 'truststore';
}

/** Traits of a file with one certificate of several. */
const PART = { form: 'cert', secret: false, standard: false, asked: true, word: 'split' } as const;
const ROOT = { ...PART, trusts: true } as const;
const BETWEEN = { ...PART, presents: true } as const;

/** One row for each artifact, in the order in which they are listed everywhere. */
export const ARTIFACTS = {
  key: { file: 'key.pem', form: 'key', secret: true, standard: true, asked: true },
  csr: { file: 'csr.pem', form: 'request', secret: false, standard: true, asked: true },
  cert: { file: 'cert.pem', form: 'cert', secret: false, standard: true, asked: true },
  chain: { file: 'chain.pem', form: 'cert', secret: false, standard: true, asked: true, presents: true },
  fullchain: {
    file: 'fullchain.pem',
    form: 'cert',
    secret: false,
    standard: true,
    asked: true,
    presents: true,
  },
  ca: { file: 'ca.pem', form: 'cert', secret: false, standard: true, asked: true, trusts: true },
  'ca-chain': {
    file: 'ca-chain.pem',
    form: 'cert',
    secret: false,
    standard: false,
    asked: true,
    trusts: true,
  },
  public: { file: 'public.pem', form: 'public', secret: false, standard: false, asked: true },
  der: { file: 'cert.der', form: 'der', secret: false, standard: false, asked: true },
  pkcs7: { file: 'chain.p7b', form: 'pkcs7', secret: false, standard: false, asked: true },
  'pkcs8-der': { file: 'key.pk8', form: 'pkcs8', secret: true, standard: false, asked: true },
  pkcs1: { file: 'key-pkcs1.pem', form: 'key', secret: true, standard: false, asked: true, onlyFor: 'rsa' },
  sec1: { file: 'key-sec1.pem', form: 'key', secret: true, standard: false, asked: true, onlyFor: 'ecdsa' },
  combined: { file: 'combined.pem', form: 'pem', secret: true, standard: false, asked: true, presents: true },
  pkcs12: {
    file: 'identity.p12',
    form: 'pkcs12',
    secret: true,
    standard: false,
    asked: true,
    presents: true,
  },
  keystore: {
    file: 'keystore.p12',
    form: 'pkcs12',
    secret: true,
    standard: false,
    asked: true,
    presents: true,
  },
  truststore: {
    file: 'truststore.p12',
    form: 'pkcs12',
    secret: false,
    standard: false,
    asked: true,
    trusts: true,
  },
  'keystore-jks': {
    file: 'keystore.jks',
    form: 'jks',
    secret: true,
    standard: false,
    asked: true,
    presents: true,
    word: 'keystore',
  },
  'truststore-jks': {
    file: 'truststore.jks',
    form: 'jks',
    secret: false,
    standard: false,
    asked: true,
    trusts: true,
    word: 'truststore',
  },
  secret: {
    file: 'secret.yaml',
    form: 'secret',
    secret: true,
    standard: false,
    asked: true,
    presents: true,
    trusts: true,
  },
  bundle: {
    file: 'bundle.yaml',
    form: 'config-map',
    secret: false,
    standard: false,
    asked: true,
    trusts: true,
  },
  /** Revocation lists of all authorities below the roots that it trusts; of an authority, of those above it. */
  crls: { file: 'crls.pem', form: 'crl', secret: false, standard: false, asked: true },
  /** The same behind the certificates that they are for, for programs that read both from one file. */
  'ca-crls': {
    file: 'ca-crls.pem',
    form: 'roots-and-crls',
    secret: false,
    standard: false,
    asked: true,
    trusts: true,
  },
  'crl-der': { file: 'crl.der', form: 'crl', secret: false, standard: false, asked: true },
  'ca-1': { file: 'ca-1.pem', ...ROOT },
  'ca-2': { file: 'ca-2.pem', ...ROOT },
  'ca-3': { file: 'ca-3.pem', ...ROOT },
  'ca-4': { file: 'ca-4.pem', ...ROOT },
  'ca-5': { file: 'ca-5.pem', ...ROOT },
  'ca-6': { file: 'ca-6.pem', ...ROOT },
  'ca-7': { file: 'ca-7.pem', ...ROOT },
  'ca-8': { file: 'ca-8.pem', ...ROOT },
  'chain-1': { file: 'chain-1.pem', ...BETWEEN },
  'chain-2': { file: 'chain-2.pem', ...BETWEEN },
  'chain-3': { file: 'chain-3.pem', ...BETWEEN },
  'chain-4': { file: 'chain-4.pem', ...BETWEEN },
  /** Certificates that a root had before and that are still trusted, newest first. */
  previous: { file: 'previous.pem', form: 'cert', secret: false, standard: true, asked: false },
  /** What an authority revoked, where `crl` has it make a list. */
  crl: { file: 'crl.pem', form: 'crl', secret: false, standard: true, asked: false },
  /** The last lists of keys and names that it had before, newest first. */
  'former-crls': { file: 'former-crls.pem', form: 'crl', secret: false, standard: true, asked: false },
} as const satisfies Record<string, ArtifactTraits>;

/** The same rows, each with every trait that a row can have. */
const TRAITS: Readonly<Record<keyof typeof ARTIFACTS, ArtifactTraits>> = ARTIFACTS;

/** The name of an artifact. */
export type Artifact = keyof typeof ARTIFACTS;

/** An artifact that `outputs` can ask for. */
export type Output = { [A in Artifact]: (typeof ARTIFACTS)[A]['asked'] extends true ? A : never }[Artifact];

/** Every artifact, in the order of the table. */
export const ALL_ARTIFACTS: readonly Artifact[] = keysOf(ARTIFACTS);

/** Those that `outputs` can ask for. `key` and `cert` are always among those of an entity. */
export const OUTPUTS: readonly Output[] = ALL_ARTIFACTS.filter(isOutput);

/** What an entity gets where `outputs` is left out. */
export const STANDARD_OUTPUTS: readonly Output[] = OUTPUTS.filter((output) => ARTIFACTS[output].standard);

/** Whether a text is the name of an artifact. */
export function isArtifact(name: unknown): name is Artifact {
  return typeof name === 'string' && Object.hasOwn(ARTIFACTS, name);
}

/** Whether one of them shows peers the authorities below the root. */
export function presentsChain(outputs: readonly Output[]): boolean {
  return outputs.some((output) => TRAITS[output].presents === true);
}

/** Whether one of them holds the roots that are trusted. */
export function holdsTrust(outputs: readonly Output[]): boolean {
  return outputs.some((output) => TRAITS[output].trusts === true);
}

/** The algorithm that a key must have for this form of it; `null` for any. */
export function onlyFor(output: Output): KeySpec['algorithm'] | null {
  return TRAITS[output].onlyFor ?? null;
}

function isOutput(artifact: Artifact): artifact is Output {
  return ARTIFACTS[artifact].asked;
}

/** Permission bits of a secret, and of what others may read. */
const SECRET_MODE = 0o600;
const OPEN_MODE = 0o644;

/** The mode of an artifact: decided here and nowhere else. */
export function modeOf(artifact: Artifact): number {
  return ARTIFACTS[artifact].secret ? SECRET_MODE : OPEN_MODE;
}

/**
 * Permission bits that an artifact must not have: only the owner reads secrets, and only the owner writes anything.
 * @param isShared a group was given it on purpose, as `root:ssl-cert` is on Debian: that may read it.
 */
export function forbiddenBits(artifact: Artifact, isShared = false): number {
  if (!ARTIFACTS[artifact].secret) return 0o022;
  return isShared ? 0o037 : 0o077;
}

/** The mode that ends what others could do: a group that was given a secret goes on reading it. */
export function closedMode(artifact: Artifact, mode: number, isShared: boolean): number {
  return modeOf(artifact) | (isShared ? mode & 0o040 : 0);
}

/** A value for every artifact, each made by the same function. */
export function eachArtifact<T>(make: (artifact: Artifact) => T): Readonly<Record<Artifact, T>> {
  return fromKeys(ALL_ARTIFACTS, make);
}

/** The files of a further certificate of an authority: what takes the key or a password is in the authority's own folder. */
export const BRIDGE_OUTPUTS = [
  'cert',
  'chain',
  'fullchain',
  'ca',
  'der',
  'pkcs7',
] as const satisfies readonly Output[];
