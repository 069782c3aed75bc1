/** What waits for keys on other machines: once for each key, an error where no certificate serves until then. */
import { describe, expect, it } from 'vitest';
import type { Change, Waiting } from '../../src/plan/change.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { asksForKey, PUT_BACK, waitingMessages } from '../../src/report/waiting.ts';
import { aChange } from '../helpers/entities.ts';

const ROOT = 'authorities/root';
const LOST: readonly Reason[] = [{ kind: 'missing', artifact: 'key' }];

function waits(id: string, given: Partial<Waiting> = {}): Change {
  const waiting: Waiting = { on: ROOT, reasons: [], serves: false, wish: null, ...given };
  return { ...aChange({ id, action: 'wait' }), waiting } as Change;
}

const said = (...changes: readonly Change[]): readonly string[] =>
  waitingMessages(changes).map(({ kind, text }) => `${kind}: ${text}`);

const HINT =
  'hint: run "pki request FOLDER", take the folder to the machine that has the key, and bring it back to "pki import FOLDER"';
const offline = (id: string): string => `"${id}" waits for "${ROOT}", whose key is offline`;

it.each<[what: string, changes: readonly Change[], messages: readonly string[]]>([
  ['nothing', [aChange({ id: 'servers/a', action: 'keep' })], []],
  ['one that has no certificate', [waits('servers/a')], [`error: ${offline('servers/a')}`, HINT]],
  [
    'one whose certificate serves',
    [waits('servers/a', { serves: true })],
    [`note: ${offline('servers/a')}`, HINT],
  ],
  [
    'two for one key',
    [waits('servers/a'), waits('servers/b')],
    [`error: ${offline('servers/a')}; so does servers/b`, HINT],
  ],
  [
    'several for one key, of which one serves',
    [waits('servers/a'), waits('servers/b', { serves: true }), waits('servers/c'), waits('servers/d')],
    [
      `error: ${offline('servers/a')}; so do servers/c, servers/d`,
      HINT,
      `note: ${offline('servers/b')}`,
      HINT,
    ],
  ],
  [
    'one for each of two keys',
    [waits('servers/a'), waits('servers/b', { on: 'authorities/other' })],
    [
      `error: ${offline('servers/a')}`,
      HINT,
      'error: "servers/b" waits for "authorities/other", whose key is offline',
      HINT,
    ],
  ],
  [
    'an authority for its own key, and what it signs for the same',
    [waits(ROOT), waits('servers/a')],
    [
      `error: "${ROOT}" waits for the machine that has its key, where its certificate is made`,
      `hint: make it there, and put it in place as "${ROOT}/cert.pem"`,
      `error: ${offline('servers/a')}`,
      HINT,
    ],
  ],
  [
    'one whose authority is to be shown first, and one that it signs',
    [waits('authorities/x', { shows: true }), waits('servers/a')],
    [
      `error: "authorities/x" waits for the certificate of "${ROOT}", which shows the key that it is for`,
      `hint: make it where that key is, and put it in place as "${ROOT}/cert.pem"`,
      `error: ${offline('servers/a')}`,
      HINT,
    ],
  ],
  [
    'a lost key, which may be put back',
    [waits('servers/a', { serves: true, reasons: LOST })],
    [`note: ${offline('servers/a')}`, `hint: ${PUT_BACK}`, HINT],
  ],
  [
    'several, of which another one lost its key',
    [waits('servers/a', { serves: true }), waits('servers/b', { serves: true, reasons: LOST })],
    [`note: ${offline('servers/a')}; so does servers/b`, `hint: ${PUT_BACK}`, HINT],
  ],
  [
    'a lost key of those who wait for something else',
    [waits('servers/a'), waits('servers/b', { serves: true, on: 'authorities/other', reasons: LOST })],
    [
      `error: ${offline('servers/a')}`,
      HINT,
      'note: "servers/b" waits for "authorities/other", whose key is offline',
      `hint: ${PUT_BACK}`,
      HINT,
    ],
  ],
])('%s', (_, changes, messages) => expect(said(...changes)).toEqual(messages));

describe('a key is asked for', () => {
  it.each<[what: string, change: Change, isAsked: boolean]>([
    [
      'where it is lost and the certificate serves',
      waits('servers/a', { serves: true, reasons: LOST }),
      true,
    ],
    ['not where none is there', waits('servers/a', { reasons: LOST }), false],
    [
      'not where it is not lost',
      waits('servers/a', { serves: true, reasons: [{ kind: 'missing', artifact: 'cert' }] }),
      false,
    ],
    [
      'not where it is elsewhere',
      waits('servers/a', { serves: true, elsewhere: true, reasons: LOST }),
      false,
    ],
    ['not of the authority itself', waits(ROOT, { serves: true, reasons: LOST }), false],
    ['not where nothing waits', aChange({ id: 'servers/a', action: 'issue', reasons: LOST }), false],
  ])('%s', (_, change, isAsked) => expect(asksForKey(change)).toBe(isAsked));
});
