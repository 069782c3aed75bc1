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
    const decoded = domainToUnicode(label);
    const instead = decoded === '' ? '' : domainToASCII(decoded);
    if (instead !== label.toLowerCase()) return { label, instead: instead === '' ? null : instead };
  }
  return undefined;
}
