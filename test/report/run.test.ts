import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { executionText, failureText, failureTexts, skippedText } from '../../src/report/run.ts';
import { COLOURED, PLAIN, styleFor } from '../../src/report/style.ts';
import { certificatesText } from '../../src/report/verification.ts';
import { aChange } from '../helpers/entities.ts';

const execution = (given: { published?: readonly string[]; skipped?: readonly string[] }) => ({
  failures: [],
  published: given.published ?? [],
  skipped: given.skipped ?? [],
});

describe('a failure', () => {
  const failure = {
    entity: 'servers/api',
    step: 'sign',
    problem: 'openssl exited with 1',
    command: null,
    stderr: '',
  } as const;
  it('names the entity, the command and what openssl said', () => {
    const whole = { ...failure, command: 'openssl ca -batch', stderr: 'first line\nsecond line\n' };
    expect(failureText(whole)).toBe(
      '"servers/api": could not issue the certificate: openssl exited with 1\n  command: openssl ca -batch\n  openssl: first line\n  openssl: second line',
    );
  });
  it('is told once of all whom it befell', () => {
    const full = (entity: string, thread: string) => ({
      ...failure,
      entity,
      problem: `openssl left ".pki/stage/x/${entity.replace('/', '.')}/cert.pem" empty`,
      stderr: `${thread}:error:8000001C:system library:BIO_write:No space left on device\n`,
    });
    const leaves = Array.from({ length: 8 }, (_, i) => full(`servers/s${i}`, `40${i}7F0000`));
    const other = { ...failure, entity: 'clients/app' };
    expect(failureTexts([...leaves.slice(0, 3), other, ...leaves.slice(3)])).toEqual([
      `${failureText(full('servers/s0', '4007F0000'))}\n  the same for servers/s1, servers/s2, servers/s3, servers/s4, servers/s5 and 2 more`,
      failureText(other),
    ]);
    expect(failureTexts([])).toEqual([]);
  });
  it('does not push the others off the screen', () => {
    const stderr = Array.from({ length: 200_000 }, (_, i) => `line ${i}`).join('\n');
    const lines = failureText({ ...failure, stderr }).split('\n');
    expect(lines).toHaveLength(22);
    expect(lines.slice(1, 3)).toEqual(['  openssl: (199980 lines before these)', '  openssl: line 199980']);
  });
  it.each([
    [20, 21, '  openssl: line 0'],
    [21, 22, '  openssl: (1 line before these)'],
  ])('%i lines of openssl are %i lines', (count, length, first) => {
    const stderr = Array.from({ length: count }, (_, i) => `line ${i}`).join('\n');
    const lines = failureText({ ...failure, stderr }).split('\n');
    expect([lines.length, lines[1], lines.at(-1)]).toEqual([length, first, `  openssl: line ${count - 1}`]);
  });
  it('shows nothing that a terminal would obey', () => {
    expect(failureText({ ...failure, stderr: 'bad name \u001b[2J' })).toContain('openssl: bad name ␛[2J');
  });
  it.each([
    ['request', 'make key and request'],
    ['sign', 'issue the certificate'],
    ['public', 'extract the public key'],
    ['publish', 'publish'],
    ['remove', 'move it to the archive'],
  ] as const)('of the step %s', (step, words) => {
    expect(failureText({ ...failure, step, problem: 'x' })).toBe(`"servers/api": could not ${words}: x`);
  });
});

describe('a run', () => {
  const change = (id: string, action: Change['action']): Change => aChange({ id, action });
  const changes = [
    change('a', 'create'),
    change('b', 'create'),
    change('c', 'issue'),
    change('d', 'rekey'),
    change('e', 'refresh'),
    change('f', 'remove'),
  ];
  it('counts what was done, not what was meant', () => {
    expect(executionText(execution({ published: ['a', 'b', 'c', 'd', 'e', 'f'] }), changes, 'a/pki')).toBe(
      'applied: 2 created, 1 issued, 1 re-keyed, 1 refreshed, 1 removed in a/pki/',
    );
    expect(executionText(execution({ published: ['b'] }), changes, 'pki\u001b')).toBe(
      'applied: 1 created in pki␛/',
    );
    expect(executionText(execution({}), changes, 'pki')).toBe('applied: nothing');
  });
  it('names what was skipped, up to five', () => {
    expect(skippedText(execution({}))).toBeUndefined();
    expect(skippedText(execution({ skipped: ['a'] }))).toBe('1 entity was not finished because of that: a');
    expect(skippedText(execution({ skipped: ['a', 'b', 'c', 'd', 'e', 'f'] }))).toBe(
      '6 entities were not finished because of that: a, b, c, d, e and 1 more',
    );
  });
});

