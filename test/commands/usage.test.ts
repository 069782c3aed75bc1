/** What can be typed, and what is said about everything else. */
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/commands/console.ts';
import { lockTimeoutOption, MANIFEST, nowOption } from '../../src/commands/options.ts';
import { COMMANDS } from '../../src/commands/table.ts';
import { usageAdvice } from '../../src/commands/usage.ts';
import { EXIT_MEANINGS } from '../../src/report/help.ts';
import { COMMANDS_TRIED, OPTIONS_TRIED } from '../../src/report/typed.ts';

const NAMES = new Set([...COMMANDS.map(({ name }) => name), 'help']);
const FLAGS = new Set(COMMANDS.flatMap(({ options }) => options.flatMap(({ long }) => long ?? [])));

it('every command that reads a manifest takes the places of which that may name files', () => {
  const without = COMMANDS.filter(({ argument, options }) => {
    const reads = argument === MANIFEST || options.some(({ long }) => long === '--manifest');
    return reads && !options.some(({ long }) => long === '--allow-path');
  });
  expect(without.map(({ name }) => name)).toEqual(['init']);
});

describe('an error of the command line', () => {
  it.each<[text: string, where: string | null, problem: string, hint: string]>([
    [
      "error: unknown command 'ls'\n",
      null,
      'unknown command "ls"',
      '"pki status" lists every certificate and the time it has left',
    ],
    [
      "error: unknown command 'LIST'\n",
      null,
      'unknown command "LIST"',
      '"pki status" lists every certificate and the time it has left',
    ],
    [
      "error: unknown command 'plam'\n(Did you mean plan?)\n",
      null,
      'unknown command "plam"',
      'did you mean "plan"?',
    ],
    [
      "error: unknown command 'rec'\n(Did you mean one of recover, retire?)\n",
      null,
      'unknown command "rec"',
      'did you mean "recover" or "retire"?',
    ],
    ["error: unknown command 'zzz'\n", null, 'unknown command "zzz"', '"pki --help" lists the commands'],
    [
      "error: unknown command 'constructor'\n",
      null,
      'unknown command "constructor"',
      '"pki --help" lists the commands',
    ],
    [
      "error: unknown command '\u001b[2J'\n",
      null,
      'unknown command "␛[2J"',
      '"pki --help" lists the commands',
    ],
    [
      "error: unknown option '--dry-run'\n",
      'apply',
      'unknown option "--dry-run"',
      '"pki plan" shows what apply would change, and changes nothing',
    ],
    [
      "error: unknown option '--yes'\n",
      'apply',
      'unknown option "--yes"',
      'apply asks only before it breaks something in use: "--allow" agrees to that, with "rekey-ca", "trust", "revoke", "remove", "prune" or "run"',
    ],
    [
      "error: unknown option '--jsn'\n(Did you mean --json?)\n",
      'plan',
      'unknown option "--jsn"',
      'did you mean "--json"?',
    ],
    [
      "error: unknown option '--discard'\n",
      'apply',
      'unknown option "--discard"',
      'it is an option of "pki recover"',
    ],
    [
      "error: unknown option '--json'\n",
      null,
      'unknown option "--json"',
      'options stand behind the command: "pki plan --json"',
    ],
    [
      "error: unknown option '--zzz=1'\n",
      'status',
      'unknown option "--zzz=1"',
      '"pki status --help" shows what it takes',
    ],
    [
      "error: unknown option '--json=x'\n",
      'plan',
      '"--json" takes no value',
      'write "--json" alone, or leave it out',
    ],
    [
      "error: unknown option '--skip-verify=\u0007'\n",
      'apply',
      '"--skip-verify" takes no value',
      'write "--skip-verify" alone, or leave it out',
    ],
    [
      "error: unknown option '--skip-verify=yes'\n",
      'plan',
      'unknown option "--skip-verify=yes"',
      'it is an option of "pki apply", "pki rotate", "pki retire" and "pki import"',
    ],
    [
      "error: option '--verify <scope>' argument 'Off' is invalid. Allowed choices are all, touched.\n",
      'apply',
      '"Off" is no value of "--verify"',
      'write "all" or "touched"; "--skip-verify" leaves it out',
    ],
    [
      "error: option '--engine <engine>' argument 'none' is invalid. Allowed choices are auto, openssl, node.\n",
      'apply',
      '"none" is no value of "--engine"',
      'write "auto", "openssl" or "node"',
    ],
    [
      "error: option '--lock-timeout <duration>' argument 'soon' is invalid. write it so\n",
      'apply',
      '"soon" is no value of "--lock-timeout"',
      'write it so',
    ],
    [
      "error: option '--verify <scope>' argument 'x' is invalid. Allowed choices are all, touched.\n",
      'apply',
      '"x" is no value of "--verify"',
      'write "all" or "touched"',
    ],
    [
      "error: option '-w, --write <file>' argument missing\n",
      'adopt',
      'option "-w, --write <file>" argument missing',
      '"pki adopt --help" shows what it takes',
    ],
    [
      "error: command-argument value 'csh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\n",
      'completion',
      '"csh" is no shell',
      'write "bash", "zsh" or "fish"',
    ],
    [
      "error: too many arguments for 'plan'. Expected 1 argument but got 2.\n",
      'plan',
      'too many arguments for "plan": 2, where it takes 1',
      '"pki plan --help" shows what it takes',
    ],
    [
      "error: missing required argument 'name'\n",
      'rotate',
      'missing required argument "name"',
      '"pki rotate --help" shows what it takes',
    ],
  ])('%j behind %s', (text, where, problem, hint) => {
    expect(usageAdvice(text, where)).toEqual({ problem, hint });
  });
});

