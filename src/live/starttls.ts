/** How a plain connection of each protocol becomes one with TLS: one row each. */
import type { Starttls } from '../pki/starttls.ts';
import { type Wire, WireFault } from './wire.ts';

/** Asks for TLS. @throws WireFault where the server declines. */
type Dialogue = (wire: Wire) => Promise<void>;

/** One for each protocol. */
export const DIALOGUES: Readonly<Record<Starttls, Dialogue>> = { smtp, imap, pop3, postgres, mysql, ldap };

/** The last line of an SMTP reply has a space after its code (RFC 5321 §4.2). */
const SMTP_END = /^\d{3}(?: |$)/;

/** RFC 3207. An address literal as the name: the host may have no name. */
async function smtp(wire: Wire): Promise<void> {
  await wire.reply(SMTP_END, /^220/);
  wire.send('EHLO [127.0.0.1]\r\n');
  await wire.reply(SMTP_END, /^250/);
  wire.send('STARTTLS\r\n');
  await wire.reply(SMTP_END, /^220/);
}

/** RFC 3501 §6.2.1. */
async function imap(wire: Wire): Promise<void> {
  await wire.reply(/^\* /, /^\* OK/i);
  wire.send('a STARTTLS\r\n');
  await wire.reply(/^a /, /^a OK/i);
}

/** RFC 2595 §4. */
async function pop3(wire: Wire): Promise<void> {
  await wire.reply(/^/, /^\+OK/);
  wire.send('STLS\r\n');
  await wire.reply(/^/, /^\+OK/);
}

/** PostgreSQL's protocol 3.0, SSLRequest: its length and 80877103. The answer is one letter. */
async function postgres(wire: Wire): Promise<void> {
  wire.send(Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f));
  const answer = (await wire.bytes(1)).toString('latin1');
  if (answer !== 'S') throw new WireFault(answer);
}

/** CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH. */
const MYSQL_CLIENT = 0x200 | 0x800 | 0x8000 | 0x80000;
const MYSQL_SSL = 0x800;
const MYSQL_UTF8 = 33;

/** MySQL's handshake version 10: the greeting says what the server can do; a short answer asks for TLS. */
async function mysql(wire: Wire): Promise<void> {
  const greeting = await mysqlPacket(wire);
  const end = greeting.indexOf(0, 1);
  // After the version and its zero: thread (4), half of the salt (8), a filler (1), the lower capabilities (2).
  const capabilities = end + 14;
  if (greeting[0] !== 10 || end === -1 || greeting.length < capabilities + 2)
    throw new WireFault(greeting.toString('latin1', 0, 80));
  if ((greeting.readUInt16LE(capabilities) & MYSQL_SSL) === 0)
    throw new WireFault('no CLIENT_SSL in its capabilities');
  const request = Buffer.alloc(36);
  request.writeUIntLE(32, 0, 3);
  request.writeUInt8(1, 3);
  request.writeUInt32LE(MYSQL_CLIENT, 4);
  request.writeUInt32LE(0x100_0000, 8);
  request.writeUInt8(MYSQL_UTF8, 12);
  wire.send(request);
}

async function mysqlPacket(wire: Wire): Promise<Buffer> {
  const header = await wire.bytes(4);
  return wire.bytes(header.readUIntLE(0, 3) & 0xffff);
}

/** ExtendedRequest 1, 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.14.1). */
const LDAP_REQUEST = Buffer.concat([
  Buffer.from('301d02010177188016', 'hex'),
  Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1'),
]);

async function ldap(wire: Wire): Promise<void> {
  wire.send(LDAP_REQUEST);
  const head = await wire.bytes(2);
  const [tag, first] = [head.readUInt8(0), head.readUInt8(1)];
  const long = first & 0x80 ? await wire.bytes(Math.min(first & 0x7f, 4)) : Buffer.of(first);
  // An indefinite length has no octets of its own, and LDAP has none (RFC 4511 §5.1).
  const answer = await wire.bytes(long.length === 0 ? 0 : long.readUIntBE(0, long.length) & 0xffff);
  // resultCode is the only ENUMERATED; 0 is success.
  const code = answer.indexOf(Buffer.of(0x0a, 0x01));
  if (tag !== 0x30 || code === -1) throw new WireFault('no answer of LDAP');
  if (answer[code + 2] !== 0) throw new WireFault(`LDAP result ${answer[code + 2]}`);
}
