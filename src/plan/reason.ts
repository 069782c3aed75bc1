/**
 * Why something changes. A reason is made on the line that decides (design §5), carries before and after, and explains:
 * nothing is decided by it again, and its wording lives in report/.
 */
import type { Artifact } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import type { CrlReason } from '../pki/revocation.ts';
import type { ExtensionField } from '../x509/extensions.ts';
import type { Fingerprint, KeyId } from '../x509/facts.ts';
import type { LinkFinding } from './blockage.ts';

/** Fields of a certificate or key that are compared; names are the manifest's where it has one. */
export type Field = 'key' | 'subject' | 'validity' | 'issuer' | 'version' | 'signature' | ExtensionField;

/** What verifiers refuse in a certificate, whatever the manifest says. `what` is named where there are several. */
export type DefectKind =
  /** openssl cannot check the signature's algorithm (`what`). */
  | 'unsupported-signature'
  | 'two-signature-algorithms'
  | 'unique-identifier'
  /** Dates are written as only those from 2050 on may be. */
  | 'late-dates'
  /** The subject has strings for which OpenSSL does not read the certificate at all. */
  | 'unreadable-name'
  /** It is presented in handshakes, and no peer on OpenSSL takes so much. */
  | 'oversized'
  /** The serial number (`what`). */
  | 'negative-serial'
  | 'zero-serial'
  | 'long-serial'
  /** Another certificate of the same issuer has the serial number; `what` is whose that is. */
  | 'duplicate-serial'
  /** An extension (`what`) that is critical, and unknown to verifiers. */
  | 'unknown-critical'
  /** An extension (`what`) that marks certificates not meant to be presented. */
  | 'unusable'
  /** An extension (`what`) for the certificates of authorities alone. */
  | 'misplaced'
  /** An extension (`what`) whose value cannot be parsed. */
  | 'malformed'
  /** nsCertType (`what`) allows something else. */
  | 'netscape-type'
  /** By mustStaple (`what`) it must come with an OCSP response, and it names no responder. */
  | 'must-staple'
  /** By mustStaple (`what`) of an authority everything below must have it too. */
  | 'staple-below'
  /** By policyConstraints (`what`) it must have a policy, and has none. */
  | 'explicit-policy';

