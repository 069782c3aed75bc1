/** The proof as a whole: the results of `openssl verify`, how much was proven, and all of it as JSON. */
import { ARTIFACTS } from '../pki/artifact.ts';
import { type EntityId, kindOf, unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { isoTime, lengthText } from '../plan/validity.ts';
import type { Verification } from '../run/verify.ts';
import type { CertificateCheck } from '../run/verify-certificates.ts';
import type { EndingList, RevokedCheck } from '../run/verify-revoked.ts';
import type { StapleCheck } from '../run/verify-staples.ts';
import type { TrustProblem } from '../run/verify-trust.ts';
import { blockageText } from '../words/blockage.ts';
import { few } from '../words/few.ts';
import { ocspFaultText } from '../words/ocsp.ts';
import { plural } from './count.ts';
import { handshakesJson } from './handshakes.ts';
import type { Message } from './message.ts';
import { reasonText } from './reason.ts';
import type { Style } from './style.ts';

/** Checks that failed, all of them where `verbose`, then a summary; ends with a newline. */
export function certificatesText(
  checks: readonly CertificateCheck[],
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string {
  const bad = checks.filter(({ problem }) => problem !== null);
  const shown = verbose ? checks : bad;
  const lines = shown.map((check) => {
    const problem = complaintOf(check);
    const way = check.through === undefined ? '' : `, through ${check.through}`;
    const what = `${check.entity} (${check.purpose}${way})`;
    return problem === null ? `  ${style.good('ok')}  ${what}` : `  ${style.bad('bad')} ${what}: ${problem}`;
  });
  const count = new Set(checks.map(({ entity }) => entity)).size;
  const summary =
    bad.length === 0
      ? style.good(`certificates: ${count} verified by openssl, RFC 5280 strict`)
      : style.bad(`certificates: ${bad.length} of ${checks.length} checks failed`);
  const hints = hintsFor(bad).map((hint) => style.faint(`  hint: ${hint}`));
  return `${[...lines, summary, ...hints].join('\n')}\n`;
}

/** Bundles that trust more than the manifest names; nothing where there are none. */
export function trustText(problems: readonly TrustProblem[], { style }: { readonly style: Style }): string {
  if (problems.length === 0) return '';
  const lines = problems.map((one) => `  ${style.bad('bad')} ${one.entity}: ${trustProblemText(one)}`);
  const summary = `trust: ${problems.length} ${problems.length === 1 ? 'bundle is' : 'bundles are'} not what the manifest names`;
  return `${[...lines, style.bad(summary), style.faint(`  hint: ${trustHint(problems)}`)].join('\n')}\n`;
}

/** The file of a certificate is written again only with the next one. */
function trustHint(problems: readonly TrustProblem[]): string {
  const { file } = ARTIFACTS.cert;
  const byHand = `take out of ${file} what is behind the first certificate`;
  const parts = [
    ...(problems.some(({ artifact }) => artifact !== 'cert') ? ['"pki apply" writes them again'] : []),
    ...(problems.some(({ artifact }) => artifact === 'cert') ? [byHand] : []),
  ];
  return `${parts.join('; ')}; find out who changed them`;
}

function trustProblemText({ artifact, strangers, unreadable }: TrustProblem): string {
  const { file } = ARTIFACTS[artifact];
  if (unreadable !== null) return visible(`${file} ${unreadable}`);
  const names = strangers.map(
    ({ subject, fingerprint }) => `${subject ?? 'unreadable'} (SHA-256 ${fingerprint})`,
  );
  return visible(`${file} trusts what the manifest does not name: ${few(names)}`);
}

/** Certificates that are revoked, and whether openssl refuses them; nothing where none is. */
export function revokedText(
  checks: readonly RevokedCheck[],
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string {
  if (checks.length === 0) return '';
  const bad = checks.filter(({ problem }) => problem !== null);
  const lines = (verbose ? checks : bad).map(({ entity, serial, problem }) => {
    const mark = problem === null ? style.good('ok') : style.bad('bad');
    return `  ${mark} ${entity} (serial ${serial}): ${problem ?? 'refused as revoked'}`;
  });
  const summary =
    bad.length === 0
      ? style.good(`revoked: ${plural(checks.length, 'certificate')} refused by openssl with the lists`)
      : style.bad(`revoked: ${bad.length} of ${plural(checks.length, 'certificate')} not refused as revoked`);
  return `${[...lines, summary].join('\n')}\n`;
}

/** Servers that have to staple, and whether clients take what they would show; nothing where there are none. */
export function staplesText(
  checks: readonly StapleCheck[],
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string {
  if (checks.length === 0) return '';
  const lines = checks.flatMap(({ entity, outcome }) => {
    switch (outcome.kind) {
      case 'taken':
        return verbose
          ? [`  ${style.good('ok')}  ${entity}: signed by ${outcome.signer}, and taken by openssl`]
          : [];
      case 'refused':
        return [`  ${style.bad('bad')} ${entity}: ${visible(outcome.problem)}`];
      case 'unsigned':
        return [`  ${style.faint(`not tried: ${entity}: ${ocspFaultText(outcome.fault).problem}`)}`];
      default:
        return unreachable(outcome);
    }
  });
  const count = (kind: StapleCheck['outcome']['kind']): number =>
    checks.filter(({ outcome }) => outcome.kind === kind).length;
  const untried = count('unsigned') === 0 ? '' : `; ${count('unsigned')} could not be signed here`;
  const summary =
    count('refused') === 0
      ? style.good(
          `staples: ${plural(count('taken'), 'server')} stapled a response that openssl takes${untried}`,
        )
      : style.bad(
          `staples: ${count('refused')} of ${plural(checks.length, 'server')} stapled nothing that openssl takes`,
        );
  return `${[...lines, summary].join('\n')}\n`;
}

/** A list that ends locks out everyone. */
export function endingListMessages(lists: readonly EndingList[]): readonly Message[] {
  return lists.map(({ entity, nextUpdate, secondsLeft }) => {
    const when =
      secondsLeft < 0
        ? `ended ${isoTime(nextUpdate)}: what reads it refuses everyone`
        : `ends in ${lengthText(secondsLeft)} (${isoTime(nextUpdate)}), and what reads it then refuses everyone`;
    return { kind: 'warning', text: `the revocation list of ${entity} ${when}; "pki apply" makes the next` };
  });
}

/** The commands that repair it. What openssl refuses is due in the plan; where it is not, a new pair always helps. */
function hintsFor(bad: readonly CertificateCheck[]): readonly string[] {
  const isOf = (kind: string): readonly CertificateCheck[] =>
    bad.filter(({ problem }) => problem?.kind === kind);
  const isOfLists = ({ problem }: CertificateCheck): boolean =>
    problem?.kind === 'rejected' && /\bCRL\b/.test(problem.complaint);
  const certificates = isOf('rejected').filter((check) => !isOfLists(check));
  const rejected = [...new Set(certificates.map(({ entity }) => entity))];
  const again = rejected.length === 1 ? 'it again, with a new key' : 'them again, with new keys';
  return [
    ...(isOf('contract').length === 0
      ? []
      : ['have it issued again where its issuer is; what is right there has to be in the manifest']),
    ...(isOf('missing').length === 0
      ? []
      : [
          '"pki apply" issues what is missing where its issuer has a key here; of the rest "pki plan" says whom it waits for',
        ]),
    // No new key helps against a list.
    ...(bad.some(isOfLists)
      ? [
          '"pki apply" makes the lists that are due; one that is not valid yet was made by a clock ahead of this one',
        ]
      : []),
    ...(rejected.length === 0
      ? []
      : [
          `"pki plan" says what is wrong, and "pki apply" puts it right; where the plan is empty, "${rotation(rejected)}" makes ${again}`,
        ]),
  ];
}

/** A new key of an authority needs consent. */
function rotation(ids: readonly EntityId[]): string {
  const more = ids.length > 5 ? ' …' : '';
  const allow = ids.some((id) => kindOf(id) === 'authority') ? ' --allow rekey-ca' : '';
  return `pki rotate ${ids.slice(0, 5).join(' ')}${more}${allow}`;
}

/** openssl's words, or those of this program where it was not asked; `null` where all is well. */
function complaintOf({ entity, problem }: CertificateCheck): string | null {
  if (problem === null) return null;
  switch (problem.kind) {
    case 'rejected':
      return problem.complaint;
    case 'missing':
      return problem.of === entity ? 'there is no certificate' : `there is no certificate of ${problem.of}`;
    case 'contract':
      return `is not what the manifest says: ${problem.reasons.map(reasonText).join('; ')}`;
    case 'blocked':
      return `"${problem.path}" ${blockageText(problem.cause)}`;
    default:
      return unreachable(problem);
  }
}

/** Handshakes take private keys. */
export const PUBLIC_TEXT = 'no handshakes were made, because no private key was looked at';

/** Where a large folder is proven in part. @param nothing changed, so no handshakes were made. */
export function touchedText(nothing: boolean): string {
  return nothing
    ? 'nothing changed since it was proven, so no handshakes were made; "--verify all" proves everything again'
    : 'only what changed is proven: there are more than 1,000 pairs; "--verify all" proves them all';
}

/** docs/json.md */
export function verificationJson(verification: Verification): unknown {
  return {
    format: 'pki-verify',
    version: 1,
    ok: verification.ok,
    scope: verification.scope,
    trust: verification.trust.map(({ entity, artifact, strangers, ...problem }) => {
      return {
        entity,
        artifact,
        problem: trustProblemText({ entity, artifact, strangers, ...problem }),
        strangers,
      };
    }),
    revoked: verification.revoked,
    staples: verification.staples.map(({ entity, outcome }) => ({
      entity,
      signer: outcome.kind === 'taken' ? outcome.signer : null,
      problem: outcome.kind === 'refused' ? visible(outcome.problem) : null,
      skipped: outcome.kind === 'unsigned' ? ocspFaultText(outcome.fault).problem : null,
    })),
    endingLists: verification.ending.map(({ nextUpdate, ...list }) => {
      return { ...list, nextUpdate: isoTime(nextUpdate) };
    }),
    certificates: verification.certificates.map((check) => ({ ...check, problem: complaintOf(check) })),
    handshakes: handshakesJson(verification.outcomes, verification.skipped),
  };
}
