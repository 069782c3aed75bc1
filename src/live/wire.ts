/** A TCP connection before TLS: what a STARTTLS dialogue reads and writes. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A line longer than this comes from no server of the protocols that are spoken here. */
const LINE_LIMIT = 4096;

/** The other side ended the connection, or said what no server of this protocol says. */
export class WireFault extends Error {
  override readonly name = 'WireFault';
  /** The first line of what the other side said; empty where it said nothing. */
  readonly said: string;

  constructor(said: string) {
    super(said === '' ? 'the connection ended' : said);
    this.said = said;
  }
}

/** Reads exactly as much as is asked for, so that nothing of TLS is taken from the socket. */
export class Wire {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** @throws WireFault where the connection ends before. */
  async bytes(count: number): Promise<Buffer> {
    if (count === 0) return Buffer.alloc(0);
    for (;;) {
      const found: unknown = this.#socket.read(count);
      if (Buffer.isBuffer(found) && found.length === count) return found;
      if (this.#socket.readableEnded || this.#socket.destroyed || Buffer.isBuffer(found))
        throw new WireFault('');
      await once(this.#socket, 'readable');
    }
  }

  /** Without its end, CRLF or LF. @throws WireFault where there is no end. */
  async line(): Promise<string> {
    const read: number[] = [];
    while (read.length < LINE_LIMIT) {
      const byte = (await this.bytes(1)).readUInt8();
      if (byte === 0x0a) return Buffer.from(read).toString('latin1').replace(/\r$/, '');
      read.push(byte);
    }
    throw new WireFault(Buffer.from(read.slice(0, 60)).toString('latin1'));
  }

  /** The first line that is the last of a reply. @throws WireFault where it is not a `good` one. */
  async reply(isLast: RegExp, good: RegExp): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < LINE_LIMIT) {
      const line = await this.line();
      lines.push(line);
      if (!isLast.test(line)) continue;
      if (good.test(line)) return lines;
      throw new WireFault(line);
    }
    throw new WireFault(lines[0] ?? '');
  }
}
