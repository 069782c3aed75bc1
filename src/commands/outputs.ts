/** Standard output and standard error that cannot be written: a full disk, a terminal that is gone. */
import { outputLostText } from '../report/failure.ts';
import { type Console, EXIT } from './console.ts';

/**
 * The work goes on, because a log on a full disk must keep no certificate from its renewal; at its end the exit code is
 * `failed`, whatever else it would be. For `pki plan | head` it is unchanged: the reader has read enough.
 */
export function watchOutputs(console: Console): void {
  let isLost = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || isLost) return;
      isLost = true;
      // At the end of all, because what a command returns becomes the exit code before that.
      process.once('exit', () => {
        process.exitCode = EXIT.failed;
      });
      if (stream === process.stdout) console.say({ kind: 'error', text: outputLostText(error.code) });
    });
  }
}
