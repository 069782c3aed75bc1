/**
 * Revocation lists that are not DER, or have values that no standard knows (a reason, a number, a time without seconds): OpenSSL,
 * GnuTLS and others read them all the same, so all who are on one are revoked. Nothing else is concluded from it.
 */
import { type CrlEntry, type CrlFacts, crlFacts } from './crl.ts';
import { ascii, children, type Der, expectTag, hex, serialText, TAG, unlessDamaged } from './der.ts';
import { nameAttributes } from './name-read.ts';
import { looseParts, signatureName } from './signature.ts';

/** Stands for whatever is wrong with the list, among the extensions for which it may not be used. */
const UNREADABLE = 'unreadable';

/** As `crlFacts`, and otherwise who is on the list. @throws DerError of `crlFacts`, where not even that can be read. */
export function anyCrlFacts(der: Uint8Array): CrlFacts {
  const facts = unlessDamaged(() => crlFacts(der)) ?? unlessDamaged(() => looseFacts(der));
  return facts ?? crlFacts(der);
}

function looseFacts(der: Uint8Array): CrlFacts {
  const { tbsDer, algorithm } = looseParts(der);
  const [, name, thisUpdate, ...rest] = children(tbsDer).filter(({ tag }) => tag !== TAG.integer);
  const issuer = expectTag(name, TAG.sequence);
  const list = rest.find(({ tag }) => tag === TAG.sequence);
  const issuerDer = hex(issuer.bytes);
  return {
    version: 2,
    issuer: nameAttributes(issuer),
    issuerDer,
    thisUpdate: looseSeconds(thisUpdate),
    nextUpdate: null,
    number: null,
    deltaOf: null,
    authorityKeyId: null,
    scope: null,
    signature: signatureName(algorithm),
    entries: (list === undefined ? [] : children(list)).map((one) => looseEntry(one, issuerDer)),
    unknownCritical: [UNREADABLE],
  };
}

function looseEntry(der: Der, issuerDer: string): CrlEntry {
  const [serial, date] = children(expectTag(der, TAG.sequence));
  return {
    serial: serialText(expectTag(serial, TAG.integer)),
    issuerDer,
    date: looseSeconds(date),
    reason: null,
    invalidityDate: null,
  };
}

/** To the minute, or 1970; two digits of a year are those of this century, since no list in use is older. */
function looseSeconds(der: Der | undefined): number {
  const text = ascii(der?.body ?? new Uint8Array());
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(text.slice(der?.tag === TAG.generalizedTime ? 2 : 0));
  if (match === null) return 0;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1).map(Number);
  return Date.UTC(2000 + year, month - 1, day, hour, minute) / 1000;
}
