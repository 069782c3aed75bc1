/** Steps and actions in words: one row for each, with every form of it that sentences use. */
import type { Action } from '../plan/change.ts';
import type { StepKind } from '../plan/step.ts';

/** One kind of step. */
interface StepWords {
  /** Completes `could not …`. */
  readonly verb: string;
  /** What an entity's row says while it runs. */
  readonly doing: string;
  /** The row of all steps of this kind. */
  readonly stage: string;
}

/** By kind. */
export const STEP_WORDS: Readonly<Record<StepKind, StepWords>> = {
  request: { verb: 'make key and request', doing: 'key and request', stage: 'keys and requests' },
  sign: { verb: 'issue the certificate', doing: 'certificate', stage: 'certificates' },
  cross: {
    verb: 'issue the cross-certificate',
    doing: 'cross-certificate',
    stage: 'cross-certificates',
  },
  public: { verb: 'extract the public key', doing: 'public key', stage: 'public keys' },
  crl: { verb: 'make the revocation list', doing: 'revocation list', stage: 'revocation lists' },
  convert: { verb: 'convert a file', doing: 'other formats', stage: 'other formats' },
  publish: { verb: 'publish', doing: 'checking and publishing', stage: 'published' },
  remove: { verb: 'move it to the archive', doing: 'moving to the archive', stage: 'removed' },
};

/** Actions in the past tense, in the order in which they are counted. */
export const DONE: ReadonlyMap<Action, string> = new Map([
  ['create', 'created'],
  ['issue', 'issued'],
  ['rekey', 're-keyed'],
  ['refresh', 'refreshed'],
  ['revoke', 'revoked'],
  ['remove', 'removed'],
]);
