/** The shapes of `owner`, `group` and `mode`: whose files are, and who else may read the key. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

/** A name as useradd(8) and directories make them (`svc.db`, `DOMAIN\user`), never an option of a program; or a number. */
const ACCOUNT = /^(?:[A-Za-z_][\w.@\\-]{0,254}\$?|\d{1,10})$/;

/** 2³² − 1 is "no change" to chown(2). */
const LARGEST = 4_294_967_294;

function account(what: 'user' | 'group') {
  const words = wanted(`the name or number of a ${what}`);
  return z
    .union([
      z.string(words).meta({ pattern: ACCOUNT.source }),
      z.int(words).min(0, words).max(LARGEST, words),
    ])
    .transform(String)
    .transform(using((text) => parseAccount(text, what)));
}

function parseAccount(text: string, what: 'user' | 'group'): Parsed<string> {
  const isNumber = /^\d+$/.test(text);
  if (ACCOUNT.test(text) && (!isNumber || Number(text) <= LARGEST))
    return parsed(isNumber ? String(Number(text)) : text);
  const hint = `write a name such as ${what === 'user' ? 'postgres' : 'ssl-cert'}, or a number`;
  return refused('owner', `${quote(text)} cannot be the name of a ${what}`, hint);
}

/** A user of the host on which `pki apply` runs; whether there is one is for the plan to say. */
export const owner = account('user');
/** The same of a group. */
export const group = account('group');

const HINT = 'write "0600", or "0640" for a key that its group may read';

/** `"0640"` → permission bits of files that hold the key. */
export const mode = z
  .string(wanted('a mode in quotes such as "0640"', HINT))
  .meta({ pattern: '^0?[46][04]0$' })
  .transform(using(parseMode));

function parseMode(text: string): Parsed<number> {
  if (!/^0?[0-7]{3}$/.test(text)) return refused('owner', `${quote(text)} is not a mode`, HINT);
  const bits = Number.parseInt(text, 8);
  const why = modeFault(bits);
  return why === undefined ? parsed(bits) : refused('owner', `mode ${quote(text)} ${why}`, HINT);
}

/** Of a file with a private key. */
function modeFault(bits: number): string | undefined {
  if ((bits & 0o007) !== 0) return 'opens private keys to everyone';
  if ((bits & 0o030) !== 0) return 'lets a group do more with private keys than read them';
  if ((bits & 0o100) !== 0) return 'makes programs of files that are none';
  return (bits & 0o400) === 0 ? 'keeps the owner from reading the key' : undefined;
}
