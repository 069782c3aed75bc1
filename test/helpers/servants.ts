/** Processes that run the built command again and again (servant.mjs), so that not every run pays for a start. */
import { type ChildProcess, fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Run } from './cli.ts';
import { EVERYTHING } from './everything.ts';
import { PATIENCE } from './patience.ts';

const SERVANT = new URL('servant.mjs', import.meta.url);

/** What a servant is asked to run; its stdin is empty. */
export interface Errand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const idle: ChildProcess[] = [];

/**
 * Whether it makes no difference to a command that its process has run another one before: not where an input, a
 * device or what a process reads only at its start is part of it. With PKI_TEST_ALL=1 every run has its own process.
 */
export function isServed(args: readonly string[], env: Errand['env'], hasInput: boolean): boolean {
  if (EVERYTHING || hasInput || args.some((arg) => /^\/(dev|proc)\//.test(arg))) return false;
  return !Object.keys(env).some((name) =>
    /^(NODE_|UV_|SUDO_|SSL_|OPENSSL_|LD_|TZ$|PKI_TRUST_OWNER$)/.test(name),
  );
}

/** Runs one command in a servant that has nothing to do, or in a new one. */
export function runServed(cli: string, errand: Errand): Promise<Run> {
  const servant = idle.pop() ?? fork(SERVANT, [pathToFileURL(cli).href], { stdio: 'ignore', execArgv: [] });
  return new Promise((done, reject) => {
    const limit = setTimeout(() => servant.kill('SIGKILL'), PATIENCE);
    const settle = (): void => {
      clearTimeout(limit);
      servant.removeAllListeners();
    };
    servant.once('message', (run) => {
      settle();
      servant.once('exit', () => idle.splice(0, idle.length, ...idle.filter((other) => other !== servant)));
      idle.push(servant);
      done(run as Run);
    });
    servant.once('exit', (code, signal) => {
      settle();
      reject(new Error(`the process that ran pki ${errand.args.join(' ')} ended: ${code ?? signal}`));
    });
    servant.send(errand);
  });
}

/** Lets go of those that the next file of tests does not need; the others end with this process. */
export function spareServants(): void {
  for (const servant of idle.splice(2)) servant.disconnect();
}
