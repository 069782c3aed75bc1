/** Of two ends of a broken connection one merely noticed that the other went away: the other's words are reported. */
import { expect, test } from 'vitest';
import { assess } from '../../src/handshake/assess.ts';
import type { Transcript } from '../../src/handshake/outcome.ts';

const PAIR = {
  id: 'x',
  server: 'servers/s',
  client: 'clients/c',
  version: 'TLSv1.3',
  serverName: 's.test',
  check: 'pair',
  expect: 'accept',
} as const;

const codeOf = (server: string, client: string): string | null => {
  const transcript: Transcript = {
    server: { kind: 'broken', code: server },
    client: { kind: 'broken', code: client },
    protocol: 'TLSv1.3',
    resumed: false,
    received: false,
    answered: false,
    timedOut: false,
  };
  return assess(PAIR, transcript, 1).code;
};

const TELLING = 'ERR_SSL_NO_SHARED_CIPHER';

test.each(['ECONNRESET', 'CLOSED_BEFORE_THE_END'])(
  '%s says less than what the other side has to say',
  (silent) => {
    expect(codeOf(silent, TELLING)).toBe(TELLING);
    expect(codeOf(TELLING, silent)).toBe(TELLING);
  },
);

test('where both have something to say the server is heard, and where neither has, too', () => {
  expect(codeOf(TELLING, 'ERR_SSL_WRONG_VERSION_NUMBER')).toBe(TELLING);
  expect(codeOf('ECONNRESET', 'CLOSED_BEFORE_THE_END')).toBe('ECONNRESET');
  expect(codeOf('CLOSED_BEFORE_THE_END', 'ECONNRESET')).toBe('CLOSED_BEFORE_THE_END');
});
