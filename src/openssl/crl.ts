/**
 * `openssl ca -gencrl`: a revocation list from a database that is written for this one call (openssl-ca(1)). No other
 * command makes one; what is in the database decides about the entries, and nothing is left of it afterwards.
 */
import type { ById } from '../pki/issuers.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { type Place, SCRATCH_FOLDER, stagedPath } from '../pki/paths.ts';
import type { Revoked } from '../pki/revocation.ts';
import { listTerms } from '../plan/list.ts';
import { generationOf, type Make } from '../plan/make.ts';
import { signingBy } from '../x509/signature-write.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { keyPath, lookUp, pathOf } from './key-path.ts';
import { keyPass } from './pass.ts';
import { PSS } from './request.ts';
import { opensslTime } from './sign.ts';

type ListMake = Extract<Make, { op: 'crl' }>;

/** Stages the list. */
export function crlCommand(make: ListMake, byId: ById, place: Place): Command {
  const { run, database } = place;
  const { of, key, isNewCertificate, list, signedWith, archived, to } = make;
  const generation = generationOf(make);
  const authority = lookUp(byId, of);
  const terms = authority.kind === 'authority' ? listTerms(authority) : undefined;
  const { digest, isPss } = signingBy(signedWith ?? keySpecText(authority.key), terms);
  const certificate = isNewCertificate
    ? stagedPath(of, 'cert', run)
    : pathOf(authority, 'cert', run, generation, archived);
  return {
    args: [
      ...[
        'ca',
        '-gencrl',
        '-config',
        '-',
        '-cert',
        certificate,
        '-keyfile',
        keyPath(key, byId, run, generation, archived),
      ],
      ...keyPass(authority, place),
      ...['-crl_lastupdate', opensslTime(list.thisUpdate), '-crl_nextupdate', opensslTime(list.nextUpdate)],
      ...(isPss ? PSS : []),
      ...['-out', stagedPath(of, to, run)],
    ],
    input: configText([
      { name: 'ca', entries: [['default_ca', 'list']] },
      {
        name: 'list',
        entries: [
          ['database', `${database}/index.txt`],
          ['crlnumber', `${database}/crlnumber`],
          // Ed25519 and Ed448 bring their own and ignore this.
          ['default_md', digest],
          // Without any, openssl makes a list of version 1.
          ['crl_extensions', 'extensions'],
        ],
      },
      { name: 'extensions', entries: [['authorityKeyIdentifier', 'keyid:always']] },
    ]),
  };
}

/** The files of the database, by name. */
export function databaseOf({ list }: ListMake): Readonly<Record<'index.txt' | 'crlnumber', string>> {
  const number = BigInt(list.number).toString(16);
  return {
    'index.txt': list.entries.map((entry) => `${lineOf(entry)}\n`).join(''),
    // In whole octets, or openssl reads none of it.
    crlnumber: `${number.length % 2 === 0 ? '' : '0'}${number}\n`,
  };
}

/** The same for a script. */
export function databaseLines(make: ListMake): readonly string[] {
  return Object.entries(databaseOf(make)).map(
    ([name, text]) => `cat >${SCRATCH_FOLDER}/${name} <<'DATABASE'\n${text}DATABASE`,
  );
}

/**
 * Status, end, revocation, number, file and subject, of which openssl looks at the first, the third and the fourth. The
 * end has to be some time.
 */
function lineOf(entry: Revoked): string {
  const date = shortTime(entry.date);
  return ['R', date, `${date}${reasonOf(entry)}`, entry.serial.toUpperCase(), 'unknown', '/CN=revoked'].join(
    '\t',
  );
}

/** With a time since when the key was not safe, openssl has other words for the two reasons that can have one. */
function reasonOf({ reason, invalidityDate }: Revoked): string {
  if (reason === null) return '';
  const since = invalidityDate === undefined ? '' : `,${opensslTime(invalidityDate)}`;
  const word = { keyCompromise: 'keyTime', cACompromise: 'CAkeyTime' }[String(reason)];
  return since === '' || word === undefined ? `,${reason}` : `,${word}${since}`;
}

/** With two digits of the year: openssl reads no others here, and nothing was revoked before 1950 or is from 2050 on. */
function shortTime(seconds: number): string {
  return opensslTime(seconds).slice(2);
}
