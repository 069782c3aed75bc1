/** A command line as `main` of the sources runs it, in this process: for what needs neither a build nor a terminal. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { plainEnvironment, type Run } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGXFSZ'] as const;

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/**
 * Runs it in a folder; listeners, environment and working directory are afterwards as they were.
 * @param answers typed at a terminal, one for each question; `null` ends the input. Absent: there is no terminal.
 * @param ends which of both is one; the other is a pipe.
 */
export async function typed(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  answers?: readonly (string | null)[],
  ends: Ends = { reads: true, shows: true },
): Promise<Run> {
  const before = process.cwd();
  const had = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  const streams = [process.stdout, process.stderr].map(
    (stream) => [stream, stream.listeners('error')] as const,
  );
  const environment = process.env;
  const terminal = answers === undefined ? undefined : terminalWith(answers, ends);
  const [stdout, stderr] = [captured(process.stdout), captured(process.stderr, terminal?.onWritten)];
  try {
    process.env = { ...plainEnvironment(), ...env };
    process.chdir(folder);
    const code = await main([process.execPath, 'pki', ...args]);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    for (const one of [stdout, stderr]) one.restore();
    terminal?.leave();
    process.chdir(before);
    process.env = environment;
    for (const [signal, old] of had)
      for (const one of process.listeners(signal)) if (!old.includes(one)) process.off(signal, one);
    for (const [stream, old] of streams)
      for (const one of stream.listeners('error'))
        if (!old.includes(one)) stream.off('error', one as (error: Error) => void);
  }
}

function captured(
  stream: NodeJS.WriteStream,
  onWritten: (text: string) => void = () => {},
): { readonly text: () => string; readonly restore: () => void } {
  const chunks: string[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    chunks.push(String(chunk));
    onWritten(String(chunk));
    return true;
  });
  return { text: () => chunks.join(''), restore: () => spy.mockRestore() };
}

interface Ends {
  readonly reads: boolean;
  readonly shows: boolean;
}

/** Questions: a yes to something, and a password. */
const QUESTION = /pki: (type "yes"|passphrase |password |PIN )/;

/** Both ends of one: what is asked on stderr is answered on stdin. */
function terminalWith(answers: readonly (string | null)[], { reads, shows }: Ends) {
  const left = [...answers];
  const input = Object.assign(new PassThrough(), { isTTY: reads });
  const [stdin, isTTY] = [process.stdin, process.stderr.isTTY];
  const enter = (stream: unknown, isTerminal: boolean): void => {
    Object.defineProperty(process, 'stdin', { configurable: true, value: stream });
    Object.defineProperty(process.stderr, 'isTTY', { configurable: true, writable: true, value: isTerminal });
  };
  enter(input, shows);
  return {
    onWritten(text: string): void {
      if (!QUESTION.test(text)) return;
      const answer = left.shift() ?? null;
      // Not before the one that asks listens.
      queueMicrotask(() => (answer === null ? input.end() : input.write(`${answer}\n`)));
    },
    leave: () => enter(stdin, isTTY),
  };
}

/** A certification request, of a key that is then gone. @param subject `/CN=away`. */
export function aRequest(subject: string): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null'];
  return opensslSync(['req', '-new', ...key, '-subj', subject], '/');
}

/** Two authorities, one of which makes revocation lists, a request of another program, and a name that two sections have. */
export const MANIFEST = `version: 1
authorities:
  root: { commonName: Root CA }
  lists: { commonName: Lists CA, crl: true }
servers:
  api: { commonName: api, san: [localhost], issuer: root }
  away: { commonName: away, san: [localhost], issuer: root, request: away.csr, outputs: [cert] }
clients:
  api: { commonName: api client, issuer: root }
  app: { commonName: app, issuer: lists }
`;

/** A folder with it, and nothing issued. */
export const aFolder = () => folderWith({ 'pki.yaml': MANIFEST, 'away.csr': aRequest('/CN=away') });
