/**
 * From what both sides saw to "as expected" or not. Pure. A refusal counts only when the side that has the reason
 * refused, and with a code that says so: else an expired certificate or a reset would pass for a working refusal.
 */
import { unreachable } from '../pki/entity.ts';
import { type AcceptCase, type HandshakeCase, type RefuseCase, type Side, versionText } from './case.ts';
import type { Problem } from './credentials.ts';
import { CLOSED_EARLY, explain, hintFor, NO_CERTIFICATE, TIMED_OUT } from './explain.ts';
import type { Outcome, Transcript, Verdict } from './outcome.ts';

/** OpenSSL walks on after an error and reports the last one: which of these it is depends on the chain. */
const UNTRUSTED: readonly string[] = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];

const SIDES: readonly Side[] = ['server', 'client'];

type Judgement = Pick<Outcome, 'ok' | 'reason' | 'hint' | 'code'>;

/** The outcome of a case whose handshake was tried. */
export function assess(tried: HandshakeCase, transcript: Transcript, milliseconds: number): Outcome {
  const connected = transcript.received && transcript.answered;
  return { case: tried, connected, ...judgement(tried, transcript), transcript, milliseconds };
}

/** The outcome of a case that could not be tried: its credentials are missing or unusable. */
export function untried(tried: HandshakeCase, problem: Problem): Outcome {
  const base = { case: tried, connected: false, transcript: null, milliseconds: 0 };
  return { ...base, ...failure(problem.reason, problem.code) };
}

function judgement(tried: HandshakeCase, transcript: Transcript): Judgement {
  if (transcript.timedOut) return failure(explain('client', TIMED_OUT), TIMED_OUT);
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
  if (trouble !== undefined) return failure(trouble.words, trouble.code);
  if (transcript.resumed) return failure('a session was resumed, so nothing was verified', 'SESSION_RESUMED');
  const { protocol } = transcript;
  if (protocol !== tried.version) return failure(`${protocol} was negotiated`, 'OTHER_VERSION');
  if (!transcript.received) return failure('the server did not receive what the client sent', 'DATA_LOST');
  if (!transcript.answered)
    return failure('the client did not receive what the server answered', 'DATA_LOST');
  return { ok: true, reason: `connected over ${versionText(tried.version)}`, hint: null, code: null };
}

function judgeRefusal(tried: RefuseCase, transcript: Transcript): Judgement {
  if (transcript.received || transcript.answered) return admitted(tried, 'they connected');
  const found = refusals(transcript);
  const codes = meantCodes(tried);
  const stray = found.find(({ side, code }) => !tried.by.includes(side) || !codes.includes(code));
  if (stray !== undefined) return failure(`refused for another reason: ${stray.words}`, stray.code);
  const meant = found[0];
  if (meant !== undefined) return { ok: true, reason: meant.words, hint: null, code: meant.code };
  const broken = breakage(transcript);
  if (broken !== undefined) return failure(`no verdict: ${broken.words}`, broken.code);
  return admitted(tried, 'nobody refused');
}

function admitted(tried: RefuseCase, what: string): Judgement {
  return failure(`${what}, although ${fault(tried)}`, 'NOT_REFUSED');
}

function failure(reason: string, code: string): Judgement {
  return { ok: false, reason, hint: hintFor(code), code };
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
    case 'pair':
      // Two roots with one name and no key identifiers: the other's signature is tried, and does not fit.
      return [...UNTRUSTED, 'CERT_SIGNATURE_FAILURE'];
    default:
      return unreachable(tried.check);
  }
}

/** What is wrong in this case, as a clause. */
function fault(tried: RefuseCase): string {
  switch (tried.check) {
    case 'no-client-certificate':
      return 'the client sent no certificate';
    case 'wrong-name':
      return `the server's certificate does not carry the name "${tried.serverName}"`;
    case 'foreign-client':
      return "the client's certificate comes from a foreign CA";
    case 'other-root':
      return "the client does not trust the server's root";
    case 'pair':
      return tried.by
        .map((side) => `the ${side} does not trust the ${side === 'server' ? 'client' : 'server'}'s root`)
        .join(' and ');
    default:
      return unreachable(tried.check);
  }
}

interface Trouble {
  readonly side: Side;
  readonly code: string;
  readonly words: string;
}

function refusals(transcript: Transcript): readonly Trouble[] {
  return SIDES.flatMap((side) => {
    const verdict = transcript[side];
    if (verdict.kind !== 'refused') return [];
    const words = `the ${side} refused: ${explain(side, verdict.code)}`;
    return [{ side, code: verdict.code, words }];
  });
}

/** Of two broken ends the one that knows more: the other has merely noticed that its peer went away. */
function breakage(transcript: Transcript): Trouble | undefined {
  const broken = SIDES.flatMap((side) => {
    const code = brokenCode(transcript[side]);
    return code === undefined ? [] : [{ side, code, words: explain(side, code) }];
  });
  return broken.find(({ code }) => code !== CLOSED_EARLY && code !== 'ECONNRESET') ?? broken[0];
}

function brokenCode(verdict: Verdict): string | undefined {
  return verdict.kind === 'broken' ? verdict.code : undefined;
}
