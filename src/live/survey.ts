/** All connections that a check makes, and what came of each. */
import { type Answer, attemptTls, type Presented, type Target, type Trial } from './attempt.ts';

/** What a server is tried with besides nothing. */
export interface Callers {
  /** The client that the server should let in; `null` where there is none to try. */
  readonly known: Presented | null;
  /** A client of a CA that no server trusts. */
  readonly foreign: Presented | null;
}

/** What a server did with each connection. */
export interface Survey {
  /** Without a certificate, by the versions that were offered. */
  readonly versions: Readonly<Record<Offer, Answer>>;
  /** By what the client presented; `null`: not tried. */
  readonly callers: Readonly<Record<'anonymous', Answer> & Record<'known' | 'foreign', Answer | null>>;
}

/** TLS 1.0 and 1.1 are out of use (RFC 8996), so one attempt with both is enough. */
const OFFERS = {
  'TLS 1.3': { min: 'TLSv1.3', max: 'TLSv1.3' },
  'TLS 1.2': { min: 'TLSv1.2', max: 'TLSv1.2' },
  'TLS 1.0 or 1.1': { min: 'TLSv1', max: 'TLSv1.1' },
} as const satisfies Readonly<Record<string, Pick<Trial, 'min' | 'max'>>>;

/** Versions of TLS that are offered together. */
export type Offer = keyof typeof OFFERS;

/**
 * One connection after the other: a server may count those of one address. Where the first does not get to TLS, no other does.
 * @param connect by which each is made.
 */
export async function survey(
  target: Target,
  { known, foreign }: Callers,
  connect = attemptTls,
): Promise<Survey> {
  const attempt = (offer: Offer, more: Omit<Trial, 'min' | 'max'> = { presented: null }): Promise<Answer> =>
    connect(target, { ...OFFERS[offer], ...more });
  const first = await attempt('TLS 1.3');
  if (!isTls(first)) return hopeless(first);
  const second = await attempt('TLS 1.2');
  const third = await attempt('TLS 1.0 or 1.1');
  // TLS 1.2 ends with the server's verdict about the client; after TLS 1.3 it may keep silent.
  const offer = isSpoken(second) ? 'TLS 1.2' : 'TLS 1.3';
  const again = async (presented: Presented | null, answer: Answer): Promise<Answer> => {
    if (answer.kind !== 'let-in' || answer.served.asks !== true) return answer;
    const above = await attempt(offer, { presented, http: true });
    return above.kind === 'refused' && above.code.startsWith('HTTP_') ? above : answer;
  };
  const as = async (presented: Presented | null): Promise<Answer | null> =>
    presented === null ? null : again(presented, await attempt(offer, { presented }));
  return {
    versions: { 'TLS 1.3': first, 'TLS 1.2': second, 'TLS 1.0 or 1.1': third },
    callers: {
      anonymous: await again(null, offer === 'TLS 1.2' ? second : first),
      known: await as(known),
      foreign: await as(foreign),
    },
  };
}

function hopeless(answer: Answer): Survey {
  return {
    versions: { 'TLS 1.3': answer, 'TLS 1.2': answer, 'TLS 1.0 or 1.1': answer },
    callers: { anonymous: answer, known: null, foreign: null },
  };
}

function isTls({ kind }: Answer): boolean {
  return kind === 'let-in' || kind === 'silent' || kind === 'refused';
}

/** It came to certificates: the version is one that the server speaks. */
export function isSpoken(answer: Answer): boolean {
  return 'served' in answer && answer.served !== null;
}
