/** Which connections a check makes, one after the other, and which answers count. */
import { describe, expect, it } from 'vitest';
import type { Answer, Target, Trial } from '../../src/live/attempt.ts';
import { isSpoken, survey } from '../../src/live/survey.ts';
import { dnsNamesOf, isNamed } from '../../src/live/who.ts';
import { aServer, dns, ip, uri } from '../helpers/entities.ts';

const TARGET = { serverName: 'api.test' } as Target;
const US = { key: 'our key', cert: 'our certificate' };
const STRANGER = { key: 'a key', cert: 'a certificate' };

const served = (asks: boolean | null) => ({ protocol: '', chain: [], asks });
const letIn = (asks: boolean | null = false): Answer => ({ kind: 'let-in', served: served(asks) });
const SILENT: Answer = { kind: 'silent', served: served(null) };
const refused = (code: string, isShown = true): Answer => ({
  kind: 'refused',
  code,
  served: isShown ? served(true) : null,
});
const NO_VERSION = refused('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', false);

/** `1.2 us http`: the newest version, who is presented, and whether HTTP is asked as well. */
function nameOf({ max, presented, http }: Trial): string {
  const who =
    presented === US ? ['us'] : presented === STRANGER ? ['stranger'] : presented === null ? [] : ['?'];
  return [max.slice('TLSv'.length), ...who, ...(http ? ['http'] : [])].join(' ');
}

/** What was tried in which order, and what came of it; what is not in the table is refused without a certificate. */
async function surveyed(
  answers: Readonly<Record<string, Answer>>,
  callers: Parameters<typeof survey>[1] = { known: null, foreign: null },
) {
  const tried: string[] = [];
  const found = await survey(TARGET, callers, (target, trial) => {
    expect(target).toBe(TARGET);
    expect(['TLSv1', 'TLSv1.2', 'TLSv1.3']).toContain(trial.min);
    expect(trial.min === 'TLSv1' ? 'TLSv1.1' : trial.min).toBe(trial.max);
    const name = nameOf(trial);
    tried.push(name);
    return Promise.resolve(answers[name] ?? NO_VERSION);
  });
  return { tried, ...found };
}

const BOTH = { known: US, foreign: STRANGER };

describe('a server', () => {
  it('that speaks both versions is asked who may come in by the older, which says it', async () => {
    const answers = {
      '1.3': letIn(null),
      '1.2': letIn(),
      '1.2 us': letIn(),
      '1.2 stranger': refused('UNKNOWN_CA'),
    };
    expect(await surveyed(answers, BOTH)).toEqual({
      tried: ['1.3', '1.2', '1.1', '1.2 us', '1.2 stranger'],
      versions: { 'TLS 1.3': letIn(null), 'TLS 1.2': letIn(), 'TLS 1.0 or 1.1': NO_VERSION },
      callers: { anonymous: letIn(), known: letIn(), foreign: refused('UNKNOWN_CA') },
    });
  });

  it('that speaks the newer alone is asked by that', async () => {
    const answers = { '1.3': SILENT, '1.3 us': letIn(null), '1.3 stranger': refused('CLOSED') };
    expect(await surveyed(answers, BOTH)).toEqual({
      tried: ['1.3', '1.2', '1.1', '1.3 us', '1.3 stranger'],
      versions: { 'TLS 1.3': SILENT, 'TLS 1.2': NO_VERSION, 'TLS 1.0 or 1.1': NO_VERSION },
      callers: { anonymous: SILENT, known: letIn(null), foreign: refused('CLOSED') },
    });
  });

  it('is tried as no one who is not there', async () => {
    expect((await surveyed({ '1.3': letIn() })).tried).toEqual(['1.3', '1.2', '1.1']);
    const known = await surveyed({ '1.3': letIn(null), '1.3 us': letIn(null) }, { known: US, foreign: null });
    expect(known.tried).toEqual(['1.3', '1.2', '1.1', '1.3 us']);
    expect(known.callers).toEqual({ anonymous: letIn(null), known: letIn(null), foreign: null });
  });

  it.each<[what: string, answer: Answer]>([
    ['is not there', { kind: 'unreachable', code: 'ECONNREFUSED' }],
    ['says nothing', { kind: 'timed-out', connected: true }],
    ['has no STARTTLS', { kind: 'no-starttls', said: '500' }],
  ])('that %s is not tried again', async (_, answer) => {
    expect(await surveyed({ '1.3': answer }, BOTH)).toEqual({
      tried: ['1.3'],
      versions: { 'TLS 1.3': answer, 'TLS 1.2': answer, 'TLS 1.0 or 1.1': answer },
      callers: { anonymous: answer, known: null, foreign: null },
    });
  });

  it('that refuses is tried in all versions', async () => {
    expect((await surveyed({ '1.3': refused('x', false) })).tried).toEqual(['1.3', '1.2', '1.1']);
  });
});

