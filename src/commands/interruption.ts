/** Ctrl-C and its kin: what runs is ended and tidied up, instead of the process being gone at once. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One for the process; signals end it as they end any other until `heed` is called. */
export class Interruption {
  readonly #controller = new AbortController();
  #isHeeded = false;

  /** Aborted once somebody interrupts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * From here on. Before there is anything to tidy up a signal ends the process as it ends any other, also one that waits
   * for its manifest from a pipe, and has no turn of the event loop to hear of it.
   */
  heed(): void {
    if (this.#isHeeded) return;
    this.#isHeeded = true;
    // Not once: npm passes on what the terminal has already sent to everybody.
    for (const signal of SIGNALS) process.on(signal, () => this.#controller.abort());
  }
}
