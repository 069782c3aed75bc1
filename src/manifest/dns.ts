/** DNS names as certificates carry them. */
import { domainToASCII } from 'node:url';
import { ipOctets } from '../pki/ip.ts';
import { quote, spaceText } from '../pki/printable.ts';
import { badALabel } from './a-label.ts';
import { type Parsed, parsed, refused } from './problem.ts';

/** Letters, digits, hyphens inside (RFC 5280 §4.2.1.6), and the underscore that real hosts have. */
const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

function notAscii(text: string): Parsed<never> {
  const ascii = domainToASCII(text);
  const message = `DNS name ${quote(text)} is not ASCII, and certificates carry only ASCII`;
  return refused('san', message, ascii === '' ? undefined : `write its A-label ${quote(ascii)}`);
}

function badWildcard(text: string): Parsed<never> | undefined {
  if (!text.includes('*')) return undefined;
  const rest = text.slice(2);
  if (!text.startsWith('*.') || rest.includes('*')) {
    const message = `${quote(text)}: a wildcard must be the whole left-most label`;
    return refused('san', message, 'write it as "*.example.test"');
  }
  if (rest.includes('.')) return undefined;
  const message = `${quote(text)} matches nothing: TLS libraries require two labels after the wildcard`;
  return refused('san', message, 'list the hosts, or write a wildcard for a zone such as "*.example.test"');
}

function badLabel(text: string): Parsed<never> | undefined {
  const labels = text.replace(/^\*\./, '').split('.');
  if (labels.includes(''))
    return refused('san', `DNS name ${quote(text)} has an empty label`, 'separate labels with a single dot');
  const long = labels.find((label) => label.length > 63);
  if (long !== undefined)
    return refused(
      'san',
      `DNS name ${quote(text)} has a label of ${long.length} characters; the limit is 63`,
      'shorten it (RFC 1035 §2.3.4)',
    );
  const bad = labels.find((label) => !LABEL.test(label));
  if (bad !== undefined) {
    const hint =
      'labels consist of letters, digits, "_", and "-" except at the ends; names of other kinds begin with "ip:", "uri:" or "email:"';
    return refused('san', `DNS name ${quote(text)} contains the invalid label ${quote(bad)}`, hint);
  }
  if (!/^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  return refused(
    'san',
    `${quote(text)} ends in a number, so it cannot be a DNS name`,
    'an IPv4 address has four numbers from 0 to 255',
  );
}

/** A label that no client would ever look up: a typing error, which parsers refuse. */
function undecodable(text: string): Parsed<never> | undefined {
  const fault = badALabel(text);
  if (fault === undefined) return undefined;
  const { label, instead } = fault;
  const hint =
    instead === null
      ? 'write the name in its own script: the error will then show its A-label'
      : `write ${quote(text.replace(label, instead))}`;
  return refused(
    'san',
    `DNS name ${quote(text)} contains ${quote(label)}, which does not decode to any name`,
    hint,
  );
}

/** A DNS name exactly as written, or why it is not one. */
export function parseDns(text: string): Parsed<string> {
  if (text === '') return refused('san', 'empty DNS name');
  if (text.length > 253) {
    const message = `DNS name of ${text.length} characters is longer than 253`;
    return refused('san', message, 'shorten it (RFC 1035 §2.3.4)');
  }
  if (ipOctets(text)) {
    return refused(
      'san',
      `${quote(text)} is an IP address, which clients do not compare with DNS names`,
      `write "ip:${text}"`,
    );
  }
  const space = /\s/.exec(text)?.[0];
  if (space !== undefined) {
    const message = `DNS name ${quote(text)} contains ${spaceText(space)}`;
    return refused('san', message, 'list each name separately');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/[^\x00-\x7f]/.test(text)) return notAscii(text);
  if (/[^.]\.+$/.test(text)) {
    return refused(
      'san',
      `DNS name ${quote(text)} ends with a dot`,
      `write ${quote(text.replace(/\.+$/, ''))}`,
    );
  }
  return badWildcard(text) ?? badLabel(text) ?? undecodable(text) ?? parsed(text);
}
