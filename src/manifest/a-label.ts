/** A-labels of internationalised domain names (RFC 5890 §2.3.2.1): `xn--mnchen-3ya` stands for `münchen`, or for nothing. */
import { domainToASCII, domainToUnicode } from 'node:url';

/** Why a label that begins like an A-label is not one. */
interface LabelFault {
  readonly label: string;
  /** The A-label of what it decodes to, where that is spelled differently; `null`: it decodes to nothing. */
  readonly instead: string | null;
}

/** The first of a name's labels that begins like an A-label and is not one: Go, browsers and linters refuse it. */
export function badALabel(name: string): LabelFault | undefined {
  for (const label of name.split('.')) {
    if (!/^xn--/i.test(label)) continue;
    const instead = asciiOf(decodedOf(label));
    if (instead !== label.toLowerCase()) return { label, instead: instead === '' ? null : instead };
  }
  return undefined;
}

/** Nothing where it stands for nothing. */
function decodedOf(label: string): string {
  // RFC 3492 §3.1: what ends in a delimiter stands for the plain characters before it.
  const [, plain] = /^xn--([a-z0-9-]*[a-z0-9])-$/i.exec(label) ?? [];
  if (plain !== undefined) return plain;
  const decoded = domainToUnicode(label);
  // From Node 24 on, what cannot be decoded comes back as it is, and before as nothing.
  return /^xn--/i.test(decoded) ? '' : decoded;
}

function asciiOf(decoded: string): string {
  return decoded === '' ? '' : domainToASCII(decoded);
}
