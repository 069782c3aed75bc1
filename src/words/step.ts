/** Why a step of an apply failed, in words, where neither openssl nor the system says so. */
import { ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { Maker } from '../pki/engine.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import type { SecretFault } from '../pki/secret-source.ts';
import type { TokenFault } from '../pki/token.ts';
import type { Blockage } from '../plan/blockage.ts';
import type { Objection } from '../plan/objection.ts';
import type { FileState } from '../plan/observation.ts';
import { blockageText } from './blockage.ts';
import { objectionText } from './objection.ts';
import { type CallEnd, callEndText } from './openssl-call.ts';
import { secretFaultText } from './secret.ts';
import { type Words, worded } from './table.ts';
import { tokenFaultText } from './token.ts';

/** The causes of a StepError (store/step-error.ts). Paths are relative to the output folder, unless absolute. */
export type StepFault =
  /** openssl says that all is well, and the file is not there. */
  | { readonly kind: 'not-made'; readonly path: string }
  /** The new file would lack the access control list of the old one. */
  | { readonly kind: 'no-access-list'; readonly path: string; readonly detail: string }
  /** The same, and the file is empty. */
  | { readonly kind: 'made-empty'; readonly path: string }
  | {
      readonly kind: 'made-garbage';
      readonly path: string;
      readonly maker: Maker;
      readonly detail: string;
    }
  | { readonly kind: 'made-other'; readonly maker: Maker; readonly objections: readonly Objection[] }
  | { readonly kind: 'made-other-content'; readonly maker: Maker; readonly artifact: Artifact }
  | { readonly kind: 'other-public-key' }
  /** A new key that an entity has already, and a serial number that its issuer has given before. */
  | { readonly kind: 'key-again'; readonly owner: EntityId }
  | { readonly kind: 'serial-again'; readonly serial: string; readonly owner: EntityId }
  | { readonly kind: 'no-key' }
  | { readonly kind: 'token'; readonly fault: TokenFault }
  | { readonly kind: 'no-secret'; readonly source: string; readonly fault: SecretFault }
  /** The issuer's certificate has no identifier of its key. */
  | { readonly kind: 'unidentified-issuer' }
  | { readonly kind: 'call'; readonly end: CallEnd }
  /** Files that should be readable and are not. */
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'empty'; readonly path: string }
  | { readonly kind: 'blocked'; readonly path: string; readonly cause: Blockage }
  | { readonly kind: 'garbage'; readonly path: string; readonly detail: string }
  | { readonly kind: 'unusable'; readonly path: string; readonly state: FileState<unknown>['state'] }
  /** Something else came to the place of a file, or of a folder. */
  | { readonly kind: 'changed'; readonly path: string; readonly detail?: string }
  | { readonly kind: 'other-folder'; readonly path: string }
  /** What cannot be replaced: a file, all that is in a folder, all that is in a file system but the one of `own`. */
  | { readonly kind: 'fixed-file'; readonly path: string; readonly why: FixedWhy }
  | { readonly kind: 'closed-folder'; readonly path: string; readonly code: string }
  | { readonly kind: 'other-mount'; readonly path: string; readonly own: string };

/** Why a file stays where it is. */
type FixedWhy =
  | { readonly kind: 'folder' | 'sticky' | 'attribute' | 'read-only' | 'mount-point' }
  | Extract<Blockage, { readonly kind: 'not-a-file' | 'too-large' }>;

const NO_RANDOMNESS = 'its random numbers repeat, and nothing that it makes is safe';

const WORDS: Words<StepFault> = {
  'not-made': ({ path }) => `openssl did not make "${path}"`,
  'no-access-list': ({ path, detail }) =>
    `the access control list of the file that is replaced cannot be given to "${path}": ${detail}`,
  'made-empty': ({ path }) => `openssl left "${path}" empty, as it does on a full disk`,
  'made-garbage': ({ path, maker, detail }) => `${maker} left "${path}" unusable: ${detail}`,
  'made-other': ({ maker, objections }) =>
    `${maker} made something else than it was asked for: ${objections.map(objectionText).join('; ')}`,
  'made-other-content': ({ maker, artifact }) =>
    `${maker} put something else into ${ARTIFACTS[artifact].file}`,
  'other-public-key': () => 'the public key is another key’s',
  'key-again': ({ owner }) => `openssl made the private key of ${owner} again: ${NO_RANDOMNESS}`,
  'serial-again': ({ serial, owner }) =>
    `openssl drew the serial number ${serial} for ${owner} before: ${NO_RANDOMNESS}`,
  'no-secret': ({ source, fault }) => `no password: ${secretFaultText(source, fault)}`,
  token: ({ fault }) => tokenFaultText(fault),
  'no-key': () => 'holds no readable private key',
  'unidentified-issuer': () => 'the certificate of the issuer has no subject key identifier to refer to',
  call: ({ end }) => callEndText(end),
  missing: ({ path }) => `"${path}" is missing`,
  empty: ({ path }) => `"${path}" is empty; is the disk full?`,
  blocked: ({ path, cause }) => `"${path}" ${blockageText(cause)}`,
  garbage: ({ path, detail }) => `"${path}" ${detail}`,
  unusable: ({ path, state }) => `"${path}" is ${state}`,
  changed: ({ path, detail }) =>
    `"${path}" is not what it was when the plan was made${detail === undefined ? '' : `: ${detail}`}`,
  'other-folder': ({ path }) => `"${path}" is not the folder any more that it was`,
  'fixed-file': ({ path, why }) => `"${path}" cannot be replaced: it ${fixedText(why)}`,
  'closed-folder': ({ path, code }) =>
    `"${path}" may not be written to (${code}), so nothing in it can be replaced`,
  'other-mount': ({ path, own }) =>
    `"${path}" is on another file system than "${own}": files cannot be moved into it`,
};

function fixedText(why: FixedWhy): string {
  switch (why.kind) {
    case 'folder':
      return 'is a folder';
    case 'not-a-file':
    case 'too-large':
      return blockageText(why);
    case 'sticky':
      return 'belongs to another user, and its folder is sticky';
    case 'attribute':
      return 'is immutable or append-only (lsattr shows it; "chattr -ia" ends it)';
    case 'read-only':
      return 'is on a file system that is read-only';
    case 'mount-point':
      return 'is a mount point';
    default:
      return unreachable(why);
  }
}

/** The whole message. */
export function stepFaultText(fault: StepFault): string {
  return worded(WORDS, fault);
}
