/** What is read and written before TLS, to the octet, and by which names a server is reached. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DIALOGUES } from '../../src/live/starttls.ts';
import { dnsNamesOf, isNamed } from '../../src/live/who.ts';
import { Wire, WireFault } from '../../src/live/wire.ts';
import type { Starttls } from '../../src/pki/starttls.ts';
import { aServer, dns, ip, uri } from '../helpers/entities.ts';

/** A connection on which the other side says these, in pieces, and then ends. */
function connection(...pieces: readonly (string | Buffer)[]) {
  const sent: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      sent.push(chunk);
      done();
    },
  });
  for (const piece of pieces) socket.push(Buffer.from(piece as string, 'latin1'));
  socket.push(null);
  return { wire: new Wire(socket as unknown as Socket), sent: () => Buffer.concat(sent) };
}

async function saidBy(act: Promise<unknown>): Promise<unknown> {
  try {
    return await act;
  } catch (error) {
    return error instanceof WireFault ? { said: error.said, message: error.message } : error;
  }
}

const ENDED = { said: '', message: 'the connection ended' };

describe('reading', () => {
  it('takes no more than is asked for', async () => {
    const { wire } = connection('ab', 'cdef\r\ng\nh\r\r\n');
    expect(String(await wire.bytes(3))).toBe('abc');
    expect(await wire.bytes(0)).toEqual(Buffer.alloc(0));
    expect(await wire.line()).toBe('def');
    expect(await wire.line()).toBe('g');
    expect(await wire.line()).toBe('h\r');
    expect(await saidBy(wire.bytes(1))).toEqual(ENDED);
  });

  it('ends where the connection does, in the middle of a number of octets or of a line', async () => {
    expect(await saidBy(connection('ab').wire.bytes(3))).toEqual(ENDED);
    expect(await saidBy(connection('ab').wire.line())).toEqual(ENDED);
    expect(await saidBy(connection().wire.line())).toEqual(ENDED);
  });

  it('a line is as long as a line may be', async () => {
    expect(await connection(`${'a'.repeat(4095)}\n`).wire.line()).toHaveLength(4095);
    const said = 'a'.repeat(60);
    expect(await saidBy(connection(`${'a'.repeat(4096)}\n`).wire.line())).toEqual({ said, message: said });
  });

  it('a reply is all lines to its last, and that one has to be good', async () => {
    const [isLast, good] = [/^\d{3} /, /^2/];
    const { wire } = connection('250-a\r\n250 b\r\n500-c\r\n500 d\r\n');
    expect(await wire.reply(isLast, good)).toEqual(['250-a', '250 b']);
    expect(await saidBy(wire.reply(isLast, good))).toEqual({ said: '500 d', message: '500 d' });
    const endless = connection('first\n', 'x\n'.repeat(4095), '250 \n').wire;
    expect(await saidBy(endless.reply(isLast, good))).toEqual({ said: 'first', message: 'first' });
    const longest = connection('x\n'.repeat(4095), '250 \n').wire;
    expect(await longest.reply(isLast, good)).toHaveLength(4096);
  });
});

