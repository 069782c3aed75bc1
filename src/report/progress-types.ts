/** What showing a run's progress takes and gives. */
import type { Listener } from '../run/events.ts';
import type { Terminal } from './style.ts';

export interface Progress {
  readonly listener: Listener;
  /** Resolves when everything is drawn; nothing is drawn afterwards. */
  close(): Promise<void>;
}

export interface Stream extends Terminal {
  write(text: string): unknown;
}
