/** `pki check`: what a server that runs serves, compared with the files. */
import { existsSync } from 'node:fs';
import { check, checkAll, type EntityId, endpointOf, type Project, type Starttls } from '../index.ts';
import { checkJson, checkText } from '../report/check.ts';
import { noAddresses, noEndpoint, whichServer } from '../report/check-words.ts';
import { adviceMessages } from '../report/message.ts';
import { DEFAULT_MANIFEST } from '../words/manifest-file.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { resolveNames } from './names.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki check`. */
export interface CheckFlags extends ManifestFlags {
  readonly manifest?: string;
  /** Every server that has an address. */
  readonly all?: boolean;
  readonly as?: string;
  readonly with?: string;
  readonly name?: string;
  readonly starttls?: Starttls;
  /** Seconds for each connection. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** `failed` where something is wrong with the server, or what to compare with cannot be read. */
export async function checkCommand(
  place: string | undefined,
  flags: CheckFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const isOne = (flags.as ?? flags.name ?? flags.starttls ?? place) !== undefined;
  if (flags.all ? isOne : place === undefined) {
    console.say(...adviceMessages(whichServer(flags.all === true)));
    return EXIT.failed;
  }
  if (place === undefined) return everyServer(flags, console, interruption);
  const endpoint = endpointOf(place);
  if (endpoint === undefined) {
    console.say(...adviceMessages(noEndpoint(place)));
    return EXIT.failed;
  }
  const project = isAboutManifest(flags)
    ? await openOrExplain(flags.manifest ?? DEFAULT_MANIFEST, flags, console)
    : null;
  interruption.listen();
  if (project === undefined) return EXIT.failed;
  const who = project === null ? {} : entitiesOf(project, flags, console);
  if (who === undefined) return EXIT.failed;
  const { name, starttls, timeout } = flags;
  const result = await check(endpoint, project, {
    ...who,
    ...(name === undefined ? {} : { name }),
    ...(starttls === undefined ? {} : { starttls }),
    ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
    signal: interruption.signal,
  });
  if (flags.json) console.json(checkJson([result]));
  else console.out(checkText(result, { style: console.style }));
  return result.ok ? EXIT.fine : EXIT.failed;
}

/** Of the manifest, each that says where it listens. */
async function everyServer(
  flags: CheckFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openOrExplain(flags.manifest ?? DEFAULT_MANIFEST, flags, console);
  interruption.listen();
  const who = project && entitiesOf(project, flags, console);
  if (project === undefined || who === undefined) return EXIT.failed;
  const results = await checkAll(project, {
    ...who,
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout * 1000 }),
    signal: interruption.signal,
  });
  if (results.length === 0) {
    console.say(...adviceMessages(noAddresses()));
    return EXIT.failed;
  }
  if (flags.json) console.json(checkJson(results));
  else console.out(results.map((result) => checkText(result, { style: console.style })).join('\n'));
  return results.every(({ ok }) => ok) ? EXIT.fine : EXIT.failed;
}

/** Without a manifest any server can be asked; one that is there is what it is compared with. */
function isAboutManifest({ manifest, as, with: client }: CheckFlags): boolean {
  return manifest !== undefined || as !== undefined || client !== undefined || existsSync(DEFAULT_MANIFEST);
}

/** `undefined` once a name that is not an entity's has been reported. */
function entitiesOf(
  { inventory }: Project,
  flags: CheckFlags,
  console: Console,
): { readonly as?: EntityId; readonly with?: EntityId } | undefined {
  const names = { as: flags.as, with: flags.with };
  const found: { as?: EntityId; with?: EntityId } = {};
  for (const role of ['as', 'with'] as const) {
    const name = names[role];
    if (name === undefined) continue;
    const ids = resolveNames('only', [name], inventory, console);
    if (ids === undefined) return undefined;
    const [id] = ids;
    if (id !== undefined) found[role] = id;
  }
  return found;
}
