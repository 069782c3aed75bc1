/** Waiting for a server to serve a certificate: whom it asks, how often, and what it says when it gives up. */
import { describe, expect, it } from 'vitest';
import type { Answer, Served, Target, Trial } from '../../src/live/attempt.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { awaitServed } from '../../src/run/served.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { anAuthority, aServer, dns, ip } from '../helpers/entities.ts';

const NEW = Buffer.from('the new certificate');
const OLD = Buffer.from('the old certificate');
const ADDRESS = { endpoint: { host: '192.0.2.1', port: 8443 }, starttls: null };
const served = (...chain: readonly Uint8Array[]): Served => ({ protocol: 'TLSv1.3', chain, asks: null });
const letIn = (...chain: readonly Uint8Array[]): Answer => ({ kind: 'let-in', served: served(...chain) });
const DOWN: Answer = { kind: 'unreachable', code: 'ECONNREFUSED' };

interface Given {
  readonly seconds?: number;
  readonly entity?: Entity;
  /** Milliseconds that each connection takes. */
  readonly takes?: number;
  /** The attempt during which it is interrupted. */
  readonly abortAt?: number;
  readonly address?: Parameters<typeof awaitServed>[0];
}

/** What is seen, and how it was asked for; the last answer stays. */
async function waited(answers: readonly Answer[], given: Given = {}) {
  const { seconds = 10, entity = aServer({ name: 'api' }), takes = 0, abortAt, address = ADDRESS } = given;
  const asked: (Target & Trial)[] = [];
  const pauses: number[] = [];
  const interruption = new AbortController();
  let now = 5_000;
  const seen = await awaitServed(address, entity, sha256(NEW), seconds, interruption.signal, {
    attempt(target, trial) {
      const count = asked.push({ ...target, ...trial });
      now += takes;
      if (count === abortAt) interruption.abort();
      return Promise.resolve(answers[Math.min(count, answers.length) - 1] ?? DOWN);
    },
    pause(milliseconds) {
      pauses.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
    clock: () => now,
  });
  return { seen, asked, pauses, timeouts: asked.map(({ timeout }) => timeout), took: now - 5_000 };
}

describe('what a server shows', () => {
  it.each<[string, Answer, unknown]>([
    ['the certificate', letIn(NEW), 'served'],
    ['the certificate, and others behind it', letIn(NEW, OLD), 'served'],
    ['another', letIn(OLD), 'other'],
    ['another, with this one behind it', letIn(OLD, NEW), 'other'],
    ['none', letIn(), { detail: 'let-in' }],
    ['the certificate, in silence', { kind: 'silent', served: served(NEW) }, 'served'],
    [
      'the certificate, and it wants one',
      { kind: 'refused', code: 'CERTIFICATE_REQUIRED', served: served(NEW) },
      'served',
    ],
    ['another, and it wants one', { kind: 'refused', code: 'X', served: served(OLD) }, 'other'],
    [
      'an alert',
      { kind: 'refused', code: 'UNRECOGNIZED_NAME', served: null },
      { detail: 'UNRECOGNIZED_NAME' },
    ],
    ['nothing', DOWN, { detail: 'ECONNREFUSED' }],
    ['nothing in time', { kind: 'timed-out', connected: true }, { detail: 'timed-out' }],
    ['another protocol', { kind: 'no-starttls', said: 'hello' }, { detail: 'no-starttls' }],
  ])('%s', async (_, answer, seen) => {
    expect((await waited([answer], { seconds: 0 })).seen).toEqual(seen);
  });
});

describe('a server is asked', () => {
  it('once in any case, and no more where there is no time', async () => {
    const { asked, pauses } = await waited([DOWN], { seconds: 0 });
    expect([asked.length, pauses]).toEqual([1, []]);
  });

  it('until it serves the certificate', async () => {
    const { seen, pauses } = await waited([DOWN, letIn(OLD), letIn(NEW)]);
    expect([seen, pauses]).toEqual(['served', [250, 250]]);
  });

  it('until the time is over, and what came last is said', async () => {
    const { seen, asked, took } = await waited([DOWN, letIn(OLD)], { seconds: 1 });
    expect([seen, asked.length, took]).toEqual(['other', 5, 1000]);
    expect((await waited([DOWN], { seconds: 0.7501 })).took).toBe(1000);
    expect((await waited([DOWN], { seconds: 0.75 })).took).toBe(750);
  });

  it('until the run is interrupted', async () => {
    expect((await waited([DOWN], { abortAt: 2 })).asked).toHaveLength(2);
  });

  it('for no longer than what is left, ten seconds at most and one at least', async () => {
    const { timeouts } = await waited([DOWN], { seconds: 12, takes: 4750 });
    expect(timeouts).toEqual([10_000, 7000, 2000]);
    expect((await waited([DOWN], { seconds: 0.5 })).timeouts).toEqual([1000, 1000, 1000]);
  });

  it('where its address says, in every version of TLS, without a certificate', async () => {
    const address = { ...ADDRESS, starttls: 'smtp' } as const;
    const [first] = (await waited([letIn(NEW)], { address })).asked;
    expect(first).toMatchObject({
      endpoint: ADDRESS.endpoint,
      starttls: 'smtp',
      min: 'TLSv1.2',
      max: 'TLSv1.3',
      presented: null,
    });
  });

  it.each<[string, Entity]>([
    ['b.test', aServer({ name: 'a', san: [ip('127.0.0.1'), dns('*.a.test'), dns('b.test'), dns('c.test')] })],
    ['192.0.2.1', aServer({ name: 'a', san: [ip('127.0.0.1'), dns('*.a.test')] })],
    ['192.0.2.1', anAuthority({ san: [dns('b.test')] })],
  ])('by the first name that it has: %s', async (name, entity) => {
    expect((await waited([letIn(NEW)], { entity })).asked[0]?.serverName).toBe(name);
  });
});
