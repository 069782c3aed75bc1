/** The options of all commands, each with its help and how its value is read. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import { listed } from '../manifest/suggest.ts';
import { ENGINE_CHOICES } from '../pki/engine.ts';
import { NAMED_CONSENTS } from '../plan/allowance.ts';
import { CONSENTS, isConsent } from '../plan/change.ts';
import { DEFAULT_MANIFEST } from '../words/manifest-file.ts';
import type { Allowed } from './consent.ts';

/** The manifest as an argument. */
export const MANIFEST = new Argument('[manifest]', 'the manifest').default(DEFAULT_MANIFEST);

/** The manifest as an option, beside the names of entities. */
export const MANIFEST_OPTION = new Option('-m, --manifest <file>', 'the manifest').default(DEFAULT_MANIFEST);

/** What every command takes that reads a manifest. */
export interface ManifestFlags {
  readonly allowPath?: readonly string[];
}

/** Repeated for each place. That it can be allowed is for the library to check. */
export function allowPathOption(): Option {
  return new Option(
    '--allow-path <path>',
    'the manifest may name files in this folder, or this one, such as /run/secrets; may be repeated',
  ).argParser((path, earlier: readonly string[] = []) => [...earlier, path]);
}

/** @param says `print the plan as JSON`. */
export function jsonOption(says: string): Option {
  return new Option('--json', says);
}

/** @param says `show every check`. */
export function verboseOption(says: string): Option {
  return new Option('-v, --verbose', says);
}

/** A moment other than now. */
export function nowOption(says: string): Option {
  return new Option('--now <time>', says).argParser(parseTime);
}

/** Entities by name, in one argument: `api,clients/app`. */
export function namesOption(flags: string, says: string): Option {
  return new Option(flags, says).argParser((text) => text.split(',').map((name) => name.trim()));
}

/** For every command that changes something. */
export function lockTimeoutOption(): Option {
  return secondsOption('--lock-timeout <seconds>', 'wait this long for another run to end');
}

/** A length of time. */
export function secondsOption(flags: string, says: string): Option {
  return new Option(flags, says).argParser(parseSeconds);
}

/** Who makes keys and certificates. */
export const ENGINE_OPTION = new Option(
  '--engine <engine>',
  'who makes keys and certificates; auto (default) goes by their number',
).choices(ENGINE_CHOICES);

/** For every command that issues something, or shows what would be issued. */
export function trustClockOption(): Option {
  return new Option('--trust-clock', 'the clock is right, whatever was issued before');
}

/** For what can be asked without any private key. */
export function publicOption(): Option {
  return new Option('--public', 'look at public files alone, not at private keys');
}

/** Several of the choices together, which commander's own choices do not allow. */
export function allowOption(): Option {
  const option = new Option('--allow <consents>', 'agree to what breaks something in use').argParser(
    parseConsents,
  );
  option.argChoices = [...CONSENTS];
  return option;
}

/** The options of every command that changes something. */
export const APPLY_OPTIONS: readonly Option[] = [
  new Option('--skip-verify', 'leave the proof out'),
  new Option('--skip-hooks', 'leave hooks (onChange) for a later run'),
  new Option('-q, --quiet', 'say nothing where nothing was due').conflicts('json'),
  new Option('--verify <scope>', 'prove all, or leave out what was proven before (default)').choices([
    'all',
    'touched',
  ]),
  allowOption(),
  trustClockOption(),
  ENGINE_OPTION,
  lockTimeoutOption(),
  allowPathOption(),
  jsonOption('print the result as JSON'),
  verboseOption('show every check of the proof'),
];

function parseTime(text: string): number {
  const form = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  const milliseconds = form === null ? Number.NaN : Date.parse(text);
  // Date.parse takes 30 February for 1 March.
  const isDay = form?.[1] !== undefined && new Date(form[1]).toJSON()?.startsWith(form[1]);
  if (Number.isNaN(milliseconds) || !isDay)
    throw new InvalidArgumentError('write it as 2027-03-01T00:00:00Z');
  return Math.floor(milliseconds / 1000);
}

function parseSeconds(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('write whole seconds, such as 60 or 60s, or 5m');
  return Number(number) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
}

/** `remove`, or `remove=api`. */
function parseConsents(text: string, earlier: readonly Allowed[] = []): readonly Allowed[] {
  return [...earlier, ...text.split(',').map((word) => allowed(word.trim()))];
}

function allowed(word: string): Allowed {
  if (isConsent(word)) return word;
  const [, kind = '', name = ''] = /^([^=]*)=(.+)$/.exec(word) ?? [];
  const consent = NAMED_CONSENTS.find((one) => one === kind);
  if (consent !== undefined && name !== '') return { consent, name };
  throw new InvalidArgumentError(
    isConsent(kind)
      ? `the name of an entity goes with ${listed(NAMED_CONSENTS)} alone`
      : `agree to one or more of ${listed(CONSENTS)}`,
  );
}
