/** Where the private key of an entity is, if it is not in its folder. */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from './artifact.ts';

/** A public key, and what a certificate says of it. */
export interface GivenKey {
  /** SHA-256 of its SubjectPublicKeyInfo, hex (x509/facts.ts). */
  readonly keyId: string;
  /** SHA-1 of its bits, hex: the SKI of a certificate for it. */
  readonly keyIdentifier: string;
  /** Hex of the DER of its SubjectPublicKeyInfo. */
  readonly spki: string;
}

/** Elsewhere: nothing here makes it, and nothing here signs with it. */
export type KeyPlace =
  /** On a machine of its own: what an authority has to sign is brought there, and comes back. */
  | { readonly kind: 'offline' }
  /** With someone who sent a certification request, of which only the public key counts. */
  | {
      readonly kind: 'request';
      /** Relative to the manifest. */
      readonly path: string;
      /** The request, as it is brought to a machine with an offline key. */
      readonly pem: string;
      readonly key: GivenKey;
      /** What the request asks for and the manifest does not, as `san dns:x.test`; it is ignored. */
      readonly ignored: readonly string[];
    }
  /** With someone else, who signs nothing for us: the certificates of an authority that is trusted, and no more. */
  | {
      readonly kind: 'anchor';
      /** Relative to the manifest. */
      readonly path: string;
      /** As PEM, in the order of the file: at least one. */
      readonly certificates: readonly string[];
    }
  /** With the authority of that id, of whose key and name this is a further certificate, signed by someone else. */
  | {
      readonly kind: 'bridge';
      readonly of: string;
      /** The private half is not here: the certificate of that authority shows the public one. Absent: it is. */
      readonly shown?: true;
    };

interface Placed {
  readonly keyPlace?: KeyPlace;
}

/** Files that take the private key to make: those that hold it, and those that prove that it is there. */
export const KEYED: ReadonlySet<Artifact> = new Set(
  ALL_ARTIFACTS.filter((artifact) => ARTIFACTS[artifact].secret || ['csr', 'public'].includes(artifact)),
);

/** Whether a file cannot be made for want of the key. A request brings its public half. */
export function takesKey({ kind }: KeyPlace, artifact: Artifact): boolean {
  return KEYED.has(artifact) && !(kind === 'request' && artifact === 'public');
}

/** Whether the key of an authority is on a machine of its own. */
export function isOffline({ keyPlace }: Placed): boolean {
  return keyPlace?.kind === 'offline';
}

/** Whether nothing here can know a key: that of an offline authority, or of an anchor. */
export function isKeyless({ keyPlace }: Placed): boolean {
  return keyPlace?.kind === 'offline' || keyPlace?.kind === 'anchor';
}

/** The authority of which this is a further certificate; `null` where it is none. */
export function bridgedBy({ keyPlace }: Placed): string | null {
  return keyPlace?.kind === 'bridge' ? keyPlace.of : null;
}

/** The same where only the certificate of that authority shows the key. */
export function shownBy({ keyPlace }: Placed): string | null {
  return keyPlace?.kind === 'bridge' && keyPlace.shown ? keyPlace.of : null;
}

/** The request that an entity's key comes from; `undefined` where that is not so. */
export function requestOf({ keyPlace }: Placed): Extract<KeyPlace, { kind: 'request' }> | undefined {
  return keyPlace?.kind === 'request' ? keyPlace : undefined;
}
