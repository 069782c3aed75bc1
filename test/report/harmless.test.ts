// Whatever a file or a program says, a terminal obeys nothing but our own colours.
import { describe, expect, it } from 'vitest';
import { visibleJson } from '../../src/pki/printable.ts';
import { historyText } from '../../src/report/history.ts';
import { recordedText } from '../../src/report/reason.ts';
import { COLOURED, harmless, PLAIN } from '../../src/report/style.ts';
import type { LedgerEntry } from '../../src/store/ledger.ts';

const HOSTILE = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202egnp\u200b\r\u001b[35mX';

describe('a text for a terminal', () => {
  it('keeps our colours, line breaks and words, and nothing else that is not seen', () => {
    const text = `${COLOURED.strong(`a${HOSTILE}`)}\n${COLOURED.bad('b')}\n`;
    expect(harmless(text, COLOURED)).toBe(
      '\u001b[1ma␛]0;title␇␛[2J\ufffd31m\ufffdgnp\ufffd␍␛[35mX\u001b[22m\n\u001b[31mb\u001b[39m\n',
    );
  });

  it('keeps no colours where there are none', () => {
    expect(harmless(`\u001b[31ma\n${HOSTILE}`, PLAIN)).not.toMatch(/(?!\n)\p{C}/u);
  });
});

it('JSON says the same, in characters that are seen', () => {
  const json = visibleJson(JSON.stringify({ [HOSTILE]: [HOSTILE] }, null, 2));
  expect(json).not.toMatch(/(?!\n)\p{C}/u);
  expect(JSON.parse(json)).toEqual({ [HOSTILE]: [HOSTILE] });
});

describe('a reason in the ledger', () => {
  it.each<readonly [{ readonly kind: string }, string]>([
    [{ kind: 'quantum-safe' }, 'quantum-safe'],
    [{ kind: `new${HOSTILE}` }, 'new␛]0;title␇␛[2J\ufffd31m\ufffdgnp\ufffd␍␛[35mX'],
    [{ kind: 'constructor' }, 'constructor'],
    [{ kind: 'requested' }, 'requested'],
    [{ kind: 'missing', ...{ artifact: 'key' } }, 'key.pem is missing'],
    [{ kind: 'missing', ...{ artifact: 'ocsp' } }, 'missing'],
    [{ kind: 'defect', ...{ defect: 'too-blue', what: null } }, 'defect'],
    [{ kind: 'defect', ...{ defect: 'zero-serial', what: null } }, 'the serial number is zero'],
    [{ kind: 'defect', ...{ defect: ['zero-serial'], what: null } }, 'defect'],
    [{ kind: 'expired', ...{ notAfter: 'yesterday' } }, 'expired'],
    [{ kind: 'expired', ...{ notAfter: 0 } }, 'expired 1970-01-01T00:00:00Z'],
  ])('%j reads "%s", whichever version wrote it', (reason, text) => {
    expect(recordedText(reason)).toBe(text);
  });

  it('of a later version leaves the other lines readable', () => {
    const texts = [
      'time',
      'entity',
      'issuer',
      'serial',
      'subject',
      'notBefore',
      'notAfter',
      'fingerprint',
      'keyId',
    ];
    const fields = Object.fromEntries(texts.map((name) => [name, name]));
    const line = JSON.stringify({ ...fields, san: [], reasons: [{ kind: 'later' }, { kind: 'requested' }] });
    const entry: LedgerEntry = JSON.parse(line);
    expect(historyText([entry], PLAIN)).toContain('notAfter  later; requested\n');
  });
});
