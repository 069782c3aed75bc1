/** Remarks on entries that adopt wrote, in words. */
import type { Note } from '../adopt/left-out.ts';
import { visible } from '../pki/printable.ts';
import { type Words, worded } from '../words/table.ts';
import { extensionName } from '../x509/named-extensions.ts';

const NOTES: Words<Note> = {
  'no-usage': ({ section, isAny }) =>
    `${isAny ? 'may be used for anything (anyExtendedKeyUsage)' : 'has no extended key usage'}; adopted as one of the ${section}`,
  attribute: ({ attribute }) => `a manifest cannot have ${attribute} in the subject`,
  names: ({ names }) => `a manifest cannot have ${names.join(', ')} among the SANs`,
  'common-name': ({ before, after }) =>
    `a manifest cannot have the common name ${before ?? '(none)'} here; described with ${after ?? 'none'}`,
  'common-name-added': ({ name }) =>
    `a server's common name has to be among its SANs; described with ${name} among them`,
  validity: ({ isReversed }) =>
    isReversed
      ? 'ends before it begins; described with the usual lifetime'
      : 'lives longer or shorter than a manifest can say',
  extensions: ({ oids }) =>
    `has extensions that the next certificate will not have: ${oids.map(extensionName).join(', ')}`,
  offline: () => 'described with "key: offline": its private key is not in this folder',
  'idle-root': () => 'says CA:TRUE, but signs nothing here and has SANs: perhaps meant to be a server',
};

/** Without the name of its entry; free of control characters, as above. */
export function noteText(note: Note): string {
  return visible(worded(NOTES, note));
}
