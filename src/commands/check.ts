/** `pki check`: what a server that runs serves, compared with the files. */
import { existsSync } from 'node:fs';
import { check, type EntityId, endpointOf, type Project, type Starttls } from '../index.ts';
import { checkJson, checkText } from '../report/check.ts';
import { noEndpoint } from '../report/check-words.ts';
import { adviceMessages } from '../report/message.ts';
import { DEFAULT_MANIFEST } from '../words/manifest-file.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { resolveNames } from './names.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki check`. */
export interface CheckFlags {
  readonly manifest?: string;
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
  place: string,
  flags: CheckFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const endpoint = endpointOf(place);
  if (endpoint === undefined) {
    console.say(...adviceMessages(noEndpoint(place)));
    return EXIT.failed;
  }
  const project = isAboutManifest(flags)
    ? await openOrExplain(flags.manifest ?? DEFAULT_MANIFEST, console)
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
