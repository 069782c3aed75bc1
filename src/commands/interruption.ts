/** Ctrl-C and other signals: what runs is ended and tidied up before the process exits. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One for the process; signals kill it as usual until `listen` is called. */
export class Interruption {
  readonly #controller = new AbortController();
  #isHeeded = false;

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Start handling signals. Until now a signal kills the process, even while it blocks on a piped manifest. */
  listen(): void {
    if (this.#isHeeded) return;
    this.#isHeeded = true;
    // Not `once`: npm passes on a signal that the terminal has already sent to all processes.
    for (const signal of SIGNALS) process.on(signal, () => this.#controller.abort());
  }
}
