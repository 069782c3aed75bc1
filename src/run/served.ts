/** Waiting until a server that runs serves a certificate: some take their time after a reload. */
import { setTimeout } from 'node:timers/promises';
import { type Answer, attemptTls } from '../live/attempt.ts';
import { dnsNamesOf } from '../live/who.ts';
import type { Address } from '../pki/address.ts';
import type { Entity } from '../pki/entity.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { sha256 } from '../x509/public-key.ts';

/** `other`: another certificate is served; `detail`: none is, and this is what came last. */
export type Seen = 'served' | 'other' | { readonly detail: string };

/** How often it is asked, in milliseconds. */
const ASK_AGAIN = 250;

/** One connection has so many milliseconds at least, however little is left, and at most. */
const SHORTEST = 1000;
const LONGEST = 10_000;

/** What waiting takes. */
export interface Means {
  readonly attempt: typeof attemptTls;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Milliseconds of a clock that is never set. */
  readonly clock: () => number;
}

const MEANS: Means = { attempt: attemptTls, pause: setTimeout, clock: monotonic };

/** @param seconds how long to go on asking; it is asked once in any case. */
export async function awaitServed(
  { endpoint, starttls }: Address,
  entity: Entity,
  wanted: Fingerprint,
  seconds: number,
  signal: AbortSignal = new AbortController().signal,
  { attempt, pause, clock }: Means = MEANS,
): Promise<Seen> {
  const deadline = clock() + Math.ceil(seconds * 1000);
  const [name = endpoint.host] = entity.kind === 'authority' ? [] : dnsNamesOf(entity);
  const target = { endpoint, starttls, serverName: name, signal };
  for (;;) {
    const timeout = Math.max(SHORTEST, Math.min(LONGEST, deadline - clock()));
    const seen = seenIn(await attempt({ ...target, timeout }, TRIAL), wanted);
    if (seen === 'served' || signal.aborted || clock() >= deadline) return seen;
    await pause(ASK_AGAIN);
  }
}

const TRIAL = { min: 'TLSv1.2', max: 'TLSv1.3', presented: null } as const;

function seenIn(answer: Answer, wanted: Fingerprint): Seen {
  const [leaf] = 'served' in answer ? (answer.served?.chain ?? []) : [];
  if (leaf !== undefined) return sha256(leaf) === wanted ? 'served' : 'other';
  return { detail: 'code' in answer ? answer.code : answer.kind };
}

function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
