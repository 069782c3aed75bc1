/** Why an entry of a manifest is not in an export, in words: nothing is left out silently, and nothing is exported inexactly. */
import { type EntityId, unreachable } from '../pki/entity.ts';

/** What the engine cannot do as the manifest has it. */
export type OmissionCause =
  /** It makes, or signs for, no such keys. */
  | { readonly kind: 'key'; readonly key: string }
  /** Its certificates are no longer to be accepted. */
  | { readonly kind: 'revoked' }
  /** Its issuer is left out. */
  | { readonly kind: 'issuer'; readonly issuer: EntityId }
  /** Its issuer's key is on a machine of its own, and the engine signs with a key that it is given. */
  | { readonly kind: 'offline'; readonly issuer: EntityId }
  /** Only the certificate of its issuer is here, so that another engine issues it already. */
  | { readonly kind: 'elsewhere'; readonly issuer: EntityId }
  /** Its key is with someone who sent a request, and the engine makes keys itself. */
  | { readonly kind: 'request' }
  /** It issues nothing for as short a time. */
  | { readonly kind: 'validity' }
  /** It writes no such attribute into a subject. */
  | { readonly kind: 'attribute'; readonly type: string }
  /** The manifest wants an order of the subject that it does not write. */
  | { readonly kind: 'order' }
  /** It writes no names of that kind. */
  | { readonly kind: 'san'; readonly name: string }
  /** A value that the engine would read as more than one, or as a pattern. */
  | { readonly kind: 'value'; readonly value: string }
  /** It writes no such extension, or not as critical as it has to be. */
  | { readonly kind: 'extension'; readonly name: string }
  /** It signs with another digest or padding. */
  | { readonly kind: 'signature' }
  /** A key is on a token, and the engine would need it in a file, or make another. */
  | { readonly kind: 'token'; readonly of: EntityId }
  /** What it would hold is not in the output folder. */
  | { readonly kind: 'files' }
  /** A key is closed by a passphrase, and would have to be open there. */
  | { readonly kind: 'passphrase'; readonly of: EntityId }
  /** Its certificate is for another key than that beside it. */
  | { readonly kind: 'pair' }
  /** Its Secret has the name of another's. */
  | { readonly kind: 'secret'; readonly name: string; readonly of: EntityId };

/** One entry that is left out. */
export interface Omission {
  readonly entity: EntityId;
  readonly cause: OmissionCause;
}

/** `servers/api: OpenBao and Vault write no names of the kind of "dirName:CN=x"`. @param engine as its people call it. */
export function omissionText({ entity, cause }: Omission, engine: string): string {
  return `${entity}: ${omissionCauseText(cause, engine)}`;
}

/** The cause alone. */
export function omissionCauseText(cause: OmissionCause, engine: string): string {
  switch (cause.kind) {
    case 'key':
      return `${engine} has no keys of the kind ${cause.key}`;
    case 'revoked':
      return 'it is revoked';
    case 'issuer':
      return `its issuer ${cause.issuer} is left out`;
    case 'offline':
      return `the key of its issuer ${cause.issuer} is offline, and ${engine} would need it`;
    case 'elsewhere':
      return `its issuer ${cause.issuer} is that of someone else, who issues it elsewhere`;
    case 'request':
      return `its key is with someone who sent a request, and ${engine} makes keys itself`;
    case 'validity':
      return `${engine} issues nothing for as short a time`;
    case 'attribute':
      return `${engine} writes no "${cause.type}" into a subject`;
    case 'order':
      return `${engine} writes subjects in an order of its own, and the manifest states one`;
    case 'san':
      return `${engine} writes no names such as ${JSON.stringify(cause.name)}`;
    case 'value':
      return `${engine} would not take ${JSON.stringify(cause.value)} literally`;
    case 'extension':
      return `${engine} does not write the extension ${cause.name} as the manifest states it`;
    case 'signature':
      return `${engine} does not sign with the digest or padding that the manifest states`;
    case 'token':
      return `the key of ${cause.of} is on a token, which it does not leave for ${engine}`;
    case 'files':
      return 'its key, its certificate or the roots that it trusts are not in the output folder';
    case 'passphrase':
      return `the key of ${cause.of} is under a passphrase, and ${engine} takes keys without one`;
    case 'pair':
      return 'its certificate is for another key than the one beside it';
    case 'secret':
      return `its Secret ${JSON.stringify(cause.name)} would replace that of ${cause.of}`;
    default:
      return unreachable(cause);
  }
}
