/** How the OCSP responses stand that `pki ocsp` wrote, by what it would write now. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { OcspFacts } from '../x509/ocsp-response.ts';
import { listTerms } from './list.ts';
import { NOTHING, type Observation } from './observation.ts';
import {
  type Answer,
  type AnsweringAuthority,
  isResponseDue,
  isWantedResponse,
  respondersOf,
  type WantedResponse,
} from './ocsp.ts';

/** `due`: `pki ocsp` would sign at least one; `ended`: one of them is good for nothing any more. */
export type ResponseState = 'ok' | 'due' | 'ended';

/** The responses of one authority that has some. */
export interface ResponseRow {
  readonly authority: EntityId;
  readonly state: ResponseState;
  /** How many there are, how many of them say `revoked`, and how many would be signed. */
  readonly responses: number;
  readonly revoked: number;
  readonly due: number;
  /** Of the first to end, in seconds since 1970; `null`: none says when. */
  readonly thisUpdate: number | null;
  readonly nextUpdate: number | null;
  /** Seconds until that, negative once it has passed. */
  readonly secondsLeft: number | null;
}

/** What an authority answers, and the responses that are there, by the numbers of certificates. */
export interface WrittenResponses {
  readonly authority: AnsweringAuthority;
  readonly answers: readonly Answer[];
  readonly found: ReadonlyMap<string, OcspFacts>;
}

/** `undefined` where there are none: they may be in another folder, or come from a server. */
export function responseRow(
  { authority, answers, found }: WrittenResponses,
  entities: readonly Entity[],
  observation: Observation,
  now: number,
): ResponseRow | undefined {
  if (found.size === 0) return undefined;
  const signers = signersOf(authority, entities, observation);
  const isDue = (answer: Answer): boolean => {
    const facts = found.get(answer.serial);
    return facts === undefined || signers.every((signer) => isDueBy(facts, answer, signer, authority, now));
  };
  const responses = answers.flatMap(({ serial }) => found.get(serial) ?? []);
  const first = firstToEnd(responses);
  const due = answers.filter(isDue).length;
  const secondsLeft = first === undefined || first.nextUpdate === null ? null : first.nextUpdate - now;
  return {
    authority: authority.id,
    state: secondsLeft !== null && secondsLeft < 0 ? 'ended' : due > 0 ? 'due' : 'ok',
    responses: responses.length,
    revoked: responses.filter(({ status }) => status.kind === 'revoked').length,
    due,
    thisUpdate: first?.thisUpdate ?? null,
    nextUpdate: first?.nextUpdate ?? null,
    secondsLeft,
  };
}

type SignerTerms = Pick<WantedResponse, 'certificates' | 'end'>;

/** Any of the responders may have signed, and without one the authority; as far as their certificates can be read. */
function signersOf(
  authority: AnsweringAuthority,
  entities: readonly Entity[],
  observation: Observation,
): readonly SignerTerms[] {
  const responders = respondersOf(authority, entities);
  const certificates = (responders.length === 0 ? [authority] : responders).flatMap(({ id }) => {
    const { cert } = observation.entities.get(id) ?? NOTHING;
    return cert.state === 'present' ? [cert.facts] : [];
  });
  return certificates.map(({ fingerprint, notAfter }) => {
    return { certificates: responders.length === 0 ? [] : [fingerprint], end: notAfter };
  });
}

function isDueBy(
  facts: OcspFacts,
  { status }: Answer,
  signer: SignerTerms,
  authority: AnsweringAuthority,
  now: number,
): boolean {
  const { terms } = authority.ocsp;
  // It is in a file of its number, which `pki ocsp` compares.
  const wanted = { ...signer, certId: facts.certId, status, signing: listTerms(authority) };
  return !isWantedResponse(facts, wanted, terms) || isResponseDue(facts, wanted, terms, now);
}

function firstToEnd(responses: readonly OcspFacts[]): OcspFacts | undefined {
  const end = ({ nextUpdate }: OcspFacts): number => nextUpdate ?? Number.POSITIVE_INFINITY;
  return responses.reduce<OcspFacts | undefined>(
    (first, one) => (first === undefined || end(one) < end(first) ? one : first),
    undefined,
  );
}
