/** Runs openssl through execa: no shell, an environment of our own, output bounded, children ended with us. */
import { execa } from 'execa';
import { type Command, ENVIRONMENT } from '../openssl/command.ts';
import { shellWords } from '../openssl/shell.ts';

/** A call that did not end well, in openssl's words. */
export class OpensslError extends Error {
  override readonly name = 'OpensslError';
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    problem: string,
    command: string,
    output: { readonly stdout: string; readonly stderr: string },
  ) {
    super(problem);
    this.command = command;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

export interface Openssl {
  /** Resolves with standard output. @throws OpensslError */
  run(command: Command): Promise<string>;
}

/** @param cwd the output folder; paths in commands are relative to it. */
export function opensslIn(cwd: string, binary: string, signal?: AbortSignal): Openssl {
  return {
    async run({ args, input }) {
      const result = await execa(binary, args, {
        cwd,
        env: { ...passedOn(), ...ENVIRONMENT },
        extendEnv: false,
        reject: false,
        stripFinalNewline: false,
        maxBuffer: 16 * 1024 * 1024,
        ...(input === null ? { stdin: 'ignore' } : { input }),
        ...(signal === undefined ? {} : { cancelSignal: signal, gracefulCancel: false }),
      });
      if (!result.failed) return result.stdout;
      throw new OpensslError(problemOf(result), shellWords(['openssl', ...args]), {
        stdout: result.stdout ?? '',
        stderr: result.stderr ?? '',
      });
    },
  };
}

/** How the program and its libraries are found; nothing else of the environment reaches a child. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'OPENSSL_MODULES'] as const;

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

interface Ended {
  readonly isCanceled: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

function problemOf({ isCanceled, exitCode, signal, originalMessage }: Ended): string {
  if (isCanceled) return 'openssl was interrupted';
  if (signal !== undefined) return `openssl was ended by ${signal}`;
  if (exitCode !== undefined) return `openssl exited with ${exitCode}`;
  return `openssl did not run: ${originalMessage ?? 'for an unknown reason'}`;
}
