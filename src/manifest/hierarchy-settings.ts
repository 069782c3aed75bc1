/** The rows of the table of settings (settings.ts) that say who signs whom, and how. */
import { crossSignedBy } from './cross-signed.ts';
import * as field from './fields.ts';
import { always, everywhere, type Row } from './setting.ts';

/** In the order in which they are listed everywhere. */
export const HIERARCHY_SETTINGS = {
  issuer: {
    places: everywhere(field.issuer),
    leavesOnly: true,
    type: 'name of an authority',
    byDefault: 'for a leaf, the only authority that could sign it',
    meaning:
      'the authority that signs; an authority without it is a root, which signs itself. `defaults` has that of end entities',
    examples: ['root'],
  },
  crossSignedBy: {
    places: { authority: crossSignedBy.optional() },
    single: true,
    lesser: true,
    type: 'list of authorities, or of maps of `issuer`, `validity`, `pathLength`, `nameConstraints`, `outputs`, `folder`, `files`',
    byDefault: 'none',
    meaning:
      'other authorities that sign the same key and name once more, so that what it signs is accepted below their roots as well: each certificate, and the chain above it, is in `authorities/NAME@OTHER`. A map has what is other than usual of that certificate',
    examples: [['partner-root'], [{ issuer: 'partner-root', validity: '2y' }]],
  },
  preferredChain: {
    places: { leaf: field.preferredChain.optional(), defaults: field.preferredChain.optional() },
    lesser: true,
    type: 'name of an authority',
    byDefault: 'the line of its issuer',
    meaning:
      'of several chains, the one that the entry shows: that through the certificate which this authority made by `crossSignedBy`',
    examples: ['partner-root'],
  },
  pathLength: {
    places: { authority: field.pathLength.optional() },
    lesser: true,
    builtIn: always(null),
    type: '0 to 100',
    byDefault: 'no limit',
    meaning: 'how many authorities may stand below this one in line (RFC 5280 §4.2.1.9)',
    examples: [0, 1],
  },
  digest: {
    places: { authority: field.digest.optional() },
    lesser: true,
    type: '`sha256`, `sha384`, `sha512`',
    byDefault: 'by its key: `sha256`; P-384 `sha384`, P-521 `sha512`',
    meaning: 'the digest in its signatures',
    examples: ['sha384'],
  },
  signature: {
    places: { authority: field.signature.optional() },
    lesser: true,
    type: '`pkcs1`, `rsa-pss`',
    byDefault: '`pkcs1`',
    meaning: 'how its RSA key signs (RFC 8017 §8): RSASSA-PKCS1-v1_5, or RSASSA-PSS',
    examples: ['rsa-pss'],
  },
} as const satisfies Readonly<Record<string, Row>>;
