/** What a survey means: how the server stands, and what is wrong with that. */
import { X509Certificate } from 'node:crypto';
import type { EntityId } from '../pki/entity.ts';
import type { Answer, Served } from './attempt.ts';
import { isFor, type Path, pathOf, type Shown, shown } from './chain.ts';
import { isSpoken, type Offer, type Survey } from './survey.ts';

/** What the server should be. Absent parts are not compared. */
export interface Expectation {
  /** The DNS name or IP address that its certificate has to carry. */
  readonly serverName: string;
  /** Whose certificate it should serve, and that certificate as it is on disk, PEM. */
  readonly server: { readonly id: EntityId; readonly cert: string } | null;
  /** Whom it should let in. */
  readonly client: EntityId | null;
  /** PEM texts, one certificate each. */
  readonly roots: readonly string[];
  /** Databases, mail and directories ask for a certificate, and decide after TLS who needs one. */
  readonly decidesAbove: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Something that keeps clients out, or lets the wrong ones in. */
export type Problem =
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'timed-out'; readonly connected: boolean }
  | { readonly kind: 'no-starttls'; readonly said: string }
  | { readonly kind: 'no-tls'; readonly code: string }
  | {
      readonly kind: 'other-certificate';
      readonly server: EntityId;
      readonly served: Shown;
      readonly disk: Shown;
    }
  | { readonly kind: 'expired'; readonly certificate: Shown }
  | { readonly kind: 'not-yet-valid'; readonly certificate: Shown }
  | { readonly kind: 'wrong-name'; readonly name: string; readonly names: string }
  | { readonly kind: 'missing-issuer'; readonly of: Shown }
  | { readonly kind: 'unknown-root'; readonly root: Shown }
  | { readonly kind: 'client-refused'; readonly client: EntityId; readonly code: string }
  | { readonly kind: 'anyone-let-in'; readonly asks: boolean | null }
  | { readonly kind: 'foreign-let-in' }
  /** Of whom it should be there are no files to compare with. */
  | { readonly kind: 'no-files'; readonly server: EntityId };

/** Something that works, and that is worth a line. */
export type Remark =
  | { readonly kind: 'old-versions' }
  /** It asks for a certificate, and TLS alone lets in who has none. */
  | { readonly kind: 'decided-above' }
  | { readonly kind: 'root-sent'; readonly root: Shown }
  | { readonly kind: 'surplus'; readonly certificates: readonly Shown[] }
  | { readonly kind: 'long-chain'; readonly count: number };

/** Everything that a check found. */
export interface Checked {
  readonly survey: Survey;
  /** The server's own certificate; `null` where it came to none. */
  readonly leaf: Shown | null;
  readonly path: { readonly steps: readonly Shown[]; readonly end: Path['end'] } | null;
  readonly versions: readonly Offer[];
  readonly problems: readonly Problem[];
  readonly remarks: readonly Remark[];
  readonly ok: boolean;
}

/** Up to here every stack goes: mbed TLS takes 8 intermediates, wolfSSL 9 certificates. */
const LONG_CHAIN = 8;

/** Judges what was seen. */
export function judged(survey: Survey, expectation: Expectation): Checked {
  const served = servedOf(survey);
  const versions = offersOf(survey);
  if (served === null) {
    const problems = [obstacle(survey.versions['TLS 1.3'], survey.versions['TLS 1.2'])];
    return { survey, leaf: null, path: null, versions, problems, remarks: [], ok: false };
  }
  const sent = served.chain.map((der) => new X509Certificate(der));
  const path = pathOf(
    sent,
    expectation.roots.map((pem) => new X509Certificate(pem)),
  );
  const problems = [
    ...certificateProblems(sent[0], expectation),
    ...chainProblems(path, expectation.now),
    ...clientProblems(survey, expectation),
  ];
  return {
    survey,
    leaf: sent[0] === undefined ? null : shown(sent[0]),
    path: { steps: path.steps.map(shown), end: path.end },
    versions,
    problems,
    remarks: [
      ...(isDecidedAbove(survey, expectation) ? [{ kind: 'decided-above' } as const] : []),
      ...remarksOf(sent, path, versions),
    ],
    ok: problems.length === 0,
  };
}

