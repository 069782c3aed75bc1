/** The proof for machines. `version` grows when a field changes its meaning or goes away; new fields may come. */
import type { CheckKind, Side, SkippedCheck, TlsVersion } from '../handshake/case.ts';
import type { Outcome, Verdict } from '../handshake/outcome.ts';
import type { EntityId } from '../pki/entity.ts';

/** How many handshakes went how: `total` is those accepted, refused and wrong. */
export interface HandshakeSummary {
  /** Everything that was tried went as expected. */
  readonly ok: boolean;
  readonly total: number;
  /** Connected as expected. */
  readonly accepted: number;
  /** Refused as expected, and for the reason expected. */
  readonly refused: number;
  readonly wrong: number;
  /** Checks that could not be made. */
  readonly skipped: number;
}

interface HandshakeRecord {
  readonly id: string;
  readonly server: EntityId;
  /** `null`: a stand-in without a certificate of the manifest. */
  readonly client: EntityId | null;
  readonly tls: TlsVersion;
  readonly check: CheckKind;
  /** The name or address that the client insisted on. */
  readonly name: string | null;
  readonly expect: 'accept' | 'refuse';
  /** Which sides had to refuse; empty where the two had to connect. */
  readonly refusedBy: readonly Side[];
  readonly ok: boolean;
  readonly connected: boolean;
  readonly reason: string;
  readonly hint: string | null;
  readonly code: string | null;
  /** What each side found; `null` when the handshake could not be tried. */
  readonly verdicts: { readonly server: Verdict; readonly client: Verdict } | null;
  readonly milliseconds: number;
}

/** docs/json.md, `pki-handshakes`. */
export interface HandshakesJson {
  readonly format: 'pki-handshakes';
  readonly version: 1;
  readonly summary: HandshakeSummary;
  readonly cases: readonly HandshakeRecord[];
  readonly skipped: readonly SkippedCheck[];
}

/** Counts: a case is accepted, refused or wrong. */
export function handshakeSummary(
  outcomes: readonly Outcome[],
  skipped: readonly SkippedCheck[],
): HandshakeSummary {
  const good = outcomes.filter(({ ok }) => ok);
  const accepted = good.filter((outcome) => outcome.case.expect === 'accept').length;
  const wrong = outcomes.length - good.length;
  const counts = { accepted, refused: good.length - accepted, wrong, skipped: skipped.length };
  return { ok: wrong === 0, total: outcomes.length, ...counts };
}

/** The whole proof as a documented structure, ready for JSON.stringify. */
export function handshakesJson(
  outcomes: readonly Outcome[],
  skipped: readonly SkippedCheck[],
): HandshakesJson {
  const summary = handshakeSummary(outcomes, skipped);
  return { format: 'pki-handshakes', version: 1, summary, cases: outcomes.map(record), skipped };
}

function record(outcome: Outcome): HandshakeRecord {
  const { id, server, client, version: tls, check, serverName: name, expect } = outcome.case;
  const refusedBy = outcome.case.expect === 'refuse' ? outcome.case.by : [];
  const { ok, connected, reason, hint, code, transcript } = outcome;
  const verdicts = transcript === null ? null : { server: transcript.server, client: transcript.client };
  const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
  const result = { ok, connected, reason, hint, code, verdicts, milliseconds };
  return { id, server, client, tls, check, name, expect, refusedBy, ...result };
}
