/** `pki ocsp`: signed answers about every certificate of the authorities that have `ocsp`. */
import { relative } from 'node:path';
import { type Endpoint, listenerOf, type OcspFault, type Project, serveOcsp, writeOcsp } from '../index.ts';
import { endpointText } from '../pki/endpoint.ts';
import { answersOcsp } from '../plan/ocsp.ts';
import { adviceMessages } from '../report/message.ts';
import {
  noAuthority,
  noListener,
  ocspJson,
  ocspMessages,
  ocspText,
  servedText,
  unlistedMessages,
} from '../report/ocsp.ts';
import { ocspFaultText } from '../words/ocsp.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import type { ManifestFlags } from './options.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki ocsp`. */
export interface OcspFlags extends ManifestFlags {
  readonly to?: string;
  readonly json?: boolean;
  /** Where to listen, as it was typed. */
  readonly serve?: string;
}

/** `failed` where the manifest is wrong, no authority has `ocsp`, or one cannot sign; the others go on. */
export async function ocspCommand(
  manifest: string,
  flags: OcspFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const listen = flags.serve === undefined ? null : listenerOf(flags.serve);
  if (listen === undefined) {
    console.say(...adviceMessages(noListener()));
    return EXIT.failed;
  }
  const project = await openWithOpenssl(manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  if (!project.inventory.entities.some(answersOcsp)) {
    console.say(...adviceMessages(noAuthority()));
    return EXIT.failed;
  }
  const { signal } = interruption;
  if (listen !== null) return serve(project, listen, console, signal);
  const result = await writeOcsp(project, { ...(flags.to === undefined ? {} : { to: flags.to }), signal });
  if (flags.json) console.json(ocspJson(result));
  else console.out(ocspText({ ...result, folder: nearby(result.folder) }, console.style));
  console.say(...ocspMessages(result));
  return result.failures.length === 0 ? EXIT.fine : EXIT.failed;
}

/** Until a signal comes: then `fine`, as that is how it ends. */
async function serve(
  project: Project,
  listen: Endpoint,
  console: Console,
  signal: AbortSignal,
): Promise<ExitCode> {
  const served = await serveOcsp(project, { listen, signal, onFault: faultReporter(console) });
  if (!served.ok) {
    console.say(...served.faults.flatMap((fault) => adviceMessages(ocspFaultText(fault))));
    return EXIT.failed;
  }
  const { server } = served;
  try {
    console.out(
      servedText(
        endpointText({ ...listen, port: server.port }),
        server.answers.map(({ authority }) => authority),
      ),
    );
    console.say(...unlistedMessages(server.answers, ''));
    await aborted(signal);
    return EXIT.fine;
  } finally {
    await server.close();
  }
}

/** Each once, until another one comes: a client that asks again and again fills no log with it. */
function faultReporter(console: Console): (fault: OcspFault) => void {
  let last = '';
  return (fault) => {
    const messages = adviceMessages(ocspFaultText(fault));
    const text = JSON.stringify(messages);
    if (text !== last) console.say(...messages);
    last = text;
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

/** As short as can be for those who are here. */
function nearby(folder: string): string {
  const path = relative('.', folder);
  return path === '' || path.startsWith('..') ? folder : path;
}