/** What it showed first: all answers have the same certificate, unless a server has one for each version. */
export function servedOf({ versions, callers }: Survey): Served | null {
  const answers = [versions['TLS 1.3'], versions['TLS 1.2'], callers.known, versions['TLS 1.0 or 1.1']];
  for (const answer of answers)
    if (answer !== null && 'served' in answer && answer.served !== null && answer.served.chain.length > 0)
      return answer.served;
  return null;
}

function offersOf({ versions }: Survey): readonly Offer[] {
  const offers: readonly Offer[] = ['TLS 1.3', 'TLS 1.2', 'TLS 1.0 or 1.1'];
  return offers.filter((offer) => isSpoken(versions[offer]));
}

/** Why it did not even come to a certificate. */
function obstacle(first: Answer, second: Answer): Problem {
  if (first.kind === 'unreachable' || first.kind === 'timed-out' || first.kind === 'no-starttls')
    return first;
  const code = second.kind === 'refused' ? second.code : first.kind === 'refused' ? first.code : '';
  return { kind: 'no-tls', code };
}

function certificateProblems(
  leaf: X509Certificate | undefined,
  expectation: Expectation,
): readonly Problem[] {
  const { server, serverName } = expectation;
  if (leaf === undefined) return [];
  const problems: Problem[] = [];
  const disk = server === null ? null : new X509Certificate(server.cert);
  if (server !== null && disk !== null && !disk.raw.equals(leaf.raw))
    problems.push({ kind: 'other-certificate', server: server.id, served: shown(leaf), disk: shown(disk) });
  if (!isFor(leaf, serverName))
    problems.push({ kind: 'wrong-name', name: serverName, names: shown(leaf).names });
  return problems;
}

function chainProblems({ steps, end }: Path, now: number): readonly Problem[] {
  const dated = steps.map(shown).flatMap((certificate): readonly Problem[] => {
    if (certificate.notAfter < now) return [{ kind: 'expired', certificate }];
    return certificate.notBefore > now ? [{ kind: 'not-yet-valid', certificate }] : [];
  });
  const last = steps.at(-1);
  if (end === 'trusted' || last === undefined) return dated;
  return end === 'missing-issuer'
    ? [...dated, { kind: 'missing-issuer', of: shown(last) }]
    : [...dated, { kind: 'unknown-root', root: shown(last) }];
}

/** Only with a client of ours is it known that the server should let in some clients and no others. */
function clientProblems(survey: Survey, expectation: Expectation): readonly Problem[] {
  const { anonymous, known, foreign } = survey.callers;
  const { client } = expectation;
  if (client === null) return [];
  const refused: readonly Problem[] =
    known?.kind === 'refused' ? [{ kind: 'client-refused', client, code: known.code }] : [];
  if (anonymous.kind === 'let-in' && !isDecidedAbove(survey, expectation))
    return [...refused, { kind: 'anyone-let-in', asks: anonymous.served.asks }];
  return foreign?.kind === 'let-in' ? [...refused, { kind: 'foreign-let-in' }] : refused;
}

function isDecidedAbove({ callers: { anonymous } }: Survey, { client, decidesAbove }: Expectation): boolean {
  return decidesAbove && client !== null && anonymous.kind === 'let-in' && anonymous.served.asks === true;
}

function remarksOf(
  sent: readonly X509Certificate[],
  { steps }: Path,
  versions: readonly Offer[],
): readonly Remark[] {
  const isStep = (one: X509Certificate): boolean => steps.some((step) => step.raw.equals(one.raw));
  const root = sent.slice(1).find((one) => isStep(one) && one.checkIssued(one));
  const surplus = sent.filter((one) => !isStep(one)).map(shown);
  return [
    ...(versions.includes('TLS 1.0 or 1.1') ? [{ kind: 'old-versions' } as const] : []),
    ...(root === undefined ? [] : [{ kind: 'root-sent', root: shown(root) } as const]),
    ...(surplus.length === 0 ? [] : [{ kind: 'surplus', certificates: surplus } as const]),
    ...(sent.length > LONG_CHAIN ? [{ kind: 'long-chain', count: sent.length } as const] : []),
  ];
}
