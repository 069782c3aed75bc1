/** A private key on a PKCS#11 token: a hardware security module, a smart card, or a program that stands in for one. */
import type { SecretSource } from './secret-source.ts';

/** Where the key is, and what opens it. It never leaves the token. */
export interface TokenKey {
  /** RFC 7512, without anything that is secret or names code. */
  readonly uri: string;
  readonly pin: SecretSource;
}

/** What gives openssl keys of tokens: libp11's engine, or pkcs11-provider. */
export type TokenDriver = 'engine' | 'provider';

/** Its private object; a `type` in the URI would name another one of the same label. */
export function privateUri({ uri }: TokenKey): string {
  return ofType(uri, 'private');
}

/** What names the token itself: all that a URI says beside the object. */
export function tokenOf({ uri }: TokenKey): string {
  return attributesOf(uri)
    .filter((attribute) => !/^(object|id|type)=/.test(attribute))
    .toSorted()
    .join(';');
}

/** Attributes in one order: two spellings of one URI are one key. */
export function canonicalUri({ uri }: TokenKey): string {
  return attributesOf(ofType(uri, 'private')).toSorted().join(';');
}

/** The octets that an attribute of the URI stands for; `undefined` where it is not there. */
export function attributeOf({ uri }: TokenKey, name: string): Buffer | undefined {
  const found = attributesOf(uri).find((attribute) => attribute.startsWith(`${name}=`));
  return found === undefined ? undefined : octetsOf(found.slice(name.length + 1));
}

/** RFC 7512 §2.3: text is UTF-8, and an identifier any octets. */
function octetsOf(value: string): Buffer {
  const plain = value.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

function ofType(uri: string, type: string): string {
  const attributes = attributesOf(uri).filter((attribute) => !attribute.startsWith('type='));
  return `pkcs11:${[...attributes, `type=${type}`].join(';')}`;
}

function attributesOf(uri: string): readonly string[] {
  return uri.slice('pkcs11:'.length).split(';');
}

/** Why the key of a token is not to be had. */
export type TokenFault =
  /** This openssl has neither libp11's engine nor pkcs11-provider. */
  | { readonly kind: 'no-driver'; readonly version: string }
  /** libp11 knows no such keys, and this openssl has no other way. */
  | { readonly kind: 'no-ed25519'; readonly version: string }
  /** The module of the token cannot be loaded; `module` is where it is looked for. */
  | { readonly kind: 'no-module'; readonly module: string | null }
  /** No such token, or no such key on it. */
  | { readonly kind: 'no-key' }
  /** One of both, or the PIN is wrong: pkcs11-provider does not say. */
  | { readonly kind: 'no-key-or-pin' }
  | { readonly kind: 'pin' }
  | { readonly kind: 'locked' }
  /** `words`: what openssl said, in one line. */
  | { readonly kind: 'failed'; readonly how: string; readonly words: string };
