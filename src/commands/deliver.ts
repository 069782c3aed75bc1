/** `pki deliver`: files as Secrets of clusters, where these say something else. */
import { deliver } from '../index.ts';
import { deliverJson, deliverMessages, deliverText, isDelivered, isDeliveryDue } from '../report/deliver.ts';
import { type Allowed, unnamed } from './consent.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { resolveOnly } from './names.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki deliver`. */
export interface DeliverFlags extends ManifestFlags {
  readonly only?: readonly string[];
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  readonly allow?: readonly Allowed[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `failed` where something could not be delivered; `due`, if asked for, where a dry run would change something. */
export async function deliverCommand(
  manifest: string,
  flags: DeliverFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  interruption.listen();
  if (project === undefined) return EXIT.failed;
  const only = resolveOnly(flags.only, project.inventory, console);
  if (only === null) return EXIT.failed;
  const dryRun = flags.dryRun === true;
  const delivered = await deliver(project, {
    ...(only === undefined ? {} : { only }),
    dryRun,
    consent: unnamed(flags.allow ?? []).has('run'),
    signal: interruption.signal,
  });
  if (flags.json) console.json(deliverJson(delivered, { dryRun }));
  else console.out(deliverText(delivered, { style: console.style, verbose: flags.verbose === true, dryRun }));
  console.say(...deliverMessages(delivered));
  if (!isDelivered(delivered)) return EXIT.failed;
  return dryRun && flags.detailedExitcode && isDeliveryDue(delivered) ? EXIT.due : EXIT.fine;
}
