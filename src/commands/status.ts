/** `pki status`: the state of every certificate, revocation list and OCSP response; exit code 2 when something is due, for cron and CI. */
import { status } from '../index.ts';
import { clockMessages } from '../report/clock.ts';
import { pendingText } from '../report/plan.ts';
import { laterTexts } from '../report/remarks.ts';
import { statusJson, statusText } from '../report/status.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki status`. */
export interface StatusFlags extends ManifestFlags {
  readonly json?: boolean;
  /** Seconds since 1970. */
  readonly now?: number;
  readonly public?: boolean;
  /** The folder of OCSP responses. */
  readonly ocsp?: string;
}

/** `fine` where all certificates, lists and responses are `ok` and no apply was cut short, else `due`; `failed` without a valid manifest. */
export async function statusCommand(
  manifest: string,
  flags: StatusFlags,
  console: Console,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  const { ok, rows, lists, responses, now, pending, doubt, later } = await status(project, {
    ...(flags.now === undefined ? {} : { now: flags.now }),
    ...(flags.ocsp === undefined ? {} : { ocsp: flags.ocsp }),
    ...(flags.public ? { sight: 'public' } : {}),
  });
  if (flags.json) console.json(statusJson(rows, project.manifest, now, lists, later, responses));
  else
    console.out(
      statusText(rows, { style: console.style, columns: process.stdout.columns, lists, responses }),
    );
  if (!flags.json)
    console.say(...laterTexts({ remarks: later }).map((text) => ({ kind: 'note', text }) as const));
  console.say(...clockMessages({ doubt }));
  if (pending.length > 0) console.say({ kind: 'note', text: pendingText(pending) });
  if (doubt?.kind === 'behind') return EXIT.failed;
  return ok ? EXIT.fine : EXIT.due;
}
