/**
 * From what both sides saw to "as expected" or not. Pure. A refusal counts only when the side that has the reason
 * refused, and with a code that says so: else an expired certificate or a reset would pass for a working refusal.
 */
import { unreachable } from '../pki/entity.ts';
import type { AcceptCase, HandshakeCase, RefuseCase, Side } from './case.ts';
import {
  CLOSED_EARLY,
  type Finding,
  NO_CERTIFICATE,
  type Outcome,
  type PartyProblem,
  TIMED_OUT,
  type Transcript,
} from './outcome.ts';

/** OpenSSL walks on after an error and reports the last one: which of these it is depends on the chain. */
const UNTRUSTED: readonly string[] = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];

const SIDES: readonly Side[] = ['server', 'client'];

type Judgement = Pick<Outcome, 'ok' | 'finding' | 'code'>;

/** The outcome of a case whose handshake was tried. */
export function assess(tried: HandshakeCase, transcript: Transcript, milliseconds: number): Outcome {
  const connected = transcript.received && transcript.answered;
  return { case: tried, connected, ...judgement(tried, transcript), transcript, milliseconds };
}

/** The outcome of a case that could not be tried: its credentials are missing or unusable. */
export function untried(tried: HandshakeCase, problem: PartyProblem): Outcome {
  const base = { case: tried, connected: false, transcript: null, milliseconds: 0 };
  return { ...base, ...failure({ kind: 'untried', problem }, problem.code) };
}

function judgement(tried: HandshakeCase, transcript: Transcript): Judgement {
  if (transcript.timedOut) return failure({ kind: 'timed-out' }, TIMED_OUT);
  switch (tried.expect) {
    case 'accept':
      return judgeAccept(tried, transcript);
    case 'refuse':
      return judgeRefusal(tried, transcript);
    default:
      return unreachable(tried);
  }
}

function judgeAccept(tried: AcceptCase, transcript: Transcript): Judgement {
  const trouble = refusals(transcript)[0] ?? breakage(transcript);
  if (trouble !== undefined) return failure(trouble, trouble.code);
  if (transcript.resumed) return failure({ kind: 'resumed' }, 'SESSION_RESUMED');
  const { protocol } = transcript;
  if (protocol !== tried.version) return failure({ kind: 'other-version', protocol }, 'OTHER_VERSION');
  if (!transcript.received) return failure({ kind: 'data-lost', side: 'server' }, 'DATA_LOST');
  if (!transcript.answered) return failure({ kind: 'data-lost', side: 'client' }, 'DATA_LOST');
  return { ok: true, finding: { kind: 'connected' }, code: null };
}

function judgeRefusal(tried: RefuseCase, transcript: Transcript): Judgement {
  if (transcript.received || transcript.answered) return admitted(tried, true);
  const found = refusals(transcript);
  const codes = meantCodes(tried);
  const stray = found.find(({ side, code }) => !tried.by.includes(side) || !codes.includes(code));
  if (stray !== undefined) return failure({ ...stray, kind: 'refused-otherwise' }, stray.code);
  const [meant] = found;
  if (meant !== undefined) return { ok: true, finding: meant, code: meant.code };
  const broken = breakage(transcript);
  return broken === undefined ? admitted(tried, false) : failure(broken, broken.code);
}

function admitted(tried: RefuseCase, connected: boolean): Judgement {
  return failure({ kind: 'not-refused', tried, connected }, 'NOT_REFUSED');
}

function failure(finding: Finding, code: string): Judgement {
  return { ok: false, finding, code };
}

/** The codes that prove that the one thing which is wrong in this case is what was noticed. */
function meantCodes(tried: RefuseCase): readonly string[] {
  switch (tried.check) {
    case 'no-client-certificate':
      return [NO_CERTIFICATE];
    case 'wrong-name':
      return ['ERR_TLS_CERT_ALTNAME_INVALID'];
    case 'foreign-client':
    case 'other-root':
      return UNTRUSTED;
    case 'revoked':
      return ['CERT_REVOKED'];
    case 'pair':
      // Two roots with one name and no key identifiers: the other's key is tried, and the signature does not match.
      return [...UNTRUSTED, 'CERT_SIGNATURE_FAILURE'];
    default:
      return unreachable(tried.check);
  }
}

type Trouble<Kind> = Extract<Finding, { readonly kind: Kind }>;

function refusals(transcript: Transcript): readonly Trouble<'refused'>[] {
  return SIDES.flatMap((side) => {
    const verdict = transcript[side];
    return verdict.kind === 'refused' ? [{ kind: 'refused', side, code: verdict.code }] : [];
  });
}

/** Of two broken ends the one that knows more: the other has merely noticed that its peer went away. */
function breakage(transcript: Transcript): Trouble<'broken'> | undefined {
  const broken = SIDES.flatMap((side): readonly Trouble<'broken'>[] => {
    const verdict = transcript[side];
    return verdict.kind === 'broken' ? [{ kind: 'broken', side, code: verdict.code }] : [];
  });
  return broken.find(({ code }) => code !== CLOSED_EARLY && code !== 'ECONNRESET') ?? broken[0];
}
