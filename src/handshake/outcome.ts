/** What came of a handshake: what each side found (a transcript), and what that means for the case (an outcome). */
import type { EntityId } from '../pki/entity.ts';
import type { HandshakeCase, RefuseCase, Side } from './case.ts';

/** Codes of our own, for what Node has no name for. */
export const NO_CERTIFICATE = 'PEER_DID_NOT_RETURN_A_CERTIFICATE';
/** The connection ended before this side had a verdict. */
export const CLOSED_EARLY = 'CLOSED_BEFORE_THE_END';
/** The handshake was not over when its time was (shake.ts). */
export const TIMED_OUT = 'TIMED_OUT';

/**
 * One side's verdict on the other. `refused` is a judgement about the other's certificate; `broken` means that it
 * never came to a judgement (an alert, a reset, no common cipher), which proves nothing about trust.
 */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'broken'; readonly code: string };

/** What was seen of one handshake, from both ends of the connection. */
export interface Transcript {
  readonly server: Verdict;
  readonly client: Verdict;
  /** The version that was negotiated, in Node's words (`TLSv1.3`); `null` before a handshake was complete. */
  readonly protocol: string | null;
  /** A resumed session skips the verification, so a proof must not see one. */
  readonly resumed: boolean;
  /** The server received the client's random bytes unchanged. */
  readonly received: boolean;
  /** The client received the server's answer to exactly those bytes. */
  readonly answered: boolean;
  readonly timedOut: boolean;
}

/** What speaks against the files of one side, before or when TLS sees them; or the machine has no loopback. */
export type Fault =
  | 'no-files'
  | 'key-encrypted'
  | 'key-unreadable'
  | 'certificate-unreadable'
  | 'mismatch'
  | 'no-trust-anchor'
  | 'bundle-unreadable'
  | 'unloadable'
  | 'cannot-listen';

/** Why credentials are of no use, with the code that the TLS library or the system has for it, or one of ours. */
export interface Problem {
  readonly fault: Fault;
  readonly code: string;
}

/** A problem, and whose files it is about; `null` for the client of the foreign CA. */
export interface PartyProblem extends Problem {
  readonly party: EntityId | null;
}

/** What a handshake showed; whether that is as expected depends on its case. `side` is the one that speaks. */
export type Finding =
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused'; readonly side: Side; readonly code: string }
  /** By a side that has no reason to, or for another reason than the one it has. */
  | { readonly kind: 'refused-otherwise'; readonly side: Side; readonly code: string }
  /** Neither side came to a verdict. */
  | { readonly kind: 'broken'; readonly side: Side; readonly code: string }
  | { readonly kind: 'timed-out' }
  /** So nothing was verified. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'other-version'; readonly protocol: string | null }
  /** `side` did not receive what the other sent. */
  | { readonly kind: 'data-lost'; readonly side: Side }
  /** `connected`: data passed, though one side had a reason to refuse; otherwise it failed, but no side gave that reason. */
  | { readonly kind: 'not-refused'; readonly tried: RefuseCase; readonly connected: boolean }
  | { readonly kind: 'untried'; readonly problem: PartyProblem };

/** A case with its result. */
export interface Outcome {
  readonly case: HandshakeCase;
  /** It went as the manifest says, and for the reason that was meant. */
  readonly ok: boolean;
  /** Application data crossed in both directions. */
  readonly connected: boolean;
  /** What happened; its words are in report/handshakes-words.ts. */
  readonly finding: Finding;
  /** The code that decided, for machines: `CERT_HAS_EXPIRED`; `null` when the two connected. */
  readonly code: string | null;
  /** Both verdicts; `null` when the handshake could not even be tried. */
  readonly transcript: Transcript | null;
  readonly milliseconds: number;
}
