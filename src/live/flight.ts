/** What a TLS server says before anything is encrypted (TLS 1.2 and older, RFC 5246 §7.4), which Node shows only in part. */

/** A server's first flight, as far as it came. */
export interface Flight {
  /** DER, in the order in which they were sent; there even where the server then refused the client. */
  readonly chain: readonly Uint8Array[];
  /** It asks for a client's certificate (RFC 5246 §7.4.4). */
  readonly asks: boolean;
}

const RECORD = { header: 5, handshake: 22 } as const;
const MESSAGE = { header: 4, certificate: 11, certificateRequest: 13 } as const;
const LENGTH = 3;

/** @param received from the first byte of TLS on. What is cut off or damaged is left out: TLS itself refuses it. */
export function flightOf(received: Buffer): Flight {
  const messages = [...messagesOf(handshakeBytes(received))];
  const sent = messages.find(({ type }) => type === MESSAGE.certificate);
  return {
    chain: sent === undefined ? [] : [...certificatesOf(sent.body)],
    asks: messages.some(({ type }) => type === MESSAGE.certificateRequest),
  };
}

/** The payload of the handshake records, up to the first record of another kind (RFC 5246 §6.2.1). */
function handshakeBytes(received: Buffer): Buffer {
  const fragments: Buffer[] = [];
  let at = 0;
  while (at + RECORD.header <= received.length && received[at] === RECORD.handshake) {
    const end = at + RECORD.header + received.readUInt16BE(at + 3);
    fragments.push(received.subarray(at + RECORD.header, end));
    at = end;
  }
  return Buffer.concat(fragments);
}

function* messagesOf(bytes: Buffer): Generator<{ readonly type: number; readonly body: Buffer }> {
  let at = 0;
  while (at + MESSAGE.header <= bytes.length) {
    const end = at + MESSAGE.header + bytes.readUIntBE(at + 1, LENGTH);
    yield { type: bytes.readUInt8(at), body: bytes.subarray(at + MESSAGE.header, end) };
    at = end;
  }
}

/** The length of all, then each certificate behind its own (RFC 5246 §7.4.2). */
function* certificatesOf(body: Buffer): Generator<Uint8Array> {
  let at = LENGTH;
  while (at + LENGTH <= body.length) {
    const end = at + LENGTH + body.readUIntBE(at, LENGTH);
    if (end > body.length) return;
    yield body.subarray(at + LENGTH, end);
    at = end;
  }
}