describe('HTTP', () => {
  const ASKS = { '1.3': letIn(null), '1.2': letIn(true) };

  it('is asked where the server asks for a certificate, and lets in who has none', async () => {
    const found = await surveyed({ ...ASKS, '1.2 http': refused('HTTP_400') });
    expect(found.tried).toEqual(['1.3', '1.2', '1.1', '1.2 http']);
    expect(found.callers.anonymous).toEqual(refused('HTTP_400'));
    // What was seen of the version stays.
    expect(found.versions['TLS 1.2']).toEqual(letIn(true));
  });

  it('is asked as each of the clients that are let in', async () => {
    const answers = { '1.2 us': letIn(true), '1.2 stranger': letIn(true), '1.2 us http': letIn(true) };
    const refusing = { '1.2 http': refused('HTTP_403'), '1.2 stranger http': refused('HTTP_403') };
    const found = await surveyed({ ...ASKS, ...answers, ...refusing }, BOTH);
    expect(found.tried.slice(3).sort()).toEqual(
      ['1.2 http', '1.2 stranger', '1.2 stranger http', '1.2 us', '1.2 us http'].sort(),
    );
    expect(found.callers).toEqual({
      anonymous: refused('HTTP_403'),
      known: letIn(true),
      foreign: refused('HTTP_403'),
    });
  });

  it.each<[what: string, asked: Answer]>([
    ['lets in as well', letIn(true)],
    ['breaks off', refused('CLOSED')],
    ['is not there any more', { kind: 'unreachable', code: 'ECONNREFUSED' }],
  ])('that %s changes nothing', async (_, asked) => {
    expect((await surveyed({ ...ASKS, '1.2 http': asked })).callers.anonymous).toEqual(letIn(true));
  });

  it('is not asked where no certificate is asked for, or the client is refused', async () => {
    expect((await surveyed({ '1.3': letIn(), '1.2': letIn(false) })).tried).not.toContain('1.2 http');
    expect((await surveyed({ '1.3': letIn(null), '1.2': refused('x') })).tried).not.toContain('1.2 http');
  });
});

it('a version is spoken where it came to certificates', () => {
  const answers = [
    letIn(),
    SILENT,
    refused('x'),
    NO_VERSION,
    { kind: 'timed-out', connected: true } as const,
  ];
  expect(answers.map(isSpoken)).toEqual([true, true, true, false, false]);
});

describe('the names of an entity', () => {
  const API = aServer({
    san: [dns('Api.Test'), dns('*.wild.test'), ip('10.0.0.1'), uri('https://uri.test/')],
  });

  it.each<[host: string, isOne: boolean]>([
    ['api.test', true],
    ['API.test', true],
    ['a.wild.test', true],
    ['A.Wild.Test', true],
    ['a.b.wild.test', false],
    ['wild.test', false],
    ['*.wild.test', true],
    ['10.0.0.1', true],
    ['10.0.0.2', false],
    ['test', false],
    ['uri.test', false],
    ['', false],
  ])('%j is one: %j', (host, isOne) => expect(isNamed(API, host)).toBe(isOne));

  it('are not wildcards of addresses', () => {
    expect(isNamed(aServer({ san: [uri('*.x.test')] }), 'a.x.test')).toBe(false);
  });

  it('that can be asked for are no wildcards', () => {
    expect(dnsNamesOf(API)).toEqual(['Api.Test']);
    expect(dnsNamesOf(aServer({ san: [ip('10.0.0.1')] }))).toEqual([]);
  });
});
