// The first flight of a server, built by hand and taken from a real one.
import { describe, expect, it } from 'vitest';
import { flightOf } from '../../src/live/flight.ts';

const record = (type: number, body: Buffer): Buffer => {
  const head = Buffer.of(type, 3, 3, 0, 0);
  head.writeUInt16BE(body.length, 3);
  return Buffer.concat([head, body]);
};
const message = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.of(type), length(body), body]);
const length = (body: Buffer): Buffer => {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(body.length, 0, 3);
  return bytes;
};
const certificates = (...ders: readonly Buffer[]): Buffer => {
  const list = Buffer.concat(ders.flatMap((der) => [length(der), der]));
  return message(11, Buffer.concat([length(list), list]));
};

const [ONE, TWO] = [Buffer.from('first certificate'), Buffer.alloc(300, 7)];
const HELLO = message(2, Buffer.alloc(70));
const REQUEST = message(13, Buffer.from('0101'));
const DONE = message(14, Buffer.alloc(0));

describe('a first flight', () => {
  const whole = [HELLO, certificates(ONE, TWO), REQUEST, DONE];

  it('in one record', () => {
    expect(flightOf(record(22, Buffer.concat(whole)))).toEqual({ chain: [ONE, TWO], asks: true });
  });

  it('in a record for each message', () => {
    const received = Buffer.concat(whole.map((part) => record(22, part)));
    expect(flightOf(received)).toEqual({ chain: [ONE, TWO], asks: true });
  });

  it('whose messages are cut by records', () => {
    const bytes = Buffer.concat(whole);
    const cut = [bytes.subarray(0, 75), bytes.subarray(75, 200), bytes.subarray(200)];
    expect(flightOf(Buffer.concat(cut.map((part) => record(22, part))))).toEqual({
      chain: [ONE, TWO],
      asks: true,
    });
  });

  it('that asks for nothing', () => {
    const received = record(22, Buffer.concat([HELLO, certificates(ONE), DONE]));
    expect(flightOf(received)).toEqual({ chain: [ONE], asks: false });
  });

  it('is over with the first record of another kind', () => {
    const received = Buffer.concat([record(22, HELLO), record(20, Buffer.of(1)), record(22, REQUEST)]);
    expect(flightOf(received)).toEqual({ chain: [], asks: false });
  });

  it('cut anywhere, is never more than what came', () => {
    const received = record(22, Buffer.concat(whole));
    for (let end = 0; end < received.length; end += 1) {
      const { chain } = flightOf(received.subarray(0, end));
      expect([[], [ONE], [ONE, TWO]]).toContainEqual(chain);
    }
  });

  it('of something that is not TLS has nothing', () => {
    expect(flightOf(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'))).toEqual({ chain: [], asks: false });
    expect(flightOf(Buffer.alloc(0))).toEqual({ chain: [], asks: false });
  });
});
