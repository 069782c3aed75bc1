/** The port to those who make keys, requests and certificates. Whatever they make is read back before it is published. */
import type { Make } from '../plan/make.ts';

/** Makes things in staging folders of one run, which are there already. To be closed, after an abort as well. */
export interface Engine {
  /** How many things it makes at once, those included that wait for their turn. */
  readonly atOnce: number;
  /**
   * The files of `make` are in staging when this resolves; what they hold is for the caller to judge.
   * @throws OpensslError, or an Error with a message for the user.
   */
  perform(make: Make): Promise<void>;
  /** Resolves when nothing of it is left running. */
  close(): Promise<void>;
}
