/** What a step makes: the things that an engine can be asked for (engine/), each with all that it takes. */

import type { Artifact } from '../pki/artifact.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import type { Generation, StagedFile } from '../pki/paths.ts';
import type { RevocationList } from '../pki/revocation.ts';
import type { EncodedName } from '../x509/name.ts';
import type { Issuance } from './change.ts';
import type { Part } from './parts.ts';

/** A private key in a file. */
export interface KeyFile {
  readonly kind: 'file';
  readonly of: EntityId;
  /** Made by this run, so still in staging; otherwise the one in its place. */
  readonly isNew: boolean;
}

/** A private key on the token of an entity: it was there before this run. */
export interface KeyToken {
  readonly kind: 'token';
  readonly of: EntityId;
  readonly isNew: false;
}

/** What signs. */
export type SigningKey = KeyFile | KeyToken;

/** A public key of which no private half is here. */
export interface KeyGiven {
  readonly kind: 'given';
  /** Hex of the DER of its SubjectPublicKeyInfo. */
  readonly spki: string;
}

/** The same, which the certificate of an authority shows, where that is in its place. */
export interface KeyShown {
  readonly kind: 'shown';
  readonly of: EntityId;
}

/** What a certificate is for, where no private half is here. */
export type PublicKey = KeyGiven | KeyShown;

/** Whether a key signs nothing here. */
export function isPublicKey(key: SigningKey | PublicKey): key is PublicKey {
  return key.kind === 'given' || key.kind === 'shown';
}

/** Where an engine has the key of an entity from. */
export type KeySource = SigningKey | KeyGiven;

/** Whose key signs. */
export type Signer =
  /** The certificate's own key: a root. */
  | { readonly kind: 'self'; readonly key: SigningKey }
  /** The certificate and key that an authority has in their places. */
  | { readonly kind: 'authority'; readonly id: EntityId; readonly key: SigningKey };

/** What is asked of an engine: one thing for an entity; its files appear in the entity's staging folder. */
export type EngineMake =
  /** A certification request, and the private key that signs it where that is new. `name` replaces the subject. */
  | { readonly op: 'request'; readonly of: EntityId; readonly key: SigningKey; readonly name?: EncodedName }
  /** A certificate for the key and name of the staged request. @see RFC 4210 §4.4.1 for `cross` ("new with old"). */
  | {
      readonly op: 'sign';
      readonly of: EntityId;
      readonly by: Signer;
      /** The key that it is for, where no request is staged. */
      readonly key?: PublicKey;
      /** Kind of the key that signs (`ecdsa-p384`), where that is not the signer's key in the manifest. */
      readonly signedWith?: string;
      readonly issuance: Issuance;
      readonly to: 'cert' | 'cross';
    }
  /** The public half of the private key. */
  | { readonly op: 'public'; readonly of: EntityId; readonly key: KeySource }
  /** A revocation list, by the key and in the name that the authority has afterwards, or, its last one, has now. */
  | {
      readonly op: 'crl';
      readonly of: EntityId;
      readonly key: SigningKey;
      /** Whether its certificate is made by this run, and so still in staging. */
      readonly isNewCertificate: boolean;
      readonly list: RevocationList;
      /** Kind of the key that signs, where that is not the authority's key in the manifest. */
      readonly signedWith?: string;
      /** The set of the archive that has the key and its certificate. Absent: they are in their places. */
      readonly archived?: string;
      readonly to: 'crl' | 'former-crl';
    }
  /** A file in another form than PEM, of parts that are staged together (run/provide.ts). */
  | {
      readonly op: 'convert';
      readonly of: EntityId;
      readonly parts: readonly Part[];
      readonly format: Format;
      readonly to: Artifact;
    };

/** One step towards the files of an entity. */
export type Make =
  | EngineMake
  /** Files that were kept for an answer from another machine, and the certificate that came from there. */
  | { readonly op: 'take'; readonly of: EntityId; readonly files: readonly ('key' | 'csr' | 'cert')[] };

/** Forms that PEM is converted to; openssl/convert.ts says how. */
export type Format = 'certificate-der' | 'list-der' | 'pkcs7' | 'pkcs8-der' | 'traditional';

/** A file in its place that a make is made from. */
export interface Source {
  readonly of: EntityId;
  readonly file: 'key' | 'cert';
  readonly generation: Generation;
  /** The set of the archive that has it. */
  readonly archived?: string;
}

/** What a make reads of files in their places. */
export function sourcesOf(make: Make): readonly Source[] {
  if (make.op === 'convert' || make.op === 'take') return [];
  const generation = generationOf(make);
  const key = make.op === 'sign' ? make.by.key : make.key;
  const keys = key.kind !== 'file' || key.isNew ? [] : [{ of: key.of, file: 'key', generation } as const];
  if (make.op === 'crl') return listSources(make, generation);
  if (make.op !== 'sign' || make.by.kind === 'self') return keys;
  const shown = make.key?.kind === 'shown' ? [{ of: make.key.of, file: 'cert', generation } as const] : [];
  return [...keys, { of: make.by.id, file: 'cert', generation }, ...shown];
}

function listSources(
  { of, key, isNewCertificate, archived }: Extract<Make, { op: 'crl' }>,
  generation: Generation,
): readonly Source[] {
  const from = archived === undefined ? {} : { archived };
  return [
    ...(key.kind !== 'file' || key.isNew ? [] : [{ of: key.of, file: 'key', generation, ...from } as const]),
    ...(isNewCertificate ? [] : [{ of, file: 'cert', generation, ...from } as const]),
  ];
}

/** A cross-certificate, or a last list, is signed by what the authority has before it is published. */
export function generationOf(make: Make): Generation {
  if (make.op === 'sign') return make.to === 'cross' ? 'former' : 'current';
  if (make.op !== 'crl' || make.to !== 'former-crl') return 'current';
  return make.archived === undefined ? 'former' : 'archived';
}

/** The files that a make leaves in staging. */
export function outputsOf(make: Make): readonly StagedFile[] {
  switch (make.op) {
    case 'request':
      return make.key.isNew ? ['key', 'csr'] : ['csr'];
    case 'sign':
      return [make.to];
    case 'public':
      return ['public'];
    case 'crl':
      return [make.to];
    case 'convert':
      return [make.to];
    case 'take':
      return make.files;
    default:
      return unreachable(make);
  }
}
