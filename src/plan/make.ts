/** What a step makes: the things that an engine can be asked for (engine/), each with all that it takes. */
import type { EntityId } from '../pki/entity.ts';
import type { StagedFile } from '../pki/paths.ts';
import type { EncodedName } from '../x509/name.ts';
import type { Issuance } from './change.ts';

/** Where the private key of an entity is. */
export interface KeySource {
  readonly kind: 'file';
  readonly of: EntityId;
  /** Made by this run, so still in staging; otherwise the one in its place. */
  readonly isNew: boolean;
}

/** Whose key signs. */
export type Signer =
  /** The certificate's own key: a root. */
  | { readonly kind: 'self'; readonly key: KeySource }
  /** The certificate and key that an authority has in their places. */
  | { readonly kind: 'authority'; readonly id: EntityId; readonly key: KeySource };

/** One thing to make for an entity; its files appear in the entity's staging folder. */
export type Make =
  /** A certification request, and the private key that signs it where that is new. `name` replaces the subject. */
  | { readonly op: 'request'; readonly of: EntityId; readonly key: KeySource; readonly name?: EncodedName }
  /** A certificate for the key and name of the staged request. @see RFC 4210 §4.4.1 for `cross` ("new with old"). */
  | {
      readonly op: 'sign';
      readonly of: EntityId;
      readonly by: Signer;
      /** Kind of the key that signs (`ecdsa-p384`), where that is not the signer's key in the manifest. */
      readonly signedWith?: string;
      readonly issuance: Issuance;
      readonly to: 'cert' | 'cross';
    }
  /** The public half of the private key. */
  | { readonly op: 'public'; readonly of: EntityId; readonly key: KeySource };

/** The files that a make leaves in staging. */
export function outputsOf(make: Make): readonly StagedFile[] {
  switch (make.op) {
    case 'request':
      return make.key.isNew ? ['key', 'csr'] : ['csr'];
    case 'sign':
      return [make.to];
    case 'public':
      return ['public'];
  }
}
