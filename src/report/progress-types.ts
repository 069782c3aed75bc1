/** What showing a run's progress takes and gives. */
import type { Listener } from '../run/events.ts';
import type { Terminal } from './style.ts';

/** Shows one run from its events; to be closed before anything else is written. */
export interface Progress {
  readonly listener: Listener;
  /** Resolves when everything is drawn; nothing is drawn afterwards. */
  close(): Promise<void>;
}

/** Where progress is written, be it a terminal or not. */
export interface Stream extends Terminal {
  write(text: string): unknown;
}
