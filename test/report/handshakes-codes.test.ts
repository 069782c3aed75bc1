/** Codes of the TLS library in words: each has some, and what is advised is a sentence of its own. */
import { expect, it } from 'vitest';
import { CODES } from '../../src/report/handshakes-codes.ts';

it.each(Object.entries(CODES))('%s', (code, { says, hint }) => {
  expect(says).toMatch(/^[a-z].* .*[^.\s]$|^timed out$/);
  expect(says).not.toContain(code);
  if (hint !== undefined) expect(hint).toMatch(/^[a-z"].* .* .*[^.\s]$/);
});

it('what is at fault is advised about where it can be helped', () => {
  const without = Object.keys(CODES).filter((code) => CODES[code]?.hint === undefined);
  expect(without).toMatchInlineSnapshot(`
    [
      "PEER_DID_NOT_RETURN_A_CERTIFICATE",
      "CLOSED_BEFORE_THE_END",
      "TIMED_OUT",
      "PATH_LENGTH_EXCEEDED",
      "ERR_SSL_EE_KEY_TOO_SMALL",
      "ERR_SSL_CA_KEY_TOO_SMALL",
      "ERR_SSL_CA_MD_TOO_WEAK",
      "ERR_SSL_NO_SHARED_CIPHER",
      "ERR_SSL_UNSUPPORTED_PROTOCOL",
      "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
      "ECONNRESET",
    ]
  `);
});
