/** Why an authority answers no questions about its certificates, in words. */
import { type EntityId, unreachable } from '../pki/entity.ts';
import type { Advice } from './advice.ts';

/** What keeps a key from signing responses. */
export type OcspFault =
  /** The authority's key is elsewhere, and it has no responder. */
  | { readonly kind: 'key-elsewhere'; readonly authority: EntityId }
  /** Key or certificate of the signer are not there, or cannot be read. */
  | { readonly kind: 'missing'; readonly signer: EntityId; readonly file: 'key' | 'cert' }
  /** Its key is under a passphrase that is not to be had without a question. */
  | { readonly kind: 'closed'; readonly signer: EntityId }
  /** Key and certificate do not belong together, or the authority's current key did not sign the certificate. */
  | { readonly kind: 'other-key'; readonly signer: EntityId }
  /** Its certificate is not for that. */
  | { readonly kind: 'unsuited'; readonly signer: EntityId }
  /** Its certificate has ended, or is about to. */
  | { readonly kind: 'ended'; readonly signer: EntityId }
  | {
      readonly kind: 'openssl';
      readonly authority: EntityId;
      readonly problem: string;
      readonly lastWords: string;
    }
  /** What openssl made says something else, or is not signed by the signer. */
  | { readonly kind: 'made-other'; readonly authority: EntityId; readonly serial: string };

/** What is wrong, and what to do about it. */
export function ocspFaultText(fault: OcspFault): Advice {
  switch (fault.kind) {
    case 'key-elsewhere':
      return {
        problem: `the key of "${fault.authority}" is elsewhere, and no responder answers for it`,
        hint: 'add an entry to "certificates" with "profile: ocsp-responder" that it issues',
      };
    case 'missing':
      return {
        problem: `"${fault.signer}" has no ${fault.file === 'key' ? 'private key' : 'certificate'} here that can be read`,
        hint: 'run "pki apply" first',
      };
    case 'closed':
      return {
        problem: `the private key of "${fault.signer}" is under a passphrase that is not to be had here`,
        hint: 'only "env:" and "file:" passphrases are read, and no one is asked: give the authority a responder of its own',
      };
    case 'other-key':
      return {
        problem: `key and certificate of "${fault.signer}" do not belong together, or to the current key of its issuer`,
        hint: 'run "pki apply" first',
      };
    case 'unsuited':
      return {
        problem: `the certificate of "${fault.signer}" is not for signing OCSP responses`,
        hint: 'run "pki apply" first',
      };
    case 'ended':
      return {
        problem: `the certificate of "${fault.signer}" has ended, or ends within minutes`,
        hint: 'run "pki apply" first',
      };
    case 'openssl':
      return {
        problem: `openssl signs no response for "${fault.authority}": ${fault.problem}${fault.lastWords === '' ? '' : `: ${fault.lastWords}`}`,
        hint: 'see what "openssl version" says; PKI_OPENSSL names another',
      };
    case 'made-other':
      return {
        problem: `openssl signed something else for "${fault.authority}" than was asked, about the serial number ${fault.serial}`,
        hint: 'nothing was written; see what "openssl version" says; PKI_OPENSSL names another',
      };
    default:
      return unreachable(fault);
  }
}