describe('words of other programs', () => {
  it.each([...COMMANDS_TRIED])('%s is no command of ours, and "%s" is', (word, hint) => {
    expect(NAMES).not.toContain(word);
    expect(word).toBe(word.toLowerCase());
    expectReal(hint);
  });

  it.each([...OPTIONS_TRIED])('%s is no option of every command, and "%s" is real', (flag, hint) => {
    const without = COMMANDS.filter(({ options }) =>
      options.every(({ long, short }) => ![long, short].includes(flag)),
    );
    expect(without.length).toBeGreaterThan(0);
    expectReal(hint);
  });

  /** Every command and every option that the hint names. */
  function expectReal(hint: string): void {
    for (const [, name = ''] of hint.matchAll(/"pki ([a-z]+)/g)) expect(NAMES, hint).toContain(name);
    for (const [flag] of hint.matchAll(/--[a-z-]+/g)) expect([...FLAGS, '--version'], hint).toContain(flag);
  }
});

describe('a value', () => {
  it.each([
    ['60', 60],
    ['60s', 60],
    ['0', 0],
    ['5m', 300],
    ['1h', 3600],
    ['999999', 999_999],
  ])('--lock-timeout %s is %d seconds', (text, seconds) => {
    expect(lockTimeoutOption().parseArg?.(text, undefined)).toBe(seconds);
  });

  it.each(['', 's', '1.5m', '-1', '60 s', '60S', '1d', '1h30m', '1000000', '٦٠'])(
    '--lock-timeout %j is none',
    (text) => {
      expect(() => lockTimeoutOption().parseArg?.(text, undefined)).toThrow(/60s/);
    },
  );

  it.each([
    ['2027-03-01T00:00:00Z', 1_803_859_200],
    ['2027-03-01t01:00:00+01:00', 1_803_859_200],
  ])('--now %s is %d', (text, seconds) => {
    expect(nowOption('').parseArg?.(text, undefined)).toBe(seconds);
  });

  it.each(['tomorrow', '2027-03-01', '2027-02-30T00:00:00Z', '2027-03-01T00:00:00'])(
    '--now %s is none',
    (text) => {
      expect(() => nowOption('').parseArg?.(text, undefined)).toThrow(/2027-03-01T00:00:00Z/);
    },
  );
});

it('every exit code is explained in the help', () => {
  expect(EXIT_MEANINGS.map(([code]) => code)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
});
