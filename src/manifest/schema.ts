/** The one description of a manifest: parsed with, typed by, and published as JSON Schema. */
import * as z from 'zod';
import * as field from './fields.ts';
import { NAME_PATTERN, OUTPUT_PATTERN, parseOutput } from './folder.ts';
import { key } from './key-field.ts';
import * as layout from './layout-fields.ts';
import { using, wanted } from './problem.ts';

// Compiling a parser for one manifest costs more than it saves, and some hosts forbid making code from strings.
z.config({ jitless: true });

const settings = {
  key: key.optional(),
  validity: field.validity.optional(),
  subject: field.subject.optional(),
  renewBefore: field.renewBefore.optional(),
  rotateKey: field.rotateKey.optional(),
  backdate: field.backdate.optional(),
  outputs: field.outputs.optional(),
  folder: layout.folder.optional(),
  files: layout.files.optional(),
  publish: layout.publish.optional(),
};

/** Whom an end entity trusts; an authority meets nobody. */
const trusting = { trust: field.trust.optional() };

const entry = 'a map of settings such as { commonName: … }';

const authority = z.strictObject(
  {
    commonName: field.caCommonName,
    issuer: field.issuer.optional(),
    pathLength: field.pathLength.optional(),
    ...settings,
  },
  wanted(entry),
);

const leaf = z.strictObject(
  {
    commonName: field.leafCommonName.optional(),
    san: field.san.optional(),
    issuer: field.issuer.optional(),
    ...settings,
    ...trusting,
  },
  wanted(entry),
);

// an entry left empty (`billing:`) is null in YAML: the same as one without settings
const leafEntry = leaf.nullable().transform((value) => value ?? {});

/** Names are checked apart (names.ts), so that what is under a bad name is checked too. */
const name = z.string().meta({ pattern: NAME_PATTERN });

const sectionOf = wanted('a map of entries by name');

function section<T extends z.ZodType>(value: T, description: string) {
  return z.record(name, value, sectionOf).nullable().optional().meta({ description });
}

/** Strict throughout: a key that nobody reads is a mistake. */
export const manifestSchema = z
  .strictObject(
    {
      version: z.literal(1, wanted('1')).meta({ description: 'Version of this format.' }),
      output: z
        .string(wanted('a folder such as "pki"'))
        .meta({
          pattern: OUTPUT_PATTERN,
          description: 'Folder for everything that is made, relative to the manifest and below its folder.',
          default: 'pki',
        })
        .transform(using(parseOutput))
        .optional(),
      archive: layout.archive.optional(),
      defaults: z
        .strictObject({ ...settings, ...trusting }, wanted('a map of settings'))
        .nullable()
        .optional()
        .meta({ description: 'Settings of every entry that does not set them itself.' }),
      authorities: section(
        authority,
        'Certificate authorities: roots, and those that an "issuer" signs, to any depth.',
      ),
      servers: section(leafEntry, 'Servers: TLS server certificates.'),
      clients: section(leafEntry, 'Clients: TLS client certificates.'),
      peers: section(leafEntry, 'Peers: both server and client, such as brokers or members of a cluster.'),
    },
    wanted('a map'),
  )
  .meta({
    title: 'pki-apply manifest',
    description: 'Declarative PKI: authorities and the certificates that they sign.',
  });

/** A manifest as written, each value parsed; what is left out is still left out. */
export type Manifest = z.output<typeof manifestSchema>;
/** An authority as written. */
export type AuthorityEntry = z.output<typeof authority>;
/** A server, client or peer as written. */
export type LeafEntry = z.output<typeof leaf>;
/** Settings for all entries. */
export type Defaults = NonNullable<Manifest['defaults']>;

/** Keys that each kind of map may have, for suggestions; these are those of the manifest itself. */
export const TOP_KEYS: readonly string[] = Object.keys(manifestSchema.shape);
/** Those of `defaults`. */
export const SETTING_KEYS: readonly string[] = Object.keys({ ...settings, ...trusting });
/** Those of an entry of `authorities`. */
export const AUTHORITY_KEYS: readonly string[] = Object.keys(authority.shape);
/** Those of an entry of `servers`, `clients` or `peers`. */
export const LEAF_KEYS: readonly string[] = Object.keys(leaf.shape);
/** Those of `archive`. */
export const ARCHIVE_KEYS: readonly string[] = Object.keys(layout.archive.shape);
/** Those of `files`: the artifacts, and `previous`. */
export const FILE_KEYS: readonly string[] = Object.keys(layout.files.shape);
/** Those of `subject`; the common name stands beside it. */
export const ATTRIBUTE_KEYS: readonly string[] = Object.keys(field.subject.shape);
