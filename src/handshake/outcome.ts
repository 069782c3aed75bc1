/** What came of a handshake: what each side found (a transcript), and what that means for the case (an outcome). */
import type { HandshakeCase } from './case.ts';

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

/** A case with its result. */
export interface Outcome {
  readonly case: HandshakeCase;
  /** It went as the manifest says, and for the reason that was meant. */
  readonly ok: boolean;
  /** Application data crossed in both directions. */
  readonly connected: boolean;
  /** What happened, in plain words, with the TLS library's code in parentheses. */
  readonly reason: string;
  /** What to do about it; `null` when all is well or nobody knows. */
  readonly hint: string | null;
  /** The code that decided, for machines: `CERT_HAS_EXPIRED`; `null` when the two connected. */
  readonly code: string | null;
  /** Both verdicts; `null` when the handshake could not even be tried. */
  readonly transcript: Transcript | null;
  readonly milliseconds: number;
}
