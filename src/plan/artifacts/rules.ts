/** One rule for each artifact (pki/artifact.ts); a row that is missing does not compile. */
import type { Artifact } from '../../pki/artifact.ts';
import { ca } from './ca.ts';
import { caChain } from './ca-chain.ts';
import { cert } from './cert.ts';
import { chain } from './chain.ts';
import { combined } from './combined.ts';
import { crl } from './crl.ts';
import { crlDer } from './crl-der.ts';
import { caCrls, crls } from './crls.ts';
import { csr } from './csr.ts';
import { der } from './der.ts';
import { formerCrls } from './former-crls.ts';
import { fullchain } from './fullchain.ts';
import { key } from './key.ts';
import { secret, trustBundle } from './object.ts';
import { pkcs7 } from './pkcs7.ts';
import { pkcs8Der } from './pkcs8-der.ts';
import { previous } from './previous.ts';
import { publicKey } from './public.ts';
import type { ArtifactRule } from './rule.ts';
import { keystore, keystoreJks, truststore, truststoreJks } from './sealed.ts';
import { chainSlot, rootSlot } from './split.ts';
import { pkcs1, sec1 } from './traditional.ts';

/** How each artifact is read, compared and made. */
export const RULES = {
  key,
  csr,
  cert,
  chain,
  fullchain,
  ca,
  'ca-chain': caChain,
  public: publicKey,
  der,
  pkcs7,
  'pkcs8-der': pkcs8Der,
  pkcs1,
  sec1,
  combined,
  pkcs12: keystore,
  keystore,
  truststore,
  'keystore-jks': keystoreJks,
  'truststore-jks': truststoreJks,
  secret,
  bundle: trustBundle,
  crls,
  'ca-crls': caCrls,
  'crl-der': crlDer,
  'ca-1': rootSlot(0),
  'ca-2': rootSlot(1),
  'ca-3': rootSlot(2),
  'ca-4': rootSlot(3),
  'ca-5': rootSlot(4),
  'ca-6': rootSlot(5),
  'ca-7': rootSlot(6),
  'ca-8': rootSlot(7),
  'chain-1': chainSlot(0),
  'chain-2': chainSlot(1),
  'chain-3': chainSlot(2),
  'chain-4': chainSlot(3),
  previous,
  crl,
  'former-crls': formerCrls,
} as const satisfies { readonly [A in Artifact]: ArtifactRule<unknown> };

/** What a file of each artifact says. */
export type FactsOf<A extends Artifact> = ReturnType<(typeof RULES)[A]['read']>;

/** The same rules as functions from an artifact to its facts, which the compiler follows for one that it does not know. */
const READERS: { readonly [A in Artifact]: { read(bytes: Buffer): FactsOf<A> } } = RULES;

/** What a file says. @throws Error whose message says what is wrong with the content. */
export function readFacts<A extends Artifact>(artifact: A, bytes: Buffer): FactsOf<A> {
  return READERS[artifact].read(bytes);
}

/** The rule of an artifact that is known only at run time. */
export function ruleOf(artifact: Artifact): ArtifactRule<unknown> {
  return RULES[artifact];
}