describe('verified certificates', () => {
  const checks = [
    { entity: 'peers/a', purpose: 'sslserver', problem: null },
    { entity: 'peers/a', purpose: 'sslclient', problem: null },
  ] as const;
  const text = (all: Parameters<typeof certificatesText>[0], verbose = false) =>
    certificatesText(all, { style: PLAIN, verbose });
  it('are one line when all is well', () => {
    expect(text(checks)).toBe('certificates: 1 verified by openssl, RFC 5280 strict\n');
    expect(text(checks, true).split('\n')).toHaveLength(4);
  });
  it('are named when they are not', () => {
    const bad = [
      ...checks,
      {
        entity: 'servers/b',
        purpose: 'sslserver',
        problem: { kind: 'rejected', complaint: 'error 10: expired' },
      } as const,
    ];
    expect(text(bad)).toBe(
      '  bad servers/b (sslserver): error 10: expired\ncertificates: 1 of 3 checks failed\n  hint: "pki plan" says what is wrong, and "pki apply" puts it right; where the plan is empty, "pki rotate servers/b" makes it again, with a new key\n',
    );
  });
  it('and an authority takes a yes', () => {
    const of = (entity: string, purpose: 'any' | 'sslserver') =>
      ({ entity, purpose, problem: { kind: 'rejected', complaint: 'error 34' } }) as const;
    expect(
      text([of('authorities/ca', 'any'), of('servers/b', 'sslserver'), of('servers/b', 'sslserver')]),
    ).toContain('"pki rotate authorities/ca servers/b --allow rekey-ca" makes them again, with new keys\n');
  });
  it('and no key is made again for a list', () => {
    const complaint = 'error 11 at 0 depth lookup: CRL is not yet valid';
    const problem = { kind: 'rejected', complaint } as const;
    expect(text([{ entity: 'authorities/ca', purpose: 'any', problem }])).toBe(
      '  bad authorities/ca (any): error 11 at 0 depth lookup: CRL is not yet valid\ncertificates: 1 of 1 checks failed\n  hint: "pki apply" makes the lists that are due; one that is not valid yet was made by a clock ahead of this one\n',
    );
  });
  it('are named when there are none', () => {
    const absent = (entity: string, of: string) =>
      ({ entity, purpose: 'any', problem: { kind: 'missing', of } }) as const;
    expect(text([absent('servers/a', 'servers/a'), absent('servers/b', 'authorities/ca')])).toBe(
      '  bad servers/a (any): there is no certificate\n  bad servers/b (any): there is no certificate of authorities/ca\ncertificates: 2 of 2 checks failed\n  hint: "pki apply" issues what is missing where its issuer has a key here; of the rest "pki plan" says whom it waits for\n',
    );
  });
});

describe('colour', () => {
  it.each([
    ['a terminal', { isTTY: true }, {}, COLOURED],
    ['a file', {}, {}, PLAIN],
    ['a terminal that wants none', { isTTY: true }, { NO_COLOR: '1' }, PLAIN],
    ['an empty NO_COLOR, which means nothing', { isTTY: true }, { NO_COLOR: '' }, COLOURED],
    ['CI', { isTTY: true }, { CI: 'true' }, PLAIN],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, PLAIN],
    ['a file that wants it', {}, { FORCE_COLOR: '1' }, COLOURED],
    ['a file that does not', {}, { FORCE_COLOR: '0' }, PLAIN],
    ['one that says so in a word', {}, { FORCE_COLOR: 'false' }, PLAIN],
    ['one that says the opposite', {}, { FORCE_COLOR: 'true' }, COLOURED],
    ['both wishes', { isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }, PLAIN],
  ])('%s', (_, stream, environment, style) => expect(styleFor(stream, environment)).toBe(style));
});
