/** A connection that remembers the first bytes that came in, for `flightOf`. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** More than a chain that OpenSSL takes (100 KiB), and what comes after it. */
const KEPT = 256 * 1024;

/** Passes everything on both ways. Ends and errors of the socket are its own. */
export class Tap extends Duplex {
  readonly #socket: Socket;
  readonly #kept: Buffer[] = [];
  #size = 0;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** What came in so far, up to 256 KiB. */
  get received(): Buffer {
    return Buffer.concat(this.#kept);
  }

  #receive(bytes: Buffer): void {
    if (this.#size < KEPT) this.#kept.push(bytes);
    this.#size += bytes.length;
    if (!this.push(bytes)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
