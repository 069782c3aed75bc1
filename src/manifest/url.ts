/** URLs that certificates point to: absolute, of schemes that readers fetch. */
import * as z from 'zod';
import type { Location } from '../pki/locations.ts';
import { quote } from '../pki/printable.ts';
import { notEmpty, unique } from './fields.ts';
import { type Parsed, refused, using, wanted } from './problem.ts';
import { parseUri, URI_LIMIT } from './uri.ts';

/** As a URI among names. */
function parseUrl(text: string): Parsed<string> {
  if (!text.includes(':')) return refused('url', `${quote(text)} is no URL`, 'write it in full: "http://…"');
  const result = parseUri(text);
  return result.ok ? result : { ok: false, problem: { ...result.problem, code: 'url' } };
}

function parseWebUrl(text: string): Parsed<string> {
  const result = parseUrl(text);
  if (!result.ok || /^https?:\/\//i.test(text)) return result;
  return refused('url', `${quote(text)} is no web address`, 'write it in full, beginning with "https://"');
}

/**
 * RFC 5280 §8: who checks a certificate fetches this before trusting any, so the scheme is http; https would ask for
 * another check first, and openssl, Windows and browsers fetch nothing else.
 */
function parsePlainUrl(text: string): Parsed<string> {
  const result = parseUrl(text);
  if (!result.ok || /^http:\/\//i.test(text)) return result;
  const plain = /^https:\/\//i.test(text);
  return refused(
    'url',
    plain
      ? `${quote(text)} is fetched to check certificates, and by https it would need a check first (RFC 5280 §8)`
      : `${quote(text)} is of a scheme that verifiers do not fetch`,
    plain ? `write ${quote(text.replace(/^https/i, 'http'))}: what is there is signed` : 'write "http://…"',
  );
}

/** An address for people. */
export const webUrl = z
  .string(wanted('a web address such as "https://pki.example.test/cps"'))
  .meta({ maxLength: URI_LIMIT, pattern: '^[Hh][Tt][Tt][Pp][Ss]?://' })
  .transform(using(parseWebUrl));

const plainUrl = z
  .string(wanted('a URL such as "http://pki.example.test/ca.crl"'))
  .meta({ maxLength: URI_LIMIT, pattern: '^[Hh][Tt][Tt][Pp]://' })
  .transform(using(parsePlainUrl));

/** Places of one thing. */
const MOST = 16;

/** One of them, or several for the same thing. */
export const urls = z.union([
  plainUrl.transform((url) => [url]),
  z
    .array(plainUrl, wanted('a URL, or a list of them'))
    .superRefine(notEmpty('url', 'leave it out for none', 'url'))
    .max(MOST, wanted(`a list of at most ${MOST} URLs`))
    .superRefine(unique('url', (item) => item, 'URL'))
    .meta({ minItems: 1, uniqueItems: true }),
]);

/** A map with one or more URLs. */
export function location(example: string) {
  return z
    .strictObject(
      { url: urls.meta({ description: 'Where it is: one URL, or several for the same.' }) },
      wanted(`a map such as { url: "${example}" }`),
    )
    .transform((value): Location => value);
}

/** The keys of such a map. */
export const LOCATION_KEYS: readonly string[] = ['url'];
