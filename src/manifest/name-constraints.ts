/** `nameConstraints` of an authority: the names that may stand below it, and those that may not. */
import * as z from 'zod';
import { ipOctets } from '../pki/ip.ts';
import { quote } from '../pki/printable.ts';
import { prefixMask, rangeText } from '../x509/ip-range.ts';
import { parseDns } from './dns.ts';
import { unique } from './fields.ts';
import { parseDirName } from './other-names.ts';
import { hasUnknownKeys, type Parsed, parsed, problemIssue, refused, using, wanted } from './problem.ts';

type Kind = 'dns' | 'ip' | 'email' | 'uri' | 'dirName';

const PREFIX = /^(dns|ip|email|uri|dirName):(.*)$/s;

/** A subtree: `example.test`, `10.0.0.0/8`, `email:example.test`, `uri:.example.test`, `dirName:O=Acme,C=SE`; → with its kind in front. */
function parseSubtree(text: string): Parsed<string> {
  const [, prefix, value = text] = PREFIX.exec(text) ?? [];
  const kind = isKind(prefix) ? prefix : kindOf(value);
  const result = PARSERS[kind](value);
  return result.ok ? parsed(`${kind}:${result.value}`) : result;
}

function isKind(text: string | undefined): text is Kind {
  return text !== undefined && Object.hasOwn(PARSERS, text);
}

function kindOf(text: string): Kind {
  if (/^[0-9.]+(?:\/|$)|:/.test(text)) return 'ip';
  return text.includes('@') ? 'email' : 'dns';
}

const PARSERS: Readonly<Record<Kind, (text: string) => Parsed<string>>> = {
  dns: parseDomain,
  ip: parseRange,
  email: parseMail,
  uri: parseHost,
  // RFC 5280: names that begin with it, the most general part first.
  dirName: parseDirName,
};

/** RFC 5280: the domain and everything below it. A dot in front is what browsers' forms ask for, and pyca refuses. */
function parseDomain(text: string): Parsed<string> {
  if (text.startsWith('.'))
    return refused(
      'san',
      `${quote(text)} begins with a dot, which pyca and others refuse`,
      `write ${quote(text.slice(1))}: it stands for the domain and everything below it`,
    );
  if (text.startsWith('*.'))
    return refused(
      'san',
      `${quote(text)} is a wildcard, and a constraint covers everything below a domain anyway`,
      `write ${quote(text.slice(2))}`,
    );
  return parseDns(text);
}

/** `10.0.0.0/8`, or one address. */
function parseRange(text: string): Parsed<string> {
  const [start = '', length, ...more] = text.split('/');
  const address = ipOctets(start);
  const hint = 'write an address and the length of its prefix, such as 10.0.0.0/8 or 2001:db8::/32';
  if (address === undefined || more.length > 0)
    return refused('san', `${quote(text)} is not a range of addresses`, hint);
  const bits = address.length * 8;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(prefix >= 0 && prefix <= bits))
    return refused('san', `${quote(text)} has no prefix of 0 to ${bits} bits`, hint);
  const mask = prefixMask(prefix, address.length);
  const base = address.map((octet, i) => octet & (mask[i] ?? 0));
  const range = rangeText(Buffer.concat([base, mask])) ?? '';
  if (base.some((octet, i) => octet !== address[i]))
    return refused('san', `${quote(text)} has bits behind its prefix`, `write ${quote(range)}`);
  return parsed(range);
}

/** A mailbox, a host, or with a dot in front all hosts below a domain. */
function parseMail(text: string): Parsed<string> {
  const at = text.lastIndexOf('@');
  const host = parseHost(text.slice(at + 1));
  const isMailbox = at > 0 && /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(text.slice(0, at));
  if (host.ok && (at === -1 || (isMailbox && !text.slice(at + 1).startsWith('.')))) return parsed(text);
  return refused(
    'san',
    `${quote(text)} is neither a mailbox nor a host`,
    'write "email:example.test", "email:.example.test" for all hosts below it, or "email:name@example.test"',
  );
}

/** RFC 5280: of a URI the host alone, or with a dot in front all hosts below a domain. */
function parseHost(text: string): Parsed<string> {
  const host = parseDns(text.replace(/^\./, ''));
  if (host.ok && !host.value.includes('*'))
    return parsed(text.startsWith('.') ? `.${host.value}` : host.value);
  return refused(
    'san',
    `${quote(text)} is not a host`,
    'write "uri:host.example.test", or "uri:.example.test" for all hosts below it: no scheme, no path',
  );
}

const subtree = z
  .string(wanted('a name such as "example.test" or "10.0.0.0/8"'))
  .max(1024, wanted('a name of at most 1024 characters'))
  .transform(using(parseSubtree));

const subtrees = z
  .array(subtree, wanted('a list of names such as [example.test, 10.0.0.0/8]'))
  .superRefine(unique('san', (item) => item.toLowerCase(), 'name'))
  .meta({ uniqueItems: true })
  .default([]);

/** Both lists, either of which may be left out. */
export const nameConstraints = z
  .strictObject(
    { permitted: subtrees, excluded: subtrees },
    wanted('a map such as { permitted: [example.test] }'),
  )
  .superRefine((value, context) => {
    if (hasUnknownKeys(context) || value.permitted.length > 0 || value.excluded.length > 0) return;
    const hint = 'name what is permitted or excluded, or leave "nameConstraints" out';
    context.addIssue(
      problemIssue({ code: 'san', message: 'nameConstraints constrain nothing', hint }, value),
    );
  });
