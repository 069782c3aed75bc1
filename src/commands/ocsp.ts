/** `pki ocsp`: signed answers about every certificate of the authorities that have `ocsp`. */
import { relative } from 'node:path';
import { writeOcsp } from '../index.ts';
import { adviceMessages } from '../report/message.ts';
import { noAuthority, ocspJson, ocspMessages, ocspText } from '../report/ocsp.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki ocsp`. */
export interface OcspFlags {
  readonly to?: string;
  readonly json?: boolean;
}

/** `failed` where the manifest is wrong, no authority has `ocsp`, or one cannot sign; the others go on. */
export async function ocspCommand(
  manifest: string,
  flags: OcspFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openWithOpenssl(manifest, console, interruption);
  if (project === undefined) return EXIT.failed;
  const { signal } = interruption;
  const result = await writeOcsp(project, { ...(flags.to === undefined ? {} : { to: flags.to }), signal });
  if (result.authorities.length + result.failures.length === 0) {
    console.say(...adviceMessages(noAuthority()));
    return EXIT.failed;
  }
  if (flags.json) console.json(ocspJson(result));
  else console.out(ocspText({ ...result, folder: nearby(result.folder) }, console.style));
  console.say(...ocspMessages(result));
  return result.failures.length === 0 ? EXIT.fine : EXIT.failed;
}

/** As short as can be for those who are here. */
function nearby(folder: string): string {
  const path = relative('.', folder);
  return path === '' || path.startsWith('..') ? folder : path;
}