/** One cause. Points in time are seconds since 1970, lengths seconds, modes permission bits. */
export type Reason =
  /** The file is not there. */
  | { readonly kind: 'missing'; readonly artifact: Artifact }
  /** The file is there and is not what its name says. */
  | { readonly kind: 'unreadable'; readonly artifact: Artifact; readonly detail: string }
  | { readonly kind: 'differs'; readonly field: Field; readonly before: string; readonly after: string }
  /** Certificate and private key are not a pair. */
  | { readonly kind: 'key-mismatch' }
  /** Another entity has the same private key, and a certificate for it. */
  | { readonly kind: 'shared-key'; readonly other: EntityId }
  /** The signature was not made by the issuer's current key. */
  | { readonly kind: 'foreign-issuer'; readonly issuer: EntityId }
  /** With what stands behind it, the certificate leads to no root of its issuer, of which only certificates are here. */
  | { readonly kind: 'unrooted'; readonly issuer: EntityId }
  /** The issuer changes in this plan, so everything below it follows. */
  | { readonly kind: 'issuer-changes'; readonly issuer: EntityId }
  /** Inside its renewal window; `seconds` are left. */
  | { readonly kind: 'expires'; readonly notAfter: number; readonly seconds: number; readonly window: number }
  | { readonly kind: 'expired'; readonly notAfter: number }
  | { readonly kind: 'not-yet-valid'; readonly notBefore: number }
  | { readonly kind: 'mode'; readonly artifact: Artifact; readonly before: number; readonly after: number }
  /** Files, and perhaps the folder, that belong to another user or group than the manifest says. */
  | {
      readonly kind: 'owner';
      readonly of: 'owner' | 'group';
      readonly files: readonly (Artifact | 'folder')[];
      readonly before: string;
      readonly after: string;
    }
  /** Signed or keyed with something that modern libraries refuse. */
  | { readonly kind: 'weak'; readonly what: string }
  | { readonly kind: 'defect'; readonly defect: DefectKind; readonly what: string | null }
  /** A key that the manifest wants encrypted, or under another passphrase, or not encrypted. */
  | { readonly kind: 'passphrase'; readonly change: 'encrypt' | 'change' | 'decrypt' }
  /** A file that the stated password does not open. */
  | { readonly kind: 'password'; readonly artifact: Artifact }
  /** A derived file does not hold what the certificates make it hold. */
  | { readonly kind: 'stale'; readonly artifact: Artifact }
  /** A root that the manifest names and a trust bundle does not hold; `some`: it holds others of its certificates. */
  | {
      readonly kind: 'trusts';
      readonly root: EntityId;
      /** None where they are not made yet. */
      readonly fingerprints: readonly Fingerprint[];
      readonly extent: 'all' | 'some';
    }
  /** What a trust bundle holds and the manifest does not name; `null`: of no authority that is known. */
  | {
      readonly kind: 'distrusts';
      readonly root: EntityId | null;
      readonly fingerprints: readonly Fingerprint[];
      readonly extent: 'all' | 'some';
    }
  /** A file that `outputs` or the hierarchy no longer asks for. */
  | { readonly kind: 'unwanted'; readonly artifact: Artifact }
  /** A root's certificate is replaced, and stays in trust bundles beside the new one, which its key may sign, too. */
  | { readonly kind: 'keeps-trust'; readonly notAfter: number; readonly signsNew: boolean }
  /** `previous.pem` names a root that the root's own trust bundle does not hold. */
  | { readonly kind: 'new-trust'; readonly subject: string; readonly fingerprint: Fingerprint }
  /** `previous.pem` names a root that was neither issued nor taken over here, without consent. */
  | { readonly kind: 'unknown-trust'; readonly subject: string; readonly fingerprint: Fingerprint }
  /** `previous.pem` holds a certificate of an authority that none of the roots in it has signed. */
  | { readonly kind: 'unproven'; readonly subject: string; readonly fingerprint: Fingerprint }
  /** An authority has a key (SHA-256 of its SubjectPublicKeyInfo) that it never had before, made by another hand. */
  | { readonly kind: 'unknown-key'; readonly keyId: KeyId }
  /** The root's own trust bundle holds earlier roots that `previous.pem` does not name any more. */
  | { readonly kind: 'lost-trust'; readonly count: number }
  /** An earlier certificate of a root leaves the trust bundles: it ended, or it was retired. */
  | { readonly kind: 'drops-trust'; readonly notAfter: number; readonly why: 'expired' | 'retired' }
  /** Plain files that belong behind links, or the reverse, or a mixture of both. */
  | {
      readonly kind: 'publish';
      readonly before: 'files' | 'symlinks' | 'mixed';
      readonly after: 'files' | 'symlinks';
      readonly findings: readonly LinkFinding[];
    }
  /** `folder` or `files` changed: what is in the old place is copied to the new one. */
  | { readonly kind: 'moved'; readonly from: string; readonly to: string }
  /** The list is not of the key or the name that the authority has. */
  | { readonly kind: 'foreign-list' }
  /** Numbers that the list lacks; `null`: the authority names them, or they were listed before. */
  | { readonly kind: 'revokes'; readonly of: EntityId | null; readonly serials: readonly string[] }
  | {
      readonly kind: 'list-expires';
      readonly nextUpdate: number;
      readonly seconds: number;
      readonly window: number;
    }
  | { readonly kind: 'list-expired'; readonly nextUpdate: number }
  /** An authority makes its next list in this plan, and a file holds it. */
  | { readonly kind: 'list-changes'; readonly of: EntityId }
  /** The manifest revokes it. */
  | { readonly kind: 'revoked'; readonly reason: CrlReason | null }
  /** The certificate is on the list of its issuer, and the entry is not revoked. */
  | { readonly kind: 'listed'; readonly issuer: EntityId; readonly serial: string }
  | { readonly kind: 'requested' }
  /** With the end of its certificate, unless that has ended or cannot be read. */
  | { readonly kind: 'not-in-manifest'; readonly notAfter?: number };

/** Whether there is no private key in its place, or nothing there that is one. */
export function isKeyLost(reason: Reason): boolean {
  return (reason.kind === 'missing' || reason.kind === 'unreadable') && reason.artifact === 'key';
}
