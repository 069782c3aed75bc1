/** What passes through a tap: everything, both ways, with its end and its errors; and how much of it is remembered. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Tap } from '../../src/live/tap.ts';

/** A tap on a connection of which a test is the other side. */
function tapped() {
  const said: string[] = [];
  const socket = new Duplex({
    allowHalfOpen: true,
    read() {},
    write(chunk: Buffer, _, done) {
      said.push(String(chunk));
      done();
    },
  });
  const tap = new Tap(socket as unknown as Socket);
  return { socket, tap, said };
}

it('hands on what comes, in its order, and that it ended', async () => {
  const { socket, tap } = tapped();
  const heard: string[] = [];
  tap.on('data', (bytes: Buffer) => heard.push(String(bytes)));
  const ended = once(tap, 'end');
  for (const piece of ['a', 'bc', 'd']) socket.push(piece);
  socket.push(null);
  await ended;
  expect([heard.join(''), String(tap.received)]).toEqual(['abcd', 'abcd']);
});

it('sends what is written, and ends the connection only when it is ended itself', async () => {
  const { socket, tap, said } = tapped();
  tap.write('a');
  tap.write('b');
  await soon();
  expect([said, socket.writableEnded]).toEqual([['a', 'b'], false]);
  tap.end('c');
  await once(tap, 'finish');
  expect([said.join(''), socket.writableEnded, socket.destroyed]).toEqual(['abc', true, false]);
});

it('has the errors of the connection, goes with it, and takes it away', async () => {
  const failing = tapped();
  const error = once(failing.tap, 'error');
  failing.socket.destroy(new Error('reset'));
  expect(String(await error)).toBe('Error: reset');
  const closing = tapped();
  closing.socket.destroy();
  await once(closing.tap, 'close');
  const leaving = tapped();
  leaving.tap.destroy();
  await once(leaving.socket, 'close');
  expect([failing, closing, leaving].map(({ tap }) => tap.destroyed)).toEqual([true, true, true]);
});

it('remembers about 256 KiB, and hands on all of it', async () => {
  const { socket, tap } = tapped();
  let heard = 0;
  tap.on('data', (bytes: Buffer) => {
    heard += bytes.length;
  });
  for (let i = 0; i < 6; i++) socket.push(Buffer.alloc(64 * 1024, i));
  await soon();
  expect([heard, tap.received.length]).toEqual([6 * 64 * 1024, 4 * 64 * 1024]);
  expect(tap.received.at(-1)).toBe(3);
});

it('lets the other side wait while nothing is read here', async () => {
  const { socket, tap } = tapped();
  const half = Buffer.alloc(tap.readableHighWaterMark);
  for (let i = 0; i < 3; i++) {
    socket.push(half);
    await soon();
  }
  expect(socket.isPaused()).toBe(true);
  tap.resume();
  await soon();
  expect([socket.isPaused(), tap.received.length]).toEqual([false, 3 * half.length]);
});