describe('asking for TLS', () => {
  const mysql = (capabilities: number, given: { version?: number; cut?: number } = {}): Buffer => {
    const lower = Buffer.alloc(2);
    lower.writeUInt16LE(capabilities);
    const whole = Buffer.concat([
      Buffer.of(given.version ?? 10),
      Buffer.from('8\0'),
      Buffer.alloc(13),
      lower,
    ]);
    const body = whole.subarray(0, whole.length - (given.cut ?? 0));
    return Buffer.concat([Buffer.of(body.length, 0, 0, 0), body]);
  };
  const ldap = (hex: string): Buffer => Buffer.from(hex, 'hex');
  const SUCCESS = '0a0100';

  it.each<[protocol: Starttls, heard: readonly (string | Buffer)[], sent: string | Buffer]>([
    [
      'smtp',
      ['220-a\r\n220 b\r\n', '250-c\r\n250 STARTTLS\r\n', '220 go\r\n'],
      'EHLO [127.0.0.1]\r\nSTARTTLS\r\n',
    ],
    ['smtp', ['220\r\n', '250\r\n', '220\r\n'], 'EHLO [127.0.0.1]\r\nSTARTTLS\r\n'],
    ['imap', ['* ok ready\r\n', '* CAPABILITY x\r\na ok begin\r\n'], 'a STARTTLS\r\n'],
    ['pop3', ['+OK ready\r\n', '+OK begin\r\n'], 'STLS\r\n'],
    ['postgres', ['S'], Buffer.from('0000000804d2162f', 'hex')],
    ['mysql', [mysql(0x0800)], Buffer.from(`20000001008a0800000000012100`.padEnd(72, '0'), 'hex')],
    [
      'ldap',
      [ldap(`3003${SUCCESS}`)],
      Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex'),
    ],
    [
      'ldap',
      [ldap(`3084000000 03${SUCCESS}`.replace(' ', ''))],
      Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex'),
    ],
  ])('%s: %j', async (protocol, heard, sent) => {
    const { wire, sent: written } = connection(...heard);
    expect(await saidBy(DIALOGUES[protocol](wire))).toBeUndefined();
    expect(written().toString('hex')).toBe(Buffer.from(sent as string).toString('hex'));
  });

  it.each<[protocol: Starttls, heard: readonly (string | Buffer)[], said: string]>([
    ['smtp', ['554 no\r\n'], '554 no'],
    ['smtp', ['220 a\r\n', '502 b\r\n'], '502 b'],
    ['smtp', ['220 a\r\n', '250 b\r\n', '454 c\r\n'], '454 c'],
    ['smtp', ['220 a\r\n'], ''],
    ['imap', ['* BYE\r\n'], '* BYE'],
    ['imap', ['* OK\r\n', '* x\r\n', 'a NO d\r\n'], 'a NO d'],
    ['imap', ['* OK\r\n', 'ab OK d\r\n'], ''],
    ['pop3', ['-ERR a\r\n'], '-ERR a'],
    ['pop3', ['+OK a\r\n', '-ERR b\r\n'], '-ERR b'],
    ['pop3', ['+OK a\r\n', ' +OK b\r\n'], ' +OK b'],
    ['postgres', ['N'], 'N'],
    ['postgres', ['E'], 'E'],
    ['postgres', [], ''],
    ['mysql', [mysql(0xf7ff)], 'no CLIENT_SSL in its capabilities'],
    ['mysql', [mysql(0x0800, { version: 9 })], mysql(0x0800, { version: 9 }).toString('latin1', 4)],
    ['mysql', [mysql(0x0800, { cut: 1 })], mysql(0x0800, { cut: 1 }).toString('latin1', 4)],
    ['mysql', [Buffer.of(3, 0, 0, 0), '\nab'], '\nab'],
    ['mysql', [Buffer.of(0, 0, 0, 0)], ''],
    ['mysql', [Buffer.of(40, 0, 0, 0), `\n${'\xff'.repeat(39)}`], `\n${'\xff'.repeat(39)}`],
    ['ldap', [ldap('30030a0102')], 'LDAP result 2'],
    ['ldap', [ldap(`3103${SUCCESS}`)], 'no answer of LDAP'],
    ['ldap', [ldap('3003020100')], 'no answer of LDAP'],
    ['ldap', [ldap('3000')], 'no answer of LDAP'],
    ['ldap', [ldap(`3080${SUCCESS}0000`)], 'no answer of LDAP'],
    ['ldap', [ldap('30')], ''],
  ])('%s in vain: %j', async (protocol, heard, said) => {
    expect(await saidBy(DIALOGUES[protocol](connection(...heard).wire))).toMatchObject({ said });
  });
});

describe('names', () => {
  const server = aServer({
    san: [dns('api.Example.test'), dns('*.Wild.test'), ip('10.0.0.1'), ip('2001:DB8::1'), uri('spiffe://x')],
  });

  it.each([
    ['api.example.test', true],
    ['API.EXAMPLE.TEST', true],
    ['example.test', false],
    ['a.wild.test', true],
    ['A.WILD.test', true],
    ['a.b.wild.test', false],
    ['wild.test', false],
    ['10.0.0.1', true],
    ['10.0.0.2', false],
    ['2001:db8::1', true],
    ['', false],
  ])('%j: %j', (host, isOne) => {
    expect(isNamed(server, host)).toBe(isOne);
  });

  it('that can be asked for are those of DNS that are no wildcards', () => {
    expect(dnsNamesOf(server)).toEqual(['api.Example.test']);
    expect(isNamed(aServer({ san: [uri('*.wild.test')] }), 'a.wild.test')).toBe(false);
  });
});
